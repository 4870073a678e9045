/**
 * Random small programs are executed for real and compared with the interpreter: every leak, double release and use
 * after release that an execution shows must have been reported, with its statement, and every one that is reported
 * must be shown by some execution.
 *
 * LIFETIME_PROGRAMS=200000 LIFETIME_SEED=7 LIFETIME_SIZE=120 npx vitest run tests/lifetime/agreement.test.ts
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare } from './agreement.js';
import { programFrom } from './random-programs.js';

const programs = Number(process.env['LIFETIME_PROGRAMS'] ?? 20_000);
/** How many decisions a program may take; larger programs are slower and find rarer things. */
const size = Number(process.env['LIFETIME_SIZE'] ?? 60);
const seed = Number(process.env['LIFETIME_SEED'] ?? 20_260_101);

test(`the interpreter agrees with ${programs} executed programs (seed ${seed})`, { timeout: 60_000 + programs * 20 }, async () => {
  const total = { programs: 0, executions: 0, leaking: 0, exhaustive: 0 };
  const numbers = fc.array(fc.nat(999), { minLength: 4, maxLength: size, size: 'max' });
  await fc.assert(
    fc.asyncProperty(numbers, async (list) => {
      const comparison = await compare(programFrom(list), total.programs);
      total.programs += 1;
      total.executions += comparison.runs;
      total.leaking += comparison.leaks > 0 ? 1 : 0;
      total.exhaustive += comparison.complete ? 1 : 0;
      if (comparison.disagreement) throw new Error(comparison.disagreement);
    }),
    { numRuns: programs, seed, endOnFailure: process.env['LIFETIME_NO_SHRINKING'] !== undefined },
  );
  console.log(
    `seed ${seed}: ${total.programs} programs, ${total.leaking} of them with a leak, ${total.executions} executions; ` +
      `all choices tried in ${total.exhaustive}`,
  );
  expect(total.programs).toBeGreaterThanOrEqual(programs);
});
