/** Pauses that are waited for. */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportName } from '../sessions/acquisitions.js';
import { childrenOf } from '../sessions/file.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, isFunction, receiverOf, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';

/** Modules whose function (or default export) is nothing but a pause, with its name. */
const pauses: Readonly<Record<string, readonly string[]>> = {
  'timers/promises': ['setTimeout', 'scheduler.wait'],
  'node:timers/promises': ['setTimeout', 'scheduler.wait'],
  delay: ['default'],
  sleep: ['sleep', 'msleep'],
  'sleep-promise': ['default'],
  'promise-timeout': ['delay'],
  'await-sleep': ['default'],
  radash: ['sleep'],
  'es-toolkit': ['delay'],
  'modern-async': ['sleep', 'sleepPrecise'],
};

export function isPausingModule(specifier: string): boolean {
  return Object.hasOwn(pauses, specifier);
}

/** A call that only waits: of a pausing module, or of a function of the file that is `new Promise(r => setTimeout(r, ms))`. */
export function isSleep(resolver: Resolver, call: TSESTree.CallExpression): boolean {
  if (isZero(call.arguments[0])) return false;
  const value = resolver.valueOf(call.callee);
  if (value?.kind === 'module') {
    const names = isPausingModule(value.specifier) ? pauses[value.specifier] : undefined;
    return names?.includes(exportName(value.path) ?? '') ?? false;
  }
  return value?.kind === 'function' && isPausing(resolver, value.node);
}

function isPausing(resolver: Resolver, fn: FunctionNode): boolean {
  const body = fn.body.type === 'BlockStatement' ? (fn.body.body.length === 1 ? fn.body.body[0] : undefined) : fn.body;
  const value = body?.type === 'ReturnStatement' ? body.argument : body;
  const plain = value && unwrap(value.type === 'AwaitExpression' ? value.argument : value);
  return plain !== undefined && plain !== null && isPause(resolver, plain);
}

/** `new Promise((resolve) => setTimeout(resolve, 1000))`; a pause of no length only lets others run. */
export function isPause(resolver: Resolver, expression: Node): boolean {
  const node = unwrap(expression);
  if (node.type !== 'NewExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'Promise') return false;
  const executor = node.arguments[0] && unwrap(node.arguments[0]);
  if (!executor || !isFunction(executor)) return false;
  const [resolve] = executor.params;
  if (resolve?.type !== 'Identifier') return false;
  return findsTimer(resolver, executor.body, resolve.name, true);
}

function findsTimer(resolver: Resolver, node: Node, resolve: string, onlyStatement: boolean): boolean {
  const plain = unwrap(node);
  if (plain.type === 'BlockStatement') {
    const [first] = plain.body;
    return plain.body.length === 1 && first !== undefined && findsTimer(resolver, first.type === 'ExpressionStatement' ? first.expression : first.type === 'ReturnStatement' ? (first.argument ?? first) : first, resolve, onlyStatement);
  }
  if (plain.type !== 'CallExpression' || calleeName(plain) !== 'setTimeout' || receiverOf(plain)) return false;
  const [callback, time] = plain.arguments;
  if (!callback || !time || isZero(time)) return false;
  const target = unwrap(callback);
  if (target.type === 'Identifier') return target.name === resolve;
  return isFunction(target) && childrenOf(target.body, resolver.file.sourceCode.visitorKeys).length < 4 && resolver.file.sourceCode.getText(target.body).includes(`${resolve}(`);
}

function isZero(node: Node | undefined): boolean {
  return node?.type === 'Literal' && (node.value === 0 || node.value === 1);
}
