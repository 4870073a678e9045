/**
 * How much is tried. `ROBUSTNESS_RUNS=20 npx vitest run tests/robustness` tries twenty times as much as CI does, and
 * `ROBUSTNESS_SEED` other things; what fails prints both, the program, and the smallest counterexample.
 */
export const more = Number(process.env['ROBUSTNESS_RUNS'] ?? 1);

export const seed = Number(process.env['ROBUSTNESS_SEED'] ?? 8);
