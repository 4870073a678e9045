/** Transactions in whose scope no statement carries the session. */
import type { SessionModel } from '../sessions/model.js';
import { calleeName, chainFrom, enclosingFunction, isWithin, outermost, receiverOf, unwrap, type Chain, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import { hasAmbientTransactions } from './ambient-apps.js';
import { isAwaited } from './awaiting.js';
import { endKind } from './ends.js';
import { variableAt } from './paths.js';
import { transactionScopes, type TransactionScope } from './scopes.js';
import { mentionsSession, statementsIn } from './statements.js';

export function unusedTransactions(model: SessionModel): TransactionScope[] {
  const scopes = transactionScopes(model);
  if (scopes.length === 0) return [];
  const seen = new Set<Node>();
  return scopes.filter((scope) => isUnused(model, scope) && !seen.has(scope.openedBy) && seen.add(scope.openedBy));
}

const known = new WeakMap<TransactionScope, boolean>();

export function isUnused(model: SessionModel, scope: TransactionScope): boolean {
  let unused = known.get(scope);
  if (unused === undefined) {
    unused = scope.kinds.every((kind) => kind.facts.outerClient?.kind !== 'safe') && (scope.managed ? isManagedUnused(model, scope) : isAcquiredUnused(model, scope)) && doesWork(model, scope);
    known.set(scope, unused);
  }
  return unused;
}

// ----- managed callbacks

function isManagedUnused(model: SessionModel, scope: TransactionScope): boolean {
  const { managed, fn } = scope;
  if (!managed || !fn || managed.param === 'none' || runsForOthers(model, scope)) return false;
  const receiver = managed.call.type === 'CallExpression' ? receiverOf(managed.call) : undefined;
  const onSession = managed.origins.some((origin) => origin.receiverIsSession);
  const param = fn.params[managed.param];
  const plain = param?.type === 'AssignmentPattern' ? param.left : param;
  if (fn.params.some((each) => each.type === 'RestElement')) return false;
  if (plain && (plain.type !== 'Identifier' || !scope.variable || isCarried(model, scope, scope.variable))) return false;
  if (!plain && (managed.wrapper || mayBeAmbient(model, scope, onSession))) return false;
  // mongo's `session.withTransaction(cb)`: whatever names the session elsewhere may have bound it.
  if (onSession) {
    const variable = receiver && variableAt(model.resolver, receiver);
    return variable !== undefined && (variable.defs[0]?.type as string | undefined) === 'Variable' && !isCarried(model, scope, variable);
  }
  return true;
}

/** A callback without the parameter is right where the client finds the transaction by itself. */
function mayBeAmbient(model: SessionModel, scope: TransactionScope, onSession: boolean): boolean {
  if (onSession) return false;
  if (scope.kinds.some((kind) => kind.facts.origins.some((origin) => origin.kind === 'ambient') && kind.library.id !== 'sequelize')) return true;
  return hasAmbientTransactions(model);
}

/** A wrapper: what it runs was given to it, and may have the session from elsewhere. */
function runsForOthers(model: SessionModel, scope: TransactionScope): boolean {
  return statementsIn(model, scope).some((chain) => {
    const [first] = chain.links;
    if (/^(?:apply|call)$/.test(first?.name ?? '') && first?.called) return true;
    const variable = variableAt(model.resolver, chain.root);
    if (first?.name === '' && first.called && variable) {
      const definition = variable.defs[0];
      const at = variable.identifiers[0] as Node | undefined;
      return (definition?.type as string | undefined) === 'Parameter' && at !== undefined && !isWithin(at, scope.body);
    }
    return chain.root.type === 'ThisExpression' && chain.links.length === 1 && first?.called === true && /^(?:callback|fn|work|operation|handler|run|execute)$/.test(first.name);
  });
}

// ----- from begin to commit

function isAcquiredUnused(model: SessionModel, scope: TransactionScope): boolean {
  const { variable, session, openedBy } = scope;
  if (!variable || !session) return false;
  // Held by a field, an argument, an array: somebody else may work on it.
  if (!ownedByVariable(variable, model)) return false;
  return !isCarried(model, scope, variable) && !declaredOutside(variable, openedBy);
}

function ownedByVariable(variable: Variable, model: SessionModel): boolean {
  return variable.scope.type !== 'module' && variable.scope.type !== 'global' && model.file.variableOf(variable.identifiers[0] as Node) === variable;
}

/** A variable of an outer function is seen by other functions too. */
function declaredOutside(variable: Variable, at: Node): boolean {
  const fn = enclosingFunction(at);
  const declared = variable.identifiers[0] as Node | undefined;
  return fn !== undefined && declared !== undefined && !isWithin(declared, fn);
}

// ----- what carries

const states = new Set([
  'isTransactionActive', 'isReleased', 'isCompleted', 'executionPromise', 'isInTransaction', 'inTransaction', 'isRolledBack', 'isCommitted', 'connect', 'id', 'finished', 'hasEnded', 'LOCK', 'isolationLevel',
  'on', 'once', 'off', 'removeListener', 'isOpen',
]);

/** Whether some reference to the session's variable does more than begin, end, release or ask its state. */
function isCarried(model: SessionModel, scope: TransactionScope, variable: Variable): boolean {
  return variable.references.some((reference) => reference.isRead() && carries(model, scope, reference.identifier));
}

function carries(model: SessionModel, scope: TransactionScope, identifier: Node): boolean {
  const chain = chainFrom(identifier);
  const [first] = chain.links;
  if (first) {
    const { facts } = scope.kinds[0] ?? {};
    if (states.has(first.name) || (facts && isEnding(facts, first))) return false;
    return !(first.name === 'withTransaction' && first.called && scope.managed?.call === first.call);
  }
  const outer = outermost(identifier);
  const { parent } = outer;
  switch (parent?.type) {
    case 'UnaryExpression':
      return parent.operator !== '!' && parent.operator !== 'typeof' && parent.operator !== 'void';
    case 'IfStatement':
      return false;
    case 'LogicalExpression':
      return parent.operator !== '&&' || parent.left !== outer;
    case 'ConditionalExpression':
      return parent.test !== outer;
    case 'BinaryExpression':
    case 'ExpressionStatement':
      return false;
    default:
      return true;
  }
}

function isEnding(facts: Parameters<typeof endKind>[0], link: Chain['links'][number]): boolean {
  if (link.call?.type === 'CallExpression') return endKind(facts, link.call) !== undefined;
  const names = [...(facts.release?.methods ?? []), ...(facts.release?.endsTransactionOnly ?? []), ...(facts.begins ?? [])];
  return names.includes(link.name) || /^(?:commit|rollback)$/.test(link.name);
}

const nothing = new Set(['log', 'debug', 'info', 'warn', 'error', 'trace', 'sleep', 'delay', 'setTimeout', 'expect', 'resolve', 'reject']);

/** Something is waited for that is neither the session's own beginning and end nor a word to the log. */
function doesWork(model: SessionModel, scope: TransactionScope): boolean {
  return statementsIn(model, scope).some((chain) => {
    // Its own end may come early: `if (empty) { await client.query('ROLLBACK'); return; }`.
    if (mentionsSession(model.resolver, chain.node, scope) && !chain.links.some(({ call }) => call?.type === 'CallExpression' && call.arguments.length > 0 && !scope.kinds.some(({ facts }) => endKind(facts, call)))) return false;
    const node = unwrap(chain.node);
    if (node.type === 'CallExpression' && nothing.has(calleeName(node) ?? '')) return false;
    if (chain.root.type === 'Identifier' && /^(?:console|logger|log|Promise|expect|assert)$/.test(chain.root.name)) return false;
    return isAwaited(model.resolver, chain.node);
  });
}
