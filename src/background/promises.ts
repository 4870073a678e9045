/** Whether an expression is a promise, as far as the file shows. */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { SessionFacts } from '../libraries/library.js';
import type { File } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { hasTypes, isThenable } from '../sessions/program-types.js';
import { calleeName, chainOf, isFunction, outermost, prefixesOf, propertyName, receiverOf, unwrap, type CallLike, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Value } from '../sessions/values.js';
import type { Discarded } from './discarded.js';

/** What a promise has. */
export const promiseMethods = new Set(['then', 'catch', 'finally', 'done', 'asCallback', 'nodeify', 'tap', 'spread']);
const promiseFunctions = new Set(['all', 'allSettled', 'race', 'any', 'resolve', 'try', 'map', 'each', 'mapSeries', 'props']);
const eachMethods = new Set(['forEach', 'map', 'flatMap', 'filter', 'some', 'every']);

/**
 * Whether a discarded expression is a promise for certain. The cheap questions come first; nothing is taken for a
 * promise because of how it is named.
 */
export function isPromise(model: SessionModel, { expression, voided }: Discarded): boolean {
  const { resolver } = model;
  if (expression.type === 'TaggedTemplateExpression') return false;
  if (expression.type === 'NewExpression') return isGlobalPromise(resolver.valueOf(expression.callee), expression.callee);
  if (expression.type !== 'CallExpression') return false;
  const callee = unwrap(expression.callee);
  if (isFunction(callee)) return callee.async;
  const name = calleeName(expression) ?? '';
  const receiver = receiverOf(expression);
  if (receiver && promiseMethods.has(name)) return true;
  if (receiver && promiseFunctions.has(name) && isGlobalPromise(resolver.valueOf(receiver), receiver)) return true;
  if (receiver && eachMethods.has(name)) return hasAsyncWorker(model, expression);
  const own = mayBeOfFile(model.file, callee) ? resolver.valueOf(callee) : undefined;
  if (own?.kind === 'function') return givesPromise(model, own.node);
  if (!voided && !mayBePromise(model, name, expression)) return false;
  if (!mentionsSession(model, expression)) return false;
  return voided || isThenable(resolver, expression) === true || isCataloguedCall(model, expression) || isAwaitedElsewhere(model, expression);
}

const functionNames = new WeakMap<File, ReadonlySet<string>>();

/** Whether a callee may be a function of this file: no import, and of a member at least the name is one. */
function mayBeOfFile(file: File, callee: Node): boolean {
  if (callee.type === 'Identifier') return (file.variableOf(callee)?.defs[0]?.type as string | undefined) !== 'ImportBinding';
  if (callee.type !== 'MemberExpression') return true;
  let names = functionNames.get(file);
  if (!names) {
    names = new Set(file.nodes.functions.flatMap((fn) => nameOfFunction(fn) ?? []));
    functionNames.set(file, names);
  }
  return names.has(propertyName(callee) ?? '');
}

function nameOfFunction(fn: FunctionNode): string | undefined {
  if (fn.id) return fn.id.name;
  const { parent } = outermost(fn);
  switch (parent?.type) {
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return propertyName(parent);
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' ? parent.id.name : undefined;
    case 'AssignmentExpression':
      return parent.left.type === 'MemberExpression' ? propertyName(parent.left) : parent.left.type === 'Identifier' ? parent.left.name : undefined;
    default:
      return undefined;
  }
}

/** A word of the catalogue, a callee that the file awaits somewhere, or anything where types are at hand. */
function mayBePromise(model: SessionModel, name: string, call: TSESTree.CallExpression): boolean {
  return eagerWords.has(name) || isAwaitedElsewhere(model, call) || hasTypes(model.file.sourceCode);
}

const eagerWords: ReadonlySet<string> = new Set(
  libraries.flatMap(({ sessions }) =>
    sessions.flatMap(({ operations, travels }) => [...(operations?.reads ?? []), ...(operations?.writes ?? []), ...(operations?.compound ?? []), ...(operations?.sql ?? []), ...(operations?.runs ?? []), ...(operations?.onlyHazards ?? []), ...Object.keys(travels?.optionMethods ?? {})]),
  ),
);

function isGlobalPromise(value: Value | undefined, node: Node): boolean {
  return node.type === 'Identifier' && ((value?.kind === 'global' && value.name === 'Promise') || (value?.kind === 'module' && value.specifier === 'bluebird'));
}

/** `xs.forEach(async …)`, `xs.map(save)` with an async `save`. */
function hasAsyncWorker({ resolver }: SessionModel, call: TSESTree.CallExpression): boolean {
  const worker = call.arguments[0] && resolver.valueOf(call.arguments[0]);
  return worker?.kind === 'function' && worker.node.async;
}

/** An async function, or one that says or shows that it returns a promise. */
function givesPromise(model: SessionModel, fn: FunctionNode): boolean {
  if (fn.generator) return false;
  if (fn.async) return true;
  const type = fn.returnType?.typeAnnotation;
  if (type) return type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && /^(?:Promise|PromiseLike|Bluebird)$/.test(type.typeName.name);
  const returned = fn.body.type === 'BlockStatement' ? lastReturned(fn.body) : fn.body;
  const value = returned && unwrap(returned);
  if (value?.type !== 'CallExpression' && value?.type !== 'NewExpression') return false;
  const callee = model.resolver.valueOf(value.callee);
  // One step is enough: a function that returns what a function returns is left alone.
  if (callee?.kind === 'function') return callee.node.async;
  return isPromise(model, { expression: value, voided: false });
}

function lastReturned(body: TSESTree.BlockStatement): Node | undefined {
  const last = body.body.at(-1);
  return last?.type === 'ReturnStatement' ? (last.argument ?? undefined) : undefined;
}

/** The session that a chain works on, or one that it is given. */
function mentionsSession({ resolver }: SessionModel, call: TSESTree.CallExpression): boolean {
  const { root, links } = chainOf(call);
  if (sessionOf(resolver.valueOf(root)) || links.some((link) => link.call?.type === 'CallExpression' && link.call.arguments.some((argument) => resolver.carriedBy(argument).length > 0))) return true;
  return prefixesOf(call).some((prefix) => sessionOf(resolver.valueOf(prefix)) !== undefined);
}

/** A call that the catalogue knows to send something: on the session, or with the session among its options. */
function isCataloguedCall(model: SessionModel, call: TSESTree.CallExpression): boolean {
  const { resolver } = model;
  const name = calleeName(call) ?? '';
  // Callback style: the result is not a promise.
  if (call.arguments.some((argument) => resolver.valueOf(argument)?.kind === 'function' && name !== 'transaction')) return false;
  const receiver = prefixesOf(call).flatMap((prefix) => sessionOf(resolver.valueOf(prefix)) ?? [])[0];
  if (receiver) return receiver.kinds.every(({ facts }) => givesPromises(model, facts) && isKnownCall(facts, name));
  const carried = call.arguments.flatMap((argument) => resolver.carriedBy(argument));
  return carried.some((session) => session.kinds.every(({ facts }) => givesPromises(model, facts) && isKnownCall(facts, name) && Object.hasOwn(facts.travels?.optionMethods ?? {}, name)));
}

function isKnownCall({ operations }: SessionFacts, name: string): boolean {
  if (operations?.local?.includes(name)) return false;
  // `find` of a driver gives a cursor.
  if (/^(?:find|aggregate|watch|stream|queryStream|runStream|createReadStream|cursor)$/.test(name)) return false;
  return [operations?.reads, operations?.writes, operations?.compound, operations?.sql, operations?.runs, operations?.onlyHazards].some((names) => names?.includes(name) ?? false);
}

function givesPromises({ file }: SessionModel, facts: SessionFacts): boolean {
  if (facts.promises === undefined) return true;
  if (facts.promises === 'none') return false;
  return facts.promises.some((name) => file.specifiers.has(name));
}

/** Calls whose promise is used, by the name of what is called, then by how that is spelled. */
const awaited = new WeakMap<File, Map<string, ReadonlyMap<string, readonly CallLike[]>>>();

/** The same callee is awaited (or its promise used) at another place of the file: then it is a promise here too. */
function isAwaitedElsewhere({ file }: SessionModel, call: TSESTree.CallExpression): boolean {
  const names = awaited.get(file) ?? new Map<string, ReadonlyMap<string, readonly CallLike[]>>();
  awaited.set(file, names);
  const name = calleeName(call) ?? '';
  const spelled = names.get(name) ?? bySpelling(file, (file.callsByName.get(name) ?? []).filter(isAwaitedHere));
  names.set(name, spelled);
  return spelled.size > 0 && (spelled.get(spellingOf(file, call))?.some((other) => other !== call) ?? false);
}

function bySpelling(file: File, calls: readonly CallLike[]): Map<string, CallLike[]> {
  const groups = new Map<string, CallLike[]>();
  for (const call of calls) {
    const group = groups.get(spellingOf(file, call));
    if (group) group.push(call);
    else groups.set(spellingOf(file, call), [call]);
  }
  return groups;
}

/** In callback style the same function gives no promise. */
function spellingOf(file: File, call: CallLike): string {
  return `${file.spellingOf(call.callee)}${endsInCallback(call) ? ' with a callback' : ''}`;
}

function isAwaitedHere(call: Node): boolean {
  const { parent } = outermost(call);
  return parent?.type === 'AwaitExpression' || (parent?.type === 'MemberExpression' && parent.parent.type === 'CallExpression' && promiseMethods.has(calleeName(parent.parent) ?? ''));
}

function endsInCallback(call: CallLike): boolean {
  const last = call.arguments.at(-1);
  return last !== undefined && isFunction(unwrap(last));
}
