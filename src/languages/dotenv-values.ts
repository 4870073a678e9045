/** Values of a .env file with their references to other variables filled in. */
import { HOLE, Text, type Piece } from '../pieced-text.js';
import type { EnvDocument, EnvPair } from './nodes.js';

const DEEPEST = 4;
/** References in one value, those in referenced values included: more than anybody writes, and no explosion. */
const MOST_PIECES = 100;

const reference = /\\\$|\$(?:\{([A-Za-z_]\w*)(?::?-([^{}]{0,200}))?\}|([A-Za-z_]\w*))/g;

/**
 * @param document - The file.
 * @returns The text of every pair that has one. What another variable contributes is known, but stands elsewhere.
 */
export function expandedValues(document: EnvDocument): Map<EnvPair, Text> {
  const byName = new Map<string, EnvPair>();
  for (const pair of document.body) if (pair.value) byName.set(pair.key.name, pair);
  const texts = new Map<EnvPair, Text>();
  for (const pair of document.body) if (pair.value) texts.set(pair, new Text(expand(pair, byName, 0, { left: MOST_PIECES }, pair.value.content[0])));
  return texts;
}

function expand(pair: EnvPair, byName: ReadonlyMap<string, EnvPair>, depth: number, pieces: { left: number }, at: number | undefined): Piece[] {
  const { value = '', quote = '' } = pair.value ?? {};
  if (quote === "'" || quote === '`' || !value.includes('$')) return [{ text: value, at }];
  const result: Piece[] = [];
  let from = 0;
  for (const match of value.matchAll(reference)) {
    const [written, braced, fallback, bare] = match;
    if (written === '\\$') continue;
    if ((pieces.left -= 1) < 0) return [...result, { text: HOLE, at: undefined }];
    result.push({ text: value.slice(from, match.index), at: at === undefined ? undefined : at + from });
    const referenced = byName.get(braced ?? bare ?? '');
    if (referenced && referenced !== pair && depth < DEEPEST && referenced.value?.value !== '') result.push(...expand(referenced, byName, depth + 1, pieces, undefined));
    else result.push({ text: fallback ?? HOLE, at: undefined });
    from = match.index + written.length;
  }
  result.push({ text: value.slice(from), at: at === undefined ? undefined : at + from });
  return result;
}
