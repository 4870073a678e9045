/** Transactions that are begun on an acquired session and still open when it is released, where the release does not end them. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, outermost, type Node } from '../sessions/syntax.js';
import type { Leak, Lifetime } from './lifetime.js';
import { Leaks, type Strictness } from './leaks.js';
import type { Obligation } from './obligations.js';
import { isEndedInTry } from './plain.js';
import { beginsTransactionOn, type Subject } from './releasing.js';
import { Summaries } from './summaries.js';

export interface OpenTransaction {
  /** The call that begins it. */
  readonly begin: Node;
  readonly leak: Leak;
}

/**
 * @param lifetime what becomes of the session itself: it has to be released here, and by nobody else
 * @returns for each transaction the way out on which it stays open; none where the library rolls back by itself, or
 *   where nothing is known of that
 */
export function openTransactionsOf(model: SessionModel, obligation: Obligation, lifetime: Lifetime, strictness: Strictness): OpenTransaction[] {
  const { scope, acquisition } = obligation;
  if (!keepsTransactions(obligation)) return [];
  const endings = new Set([...lifetime.endings, ...lifetime.endingsOfBlock]);
  if (lifetime.abstained || lifetime.coarse || !endings.has('released') || endings.has('escaped') || endings.has('held')) return [];
  if (!('type' in acquisition) || isAlternative(acquisition)) return [];
  const subject = transactionOn(obligation);
  const leaks = new Leaks(model, obligation, subject, strictness, new Summaries(model));
  return beginningsIn(subject).flatMap((begin) => {
    if (enclosingFunction(begin) !== scope || isEndedInTry(model, begin, subject)) return [];
    const { leak, lifetime: open } = leaks.ask(scope, begin, 'awaited');
    return leak && !open.coarse ? [{ begin, leak }] : [];
  });
}

/** Something is begun on the session that its release does not end. */
export function mayLeaveOpen(model: SessionModel, obligation: Obligation): boolean {
  if (!keepsTransactions(obligation)) return false;
  const subject = transactionOn(obligation);
  return beginningsIn(subject).some((begin) => !isEndedInTry(model, begin, subject));
}

function keepsTransactions({ kinds }: Obligation): boolean {
  return kinds.every(({ facts }) => facts.release?.openTransaction && facts.release.openTransaction.kind !== 'safe');
}

function transactionOn({ kinds, holders }: Obligation): Subject {
  return { kinds, holders, done: undefined, ends: 'transaction' };
}

/** `given ?? await pool.connect()`: a session of somebody else, who may end what is begun on it. */
function isAlternative(acquisition: Node): boolean {
  let { parent } = outermost(acquisition);
  while (parent?.type === 'AwaitExpression') ({ parent } = outermost(parent));
  return parent?.type !== 'VariableDeclarator' && parent?.type !== 'AssignmentExpression';
}

function beginningsIn(subject: Subject): TSESTree.Expression[] {
  return subject.holders.mentions().flatMap((mention) => {
    const { parent } = outermost(mention);
    const call = parent?.type === 'MemberExpression' ? outermost(parent).parent : parent;
    if (call?.type !== 'CallExpression' && call?.type !== 'TaggedTemplateExpression') return [];
    return outermost(call).parent?.type === 'AwaitExpression' && beginsTransactionOn(subject, call) ? [call] : [];
  });
}
