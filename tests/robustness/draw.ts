/**
 * Which programs are tried, and how each is changed: by numbers that the program itself gives, so that a case added to
 * any test is drawn or not and changes nothing else. (Drawn by their places in a list, all would change with it, and an
 * old bug would come up beside whatever has just been written.)
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { identityOf, type Seed } from './seeds.js';
import { more, seed as chosenSeed } from './size.js';

/** A program that is drawn. */
export interface Drawn<Each extends Seed> {
  readonly each: Each;
  /** What its changes are drawn from. */
  readonly seed: number;
}

/**
 * @param what - What is tried. Each has a draw of its own.
 * @param cases - The programs to choose from.
 * @param rate - How many of them are chosen: 0.1 is about one of ten. Above 1, each is tried so many times.
 * @returns the chosen ones, in the order of `cases`
 */
export function draw<Each extends Seed>(what: string, cases: readonly Each[], rate: number, seed = chosenSeed): Drawn<Each>[] {
  return cases.flatMap((each) =>
    Array.from({ length: Math.ceil(rate) }, (_, time) => ({ time, numbers: numbersOf(seed, what, time, identityOf(each)) }))
      .filter(({ time, numbers }) => numbers.readUInt32BE(0) / 2 ** 32 < rate - time)
      .map(({ numbers }) => ({ each, seed: numbers.readInt32BE(4) })),
  );
}

/**
 * @param most - How many of them at most.
 * @param textOf - What makes one of them itself.
 * @returns so many of them: with one more to choose from the same, or that one instead of one of them
 */
export function drawSome<Each>(what: string, cases: readonly Each[], most: number, textOf: (each: Each) => string, seed = chosenSeed): Each[] {
  const numbers = new Map(cases.map((each) => [each, numbersOf(seed, what, 0, textOf(each)).readUInt32BE(0)]));
  return cases.toSorted((a, b) => (numbers.get(a) ?? 0) - (numbers.get(b) ?? 0)).slice(0, most);
}

function numbersOf(seed: number, what: string, time: number, identity: string): Buffer {
  return createHash('sha256').update(JSON.stringify([seed, what, time, identity])).digest();
}

/**
 * Tries a property of programs on those that are drawn, each with changes of its own.
 *
 * @param rate - As for {@link draw}; multiplied by `ROBUSTNESS_RUNS`.
 * @param changes - What is drawn for each.
 * @param holds - Throws where it does not.
 * @throws {Error} With the name and the code of the program, the smallest changes, and what repeats it.
 */
export async function assertForDrawn<Each extends Seed, Changes>(what: string, cases: readonly Each[], rate: number, changes: fc.Arbitrary<Changes>, holds: (each: Each, changes: Changes) => void | Promise<void>): Promise<void> {
  const chosen = draw(what, cases, rate * more);
  if (chosen.length === 0) throw new Error(`no program is drawn for ${what}`);
  for (const { each, seed } of chosen) {
    try {
      await fc.assert(fc.asyncProperty(changes, async (drawn) => { await holds(each, drawn); }), { numRuns: 1, seed, plugins: [fc.unbiased()] });
    } catch (error) {
      throw new Error(`ROBUSTNESS_RUNS=${String(more)} ROBUSTNESS_SEED=${String(chosenSeed)}: ${what}, of ${each.name}:\n${each.code}\n`, { cause: error });
    }
  }
}
