/** Work inside a transaction's scope that the root client does instead of the session. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Library } from '../libraries/library.js';
import { fingerprintOfChain } from '../sessions/fingerprints.js';
import type { SessionModel } from '../sessions/model.js';
import { chainOf, isFunction, isWithin, unwrap, type Chain, type Node } from '../sessions/syntax.js';
import type { Value } from '../sessions/values.js';
import { hasAmbientTransactions } from './ambient-apps.js';
import { isAwaited } from './awaiting.js';
import { isBestEffort } from './best-effort.js';
import { missingOptions } from './missing-options.js';
import { isSamePath, pathOf, prefixesFromRoot, type Path } from './paths.js';
import { transactionScopes, type TransactionScope } from './scopes.js';
import { carriesSession, chainsIn, mentionsSession, statementsIn } from './statements.js';
import { isUnused } from './unused.js';

export interface OuterUse {
  readonly scope: TransactionScope;
  /** What a person would underline: the client's name, or the method that lacks the option. */
  readonly node: Node;
  readonly how: 'receiver' | 'second' | 'handed' | 'helper' | 'option' | 'argument' | 'batch';
  /** The whole call, for rewriting. */
  readonly call: TSESTree.CallExpression | undefined;
  /** The option or argument that is missing, and where it belongs. */
  readonly missing?: { readonly option: string | undefined; readonly at: number };
  /** Surely forgotten: another call in the scope is given the session, and this one writes or reads what that wrote. */
  readonly isForgotten: boolean;
}

/** Every use of an outer client in every transaction of the file, each node once. */
export function outerUses(model: SessionModel): OuterUse[] {
  const scopes = transactionScopes(model).filter((scope) => scope.kinds.every((kind) => kind.facts.outerClient?.kind !== 'safe'));
  if (scopes.length === 0 || hasAmbientTransactions(model)) return [];
  const seen = new Set<Node>();
  return scopes.flatMap((scope) => (isUnused(model, scope) ? [] : usesIn(model, scope))).filter((use) => !seen.has(use.node) && seen.add(use.node));
}

function usesIn(model: SessionModel, scope: TransactionScope): OuterUse[] {
  const { resolver } = model;
  const found: OuterUse[] = [];
  const add = (node: Node | undefined, how: OuterUse['how'], chain: Chain): void => {
    if (node && (how === 'second' || how === 'batch' || !isBestEffort(model, scope, chain))) found.push({ scope, node, how, call: lastCall(chain), isForgotten: true });
  };
  for (const chain of statementsIn(model, scope)) {
    const batch = nestedBatch(model, scope, chain);
    if (batch) {
      add(batch, 'batch', chain);
      continue;
    }
    const opens = chain.links.some((link) => link.called && opensTransaction(scope, link.name));
    if (opens ? !isOwnOpener(scope, chain) && outerClient(model, scope, chain, true) !== undefined : false) {
      add(outerClient(model, scope, chain, true), 'second', chain);
      continue;
    }
    if (carriesSession(resolver, chain, scope)) continue;
    if (!isAwaited(resolver, chain.node, (reference) => !mentionsSession(resolver, reference, scope))) continue;
    const client = outerClient(model, scope, chain, false);
    if (client) add(client, 'receiver', chain);
    else add(handedClient(model, scope, chain), 'handed', chain);
    if (!client) add(boundHelper(model, scope, chain), 'helper', chain);
  }
  found.push(...missingOptions(model, scope));
  return found;
}

function lastCall(chain: Chain): TSESTree.CallExpression | undefined {
  const node = unwrap(chain.node);
  return node.type === 'CallExpression' ? node : undefined;
}

// ----- the client as receiver

function outerClient(model: SessionModel, scope: TransactionScope, chain: Chain, opens: boolean): Node | undefined {
  for (const prefix of prefixesFromRoot(chain.node)) {
    if (isReplica(model, prefix)) return undefined;
    const value = model.resolver.valueOf(prefix);
    if (value?.kind === 'session' || value?.kind === 'either') return undefined;
    // A value that is made inside the scope is not the outer client, unless it is one by kind.
    const rest = linksAfter(chain, prefix);
    if (rest.links.length === 0) continue;
    if (isClientOf(model, scope, prefix, value, rest) && (opens || isStatement(scope, rest, value))) return prefix;
  }
  return undefined;
}

/** The chain without its prefix: `user.create(…)` of `this.prisma.user.create(…)` after `this.prisma`. */
function linksAfter(chain: Chain, prefix: Node): Chain {
  if (prefix === chain.root) return { root: prefix, links: chain.links, node: chain.node };
  const before = chainOf(prefix).links.length;
  const own = chain.links[before - 1];
  // `this.knex('users')`: the client itself is called.
  const called = prefix.type === 'MemberExpression' && own?.called ? [{ ...own, name: '' }] : [];
  return { root: prefix, links: [...called, ...chain.links.slice(before)], node: chain.node };
}

function isClientOf(model: SessionModel, scope: TransactionScope, prefix: Node, value: Value | undefined, rest: Chain): boolean {
  const { resolver } = model;
  const path = pathOf(resolver, prefix);
  if (path && [...scope.clients, ...scope.arguments].some((client) => isSamePath(client, path))) return true;
  const libraries = scope.kinds.map((kind) => kind.library);
  if (value?.kind === 'client') {
    if (!joins(libraries, value.library)) return false;
    // Calls of the client itself belong to the option's law where the session travels as an option.
    if (scope.kinds.some((kind) => kind.facts.travels?.options)) return false;
    return value.library.id === 'typeorm' ? !severalSources(model) : isWrapper(scope);
  }
  // An imported or injected client that answers to the library's own calls, in an application's wrapper.
  if (!isWrapper(scope) || !path || isInside(scope, path) || value !== undefined && value.kind !== 'module' && value.kind !== 'shape') return false;
  if (typeof path.root === 'string' || path.names.includes('()')) return false;
  return answersTo(rest, libraries);
}

function joins(libraries: readonly Library[], library: Library): boolean {
  return libraries.includes(library) || (library.id === 'objection' && libraries.some((own) => own.id === 'knex'));
}

function isWrapper(scope: TransactionScope): boolean {
  return scope.managed?.wrapper === true;
}

/** Two data sources in one file: whose repository it is would be a guess. */
function severalSources(model: SessionModel): boolean {
  return ['InjectRepository', 'InjectDataSource', 'InjectEntityManager'].some((name) => (model.file.callsByName.get(name) ?? []).some((call) => call.arguments.length > (name === 'InjectRepository' ? 1 : 0)));
}

function isInside(scope: TransactionScope, path: Path): boolean {
  const at = (path.root as { identifiers?: readonly Node[] }).identifiers?.[0];
  return at !== undefined && isWithin(at, scope.body);
}

/** Paths of calls that the library has alone: `*.findMany`, `insert().values`. */
function answersTo(rest: Chain, libraries: readonly Library[]): boolean {
  return rest.links[0]?.name !== '' && fingerprintOfChain(rest).some((kind) => libraries.includes(kind.library));
}

const onlyText = new Set(['toQuery', 'toSQL', 'toString', 'toNative', 'getQuery', 'getSql', 'getQueryAndParameters', 'compile', 'toSQLString', '$dynamic', 'as']);

/** Whether what follows the client is work on the database: a call that the library's page knows, or that is its own. */
function isStatement(scope: TransactionScope, rest: Chain, value: Value | undefined): boolean {
  const called = rest.links.filter((link) => link.called);
  const last = called.findLast((link) => !['then', 'catch', 'finally'].includes(link.name));
  if (!last || onlyText.has(last.name)) return false;
  const libraries = scope.kinds.map((kind) => kind.library);
  if (answersTo(rest, libraries)) return true;
  const [first] = rest.links;
  for (const { facts, library } of scope.kinds) {
    const { operations } = facts;
    if (facts.operations?.runs && !called.some((link) => operations?.runs?.includes(link.name))) continue;
    if (first?.name === '' && (facts.fingerprint?.called !== undefined || library.clients?.sql?.includes('tag'))) {
      if (first.call?.type === 'TaggedTemplateExpression' || called.length > 1 || value?.kind === 'client') return true;
    }
    const [start] = called;
    const own = [...(operations?.local ?? []), ...(facts.derived?.methods ?? []), ...(library.clients?.methods ?? [])];
    const known = [...(operations?.reads ?? []), ...(operations?.writes ?? []), ...(operations?.compound ?? []), ...(operations?.sql ?? []), ...(library.clients?.sql ?? [])];
    if (facts.travels?.options && !known.includes(last.name)) continue;
    // A session that travels as an option leaves the plain calls to the option's law.
    if (facts.travels?.options) continue;
    // An accessor of the application's own may give anything: `this.prisma.txClient().user.create(…)`.
    if (start?.call?.type === 'CallExpression' && start.call.arguments.length === 0 && !known.includes(start.name) && !own.includes(start.name)) continue;
    if (called.some((link) => known.includes(link.name))) return true;
  }
  return false;
}

// ----- a second transaction on the client, a batch on the session

function opensTransaction(scope: TransactionScope, name: string): boolean {
  return scope.kinds.some((kind) => kind.facts.origins.some((origin) => origin.kind === 'callback' && origin.on !== 'session' && !origin.after && origin.methods.includes(name) && /transaction|^begin$|^tx$/i.test(name)));
}

function isOwnOpener(scope: TransactionScope, chain: Chain): boolean {
  return isWithin(scope.openedBy, chain.node) || chain.links.some((link) => link.call === scope.openedBy);
}

/** Prisma's `tx.$transaction([…])`: a batch of its own, outside the transaction. */
function nestedBatch(model: SessionModel, scope: TransactionScope, chain: Chain): Node | undefined {
  if (!scope.kinds.some((kind) => kind.facts.nestedBatch)) return undefined;
  const call = chain.links.find((link) => link.called && link.name === '$transaction')?.call;
  if (call?.type !== 'CallExpression' || model.resolver.valueOf(chain.root)?.kind !== 'session') return undefined;
  const list = call.arguments[0] && unwrap(call.arguments[0]);
  const callee = unwrap(call.callee);
  return list?.type === 'ArrayExpression' || (list && model.resolver.valueOf(list)?.kind === 'array') ? (callee.type === 'MemberExpression' ? callee.property : callee) : undefined;
}

// ----- the client as argument, and helpers that are bound to it

/** `resolve(this.db, …)`: the outer client, handed to a call that is not given the session. */
function handedClient(model: SessionModel, scope: TransactionScope, chain: Chain): Node | undefined {
  const clients = scope.managed?.wrapper ? scope.arguments.filter((path) => isKnownClient(model, scope, path)) : scope.clients;
  if (clients.length === 0) return undefined;
  for (const link of chain.links) {
    if (link.call?.type !== 'CallExpression' || chain.links.some((other) => onlyText.has(other.name))) continue;
    for (const argument of link.call.arguments.flatMap(handedBy)) {
      const path = pathOf(model.resolver, argument);
      if (path && !isReplica(model, argument) && path.names.at(-1) !== '()' && clients.some((client) => isSamePath(client, path)) && model.resolver.valueOf(argument)?.kind !== 'either') return argument;
    }
  }
  return undefined;
}

function isKnownClient(model: SessionModel, scope: TransactionScope, path: Path): boolean {
  const call = scope.openedBy;
  if (call.type !== 'CallExpression') return false;
  return call.arguments.some((argument) => {
    const own = pathOf(model.resolver, argument);
    return own !== undefined && isSamePath(own, path) && model.resolver.valueOf(argument)?.kind === 'client';
  });
}

function handedBy(argument: Node): Node[] {
  const node = unwrap(argument);
  if (node.type !== 'ObjectExpression') return isFunction(node) ? [] : [node];
  return node.properties.flatMap((property) => (property.type === 'Property' ? [unwrap(property.value)] : []));
}

/** A helper of the same file that writes through the client: `await this.saveLog(entry)`. */
function boundHelper(model: SessionModel, scope: TransactionScope, chain: Chain): Node | undefined {
  const { resolver } = model;
  const [call] = chain.links.flatMap((link) => (link.call?.type === 'CallExpression' ? [link.call] : []));
  if (!call || chain.links.filter((link) => link.called).length !== 1) return undefined;
  const callee = resolver.valueOf(call.callee);
  if (callee?.kind !== 'function' || isWithin(callee.node, scope.body) || isWithin(scope.body, callee.node)) return undefined;
  const inner = chainsIn(model, callee.node.body);
  // A helper that can be given the session, or opens a transaction of its own, decides for itself.
  if (callee.node.params.some((param) => mentionsSession(resolver, param))) return undefined;
  const writes = inner.some((own) => {
    if (mentionsSession(resolver, own.node) || !isAwaited(resolver, own.node)) return false;
    const client = outerClient(model, scope, own, false);
    return client !== undefined && isWrite(scope, own) && !own.links.some((link) => opensTransaction(scope, link.name));
  });
  return writes ? call.callee : undefined;
}

function isWrite(scope: TransactionScope, chain: Chain): boolean {
  return chain.links.some((link) => link.called && scope.kinds.some(({ facts }) => (facts.operations?.writes?.includes(link.name) ?? false) || (facts.operations?.compound?.includes(link.name) ?? false)));
}

/** A read replica that the settings name: reading from it inside a transaction is meant. */
function isReplica(model: SessionModel, node: Node): boolean {
  const { readReplicas } = model.file.settings;
  return readReplicas.length > 0 && readReplicas.includes(model.file.sourceCode.getText(node));
}
