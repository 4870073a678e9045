/** Where a transaction begins and ends on a session: commit, rollback, release, and the same said in SQL. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionFacts } from '../libraries/library.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainFrom, literalText, receiverOf, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session, type Variable } from '../sessions/values.js';

const beginsTransaction = /^\s*(?:begin|start\s+transaction|set\s+autocommit\s*=\s*0)\b/i;
const endsTransaction = /^\s*(?:commit|rollback|end|abort)\b(?!\s+to\b)/i;

/** What a call says to a session: to begin, to end the transaction, to be released. */
export type EndKind = 'begin' | 'end' | 'release';

/** @returns undefined for a call that is a statement like any other */
export function endKind(facts: SessionFacts, call: TSESTree.CallExpression): EndKind | undefined {
  const name = calleeName(call) ?? '';
  const { release, operations } = facts;
  if (facts.begins?.includes(name) && name !== 'withTransaction') return 'begin';
  if (release?.endsTransactionOnly?.includes(name)) return 'end';
  if (release?.methods.includes(name)) return /^(?:commit|rollback|abort|discard)$/.test(name) ? 'end' : 'release';
  if (operations?.sql?.includes(name) ?? /^(?:query|execute|batch|unsafe)$/.test(name)) {
    const text = literalText(call.arguments[0]) ?? '';
    if (beginsTransaction.test(text)) return 'begin';
    if (endsTransaction.test(text)) return 'end';
  }
  return undefined;
}

/** Calls of the file that are made on the session itself, or on what is derived from it. */
function callsOn(resolver: Resolver, session: Session): readonly TSESTree.CallExpression[] {
  let table = tables.get(resolver);
  if (!table) {
    table = new Map();
    tables.set(resolver, table);
    for (const call of resolver.file.callsNamed({ has: couldEnd })) {
      if (call.type !== 'CallExpression') continue;
      const receiver = receiverOf(call);
      const owner = receiver && sessionOf(resolver.valueOf(receiver));
      if (owner) table.set(owner, [...(table.get(owner) ?? []), call]);
    }
  }
  return table.get(session) ?? [];
}

const tables = new WeakMap<Resolver, Map<Session, TSESTree.CallExpression[]>>();

function couldEnd(name: string): boolean {
  return /^(?:commit|rollback|abort|begin|start|query|execute|batch|unsafe|release|end|close|discard|destroy|transaction|done)/.test(name);
}

export function beginsOf(resolver: Resolver, session: Session): Node[] {
  return callsOn(resolver, session).filter((call) => endKind(session.kinds[0].facts, call) === 'begin');
}

/**
 * @param variable where the session is stored: `given ?? await begin()` makes it one of two sessions, and what is ended
 *   is the variable
 */
export function endsOf(resolver: Resolver, session: Session, variable?: Variable): Node[] {
  const stored = (variable?.references ?? []).flatMap((reference) => {
    const [first] = chainFrom(reference.identifier).links;
    return first?.call?.type === 'CallExpression' ? [first.call] : [];
  });
  return [...new Set([...callsOn(resolver, session), ...stored])].filter((call) => endKind(session.kinds[0].facts, call) === 'end');
}
