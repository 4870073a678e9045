/** Whether an expression is a promise, as far as the file shows, and whether it is a query that nobody sends. */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { Library, SessionFacts } from '../libraries/library.js';
import { annotationName } from '../sessions/annotations.js';
import { importedSpecifiers } from '../sessions/evidence.js';
import { fingerprintOfChain } from '../sessions/fingerprints.js';
import type { SessionModel } from '../sessions/model.js';
import { isThenable } from '../sessions/program-types.js';
import { calleeName, chainOf, isFunction, outermost, propertyName, receiverOf, unwrap, type Chain, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session, type Value } from '../sessions/values.js';
import type { Discarded } from './discarded.js';

/** What a promise has and a query builder's chain ends in when it is started. */
const promiseMethods = new Set(['then', 'catch', 'finally', 'done', 'asCallback', 'nodeify', 'tap', 'spread']);
const starters = new Set([...promiseMethods, 'exec', 'execute', 'executeTakeFirst', 'executeTakeFirstOrThrow', 'executeQuery', 'stream', 'pipe', 'run', 'all', 'get', 'on', 'once', 'simple', 'describe', 'cursor', 'forEach', 'sync', 'toPromise', 'subscribe', 'prepare', 'toQuery', 'toSQL', 'toString', 'compile', 'explain', 'readable', 'writable']);
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
  const own = resolver.valueOf(callee);
  if (own?.kind === 'function') return givesPromise(model, own.node);
  if (!voided && !mayBePromise(model, name, expression)) return false;
  if (!mentionsSession(model, expression)) return false;
  return voided || isThenable(resolver, expression) === true || isCataloguedCall(model, expression) || isAwaitedElsewhere(model, expression);
}

/** A word of the catalogue, a callee that the file awaits somewhere, or anything where types are at hand. */
function mayBePromise(model: SessionModel, name: string, call: TSESTree.CallExpression): boolean {
  return eagerWords.has(name) || isAwaitedElsewhere(model, call) || (model.file.sourceCode.parserServices as { program?: unknown } | undefined)?.program != null;
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

/** `a.b.c()`: a.b.c, a.b, a. */
function prefixesOf(call: Node): Node[] {
  const found: Node[] = [];
  for (let node = unwrap(call); ; ) {
    if (node.type === 'CallExpression') node = unwrap(node.callee);
    else if (node.type === 'TaggedTemplateExpression') node = unwrap(node.tag);
    else if (node.type === 'MemberExpression') node = unwrap(node.object);
    else return found;
    found.push(node);
  }
  return found;
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
  const imported = importedSpecifiers(file.sourceCode.ast);
  return facts.promises.some((name) => imported.includes(name));
}

/** The same callee is awaited (or its promise used) at another place of the file: then it is a promise here too. */
function isAwaitedElsewhere({ file }: SessionModel, call: TSESTree.CallExpression): boolean {
  const name = calleeName(call);
  const same = file.callsByName.get(name ?? '') ?? [];
  if (same.length < 2) return false;
  const text = file.spellingOf(call.callee);
  return same.some((other) => {
    if (other === call || file.spellingOf(other.callee) !== text) return false;
    const { parent } = outermost(other);
    return parent?.type === 'AwaitExpression' || (parent?.type === 'MemberExpression' && parent.parent.type === 'CallExpression' && promiseMethods.has(calleeName(parent.parent) ?? ''));
  });
}

// ----- queries that are only built

export interface NeverRun {
  readonly library: Library;
  readonly facts: SessionFacts;
  readonly session: Session | undefined;
}

/** Every word of a query that is only built: a look at the names spares most statements everything else. */
const queryWords: ReadonlySet<string> = new Set(
  libraries.flatMap(({ sessions }) =>
    sessions.flatMap(({ builders, operations }) => (builders === 'lazy' || operations?.runs ? [...(operations?.reads ?? []), ...(operations?.writes ?? []), ...(operations?.compound ?? []), ...(operations?.sql ?? [])] : (operations?.lazy ?? []))),
  ),
);

/** A query of a lazy library that is built and dropped: it is never sent. */
export function neverRun(model: SessionModel, { expression }: Discarded): NeverRun | undefined {
  if (expression.type !== 'CallExpression' && expression.type !== 'TaggedTemplateExpression') return undefined;
  const chain = chainOf(expression);
  const called = chain.links.filter((link) => link.called);
  const last = called.at(-1);
  if (!last || called.slice(1).some((link) => starters.has(link.name)) || (called.length === 1 && promiseMethods.has(last.name))) return undefined;
  if (!called.some((link) => link.name === '' || queryWords.has(link.name))) return undefined;
  // A callback starts it, in the older style.
  if (last.call?.type === 'CallExpression' && last.call.arguments.some((argument) => isFunction(unwrap(argument)))) return undefined;
  return lazyRoot(model, chain, expression) ?? lazyTraveller(model, chain);
}

function lazyRoot(model: SessionModel, chain: Chain, expression: Node): NeverRun | undefined {
  const { resolver } = model;
  for (const prefix of prefixesOf(expression)) {
    const value = resolver.valueOf(prefix);
    if (value?.kind === 'session') {
      // A builder that is kept in a variable is changed in place: `query.where(…)`.
      if (value.derived && prefix.type === 'Identifier') return undefined;
      const [{ library, facts }] = value.session.kinds;
      return value.session.kinds.every((kind) => onlyBuilds(kind.facts, chain)) ? { library, facts, session: value.session } : undefined;
    }
    if (value?.kind === 'client') {
      const facts = value.library.sessions.find((session) => onlyBuilds(session, chain));
      return facts && prefix.type !== 'CallExpression' ? { library: value.library, facts, session: undefined } : undefined;
    }
    if (value?.kind === 'either' || (value === undefined && isNamedAfterLibrary(model, prefix))) {
      // Whichever it is, it answers to the calls of one lazy library alone.
      const [shown, ...others] = fingerprintOfChain(chain).filter(({ library }) => value !== undefined || resolver.imported.has(library) || resolver.declared.includes(library) || isNamedAfterLibrary(model, prefix));
      if (shown && others.length === 0) return onlyBuilds(shown.facts, chain) ? { ...shown, session: undefined } : undefined;
    }
  }
  return undefined;
}

/** A parameter whose imported type is called after Prisma, a field that is: with calls that only Prisma answers to. */
function isNamedAfterLibrary({ resolver, file }: SessionModel, prefix: Node): boolean {
  if (prefix.type === 'MemberExpression') return prefix.object.type === 'ThisExpression' && /^#?_?prisma(?:Service|Client)?$/.test(propertyName(prefix) ?? '');
  if (prefix.type !== 'Identifier') return false;
  const annotation = file.variableOf(prefix)?.identifiers[0]?.typeAnnotation?.typeAnnotation;
  return /^Prisma/.test(annotationName(resolver, annotation) ?? '');
}

function onlyBuilds(facts: SessionFacts, chain: Chain): boolean {
  const called = chain.links.filter((link) => link.called);
  const names = called.map((link) => link.name);
  const { operations } = facts;
  if (names.some((name) => facts.nested?.includes(name) || facts.release?.methods.includes(name))) return false;
  const last = names.at(-1) ?? '';
  if (operations?.local?.includes(last)) return false;
  const known = names.some((name) => operations?.reads?.includes(name) || operations?.writes?.includes(name) || operations?.compound?.includes(name));
  if (operations?.runs) return known && !names.some((name) => operations.runs?.includes(name));
  if (facts.builders === 'eager') return isLazyMethod(facts, chain);
  const [first] = called;
  return known || (operations?.sql?.includes(first?.name ?? '') ?? false) || (first?.call?.type === 'TaggedTemplateExpression' && first.name === '' && chain.links.length === 1);
}

/** Mongoose's queries among its eager calls; a driver's collection has methods of the same names that are eager. */
function isLazyMethod({ operations }: SessionFacts, chain: Chain): boolean {
  const called = chain.links.filter((link) => link.called);
  const [first] = called;
  if (!first?.call || first.call.type !== 'CallExpression' || !operations?.lazy?.includes(first.name)) return false;
  // `document.deleteOne({ session })` was a promise until Mongoose 8.
  if (first.name === 'deleteOne' && first.call.arguments.length < 2 && called.length === 1) return false;
  return !chain.links.some((link) => /collection|^db$/i.test(link.name)) && !(chain.root.type === 'Identifier' && /collection|^db$/i.test(chain.root.name));
}

/** `Person.query(trx).insert(…)`, `knex('t').insert(…).transacting(trx)`, `User.updateOne(…, { session })`. */
function lazyTraveller({ resolver }: SessionModel, chain: Chain): NeverRun | undefined {
  for (const link of chain.links) {
    if (link.call?.type !== 'CallExpression') continue;
    for (const argument of link.call.arguments) {
      for (const session of resolver.carriedBy(argument)) {
        const takes = session.kinds.every(
          ({ facts }) => facts.travels?.methods?.includes(link.name) || Object.hasOwn(facts.travels?.argumentOf ?? {}, link.name) || Object.hasOwn(facts.travels?.optionMethods ?? {}, link.name),
        );
        const [{ library, facts }] = session.kinds;
        if (takes && session.kinds.every((kind) => onlyBuilds(kind.facts, chain))) return { library, facts, session };
      }
    }
  }
  return undefined;
}
