import { closestMatch } from 'leven';

/**
 * @param written - A name that is not among the candidates.
 * @param candidates - The names that would be right.
 * @returns A sentence for an error message: the name that was probably meant, then all that there are.
 */
export function suggestName(written: string, candidates: readonly string[]): string {
  const exceptForCase = candidates.find((candidate) => candidate.toLowerCase() === written.toLowerCase());
  const maxDistance = Math.ceil(written.length / 2);
  const nearest = exceptForCase ?? closestMatch(written, candidates, { maxDistance });
  const all = `Valid: ${candidates.join(', ')}.`;
  return nearest === undefined ? all : `Did you mean '${nearest}'? ${all}`;
}
