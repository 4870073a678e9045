/** `using` and `await using`: whether the library implements it, and whether it does good. */
import { calleeName, chainFrom, type Node } from '../sessions/syntax.js';
import type { Obligation } from './obligations.js';
import { describeDispose } from './words.js';

export interface DisposeFinding {
  readonly breach: 'harmfulDispose' | 'notDisposable';
  readonly outcome: string;
}

export function disposeFinding({ kinds, using, holders }: Obligation): DisposeFinding | undefined {
  const [{ facts }] = kinds;
  const dispose = facts.release?.dispose;
  if (!using || !dispose || kinds.length > 1) return undefined;
  const isMissing = dispose.symbol === 'none' || (using.kind === 'using' && dispose.symbol === 'asyncDispose');
  if (isMissing) return { breach: 'notDisposable', outcome: describeDispose(dispose.symbol === 'none' ? facts.release : undefined, using.kind) };
  if (!dispose.harm) return undefined;
  // What dispose does to a transaction does no harm where none is begun.
  const begins = facts.begins;
  const begun = begins === undefined || holders.mentions().some((mention) => beginsHere(mention, begins));
  return begun ? { breach: 'harmfulDispose', outcome: dispose.harm.text } : undefined;
}

function beginsHere(mention: Node, begins: readonly string[]): boolean {
  return chainFrom(mention).links.some((link) => link.call?.type === 'CallExpression' && begins.includes(calleeName(link.call) ?? ''));
}
