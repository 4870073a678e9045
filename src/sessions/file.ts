/** One file as the analysis sees it: its syntax tree in one walk, its variables, its evidence. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Settings } from '../settings.js';
import { calleeName, unwrap, type ClassNode, type FunctionNode, type Node } from './syntax.js';
import type { Variable } from './values.js';

type SourceCode = Readonly<TSESLint.SourceCode>;

type Call = TSESTree.CallExpression | TSESTree.NewExpression;

/** Nodes of the kinds that some law looks at, in source order. */
interface Nodes {
  readonly calls: Call[];
  readonly callsByName: Map<string, Call[]>;
  readonly functions: FunctionNode[];
  readonly classes: ClassNode[];
  readonly assignments: TSESTree.AssignmentExpression[];
  readonly expressionStatements: TSESTree.ExpressionStatement[];
  readonly forAwaits: TSESTree.ForOfStatement[];
}

export class File {
  readonly sourceCode: SourceCode;
  readonly settings: Settings;
  readonly filename: string;
  #nodes: Nodes | undefined;
  readonly #resolved = new Map<Node, Variable | undefined>();

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

  get callsByName(): ReadonlyMap<string, readonly Call[]> {
    return this.nodes.callsByName;
  }

  /**
   * The variable that an identifier refers to or declares; undefined for globals that nothing declares. Looked up by
   * scope: few identifiers of a file are ever asked for.
   */
  variableOf(identifier: Node): Variable | undefined {
    const name = identifier.type === 'Identifier' || identifier.type === 'JSXIdentifier' ? identifier.name : undefined;
    if (name === undefined) return undefined;
    if (this.#resolved.has(identifier)) return this.#resolved.get(identifier);
    let variable: Variable | undefined;
    for (let scope: TSESLint.Scope.Scope | null = this.sourceCode.getScope(identifier); scope && !variable; scope = scope.upper) variable = scope.set.get(name);
    this.#resolved.set(identifier, variable);
    return variable;
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
    const text = this.sourceCode.getText(node).replace(/\s+/g, ' ');
    return text.length > 40 ? `${text.slice(0, 39)}…` : text;
  }
}

function walk(sourceCode: SourceCode): Nodes {
  const nodes: Nodes = { calls: [], callsByName: new Map(), functions: [], classes: [], assignments: [], expressionStatements: [], forAwaits: [] };
  const keys = runtimeKeys(sourceCode.visitorKeys);
  // An explicit stack: generated files nest deeper than the call stack.
  const stack: Node[] = [sourceCode.ast];
  for (let node = stack.pop(); node; node = stack.pop()) {
    note(nodes, node);
    const children = keys.get(node.type);
    if (!children) continue;
    for (let i = children.length - 1; i >= 0; i--) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[children[i] ?? ''];
      if (Array.isArray(child)) {
        for (let j = child.length - 1; j >= 0; j--) {
          const element = child[j];
          if (element) stack.push(element);
        }
      } else if (child) stack.push(child);
    }
  }
  return nodes;
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
    case 'ExpressionStatement':
      nodes.expressionStatements.push(node);
      break;
    case 'ForOfStatement':
      if (node.await) nodes.forAwaits.push(node);
      break;
    default:
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
