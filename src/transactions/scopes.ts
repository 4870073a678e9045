/** Transactions as stretches of code: from where one is opened to where it ends, with the client it came from. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { CallbackOrigin, SessionFacts } from '../libraries/library.js';
import { variableOfResult } from '../sessions/acquisitions.js';
import { looksLikeWrapper, managedCallback, type ManagedCallback } from '../sessions/callbacks.js';
import { acquiresByMethod, callbacksByMethod, constructedByClass } from '../sessions/catalogue.js';
import { onDriver } from '../sessions/drivers.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, chainOf, enclosingFunction, isFunction, isWithin, receiverOf, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session, type SessionKind, type Variable } from '../sessions/values.js';
import { beginsOf, endsOf } from './ends.js';
import { parentPath, pathOf, prefixesFromRoot, type Path } from './paths.js';

export interface TransactionScope {
  readonly kinds: readonly SessionKind[];
  /** What a person would underline for the transaction as a whole: the callee of the call that opens it. */
  readonly opener: Node;
  readonly openedBy: Node;
  readonly session: Session | undefined;
  /** The variable that holds the session, where it is one. */
  readonly variable: Variable | undefined;
  /** The code that is walked; {@link includes} says which part of it is inside. */
  readonly body: Node;
  /** The paths of the client that it was opened on: `this.repo.manager` and with it `this.repo`. */
  readonly clients: readonly Path[];
  /** Arguments of a wrapper that may be the client: `executeTx(db, (trx) => …)`. */
  readonly arguments: readonly Path[];
  readonly managed: ManagedCallback | undefined;
  /** The managed callback, or the function around an unmanaged transaction. */
  readonly fn: FunctionNode | undefined;
  /** The callback may be called again: what it does outside the database is done again. */
  readonly retried: boolean;
  readonly includes: (node: Node) => boolean;
}

const scopesOfModel = new WeakMap<SessionModel, readonly TransactionScope[]>();

/** Every transaction that the file opens, managed or not, in source order. */
export function transactionScopes(model: SessionModel): readonly TransactionScope[] {
  let scopes = scopesOfModel.get(model);
  if (!scopes) {
    scopes = [...managedScopes(model), ...unmanagedScopes(model)];
    scopesOfModel.set(model, scopes);
  }
  return scopes;
}

// ----- managed callbacks

/** Methods that hand out a session without opening a transaction on it. */
const withoutTransaction = new Set(['task', 'taskIf', 'connect', 'withSession', 'executeIsolated']);

function holdsTransaction(managed: ManagedCallback, name: string): boolean {
  if (withoutTransaction.has(name)) return false;
  return managed.wrapper ? looksLikeWrapper(name) || managed.kinds.every((kind) => isTransaction(kind.facts)) : managed.origins.some((origin) => !origin.after?.includes('connection')) && managed.kinds.some((kind) => isTransaction(kind.facts) || kind.facts.begins?.includes(name) || /trans/i.test(name));
}

/** Sessions that are a transaction from the start, as against connections on which one may be begun. */
function isTransaction(facts: SessionFacts): boolean {
  return /transaction|attempt|task|request-context|request-client/.test(facts.id);
}

function managedScopes(model: SessionModel): TransactionScope[] {
  const scopes: TransactionScope[] = [];
  const { file, resolver } = model;
  const mayOpen = { has: (name: string) => callbacksByMethod.has(name) || looksLikeWrapper(name) || file.settings.wrappers.length > 0 };
  for (const call of file.callsNamed(mayOpen)) {
    const name = calleeName(call);
    if (call.type !== 'CallExpression' || name === undefined) continue;
    for (const argument of call.arguments) {
      const value = isFunction(unwrap(argument)) || argument.type === 'Identifier' ? resolver.valueOf(argument) : undefined;
      if (value?.kind !== 'function') continue;
      const managed = managedCallback(resolver, call, value.node);
      if (!managed || managed.param === 'none' && managed.kinds.some((kind) => kind.facts.builders === 'eager' && kind.library.id === 'better-sqlite3')) continue;
      if (holdsTransaction(managed, name)) scopes.push(managedScope(model, call, managed, value.node));
      break;
    }
  }
  return scopes;
}

function managedScope(model: SessionModel, call: TSESTree.CallExpression, managed: ManagedCallback, fn: FunctionNode): TransactionScope {
  const { resolver, file } = model;
  const param = managed.param === 'none' ? undefined : fn.params[managed.param];
  const target = param?.type === 'AssignmentPattern' ? param.left : param;
  const receiver = receiverOf(call);
  // mongo: the session is what `withTransaction` is called on, whether or not the callback takes it too.
  const holder = target ?? (managed.origins.some((origin) => origin.receiverIsSession) ? receiver : undefined);
  const variable = holder?.type === 'Identifier' ? file.variableOf(holder) : undefined;
  const session = variable ? sessionOf(resolver.variableValue(variable)) : holder && sessionOf(resolver.valueOf(holder));
  return {
    // A wrapper's library may be open while its parameter's annotation says it.
    kinds: managed.wrapper && session ? session.kinds : managed.kinds.map((kind) => onDriver(resolver, kind)),
    opener: openerName(call),
    openedBy: call,
    session,
    variable,
    body: fn,
    clients: managed.origins.some((origin) => origin.receiverIsSession) ? [] : clientPaths(model, receiver, managed.origins, managed.kinds),
    arguments: managed.wrapper ? call.arguments.flatMap((argument) => (isFunction(unwrap(argument)) ? [] : (pathOf(resolver, argument) ?? []))) : [],
    managed,
    fn,
    retried: managed.origins.some((origin) => origin.retried),
    includes: (node) => isWithin(node, fn),
  };
}

/** `db.transaction` of `db.transaction(…)`, `$transaction` of a longer chain. */
function openerName(call: TSESTree.CallExpression): Node {
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression' && callee.loc.start.line !== callee.loc.end.line ? callee.property : callee;
}

function clientPaths(model: SessionModel, receiver: Node | undefined, origins: readonly CallbackOrigin[], kinds: readonly SessionKind[]): Path[] {
  if (!receiver) return [];
  let root: Node | undefined = receiver;
  const after = origins.flatMap((origin) => origin.after ?? []);
  if (after.length > 0) {
    root = [...prefixesFromRoot(receiver), receiver].find((prefix) => {
      const { parent } = prefix;
      return parent?.type === 'MemberExpression' && parent.property.type === 'Identifier' && after.includes(parent.property.name);
    });
  }
  // What is opened on a session is a nested transaction: its parent is no outer client.
  if (!root || model.resolver.valueOf(root)?.kind === 'session') return [];
  const path = pathOf(model.resolver, root);
  if (!path) return [];
  const property = path.names.at(-1);
  const isProperty = property !== undefined && kinds.some((kind) => kind.library.id === 'typeorm' && kind.library.clients?.properties?.includes(property));
  return isProperty ? [path, parentPath(path)] : [path];
}

// ----- from begin to commit

function unmanagedScopes(model: SessionModel): TransactionScope[] {
  const scopes: TransactionScope[] = [];
  const { file, resolver } = model;
  for (const call of file.callsNamed({ has: (name) => constructedByClass.has(name) || acquiresByMethod.has(name) })) {
    const name = calleeName(call);
    if (name === undefined || !(call.type === 'NewExpression' ? constructedByClass.has(name) : acquiresByMethod.has(name))) continue;
    const session = sessionOf(resolver.valueOf(call));
    if (!session || session.how !== 'acquired' || session.origin !== call) continue;
    const { facts } = session.kinds[0];
    const begins = facts.begins || !isTransaction(facts) ? beginsOf(resolver, session) : [call];
    const ends = endsOf(resolver, session, variableOfResult(resolver, call));
    for (const begin of begins) {
      const fn = enclosingFunction(begin);
      const here = ends.filter((end) => enclosingFunction(end) === fn);
      if (here.length > 0) scopes.push(unmanagedScope(model, session, call, begin, here, fn));
    }
  }
  return scopes;
}

function unmanagedScope(model: SessionModel, session: Session, acquire: TSESTree.CallExpression | TSESTree.NewExpression, begin: Node, ends: readonly Node[], fn: FunctionNode | undefined): TransactionScope {
  const receiver = acquire.type === 'CallExpression' ? receiverOf(acquire) : acquire.arguments[0];
  const root = receiver && session.kinds[0].library.id === 'kysely' ? chainOf(receiver).root : receiver;
  return {
    kinds: session.kinds,
    opener: begin.type === 'CallExpression' ? openerName(begin) : begin,
    openedBy: begin,
    session,
    variable: variableOfResult(model.resolver, acquire),
    body: fn?.body ?? model.file.sourceCode.ast,
    clients: clientPaths(model, root, [], session.kinds),
    arguments: [],
    managed: undefined,
    fn,
    retried: false,
    includes: (node) => isBetween(node, begin, ends),
  };
}

/**
 * In source order after the beginning and before an end, unless an end stands before it in a block around it, or it is
 * in a handler that the beginning is not in.
 */
function isBetween(node: Node, begin: Node, ends: readonly Node[]): boolean {
  if (node.range[0] < begin.range[1]) return false;
  if (!ends.some((end) => node.range[1] <= end.range[0])) return false;
  for (let current: Node | undefined = node; current; current = current.parent) {
    const { parent } = current as { parent?: Node };
    if (!parent) break;
    if (isWithin(begin, parent)) {
      if (parent.type === 'TryStatement' && (current === parent.handler || current === parent.finalizer)) return false;
      break;
    }
    if (current.type === 'CatchClause' || (parent.type === 'TryStatement' && current === parent.finalizer)) return false;
  }
  return !ends.some((end) => end.range[0] > begin.range[0] && end.range[1] <= node.range[0] && isWithin(node, blockAround(end)));
}

function blockAround(node: Node): Node {
  let current: Node = node;
  while (current.parent && current.type !== 'BlockStatement' && current.type !== 'SwitchCase') {
    // `if (done) await trx.rollback();` without braces is a block of its own.
    if (current.parent.type === 'IfStatement' && (current === current.parent.consequent || current === current.parent.alternate)) return current;
    current = current.parent;
  }
  return current;
}
