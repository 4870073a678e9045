/** Shapes of the syntax tree that do not depend on what is interpreted. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { FunctionNode } from './lifetime.js';

export type Node = TSESTree.Node;
export type Loop =
  | TSESTree.DoWhileStatement
  | TSESTree.ForInStatement
  | TSESTree.ForOfStatement
  | TSESTree.ForStatement
  | TSESTree.WhileStatement;

export function isFunction(node: Node): node is FunctionNode {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration';
}

export function isClass(node: Node): node is TSESTree.ClassDeclaration | TSESTree.ClassExpression {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

export function isLoop(node: Node): node is Loop {
  return (
    node.type === 'WhileStatement' ||
    node.type === 'DoWhileStatement' ||
    node.type === 'ForStatement' ||
    node.type === 'ForInStatement' ||
    node.type === 'ForOfStatement'
  );
}

export function contains(outer: Node, inner: Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

/** The expression without TypeScript's wrappers: `x as T`, `x!`, `<T>x`, `x satisfies T`. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (
    inner.type === 'TSAsExpression' ||
    inner.type === 'TSNonNullExpression' ||
    inner.type === 'TSSatisfiesExpression' ||
    inner.type === 'TSTypeAssertion' ||
    inner.type === 'TSInstantiationExpression'
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** The same, and without the bracket that marks how far a `?.` reaches. */
export function unwrapChain(node: Node): Node {
  let inner = unwrap(node);
  while (inner.type === 'ChainExpression') inner = unwrap(inner.expression);
  return inner;
}

const NOT_EVALUATED = new Set([
  'parent', 'type', 'loc', 'range', 'tokens', 'comments',
  'typeAnnotation', 'typeArguments', 'typeParameters', 'returnType', 'superTypeArguments', 'implements', 'label',
]);

const EVALUATED_TYPESCRIPT = new Set([
  'TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSTypeAssertion', 'TSInstantiationExpression',
  'TSParameterProperty', 'TSExportAssignment',
]);

/** The parts of a node that are evaluated with it, in the order of the text; types and mere names are left out. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (typeof value !== 'object' || value === null || NOT_EVALUATED.has(key)) continue;
    if ((key === 'property' || key === 'key') && fields['computed'] !== true) continue;
    if (Array.isArray(value)) for (const element of value as unknown[]) addEvaluated(children, element);
    else addEvaluated(children, value);
  }
  for (let index = 1; index < children.length; index += 1) {
    if (byPosition(children[index - 1] as Node, children[index] as Node) > 0) return children.sort(byPosition);
  }
  return children;
}

function addEvaluated(children: Node[], value: unknown): void {
  const type = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined;
  if (typeof type === 'string' && (!type.startsWith('TS') || EVALUATED_TYPESCRIPT.has(type))) children.push(value as Node);
}

function byPosition(a: Node, b: Node): number {
  return a.range[0] - b.range[0];
}

/** What a pattern binds, and the expressions in it that are evaluated on the way (defaults, computed keys). */
export function partsOfPattern(pattern: Node): { targets: Node[]; evaluated: Node[] } {
  const targets: Node[] = [];
  const evaluated: Node[] = [];
  const open: Node[] = [pattern];
  for (let node = open.pop(); node; node = open.pop()) {
    switch (node.type) {
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') open.push(property.argument);
          else {
            if (property.computed) evaluated.push(property.key);
            open.push(property.value);
          }
        }
        break;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) open.push(element);
        break;
      case 'AssignmentPattern':
        evaluated.push(node.right);
        open.push(node.left);
        break;
      case 'RestElement':
        open.push(node.argument);
        break;
      case 'TSParameterProperty':
        open.push(node.parameter);
        break;
      default:
        targets.push(unwrap(node));
    }
  }
  return { targets, evaluated };
}

/** `x.then(…)`, `x.catch(…)`, `x.finally(…)`: code that runs when x has settled. */
export interface PromiseStep {
  readonly method: 'catch' | 'finally' | 'then';
  readonly promise: Node;
  readonly handlers: readonly Node[];
}

export function promiseStepOf(node: Node): PromiseStep | undefined {
  if (node.type !== 'CallExpression' || node.arguments.length === 0) return undefined;
  const callee = unwrap(node.callee);
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional || callee.property.type !== 'Identifier') return undefined;
  const method = callee.property.name;
  if (method !== 'then' && method !== 'catch' && method !== 'finally') return undefined;
  return { method, promise: callee.object, handlers: node.arguments };
}

/** A function written where it is called: `(async () => { … })()`. A generator does not run when it is called. */
export function calledFunction(node: Node): FunctionNode | undefined {
  if (node.type !== 'CallExpression' || node.arguments.length > 0) return undefined;
  return runnable(unwrap(node.callee));
}

/** `new Promise((resolve, reject) => { … })` runs its function at once. */
export function promiseExecutor(node: Node): FunctionNode | undefined {
  if (node.type !== 'NewExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'Promise') return undefined;
  const [executor] = node.arguments;
  return executor && runnable(unwrap(executor));
}

export function runnable(node: Node): FunctionNode | undefined {
  return isFunction(node) && !node.generator ? node : undefined;
}

export function functionsRunBy(node: Node): FunctionNode[] {
  const direct = calledFunction(node) ?? promiseExecutor(node);
  if (direct) return [direct];
  const functions: FunctionNode[] = [];
  for (const handler of promiseStepOf(node)?.handlers ?? []) {
    const fn = runnable(unwrap(handler));
    if (fn) functions.push(fn);
  }
  return functions;
}
