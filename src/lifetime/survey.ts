/**
 * One walk over the scope before it is interpreted: what happens where, which conditions are asked more than once, and
 * which parts contain nothing of interest and need not be interpreted at all. It keeps its own stack,
 * for code may be nested deeper than the engine's, and needs no `parent`.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { Candidates } from './candidates.js';
import type { Flag } from './flags.js';
import type { Effect, FunctionNode, LifetimeQuestion } from './lifetime.js';
import {
  childrenOf,
  contains,
  functionsRunBy,
  isClass,
  isFunction,
  isLoop,
  partsOfPattern,
  promiseStepOf,
  unwrap,
  unwrapChain,
  type Node,
} from './syntax.js';

export interface Survey {
  readonly effects: ReadonlyMap<Node, Effect>;
  /** Nodes that contain something which can change a world or leave the scope. */
  readonly interesting: ReadonlySet<Node>;
  /** Conditions to remember, the most valuable first. */
  readonly flags: readonly Flag[];
  /** The block in which the session's variable lives, when that is not the whole scope. */
  readonly extent: Node | undefined;
  readonly sessionVariables: ReadonlySet<string>;
  /** `var` is there, and undefined, before its declaration. */
  readonly hoisted: ReadonlySet<string>;
  /** Calls that are awaited or chained on: what they throw comes out there. */
  readonly awaited: ReadonlySet<Node>;
  /** Calls that release, and declarations whose block releases when it is left. */
  readonly releases: readonly Node[];
  readonly escapes: boolean;
  readonly releasesInCallbacks: readonly Node[];
  readonly tries: readonly TSESTree.TryStatement[];
}

interface Visit {
  readonly node: Node;
  readonly parent: Node | undefined;
  /** The block that owns the variables declared here. */
  readonly block: Node;
  /** Where the outermost loop around ends: until there, everything may be asked again. */
  readonly repeatsUntil: number | undefined;
}

export function acquisitionOf(question: LifetimeQuestion): Node | undefined {
  return 'type' in question.acquisition ? unwrapChain(question.acquisition) : undefined;
}

/** `using` and `await using` of the session, under its name or another. */
export function isDisposing(node: Node, question: LifetimeQuestion): boolean {
  if (node.type !== 'VariableDeclaration' || (node.kind !== 'using' && node.kind !== 'await using')) return false;
  if (question.using === 'does-nothing') return false;
  const acquisition = acquisitionOf(question);
  return node.declarations.some(({ id, init }) => {
    if (question.isSession(id)) return true;
    if (!init) return false;
    const value = unwrapChain(init);
    if (acquisition && contains(value, acquisition)) return true;
    return (value.type === 'Identifier' || value.type === 'MemberExpression') && question.isSession(value);
  });
}

export function surveyOf(question: LifetimeQuestion): Survey {
  return new Surveyor(question).survey();
}

class Surveyor {
  readonly #question: LifetimeQuestion;
  readonly #acquisition: Node | undefined;
  readonly #candidates: Candidates;
  readonly #effects = new Map<Node, Effect>();
  readonly #interesting = new Set<Node>();
  readonly #run = new Set<FunctionNode>();
  readonly #awaited = new Set<Node>();
  /** Nodes that write to, or call a method of, what may be a flag; settled when all flags are known. */
  readonly #changes: { readonly node: Node; readonly target: Node }[] = [];
  readonly #hoisted = new Set<string>();
  readonly #sessionBlocks = new Set<Node>();
  readonly #sessionVariables = new Set<string>();
  readonly #releases: Node[] = [];
  #escapes = false;
  readonly #releasesInCallbacks: Node[] = [];
  readonly #tries: TSESTree.TryStatement[] = [];
  readonly #open: Visit[] = [];
  readonly #visited: Visit[] = [];

  constructor(question: LifetimeQuestion) {
    this.#question = question;
    this.#acquisition = acquisitionOf(question);
    const { acquisition } = question;
    this.#candidates = new Candidates(question.isSession, (node) => !('type' in acquisition) && (acquisition.unless?.(node) ?? false));
  }

  survey(): Survey {
    const { scope } = this.#question;
    const root: Visit = { node: scope, parent: undefined, block: scope, repeatsUntil: undefined };
    this.#interesting.add(scope);
    if (isFunction(scope)) this.#enterFunction(scope, root);
    else this.#enter(childrenOf(scope), root);
    for (let visit = this.#open.pop(); visit; visit = this.#open.pop()) this.#visit(visit);
    for (const { node, target } of this.#changes) if (this.#candidates.isReadBy(target)) this.#interesting.add(node);
    this.#spreadInterest();
    return {
      effects: this.#effects,
      interesting: this.#interesting,
      flags: this.#candidates.chosen(this.#events()),
      extent: this.#extent(),
      sessionVariables: this.#sessionVariables,
      hoisted: this.#hoisted,
      awaited: this.#awaited,
      releases: this.#releases,
      escapes: this.#escapes,
      releasesInCallbacks: this.#releasesInCallbacks,
      tries: this.#tries,
    };
  }

  #visit(visit: Visit): void {
    const { node, parent } = visit;
    if (node.type === 'Identifier') {
      this.#classify(node);
      if (this.#interesting.has(node)) this.#visited.push(visit);
      return;
    }
    this.#visited.push(visit);
    if (isFunction(node) || isClass(node)) {
      if (isFunction(node) && this.#run.has(node)) { this.#enterFunction(node, { ...visit, block: node }); return; }
      if (node.id && node.type.endsWith('Declaration')) this.#candidates.declare(node.id.name, visit.block);
      this.#classify(node);
      this.#scanCallback(node);
      return;
    }
    this.#classify(node);
    this.#marksItself(node);
    this.#conditions(node, visit.repeatsUntil);
    const block = ownsVariables(node) && node !== this.#question.scope ? node : visit.block;
    const repeatsUntil = visit.repeatsUntil ?? (isLoop(node) ? node.range[1] : undefined);
    this.#enterParts(block === visit.block && repeatsUntil === visit.repeatsUntil ? visit : { node, parent, block, repeatsUntil });
  }

  #classify(node: Node): void {
    if (node === this.#acquisition) this.#interesting.add(node);
    if (!EVALUATED.has(node.type)) return;
    const effect = this.#question.classify(node);
    if (!effect) return;
    this.#effects.set(node, effect);
    if (effect === 'release') this.#releases.push(node);
    if (effect === 'escape') this.#escapes = true;
    if (effect !== 'cannot-throw') this.#interesting.add(node);
  }

  /** What leaves the path by itself, by the throw model of the question. */
  #marksItself(node: Node): void {
    switch (node.type) {
      case 'AwaitExpression':
        this.#awaited.add(unwrapChain(node.argument));
        this.#interesting.add(node);
        break;
      case 'YieldExpression':
      case 'ThrowStatement':
      case 'ReturnStatement':
      case 'BreakStatement':
      case 'ContinueStatement':
        this.#interesting.add(node);
        break;
      case 'ForOfStatement':
        if (node.await) this.#interesting.add(node);
        break;
      case 'TryStatement':
        this.#tries.push(node);
        break;
      case 'VariableDeclaration':
        if (isDisposing(node, this.#question)) this.#releases.push(node);
        break;
      case 'CallExpression':
      case 'NewExpression':
      case 'TaggedTemplateExpression':
        this.#call(node);
        break;
      default:
    }
  }

  #call(node: TSESTree.CallExpression | TSESTree.NewExpression | TSESTree.TaggedTemplateExpression): void {
    if (this.#question.throws === 'any-call') this.#interesting.add(node);
    for (const fn of functionsRunBy(node)) this.#run.add(fn);
    const step = promiseStepOf(node);
    if (step) this.#awaited.add(unwrapChain(step.promise)).add(node);
    const callee = node.type === 'CallExpression' ? unwrap(node.callee) : node;
    if (callee.type === 'MemberExpression') this.#changes.push({ node, target: callee.object });
  }

  #conditions(node: Node, repeatsUntil: number | undefined): void {
    const test = (condition: Node, until = repeatsUntil): void => { this.#candidates.test(condition, node, until); };
    switch (node.type) {
      case 'IfStatement':
      case 'ConditionalExpression':
        test(node.test);
        break;
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForStatement':
        if (node.test) test(node.test, repeatsUntil ?? node.range[1]);
        break;
      case 'LogicalExpression':
        test(node.left);
        break;
      case 'UnaryExpression':
        if (node.operator === '!') test(node.argument);
        break;
      case 'MemberExpression':
        if (node.optional) test(node.object);
        break;
      case 'CallExpression':
        if (node.optional) test(node.callee);
        break;
      case 'SwitchStatement':
        for (const { test: label } of node.cases) {
          if (label && isTrue(node.discriminant)) test(label);
          else if (label) this.#candidates.comparison(node.discriminant, label, node, repeatsUntil);
        }
        break;
      case 'AssignmentExpression':
        if (isPattern(node.left)) break;
        if (node.operator !== '=') test(node.left);
        test(node.right);
        this.#candidates.assigned(node.left, node.right);
        break;
      case 'VariableDeclarator':
        if (node.init) test(node.init);
        this.#candidates.assigned(node.id, node.init ?? undefined);
        break;
      default:
    }
  }

  /** Goes on with what the node evaluates, and notes what it binds. */
  #enterParts(visit: Visit): void {
    const { node } = visit;
    switch (node.type) {
      case 'ImportDeclaration':
        return;
      case 'VariableDeclarator': {
        const kind = visit.parent?.type === 'VariableDeclaration' ? visit.parent.kind : 'const';
        this.#bind(node.id, visit, kind === 'var' ? this.#question.scope : visit.block);
        if (kind === 'var' && node.id.type === 'Identifier') this.#hoisted.add(node.id.name);
        if (node.init) this.#enter([node.init], visit);
        return;
      }
      case 'AssignmentExpression':
        this.#bind(node.left, visit);
        this.#enter([node.right], visit);
        return;
      case 'UpdateExpression':
        this.#bind(node.argument, visit);
        return;
      case 'CatchClause':
        if (node.param) this.#bind(node.param, visit, node.body);
        this.#enter([node.body], visit);
        return;
      case 'ForInStatement':
      case 'ForOfStatement':
        if (node.left.type === 'VariableDeclaration') this.#enter([node.left], visit);
        else this.#bind(node.left, visit);
        this.#enter([node.right, node.body], visit);
        return;
      default:
        this.#enter(childrenOf(node), visit);
    }
  }

  #enterFunction(fn: FunctionNode, visit: Visit): void {
    for (const param of fn.params) this.#bind(param, visit, fn);
    this.#enter([fn.body], visit);
  }

  #enter(nodes: readonly Node[], { node: parent, block, repeatsUntil }: Visit): void {
    for (const node of nodes) if (!IDLE.has(node.type)) this.#open.push({ node, parent, block, repeatsUntil });
  }

  /** With a block, the pattern declares its variables there. */
  #bind(pattern: Node, visit: Visit, declaredIn?: Node): void {
    const { targets, evaluated } = partsOfPattern(pattern);
    this.#enter(evaluated, visit);
    for (const target of targets) {
      if (target.type === 'Identifier' && declaredIn) this.#candidates.declare(target.name, declaredIn);
      this.#changes.push({ node: visit.node, target });
      if (this.#question.isSession(target)) {
        const variable = this.#candidates.session(target);
        if (variable !== undefined) this.#sessionVariables.add(variable);
        if (declaredIn) this.#sessionBlocks.add(declaredIn);
      }
      // The variable itself is not evaluated, the object of a member is.
      if (target.type === 'MemberExpression') this.#enter(childrenOf(target), visit);
    }
  }

  /** A function that is not run here: what it releases may never be released, what it writes cannot be followed. */
  #scanCallback(fn: Node): void {
    const open = [...childrenOf(fn)];
    for (let node = open.pop(); node; node = open.pop()) {
      if (node.type === 'AssignmentExpression' || node.type === 'UpdateExpression') {
        const written = node.type === 'UpdateExpression' ? node.argument : node.left;
        for (const target of partsOfPattern(written).targets) {
          if (target.type === 'Identifier') this.#candidates.writtenInCallback(target.name);
        }
      }
      if (node.type === 'CallExpression' && this.#question.classify(node) === 'release') this.#releasesInCallbacks.push(node);
      open.push(...childrenOf(node));
    }
  }

  /** What contains something of interest is of interest. Parents were visited before their children. */
  #spreadInterest(): void {
    for (let index = this.#visited.length - 1; index >= 0; index -= 1) {
      const { node, parent } = this.#visited[index] as Visit;
      if (parent && this.#interesting.has(node)) this.#interesting.add(parent);
    }
  }

  #events(): Node[] {
    const events = this.#acquisition ? [this.#acquisition] : [];
    for (const [node, effect] of this.#effects) if (effect === 'release' || effect === 'escape') events.push(node);
    return events;
  }

  /** Several declarations (an alias further out) or none leave the whole scope. */
  #extent(): Node | undefined {
    const { scope } = this.#question;
    const [block] = this.#sessionBlocks;
    if (!block || this.#sessionBlocks.size > 1 || !this.#acquisition || isFunction(block)) return undefined;
    if (block === scope || (isFunction(scope) && block === scope.body) || !contains(block, this.#acquisition)) return undefined;
    return block;
  }
}

/** Blocks, and statements with a head, in which `let` and `const` live. */
function ownsVariables(node: Node): boolean {
  return node.type === 'BlockStatement' || node.type === 'SwitchStatement' || (isLoop(node) && node.type.startsWith('For'));
}

function isPattern(node: Node): boolean {
  return node.type === 'ArrayPattern' || node.type === 'ObjectPattern';
}

function isTrue(node: Node): boolean {
  return node.type === 'Literal' && node.value === true;
}

/** They evaluate nothing, and have no parts that do. */
const IDLE: ReadonlySet<string> = new Set<`${Node['type']}`>(['Literal', 'MetaProperty', 'PrivateIdentifier', 'Super', 'TemplateElement']);

/** Statements, type assertions and the parts of declarations complete no expression. */
const EVALUATED: ReadonlySet<string> = new Set<`${Node['type']}`>([
  'ArrayExpression', 'ArrowFunctionExpression', 'AssignmentExpression', 'AwaitExpression', 'BinaryExpression', 'CallExpression',
  'ClassDeclaration', 'ClassExpression', 'ConditionalExpression', 'FunctionDeclaration', 'FunctionExpression', 'Identifier',
  'ImportExpression', 'LogicalExpression', 'MemberExpression', 'NewExpression', 'ObjectExpression', 'SequenceExpression',
  'TaggedTemplateExpression', 'TemplateLiteral', 'ThisExpression', 'UnaryExpression', 'UpdateExpression', 'YieldExpression',
]);
