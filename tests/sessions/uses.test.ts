import * as parser from '@typescript-eslint/parser';
import type { TSESLint } from '@typescript-eslint/utils';
import { Linter, type Rule } from 'eslint';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { File } from '../../src/sessions/file.js';
import { Resolver } from '../../src/sessions/resolver.js';
import { UseFinder } from '../../src/sessions/uses.js';
import { readSettings } from '../../src/settings.js';
import { folder } from './resolve.js';

/** What the body of the function `f` does with sessions: `session: kind by way`, in the order of the source. */
function uses(code: string): string[] {
  const answers: string[] = [];
  const ask: Rule.RuleModule = {
    create: (context) => ({
      'Program:exit'() {
        const file = new File(context.sourceCode as unknown as Readonly<TSESLint.SourceCode>, context.filename, readSettings({}));
        const fn = file.nodes.functions.find((each) => each.type === 'FunctionDeclaration' && each.id?.name === 'f');
        for (const use of fn ? new UseFinder(new Resolver(file)).usesOf(fn) : []) answers.push(`${use.session.name}: ${use.kind} by ${use.by}`);
      },
    }),
  };
  const messages = new Linter({ cwd: folder }).verify(
    code,
    { files: ['**/*.ts'], plugins: { test: { rules: { ask } } }, rules: { 'test/ask': 2 }, languageOptions: { parser } },
    path.join(folder, 'a.ts'),
  );
  return messages.length > 0 ? messages.map((message) => message.message) : answers;
}

const prisma = `import { Prisma } from '@prisma/client'; async function f(tx: Prisma.TransactionClient) {`;
const pg = `import { PoolClient } from 'pg'; async function f(c: PoolClient) {`;
const typeorm = `import { EntityManager } from 'typeorm'; async function f(em: EntityManager) {`;
const sequelize = `import { Model, Transaction } from 'sequelize'; class User extends Model {} async function f(t: Transaction) {`;
const knex = `import { Knex } from 'knex'; async function f(trx: Knex.Transaction, db) {`;

describe.each([
  ['what it does', [
    ['a read', `${prisma} await tx.user.findMany(); }`, ['tx: read by receiver']],
    ['a write', `${prisma} await tx.user.create({ data: {} }); }`, ['tx: write by receiver']],
    ['several steps', `${typeorm} await em.save(user); }`, ['em: compound by receiver']],
    ['a nested transaction', `${typeorm} await em.transaction(async (inner) => { await inner.delete(User, 1); }); }`, ['em: nested by receiver']],
    ['something unknown', `${prisma} await tx.$foo(); }`, ['tx: unknown by receiver']],
    ['nothing', `${typeorm} em.create(User, {}); const r = em.getRepository(User); return r.metadata; }`, []],
    ['SQL that reads', `${pg} await c.query('SELECT 1'); await c.query(\`select \${1}\`); }`, ['c: read by receiver', 'c: read by receiver']],
    ['SQL that writes', `${pg} await c.query('INSERT INTO a VALUES (1)'); await c.query('WITH x AS (DELETE FROM a RETURNING 1) SELECT * FROM x'); }`, ['c: write by receiver', 'c: write by receiver']],
    ['SQL that locks or counts', `${pg} await c.query('SELECT 1 FROM a FOR UPDATE'); await c.query("SELECT nextval('s')"); await c.query('SELECT pg_advisory_xact_lock(1)'); }`, ['c: write by receiver', 'c: write by receiver', 'c: write by receiver']],
    ['SQL from elsewhere', `${pg} await c.query(text); }`, ['c: unknown by receiver']],
    ['a builder that writes', `${knex} await trx('a').where({ id: 1 }).del(); }`, ['trx: write by receiver']],
    ['a builder with a sub-query', `${knex} await trx('a').whereIn('id', trx('b').select('id')).del(); }`, ['trx: write by receiver']],
  ]],
  ['how it gets there', [
    ['as an argument', `${prisma} await save(tx, 1); }`, ['tx: unknown by argument']],
    ['twice in one call', `${prisma} await save(tx, { tx }); }`, ['tx: unknown by argument']],
    ['as an option', `${sequelize} await User.findAll({ transaction: t }); await User.create({}, { transaction: t }); }`, ['t: read by argument', 't: write by argument']],
    ['through a builder method', `${knex} await db('a').insert({}).transacting(trx); }`, ['trx: write by argument']],
    ['through a helper of the file', `${prisma} await one(tx); } async function one(db: Prisma.TransactionClient) { await db.user.count(); }`, ['tx: read by helper']],
    ['through a helper that does more', `${prisma} await two(tx); } async function two(db: Prisma.TransactionClient) { await db.user.count(); await db.user.count(); }`, ['tx: compound by helper']],
    ['to a helper that ignores it', `${prisma} await none(tx); } async function none(_db: Prisma.TransactionClient) { await fetch(''); }`, []],
    ['to itself', `${prisma} await f(tx); }`, ['tx: unknown by helper']],
    ['in a function that is given to a call', `${prisma} await each(() => tx.user.count()); }`, ['tx: read by receiver']],
    ['in a function that is only declared', `${prisma} const later = () => tx.user.count(); return later; }`, []],
    ['in a lazy query that is awaited later', `${prisma} const q = tx.user.count(); other(); await q; }`, ['tx: read by receiver', 'tx: read by receiver']],
  ]],
] as const)('%s', (_about, rows) => {
  it.each(rows.map((row) => [...row] as const))('%s', (_title, code, answers) => {
    expect(uses(code)).toEqual(answers);
  });
});
