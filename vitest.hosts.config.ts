/** The package as users get it, in the programs that users run it in. `vitest run --config vitest.hosts.config.ts` */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'hosts',
    include: ['tests/hosts/**/*.test.ts'],
    globalSetup: 'tests/hosts/installation.ts',
    // Each test starts programs of its own.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
