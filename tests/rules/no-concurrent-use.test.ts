import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import plugin from '../../src/plugin.js';

RuleTester.describe = describe;
RuleTester.it = it;

new RuleTester().run('no-concurrent-use', plugin.rules['no-concurrent-use'], {
  valid: [{ name: 'one after another', code: 'db.$transaction(async (tx) => { await tx.a.create(); await tx.b.create(); })' }],
  invalid: [
    {
      name: 'two writes at the same time',
      code: 'db.$transaction(async (tx) => { await Promise.all([tx.a.create(), tx.b.create()]); })',
      errors: [{ messageId: 'shared', line: 1, column: 39, endLine: 1, endColumn: 50 }],
    },
  ],
});
