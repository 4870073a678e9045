import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Hostile input takes many minutes: npm run check:hostile. Real databases and hosts have configurations of their own: vitest.evidence.config.ts, vitest.hosts.config.ts
    exclude: [...configDefaults.exclude, 'tests/evidence/**', 'tests/hosts/**', ...(process.env['HOSTILE'] ? [] : ['tests/robustness/hostile.test.ts'])],
    // The first typed test of a file builds a TypeScript program.
    testTimeout: 60_000,
  },
});
