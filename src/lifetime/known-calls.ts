/** What calls do that are known by their names alone: they end the process, or nobody expects them to throw. */
import type { TSESTree } from '@typescript-eslint/utils';
import { propertyName, unwrap, type Node } from '../sessions/syntax.js';

export const eventMethods: ReadonlySet<string> = new Set(['on', 'once', 'off', 'addListener', 'removeListener', 'prependListener', 'removeAllListeners']);

const plainMethods: ReadonlySet<string> = new Set([
  ...eventMethods, 'emit', 'map', 'filter', 'flat', 'flatMap', 'forEach', 'some', 'every', 'find', 'includes', 'push', 'pop', 'shift', 'unshift', 'concat', 'slice',
  'join', 'split', 'trim', 'toString', 'toISOString', 'toLowerCase', 'toUpperCase', 'startsWith', 'endsWith', 'replace', 'get', 'has', 'keys', 'values',
  'entries', 'status', 'json', 'send',
]);
const plainFunctions: ReadonlySet<string> = new Set(['clearTimeout', 'clearInterval', 'Number', 'String', 'Boolean', 'Symbol']);
const plainMembers: Readonly<Partial<Record<string, readonly string[]>>> = { Date: ['now'], performance: ['now'], Object: ['keys', 'values', 'entries'], Array: ['isArray'] };
const ends: Readonly<Partial<Record<string, readonly string[]>>> = { process: ['exit', 'abort'], Deno: ['exit'] };

export function endsProcess({ callee }: TSESTree.CallExpression): boolean {
  const member = unwrap(callee);
  return member.type === 'MemberExpression' && isMemberOf(ends, member);
}

/** `console.log()`, `logger.info()`, `Number()`: it does not throw, and what it returns does not reject. */
export function neverThrows({ callee }: TSESTree.CallExpression): boolean {
  const node = unwrap(callee);
  if (node.type === 'Identifier') return plainFunctions.has(node.name);
  if (node.type !== 'MemberExpression') return false;
  return isMemberOf(plainMembers, node) || isOfConsole(node) || isOfLogger(node);
}

/** `rows.map()`, `res.json()`: it does not throw, but what it returns may be a promise. */
export function hardlyThrows({ callee }: TSESTree.CallExpression): boolean {
  const node = unwrap(callee);
  return node.type === 'MemberExpression' && plainMethods.has(propertyName(node) ?? '');
}

export function isOfConsole(callee: Node): boolean {
  const node = unwrap(callee);
  if (node.type !== 'MemberExpression') return false;
  const object = unwrap(node.object);
  return object.type === 'Identifier' && object.name === 'console' && propertyName(node) !== undefined;
}

/** `log.info`, `this.logger.warn` */
function isOfLogger(node: TSESTree.MemberExpression): boolean {
  if (propertyName(node) === undefined) return false;
  const object = unwrap(node.object);
  if (object.type === 'Identifier') return object.name === 'logger' || object.name === 'log';
  return object.type === 'MemberExpression' && unwrap(object.object).type === 'ThisExpression' && /^(?:logger|log)$/.test(propertyName(object) ?? '');
}

function isMemberOf(members: Readonly<Partial<Record<string, readonly string[]>>>, node: TSESTree.MemberExpression): boolean {
  const object = unwrap(node.object);
  return object.type === 'Identifier' && Object.hasOwn(members, object.name) && (members[object.name]?.includes(propertyName(node) ?? '') ?? false);
}
