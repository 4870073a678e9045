import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Real databases have a configuration of their own: vitest.evidence.config.ts
    exclude: [...configDefaults.exclude, 'tests/evidence/**'],
    // The first typed test of a file builds a TypeScript program.
    testTimeout: 60_000,
  },
});
