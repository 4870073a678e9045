import parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { acquired, endCall, endsOf, managed } from './transaction-rows.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const tester = new RuleTester({ languageOptions: { parser } });
const rule = plugin.rules['no-unused-transaction'];
const unused = [{ messageId: 'unused' }];
const safe = (kind: string | undefined): boolean => kind === 'safe';

describe('every transaction of the catalogue', () => {
  it('is there', () => {
    expect(managed.length).toBeGreaterThan(20);
    expect(acquired.length).toBeGreaterThan(8);
  });
  tester.run('managed callback', rule, {
    valid: managed.flatMap(({ label, head, wrap }) => [
      { name: `${label}, used`, code: `${head} ${wrap('await work(s);')}` },
      { name: `${label}, used by a helper of the callback`, code: `${head} ${wrap('const go = () => work({ s }); await go();')}` },
    ]),
    invalid: managed
      .filter(({ facts }) => !safe(facts.outerClient?.kind))
      .map(({ label, head, wrap }) => ({ name: `${label}, received and not used`, code: `${head} ${wrap('await work();')}`, errors: unused })),
  });
  tester.run('from begin to end', rule, {
    valid: acquired.map(({ label, head, wrap, facts }) => ({ name: `${label}, used`, code: `${head} ${wrap(`await work(s); await ${endCall(facts, endsOf(facts)[0] ?? '')};`)}` })),
    invalid: acquired.map(({ label, head, wrap, facts }) => ({ name: `${label}, begun and ended`, code: `${head} ${wrap(`await work(); await ${endCall(facts, endsOf(facts)[0] ?? '')};`)}`, errors: unused })),
  });
});

describe('shapes', () => {
  tester.run('no-unused-transaction', rule, {
    valid: [
      { name: 'begun and ended, early too, with nothing between', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f(a) { const c = await pool.connect(); await c.query('BEGIN'); if (a) { await c.query('ROLLBACK'); return; } await c.query('COMMIT'); c.release(); }` },
      { name: 'a wrapper that runs what it is given', code: `import { ClientSession } from 'mongoose'; export const inTx = async (session: ClientSession, work: () => Promise<void>) => { await session.withTransaction(async () => { await work(); }); };` },
      { name: 'a decorator that applies the method it wraps', code: `import { DataSource } from 'typeorm'; export const wrap = (ds: DataSource, original: Function) => function (this: unknown, ...args: unknown[]) { return ds.transaction(async () => await original.apply(this, args)); };` },
      { name: 'an ambient wrapper of the application', code: `import { prisma } from './db'; export const f = (db) => db.$tx(async () => { await db.save(); });` },
      { name: 'ambient in Sequelize', code: `import { Sequelize } from 'sequelize'; import cls from 'cls-hooked'; Sequelize.useCLS(cls.createNamespace('t')); const sequelize = new Sequelize(''); export const f = () => sequelize.transaction(async () => { await User.create({}); });` },
      { name: 'ambient in Sequelize 7', code: `import { Sequelize } from '@sequelize/core'; const sequelize = new Sequelize(''); export const f = () => sequelize.transaction(async () => { await User.create({}); });` },
      { name: 'ambient with typeorm-transactional', code: `import { DataSource } from 'typeorm'; import { Transactional } from 'typeorm-transactional'; const ds = new DataSource({}); export const f = () => ds.transaction(async () => { await repo.save(); });` },
      { name: 'ambient in MikroORM', code: `import { EntityManager } from '@mikro-orm/core'; export const f = (em: EntityManager) => em.transactional(async () => { await em.persistAndFlush(user); });` },
      { name: 'ambient in mongoose, whose connection may be told elsewhere', code: `import mongoose from 'mongoose'; export const f = () => mongoose.connection.transaction(async () => { await User.create({}); });` },
      { name: 'a session that an object took before', code: `import { MongoClient } from 'mongodb'; export async function f(client: MongoClient) { const session = client.startSession(); const repo = new Repo(session); await session.withTransaction(async () => { await repo.save(); }); await session.endSession(); }` },
      { name: 'a session that a closure uses', code: `import { MongoClient } from 'mongodb'; export async function f(client: MongoClient) { const session = client.startSession(); const go = () => users.insertOne({}, { session }); await session.withTransaction(async () => { await go(); }); await session.endSession(); }` },
      { name: 'a session that is returned', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function begin() { const client = await pool.connect(); await client.query('BEGIN'); await log(); await client.query('COMMIT'); return client; }` },
      { name: 'a query runner whose manager is used', code: `import { DataSource } from 'typeorm'; export async function f(ds: DataSource) { const qr = ds.createQueryRunner(); await qr.startTransaction(); await work(); await qr.manager.save(user); await qr.commitTransaction(); await qr.release(); }` },
      { name: 'a session in a field', code: `import { DataSource } from 'typeorm'; class S { qr; constructor(private ds: DataSource) {} async f() { this.qr = this.ds.createQueryRunner(); await this.qr.startTransaction(); await this.work(); await this.qr.commitTransaction(); } }` },
      { name: 'destructured parameter', code: `import { prisma } from './db'; prisma.$transaction(async ({ user }) => { await user.create({ data: {} }); });` },
      { name: 'nothing but a word to the log', code: `import { prisma } from './db'; prisma.$transaction(async (tx) => { await logger.info('x'); });` },
      { name: 'a batch', code: `import { prisma } from './db'; prisma.$transaction([prisma.user.create({ data: {} })]);` },
      { name: 'a workflow of another library', code: `import * as Sentry from '@sentry/node'; export const f = (sentry) => sentry.transaction(async (t) => { await work(); });` },
      { name: 'a ledger', code: `export const f = (bank) => bank.withTransaction(async (entry) => { await work(); });` },
      { name: 'a synchronous transaction of better-sqlite3', code: `import Database from 'better-sqlite3'; const db = new Database(''); export const f = db.transaction(() => { insert.run(); });` },
    ],
    invalid: [
      { name: 'an early end, and work beside it', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f(a) { const c = await pool.connect(); await c.query('BEGIN'); if (a) { await c.query('ROLLBACK'); return; } await save(a); await c.query('COMMIT'); c.release(); }`, errors: [{ messageId: 'unused' }] },
      { name: 'no parameter', code: `import { DataSource, Repository } from 'typeorm'; export const f = (dataSource: DataSource, repo: Repository<User>) => dataSource.transaction(async () => { await repo.save({}); });`, errors: [{ messageId: 'unused', line: 1, column: 120, endLine: 1, endColumn: 142 }] },
      { name: 'a query runner whose manager is never touched', code: `import { DataSource } from 'typeorm'; export async function f(ds: DataSource) { const qr = ds.createQueryRunner(); await qr.connect(); await qr.startTransaction(); try { await users.save(); await qr.commitTransaction(); } catch (e) { await qr.rollbackTransaction(); throw e; } finally { await qr.release(); } }`, errors: unused },
      { name: 'startTransaction without a single session option', code: `import mongoose from 'mongoose'; export async function f() { const session = await mongoose.startSession(); session.startTransaction(); await User.create({ a: 1 }); await session.commitTransaction(); await session.endSession(); }`, errors: unused },
      { name: 'withTransaction without a single session option', code: `import { MongoClient } from 'mongodb'; export async function f(client: MongoClient) { const session = client.startSession(); try { await session.withTransaction(async () => { await client.db().collection('a').insertOne({}); }); } finally { await session.endSession(); } }`, errors: unused },
      { name: 'BEGIN and COMMIT around what the pool does', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const client = await pool.connect(); await client.query('BEGIN'); await pool.query('UPDATE a SET b = 1'); await client.query('COMMIT'); client.release(); }`, errors: unused },
      { name: 'a lock that is taken on nothing', code: `import { Sequelize } from 'sequelize'; import { User } from './models'; export const f = (sequelize: Sequelize) => sequelize.transaction(async (t) => { await User.findOne({ where: { id: 1 }, lock: t.LOCK.UPDATE }); });`, errors: unused },
      { name: 'another variable than the one that is given on', code: `import { Sequelize, Transaction } from 'sequelize'; import { User } from './models'; export async function f(sequelize: Sequelize, transaction?: Transaction) { const own = transaction ?? (await sequelize.transaction()); await User.findAll({ transaction }); if (!transaction) await own.commit(); }`, errors: unused },
      { name: 'a controlled transaction of Kysely', code: `import { Kysely } from 'kysely'; const db = new Kysely({}); export async function f() { const trx = await db.startTransaction().execute(); await work(); await trx.commit().execute(); }`, errors: unused },
      { name: 'an underscore', code: `import { prisma } from './db'; prisma.$transaction(async (_tx) => { await prisma.user.create({ data: {} }); });`, errors: unused },
      { name: 'only rolled back', code: `import knex from 'knex'; const db = knex({}); db.transaction(async (trx) => { const row = await find(); if (!row) await trx.rollback(); });`, errors: unused },
    ],
  });
});
