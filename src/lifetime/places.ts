/** Where a call stands: whether somebody waits for it, what becomes of its result, which clean-up it is in. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, isFunction, isWithin, literalText, outermost, receiverOf, unwrap, type Node } from '../sessions/syntax.js';
import { consumerOf } from './holders.js';
import { promiseStepOf } from './syntax.js';

/** The chain goes on behind this call: the outermost call stands for it. */
export function isContinued(call: Node): boolean {
  const node = outermost(call);
  const { parent } = node;
  if (parent?.type !== 'MemberExpression' || parent.object !== node) return parent?.type === 'CallExpression' && parent.callee === node;
  const next = outermost(parent).parent;
  if (next?.type !== 'CallExpression' || next.callee !== outermost(parent)) return next?.type === 'MemberExpression';
  return promiseStepOf(next) === undefined;
}

/** The code around waits for the call, or hands its promise to somebody who does. */
export function isAwaited(call: Node): boolean {
  for (let node = outermost(call), parent = parentOf(node); parent; node = parent, parent = parentOf(node)) {
    switch (parent.type) {
      case 'AwaitExpression':
      case 'YieldExpression':
        return true;
      case 'ArrowFunctionExpression':
        return parent.body === node;
      case 'ArrayExpression':
      case 'CallExpression':
      case 'ChainExpression':
      case 'ConditionalExpression':
      case 'LogicalExpression':
      case 'MemberExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
        continue;
      default:
        return false;
    }
  }
  return false;
}

/** The result stays in a variable that is neither returned nor stored. */
export function isKeptLocally({ file }: SessionModel, call: Node): boolean {
  const { parent } = consumerOf(call);
  if (parent?.type !== 'VariableDeclarator') return false;
  if (parent.id.type !== 'Identifier') return true;
  return file.variableOf(parent.id)?.references.every((reference) => {
    if (!reference.isRead()) return true;
    const { parent: taker } = consumerOf(reference.identifier);
    return taker?.type === 'MemberExpression' || taker?.type === 'CallExpression' || taker?.type === 'ExpressionStatement' || taker?.type === 'ArrayExpression';
  }) ?? true;
}

/** A variable with options is given to methods (`User.create(data, options)`); given to a function it is more than that. */
export function isOptionsOnly({ file }: SessionModel, target: Node): boolean {
  const variable = target.type === 'Identifier' ? file.variableOf(target) : undefined;
  return variable?.references.every(({ identifier }) => {
    const { value, parent } = consumerOf(identifier);
    if (parent?.type === 'SpreadElement') return false;
    if (parent?.type !== 'CallExpression' || parent.callee === value) return parent?.type === 'VariableDeclarator' || parent?.type === 'MemberExpression';
    return unwrap(parent.callee).type === 'MemberExpression';
  }) ?? false;
}

/** The release stands in the `catch` of a `try` that contains the call. */
export function isInHandlerOf(release: Node, call: Node): boolean {
  for (let node = release, parent = parentOf(node); parent; node = parent, parent = parentOf(node)) {
    if (parent.type === 'TryStatement' && parent.handler === node && isWithin(call, parent.block)) return true;
  }
  return false;
}

export function isTested(parent: Node): boolean {
  return parent.type === 'IfStatement' || parent.type === 'UnaryExpression' || parent.type === 'BinaryExpression' || parent.type === 'LogicalExpression';
}

/** Events that do not come when something fails. */
const events = /^(?:end|finish|data|success|done|complete|row|result|drain)$/;

export function mayNotRun(call: TSESTree.CallExpression): boolean {
  const name = calleeName(call) ?? '';
  const receiver = receiverOf(call);
  if (!/^(?:on|once|addListener)$/.test(name) || !receiver || !events.test(literalText(call.arguments[0]) ?? '')) return false;
  // Responses have laws of their own.
  return receiver.type === 'Identifier' && !/^(?:res|response|reply|process)$/.test(receiver.name);
}

export function isInFinally(node: Node): boolean {
  for (let current = node, parent = parentOf(current); parent; current = parent, parent = parentOf(current)) {
    if (parent.type === 'TryStatement' && parent.finalizer === current) return true;
    if (isFunction(current) && promiseStepOf(parent)?.method === 'finally') return true;
  }
  return false;
}


function parentOf(node: Node): Node | undefined {
  return node.parent;
}
