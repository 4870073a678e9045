/** How findings about transactions are said, from the catalogue's facts. */
import type { Outcome, SessionFacts } from '../libraries/library.js';
import { libraryById } from '../sessions/catalogue.js';
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, receiverOf } from '../sessions/syntax.js';
import type { FloatingEnd } from './floating-ends.js';
import type { OuterUse } from './outer-clients.js';
import { isKnownWrite, isPlainRead } from './plain-reads.js';
import type { TransactionScope } from './scopes.js';

/** What holds for every library whose page does not say more. */
const elsewhere = 'the statement is on another connection: what it writes survives the rollback, and what the transaction has written it does not see';

/** The same of a plain read, which leaves nothing behind that could survive. */
const readElsewhere = 'the read is on another connection: it does not see what the transaction has written, and with a full pool it waits for a connection while the transaction holds one';

function outcomeOf(kinds: TransactionScope['kinds'], pick: (facts: SessionFacts) => Outcome | undefined, otherwise: string): string {
  const texts = new Set(kinds.map((kind) => pick(kind.facts)?.text ?? otherwise));
  const [only] = texts;
  return texts.size === 1 && only !== undefined ? only : otherwise;
}

/** @returns `Prisma interactive transaction`, or what several libraries have in common */
export function kindOfTransaction(scope: TransactionScope): string {
  const names = [...new Set(scope.kinds.map((kind) => kind.library.name))];
  const noun = scope.kinds[0]?.facts.noun ?? 'transaction';
  return `${names.join(' or ')} ${names.length > 1 ? 'transaction' : noun}`;
}

/** The name of the session in messages, in code marks. */
function sessionName(scope: TransactionScope): string {
  const name = scope.variable?.name ?? scope.session?.name;
  return name === undefined ? 'the transaction' : `\`${name}\``;
}

/** The data of a message about an outer client; every part is a clause without a final stop. */
export function describeOuterUse(model: SessionModel, use: OuterUse): Record<string, string> {
  const { scope } = use;
  const pick = (facts: SessionFacts): Outcome | undefined => (use.how === 'batch' ? facts.nestedBatch : facts.outerClient);
  return {
    name: model.file.nameOf(use.node),
    what: kindOfTransaction(scope),
    session: sessionName(scope),
    outcome: unlessItReads(use) ?? outcomeOf(scope.kinds, pick, elsewhere),
    option: use.missing?.option ?? '',
    place: ['first', 'second'][use.missing?.at ?? 0] ?? 'last',
  };
}

/** What the catalogue says was measured with writes; of what may be a read, or is one, other words are true. */
function unlessItReads({ scope, how, call }: OuterUse): string | undefined {
  if (!call || how === 'batch' || !scope.kinds.every(({ facts }) => facts.outerClient?.kind === 'escapes-rollback')) return undefined;
  if (how === 'argument') return (libraryById('objection')?.sessions ?? []).some((facts) => isKnownWrite(call, facts)) ? undefined : elsewhere;
  return scope.kinds.every(({ facts }) => isPlainRead(call, facts)) ? readElsewhere : undefined;
}

export function describeUnused(model: SessionModel, scope: TransactionScope): Record<string, string> {
  return { name: model.file.nameOf(scope.opener), what: kindOfTransaction(scope), outcome: outcomeOf(scope.kinds, (facts) => facts.outerClient, elsewhere) };
}

/** The data of a message about an end that nobody waits for, or that does nothing. */
export function describeEnd(model: SessionModel, end: FloatingEnd): Record<string, string> {
  const [{ library, facts }] = end.session.kinds;
  const kind = `${library.name} ${facts.noun}`;
  return {
    name: model.file.nameOf(end.node),
    // A commit is of the transaction, whatever it is called upon.
    what: end.ends === 'release' || facts.noun.includes('transaction') ? kind : `transaction on the ${kind}`,
    failure: facts.release?.failure ? 'nobody learns of it' : 'the process gets an unhandled rejection',
    needs: end.needs ?? '',
    operator: end.operator ?? '',
    instead: insteadOfEnd(model, end),
  };
}

/** What to write, as a sentence without its full stop. */
function insteadOfEnd(model: SessionModel, { how, ends, call, canAwait, needs, session }: FloatingEnd): string {
  if (how === 'notRun') return `Add \`.${needs ?? ''}()\`${canAwait ? ' and await it' : ''}`;
  // The callback of `catchError` is given errors only, and that of `concatMap` values only.
  if (how === 'tapped') return 'Use operators that wait: `concatMap` for what comes, `catchError` for errors';
  // A listener cannot wait, and neither can a constructor.
  if (!canAwait && enclosingFunction(call)) return 'Return it to a caller that waits, or go on in its `.then(…)` and `.catch(…)`';
  const settled = ends === 'commit' ? session.kinds[0].facts.release?.settles : undefined;
  const receiver = receiverOf(call);
  return settled === undefined || !receiver ? 'Await it' : `Await it, and then \`${model.file.nameOf(receiver)}.${settled}\`, which rejects when the commit fails`;
}
