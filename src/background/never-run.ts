/** Queries of lazy libraries that are built and never sent. */
import { libraries } from '../libraries/index.js';
import type { Library, SessionFacts } from '../libraries/library.js';
import { annotationName } from '../sessions/annotations.js';
import { fingerprintOfChain } from '../sessions/fingerprints.js';
import type { SessionModel } from '../sessions/model.js';
import { chainOf, isFunction, prefixesOf, propertyName, unwrap, type Chain, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import type { Discarded } from './discarded.js';
import { promiseMethods } from './promises.js';

export interface NeverRun {
  readonly library: Library;
  readonly facts: SessionFacts;
  readonly session: Session | undefined;
}

/** What starts a query at the end of its chain, or makes something else of it. */
const starters = new Set([...promiseMethods, 'exec', 'execute', 'executeTakeFirst', 'executeTakeFirstOrThrow', 'executeQuery', 'stream', 'pipe', 'run', 'all', 'get', 'on', 'once', 'simple', 'describe', 'cursor', 'forEach', 'sync', 'toPromise', 'subscribe', 'prepare', 'toQuery', 'toSQL', 'toString', 'compile', 'explain', 'readable', 'writable']);

/** Every word of a query that is only built: a look at the names spares most statements everything else. */
const queryWords: ReadonlySet<string> = new Set(
  libraries.flatMap(({ sessions }) =>
    sessions.flatMap(({ builders, operations }) => (builders === 'lazy' || operations?.runs ? [...(operations?.reads ?? []), ...(operations?.writes ?? []), ...(operations?.compound ?? []), ...(operations?.sql ?? [])] : (operations?.lazy ?? []))),
  ),
);

/** A query of a lazy library that is built and dropped: it is never sent. */
export function neverRun(model: SessionModel, { expression, awaited }: Discarded): NeverRun | undefined {
  if (expression.type !== 'CallExpression' && expression.type !== 'TaggedTemplateExpression') return undefined;
  if (awaited && ![...model.resolver.imported].some((library) => library.sessions.some(({ operations }) => operations?.runs))) return undefined;
  const chain = chainOf(expression);
  const called = chain.links.filter((link) => link.called);
  const last = called.at(-1);
  if (!last || called.slice(1).some((link) => starters.has(link.name)) || (called.length === 1 && promiseMethods.has(last.name))) return undefined;
  if (!called.some((link) => queryWords.has(link.name)) && !(chain.links.length === 1 && expression.type === 'TaggedTemplateExpression')) return undefined;
  // A callback starts it, in the older style.
  if (last.call?.type === 'CallExpression' && last.call.arguments.some((argument) => isFunction(unwrap(argument)))) return undefined;
  const found = lazyRoot(model, chain, expression) ?? lazyTraveller(model, chain);
  return awaited && !found?.facts.operations?.runs ? undefined : found;
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
      // What a field holds is answered for by what is called on it, and not on `this`.
      const own = { ...chain, root: prefix, links: chain.links.slice(chainOf(prefix).links.length) };
      const [shown, ...others] = fingerprintOfChain(own).filter(({ library }) => value !== undefined || resolver.imported.has(library) || resolver.declared.includes(library) || isNamedAfterLibrary(model, prefix));
      if (shown && others.length === 0) return onlyBuilds(shown.facts, own) ? { ...shown, session: undefined } : undefined;
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

/** Calls of lazy libraries that are given the session. */
const travellers: ReadonlySet<string> = new Set(
  libraries.flatMap(({ sessions }) =>
    sessions.flatMap(({ builders, operations, travels }) => (builders === 'lazy' || operations?.runs || operations?.lazy ? [...(travels?.methods ?? []), ...Object.keys(travels?.argumentOf ?? {}), ...Object.keys(travels?.optionMethods ?? {})] : [])),
  ),
);

/** `Person.query(trx).insert(…)`, `knex('t').insert(…).transacting(trx)`, `User.updateOne(…, { session })`. */
function lazyTraveller({ resolver }: SessionModel, chain: Chain): NeverRun | undefined {
  for (const link of chain.links) {
    if (link.call?.type !== 'CallExpression' || !travellers.has(link.name)) continue;
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
