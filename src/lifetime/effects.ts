/** What each expression of a function does to one session of it: the answers to the interpreter's questions. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, chainOf, isFunction, isWithin, outermost, propertyName, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';
import { carriageOf, isOptionName, isOwnClass, travels } from './carrying.js';
import { consumerOf } from './holders.js';
import { endsProcess, eventMethods, hardlyThrows, isOfConsole, neverThrows } from './known-calls.js';
import type { Effect, LifetimeScope } from './lifetime.js';
import { isAwaited, isContinued, isInFinally, isInHandlerOf, isKeptLocally, isOptionsOnly, isTested, mayNotRun } from './places.js';
import { Mentions } from './mentions.js';
import { isKept, isRelease, isReleaseReference, isSessionRelease, isSubmission, mayEndTransaction, releasesOf, showsRelease, type Subject } from './releasing.js';
import { parameterFor, type Summaries } from './summaries.js';
import { childrenOf, isClass, promiseStepOf } from './syntax.js';

const iterates = /^(?:map|forEach|filter|reduce|some|every|find|flatMap|sort|each|eachSeries|mapSeries|times)$/;
const stores = /^(?:push|unshift|add|set|assign|defineProperty|enterWith|provide|register|resolve)$/;

export class Effects {
  readonly subject: Subject;
  /** Where the session is used for the first time, and its name is mentioned as a value. */
  firstUse = Infinity;
  /** Callbacks of the session's own methods that go on with it: `client.query(text, (error, rows) => { client.release(); })`. */
  readonly continuations: Set<FunctionNode> = new Set();
  readonly #model: SessionModel;
  readonly #scope: LifetimeScope;
  readonly #session: Session | undefined;
  readonly #summaries: Summaries;
  readonly #closures = new Map<Node, Effect | undefined>();
  readonly #insides = new Map<Node, Set<Effect>>();
  readonly #mentions: Mentions;
  /** Functions of the scope that name the session. */
  readonly #hasFunctions: boolean;
  #isHandedOn = false;
  #own: readonly Node[] | undefined;

  constructor(model: SessionModel, subject: Subject, scope: LifetimeScope, session: Session | undefined, summaries: Summaries) {
    this.#model = model;
    this.subject = subject;
    this.#scope = scope;
    this.#session = session;
    this.#summaries = summaries;
    this.#mentions = new Mentions(subject);
    this.#hasFunctions = this.#mentions.isInFunctionsOf(scope);
  }

  readonly isSession = (node: Node): boolean => this.subject.holders.isSession(node);

  readonly statusOf = (node: Node): 'released' | undefined => (showsRelease(this.subject, node) ? 'released' : undefined);

  readonly classify = (node: Node): Effect | undefined => {
    const effect = this.#effectOf(node);
    if (effect === 'use' || effect === 'pending-use' || effect === 'escape') this.firstUse = Math.min(this.firstUse, node.range[0]);
    return effect;
  };

  #effectOf(node: Node): Effect | undefined {
    if (isFunction(node)) return this.#closure(node);
    if (isClass(node)) return this.#mentions.isIn(node) ? 'escape' : undefined;
    switch (node.type) {
      case 'CallExpression':
        return this.#call(node);
      case 'NewExpression':
        // A query object, handed over at once: `client.query(new Cursor(text))`.
        if (node.parent.type === 'CallExpression' && this.#mentions.isIn(node.parent) && isSubmission(this.subject, node.parent)) return 'cannot-throw';
        return node.callee.type === 'Identifier' && /(?:Error|Exception)$|^(?:Date|Map|Set|WeakMap|Array|Object)$/.test(node.callee.name) ? 'cannot-throw' : undefined;
      case 'TaggedTemplateExpression':
        if (!this.#mentions.isIn(node)) return undefined;
        if (this.subject.ends === 'transaction' && isRelease(this.#model.resolver, this.subject, node)) return 'release';
        return this.subject.holders.linksOf(chainOf(node)) ? 'pending-use' : undefined;
      case 'MemberExpression':
        if (!this.#mentions.isIn(node)) return undefined;
        if (isReleaseReference(this.subject, node)) return this.#reference(node);
        return this.isSession(node) ? this.#mention(node) : undefined;
      case 'Identifier':
        if (this.isSession(node)) return this.#mention(node);
        return this.#named(node);
      default:
        return undefined;
    }
  }

  // ----- calls

  #call(call: TSESTree.CallExpression): Effect | undefined {
    if (!this.#mentions.isIn(call)) return endsProcess(call) ? 'never-returns' : this.#withoutSession(call);
    if (isRelease(this.#model.resolver, this.subject, call)) return 'release';
    // The transaction stays what it is.
    if (this.subject.ends === 'transaction' && isSessionRelease(this.#model.resolver, this.subject, call)) return 'use';
    const links = this.subject.holders.linksOf(chainOf(call));
    if (links) return this.#onSession(call, links.map((link) => link.name));
    if (endsProcess(call)) return 'never-returns';
    return this.#handed(call) ?? this.#withoutSession(call);
  }

  /** A call that is neither made on the session nor given it. */
  #withoutSession(call: TSESTree.CallExpression): Effect | undefined {
    const local = this.#localCall(call);
    if (local) return local;
    if (this.#session && this.#isOnDerived(call)) return 'pending-use';
    return neverThrows(call) || (hardlyThrows(call) && !isAwaited(call)) ? 'cannot-throw' : undefined;
  }

  /** What is made from the session works on it: `const repo = qr.manager.getRepository(User)`. */
  #isOnDerived(call: TSESTree.CallExpression): boolean {
    const { root, links } = chainOf(call);
    if (root.type !== 'Identifier' || isContinued(call)) return false;
    return sessionOf(this.#model.resolver.valueOf(root)) === this.#session && !this.#isLocal(links.map((link) => link.name));
  }

  #onSession(call: TSESTree.CallExpression, names: readonly string[]): Effect | undefined {
    if (isKept(this.subject, call) || (this.subject.ends === 'transaction' && mayEndTransaction(this.subject, call))) return 'escape';
    if (showsRelease(this.subject, call)) return 'cannot-throw';
    if (names.at(-1) === 'bind' || isContinued(call)) return undefined;
    if (this.#isLocal(names) || eventMethods.has(names.at(-1) ?? '')) return isAwaited(call) ? undefined : 'cannot-throw';
    // A command that is built and not run is no use: Kysely's `trx.commit()`.
    if (promiseStepOf(call)) return undefined;
    return 'pending-use';
  }

  #isLocal(names: readonly string[]): boolean {
    return this.subject.kinds.every(({ facts }) => names.every((name) => facts.operations?.local?.includes(name) === true || facts.derived?.methods?.includes(name) === true || facts.derived?.properties?.includes(name) === true));
  }

  /** A call that is given the session. */
  #handed(call: TSESTree.CallExpression): Effect | undefined {
    const carried = call.arguments.flatMap((argument, index) => {
      const how = carriageOf(this.subject, argument);
      return how ? [{ argument, index, how }] : [];
    });
    const [first] = carried;
    if (!first) return undefined;
    const name = calleeName(call) ?? '';
    const isStored = stores.test(name) && carried.some(({ how }) => how !== 'derived');
    if (!isStored && carried.every(({ argument, index, how }) => how === 'derived' || travels(this.subject, call, argument, index))) return 'pending-use';
    if (isOfConsole(call.callee)) return 'cannot-throw';
    const callee = this.#model.resolver.valueOf(call.callee);
    if (callee?.kind === 'function') {
      const summary = this.#summaryOf(callee.node, call, first.index);
      if (summary) return summary;
    }
    // Somebody else owns it now, unless this function itself releases it when the call is done.
    if (stores.test(name) || !this.#isBorrowed(call)) {
      this.#isHandedOn = true;
      return 'escape';
    }
    if (isAwaited(call)) return 'pending-use';
    if (outermost(call).parent?.type === 'ReturnStatement') return this.#ownReleases.some(isInFinally) ? 'pending-use' : 'escape';
    return isKeptLocally(this.#model, call) ? 'use' : 'escape';
  }

  #summaryOf(fn: FunctionNode, call: TSESTree.CallExpression, index: number): Effect | undefined {
    const variable = parameterFor(this.#model, fn, call, index, (node) => this.isSession(unwrap(node)));
    return variable && this.#summaries.ofParameter(fn, variable, this.subject);
  }

  /** A function of this file that is called without the session: a helper that captures it, or one that only throws. */
  #localCall(call: TSESTree.CallExpression): Effect | undefined {
    const callee = unwrap(call.callee);
    if (callee.type !== 'Identifier' && callee.type !== 'MemberExpression') return undefined;
    const value = this.#model.resolver.valueOf(callee);
    // An inherited method may do anything with a field.
    if (value?.kind !== 'function') return this.subject.holders.isField && callee.type === 'MemberExpression' && /^(?:ThisExpression|Super)$/.test(callee.object.type) ? 'escape' : undefined;
    if (isWithin(value.node, this.#scope) && this.#mentions.isIn(value.node)) return this.#summaries.ofCapture(value.node, this.subject, this.#session);
    return this.#summaries.ofOther(value.node);
  }

  // ----- mentions

  /** The session's name as a value: returned, stored, assigned. What calls are given is said of the call. */
  #mention(node: Node): Effect | undefined {
    let { value, parent } = consumerOf(node);
    let carried = false;
    let key: string | undefined;
    for (;;) {
      switch (parent?.type) {
        case 'Property':
          if (parent.value !== value) return undefined;
          key = propertyName(parent);
          carried = true;
          ({ value, parent } = consumerOf(parent.parent));
          continue;
        case 'SpreadElement':
        case 'ArrayExpression':
          carried = true;
          ({ value, parent } = consumerOf(parent));
          continue;
        case 'ObjectExpression':
          ({ value, parent } = consumerOf(parent));
          continue;
        case 'MemberExpression':
        case 'CallExpression':
        case 'ExpressionStatement':
        case 'UnaryExpression':
        case 'BinaryExpression':
        case 'LogicalExpression':
        case 'ConditionalExpression':
        case 'IfStatement':
        case 'WhileStatement':
        case 'SwitchStatement':
        case 'TemplateLiteral':
        case 'TaggedTemplateExpression':
          return undefined;
        case 'NewExpression':
          return isOwnClass(this.subject, parent) ? undefined : 'escape';
        case 'VariableDeclarator':
          return !carried || (isOptionName(this.subject, key) && isOptionsOnly(this.#model, parent.id)) ? undefined : 'escape';
        case 'AssignmentExpression': {
          if (parent.right !== value) return undefined;
          const target = unwrap(parent.left);
          if (!carried && this.isSession(target)) return undefined;
          if (target.type === 'MemberExpression' && !carried && isOptionName(this.subject, propertyName(target)) && this.#ownReleases.length > 0) return undefined;
          return carried && target.type === 'Identifier' && isOptionName(this.subject, key) ? undefined : 'escape';
        }
        default:
          return 'escape';
      }
    }
  }

  /** `trx.commit` that somebody else will call. */
  #reference(member: TSESTree.MemberExpression): Effect | undefined {
    const bound = outermost(member).parent;
    const node = bound?.type === 'MemberExpression' ? bound.parent : member;
    const { value, parent } = consumerOf(node);
    if (parent?.type === 'CallExpression' && parent.callee !== value) return promiseStepOf(parent) ? 'release' : 'escape';
    return parent?.type === 'VariableDeclarator' || parent?.type === 'AssignmentExpression' || parent?.type === 'Property' || parent?.type === 'ReturnStatement' ? 'escape' : undefined;
  }

  /** A function of the scope that works on the session, handed on by its name. */
  #named(node: TSESTree.Identifier): Effect | undefined {
    if (!this.#hasFunctions && node.name !== this.subject.done?.name && !(isFunction(this.#scope) && node.name === this.#scope.id?.name)) return undefined;
    const { value, parent } = consumerOf(node);
    if (!parent || parent.type === 'MemberExpression' || parent.type === 'VariableDeclarator' || (parent.type === 'CallExpression' && parent.callee === value)) return undefined;
    if (this.subject.done && this.#model.file.variableOf(node) === this.subject.done) return isTested(parent) ? undefined : 'escape';
    const definition = this.#model.file.variableOf(node)?.defs[0]?.node;
    if (!definition || (!isFunction(definition) && definition.type !== 'VariableDeclarator') || !isWithin(definition, this.#scope)) return undefined;
    const fn = this.#model.resolver.valueOf(node);
    if (fn?.kind !== 'function' || !isWithin(fn.node, this.#scope) || !this.#mentions.isIn(fn.node)) return undefined;
    const inside = this.#inside(fn.node);
    if (parent.type === 'CallExpression') {
      if (promiseStepOf(parent)) return this.#summaries.ofCapture(fn.node, this.subject, this.#session);
      return inside.has('release') || inside.has('escape') ? 'escape' : 'use';
    }
    return isTested(parent) ? undefined : 'escape';
  }

  // ----- closures

  #closure(fn: FunctionNode): Effect | undefined {
    if (!this.#closures.has(fn)) {
      this.#closures.set(fn, undefined);
      this.#closures.set(fn, this.#closureEffect(fn));
    }
    return this.#closures.get(fn);
  }

  #closureEffect(fn: FunctionNode): Effect | undefined {
    if (fn.type === 'FunctionDeclaration' || !this.#mentions.isIn(fn)) return undefined;
    let { value, parent } = consumerOf(fn);
    if (parent?.type === 'VariableDeclarator') return undefined;
    if (parent?.type === 'Property') ({ value, parent } = consumerOf(parent.parent));
    if (parent?.type === 'ArrayExpression') ({ value, parent } = consumerOf(parent));
    if (parent?.type !== 'CallExpression' || parent.callee === value) return 'escape';
    const inside = this.#inside(fn);
    const isOwn = this.subject.holders.linksOf(chainOf(parent)) !== undefined;
    if (inside.has('release')) {
      if (isOwn && parent.arguments.at(-1) === value && !isAwaited(parent)) this.continuations.add(fn);
      return mayNotRun(parent) ? undefined : 'escape';
    }
    if (inside.has('escape')) return 'escape';
    const name = calleeName(parent) ?? '';
    if (/^(?:on|once|addListener|addEventListener|setInterval|setTimeout|setImmediate)$/.test(name)) return isOwn && !isKept(this.subject, parent) ? 'use' : 'escape';
    return isOwn || isAwaited(parent) || iterates.test(name) ? 'use' : 'escape';
  }

  /** What the code of a function would do, were it run. */
  #inside(fn: FunctionNode): ReadonlySet<Effect> {
    const known = this.#insides.get(fn);
    if (known) return known;
    const effects = new Set<Effect>();
    // Functions that call each other: what is asked again while it is being answered adds nothing.
    this.#insides.set(fn, effects);
    const open: Node[] = [...childrenOf(fn)];
    for (let node = open.pop(); node; node = open.pop()) {
      const effect = isFunction(node) ? undefined : this.#effectOf(node);
      if (effect) effects.add(effect);
      open.push(...childrenOf(node));
    }
    return effects;
  }

  /** Nothing here releases it, and somebody was given it who may. */
  get isLeftToOthers(): boolean {
    return this.#isHandedOn && this.#ownReleases.length === 0;
  }

  /** Releases that the code around performs itself. */
  get #ownReleases(): readonly Node[] {
    if (!this.#own) {
      // Asked again while it is being answered: nothing more is known.
      this.#own = [];
      this.#own = this.#releaseCalls();
    }
    return this.#own;
  }

  /** When the call has done its work, this function releases the session itself, and not only if the call fails. */
  #isBorrowed(call: Node): boolean {
    return this.#ownReleases.some((release) => release.range[0] > call.range[0] && !isInHandlerOf(release, call));
  }

  #releaseCalls(): Node[] {
    return this.#mentions.all.flatMap((mention): Node[] => {
      for (let node: Node | undefined = mention; node && !isFunction(node) && !node.type.endsWith('Statement'); node = node.parent) {
        if ((node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression') && isRelease(this.#model.resolver, this.subject, node)) return [node];
        if (node.type === 'CallExpression' && this.#isReleasingHelper(node)) return [node];
        if (node.type === 'MemberExpression' && isReleaseReference(this.subject, node)) return [node];
      }
      return [];
    });
  }

  #isReleasingHelper(call: TSESTree.CallExpression): boolean {
    const callee = this.#model.resolver.valueOf(call.callee);
    const index = call.arguments.findIndex((argument) => carriageOf(this.subject, argument));
    return callee?.kind === 'function' && index >= 0 && this.#summaryOf(callee.node, call, index) === 'release';
  }

  /** A call of the scope that ends the transaction and leaves the session. */
  find(isIt: (call: TSESTree.CallExpression) => boolean): TSESTree.CallExpression | undefined {
    for (const mention of this.subject.holders.mentions()) {
      for (let node: Node | undefined = mention; node && !node.type.endsWith('Statement'); node = node.parent) if (node.type === 'CallExpression' && isIt(node)) return node;
    }
    return undefined;
  }

  /** Somebody else got hold of it before it held anything: it was stored, or listens for good. */
  isGivenAwayBefore(node: Node): boolean {
    return this.subject.holders.mentions().some((mention) => {
      for (let part: Node | undefined = mention; part && part.range[0] < node.range[0] && !part.type.endsWith('Statement') && !isFunction(part); part = part.parent) {
        if ((part.type === 'CallExpression' || part === mention) && this.#effectOf(part) === 'escape') return true;
      }
      return false;
    });
  }

  /** A release that depends on the state of the session itself: whether it is the author's to release, only he knows. */
  get isReleasedByState(): boolean {
    return this.#ownReleases.some((release) => {
      for (let node = release, { parent } = node; parent && !isFunction(node); node = parent, { parent } = node) {
        const test = parent.type === 'IfStatement' && parent.test !== node ? parent.test : parent.type === 'LogicalExpression' && parent.right === node ? parent.left : undefined;
        if (test && this.#asksForState(test)) return true;
      }
      return false;
    });
  }

  #asksForState(test: Node): boolean {
    return this.subject.holders.mentions().some((mention) => {
      const { parent } = outermost(mention);
      return isWithin(mention, test) && parent?.type === 'MemberExpression' && !showsRelease(this.subject, parent);
    });
  }

  get isDisposed(): boolean {
    return releasesOf(this.subject).some(({ dispose }) => dispose !== undefined && dispose.symbol !== 'none');
  }
}
