/** The evidence suite: real databases, one program after another. `vitest run --config vitest.evidence.config.ts` */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'evidence',
    include: ['tests/evidence/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
