/** Which version of a package a file gets, as far as its folders say. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Version = readonly [major: number, minor: number, patch: number];

const known = new Map<string, Version | undefined>();

/**
 * The version that is installed above a file; where nothing is, the lowest that the nearest package.json with the
 * dependency allows. Read once per folder and package.
 *
 * @returns undefined where nothing tells
 */
export function versionFor(filename: string, name: string): Version | undefined {
  const start = dirname(filename);
  const key = `${start}\0${name}`;
  if (!known.has(key)) known.set(key, lookUp(start, (folder) => installed(folder, name)) ?? lookUp(start, (folder) => asked(folder, name)));
  return known.get(key);
}

/** Whether a version is `since` or later; `since` may leave out its last numbers. */
export function isAtLeast(version: Version, since: string): boolean {
  const wanted = since.split('.').map(Number);
  for (const [index, number] of version.entries()) {
    const least = wanted[index] ?? 0;
    if (number !== least) return number > least;
  }
  return true;
}

function lookUp(start: string, ask: (folder: string) => Version | undefined): Version | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = ask(folder);
    if (found || dirname(folder) === folder) return found;
  }
}

function installed(folder: string, name: string): Version | undefined {
  const version = read(join(folder, 'node_modules', name, 'package.json'))?.['version'];
  // A pre-release comes before what it is named after: nothing is sure of it.
  return typeof version === 'string' && /^\d+\.\d+\.\d+$/.test(version) ? numbers(version) : undefined;
}

function asked(folder: string, name: string): Version | undefined {
  const manifest = read(join(folder, 'package.json'));
  for (const section of ['dependencies', 'devDependencies', 'peerDependencies']) {
    const range = (manifest?.[section] as Record<string, unknown> | null | undefined)?.[name];
    // One lower bound, and nothing beside it: `^3.18.0`, `~3.18`, `>=3.18`, `3.18.0`.
    if (typeof range === 'string' && /^(?:\^|~|>=|=|v)?\s*\d+(?:\.\d+){0,2}$/.test(range.trim())) return numbers(range.replace(/^\D+/, ''));
  }
  return undefined;
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
