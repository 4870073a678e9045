/** `using` and `await using`: whether the installed version of the library implements it, and whether it does good. */
import type { Library, ReleaseFacts } from '../libraries/library.js';
import type { File } from '../sessions/file.js';
import { areAfter, areAtLeast, areBefore, versionsFor, type Versions } from '../sessions/installed.js';
import { calleeName, chainFrom, type Node } from '../sessions/syntax.js';
import type { Obligation } from './obligations.js';

export interface DisposeFinding {
  readonly breach: 'harmfulDispose' | 'notDisposable';
  readonly outcome: string;
}

type DisposeFacts = NonNullable<ReleaseFacts['dispose']>;

export function disposeFinding(file: File, { kinds, using, holders }: Obligation): DisposeFinding | undefined {
  const [{ facts, library }] = kinds;
  const dispose = facts.release?.dispose;
  if (!using || !dispose || kinds.length > 1) return undefined;
  const versions = versionsOf(file, library);
  const missing = missingIn(dispose, using.kind, versions);
  if (missing !== undefined) return { breach: 'notDisposable', outcome: `${missing}: \`${using.kind}\` throws a TypeError, and nothing releases it` };
  // What dispose does to a transaction does no harm where none is begun.
  const { begins } = facts;
  const isBegun = begins === undefined || holders.mentions().some((mention) => beginsHere(mention, begins));
  const harm = isBegun ? harmIn(dispose, using.kind, versions) : undefined;
  return harm === undefined ? undefined : { breach: 'harmfulDispose', outcome: harm };
}

/** The versions of the library that the file may get. */
export function versionsOf({ filename }: File, { dependencies, packages }: Library): Versions | undefined {
  const [name] = dependencies ?? packages;
  return name === undefined ? undefined : versionsFor(filename, name);
}

/** In which versions there is nothing to call, where the file gets one of them for sure, or no other is known. */
function missingIn(dispose: DisposeFacts, keyword: string, versions: Versions | undefined): string | undefined {
  const { symbol, since, asOf } = dispose;
  const name = symbolOf(keyword);
  if (symbol === 'none' || (keyword === 'using' && symbol === 'asyncDispose')) return versions && areAfter(versions, asOf) ? undefined : `it has no \`${name}\` up to version ${asOf}`;
  return since !== undefined && versions && areBefore(versions, since) ? `it has no \`${name}\` before version ${since}` : undefined;
}

/** What it does, with the versions that do it where another is possible. */
function harmIn({ since, asOf, harm }: DisposeFacts, keyword: string, versions: Versions | undefined): string | undefined {
  if (!harm) return undefined;
  if (since !== undefined && !(versions && areAtLeast(versions, since))) return `before version ${since} it has no \`${symbolOf(keyword)}\` (a TypeError), and from then on ${harm.text}`;
  return versions && areAfter(versions, asOf) ? `up to version ${asOf}, the last one known, ${harm.text}` : harm.text;
}

function symbolOf(keyword: string): string {
  return keyword === 'using' ? 'Symbol.dispose' : 'Symbol.asyncDispose';
}

function beginsHere(mention: Node, begins: readonly string[]): boolean {
  return chainFrom(mention).links.some((link) => link.call?.type === 'CallExpression' && begins.includes(calleeName(link.call) ?? ''));
}
