/** One file as the analysis sees it: its syntax tree in one walk, its variables, its evidence. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Settings } from '../settings.js';
import { calleeName, isFunction, type FunctionNode, type Node } from './syntax.js';
import type { Variable } from './values.js';

type SourceCode = Readonly<TSESLint.SourceCode>;

export class File {
  readonly sourceCode: SourceCode;
  readonly settings: Settings;
  readonly filename: string;
  readonly calls: (TSESTree.CallExpression | TSESTree.NewExpression)[] = [];
  readonly callsByName = new Map<string, (TSESTree.CallExpression | TSESTree.NewExpression)[]>();
  readonly functions: FunctionNode[] = [];
  readonly classes: (TSESTree.ClassDeclaration | TSESTree.ClassExpression)[] = [];
  readonly assignments: TSESTree.AssignmentExpression[] = [];
  readonly expressionStatements: TSESTree.ExpressionStatement[] = [];
  /** Nodes of the kinds that some law looks at, in source order. */
  readonly forAwaits: TSESTree.ForOfStatement[] = [];
  #resolved: Map<Node, Variable> | undefined;

  constructor(sourceCode: SourceCode, filename: string, settings: Settings) {
    this.sourceCode = sourceCode;
    this.filename = filename;
    this.settings = settings;
    this.#walk(sourceCode.ast);
  }

  #walk(root: Node): void {
    const keys = runtimeKeys(this.sourceCode.visitorKeys);
    // An explicit stack: generated files nest deeper than the call stack.
    const stack: Node[] = [root];
    for (let node = stack.pop(); node; node = stack.pop()) {
      this.#note(node);
      const children = keys.get(node.type) ?? [];
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
  }

  #note(node: Node): void {
    switch (node.type) {
      case 'CallExpression':
      case 'NewExpression': {
        this.calls.push(node);
        const name = calleeName(node);
        if (name !== undefined) {
          const same = this.callsByName.get(name);
          if (same) same.push(node);
          else this.callsByName.set(name, [node]);
        }
        break;
      }
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.classes.push(node);
        break;
      case 'AssignmentExpression':
        this.assignments.push(node);
        break;
      case 'ExpressionStatement':
        this.expressionStatements.push(node);
        break;
      case 'ForOfStatement':
        if (node.await) this.forAwaits.push(node);
        break;
      default:
        if (isFunction(node)) this.functions.push(node);
    }
  }

  /** The variable that an identifier refers to or declares; undefined for globals that nothing declares. */
  variableOf(identifier: Node): Variable | undefined {
    if (!this.#resolved) {
      const resolved = new Map<Node, Variable>();
      for (const scope of this.sourceCode.scopeManager?.scopes ?? []) {
        for (const reference of scope.references) if (reference.resolved) resolved.set(reference.identifier, reference.resolved);
        for (const variable of scope.variables) for (const name of variable.identifiers) resolved.set(name, variable);
      }
      this.#resolved = resolved;
    }
    return this.#resolved.get(identifier);
  }

  /** The source text of a node, on one line and not too long: for names in messages. */
  nameOf(node: Node): string {
    const text = this.sourceCode.getText(node).replace(/\s+/g, ' ');
    return text.length > 40 ? `${text.slice(0, 39)}…` : text;
  }
}

const typeKeys = new Set(['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments', 'superTypeArguments', 'implements']);
const keyTables = new WeakMap<object, Map<string, readonly string[]>>();

/** Visitor keys without types, which hold nothing that runs. */
function runtimeKeys(visitorKeys: Readonly<Record<string, readonly string[] | undefined>>): Map<string, readonly string[]> {
  let table = keyTables.get(visitorKeys);
  if (!table) {
    table = new Map();
    for (const [type, keys] of Object.entries(visitorKeys)) {
      if (/^TS(?!As|NonNull|Satisfies|TypeAssertion|Instantiation|ParameterProperty|Export|Module|Enum|AbstractM|AbstractP|AbstractA|ImportEquals|External)/.test(type)) continue;
      table.set(type, (keys ?? []).filter((key) => !typeKeys.has(key)));
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
