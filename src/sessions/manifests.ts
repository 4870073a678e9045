/** What the manifests around a file depend on. Each package.json is read once; a missing or broken one says nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Library } from '../libraries/library.js';
import { librariesOfDependency } from './catalogue.js';

interface Manifest {
  /** Names among the dependencies of every kind. */
  readonly all: readonly string[];
  /** Names that are needed to run. */
  readonly dependencies: readonly string[];
}

const manifests = new Map<string, Manifest | undefined>();

/** The manifest that stands in a folder; undefined without one. */
export function manifestIn(folder: string): Manifest | undefined {
  if (manifests.has(folder)) return manifests.get(folder);
  const manifest = readManifest(join(folder, 'package.json'));
  manifests.set(folder, manifest);
  return manifest;
}

function readManifest(path: string): Manifest | undefined {
  // Asked first: most folders have none, and an error costs ten times as much as the question.
  if (!existsSync(path)) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const manifest = JSON.parse(text) as Record<string, unknown> | null;
    return {
      all: ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((key) => namesIn(manifest?.[key])),
      dependencies: namesIn(manifest?.['dependencies']),
    };
  } catch {
    return { all: [], dependencies: [] };
  }
}

function namesIn(section: unknown): string[] {
  return section !== null && typeof section === 'object' ? Object.keys(section) : [];
}

const librariesByFolder = new Map<string, readonly Library[]>();

/** Libraries among the dependencies of the nearest package.json. */
export function manifestLibraries(filename: string): readonly Library[] {
  return librariesAround(dirname(filename));
}

function librariesAround(folder: string): readonly Library[] {
  let found = librariesByFolder.get(folder);
  if (!found) {
    const manifest = manifestIn(folder);
    const parent = dirname(folder);
    if (manifest) found = [...new Set(manifest.all.flatMap(librariesOfDependency))];
    else found = parent === folder ? [] : librariesAround(parent);
    librariesByFolder.set(folder, found);
  }
  return found;
}
