/** Every rule over a few files of many packages, as they are installed here. `npm run check:packages` takes more of them. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { check, emptyTally, filesBelow, packagesOf, spread } from './foreign-code.js';
import { more } from './size.js';

it('no rule throws, and none takes far longer than the parser', () => {
  // Every second; all of them where more is asked for.
  const packages = packagesOf(fileURLToPath(new URL('../../node_modules', import.meta.url))).filter((_folder, index) => more > 1 || index % 2 === 0);
  const tally = emptyTally();
  let withSource = 0;
  for (const folder of packages) {
    const files = spread([...filesBelow(folder)].filter((file) => /\.[cm]?[jt]sx?$/.test(file)), more);
    if (files.length > 0) withSource += 1;
    for (const file of files) check(file, tally);
  }
  expect(withSource).toBeGreaterThan(200);
  expect(tally.crashes).toEqual([]);
  expect(tally.slow).toEqual([]);
  // What no parser reads is rare, or the check would be none.
  expect(tally.unparsable.length).toBeLessThan(tally.files / 50);
}, 300_000);
