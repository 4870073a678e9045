/** Calls and constructions that make a client or hand out a session. */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { Library, SessionFacts } from '../libraries/library.js';
import { acquiresByMethod, constructedByClass, libraryOfSpecifier, plainSpecifier, type OriginEntry } from './catalogue.js';
import type { AcquireOrigin } from '../libraries/library.js';
import { superclassValue } from './fields.js';
import type { Resolver } from './resolver.js';
import { calleeName, chainFrom, chainOf, isFunction, outermost, receiverOf, unwrap, type Node } from './syntax.js';
import { travelsLike } from './fingerprints.js';
import type { Session, SessionKind, Value, Variable } from './values.js';

/** An exported value of a library that is a client by itself, or the name of a path in a module's exports. */
export function exportedClient(library: Library, path: readonly string[]): Value | undefined {
  const name = exportName(path);
  return name !== undefined && library.clients?.exported?.includes(name) ? { kind: 'client', library } : undefined;
}

/**
 * The exported name that a path through a module object means: `pg.default.Pool`, `pg.Pool` and `{ Pool }` are all
 * `Pool`; the module itself, and its default export, are `default`.
 */
export function exportName(path: readonly string[]): string | undefined {
  const plain = path[0] === 'default' ? path.slice(1) : path;
  if (plain.length === 0) return 'default';
  return plain.join('.');
}

/** What `new X()` makes, for an `X` that comes from a library. */
export function constructedBy(resolver: Resolver, node: TSESTree.NewExpression, callee: Value | undefined): Value | undefined {
  if (callee?.kind === 'module') {
    const library = libraryOfSpecifier(callee.specifier);
    const name = exportName(callee.path);
    if (name === undefined) return undefined;
    const setting = resolver.file.settings.clients.find((client) => client.name === name && (client.from === undefined || client.from === callee.specifier));
    if (!library) {
      // A generated Prisma client may lie at any path; its class has this name everywhere.
      if (name === 'PrismaClient') return clientNamed(resolver, 'prisma');
      return setting?.library ? clientNamed(resolver, setting.library) : undefined;
    }
    // What a file inside of the package exports by default may be anything: `pg/lib/connection`.
    if (name === 'default' && isSubpath(callee.specifier)) return undefined;
    if (library.clients?.constructed?.includes(name)) return { kind: 'client', library };
    for (const entry of constructedByClass.get(name) ?? []) {
      if (entry.library === library) return resolver.session({ origin: node, how: 'acquired', kinds: [entry], name: nameOfResult(resolver, node) });
    }
    return undefined;
  }
  if (callee?.kind === 'client') return undefined;
  // A member of a client object: `new sql.Transaction()` with `sql` the callable module.
  return undefined;
}

function isSubpath(specifier: string): boolean {
  return plainSpecifier(specifier).split('/').length > (specifier.startsWith('@') ? 2 : 1);
}

function clientNamed(_resolver: Resolver, id: string): Value | undefined {
  const library = libraryByIdLazily(id);
  return library && { kind: 'client', library };
}

function libraryByIdLazily(id: string): Library | undefined {
  for (const entries of acquiresByMethod.values()) for (const entry of entries) if (entry.library.id === id) return entry.library;
  return libraryOfSpecifier(id === 'prisma' ? '@prisma/client' : id);
}

/** The name that messages give to an acquired session: the variable it is stored in, else the call. */
function nameOfResult(resolver: Resolver, node: Node): string {
  let current: Node = outermost(node);
  while (current.parent?.type === 'AwaitExpression') current = outermost(current.parent);
  const parent = current.parent;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if (parent?.type === 'AssignmentExpression') return resolver.file.nameOf(parent.left);
  if (parent?.type === 'LogicalExpression' && parent.parent.type === 'VariableDeclarator' && parent.parent.id.type === 'Identifier') return parent.parent.id.name;
  return resolver.file.nameOf(node);
}

/** The session (or client) that a call hands out. */
export function acquiredBy(resolver: Resolver, node: TSESTree.CallExpression): Value | undefined {
  const name = calleeName(node);
  const receiver = receiverOf(node);
  if (name === undefined) return undefined;
  if (!receiver) {
    const callee = resolver.valueOf(node.callee);
    if (callee?.kind === 'module') return calledExport(resolver, node, callee);
    return undefined;
  }
  const owner = resolver.valueOf(receiver);
  if (owner?.kind === 'module') {
    const made = calledExport(resolver, node, { kind: 'module', specifier: owner.specifier, path: [...owner.path, name] });
    if (made) return made;
  }
  const entries = acquiresByMethod.get(name);
  if (!entries) return undefined;
  // `User.startTransaction()` with `class User extends Model`.
  const client = owner?.kind === 'class' ? (superclassValue(resolver, owner.node) ?? owner) : owner;
  const fitting = entries.filter((entry) => fits(resolver, entry, node, receiver, client));
  if (fitting.length === 0) return undefined;
  if (fitting.every(isPartOfResult)) return undefined;
  return resolver.session({ origin: node, how: 'acquired', kinds: fitting, name: nameOfResult(resolver, node) });
}

/** The session is not what the call gives but an element or a property of it. */
function isPartOfResult({ origin }: OriginEntry<AcquireOrigin>): boolean {
  return origin.element !== undefined || origin.property !== undefined;
}

/** Calls on a known client or session that give a session as a part of their result: Spanner's `const [tx] = await db.getTransaction()`. */
export function acquiredAsPart(resolver: Resolver, node: TSESTree.CallExpression): readonly OriginEntry<AcquireOrigin>[] {
  const receiver = receiverOf(node);
  const entries = (acquiresByMethod.get(calleeName(node) ?? '') ?? []).filter(isPartOfResult);
  const owner = receiver && entries.length > 0 ? resolver.valueOf(receiver) : undefined;
  if (!receiver || (owner?.kind !== 'client' && owner?.kind !== 'session')) return [];
  return entries.filter((entry) => fits(resolver, entry, node, receiver, owner));
}

/** What was acquired is a function, and calling that gives the session: `const trx = await provider()`. */
export function isProvider(session: Session): boolean {
  const [kind] = session.kinds as readonly Partial<OriginEntry<AcquireOrigin>>[];
  return kind?.origin?.kind === 'acquire' && kind.origin.provider === true;
}

/** Callback style: `pool.connect((error, client, release) => …)` hands the session to the callback, and it has to be released. */
export function handedToCallback(resolver: Resolver, call: TSESTree.CallExpression | TSESTree.NewExpression, index: number): readonly SessionKind[] {
  const receiver = receiverOf(call);
  const entries = (acquiresByMethod.get(calleeName(call) ?? '') ?? []).filter((entry) => entry.origin.callbackParam === index);
  const owner = receiver && entries.length > 0 ? resolver.valueOf(receiver) : undefined;
  if (owner?.kind === 'client') return entries.filter((entry) => entry.library === owner.library);
  return owner?.kind === 'module' ? entries.filter((entry) => entry.origin.on === 'module' && entry.library === libraryOfSpecifier(owner.specifier)) : [];
}

function calledExport(resolver: Resolver, node: TSESTree.CallExpression, callee: Extract<Value, { kind: 'module' }>): Value | undefined {
  const library = libraryOfSpecifier(callee.specifier);
  const name = exportName(callee.path);
  if (!library || name === undefined) return undefined;
  if (library.clients?.called?.includes(name)) return { kind: 'client', library };
  // `transaction.start` of objection goes by its whole name, `createConnection` by its last part, whatever stands in front.
  for (const entry of acquiresByMethod.get(name) ?? acquiresByMethod.get(name.split('.').at(-1) ?? name) ?? []) {
    if (entry.library === library && entry.origin.on !== 'session' && !hasCallback(node)) {
      return resolver.session({ origin: node, how: 'acquired', kinds: [entry], name: nameOfResult(resolver, node) });
    }
  }
  return undefined;
}

function hasCallback(node: TSESTree.CallExpression): boolean {
  return node.arguments.some((argument) => isFunction(unwrap(argument)));
}

function fits(resolver: Resolver, entry: OriginEntry<AcquireOrigin>, node: TSESTree.CallExpression, receiver: Node, owner: Value | undefined): boolean {
  const { origin, library } = entry;
  // With a callback the same method is managed, or hands the session to the callback: another origin.
  if (hasCallback(node)) return false;
  const last = node.arguments.at(-1);
  if (last && resolver.valueOf(last)?.kind === 'function') return false;
  if (origin.after) {
    const links = chainOf(receiver).links;
    if (!links.some((link) => link.called && origin.after?.includes(link.name))) return false;
    const root = resolver.valueOf(chainOf(receiver).root);
    if (root?.kind === 'either') return resolver.imported.has(library);
    return root?.kind === 'client' ? root.library === library : root === undefined && origin.on === 'any';
  }
  switch (origin.on) {
    case 'session':
      return owner?.kind === 'session' && owner.session.kinds[0].library === library;
    case 'module':
      return false;
    case 'any':
      return owner === undefined || owner.kind === 'either' || owner.kind === 'shape' || owner.kind === 'global' || owner.kind === 'instance' || (owner.kind === 'client' && owner.library === library) || (owner.kind === 'session' && owner.session.kinds[0].library === library) || (owner.kind === 'module' && (libraryOfSpecifier(owner.specifier) ?? library) === library);
    case 'client':
      if (owner?.kind === 'client') return owner.library === library;
      if (owner?.kind === 'session') {
        const name = calleeName(node) ?? '';
        // A savepoint of its own, or a session beside this one: MikroORM's `em.fork()`.
        return owner.session.kinds[0].library === library && [entry.facts.nested, entry.facts.forks].some((methods) => methods?.includes(name));
      }
      if (owner !== undefined && owner.kind !== 'either' && owner.kind !== 'shape' && !(owner.kind === 'module' && !libraryOfSpecifier(owner.specifier))) return false;
      return (resolver.imported.has(library) || resolver.declared.includes(library) || travelsAs(resolver, entry, node) || endsLikeNoOther(resolver, entry, node)) && usedLikeSession(resolver, entry, node);
  }
}

/**
 * For an unknown receiver: the result is bound to a variable on which the session's own release (or transaction end)
 * is called, so that `redis.connect()` or `bank.transaction()` is not taken for a database session.
 */
function usedLikeSession(resolver: Resolver, entry: OriginEntry<AcquireOrigin>, node: TSESTree.CallExpression): boolean {
  const ends = new Set([...(entry.facts.release?.methods ?? []), ...(entry.facts.release?.endsTransactionOnly ?? []), ...(entry.facts.begins ?? []), ...ownCallbacks(entry.facts)]);
  const variable = variableOfResult(resolver, node);
  return (
    variable?.references.some((reference) => {
      const [first] = chainFrom(reference.identifier).links;
      return first !== undefined && ends.has(first.name);
    }) ?? false
  );
}

/** Methods of the session itself that run a callback on it: mongo's `session.withTransaction(cb)`. */
function ownCallbacks({ origins }: SessionFacts): readonly string[] {
  return origins.flatMap((origin) => (origin.kind === 'callback' && origin.receiverIsSession ? origin.methods : []));
}

/**
 * What is done to the result is this library's own word: `endSession` on what `startSession` gave is MongoDB's, and of
 * all that a `transaction()` without callback can give, only Knex's (and Lucid's, made of it) answers to `isCompleted`.
 */
function endsLikeNoOther(resolver: Resolver, entry: OriginEntry<AcquireOrigin>, node: Node): boolean {
  const isAcquiredSo = (other: SessionFacts): boolean => other.origins.some((origin) => origin.kind === 'acquire' && origin.methods.some((method) => entry.origin.methods.includes(method)));
  const own = (entry.facts.release?.methods ?? []).filter((name) => (sessionsByEnding.get(name) ?? []).every(isAcquiredSo));
  const states = (entry.facts.operations?.local ?? []).filter((name) => /^is[A-Z]/.test(name));
  return variableOfResult(resolver, node)?.references.some((reference) => {
    const [link] = chainFrom(reference.identifier).links;
    return link !== undefined && (own.includes(link.name) || (link.called && states.includes(link.name)));
  }) ?? false;
}

const sessionsByEnding = new Map<string, SessionFacts[]>();
for (const { sessions } of libraries) {
  for (const facts of sessions) for (const name of facts.release?.methods ?? []) sessionsByEnding.set(name, [...(sessionsByEnding.get(name) ?? []), facts]);
}

/** The variable that the (awaited) result of a call is stored in. */
export function variableOfResult(resolver: Resolver, node: Node): Variable | undefined {
  let current: Node = outermost(node);
  while (current.parent?.type === 'AwaitExpression') current = outermost(current.parent);
  const parent = current.parent?.type === 'LogicalExpression' ? outermost(current.parent).parent : current.parent;
  const target = parent?.type === 'VariableDeclarator' ? parent.id : parent?.type === 'AssignmentExpression' ? parent.left : undefined;
  return target?.type === 'Identifier' ? resolver.file.variableOf(target) : undefined;
}

function travelsAs(resolver: Resolver, entry: OriginEntry<AcquireOrigin>, node: Node): boolean {
  return travelsLike(variableOfResult(resolver, node)).some((kind) => kind.library === entry.library);
}
