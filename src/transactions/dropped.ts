/** Transactions with a callback that the function around them opens and does not wait for. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, outermost } from '../sessions/syntax.js';
import { transactionScopes, type TransactionScope } from './scopes.js';

export interface DroppedTransaction {
  readonly scope: TransactionScope;
  readonly call: TSESTree.CallExpression;
}

/**
 * `db.transaction(async (tx) => { … });` as a statement of an asynchronous function. A function that is not asynchronous
 * may be told of the end in another way, and `void` says that nobody is meant to wait; what a wrapper gives is unknown.
 *
 * @param model - The file's model.
 * @returns each such call, in source order
 */
export function droppedTransactions(model: SessionModel): DroppedTransaction[] {
  const found: DroppedTransaction[] = [];
  for (const scope of transactionScopes(model)) {
    const { managed, fn, openedBy: call } = scope;
    if (!managed || managed.wrapper || !fn?.async || call.type !== 'CallExpression') continue;
    // On a session it is a use of the session, whose scope it may outlive: another law.
    if (managed.origins.some((origin) => origin.receiverIsSession) || scope.kinds.some(({ library }) => makesFunctions.has(library.id))) continue;
    if (outermost(call).parent?.type === 'ExpressionStatement' && enclosingFunction(call)?.async) found.push({ scope, call });
  }
  return found;
}

/** Their `transaction(fn)` gives a function to call. */
const makesFunctions: ReadonlySet<string> = new Set(['better-sqlite3', 'node-sqlite']);
