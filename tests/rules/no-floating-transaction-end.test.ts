import parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { acquired, endCall, endsOf } from './transaction-rows.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const tester = new RuleTester({ languageOptions: { parser } });
const rule = plugin.rules['no-floating-transaction-end'];

const ends = acquired.flatMap((opening) => endsOf(opening.facts).filter(() => opening.facts.release?.promised).map((method) => ({ ...opening, method, call: endCall(opening.facts, method) })));

describe('every end of the catalogue', () => {
  it('is there', () => {
    expect(ends.length).toBeGreaterThan(12);
  });
  tester.run('that is a promise', rule, {
    valid: ends.flatMap(({ label, method, head, wrap, call }) => [
      { name: `${label}, ${method} awaited`, code: `${head} ${wrap(`await work(s); await ${call};`)}` },
      { name: `${label}, ${method} returned`, code: `${head} ${wrap(`await work(s); return ${call};`)}` },
    ]),
    invalid: ends.map(({ label, method, head, wrap, call }) => {
      const code = (end: string): string => `${head} ${wrap(`await work(s); ${end};`)}`;
      return {
        name: `${label}, ${method} floats`,
        code: code(call),
        errors: [{ messageId: /commit/i.test(method) ? 'commit' : 'rollback', suggestions: [{ messageId: 'await', output: code(`await ${call}`) }] }],
      };
    }),
  });
});

const knex = (body: string): string => `import knex from 'knex'; const db = knex({}); export async function f(res) { const trx = await db.transaction(); ${body} }`;
const runner = (body: string): string => `import { DataSource } from 'typeorm'; export async function f(ds: DataSource) { const qr = ds.createQueryRunner(); await qr.startTransaction(); ${body} }`;
const mongo = (body: string): string => `import mongoose from 'mongoose'; export async function f() { const session = await mongoose.startSession(); session.startTransaction(); ${body} }`;
const kysely = (body: string): string => `import { Kysely } from 'kysely'; const db = new Kysely({}); export async function f() { const trx = await db.startTransaction().execute(); ${body} }`;
const interceptor = (operator: string, body: string): string =>
  `import { DataSource } from 'typeorm'; import { tap, finalize, concatMap } from 'rxjs/operators'; class I { constructor(private ds: DataSource) {} async intercept(ctx, next) { const qr = this.ds.createQueryRunner(); await qr.startTransaction(); return next.handle().pipe(${operator}(${body})); } }`;

const floats = (messageId: string, code: string, output: string) => ({ code, errors: [{ messageId, suggestions: [{ messageId: 'await', output }] }] });

describe('shapes', () => {
  tester.run('no-floating-transaction-end', rule, {
    valid: [
      { name: 'awaited', code: knex('await trx.commit();') },
      { name: 'returned from a callback', code: knex('return db("a").then(() => trx.commit());') },
      { name: 'handed on as a function', code: knex('return work(trx).then(trx.commit).catch(trx.rollback);') },
      { name: 'in a conditional that is awaited', code: knex('await (res ? trx.commit() : trx.rollback());') },
      { name: 'kept and awaited later', code: knex('const done = trx.commit(); await log(); await done;') },
      { name: 'joined', code: knex('await Promise.all([trx.commit(), log()]);') },
      { name: 'with its failure handled', code: knex('trx.rollback().catch(() => undefined);') },
      { name: 'with what follows in then', code: knex('trx.commit().then(() => res.send());') },
      { name: 'a callback instead of a promise', code: `import mysql from 'mysql2'; const pool = mysql.createPool({}); pool.getConnection((error, connection) => { connection.beginTransaction(() => { connection.commit((e) => { connection.release(); }); }); });` },
      { name: 'the release of pg gives no promise', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const client = await pool.connect(); try { await client.query('SELECT 1'); } finally { client.release(); } }` },
      { name: 'the release of mysql2/promise gives no promise', code: `import mysql from 'mysql2/promise'; const pool = mysql.createPool({}); export async function f() { const c = await pool.getConnection(); await c.beginTransaction(); await c.commit(); c.release(); }` },
      { name: 'a release that is left alone on purpose', code: mongo('await session.commitTransaction(); void session.endSession();') },
      { name: 'the older style of Knex, where commit settles the outer promise', code: `import knex from 'knex'; const db = knex({}); export const f = () => db.transaction((trx) => { trx('a').insert({}).then(() => { trx.commit(); }); });` },
      { name: 'an operator that waits', code: interceptor('concatMap', 'async (data) => { await qr.commitTransaction(); return data; }') },
      { name: 'a release in finalize, with no transaction to end', code: interceptor('finalize', 'async () => { await qr.release(); }') },
      { name: 'a transaction of New Relic', code: `import newrelic from 'newrelic'; export async function f() { const transaction = newrelic.getTransaction(); await work(); transaction.end(); }` },
      { name: 'git', code: `export async function f(repo) { const session = await repo.open(); session.commit(); session.close(); }` },
      { name: 'begin is no end', code: mongo('await session.commitTransaction(); await session.endSession();') },
      { name: 'Kysely, executed', code: kysely('await trx.commit().execute();') },
      { name: 'Kysely, a savepoint that is kept', code: kysely('const end = trx.commit(); await end.execute();') },
    ],
    invalid: [
      { name: 'before the response', ...floats('commit', knex('trx.commit(); res.json({});'), knex('await trx.commit(); res.json({});')) },
      { name: 'either way', code: knex('if (res) trx.commit(); else trx.rollback();'), errors: [{ messageId: 'commit', suggestions: [{ messageId: 'await', output: knex('if (res) await trx.commit(); else trx.rollback();') }] }, { messageId: 'rollback', suggestions: [{ messageId: 'await', output: knex('if (res) trx.commit(); else await trx.rollback();') }] }] },
      { name: 'behind &&', ...floats('rollback', knex('res && trx.rollback();'), knex('res && await trx.rollback();')) },
      { name: 'in a conditional', code: knex('res ? trx.commit() : trx.rollback();'), errors: [{ messageId: 'commit', suggestions: [{ messageId: 'await', output: knex('res ? await trx.commit() : trx.rollback();') }] }, { messageId: 'rollback', suggestions: [{ messageId: 'await', output: knex('res ? trx.commit() : await trx.rollback();') }] }] },
      { name: 'void is no excuse for a commit', ...floats('commit', knex('void trx.commit();'), knex('await trx.commit();')) },
      { name: 'optional chain', ...floats('rollback', knex('trx?.rollback();'), knex('await trx?.rollback();')) },
      { name: 'in a callback that cannot wait', code: knex("res.on('finish', () => { trx.commit(); });"), errors: [{ messageId: 'commit', suggestions: [] }] },
      { name: 'TypeORM: the release gives a promise', ...floats('release', runner('await qr.commitTransaction(); qr.release();'), runner('await qr.commitTransaction(); await qr.release();')) },
      { name: 'TypeORM: rollback', ...floats('rollback', runner('qr.rollbackTransaction();'), runner('await qr.rollbackTransaction();')) },
      { name: 'mongoose: abort and end', code: mongo('session.abortTransaction(); session.endSession();'), errors: [{ messageId: 'rollback', suggestions: [{ messageId: 'await', output: mongo('await session.abortTransaction(); session.endSession();') }] }, { messageId: 'release', suggestions: [{ messageId: 'await', output: mongo('session.abortTransaction(); await session.endSession();') }] }] },
      { name: 'neo4j: close', ...floats('release', `import neo4j from 'neo4j-driver'; const driver = neo4j.driver(''); export async function f() { const session = driver.session(); await session.run('MATCH (n) RETURN n'); session.close(); }`, `import neo4j from 'neo4j-driver'; const driver = neo4j.driver(''); export async function f() { const session = driver.session(); await session.run('MATCH (n) RETURN n'); await session.close(); }`) },
      { name: 'mysql2/promise: rollback', ...floats('rollback', `import mysql from 'mysql2/promise'; const pool = mysql.createPool({}); export async function f() { const c = await pool.getConnection(); await c.beginTransaction(); c.rollback(); c.release(); }`, `import mysql from 'mysql2/promise'; const pool = mysql.createPool({}); export async function f() { const c = await pool.getConnection(); await c.beginTransaction(); await c.rollback(); c.release(); }`) },
      { name: 'pg: COMMIT as text', ...floats('commit', `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await c.query('BEGIN'); c.query('COMMIT'); c.release(); }`, `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await c.query('BEGIN'); await c.query('COMMIT'); c.release(); }`) },
      { name: 'a rollback in a managed callback', ...floats('rollback', `import knex from 'knex'; const db = knex({}); export const f = () => db.transaction(async (trx) => { trx.rollback(); return null; });`, `import knex from 'knex'; const db = knex({}); export const f = () => db.transaction(async (trx) => { await trx.rollback(); return null; });`) },
      { name: 'a session that is passed in', ...floats('commit', `import { Transaction } from 'sequelize'; export async function end(t: Transaction) { t.commit(); }`, `import { Transaction } from 'sequelize'; export async function end(t: Transaction) { await t.commit(); }`) },
      { name: 'tap(async …)', code: interceptor('tap', 'async () => { await qr.commitTransaction(); }'), errors: [{ messageId: 'tapped' }] },
      { name: 'tap with an observer', code: interceptor('tap', '{ next: async () => { await qr.commitTransaction(); } }'), errors: [{ messageId: 'tapped' }] },
      { name: 'Kysely: not executed', code: kysely('await trx.commit();'), errors: [{ messageId: 'notRun', suggestions: [{ messageId: 'run', output: kysely('await trx.commit().execute();') }] }] },
      { name: 'Kysely: neither executed nor awaited', code: kysely('trx.rollback();'), errors: [{ messageId: 'notRun', suggestions: [{ messageId: 'run', output: kysely('await trx.rollback().execute();') }] }] },
      { name: 'Kysely: executed and not awaited', ...floats('commit', kysely('trx.commit().execute();'), kysely('await trx.commit().execute();')) },
    ],
  });
});

const said = (name: string, code: string, ...messages: string[]) => ({ name, code, errors: messages.map((message) => ({ message })) });
const bookshelf = "import knex from 'knex'; import bookshelfOf from 'bookshelf'; const bookshelf = bookshelfOf(knex({}));";

describe('what is said', () => {
  tester.run('no-floating-transaction-end', rule, {
    valid: [],
    invalid: [
      said('Sequelize', `import { Transaction } from 'sequelize'; export async function end(t: Transaction) { t.commit(); }`, 'Nobody waits for `t.commit()`: the code after it runs before the Sequelize transaction is committed, and when the commit fails the caller has been told that all is well and the process gets an unhandled rejection. Await it.'),
      said('Knex, where to await the call is not enough', knex('trx.commit();'), 'Nobody waits for `trx.commit()`: the code after it runs before the Knex transaction is committed, and when the commit fails the caller has been told that all is well and nobody learns of it. Await it, and then `trx.executionPromise`, which rejects when the commit fails.'),
      said('Knex, a rollback', knex('trx.rollback();'), 'Nobody waits for `trx.rollback()`: the code after it runs while the Knex transaction still holds its locks and its connection, and when the rollback fails nobody learns of it. Await it.'),
      said('Bookshelf', `${bookshelf} export const f = () => bookshelf.transaction(async (t) => { t.commit(); });`, 'Nobody waits for `t.commit()`: the code after it runs before the Bookshelf transaction is committed, and when the commit fails the caller has been told that all is well and nobody learns of it. Await it, and then `t.executionPromise`, which rejects when the commit fails.'),
      said('TypeORM: what is committed is not the query runner', runner('qr.commitTransaction();'), 'Nobody waits for `qr.commitTransaction()`: the code after it runs before the transaction on the TypeORM query runner is committed, and when the commit fails the caller has been told that all is well and the process gets an unhandled rejection. Await it.'),
      said('TypeORM: the release', runner('await qr.commitTransaction(); qr.release();'), 'Nobody waits for `qr.release()`: the caller goes on while the TypeORM query runner is still held, and when the release fails the process gets an unhandled rejection. Await it.'),
      said('in a listener, which cannot wait', runner("ctx.on('finish', () => { qr.commitTransaction(); });"), 'Nobody waits for `qr.commitTransaction()`: the code after it runs before the transaction on the TypeORM query runner is committed, and when the commit fails the caller has been told that all is well and the process gets an unhandled rejection. Return it to a caller that waits, or go on in its `.then(…)` and `.catch(…)`.'),
      said('tap', interceptor('tap', 'async () => { await qr.commitTransaction(); }'), '`qr.commitTransaction()` is awaited by a callback that `tap` does not wait for: the response leaves before the transaction on the TypeORM query runner has ended, and when that fails the process gets an unhandled rejection. Use operators that wait: `concatMap` for what comes, `catchError` for errors.'),
      said('finalize', interceptor('finalize', 'async () => { await qr.commitTransaction(); }'), '`qr.commitTransaction()` is awaited by a callback that `finalize` does not wait for: the response leaves before the transaction on the TypeORM query runner has ended, and when that fails the process gets an unhandled rejection. Use operators that wait: `concatMap` for what comes, `catchError` for errors.'),
      said('Kysely: awaited, and not executed', kysely('await trx.commit();'), '`trx.commit()` only builds a command: without `.execute()` nothing is sent, and the Kysely controlled transaction stays open. Add `.execute()`.'),
      said('Kysely: neither', kysely('trx.commit();'), '`trx.commit()` only builds a command: without `.execute()` nothing is sent, and the Kysely controlled transaction stays open. Add `.execute()` and await it.'),
      said('Kysely: executed and not awaited', kysely('trx.commit().execute();'), 'Nobody waits for `trx.commit().execute()`: the code after it runs before the Kysely controlled transaction is committed, and when the commit fails the caller has been told that all is well and the process gets an unhandled rejection. Await it.'),
    ].map((row) => ({ ...row, errors: row.errors.map(({ message }) => ({ message, ...(/Await it|await it|Add/.test(message) ? { suggestions: 1 } : {}) })) })),
  });
});

/** A transaction with a callback, opened in a function. */
const opened = (statement: string, head = 'export async function up(queryInterface)'): string => `import { Sequelize } from 'sequelize'; ${head} { ${statement} }`;
const work = 'queryInterface.sequelize.transaction(async (transaction) => { await queryInterface.addColumn("a", "b", {}, { transaction }); })';
const dropped = (code: string, output: string) => ({ code, errors: [{ messageId: 'dropped' as const, suggestions: [{ messageId: 'await' as const, output }] }] });

describe('transactions with a callback', () => {
  tester.run('no-floating-transaction-end', rule, {
    valid: [
      { name: 'awaited', code: opened(`await ${work};`) },
      { name: 'returned', code: opened(`return ${work};`) },
      { name: 'kept and awaited', code: opened(`const done = ${work}; await done;`) },
      { name: 'with a handler', code: opened(`${work}.catch(console.error);`) },
      { name: 'left alone on purpose', code: opened(`void ${work};`) },
      { name: 'in a function that cannot wait', code: opened(`${work};`, 'export function up(queryInterface)') },
      { name: 'a wrapper, which may give anything', code: `import { prisma, withTransaction } from './db'; export async function f() { withTransaction(async (tx) => { await tx.a.create({ data: {} }); }); await prisma.b.findMany(); }` },
      { name: 'better-sqlite3: a function to call', code: `import Database from 'better-sqlite3'; const db = new Database(''); export async function f(rows) { db.transaction(async () => { db.prepare('').run(rows); }); }` },
    ],
    invalid: [
      { name: 'Sequelize, in a migration', ...dropped(opened(`${work};`), opened(`await ${work};`)) },
      { name: 'Sequelize, as said', code: opened(`${work}; console.log('done');`), errors: [{ message: 'Nobody waits for the Sequelize transaction that `queryInterface.sequelize.transaction` opens: the code after it runs before it is committed, and when it fails the caller has been told that all is well and the process gets an unhandled rejection. Await it.', suggestions: 1 }] },
      { name: 'Prisma', ...dropped(`import { prisma } from './db'; export const f = async () => { prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); }); };`, `import { prisma } from './db'; export const f = async () => { await prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); }); };`) },
      { name: 'TypeORM, in a method', ...dropped(`import { DataSource } from 'typeorm'; class S { constructor(private ds: DataSource) {} async f() { this.ds.transaction(async (m) => { await m.save({}); }); } }`, `import { DataSource } from 'typeorm'; class S { constructor(private ds: DataSource) {} async f() { await this.ds.transaction(async (m) => { await m.save({}); }); } }`) },
      { name: 'Kysely', ...dropped(`import { Kysely } from 'kysely'; export async function f(db: Kysely<DB>) { db.transaction().execute(async (trx) => { await trx.insertInto('a').values({}).execute(); }); }`, `import { Kysely } from 'kysely'; export async function f(db: Kysely<DB>) { await db.transaction().execute(async (trx) => { await trx.insertInto('a').values({}).execute(); }); }`) },
    ],
  });
});
