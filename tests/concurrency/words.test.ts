/** The words for what runs at the same time: the reader has to recognise the list and the call. */
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

const config: Linter.Config[] = [{ files: ['**/*.ts'], languageOptions: { parser }, plugins: { 'db-session': plugin }, rules: { 'db-session/no-concurrent-use': 'error' } }];

function words(work: string): string[] {
  const code = `import { PrismaClient } from '@prisma/client'; import { PromisePool } from '@supercharge/promise-pool'; import Bluebird from 'bluebird'; const prisma = new PrismaClient(); await prisma.$transaction(async (tx) => { ${work} });`;
  return new Linter().verify(code, config, 'words.ts').map(({ message }) => /is used by (.*?) at the same time/.exec(message)?.[1] ?? message);
}

it.each([
  { work: 'await Promise.all([save(tx, 1), save(tx, 2)]);', says: '2 branches of `Promise.all`' },
  { work: 'await Promise.all(ids.map((id) => save(tx, id)));', says: 'every branch of `Promise.all` over `ids`' },
  { work: 'await Promise.all(rows\n  .filter(isNew)\n  .map((row) => save(tx, row)));', says: 'every branch of `Promise.all` over `rows.filter(isNew)`' },
  { work: 'await Bluebird.map(ids, (id) => save(tx, id));', says: 'every branch of `Bluebird.map` over `ids`' },
  { work: 'await PromisePool.for(ids).process((id) => save(tx, id));', says: 'every branch of `PromisePool.process` over `ids`' },
  { work: 'await PromisePool.withConcurrency(10).for(ids).process((id) => save(tx, id));', says: 'every branch of `PromisePool.process` over `ids`' },
  { work: 'const pool = PromisePool.for(ids); await pool.process((id) => save(tx, id));', says: 'every branch of `pool.process`' },
])('$says', ({ work, says }) => {
  expect(words(work)).toEqual([says]);
});
