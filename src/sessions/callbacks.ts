/** Managed callbacks: which calls hand a session to a callback, whose it is, and at which place. */
import type { TSESTree } from '@typescript-eslint/utils';
import { generalTransaction } from './any-database.js';
import type { CallbackOrigin, Library } from '../libraries/library.js';
import { exportName } from './acquisitions.js';
import { typeValue } from './annotations.js';
import { callbacksByMethod, libraryById, libraryOfSpecifier, type OriginEntry } from './catalogue.js';
import { fingerprintOf, hasMarker, travelsLike } from './fingerprints.js';
import type { Resolver } from './resolver.js';
import { calleeName, chainOf, receiverOf, unwrap, type FunctionNode, type Node } from './syntax.js';
import type { SessionKind, Value } from './values.js';

export interface ManagedCallback {
  readonly call: TSESTree.CallExpression | TSESTree.NewExpression;
  readonly kinds: readonly SessionKind[];
  /** Index of the session among the callback's parameters, or none for an ambient session. */
  readonly param: number | 'none';
  readonly origins: readonly CallbackOrigin[];
  readonly wrapper: boolean;
}

/**
 * An application's own wrapper is named after what it opens: `withTransaction`, `inTx`, `executeTx`, `$tx`. Domain
 * verbs in front (`subscribeTransaction`, `syncTransaction`) mean a ledger or a chain.
 */
const wrapperName = /(?:^|[a-z$_#])(?:[Tt]rans?action(?:al)?|[Tt]x|[Tt]rx)(?![^A-Z_])/;
const domainVerb = /^(?:subscribe|resolve|set|sync|send|sign|get|find|list|create|build|parse|decode|encode|submit|broadcast|simulate|estimate|watch|on|handle|process|fetch|load|render|format|validate|verify|add|remove|update|delete|map|filter|to|is|has|use|track|record|import|export)(?=[A-Z_])/;

export function looksLikeWrapper(name: string): boolean {
  return wrapperName.test(name) && !domainVerb.test(name);
}

/** Kinds that the method of a receiver hands to its callback, for `typeof db.transaction`. */
export function callbackOfMethod(resolver: Resolver, method: string, receiver: Value | undefined): readonly SessionKind[] {
  const entries = callbacksByMethod.get(method) ?? [];
  return byEvidence(resolver, entries.filter((entry) => receiverFits(entry, receiver)), undefined, receiver);
}

/**
 * The managed callback that `call` runs with `callback`, if the catalogue, the settings or the shape of a wrapper say
 * so and the file gives evidence for a library.
 */
export function managedCallback(resolver: Resolver, call: TSESTree.CallExpression | TSESTree.NewExpression, callback: FunctionNode): ManagedCallback | undefined {
  const name = calleeName(call);
  if (name === undefined || call.type === 'NewExpression') return undefined;
  const receiver = receiverOf(call);
  const owner = receiver ? resolver.valueOf(receiver) : undefined;

  const setting = resolver.file.settings.wrappers.find((wrapper) => wrapper.name === name || wrapper.name === calleeText(resolver, call));
  if (setting) {
    const kinds = setting.library === undefined ? guessed(resolver, callback, setting.sessionParam) : kindsOf(libraryById(setting.library));
    return kinds.length > 0 ? { call, kinds, param: setting.sessionParam, origins: [], wrapper: true } : undefined;
  }

  const entries = (callbacksByMethod.get(name) ?? []).filter((entry) => isCallbackArgument(resolver, entry.origin, call, callback) && chainFits(entry.origin, receiver));
  if (entries.length > 0) {
    // An application's own `withTransaction(cb)` shares its name with some library's method: its shape decides.
    if (!receiver) return calledByName(resolver, call, entries) ?? wrapperCallback(resolver, call, callback, name, owner);
    const target = afterRoot(resolver, entries, receiver) ?? owner;
    const fitting = entries.filter((entry) => receiverFits(entry, target));
    const kinds = byEvidence(resolver, fitting, callback, target);
    const chosen = fitting.filter((entry) => kinds.some((kind) => kind.facts === entry.facts));
    const [first] = chosen;
    const [general] = kinds;
    if (!first && general) return { call, kinds, param: placeOf(fitting) ?? 0, origins: [], wrapper: true };
    if (first) return { call, kinds: chosen, param: first.origin.param, origins: chosen.map((entry) => entry.origin), wrapper: false };
    if (target?.kind === 'client' || target?.kind === 'session' || target?.kind === 'global') return undefined;
  }
  return wrapperCallback(resolver, call, callback, name, owner);
}

/**
 * What a managed call gives to a callback that it gets through a wrapper: `const inTx = (cb) => db.transaction(cb)`.
 *
 * @param callback the function that the wrapper's caller wrote
 */
export function handedOn(resolver: Resolver, call: TSESTree.CallExpression, callback: FunctionNode): readonly SessionKind[] {
  const name = calleeName(call);
  const receiver = receiverOf(call);
  if (name === undefined || !receiver) return [];
  const entries = (callbacksByMethod.get(name) ?? []).filter((entry) => chainFits(entry.origin, receiver));
  const target = afterRoot(resolver, entries, receiver) ?? resolver.valueOf(receiver);
  return byEvidence(resolver, entries.filter((entry) => receiverFits(entry, target)), callback, target);
}

function calledByName(resolver: Resolver, call: TSESTree.CallExpression, entries: readonly OriginEntry<CallbackOrigin>[]): ManagedCallback | undefined {
  const value = resolver.valueOf(call.callee);
  if (value?.kind !== 'module') return undefined;
  const library = libraryOfSpecifier(value.specifier);
  const chosen = entries.filter((entry) => entry.library === library && entry.origin.on === 'module' && entry.origin.methods.includes(exportName(value.path) ?? ''));
  const [first] = chosen;
  return first && { call, kinds: chosen, param: first.origin.param, origins: chosen.map((entry) => entry.origin), wrapper: false };
}

function calleeText(resolver: Resolver, call: TSESTree.CallExpression): string {
  return resolver.file.nameOf(call.callee);
}

function kindsOf(library: Library | undefined): SessionKind[] {
  const facts = library?.sessions[0];
  return library && facts ? [{ library, facts }] : [];
}

function isCallbackArgument(resolver: Resolver, origin: CallbackOrigin, call: TSESTree.CallExpression, callback: FunctionNode): boolean {
  const functions = call.arguments.map((argument) => {
    const value = resolver.valueOf(argument);
    return value?.kind === 'function' ? value.node : undefined;
  });
  const at = functions.indexOf(callback);
  if (at < 0) return false;
  if (typeof origin.callback === 'number') return at === origin.callback;
  if (origin.callback === 'last') return at === functions.length - 1;
  return functions.findIndex((fn) => fn !== undefined) === at;
}

function chainFits(origin: CallbackOrigin, receiver: Node | undefined): boolean {
  if (!origin.after) return true;
  return receiver !== undefined && chainOf(receiver).links.some((link) => link.called && origin.after?.includes(link.name));
}

/** For `db.transaction().setIsolationLevel(…).execute(cb)` the owner is `db`. */
function afterRoot(resolver: Resolver, entries: readonly OriginEntry<CallbackOrigin>[], receiver: Node): Value | undefined {
  if (!entries.some((entry) => entry.origin.after)) return undefined;
  const links = chainOf(receiver);
  let owner = resolver.valueOf(links.root);
  for (const link of links.links) {
    if (link.called) break;
    owner = resolver.memberValue(owner, link.name);
  }
  return owner;
}

function receiverFits(entry: OriginEntry<CallbackOrigin>, owner: Value | undefined): boolean {
  const { on, receiverIsSession } = entry.origin;
  switch (owner?.kind) {
    case 'client':
      return owner.library === entry.library && on !== 'session' && on !== 'module';
    case 'session':
      return owner.session.kinds.some((kind) => kind.library === entry.library);
    case 'module': {
      const library = libraryOfSpecifier(owner.specifier);
      return library ? library === entry.library : on === 'any' || on === 'client';
    }
    case 'global':
      return owner.name === 'db' || on === 'any';
    case 'function':
    case 'array':
      return false;
    default:
      return on === 'any' || on === 'client' || (on === 'session' && receiverIsSession === true);
  }
}

/**
 * Which of the candidate libraries it is. A known receiver decides; then what the callback does with the session; then
 * a method name that one library has alone; then the file's imports; then the nearest package.json.
 */
function byEvidence(resolver: Resolver, entries: readonly OriginEntry<CallbackOrigin>[], callback: FunctionNode | undefined, owner: Value | undefined): readonly SessionKind[] {
  if (entries.length === 0) return [];
  if (owner?.kind === 'client' || owner?.kind === 'session') return distinct(entries);
  if (callback) {
    const param = placeOf(entries);
    // What the author says it is: an application's own `withTransaction` shares its name with MongoDB's.
    const typed = param === undefined ? [] : annotatedKinds(resolver, callback, param);
    if (typed.length > 0) return distinct(entries.filter((entry) => typed.some((kind) => kind.library === entry.library)));
    const shown = param === undefined ? [] : fingerprintOfParameter(resolver, callback, param);
    const matching = entries.filter((entry) => shown.some((kind) => kind.library === entry.library));
    if (matching.length > 0) return distinct(matching);
    // The callback's parameter answers to another library's calls only: not one of these.
    if (shown.length > 0) return [];
    const travelling = param === undefined ? [] : travelsLikeParameter(resolver, callback, param);
    const carried = entries.filter((entry) => travelling.some((kind) => kind.library === entry.library));
    if (carried.length > 0) {
      const evident = [
        carried.filter((entry) => resolver.imported.has(entry.library)),
        carried.filter((entry) => hasMarker(resolver, entry.library)),
        carried.filter((entry) => resolver.declared.includes(entry.library)),
      ].find((some) => some.length > 0);
      return distinct(evident ?? carried);
    }
  }
  const alone = entries.filter((entry) => entry.origin.on === 'any');
  if (alone.length > 0) return distinct(alone);
  const imported = entries.filter((entry) => resolver.imported.has(entry.library));
  if (imported.length > 0) return distinct(imported);
  const declared = entries.filter((entry) => resolver.declared.includes(entry.library));
  if (declared.length > 0) return distinct(declared);
  return callback && resolver.talksToDatabase && worksOnParameter(resolver, callback, placeOf(entries)) ? [generalTransaction] : [];
}

/** The place of the session among the callback's parameters, where the candidates have one. */
function placeOf(entries: readonly OriginEntry<CallbackOrigin>[]): number | undefined {
  for (const { origin } of entries) if (typeof origin.param === 'number') return origin.param;
  return undefined;
}

/** The callback calls methods of the parameter, or hands it on: it is not merely received. */
function worksOnParameter(resolver: Resolver, callback: FunctionNode, index: number | undefined): boolean {
  const param = index === undefined ? undefined : callback.params[index];
  const variable = param?.type === 'Identifier' ? resolver.file.variableOf(param) : undefined;
  return variable?.references.some((reference) => reference.isRead()) ?? false;
}

function distinct(entries: readonly SessionKind[]): readonly SessionKind[] {
  const seen = new Map<Library, SessionKind>();
  for (const entry of entries) if (!seen.has(entry.library)) seen.set(entry.library, entry);
  return [...seen.values()];
}

function travelsLikeParameter(resolver: Resolver, callback: FunctionNode, index: number): readonly SessionKind[] {
  const param = callback.params[index];
  return param?.type === 'Identifier' ? travelsLike(resolver.file.variableOf(param)) : [];
}

/** The kinds of session that the annotation of a parameter names. */
function annotatedKinds(resolver: Resolver, callback: FunctionNode, index: number): readonly SessionKind[] {
  const param = callback.params[index];
  const annotation = param?.type === 'Identifier' ? param.typeAnnotation?.typeAnnotation : undefined;
  const value = annotation && param?.type === 'Identifier' ? typeValue(resolver, annotation, 'parameter', { name: param.name, owner: param }) : undefined;
  return value?.kind === 'session' ? value.session.kinds : [];
}

function fingerprintOfParameter(resolver: Resolver, callback: FunctionNode, index: number): readonly SessionKind[] {
  const param = callback.params[index];
  return param?.type === 'Identifier' ? fingerprintOf(resolver, resolver.file.variableOf(param)) : [];
}

/** An application's wrapper: named like one, its last argument a function, whose parameter is used like a session. */
function wrapperCallback(resolver: Resolver, call: TSESTree.CallExpression, callback: FunctionNode, name: string, owner: Value | undefined): ManagedCallback | undefined {
  if (!looksLikeWrapper(name)) return undefined;
  const last = call.arguments.at(-1);
  const value = last && resolver.valueOf(last);
  const isLast = value?.kind === 'function' && value.node === callback;
  if (!isLast && !call.arguments.some((argument) => unwrap(argument) === callback)) return undefined;
  if (owner?.kind === 'client' && callbacksByMethod.has(name)) return undefined;
  for (const index of callback.params.keys()) {
    const kinds = guessed(resolver, callback, index);
    if (kinds.length > 0) return { call, kinds, param: index, origins: [], wrapper: true };
  }
  return undefined;
}

/** What a wrapper's callback parameter is, by what is done with it. */
function guessed(resolver: Resolver, callback: FunctionNode, index: number): readonly SessionKind[] {
  const typed = annotatedKinds(resolver, callback, index);
  if (typed.length > 0) return typed;
  const shown = fingerprintOfParameter(resolver, callback, index);
  if (shown.length > 0) return shown;
  const param = callback.params[index];
  // A parameter that nothing is known of but its place and name: the file must import exactly the libraries it may be.
  if (param?.type !== 'Identifier' || !/^(?:tx|trx|transaction|transactionClient|em|manager|entityManager|client|conn|connection|session|t|db|prisma|store|tnx)$|(?:Tx|Trx|Transaction|Manager|Session|Connection)$/.test(param.name)) return [];
  return [...resolver.imported].flatMap((library) => {
    const facts = library.sessions.find((session) => session.origins.some((origin) => origin.kind === 'callback'));
    return facts ? [{ library, facts }] : [];
  });
}

/** Whether a node is a function that stands as an argument of a call; the call then. */
export function callAround(fn: FunctionNode): TSESTree.CallExpression | TSESTree.NewExpression | undefined {
  let node: Node = fn;
  let parent: Node | undefined = fn.parent;
  while (parent && unwrap(parent) === fn) {
    node = parent;
    parent = parent.parent;
  }
  if ((parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && parent.arguments.some((argument) => argument === node)) return parent;
  return undefined;
}

