/** What a session is called in messages. */
import type { Session } from './values.js';

/**
 * @param kinds - What the session may be.
 * @returns `Prisma interactive transaction`; `Mongoose or TypeORM session` where the libraries have different words for it
 */
export function describeKinds(kinds: Session['kinds']): string {
  const names = [...new Set(kinds.map((kind) => kind.library.name))];
  const nouns = new Set(kinds.map((kind) => kind.facts.noun));
  const noun = names.length > 1 && nouns.size > 1 ? 'session' : kinds[0].facts.noun;
  return `${names.length > 2 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}` : names.join(' or ')} ${noun}`;
}
