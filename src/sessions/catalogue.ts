/** The catalogue, indexed for the questions that the session model asks. */
import { libraries } from '../libraries/index.js';
import type { AcquireOrigin, AmbientOrigin, CallbackOrigin, ConstructedOrigin, Library, Origin, PropertyOrigin, SessionFacts } from '../libraries/library.js';
import type { SessionKind } from './values.js';

export interface OriginEntry<O extends Origin = Origin> extends SessionKind {
  readonly origin: O;
}

function indexBy<O extends Origin>(kind: O['kind'], keys: (origin: O) => readonly string[]): Map<string, OriginEntry<O>[]> {
  const index = new Map<string, OriginEntry<O>[]>();
  for (const library of libraries) {
    for (const facts of library.sessions) {
      for (const origin of facts.origins) {
        if (origin.kind !== kind) continue;
        for (const key of keys(origin as O)) {
          const entry = { library, facts, origin: origin as O };
          const entries = index.get(key);
          if (entries) entries.push(entry);
          else index.set(key, [entry]);
        }
      }
    }
  }
  return index;
}

/** Managed callbacks by method name. */
export const callbacksByMethod = indexBy<CallbackOrigin>('callback', (origin) => origin.methods);
/** Acquire calls by method name. */
export const acquiresByMethod = indexBy<AcquireOrigin>('acquire', (origin) => origin.methods);
/** Classes whose instances are sessions, by class name. */
export const constructedByClass = indexBy<ConstructedOrigin>('constructed', (origin) => origin.classes);
/** Properties that hold a session, by name. */
export const propertiesByName = indexBy<PropertyOrigin>('property', (origin) => [origin.property]);
/** Decorators that open an ambient scope, by exported name. */
export const ambientByDecorator = indexBy<AmbientOrigin>('ambient', (origin) => origin.decorators ?? []);
/** Functions that run a callback in an ambient scope, by exported name. */
export const ambientByFunction = indexBy<AmbientOrigin>('ambient', (origin) => origin.functions ?? []);
/** Client methods that run a callback in an ambient scope where the library is told so. */
export const ambientByMethod = indexBy<AmbientOrigin>('ambient', (origin) => origin.methods ?? []);

const exact = new Map<string, Library>();
/** Packages all subpaths of which are a library's, with the final slash. */
const prefixes = new Map<string, Library>();
/** Local modules, by their last path segments. */
const localModules: [string, Library][] = [];
for (const library of libraries) {
  for (const pattern of library.packages) {
    if (pattern.endsWith('/*')) prefixes.set(pattern.slice(0, -1), library);
    else exact.set(pattern, library);
  }
  for (const module of library.localModules ?? []) localModules.push([module, library]);
}
const byDependency = new Map<string, Library[]>();
for (const library of libraries) {
  const names = library.dependencies ?? library.packages.map(packageOf);
  for (const name of new Set(names)) byDependency.set(name, [...(byDependency.get(name) ?? []), library]);
}

function packageOf(pattern: string): string {
  const parts = pattern.split('/');
  return parts.slice(0, pattern.startsWith('@') ? 2 : 1).join('/');
}

/**
 * A module specifier without what does not name the package: `npm:pg@8.11` is `pg`,
 * `https://deno.land/x/postgresjs@v3.4/mod.js` is `postgres`.
 */
export function plainSpecifier(specifier: string): string {
  if (!specifier.includes(':')) return specifier;
  const registry = /^(?:npm|jsr):\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?(\/.*)?$/.exec(specifier);
  if (registry) return `${registry[1] ?? ''}${registry[2] ?? ''}`;
  const deno = /^https:\/\/deno\.land\/x\/([\w-]+)(?:@[^/]*)?\//.exec(specifier);
  if (deno) return deno[1] === 'postgresjs' ? 'postgres' : `deno.land/x/${deno[1] ?? ''}`;
  const cdn = /^https:\/\/(?:esm\.sh|cdn\.skypack\.dev)\/((?:@[^/@]+\/)?[^/@?]+)/.exec(specifier);
  if (cdn) return cdn[1] ?? specifier;
  return specifier;
}

const byCompanion = new Map(libraries.flatMap((library) => (library.companions ?? []).map((name) => [name, library] as const)));

/** The library that importing a module is evidence of: its own, or the one it serves (`pg-cursor` is nothing without `pg`). */
export function libraryShownBy(specifier: string): Library | undefined {
  return mayBeKnown(specifier) ? (libraryOfSpecifier(specifier) ?? byCompanion.get(specifier)) : undefined;
}

/** Where else packages come from: see {@link plainSpecifier}. */
const registries = ['npm:', 'jsr:', 'https:'];
const isBeginning = beginningAmong([...exact.keys(), ...prefixes.keys(), ...byCompanion.keys()]);
const endings = new Set(localModules.map(([module]) => endingOf(module)));

function mayBeKnown(specifier: string): boolean {
  return isBeginning(specifier) || endings.has(endingOf(specifier));
}

/**
 * Whether a specifier may be of certain modules: a question for every import of every file. A few letters tell most
 * modules from those of libraries, with no string made or hashed.
 */
export function beginningAmong(modules: readonly string[]): (specifier: string) => boolean {
  const beginnings = new Set([...modules, ...registries].map(beginningOf));
  return (specifier) => beginnings.has(beginningOf(specifier));
}

function beginningOf(specifier: string): number {
  return (specifier.charCodeAt(0) << 16) | (specifier.charCodeAt(1) << 8) | specifier.charCodeAt(2);
}

/** Before an extension. */
function endingOf(specifier: string): number {
  const { length } = specifier;
  const end = specifier.charCodeAt(length - 3) === 46 && specifier.charCodeAt(length - 1) === 115 ? length - 3 : length;
  return (specifier.charCodeAt(end - 2) << 8) | specifier.charCodeAt(end - 1);
}

/** The library that a module specifier belongs to; local modules are known by their end. */
export function libraryOfSpecifier(specifier: string): Library | undefined {
  if (specifier.startsWith('./') || specifier.startsWith('../')) return localLibrary(specifier);
  const plain = plainSpecifier(specifier);
  const found = exact.get(plain);
  if (found) return found;
  const slash = plain.indexOf('/');
  if (slash < 0 && !/^[.~#]/.test(plain)) return undefined;
  const second = plain.indexOf('/', slash + 1);
  return prefixes.get(plain.slice(0, slash + 1)) ?? (second < 0 ? undefined : prefixes.get(plain.slice(0, second + 1))) ?? localLibrary(plain);
}

function localLibrary(specifier: string): Library | undefined {
  const path = specifier.endsWith('.js') || specifier.endsWith('.ts') ? specifier.slice(0, -3) : specifier;
  for (const [module, library] of localModules) if (path.endsWith(module) && (path.length === module.length || path.at(-module.length - 1) === '/')) return library;
  return undefined;
}

/** Libraries for which a dependency name in package.json is evidence. */
export function librariesOfDependency(name: string): readonly Library[] {
  return byDependency.get(name) ?? [];
}

export function libraryById(id: string): Library | undefined {
  return libraries.find((library) => library.id === id);
}

/** The session kind that an exported type name of a library means. */
export function sessionTypeOf(library: Library, name: string, where: 'parameter' | 'field'): SessionFacts | undefined {
  return library.sessions.find((facts) => (facts.types?.includes(name) ?? false) || (where === 'parameter' && (facts.typesOfParameters?.includes(name) ?? false)));
}

export function isClientType(library: Library, name: string): boolean {
  return (
    (library.clients?.types?.includes(name) ?? false) ||
    (library.clients?.constructed?.includes(name) ?? false) ||
    library.sessions.some((facts) => facts.typesOfParameters?.includes(name) ?? false)
  );
}

interface CompiledPath {
  readonly kind: SessionKind;
  readonly segments: readonly string[];
}

/** Fingerprint paths by the name of the last link. */
const fingerprintPaths = new Map<string, CompiledPath[]>();
export const calledWithString: SessionKind[] = [];
export const calledAsTag: SessionKind[] = [];
for (const library of libraries) {
  for (const facts of library.sessions) {
    for (const path of facts.fingerprint?.paths ?? []) {
      const segments = path.split('.');
      const last = (segments.at(-1) ?? '').replace(/\(\)$/, '');
      const compiled = { kind: { library, facts }, segments: segments.map((s, i) => (i === segments.length - 1 ? `${s.replace(/\(\)$/, '')}()` : s)) };
      fingerprintPaths.set(last, [...(fingerprintPaths.get(last) ?? []), compiled]);
    }
    if (facts.fingerprint?.called === 'with-string') calledWithString.push({ library, facts });
    if (facts.fingerprint?.called === 'as-tag') calledAsTag.push({ library, facts });
  }
}

/** Fingerprint paths that end in a method of this name. */
export function fingerprintsEndingIn(name: string): readonly CompiledPath[] {
  return fingerprintPaths.get(name) ?? [];
}

/** Names of calls and constructions by which a session comes to be or travels. */
const namesOfOrigins: ReadonlySet<string> = new Set([
  ...[...callbacksByMethod.keys(), ...acquiresByMethod.keys(), ...constructedByClass.keys(), ...ambientByFunction.keys(), ...ambientByMethod.keys()].map(lastPart),
  ...libraries.flatMap((library) => library.sessions.flatMap((facts) => facts.travels?.methods ?? [])),
]);

/**
 * Names of calls by which a session comes to be, each with the calls that must stand before it (`transaction` before
 * Kysely's `execute`); an empty list where it may come by itself.
 */
export const originCalls: ReadonlyMap<string, readonly string[]> = callsOfOrigins();

const beginningsOfCalls = new Set([...originCalls.keys()].map((name) => twoLettersAt(name, 0)));

/** Whether one of these names may begin at a place of a text: a question for every call of many files. False is certain. */
export function mayBeginOriginCall(text: string, at: number): boolean {
  return beginningsOfCalls.has(twoLettersAt(text, at));
}

function twoLettersAt(text: string, at: number): number {
  return (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
}

function callsOfOrigins(): Map<string, readonly string[]> {
  const calls = new Map<string, readonly string[]>();
  for (const name of [...constructedByClass.keys(), ...ambientByFunction.keys(), ...ambientByMethod.keys()]) calls.set(lastPart(name), []);
  for (const [method, entries] of [...callbacksByMethod, ...acquiresByMethod]) {
    const name = lastPart(method);
    const after = entries.every(({ origin }) => origin.after) ? entries.flatMap(({ origin }) => origin.after ?? []) : [];
    const known = calls.get(name);
    calls.set(name, known?.length === 0 || after.length === 0 ? [] : [...(known ?? []), ...after]);
  }
  return calls;
}

/** One of these names, called: a quick look at a file's text. */
export const originCall = new RegExp(`[^\\w$](?:${alternatives(namesOfOrigins)})\\s*[(<?!/)]`);
/** Exported names of session types and of what opens a scope around a function, as they stand in an import. */
export const namesOfTypes: ReadonlySet<string> = new Set(
  libraries.flatMap((library) => library.sessions.flatMap((facts) => [...(facts.types ?? []), ...(facts.typesOfParameters ?? []), ...facts.origins.flatMap((origin) => (origin.kind === 'property' ? origin.of : origin.kind === 'ambient' ? (origin.decorators ?? []) : []))].map(lastPart))),
);
/** Exported names that are clients, make them or are their types; a default export and a whole module may be any of it. */
export const namesOfClients: ReadonlySet<string> = new Set([
  'default',
  ...libraries
    .flatMap(({ clients, eitherTypes, sessions }) => [...(clients?.constructed ?? []), ...(clients?.exported ?? []), ...(clients?.called ?? []), ...(clients?.types ?? []), ...(clients?.injectors ?? []), ...(eitherTypes ?? []), ...sessions.flatMap((facts) => facts.typesOfParameters ?? [])])
    .flatMap((name) => name.split('.')),
]);
/** Types of which a property is a session; they may be another module's: fastify's `FastifyRequest`. */
export const ownersOfProperties: ReadonlySet<string> = new Set([...propertiesByName.values()].flatMap((entries) => entries.flatMap(({ origin }) => origin.of)));
/** Such a type, class or function under another name: `const { Client: PgClient } = require('pg')`. */
export const renamedOrigin = new RegExp(`\\b(?:${alternatives(new Set([...namesOfTypes, ...originCalls.keys()]))})\\s*(?:\\/[*/]|:\\s*[\\w$/])`);
/** The type of a method's callback: `Parameters<typeof db.transaction>`; anything, where a comment is in between. */
export const typeOfMethod = new RegExp(`\\btypeof(?:\\s{1,9}(?:[\\w$]{1,40}\\s{0,9}\\.\\s{0,9}){1,4}(?:${alternatives(callbacksByMethod.keys())})\\b|\\s{0,9}(?:[\\w$]{1,40}\\s{0,9}\\.\\s{0,9}){0,4}(?:[\\w$]{1,40}\\s{0,9})?\\/[*/])`);

/** Names as alternatives of a regular expression. */
function alternatives(names: Iterable<string>): string {
  return [...names].map((name) => name.replaceAll('$', '\\$')).join('|');
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name;
}
