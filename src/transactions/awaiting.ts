/** Whether code waits for the value of an expression, or hands it to somebody who does. */
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainFrom, isFunction, outermost, receiverOf, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';

const joins = new Set(['all', 'allSettled', 'race', 'any', 'resolve', 'props', 'join']);
const races = new Set(['race', 'any']);

/**
 * Whether the value of `node` is awaited, returned, or joined with others, possibly by way of a constant or an array.
 * What is merely an argument of a call (a sub-query, a mock) is not.
 *
 * @param counts references by which a constant's value must not be taken to be awaited: `await query.transacting(trx)`
 */
export function isAwaited(resolver: Resolver, node: Node, counts: (chain: Node) => boolean = () => true, depth = 0): boolean {
  const outer = outermost(node);
  const { parent } = outer;
  if (!parent || depth > 8) return false;
  const again = (next: Node): boolean => isAwaited(resolver, next, counts, depth + 1);
  switch (parent.type) {
    case 'AwaitExpression':
    case 'YieldExpression':
    case 'ReturnStatement':
      return true;
    case 'ArrowFunctionExpression':
      return parent.body === outer;
    case 'ForOfStatement':
      return parent.await && parent.right === outer;
    case 'ArrayExpression':
    case 'SpreadElement':
      return again(parent);
    case 'ConditionalExpression':
      return parent.test !== outer && again(parent);
    case 'LogicalExpression':
      return again(parent);
    case 'CallExpression': {
      const name = calleeName(parent) ?? '';
      const receiver = receiverOf(parent);
      if (!parent.arguments.some((argument) => argument === outer)) return false;
      if (joins.has(name) && receiver?.type === 'Identifier' && /^(?:Promise|Bluebird|Q)$/.test(receiver.name)) return again(chainFrom(parent).node);
      if ((name === 'push' || name === 'unshift') && receiver?.type === 'Identifier') return variableIsAwaited(resolver, resolver.file.variableOf(receiver), counts, depth);
      return false;
    }
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' && variableIsAwaited(resolver, resolver.file.variableOf(parent.id), counts, depth);
    case 'AssignmentExpression':
      return parent.right === outer && parent.left.type === 'Identifier' && variableIsAwaited(resolver, resolver.file.variableOf(parent.left), counts, depth);
    default:
      return false;
  }
}

function variableIsAwaited(resolver: Resolver, variable: Variable | undefined, counts: (chain: Node) => boolean, depth: number): boolean {
  return (
    variable?.references.some((reference) => {
      if (!reference.isRead()) return false;
      const chain = chainFrom(reference.identifier as Node).node;
      return counts(chain) && isAwaited(resolver, chain, counts, depth + 1);
    }) ?? false
  );
}

/** Whether an expression is an element of a race: a timer there limits how long is waited. */
export function isRaced(node: Node): boolean {
  let current = outermost(node);
  while (current.parent?.type === 'ArrayExpression' || current.parent?.type === 'ArrowFunctionExpression') current = outermost(current.parent);
  const { parent } = current;
  return parent?.type === 'CallExpression' && races.has(calleeName(parent) ?? '') && receiverOf(parent)?.type === 'Identifier';
}

/** Calls whose functions run when the work around them is over, or when nobody knows. */
const deferring = new Set([
  'setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask', 'on', 'once', 'addListener', 'prependListener', 'addEventListener', 'subscribe',
  'afterCommit', 'afterRollback', 'afterTransaction', 'onCommit', 'onAfterCommit', 'runOnTransactionCommit', 'runOnTransactionRollback', 'runOnTransactionComplete',
  'after', 'waitUntil', 'defer', 'push', 'unshift', 'runAfterCommit', 'runAfterTransaction', 'registerAfterCommit', 'addPostCommitHook', 'describe', 'it', 'test',
]);

/** Whether a nested function runs while the code around it runs, as far as its place says. */
export function runsInPlace(resolver: Resolver, fn: Node): boolean {
  if (!isFunction(fn)) return true;
  const outer = outermost(fn);
  const { parent } = outer;
  switch (parent?.type) {
    case 'CallExpression':
      return parent.callee === outer || !deferring.has(calleeName(parent) ?? '');
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' && isCalled(resolver.file.variableOf(parent.id));
    default:
      return fn.type === 'FunctionDeclaration' && fn.id !== null && isCalled(resolver.file.variableOf(fn.id));
  }
}

function isCalled(variable: Variable | undefined): boolean {
  return (
    variable?.references.some((reference) => {
      const outer = outermost(reference.identifier as Node);
      return outer.parent?.type === 'CallExpression' && (outer.parent.callee === outer || !deferring.has(calleeName(outer.parent) ?? ''));
    }) ?? false
  );
}
