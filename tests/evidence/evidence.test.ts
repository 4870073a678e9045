/** Each claim as a test. Slow: has its own configuration (vitest.evidence.config.ts), apart from the unit tests. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allLibraries } from './claims/index.js';
import { Suite } from './databases/suite.js';
import { cannotRun, prove } from './prove.js';

const libraries = await allLibraries();
const suite = new Suite();
afterAll(async () => {
  console.log(`On ${(await suite.versions()).join(', ') || 'no server'}, Node ${process.versions.node}`);
  await suite.stop();
});

/** Said once for each reason, for the report of a skipped test does not say why. */
const skipped = new Map<string, number>();
for (const claim of libraries.flatMap(({ claims }) => claims)) {
  const why = cannotRun(claim, suite)?.why;
  if (why) skipped.set(why, (skipped.get(why) ?? 0) + 1);
}
for (const [why, count] of skipped) console.warn(`${count} claims cannot run: ${why}`);

describe.each(libraries)('$library ($packages.0)', ({ claims, prepare }) => {
  beforeAll(async () => prepare?.());

  for (const claim of claims) {
    const reason = cannotRun(claim, suite);
    const isAllowedToSkip = reason?.kind === 'impossible' || !process.env['CI'];
    test.skipIf(reason && isAllowedToSkip)(`${claim.id}: ${claim.says}`, async () => {
      const verdict = await prove(claim, suite);
      if (verdict.kind === 'refuted') throw new Error(`refuted by its program '${verdict.program}'`, { cause: verdict.error });
      expect(verdict).toEqual({ kind: 'proved' });
    });
  }
});
