/** Which versions of a package a file may get, as far as its folders say. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Version = readonly [major: number, minor: number, patch: number];

/** From one version on, and below another if there is a limit. */
export interface Versions {
  readonly from: Version;
  readonly below: Version | undefined;
}

const known = new Map<string, Versions | undefined>();

/**
 * The version that is installed above a file; where nothing is, those that the nearest package.json with the dependency
 * allows. Read once per folder and package.
 *
 * @returns undefined where nothing tells
 */
export function versionsFor(filename: string, name: string): Versions | undefined {
  const start = dirname(filename);
  const key = `${start}\0${name}`;
  if (!known.has(key)) known.set(key, lookUp(start, (folder) => installed(folder, name)) ?? lookUp(start, (folder) => asked(folder, name)));
  return known.get(key);
}

/** Whether all of these are `since` or later; `since` may leave out its last numbers. */
export function areAtLeast({ from }: Versions, since: string): boolean {
  return compare(from, numbers(since)) >= 0;
}

/** Whether all of these are earlier than `since`. */
export function areBefore({ below }: Versions, since: string): boolean {
  return below !== undefined && compare(below, numbers(since)) <= 0;
}

/** Whether all of these are later than `asOf`, whose last numbers may be left out for any. */
export function areAfter({ from }: Versions, asOf: string): boolean {
  const { below } = versionsIn('', asOf);
  return below !== undefined && compare(from, below) >= 0;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function lookUp(start: string, ask: (folder: string) => Versions | undefined): Versions | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = ask(folder);
    if (found || dirname(folder) === folder) return found;
  }
}

function installed(folder: string, name: string): Versions | undefined {
  const version = read(join(folder, 'node_modules', name, 'package.json'))?.['version'];
  // A pre-release comes before what it is named after: nothing is sure of it.
  return typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version) ? versionsIn('', version) : undefined;
}

function asked(folder: string, name: string): Versions | undefined {
  const manifest = read(join(folder, 'package.json'));
  for (const section of ['dependencies', 'devDependencies', 'peerDependencies']) {
    const range = (manifest?.[section] as Record<string, unknown> | null | undefined)?.[name];
    // One lower bound, and nothing beside it: `^3.18.0`, `~3.18`, `>=3.18`, `3.18.0`.
    const [, operator = '', version] = (typeof range === 'string' && /^(\^|~|>=|=|v)?\s*(\d+(?:\.\d+){0,2})$/.exec(range.trim())) || [];
    if (version !== undefined) return versionsIn(operator, version);
  }
  return undefined;
}

/** A range as npm reads it: `^` may not change the first number that is not 0, `~` and numbers left out only the last ones. */
function versionsIn(operator: string, version: string): Versions {
  const from = numbers(version);
  if (operator === '>=') return { from, below: undefined };
  const given = version.split('.').length;
  const significant = from.findIndex((number) => number > 0);
  const widest = operator === '^' ? (significant < 0 ? given - 1 : Math.min(significant, given - 1)) : operator === '~' ? Math.min(1, given - 1) : given - 1;
  return { from, below: [from[0] + (widest === 0 ? 1 : 0), widest === 0 ? 0 : from[1] + (widest === 1 ? 1 : 0), widest < 2 ? 0 : from[2] + 1] };
}

function numbers(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map((part) => Number.parseInt(part, 10));
  return [major, minor, patch];
}

function read(path: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return content !== null && typeof content === 'object' ? (content as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
