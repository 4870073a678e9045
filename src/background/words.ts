/** How a finding is said: the words of a message, from the catalogue's facts. */
import type { Session } from '../sessions/values.js';
import { describeKinds } from '../sessions/words.js';
import type { Ending } from './ending.js';
import type { NeverRun } from './never-run.js';

/** `tx`, Prisma interactive transaction. */
export function describeSession(session: Session): { readonly session: string; readonly what: string } {
  return {
    session: session.how === 'ambient' ? session.name : `\`${session.name}\``,
    what: describeKinds(session.kinds),
  };
}

/** When the session ends, as a clause. */
export function describeEnding(session: Session, ending: Ending): string {
  const { noun } = session.kinds[0].facts;
  switch (ending) {
    case 'callback':
      return `the ${noun} ends when ${session.how === 'ambient' && session.scope?.parent.type === 'MethodDefinition' ? 'the method' : 'its callback'} is done`;
    case 'caller':
      return `the caller may end the ${noun} when this function has returned`;
    case 'release':
      return `this function ends the ${noun} without waiting`;
    case 'request':
      return `the ${noun} ends with the request`;
  }
}

/** What to write, for a query that is only built. */
export function describeStart({ facts }: NeverRun): string {
  return facts.operations?.runs ? `Await or return its \`${facts.operations.runs[0] ?? 'execute'}()\`` : 'Await it, or return it to whoever does';
}

/** What becomes of a query that is only built. */
export function describeNeverRun({ library, facts }: NeverRun): string {
  if (facts.builders === 'lazy' && facts.floating) return facts.floating.text;
  return facts.operations?.runs ? `a ${library.name} query without \`${facts.operations.runs[0] ?? 'execute'}()\` is never sent` : `a ${library.name} query that is not awaited is never sent`;
}
