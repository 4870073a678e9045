import parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { managed, statement, travelsAsOption } from './transaction-rows.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const tester = new RuleTester({ languageOptions: { parser } });
const rule = plugin.rules['no-outer-client-in-transaction'];

const onReceiver = managed
  .filter(({ facts, head }) => !travelsAsOption(facts) && facts.outerClient?.kind !== 'safe' && head.startsWith("import '"))
  .flatMap((opening) => {
    const outer = statement(opening.library, opening.facts, 'client');
    const own = statement(opening.library, opening.facts, 's');
    return outer === undefined || own === undefined ? [] : [{ ...opening, outer, own }];
  });

describe('every library whose session is called upon', () => {
  it('is there', () => {
    expect(new Set(onReceiver.map(({ library }) => library.id)).size).toBeGreaterThan(14);
  });
  tester.run('no-outer-client-in-transaction', rule, {
    valid: onReceiver.flatMap(({ label, head, wrap, own, outer }) => [
      { name: `${label}, on the session`, code: `${head} ${wrap(`await ${own};`)}` },
      { name: `${label}, after the callback`, code: `${head} ${wrap(`await ${own};`).replace(/;$/, '')}.then(() => ${outer});` },
      { name: `${label}, shadowed`, code: `${head} ${wrap(`await ${outer};`, 'client')}` },
      { name: `${label}, given the session`, code: `${head} ${wrap(`await ${own}; await client.lock(s, 1);`)}` },
    ]),
    invalid: onReceiver.map(({ label, head, wrap, own, outer, library }) => {
      const code = (work: string): string => `${head} ${wrap(work)}`;
      return { name: `${label}, on the client`, code: code(`await ${own}; await ${outer};`), errors: [{ messageId: 'outerClient', suggestions: suggestsSession(library.id) ? [{ messageId: 'useSession', data: { text: 's' }, output: code(`await ${own}; await ${outer.replace('client', 's')};`) }] : [] }] };
    }),
  });
});

/** Libraries whose session answers to all that is asked of the client, so that one name can stand for the other. */
function suggestsSession(id: string): boolean {
  return ['prisma', 'drizzle', 'knex', 'kysely', 'postgres-js', 'slonik', 'pg-promise', 'bun-sql', 'gel'].includes(id);
}

const prisma = (work: string, parameter = 'tx'): string => `import { prisma } from './db'; export const f = (notes) => prisma.$transaction(async (${parameter}) => { await tx_.user.create({ data: {} }); ${work} });`.replace('tx_', parameter || 'prisma');
/** Without an import of Objection: the type is Knex's, and `query()` is followed by a word of Objection's builder. */
const modelOf = (work: string): string => `import type { Knex } from 'knex'; export const f = (uow, models, id) => uow.withTransaction(async (trx: Knex.Transaction) => { ${work} await models.user().touch(trx); });`;
const use = (text: string, output: string) => [{ messageId: 'outerClient', suggestions: [{ messageId: 'useSession', data: { text }, output }] }];

describe('shapes of the receiver', () => {
  tester.run('no-outer-client-in-transaction', rule, {
    valid: [
      { name: 'best effort: its failure is caught', code: prisma('await prisma.audit.create({ data: {} }).catch((error) => console.error(error));') },
      { name: 'best effort: alone in a try whose catch goes on', code: prisma('try { await prisma.audit.create({ data: {} }); } catch { /* the audit may fail */ }') },
      { name: 'best effort, without the option', code: `import { Sequelize } from 'sequelize'; import { User, Log } from './models'; export const f = (sequelize: Sequelize) => sequelize.transaction(async (transaction) => { await User.create({}, { transaction }); await Log.bulkCreate([]).catch(() => undefined); });` },
      { name: 'shadowed by the parameter', code: prisma('await prisma.post.create({ data: {} });', 'prisma') },
      { name: 'the outer object takes the session', code: `import { prisma } from './db'; class S { async f() { await this.prisma.$transaction(async (tx) => { await this.prisma.lockRows(tx, [1]); await tx.a.update({ where: {}, data: {} }); }); } }` },
      { name: 'the session is in an object', code: prisma('const ctx = { db: tx }; await prisma.post.createFor(ctx);') },
      { name: 'this.db.update(p, client)', code: `import { Pool } from 'pg'; class S { async f(p) { await this.db.withTransaction(async (client) => { await client.query('SELECT 1'); await this.db.update(p, client); }); } }` },
      { name: 'work after the callback', code: `import { prisma } from './db'; export async function f() { await prisma.$transaction(async (tx) => { await tx.user.create({ data: {} }); }); await prisma.log.create({ data: {} }); }` },
      { name: 'work that is put off until after the commit', code: prisma('notes.push(() => prisma.log.create({ data: {} }));') },
      { name: 'work that is returned as a function', code: prisma('return () => prisma.log.create({ data: {} });') },
      { name: 'logging that nobody waits for', code: prisma('prisma.log.create({ data: {} }).catch(() => undefined);') },
      { name: 'a batch', code: `import { prisma } from './db'; export const f = () => prisma.$transaction([prisma.a.create({ data: {} }), prisma.b.create({ data: {} })]);` },
      { name: 'a sub-query of Knex', code: `import knex from 'knex'; const db = knex({}); export const f = () => db.transaction(async (trx) => { await trx('a').whereIn('id', db('b').select('id')); });` },
      { name: 'a sub-query of Drizzle', code: `import { drizzle } from 'drizzle-orm/node-postgres'; const db = drizzle(''); export const f = () => db.transaction(async (tx) => { await tx.delete(a).where(inArray(a.id, db.select().from(b))); });` },
      { name: 'a builder that only writes text', code: `import knex from 'knex'; class S { constructor() { this.knex = knex({}); } f() { return this.knex.transaction(async (trx) => { const sql = this.knex('a').update({}).toQuery(); await trx.raw(sql); await run(this.knex.raw('x').toQuery()); }); } }` },
      { name: 'a builder that is given the transaction later', code: `import knex from 'knex'; const db = knex({}); export const f = () => db.transaction(async (trx) => { const query = db('a').insert({}); await query.transacting(trx); });` },
      { name: 'transacting in the chain', code: `import knex from 'knex'; const db = knex({}); export const f = () => db.transaction(async (trx) => { await db('a').insert({}).transacting(trx); });` },
      { name: 'repo.create does no I/O', code: `import { Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class S { constructor(@InjectRepository(User) private repo: Repository<User>) {} f() { return this.repo.manager.transaction(async (m) => { const user = this.repo.create({}); await m.save(user); }); } }` },
      { name: 'a repository derived from the manager', code: `import { Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class S { constructor(@InjectRepository(User) private repo: Repository<User>) {} f() { return this.repo.manager.transaction(async (m) => { const repo = m.withRepository(this.repo); await repo.save({}); const own = this.repo.withTransaction(m); await own.save({}); }); } }` },
      { name: 'a service that is bound to the transaction', code: prisma('const service = new UserService(tx, notes); await service.save(); const queries = createQueries(tx); await queries.run();') },
      { name: 'a service made of the transaction by a promise', code: prisma('const service = await makeService(tx); await service.user.create({ data: {} });') },
      { name: 'an ambient wrapper', code: `import { prisma } from './db'; class S { f() { return this.prisma.$tx(async () => { await this.prisma.user.create({ data: {} }); }); } }` },
      { name: 'an accessor of an ambient client', code: `class S { f() { return this.prismaService.$tx(async (tx) => { await tx.user.create({ data: {} }); await this.prismaService.txClient().post.create({ data: {} }); await this.clean(); }); } async clean() { await this.prismaService.txClient().post.deleteMany({ where: {} }); } }` },
      { name: 'nestjs-cls', code: `import { Transactional } from '@nestjs-cls/transactional'; class S { @Transactional() async f() { await this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.prisma.b.create({ data: {} }); }); } }` },
      { name: 'typeorm-transactional', code: `import { Transactional } from 'typeorm-transactional'; import { Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class S { constructor(@InjectRepository(User) private repo: Repository<User>) {} @Transactional() async f() { await this.repo.save({}); } }` },
      { name: 'MikroORM resolves the outer em by context', code: `import { EntityManager } from '@mikro-orm/core'; class S { constructor(private em: EntityManager) {} f() { return this.em.transactional(async (em) => { await em.flush(); await this.em.find(User, {}); }); } }` },
      { name: 'a read replica of the settings', code: `import { prisma } from './db'; export const f = (replica) => replica.$transaction(async (tx) => { await tx.a.create({ data: {} }); await replica.b.findMany(); });`, settings: { 'db-session': { readReplicas: ['replica'] } } },
      { name: 'another client of the same library', code: `import { PrismaClient } from '@prisma/client'; const main = new PrismaClient(); const audit = new PrismaClient(); export const f = () => main.$transaction(async (tx) => { await tx.a.create({ data: {} }); await audit.b.create({ data: {} }); });` },
      { name: 'a client or a session, who knows', code: `import { Knex } from 'knex'; export const f = (db: Knex) => db.transaction(async (trx) => { await trx('a').insert({}); await other('b'); });` },
      { name: 'metadata of a home-made store', code: `import { Pool } from 'pg'; class S { f() { return this.db.withTransaction(async (db) => { const tenant = this.db.tenant(); await db.query('SELECT 1'); }); } }` },
      { name: 'a helper that opens a transaction of its own', code: `import { prisma } from './db'; class S { f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.g(tx); }); } async g(tx) { await tx.b.create({ data: {} }); } }` },
      { name: 'a helper that takes the session', code: `import { prisma } from './db'; class S { f() { return this.prisma.$transaction(async (tx) => { await this.log(tx); }); } async log(db = this.prisma) { await db.b.create({ data: {} }); } }` },
      { name: 'a helper that only reads', code: `import { prisma } from './db'; class S { f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.g(); }); } async g() { return await this.prisma.b.findMany(); } }` },
      { name: 'a workflow library', code: `import { graph } from './graph'; export const f = () => graph.transaction(async (tx) => { await tx.add(1); await graph.add(2); });` },
      { name: 'pool.query before BEGIN and after COMMIT', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await pool.query('SELECT 1'); await c.query('BEGIN'); await c.query('UPDATE a SET b = 1'); await c.query('COMMIT'); await pool.query('INSERT INTO log VALUES (1)'); c.release(); }` },
      { name: 'pool.query in the handler of the failure', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); try { await c.query('BEGIN'); await c.query('UPDATE a SET b = 1'); await c.query('COMMIT'); } catch (e) { await pool.query('INSERT INTO log VALUES (1)'); await c.query('ROLLBACK'); } finally { c.release(); } }` },
      { name: 'behind a rollback that returns', code: `import knex from 'knex'; const db = knex({}); export async function f(bad) { const trx = await db.transaction(); await trx('a').insert({}); if (bad) { await trx.rollback(); await db('log').insert({}); return; } await trx.commit(); }` },
    ],
    invalid: [
      { name: 'the opener again', code: prisma('await prisma.post.create({ data: {} });'), errors: [{ messageId: 'outerClient', line: 1, column: 138, endLine: 1, endColumn: 144, suggestions: [{ messageId: 'useSession', data: { text: 'tx' }, output: prisma('await tx.post.create({ data: {} });') }] }] },
      { name: 'this.db', code: `class S { f() { return this.db.$transaction(async (tx) => { await tx.a.create({ data: {} }); return this.db.b.findMany(); }); } }`, errors: use('tx', `class S { f() { return this.db.$transaction(async (tx) => { await tx.a.create({ data: {} }); return tx.b.findMany(); }); } }`) },
      { name: 'ctx.prisma, by way of a constant', code: `export const f = ({ ctx }) => ctx.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); const { prisma } = ctx; await prisma.b.create({ data: {} }); });`, errors: use('tx', `export const f = ({ ctx }) => ctx.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); const { prisma } = ctx; await tx.b.create({ data: {} }); });`) },
      { name: 'in a nested function that is called', code: prisma('async function go() { await prisma.post.create({ data: {} }); } await go();'), errors: use('tx', prisma('async function go() { await tx.post.create({ data: {} }); } await go();')) },
      { name: 'in Promise.all', code: prisma('await Promise.all(notes.map((note) => prisma.post.create({ data: note })));'), errors: use('tx', prisma('await Promise.all(notes.map((note) => tx.post.create({ data: note })));')) },
      { name: 'started and awaited later', code: prisma('const made = prisma.post.create({ data: {} }); await made;'), errors: use('tx', prisma('const made = tx.post.create({ data: {} }); await made;')) },
      { name: 'a name that is shadowed at the place gets no suggestion', code: prisma('for (const tx of notes) { await prisma.post.create({ data: tx }); }'), errors: [{ messageId: 'outerClient', suggestions: [] }] },
      { name: 'caught and thrown again', code: prisma("await prisma.audit.create({ data: {} }).catch((cause) => { throw new Error('audit', { cause }); });"), errors: use('tx', prisma("await tx.audit.create({ data: {} }).catch((cause) => { throw new Error('audit', { cause }); });")) },
      { name: 'in a try whose catch throws again', code: prisma('try { await prisma.audit.create({ data: {} }); } catch (error) { log(error); throw error; }'), errors: use('tx', prisma('try { await tx.audit.create({ data: {} }); } catch (error) { log(error); throw error; }')) },
      { name: 'in a try together with work of the transaction', code: prisma('try { await tx.post.create({ data: {} }); await prisma.audit.create({ data: {} }); } catch { return; }'), errors: use('tx', prisma('try { await tx.post.create({ data: {} }); await tx.audit.create({ data: {} }); } catch { return; }')) },
      { name: 'the whole transaction in a try', code: `import { prisma } from './db'; export async function f() { try { await prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await prisma.b.create({ data: {} }); }); } catch (error) { console.error(error); } }`, errors: [{ messageId: 'outerClient', suggestions: 1 }] },
      { name: 'a second transaction on the client', code: prisma('await prisma.$transaction(async (other) => { await other.a.create({ data: {} }); });'), errors: [{ message: /^`prisma` opens a second, independent transaction inside the Prisma interactive transaction: .* Do its work on `tx`, or open it after the first has ended\.$/ }] },
      { name: 'a batch on the session', code: prisma('await tx.$transaction([tx.a.create({ data: {} })]);'), errors: [{ messageId: 'nestedBatch' }] },
      { name: 'a repository beside the manager', code: `import { Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class S { constructor(@InjectRepository(User) private userRepo: Repository<User>) {} f() { return this.userRepo.manager.transaction(async (m) => { await m.save({}); await this.userRepo.save({}); }); } }`, errors: use('m.withRepository(this.userRepo)', `import { Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class S { constructor(@InjectRepository(User) private userRepo: Repository<User>) {} f() { return this.userRepo.manager.transaction(async (m) => { await m.save({}); await m.withRepository(this.userRepo).save({}); }); } }`) },
      { name: 'the data source instead of the manager', code: `import { DataSource } from 'typeorm'; export const f = (dataSource: DataSource) => dataSource.transaction(async (m) => { await m.save({}); await dataSource.getRepository(User).save({}); });`, errors: use('m', `import { DataSource } from 'typeorm'; export const f = (dataSource: DataSource) => dataSource.transaction(async (m) => { await m.save({}); await m.getRepository(User).save({}); });`) },
      { name: 'a repository between start and commit of a query runner', code: `import { DataSource, Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class S { constructor(private ds: DataSource, @InjectRepository(User) private repo: Repository<User>) {} async f() { const qr = this.ds.createQueryRunner(); await qr.startTransaction(); await qr.manager.save({}); await this.repo.save({}); await qr.commitTransaction(); await qr.release(); } }`, errors: use('qr.manager.withRepository(this.repo)', `import { DataSource, Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class S { constructor(private ds: DataSource, @InjectRepository(User) private repo: Repository<User>) {} async f() { const qr = this.ds.createQueryRunner(); await qr.startTransaction(); await qr.manager.save({}); await qr.manager.withRepository(this.repo).save({}); await qr.commitTransaction(); await qr.release(); } }`) },
      { name: 'pool.query between BEGIN and COMMIT', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await c.query('BEGIN'); await c.query('UPDATE a SET b = 1'); await pool.query('UPDATE a SET b = 2'); await c.query('COMMIT'); c.release(); }`, errors: use('c', `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await c.query('BEGIN'); await c.query('UPDATE a SET b = 1'); await c.query('UPDATE a SET b = 2'); await c.query('COMMIT'); c.release(); }`) },
      { name: 'an unmanaged transaction of Knex', code: `import knex from 'knex'; const db = knex({}); export async function f() { const trx = await db.transaction(); await trx('a').insert({}); await db('b').insert({}); await trx.commit(); }`, errors: use('trx', `import knex from 'knex'; const db = knex({}); export async function f() { const trx = await db.transaction(); await trx('a').insert({}); await trx('b').insert({}); await trx.commit(); }`) },
      { name: 'a wrapper whose argument is the client', code: `import { createPool, sql } from 'slonik'; export const f = (pool) => tracedTransaction('x', pool, async (trx) => { await trx.query(sql\`a\`); await pool.one(sql\`b\`); });`, errors: use('trx', `import { createPool, sql } from 'slonik'; export const f = (pool) => tracedTransaction('x', pool, async (trx) => { await trx.query(sql\`a\`); await trx.one(sql\`b\`); });`) },
      { name: 'a wrapper of the application and an imported client', code: `import { prisma, withTransaction } from './db'; export const f = () => withTransaction(async (tx) => { await tx.a.create({ data: {} }); await prisma.b.create({ data: {} }); });`, errors: use('tx', `import { prisma, withTransaction } from './db'; export const f = () => withTransaction(async (tx) => { await tx.a.create({ data: {} }); await tx.b.create({ data: {} }); });`) },
      { name: 'handed to a helper', code: `import { prisma } from './db'; class S { f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await resolve(this.prisma, 1); }); } }`, errors: [{ messageId: 'handed', suggestions: [{ messageId: 'useSession', data: { text: 'tx' }, output: `import { prisma } from './db'; class S { f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await resolve(tx, 1); }); } }` }] }] },
      { name: 'handed to a helper, as a property', code: prisma('await resolve({ prisma, id: 1 });'), errors: [{ messageId: 'handed', suggestions: [{ messageId: 'useSession', data: { text: 'tx' }, output: prisma('await resolve({ prisma: tx, id: 1 });') }] }] },
      { name: 'a helper of the class that writes through the client', code: `class S { f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.log(1); }); } async log(id) { await this.prisma.log.create({ data: { id } }); } }`, errors: [{ messageId: 'boundHelper' }] },
      { name: 'a read is not said to survive anything', code: prisma('await prisma.post.findMany();'), errors: [{ message: '`prisma` is not part of the Prisma interactive transaction around it: the read is on another connection: it does not see what the transaction has written, and with a full pool it waits for a connection while the transaction holds one. Use `tx` instead.', suggestions: [{ messageId: 'useSession', data: { text: 'tx' }, output: prisma('await tx.post.findMany();') }] }] },
      { name: 'said with the measured outcome', code: prisma('await prisma.post.delete({ where: {} });'), errors: [{ message: '`prisma` is not part of the Prisma interactive transaction around it: the write is on another connection: it survives the rollback, and under load the request waits for a connection until the transaction times out. Use `tx` instead.', suggestions: [{ messageId: 'useSession', data: { text: 'tx' }, output: prisma('await tx.post.delete({ where: {} });') }] }] },
    ],
  });
});

const sequelize = (work: string): string => `import { Sequelize } from 'sequelize'; import { User, Log, models } from './models'; export const f = (sequelize: Sequelize, rows, opts) => sequelize.transaction(async (transaction) => { await User.create({}, { transaction }); ${work} });`;
const mongoose = (work: string): string => `import mongoose from 'mongoose'; import { User } from './user'; export async function f(opts) { const session = await mongoose.startSession(); await session.withTransaction(async () => { await User.updateOne({}, {}, { session }); ${work} }); await session.endSession(); }`;
const mongodb = (work: string): string => `import { MongoClient } from 'mongodb'; export const f = (client: MongoClient) => client.withSession((session) => session.withTransaction(async () => { await client.db().collection('a').insertOne({}, { session }); ${work} }));`;
const objection = (work: string): string => `import { Model } from 'objection'; import { User } from './user'; export const f = () => User.transaction(async (trx) => { await User.query(trx).insert({}); ${work} });`;
const give = (messageId: string, text: string, output: string) => [{ messageId, suggestions: [{ messageId: 'giveSession', data: { text }, output }] }];

describe('calls that have to be given the session', () => {
  tester.run('no-outer-client-in-transaction', rule, {
    valid: [
      { name: 'given', code: sequelize('await User.update({}, { where: {}, transaction });') },
      { name: 'not on purpose', code: sequelize('await User.update({}, { where: {}, transaction: null });') },
      { name: 'options from elsewhere', code: sequelize('await User.update({}, opts); await User.destroy({ ...opts }); await User.create(...rows);') },
      { name: 'a lookup of what the transaction does not write', code: sequelize('await Log.findByPk(1);') },
      { name: 'build does no I/O', code: sequelize('const row = User.build({});') },
      { name: 'no model', code: sequelize('await redis.set("a", 1); await mailer.create({ to: 1 }); rows.update({});') },
      { name: 'no call is given the session: only in strict', code: `import { Sequelize } from 'sequelize'; import { User } from './models'; export const f = (sequelize: Sequelize) => sequelize.transaction(async (t) => { t.afterCommit(() => 1); await User.destroy({ where: {} }); });` },
      { name: 'mongoose: in the chain', code: mongoose('await User.findOneAndUpdate({}, {}).session(session);') },
      { name: 'mongoose: options from elsewhere', code: mongoose('await User.updateMany({}, {}, opts);') },
      { name: 'mongodb: another collection of something else', code: mongodb('await search.insertOne({});') },
      { name: 'Knex: a query() that is not shown to be Objection’s', filename: 'tests/concurrency/program/a.ts', code: modelOf('await models.user().query().where({ id });') },
      { name: 'Objection: given', code: objection('await User.query(trx).findById(1); await User.relatedQuery("pets", trx);') },
      { name: 'Objection: a sub-query', code: objection('await User.query(trx).whereIn("id", User.query().select("id"));') },
      { name: 'Sequelize with CLS', code: `import { Sequelize } from 'sequelize'; import cls from 'cls-hooked'; import { User } from './models'; export const f = (sequelize: Sequelize) => sequelize.transaction(async (transaction) => { await User.create({}, { transaction }); await User.update({}, { where: {} }); });` },
    ],
    invalid: [
      { name: 'Sequelize: the options are there', code: sequelize('await User.update({}, { where: {} });'), errors: give('missingOption', '{ transaction }', sequelize('await User.update({}, { where: {}, transaction });')) },
      { name: 'Sequelize: the options are not there', code: sequelize('await User.create({});'), errors: give('missingOption', '{ transaction }', sequelize('await User.create({}, { transaction });')) },
      { name: 'Sequelize: a row that was loaded', code: sequelize('const user = await User.findOne({ where: {}, transaction }); await user.save();'), errors: give('missingOption', '{ transaction }', sequelize('const user = await User.findOne({ where: {}, transaction }); await user.save({ transaction });')) },
      { name: 'Sequelize: another model', code: sequelize('await Log.bulkCreate([]);'), errors: give('missingOption', '{ transaction }', sequelize('await Log.bulkCreate([], { transaction });')) },
      { name: 'Sequelize: reads what it has written', code: sequelize('await User.findAll({ where: {} });'), errors: give('missingOption', '{ transaction }', sequelize('await User.findAll({ where: {}, transaction });')) },
      { name: 'Sequelize: a lock on another connection', code: sequelize('await Log.findAll({ where: {}, lock: true });'), errors: give('missingOption', '{ transaction }', sequelize('await Log.findAll({ where: {}, lock: true, transaction });')) },
      { name: 'Sequelize: SQL text', code: sequelize('await sequelize.query("DELETE FROM a");'), errors: give('missingOption', '{ transaction }', sequelize('await sequelize.query("DELETE FROM a", { transaction });')) },
      { name: 'Sequelize: too far to the left', code: sequelize('await Log.update({ a: 1 });').replace('Log.update({ a: 1 })', 'User.update({ a: 1 })'), errors: give('missingOption', '{ transaction }', sequelize('await User.update({ a: 1 }, { transaction });')) },
      { name: 'strict: a lookup', code: sequelize('await Log.findByPk(1);'), options: [{ everyCall: true }], errors: give('missingOption', '{ transaction }', sequelize('await Log.findByPk(1, { transaction });')) },
      { name: 'mongoose', code: mongoose('await User.findByIdAndUpdate(1, {});'), errors: give('missingOption', '{ session }', mongoose('await User.findByIdAndUpdate(1, {}, { session });')) },
      { name: 'mongodb', code: mongodb("await client.db().collection('a').updateOne({}, {});"), errors: give('missingOption', '{ session }', mongodb("await client.db().collection('a').updateOne({}, {}, { session });")) },
      { name: 'Objection', code: objection('await User.query().insert({});'), errors: give('missingArgument', 'query(trx)', objection('await User.query(trx).insert({});')) },
      { name: 'Objection: a write is said to survive', code: objection('await User.query().insert({ name });'), errors: [{ message: '`query` is not given `trx` inside the Objection transaction: without the transaction the query is on another connection and survives the rollback; with a full pool it fails with "Timeout acquiring a connection". Pass `trx` as its first argument.', suggestions: 1 }] },
      { name: 'Objection: what may be a read is not', code: objection('await User.query().findById(1).withGraphFetched("pets");'), errors: [{ message: '`query` is not given `trx` inside the Objection transaction: the statement is on another connection: what it writes survives the rollback, and what the transaction has written it does not see. Pass `trx` as its first argument.', suggestions: 1 }] },
      { name: 'Objection: the place among the arguments', code: objection('await User.relatedQuery("pets").for(1).delete();'), errors: [{ message: /^`relatedQuery` is not given `trx` .* Pass `trx` as its second argument\.$/, suggestions: 1 }] },
      { name: 'Objection by its own words', code: modelOf('await models.user().query().findById(id).delete();'), errors: give('missingArgument', 'query(trx)', modelOf('await models.user().query(trx).findById(id).delete();')) },
      { name: 'Objection: related', code: objection('await User.relatedQuery("pets").for(1).delete();'), errors: give('missingArgument', 'relatedQuery(…, trx)', objection('await User.relatedQuery("pets", trx).for(1).delete();')) },
    ],
  });
});
