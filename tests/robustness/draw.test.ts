/** That a test written elsewhere changes nothing here. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertForDrawn, draw, drawSome } from './draw.js';
import { collectSeeds, identityOf, type Seed } from './seeds.js';

const seeds = collectSeeds();
const added: Seed[] = Array.from({ length: 300 }, (_, index) => ({ name: 'added', code: `added(${String(index)});`, extension: 'ts' }));
const isOld = ({ name }: Seed): boolean => name !== 'added';

describe('a draw', () => {
  const drawn = draw('a', seeds, 1 / 9);

  it('is of about as many as it says', () => {
    expect(drawn.length).toBeGreaterThan(seeds.length / 12);
    expect(drawn.length).toBeLessThan(seeds.length / 7);
  });

  it('is the same beside other programs, and in another order', () => {
    expect(draw('a', [...added, ...seeds], 1 / 9).filter(({ each }) => isOld(each))).toEqual(drawn);
    expect(draw('a', seeds.toReversed(), 1 / 9).toReversed()).toEqual(drawn);
    expect(draw('a', seeds.map((each) => ({ ...each, name: 'moved' })), 1 / 9).map(({ seed }) => seed)).toEqual(drawn.map(({ seed }) => seed));
  });

  it('is another one for something else, and with another seed', () => {
    const own = new Set(drawn.map(({ each }) => each));
    for (const other of [draw('b', seeds, 1 / 9), draw('a', seeds, 1 / 9, 9)]) expect(other.filter(({ each }) => own.has(each)).length).toBeLessThan(own.size / 2);
  });

  it('holds what it held when more is asked for, each several times where that is meant', () => {
    const twice = draw('a', seeds, 2);
    expect(twice).toHaveLength(seeds.length * 2);
    expect(new Set(twice.map(({ seed }) => seed)).size).toBe(seeds.length * 2);
    expect(twice).toEqual(expect.arrayContaining(drawn));
  });
});

it('some of many stay the same but for those that are added', () => {
  const some = drawSome('a', seeds, 12, identityOf);
  const withAdded = drawSome('a', [...added, ...seeds], 12, identityOf).filter(isOld);
  expect(some).toHaveLength(12);
  expect(some).toEqual(expect.arrayContaining(withAdded));
  expect(drawSome('a', seeds.toReversed(), 12, identityOf)).toEqual(some);
});

it('what fails says of which program, and what repeats it', async () => {
  const failing = async (): Promise<void> => { await assertForDrawn('sums', seeds, 1 / 9, fc.nat(), (each, number) => { expect(number, each.name).toBe(-1); }); };
  await expect(failing()).rejects.toThrow(/^ROBUSTNESS_RUNS=\S+ ROBUSTNESS_SEED=\S+: sums, of .+:\n/);
  await expect(assertForDrawn('nothing', [], 1, fc.nat(), () => undefined)).rejects.toThrow('no program is drawn for nothing');
});
