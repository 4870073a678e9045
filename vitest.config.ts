import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // The first typed test of a file builds a TypeScript program.
    testTimeout: 60_000,
  },
});
