/** The evidence suite: real databases, one program after another. `vitest run --config vitest.evidence.config.ts` */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'evidence',
    include: ['tests/evidence/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
