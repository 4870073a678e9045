/** Whether a transaction is begun on an acquired session, as far as the file shows. */
import type { Resolver } from './resolver.js';
import { chainOf, literalText, receiverOf } from './syntax.js';
import { sessionOf, type Session } from './values.js';

const beginsTransaction = /^\s*(?:begin|start\s+transaction|set\s+autocommit\s*=\s*0)\b/i;

/**
 * A call of one of the library's begin methods, or SQL text that begins a transaction, on the session; also where the
 * session is handed to code that may do so.
 */
export function isBegun(resolver: Resolver, session: Session): boolean {
  const { facts } = session.kinds[0];
  for (const call of resolver.file.calls) {
    if (call.type !== 'CallExpression') continue;
    const receiver = receiverOf(call);
    if (!receiver) continue;
    const name = chainOf(call).links.at(-1)?.name ?? '';
    const begins = (facts.begins?.includes(name) ?? false) || (beginsTransaction.test(literalText(call.arguments[0]) ?? '') && (facts.operations?.sql?.includes(name) ?? true));
    if (begins && sessionOf(resolver.valueOf(receiver)) === session) return true;
  }
  return false;
}
