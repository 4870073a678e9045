import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Real databases and hosts have configurations of their own: vitest.evidence.config.ts, vitest.hosts.config.ts
    exclude: [...configDefaults.exclude, 'tests/evidence/**', 'tests/hosts/**'],
    // The first typed test of a file builds a TypeScript program.
    testTimeout: 60_000,
  },
});
