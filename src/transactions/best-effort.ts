/** Work beside a transaction whose failure is caught on the spot, so that it cannot end the transaction. */
import type { SessionModel } from '../sessions/model.js';
import { isFunction, isWithin, unwrap, type Chain, type Node } from '../sessions/syntax.js';
import type { TransactionScope } from './scopes.js';
import { mentionsSession } from './statements.js';

/**
 * Whether a call is let fail: `await audit.create(row).catch(log)`, or alone in a `try` whose `catch` goes on. Such work is
 * done apart for a reason: on the session its failure would abort the whole transaction (PostgreSQL).
 *
 * @param model - The file's model.
 * @param scope - The transaction.
 * @param chain - A call chain in it that does not carry the session.
 * @returns false where the failure is thrown again
 */
export function isBestEffort(model: SessionModel, scope: TransactionScope, chain: Chain): boolean {
  const caught = chain.links.some(({ name, call }) => name === 'catch' && call?.type === 'CallExpression' && call.arguments[0] !== undefined && !throwsAgain(call.arguments[0]));
  return caught || isTriedAlone(model, scope, chain.node);
}

function isTriedAlone(model: SessionModel, scope: TransactionScope, start: Node): boolean {
  for (let node = start; node.parent && node !== scope.body; node = node.parent) {
    if (isFunction(node)) return false;
    const { parent } = node;
    if (parent.type !== 'TryStatement' || parent.block !== node || !parent.handler || !isWithin(parent, scope.body)) continue;
    if (!throwsAgain(parent.handler) && !mentionsSession(model.resolver, parent.block, scope)) return true;
  }
  return false;
}

/** The handler's last word is a `throw`. */
function throwsAgain(handler: Node): boolean {
  const node = unwrap(handler);
  const body = isFunction(node) || node.type === 'CatchClause' ? node.body : undefined;
  return body?.type === 'BlockStatement' && body.body.at(-1)?.type === 'ThrowStatement';
}
