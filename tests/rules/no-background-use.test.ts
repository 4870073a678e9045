import * as parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import plugin from '../../src/plugin.js';

RuleTester.describe = describe;
RuleTester.it = it;

const prisma = "import { PrismaClient } from '@prisma/client'; const prisma = new PrismaClient(); async function save(client, data) { await client.user.create({ data }); }\n";
const knex = "import makeKnex from 'knex'; const knex = makeKnex({}); async function save(trx, data) { await trx('a').insert(data); await trx('b').insert(data); }\n";
const pg = "import { Pool, type PoolClient } from 'pg'; const pool = new Pool(); async function save(client: PoolClient, data) { await client.query('INSERT', [data]); await client.query('UPDATE'); }\n";
const sequelize = "import { Sequelize, type Transaction } from 'sequelize'; const sequelize = new Sequelize('');\n";
const typeorm = "import { DataSource, type EntityManager, type QueryRunner } from 'typeorm'; const source = new DataSource({});\n";
const ts = (name: string, code: string) => ({ name, code, filename: 'a.ts' });

interface Found {
  readonly messageId: string;
  readonly line?: number;
  readonly suggestions?: { readonly messageId: string; readonly output: string }[];
}
const bug = (name: string, code: string, messageId: string, suggestion?: [id: string, from: string, to: string], more: readonly Found[] = []) => ({
  name,
  code,
  filename: 'a.ts',
  errors: [{ messageId, suggestions: suggestion ? [{ messageId: suggestion[0], output: code.replace(suggestion[1], suggestion[2]) }] : [] }, ...more],
});

new RuleTester({ languageOptions: { parser } }).run('no-background-use', plugin.rules['no-background-use'], {
  valid: [
    // What must stay silent: releases
    ts('waitUntil with a release', `${pg}export async function f(ctx) { const client = await pool.connect(); await save(client, 1); ctx.waitUntil(client.release()); }`),
    ts('waitUntil with the end of a pool', `${pg}export async function f(ctx) { await pool.query('x'); ctx.waitUntil(pool.end()); }`),
    ts('after with a release', `import { after } from 'next/server'; ${pg}export async function f() { const client = await pool.connect(); after(() => client.release()); await save(client, 1); client.release(); }`),
    ts('a release when the response is closed', `${pg}app.use(async (req, res, next) => { req.db = await pool.connect(); res.once('close', () => req.db.release()); next(); });`),
    ts('a release on the raw response', `${pg}app.get('/', async (request, reply) => { const client = await pool.connect(); reply.raw.on('close', () => client.release()); await save(client, 1); });`),
    ts('a release in onResponse', `${pg}app.addHook('onRequest', async (request) => { request.db = await pool.connect(); }); app.addHook('onResponse', async (request) => { request.db.release(); });`),
    ts('a commit when the response is finished', `${sequelize}app.use(async (req, res, next) => { req.t = await sequelize.transaction(); res.on('finish', async () => { if (res.statusCode < 400) await req.t.commit(); else await req.t.rollback(); }); next(); });`),
    ts('rxjs finalize', `import { finalize } from 'rxjs'; ${typeorm}export function f(next) { const runner = source.createQueryRunner(); return next.handle().pipe(finalize(() => runner.release())); }`),
    ts('a timer that only rolls back', `${knex}knex.transaction(async (trx) => { setTimeout(() => trx.rollback(), 1000); await save(trx, 1); });`),
    ts('a session of its own, closed in finally', `${pg}export async function f() { const client = await pool.connect(); client.query('DELETE').finally(() => client.release()); }`),
    ts('work that ends its transaction itself', `${sequelize}export async function f() { const t = await sequelize.transaction(); setImmediate(async () => { await User.create({}, { transaction: t }); await t.commit(); }); }`),
    ts('an older style of Knex, ended by hand', `${knex}knex.transaction((trx) => { save(trx, 1).then(trx.commit).catch(trx.rollback); });`),
    ts('an older style of Knex, in several steps', `${knex}knex.transaction(function (trx) { trx('a').insert({}).then(function (ids) { return trx('b').insert({ ids }); }).then(trx.commit, trx.rollback); });`),

    // After-commit hooks and outboxes
    ts('an after-commit hook', `${sequelize}sequelize.transaction(async (t) => { t.afterCommit(() => { void notify(1); }); await User.create({}, { transaction: t }); });`),
    ts('runOnTransactionCommit', "import { Transactional, runOnTransactionCommit } from 'typeorm-transactional';\nclass A { @Transactional() async f() { await this.userRepository.save(1); runOnTransactionCommit(() => { void this.mailer.send(1); }); } }"),
    ts('after commit of Lucid', "import db from '@adonisjs/lucid/services/db';\nexport async function f() { const trx = await db.transaction(); trx.after('commit', () => queue.add('x', 1)); await trx.commit(); }"),
    ts('an outbox through the transaction', `import PgBoss from 'pg-boss'; const boss = new PgBoss(''); ${knex}knex.transaction(async (trx) => { await boss.send('q', { id: 1 }, { db: fromKnex(trx) }); });`),

    // Awaited after all
    ts('a pause', `${prisma}prisma.$transaction(async (tx) => { await new Promise((r) => setTimeout(r, 10)); await save(tx, 1); });`),
    ts('a pause by timers/promises', `import { setTimeout } from 'node:timers/promises'; ${prisma}prisma.$transaction(async (tx) => { await setTimeout(10); await save(tx, 1); });`),
    ts('a turn of the event loop', `${prisma}prisma.$transaction(async (tx) => { await new Promise((resolve) => setImmediate(resolve)); await save(tx, 1); });`),
    ts('a race with a timer that only rejects', `${prisma}prisma.$transaction(async (tx) => { await Promise.race([tx.user.findMany(), new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 10))]); });`),
    ts('a timer that is cleared', `${pg}export async function f() { const client = await pool.connect(); const beat = setInterval(() => client.query('SELECT 1'), 100); try { await save(client, 1); } finally { clearInterval(beat); client.release(); } }`),
    ts('a limiter that is awaited', `import pLimit from 'p-limit'; const limit = pLimit(1); ${prisma}prisma.$transaction(async (tx) => { await limit(() => save(tx, 1)); await Promise.all([1].map((x) => limit(() => save(tx, x)))); });`),
    ts('a promise that is awaited later', `${knex}knex.transaction(async (trx) => { const p = save(trx, 1); await other(); await p; });`),
    ts('promises that are collected', `${knex}knex.transaction(async (trx) => { const all = []; for (const x of [1, 2]) all.push(save(trx, x)); await Promise.all(all); });`),
    ts('an emitter that is awaited', `${knex}knex.transaction(async (trx) => { await events.emitAsync('x', { trx }); });`),
    ts('a promise that is returned', `${knex}knex.transaction((trx) => save(trx, 1).then(() => save(trx, 2)));`),
    ts('a promise for an executor', `${pg}export function f(client: PoolClient) { return new Promise((resolve, reject) => { client.query('SELECT 1').then(resolve, reject); }); }`),
    ts('a callback that is told', `${pg}export function f(client: PoolClient, done) { client.query('SELECT 1').then((r) => done(null, r)).catch(done); }`),
    ts('callback style', `${pg}export function f(client: PoolClient, done) { client.query('SELECT 1', (error, result) => done(error, result)); }`),
    ts('a stream that is waited for', `${pg}export async function f(stream, client: PoolClient) { await new Promise((resolve) => { stream.on('end', async () => { await save(client, 1); resolve(1); }); }); }`),

    // Other sessions and other values
    ts('its own session in the task', `${prisma}prisma.$transaction(async (tx) => { await save(tx, 1); setImmediate(() => prisma.$transaction(async (tx) => { await save(tx, 1); })); });`),
    ts('its own checkout in the task', `${pg}export function f() { setImmediate(async () => { const client = await pool.connect(); try { await save(client, 1); } finally { client.release(); } }); }`),
    ts('the root client of a context', `${prisma}export const handler = async (ctx) => { setTimeout(() => ctx.prisma.user.findMany().then(log), 10); };`),
    ts('the pool of an application', `${pg}app.locals.db = pool; app.get('/', (req, res) => { setImmediate(() => req.app.locals.db.query('DELETE')); res.end(); });`),
    ts('the root client in waitUntil', `${prisma}export default { async fetch(request, env, ctx) { ctx.waitUntil(save(prisma, 1)); } };`),
    ts('express-session', "import { Pool } from 'pg';\napp.get('/', (req, res) => { setTimeout(() => req.session.destroy(), 10); req.session.save(); });"),
    ts('a session of an authentication library', "import { PrismaClient } from '@prisma/client';\nexport async function f(ctx) { const session = await auth(); setTimeout(() => track(session), 10); void track(ctx.session); }"),
    ts('a transaction of a bank', "import { PrismaClient } from '@prisma/client';\nexport function f(transaction) { void notify(transaction); setTimeout(() => send(transaction), 10); }"),
    ts('a client or a transaction, as the caller likes', `${prisma}export async function f(id, db = prisma) { void save(db, id); setTimeout(() => save(db, id), 10); }`),
    ts('fastify.pg is a pool', "import postgres from '@fastify/postgres';\nfastify.get('/', async () => { setImmediate(() => fastify.pg.query('DELETE')); });"),
    ts('a dedicated listener', "import { Client } from 'pg'; const client = new Client(); client.connect();\nclient.on('notification', () => client.query('SELECT 1')); setInterval(() => client.query('SELECT 1'), 1000);"),
    ts('a checkout that is kept', `${pg}class Lock { async take() { this.client = await pool.connect(); setInterval(() => this.client.query('SELECT 1'), 1000); } }`),
    ts('a field that somebody injects', "import type { PoolClient } from 'pg';\nclass A { constructor(private readonly client: PoolClient) {} beat() { setInterval(() => this.client.query('SELECT 1'), 1000); } }"),
    ts('a checkout in callback style', `${pg}pool.connect((error, client: PoolClient, release) => { client.query('LISTEN a').then(() => log('listening')); });`),
    ts('what prepares a connection', `${pg}export async function f(client: PoolClient) { client.query('SET jit = off').catch(console.error); await save(client, 1); }`),
    ts('what tidies a connection', `${pg}export async function f(client: PoolClient, key) { client.query(`+'`deallocate ${key}`'+`).then(() => cache.delete(key)).catch(console.error); await save(client, 1); }`),
    ts('a Koa middleware that waits', `${sequelize}app.use((ctx, next) => sequelize.transaction(async (t) => { ctx.state.t = t; await next(); }));`),
    ts('an Express middleware that waits for the response', `${sequelize}app.use((req, res, next) => sequelize.transaction(async (t) => { req.t = t; const sent = new Promise((resolve) => res.once('close', resolve)); next(); await sent; }));`),
    ts('floating ends have a rule of their own', `${sequelize}export async function f() { const t = await sequelize.transaction(); await User.create({}, { transaction: t }); t.commit(); }`),
    ts('a builder that grows', `${knex}knex.transaction(async (trx) => { const query = trx('a').select(); query.where('x', 1); await query; });`),
    ts('a transaction that is held open', `${prisma}export async function begin() { let kept; let commit; await new Promise((ready) => { void prisma.$transaction(async (tx) => { kept = tx; ready(1); await new Promise((done) => { commit = done; }); }); }); return { kept, commit }; }`),
    ts('a map that is emptied', `${prisma}const open = new Map(); prisma.$transaction(async (tx) => { open.set(1, tx); try { await save(tx, 1); } finally { open.delete(1); } });`),
    ts('a field that is reset', `${prisma}class A { async f() { await prisma.$transaction(async (tx) => { this.tx = tx; await this.g(); }); this.tx = undefined; } }`),
    ts('a closure that is collected and called inside', `${prisma}export async function f() { const jobs = []; await prisma.$transaction(async (tx) => { jobs.push(() => save(tx, 1)); for (const job of jobs) await job(); }); return jobs.length; }`),
    ts('rows that are collected', `${prisma}export async function f() { const made = []; await prisma.$transaction(async (tx) => { const user = await tx.user.create({}); made.push(user); }); return made; }`),
    ts('a closure that is kept and uses only rows', `${prisma}export async function f() { let after; await prisma.$transaction(async (tx) => { const user = await tx.user.create({}); after = () => notify(user); }); after(); }`),
    ts('a closure that is kept for the release', `${pg}export async function f() { let done; const client = await pool.connect(); done = () => client.release(); await save(client, 1); done(); }`),
    ts('a context that is set again', `${prisma}export async function f(context) { await prisma.$transaction(async (tx) => { context.db = tx; await work(context); }); context.db = prisma; await save(context.db, 1); }`),
    ts('a context that is only used inside', `${prisma}export async function f(context) { await prisma.$transaction(async (tx) => { context.db = tx; await work(context); }); context.done(); }`),
    ts('a cache with a disposer', `import { LRUCache } from 'lru-cache'; const cache = new LRUCache({ max: 9, dispose: (value) => end(value) }); ${prisma}prisma.$transaction(async (tx) => { cache.set(1, tx); });`),
    ts('a registry whose transaction is held open', `${prisma}const open = new Map(); export const f = (id) => prisma.$transaction(async (tx) => { const end = defer(); open.set(id, { end }); open.set(id, tx); await end.promise; });`),
    ts('a field that is a registry and is emptied', `${prisma}class A { open = new Map(); f(id) { return prisma.$transaction(async (tx) => { this.open.set(id, tx); try { await save(tx, 1); } finally { this.open.delete(id); } }); } }`),
    ts('a Map of rows', `${prisma}const rows = new Map(); export const f = () => prisma.$transaction(async (tx) => { rows.set(1, await tx.user.findMany()); });`),
    ts('a heartbeat that is cleared', `${pg}export async function f() { const client = await pool.connect(); const beat = setInterval(() => { client.query('SELECT 1').catch(console.error); }, 100); try { await save(client, 1); } finally { clearInterval(beat); client.release(); } }`),
    ts('an interceptor that waits', "import { finalize } from 'rxjs'; import { DataSource } from 'typeorm';\nclass I { constructor(private source: DataSource) {} intercept(context, next) { const request = context.switchToHttp().getRequest(); request.runner = this.source.createQueryRunner(); return next.handle().pipe(finalize(() => request.runner.release())); } }\nclass C { async post(@Req() req) { await req.runner.query('DELETE'); } }"),
    ts('what a store of a request holds is no session', `import { requestContext } from '@fastify/request-context'; ${pg}app.addHook('onRequest', async () => { requestContext.set('user', await load()); requestContext.set('db', pool); });\napp.get('/', async () => { setTimeout(() => { log(requestContext.get('user')); save(requestContext.get('db'), 1).catch(log); }, 10); return 1; });`),
    ts('what an interceptor attaches is no session', "import { DataSource } from 'typeorm';\nclass I { intercept(context, next) { const request = context.switchToHttp().getRequest(); request.user = load(); setTimeout(() => log(request.user), 10); return next.handle(); } }"),
    ts('a loader of the transaction', `import DataLoader from 'dataloader'; ${prisma}prisma.$transaction(async (tx) => { const loader = new DataLoader((ids) => tx.user.findMany({ where: { id: { in: ids } } })); await loader.load(1); });`),
    ts('a batch of lazy queries', `${prisma}export async function f() { await prisma.$transaction([prisma.user.create({}), prisma.user.create({})]); }`),
    ts('a pipeline of Redis', "import Redis from 'ioredis'; const redis = new Redis();\nexport async function f() { const tx = redis.multi(); tx.set('a', 1); tx.del('b'); await tx.exec(); }"),
    ts('a builder of Knex that is changed in place', `${knex}knex.transaction(async (trx) => { await trx('a').whereExists(function () { void this.select(trx.raw('1')).from('b'); }); });`),
    ts('Kysely, executed', "import { Kysely } from 'kysely'; const db = new Kysely({});\ndb.transaction().execute(async (trx) => { await trx.insertInto('a').values({}).execute(); await helper(trx.selectFrom('a').selectAll()); });"),
    ts('rows that are returned', `${prisma}export const f = () => prisma.$transaction(async (tx) => { const user = await tx.user.create({ data: {} }); return { user }; });`),
    ts('a file without a database', 'setTimeout(() => tx.send(), 10); void tx.user.update({ where: {} });'),
    ts('a joined work that cannot be left behind', `${knex}knex.transaction(async (trx) => { try { await Promise.allSettled([save(trx, 1), fetch('x')]); } catch (error) { log(error); } });`),
    ts('a helper that is no promise', `${prisma}function note(client) { seen.add(client); }\nprisma.$transaction(async (tx) => { note(tx); await save(tx, 1); });`),
    ts('better-sqlite3 is synchronous', "import Database from 'better-sqlite3'; const db = new Database('');\ndb.transaction((rows) => { for (const row of rows) db.prepare('INSERT').run(row); })([]);"),
    ts('mysql2 without promises', "import mysql from 'mysql2'; import type { PoolConnection } from 'mysql2';\nexport function f(connection: PoolConnection) { connection.query('DELETE FROM a'); }"),
    ts('Drizzle on a synchronous driver', "import { drizzle } from 'drizzle-orm/better-sqlite3'; const db = drizzle('');\ndb.transaction((tx) => { tx.insert(users).values({}).run(); });"),
    ts('reads of Firestore are joined', "import { getFirestore } from 'firebase-admin/firestore'; const db = getFirestore();\ndb.runTransaction(async (t) => { t.set(ref, {}); t.update(ref, {}); await t.get(ref); });"),
  ],
  invalid: [
    // Floating promises
    bug('a bare call of a helper', `${prisma}prisma.$transaction(async (tx) => { save(tx, 1); });`, 'floating', ['awaitIt', '{ save(tx, 1); }', '{ await save(tx, 1); }']),
    bug('a voided call', `${prisma}import { audit } from './audit';\nprisma.$transaction(async (tx) => { void audit(tx); });`, 'floating', ['awaitIt', 'void audit', 'await audit']),
    bug('a caught call', `${prisma}import { audit } from './audit';\nprisma.$transaction(async (tx) => { audit(tx).catch(console.error); });`, 'floating', ['awaitIt', 'audit(tx).catch', 'await audit(tx).catch']),
    bug('an async function that is called in place', `${prisma}prisma.$transaction(async (tx) => { (async () => { await save(tx, 1); })(); });`, 'floating', ['awaitIt', '(async () => {', 'await (async () => {'].slice(0, 3).map((text, i) => (i === 1 ? '{ (async' : i === 2 ? '{ await (async' : text)) as [string, string, string]),
    bug('forEach(async)', `${prisma}export async function f(xs) { await prisma.$transaction(async (tx) => { xs.forEach(async (x) => { await save(tx, x); }); }); }`, 'floating', ['loopInTurn', 'xs.forEach(async (x) => { await save(tx, x); });', 'for (const x of xs) { await save(tx, x); }']),
    bug('an unused map(async)', `${prisma}prisma.$transaction(async (tx) => { [1].map(async (x) => { await save(tx, x); }); });`, 'floating'),
    bug('forEach with a helper by name', `${pg}export async function f(client: PoolClient, xs) { async function one(x) { await save(client, x); } xs.forEach(one); }`, 'floating'),
    bug('a missing return in then', `${knex}export function f() { return knex.transaction((trx) => trx('a').insert({}).then(() => { save(trx, 1); })); }`, 'floating', ['returnIt', '{ save(trx, 1); }', '{ return save(trx, 1); }']),
    bug('a promise that no path awaits', `${knex}knex.transaction(async (trx) => { const late = save(trx, 1); await trx('a').insert({}); });`, 'floating', ['awaitIt', 'late = save', 'late = await save']),
    bug('a call that the catalogue knows', `${sequelize}sequelize.transaction(async (t) => { User.create({}, { transaction: t }); });`, 'floating', ['awaitIt', 'User.create', 'await User.create']),
    bug('a query on a client that is released', `${pg}export async function f() { const client = await pool.connect(); client.query('DELETE'); client.release(); }`, 'floating', ['awaitIt', "client.query('DELETE')", "await client.query('DELETE')"]),
    bug('a typed parameter', `${typeorm}export async function f(manager: EntityManager) { manager.save(user); }`, 'floating', ['awaitIt', 'manager.save', 'await manager.save']),
    bug('what the file awaits elsewhere', `${knex}import { audit } from './audit';\nknex.transaction(async (trx) => { await audit.write(trx, 1); audit.write(trx, 2); });`, 'floating', ['awaitIt', ' audit.write(trx, 2)', ' await audit.write(trx, 2)']),
    bug('a join that nobody awaits', `${knex}knex.transaction(async (trx) => { Promise.all([1, 2].map((x) => save(trx, x))); });`, 'floating', ['awaitIt', 'Promise.all', 'await Promise.all']),
    bug('a branch of a condition', `${knex}knex.transaction(async (trx) => { if (ok) save(trx, 1); });`, 'floating', ['awaitIt', 'if (ok) save', 'if (ok) await save']),
    bug('a loop of Bluebird that drops what it starts', `${knex}import bluebird from 'bluebird'; import type { Knex } from 'knex';\nclass A { async one(x, trx: Knex.Transaction) { await trx('a').insert(x); } async all(xs, trx: Knex.Transaction) { await bluebird.each(xs, (x) => { this.one(x, trx); }); await this.one(1, trx); } }`, 'floating'),
    bug('done() of Bluebird', `${knex}knex.transaction(async (trx) => { save(trx, 1).done(); });`, 'floating', ['awaitIt', 'save(trx, 1).done', 'await save(trx, 1).done']),
    bug('in a hook of Sequelize', `${sequelize}User.afterCreate((user, options) => { Log.create({ user }, { transaction: options.transaction }); });`, 'floating'),
    bug('in mongo', "import { MongoClient } from 'mongodb'; const client = new MongoClient('');\nexport async function f() { const session = client.startSession(); try { await session.withTransaction(async () => { users.insertOne({}, { session }); }); } finally { await session.endSession(); } }", 'floating', ['awaitIt', 'users.insertOne', 'await users.insertOne']),
    bug('flush of an entity manager', "import type { EntityManager } from '@mikro-orm/core';\nexport async function f(em: EntityManager) { em.flush(); }", 'floating', ['awaitIt', 'em.flush', 'await em.flush']),

    // Queries that never run
    bug('a Prisma query', `${prisma}prisma.$transaction(async (tx) => { tx.user.update({ where: {}, data: {} }); });`, 'neverRuns', ['awaitIt', 'tx.user', 'await tx.user']),
    bug('a voided Prisma query', `${prisma}export async function f() { void prisma.user.update({ where: {}, data: {} }); }`, 'neverRuns', ['awaitIt', 'void prisma', 'await prisma']),
    bug('of a client or a transaction', "import { Prisma, prisma, type PrismaClientOrTransaction } from './db.server';\nexport async function f(db: PrismaClientOrTransaction = prisma) { void db.user.update({ where: {}, data: {} }); }", 'neverRuns', ['awaitIt', 'void db', 'await db']),
    bug('of a field that is named after Prisma', 'class Service { async f() { this.prisma.user.update({ where: {}, data: {} }); await this.prisma.$transaction(async (tx) => { await tx.user.update({ where: {}, data: {} }); }); } }', 'neverRuns', ['awaitIt', 'this.prisma.user', 'await this.prisma.user']),
    bug('a Drizzle query', "import { drizzle } from 'drizzle-orm/node-postgres'; const db = drizzle('');\ndb.transaction(async (tx) => { tx.insert(users).values({}); });", 'neverRuns', ['awaitIt', 'tx.insert', 'await tx.insert']),
    bug('a Knex query', `${knex}knex.transaction(async (trx) => { trx('a').insert({}); });`, 'neverRuns', ['awaitIt', "trx('a').insert({})", "await trx('a').insert({})"]),
    bug('an Objection query', "import { Model } from 'objection'; class Person extends Model {}\nPerson.transaction(async (trx) => { Person.query(trx).insert({}); });", 'neverRuns', ['awaitIt', 'Person.query', 'await Person.query']),
    bug('a Mongoose query', "import mongoose from 'mongoose';\nmongoose.connection.transaction(async (session) => { User.updateOne({}, {}, { session }); });", 'neverRuns', ['awaitIt', 'User.updateOne', 'await User.updateOne']),
    bug('a query of postgres.js', "import postgres from 'postgres'; const sql = postgres('');\nsql.begin(async (sql) => { sql`DELETE FROM a`; });", 'neverRuns', ['awaitIt', 'sql`DELETE', 'await sql`DELETE']),
    bug('a Kysely query that is not executed', "import { Kysely } from 'kysely'; const db = new Kysely({});\ndb.transaction().execute(async (trx) => { trx.insertInto('a').values({}); });", 'neverRuns', ['executeIt', "trx.insertInto('a').values({})", "await trx.insertInto('a').values({}).execute()"]),
    bug('a Kysely query that is awaited and not executed', "import { Kysely } from 'kysely'; const db = new Kysely({});\ndb.transaction().execute(async (trx) => { await trx.insertInto('a').values({}); });", 'neverRuns', ['executeIt', 'values({})', 'values({}).execute()']),
    bug('in a forEach', `${prisma}prisma.$transaction(async (tx) => { [1].forEach((id) => tx.user.delete({ where: { id } })); });`, 'neverRuns'),

    // Request-scoped sessions
    bug('a session that a middleware attaches', `${pg}app.use(async (req, res, next) => { req.db = await pool.connect(); res.once('close', () => req.db.release()); next(); });\napp.post('/', (req, res) => { setImmediate(() => save(req.db, req.body)); res.end(); });`, 'outlives'),
    bug('in res.locals', `${pg}app.use(async (req, res, next) => { res.locals.db = await pool.connect(); next(); });\napp.post('/', (req, res) => { setImmediate(() => save(res.locals.db, 1)); });`, 'outlives'),
    bug('in ctx.state', `${knex}app.use((ctx, next) => knex.transaction(async (trx) => { ctx.state.trx = trx; await next(); }));\nrouter.post('/', async (ctx) => { setImmediate(() => save(ctx.state.trx, 1)); });`, 'outlives'),
    bug('in c.set', `${knex}app.use((c, next) => knex.transaction(async (trx) => { c.set('trx', trx); await next(); }));\napp.post('/', (c) => { c.executionCtx.waitUntil(save(c.get('trx'), 1)); return c.text('ok'); });`, 'outlives'),
    bug('in a request that an interceptor asks for', "import { DataSource } from 'typeorm';\nclass I { constructor(private source: DataSource) {} intercept(context, next) { const http = context.switchToHttp().getRequest(); const runner = this.source.createQueryRunner(); http.runner = runner; return next.handle().pipe(finalize(() => runner.release())); } }\nclass C { post(@Req() req) { setImmediate(() => req.runner.query('DELETE')); } }", 'outlives'),
    bug('in a request that a decorator asks for', "import { DataSource } from 'typeorm'; const source = new DataSource({});\nclass I { intercept(context, next) { context.switchToHttp().getRequest().runner = source.createQueryRunner(); return next.handle(); } }\nfunction later(context) { const { runner } = context.switchToHttp().getRequest(); setImmediate(() => runner.query('DELETE')); }", 'outlives'),
    bug('by a hook of Fastify', `${pg}app.addHook('onRequest', async (request) => { request.db = await pool.connect(); }); app.addHook('onResponse', async (request) => { request.db.release(); });\napp.get('/', async (request) => { setImmediate(() => request.db.query('DELETE')); return 1; });`, 'outlives'),
    bug('in the store of a request', `import { requestContext } from '@fastify/request-context'; ${pg}app.addHook('onRequest', async () => { const db = await pool.connect(); requestContext.set('db', db); });\napp.get('/', async () => { setTimeout(() => save(requestContext.get('db'), 1), 10); return 1; });`, 'outlives'),
    bug('in the store of a request of Express', `import context from 'express-http-context'; ${pg}app.use(async (req, res, next) => { const db = await pool.connect(); context.set('db', db); next(); });\napp.get('/', () => { setTimeout(() => save(context.get('db'), 1), 10); });`, 'outlives'),
    bug('by a middleware of tRPC', `${knex}const mw = t.procedure.use(({ next }) => knex.transaction((trx) => next({ ctx: { trx } })));\nexport const r = t.router({ a: mw.mutation(async ({ ctx }) => { setImmediate(() => save(ctx.trx, 1)); }) });`, 'outlives'),
    bug('in the context of a server', `${pg}export const server = new ApolloServer({ context: async () => ({ client: await pool.connect() }) });\nconst resolvers = { Mutation: { f: async (parent, args, contextValue) => { setTimeout(() => save(contextValue.client, 1), 10); } } };`, 'outlives'),
    bug('in a context factory', `${pg}const createContext = async () => ({ client: await pool.connect() });\nconst resolvers = { Mutation: { f: (parent, args, ctx) => { setTimeout(() => save(ctx.client, 1), 10); } } };`, 'outlives'),
    bug('in the context of a procedure', `${knex}const inTransaction = t.procedure.use(({ next }) => knex.transaction((trx) => next({ ctx: { trx } })));\nexport const f = inTransaction.mutation(async ({ ctx }) => { setImmediate(() => save(ctx.trx, 1)); });`, 'outlives'),
    bug('request.pg of Fastify', "import postgres from '@fastify/postgres';\nfastify.post('/', { pg: { transact: true } }, async (request) => { setImmediate(() => request.pg.query('DELETE')); return 1; });", 'outlives'),
    bug('a provider that lives for one request', "import type { PoolClient } from 'pg';\n@Injectable({ scope: Scope.REQUEST }) class A { constructor(private readonly client: PoolClient) {} f() { setImmediate(() => this.client.query('DELETE')); } }", 'outlives'),
    bug('a provider of the same file', "import type { PoolClient } from 'pg'; const provider = { provide: 'CLIENT', scope: Scope.REQUEST, useFactory: (pool) => pool.connect() };\nclass A { constructor(@Inject('CLIENT') private readonly client: PoolClient) {} f() { setImmediate(() => this.client.query('DELETE')); } }", 'outlives'),

    // Ambient sessions
    bug('a timer in a decorated method', "import { Transactional } from 'typeorm-transactional';\nclass A { @Transactional() async f() { setTimeout(() => this.userRepository.save(1), 10); } }", 'outlives'),
    bug('a method of the file that a timer calls', "import { Transactional } from '@nestjs-cls/transactional';\nclass A { @Transactional() async f() { setTimeout(() => this.g(), 10); } async g() { await this.userRepository.save(1); } }", 'outlives'),
    bug('a floating method of the file', "import { Transactional } from 'typeorm-transactional';\nclass A { @Transactional() async f() { this.g(); } async g() { await this.userRepository.save(1); } }", 'floating', ['awaitIt', 'this.g();', 'await this.g();']),
    bug('CLS of Sequelize', `${sequelize}Sequelize.useCLS(namespace); const User = sequelize.define('user', {});\nsequelize.transaction(async () => { setImmediate(() => User.create({})); });`, 'outlives'),
    bug('a store of its own', `import { AsyncLocalStorage } from 'node:async_hooks'; ${knex}const store = new AsyncLocalStorage();\nexport const f = () => knex.transaction((trx) => store.run(trx, () => work()));\nasync function work() { setImmediate(() => save(store.getStore(), 1)); }`, 'outlives'),

    // Escapes
    bug('kept and used afterwards', `${prisma}export async function f() { let kept; await prisma.$transaction(async (tx) => { kept = tx; }); await save(kept, 1); }`, 'stored'),
    bug('kept in a field and used afterwards', `${prisma}class A { async f() { await prisma.$transaction(async (tx) => { this.tx = tx; }); await this.tx.user.findMany(); } }`, 'stored'),
    bug('kept in a map', `${prisma}const open = new Map();\nexport const f = (id) => prisma.$transaction(async (tx) => { open.set(id, tx); });`, 'stored'),
    bug('kept in a property and used afterwards', `${prisma}export async function f() { const context = {}; await prisma.$transaction(async (tx) => { context.db = tx; }); await save(context.db, 1); }`, 'stored'),
    bug('kept in a list and used afterwards', `${prisma}export async function f() { const kept = []; await prisma.$transaction(async (tx) => { kept.push(tx); }); await save(kept[0], 1); }`, 'stored'),
    bug('a closure that is kept and called afterwards', `${prisma}export async function f() { let later; await prisma.$transaction(async (tx) => { later = () => save(tx, 1); }); await later(); }`, 'stored'),
    bug('closures that are collected and called afterwards', `${prisma}export async function f() { const jobs = []; await prisma.$transaction(async (tx) => { jobs.push(() => save(tx, 1)); }); for (const job of jobs) await job(); }`, 'stored'),
    bug('kept in a field and handed on afterwards', `${prisma}class A { async f() { await prisma.$transaction(async (tx) => { this.tx = tx; }); await save(this.tx, 1); } }`, 'stored'),
    bug('kept in a map that is a field', `${prisma}class A { private readonly open = new Map(); f(id) { return prisma.$transaction(async (tx) => { this.open.set(id, tx); await save(tx, 1); }); } }`, 'stored'),
    bug('kept in a cache', `import { LRUCache } from 'lru-cache'; const cache = new LRUCache({ max: 9 }); ${prisma}prisma.$transaction(async (tx) => { cache.set('tx', tx); });`, 'stored'),
    bug('kept in another cache', `import NodeCache from 'node-cache'; const cache = new NodeCache(); ${prisma}prisma.$transaction(async (tx) => { cache.set('tx', tx); });`, 'stored'),
    bug('a closure of a session that is disposed of', "import { MongoClient } from 'mongodb'; const client = new MongoClient('');\nexport async function f() { await using session = client.startSession(); await users.insertOne({}, { session }); setTimeout(() => users.insertOne({}, { session }), 10); }", 'outlives'),
    bug('returned', `${prisma}export const f = () => prisma.$transaction(async (tx) => tx);`, 'returned'),
    bug('returned in an object', `${prisma}export const f = () => prisma.$transaction(async (tx) => { return { tx }; });`, 'returned'),
    bug('a closure that is returned', `${prisma}export const f = () => prisma.$transaction(async (tx) => { return () => save(tx, 1); });`, 'returned'),
    bug('Express does not wait', `${sequelize}app.use((req, res, next) => sequelize.transaction(async (t) => { req.t = t; next(); }));`, 'handler'),
    bug('Express does not wait, awaited or not', `${sequelize}app.use((req, res, next) => sequelize.transaction(async (t) => { req.t = t; await next(); }));`, 'handler'),
    bug('Koa waits only if awaited', `${sequelize}app.use((ctx, next) => sequelize.transaction(async (t) => { ctx.state.t = t; next(); }));`, 'handler'),

    // Left behind
    bug('a failed Promise.all whose scope goes on', `${knex}knex.transaction(async (trx) => { try { await Promise.all([save(trx, 1), fetch('x')]); } catch (error) { console.error(error); } });`, 'leftBehind'),
    bug('a failed Promise.all that is caught in place', `${knex}knex.transaction(async (trx) => { await Promise.all([save(trx, 1), fetch('x')]).catch(console.error).catch(() => {}); await Promise.all([save(trx, 1), fetch('x')]).catch(() => {}); });`, 'leftBehind'),
    bug('the loser of a race, on a session that can be shared', "import { connect } from 'couchbase'; const cluster = await connect('');\nasync function work(s) { await s.insert(c, 'a', {}); await s.insert(c, 'b', {}); }\ncluster.transactions().run(async (s) => { await Promise.race([work(s), pause(10)]); });", 'leftBehind'),

    // Where one finding is two
    bug('in another process', `import { Queue } from 'bullmq'; const queue = new Queue('q'); ${prisma}prisma.$transaction(async (tx) => { await queue.add('x', { tx }); });`, 'cannotTravel'),
    { ...bug('emit, in strict', `import { EventEmitter } from 'node:events'; const bus = new EventEmitter(); ${prisma}prisma.$transaction(async (tx) => { bus.emit('x', { tx }); });`, 'outlives'), options: [{ events: true }] },
    ...(
      [
        ['Prisma', `${prisma}prisma.$transaction(async (tx) => { tx.user.delete({ where: {} }); });`, 'This Prisma query is built and dropped: a Prisma query that is not awaited is never sent. Await it, or return it to whoever does.'],
        ['postgres.js', "import postgres from 'postgres'; const sql = postgres(); export async function f() { sql`delete from a`; }", 'This postgres.js query is built and dropped: a query that is not awaited is never sent. Await it, or return it to whoever does.'],
        ['Kysely', "import { Kysely } from 'kysely'; const db = new Kysely({}); export async function f() { await db.deleteFrom('a').where('b', '=', 1); }", 'This Kysely query is built and dropped: a Kysely query without `execute()` is never sent. Await or return its `execute()`.'],
      ] as const
    ).map(([library, code, message]) => ({ name: `the message about a query of ${library} that never runs`, filename: 'a.ts', code, errors: [{ message, suggestions: 1 }] })),
    {
      name: 'the message',
      filename: 'a.ts',
      code: `${pg}export async function f() { const client = await pool.connect(); setImmediate(() => client.query('DELETE')); client.release(); }`,
      errors: [
        {
          message:
            "`client` (node-postgres pooled client) is used by `setImmediate`, which runs in a later turn of the event loop: this function ends the pooled client without waiting. After that, no error is raised: the query runs on a connection that may be inside another request's transaction. Instead, open a session inside the task, await the work, or enqueue it after the commit.",
          line: 2,
          column: 66,
          endLine: 2,
          endColumn: 78,
        },
      ],
    },
  ],
});
