/** One file as the analysis sees it: its syntax tree in one walk, its variables, its evidence. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Settings } from '../settings.js';
import { importedSpecifiers } from './evidence.js';
import { bySource } from './order.js';
import { calleeName, unwrap, type ClassNode, type FunctionNode, type Node } from './syntax.js';
import type { Variable } from './values.js';

type SourceCode = Readonly<TSESLint.SourceCode>;

type Scope = TSESLint.Scope.Scope;

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** Nodes of the kinds that some law looks at, in source order. */
interface Nodes {
  readonly calls: Call[];
  readonly callsByName: Map<string, Call[]>;
  readonly functions: FunctionNode[];
  readonly classes: ClassNode[];
  readonly assignments: TSESTree.AssignmentExpression[];
  /** Declarations of a variable with a value. */
  readonly declarators: TSESTree.VariableDeclarator[];
  readonly expressionStatements: TSESTree.ExpressionStatement[];
  readonly forAwaits: TSESTree.ForOfStatement[];
  readonly tagged: TSESTree.TaggedTemplateExpression[];
}

/** Nodes of the kinds that have a scope of their own. */
const scopeOwners: ReadonlySet<string> = new Set([
  'Program', 'BlockStatement', 'ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration', 'ClassDeclaration', 'ClassExpression', 'CatchClause', 'ForStatement', 'ForInStatement', 'ForOfStatement',
  'SwitchStatement', 'WithStatement', 'PropertyDefinition', 'AccessorProperty', 'StaticBlock', 'TSModuleDeclaration', 'TSEnumDeclaration', 'TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'TSConditionalType',
  'TSMappedType', 'TSFunctionType', 'TSConstructorType', 'TSCallSignatureDeclaration', 'TSConstructSignatureDeclaration', 'TSMethodSignature', 'TSDeclareFunction', 'TSEmptyBodyFunctionExpression',
  'TSAbstractMethodDefinition', 'TSAbstractPropertyDefinition', 'TSAbstractAccessorProperty', 'TSIndexSignature',
]);

export class File {
  readonly sourceCode: SourceCode;
  readonly settings: Settings;
  readonly filename: string;
  #nodes: Nodes | undefined;
  #specifiers: ReadonlySet<string> | undefined;
  readonly #returns = new Map<FunctionNode, readonly TSESTree.ReturnStatement[]>();
  readonly #resolved = new Map<Node, Variable | null>();
  readonly #scopes = new Map<Node, Scope>();

  constructor(sourceCode: SourceCode, filename: string, settings: Settings) {
    this.sourceCode = sourceCode;
    this.filename = filename;
    this.settings = settings;
  }

  /** The file's nodes, by one walk on first demand: most files never need it. */
  get nodes(): Nodes {
    this.#nodes ??= walk(this.sourceCode);
    return this.#nodes;
  }

  get calls(): readonly Call[] {
    return this.nodes.calls;
  }

  get functions(): readonly FunctionNode[] {
    return this.nodes.functions;
  }

  get callsByName(): ReadonlyMap<string, readonly Call[]> {
    return this.nodes.callsByName;
  }

  /** The calls whose method (or function) has one of these names, in source order. */
  callsNamed(names: { has(name: string): boolean }): readonly Call[] {
    const groups: (readonly Call[])[] = [];
    for (const [name, calls] of this.callsByName) if (names.has(name)) groups.push(calls);
    const [first = [], ...others] = groups;
    return others.length === 0 ? first : groups.flat().sort(bySource);
  }

  /** The innermost node around a place of the text. */
  nodeAt(index: number): Node {
    const { ast, visitorKeys } = this.sourceCode;
    for (let node: Node = ast; ; ) {
      const inner: Node | undefined = childrenOf(node, visitorKeys).find(({ range: [start, end] }) => start <= index && index < end);
      if (!inner) return node;
      node = inner;
    }
  }

  /** Specifiers of all modules that the file names, wherever it does: a value of a module is of one of these. */
  get specifiers(): ReadonlySet<string> {
    this.#specifiers ??= new Set(importedSpecifiers(this.sourceCode));
    return this.#specifiers;
  }

  /** The `return` statements of a function, in source order. */
  returnsOf(fn: FunctionNode): readonly TSESTree.ReturnStatement[] {
    let returns = this.#returns.get(fn);
    if (!returns) this.#returns.set(fn, (returns = returnsIn(fn.body)));
    return returns;
  }

  /** What they give back. */
  returnedBy(fn: FunctionNode): readonly Node[] {
    return this.returnsOf(fn).flatMap(({ argument }) => argument ?? []);
  }

  /**
   * The variable that an identifier refers to or declares; undefined for globals that nothing declares. Looked up by
   * scope: few identifiers of a file are ever asked for.
   */
  variableOf(identifier: Node): Variable | undefined {
    if (identifier.type !== 'Identifier' && identifier.type !== 'JSXIdentifier') return undefined;
    const known = this.#resolved.get(identifier);
    if (known !== undefined) return known ?? undefined;
    const { name } = identifier;
    let variable: Variable | undefined;
    for (let scope: Scope | null = this.#scopeOf(identifier); scope && !variable; scope = scope.upper) variable = scope.set.get(name);
    this.#resolved.set(identifier, variable ?? null);
    return variable;
  }

  /** As `sourceCode.getScope`, but remembered for each node that may have a scope. */
  #scopeOf(identifier: Node): Scope {
    let owner = identifier.parent;
    while (owner && !scopeOwners.has(owner.type)) owner = owner.parent;
    // What is asked of the program itself is the global scope, and not the module's.
    const key = owner ?? identifier;
    let scope = this.#scopes.get(key);
    if (!scope) {
      scope = this.sourceCode.getScope(owner?.type === 'Program' ? identifier : key);
      this.#scopes.set(key, scope);
    }
    return scope;
  }

  /**
   * An expression as it is written, but for white space, comments and parentheses: two are spelled the same wherever
   * their lines break.
   */
  spellingOf(expression: Node): string {
    const names: string[] = [];
    let node = unwrap(expression);
    for (; node.type === 'MemberExpression' && !node.computed; node = unwrap(node.object)) names.push(`.${node.property.name}`);
    const root = node.type === 'Identifier' ? node.name : this.sourceCode.getTokens(node).map(({ value }) => value).join('');
    return root + names.reverse().join('');
  }

  /** The source text of a node, on one line and not too long: for names in messages. */
  nameOf(node: Node): string {
    if (node.type === 'Identifier') return node.name;
    let text = '';
    let end = node.range[0];
    for (const { type, value, range } of this.sourceCode.getTokens(node)) {
      if (text.length > 40) break;
      // A chain over several lines is one word: `rows.map`.
      text += `${range[0] > end && value !== '.' && value !== '?.' ? ' ' : ''}${withoutContents[type]?.(value) ?? value}`;
      end = range[1];
    }
    return text.length > 40 ? `${text.slice(0, 39)}…` : text;
  }
}

/** What stands in quotes may be a password, or an address with one. */
const withoutContents: Readonly<Partial<Record<string, (text: string) => string>>> = {
  String: (text) => (text.length > 2 ? `${text.charAt(0)}…${text.charAt(0)}` : text),
  Template: (text) => text.replace(/^([`}]).+?(`|\$\{)$/s, '$1…$2'),
  RegularExpression: () => '/…/',
  JSXText: () => '…',
};

function walk(sourceCode: SourceCode): Nodes {
  const nodes: Nodes = { calls: [], callsByName: new Map(), functions: [], classes: [], assignments: [], declarators: [], expressionStatements: [], forAwaits: [], tagged: [] };
  const steps = stepsOf(sourceCode);
  if (steps) noteSteps(nodes, steps);
  else noteTree(nodes, sourceCode);
  return nodes;
}

interface Step {
  readonly target: unknown;
  readonly phase?: number;
}

/** ESLint's own way through the tree, which it keeps; other hosts have none. */
function stepsOf(sourceCode: SourceCode): readonly Step[] | undefined {
  const { traverse } = sourceCode as { traverse?: () => Iterable<Step> };
  const steps = traverse?.call(sourceCode);
  return Array.isArray(steps) ? (steps as readonly Step[]) : undefined;
}

function noteSteps(nodes: Nodes, steps: readonly Step[]): void {
  let skipped: Node | undefined;
  for (const step of steps) {
    if (step.phase === undefined) continue;
    const node = step.target as Node;
    if (skipped) {
      if (node === skipped) skipped = undefined;
    } else if (step.phase === 1) {
      // As below: what decorates a parameter is not looked at.
      if (node.type !== 'Identifier') note(nodes, node);
      else if ((node as { decorators?: readonly unknown[] }).decorators?.length) skipped = node;
    }
  }
}

function noteTree(nodes: Nodes, sourceCode: SourceCode): void {
  const keys = runtimeKeys(sourceCode.visitorKeys);
  // An explicit stack: generated files nest deeper than the call stack.
  const stack: Node[] = [sourceCode.ast];
  for (let node = stack.pop(); node; node = stack.pop()) {
    note(nodes, node);
    // The kinds that most nodes are of, by name: several times as fast as by key.
    switch (node.type) {
      case 'MemberExpression':
        if (node.computed) push(stack, node.property);
        push(stack, node.object);
        continue;
      case 'CallExpression':
        pushAll(stack, node.arguments);
        push(stack, node.callee);
        continue;
      case 'Property':
        push(stack, node.value);
        if (node.computed) push(stack, node.key);
        continue;
      case 'ExpressionStatement':
        push(stack, node.expression);
        continue;
      case 'BlockStatement':
        pushAll(stack, node.body);
        continue;
      case 'ObjectExpression':
        pushAll(stack, node.properties);
        continue;
      default:
    }
    const children = keys.get(node.type);
    if (!children) continue;
    for (let i = children.length - 1; i >= 0; i--) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[children[i] ?? ''];
      if (Array.isArray(child)) pushAll(stack, child);
      else if (child) push(stack, child);
    }
  }
}

function pushAll(stack: Node[], nodes: readonly (Node | null)[]): void {
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node) push(stack, node);
  }
}

/** What has no children that run is not even visited. */
function push(stack: Node[], node: Node): void {
  if (node.type !== 'Identifier' && node.type !== 'Literal') stack.push(node);
}

function note(nodes: Nodes, node: Node): void {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression': {
      nodes.calls.push(node);
      const name = calleeName(node);
      if (name === undefined) break;
      const same = nodes.callsByName.get(name);
      if (same) same.push(node);
      else nodes.callsByName.set(name, [node]);
      break;
    }
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      nodes.functions.push(node);
      break;
    case 'ClassDeclaration':
    case 'ClassExpression':
      nodes.classes.push(node);
      break;
    case 'AssignmentExpression':
      nodes.assignments.push(node);
      break;
    case 'VariableDeclarator':
      if (node.init) nodes.declarators.push(node);
      break;
    case 'ExpressionStatement':
      nodes.expressionStatements.push(node);
      break;
    case 'TaggedTemplateExpression':
      nodes.tagged.push(node);
      break;
    case 'ForOfStatement':
      if (node.await) nodes.forAwaits.push(node);
      break;
    default:
  }
}

/** By a way through statements alone: what is in expressions returns from other functions. */
function returnsIn(body: Node): TSESTree.ReturnStatement[] {
  const returns: TSESTree.ReturnStatement[] = [];
  const stack: Node[] = [body];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'ReturnStatement') returns.push(node);
    else pushAll(stack, statementsOf(node));
  }
  return returns;
}

function statementsOf(node: Node): readonly (Node | null)[] {
  switch (node.type) {
    case 'BlockStatement':
      return node.body;
    case 'SwitchCase':
      return node.consequent;
    case 'SwitchStatement':
      return node.cases;
    case 'IfStatement':
      return [node.consequent, node.alternate];
    case 'TryStatement':
      return [node.block, node.handler, node.finalizer];
    case 'CatchClause':
    case 'DoWhileStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'ForStatement':
    case 'LabeledStatement':
    case 'WhileStatement':
    case 'WithStatement':
      return [node.body];
    default:
      return [];
  }
}

const typeKeys = new Set(['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments', 'superTypeArguments', 'implements']);
const keyTables = new WeakMap<object, Map<string, readonly string[]>>();

/** Visitor keys without types and without what has no children: neither holds anything that runs. */
function runtimeKeys(visitorKeys: Readonly<Record<string, readonly string[] | undefined>>): Map<string, readonly string[]> {
  let table = keyTables.get(visitorKeys);
  if (!table) {
    table = new Map();
    for (const [type, keys] of Object.entries(visitorKeys)) {
      if (/^TS(?!As|NonNull|Satisfies|TypeAssertion|Instantiation|ParameterProperty|Export|Module|Enum|AbstractM|AbstractP|AbstractA|ImportEquals|External)/.test(type)) continue;
      const running = (keys ?? []).filter((key) => !typeKeys.has(key) && !(type === 'Identifier' || type === 'PrivateIdentifier'));
      if (running.length > 0) table.set(type, running);
    }
    keyTables.set(visitorKeys, table);
  }
  return table;
}

/** The children of a node that may hold something that runs, in source order. */
export function runningChildrenOf(node: Node, sourceCode: SourceCode): Node[] {
  const children: Node[] = [];
  for (const key of runtimeKeys(sourceCode.visitorKeys).get(node.type) ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
    if (Array.isArray(child)) {
      for (const element of child) if (element) push(children, element);
    } else if (child) push(children, child);
  }
  return children;
}

/** All children of a node, in source order. */
export function childrenOf(node: Node, visitorKeys: Readonly<Record<string, readonly string[] | undefined>>): Node[] {
  const children: Node[] = [];
  for (const key of visitorKeys[node.type] ?? []) {
    const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
    if (Array.isArray(child)) {
      for (const element of child) if (element) children.push(element);
    } else if (child) children.push(child);
  }
  return children;
}
