/** The catalogue and the suite agree: an outcome is `measured` by a claim that exists, or it names its source. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allLibraries } from './claims/index.js';
import { notRunnable } from './not-runnable.js';

interface Outcome {
  readonly kind: string;
  readonly text: string;
  readonly status: 'measured' | 'documented';
  readonly evidence?: string;
  readonly source?: string;
}

const libraries = await allLibraries();
const claims = libraries.flatMap((library) => library.claims);
const index = new URL('../../src/libraries/index.ts', import.meta.url);

/** Every outcome below a library's page, wherever it stands. */
function outcomesIn(value: unknown, path: string): { path: string; outcome: Outcome }[] {
  if (typeof value !== 'object' || value === null) return [];
  const { status, text } = value as Partial<Outcome>;
  const own = status !== undefined && text !== undefined ? [{ path, outcome: value as Outcome }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => outcomesIn(inner, `${path}.${key}`))];
}

test('a claim has an id of its own that begins with a library', () => {
  const ids = claims.map(({ id }) => id);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  expect(ids.filter((id) => !/^[a-z0-9-]+\/[a-z0-9-]+$/.test(id))).toEqual([]);
});

describe.skipIf(!existsSync(index))('the catalogue', async () => {
  const pages = existsSync(index) ? ((await import(index.href)) as { libraries: readonly { id: string }[] }).libraries : [];
  const outcomes = pages.flatMap((page) => outcomesIn(page, page.id));
  const proved = new Set(claims.map(({ id }) => id));

  test('every outcome names a claim that exists, or its source', () => {
    const wanting = outcomes.filter(({ outcome }) =>
      outcome.status === 'measured' ? !outcome.evidence || !proved.has(outcome.evidence) : !outcome.source,
    );
    expect(wanting.map(({ path, outcome }) => `${path}: ${outcome.evidence ?? 'no evidence, no source'}`)).toEqual([]);
  });

  test('every library has programs, or a reason why it has none', () => {
    const withPrograms = new Set(libraries.map(({ library }) => library));
    const without = pages.map(({ id }) => id).filter((id) => !withPrograms.has(id));
    expect(notRunnable.map(({ library }) => library).toSorted()).toEqual(without.toSorted());
  });
});
