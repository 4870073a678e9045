import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import plugin from '../../src/plugin.js';

RuleTester.describe = describe;
RuleTester.it = it;

const transaction = (body: string) => `import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
prisma.$transaction(async (tx) => { ${body} });`;

new RuleTester().run('no-concurrent-use', plugin.rules['no-concurrent-use'], {
  valid: [{ name: 'one after another', code: transaction('await tx.a.create({}); await tx.b.create({});') }],
  invalid: [
    {
      name: 'two writes at the same time',
      code: transaction('await Promise.all([tx.a.create({}), tx.b.create({})]);'),
      errors: [{ messageId: 'losesWrites', line: 3, column: 43, endLine: 3, endColumn: 54, suggestions: 1 }],
    },
  ],
});
