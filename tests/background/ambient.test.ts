import { describe, expect, it } from 'vitest';
import { findings } from './lint.js';

const typeorm = "import { Transactional, Propagation, runInTransaction, wrapInTransaction, runOnTransactionCommit, runOnTransactionRollback, runOnTransactionComplete } from 'typeorm-transactional'; import { DataSource } from 'typeorm'; const source = new DataSource({});\n";
const cls = "import { Transactional, TransactionHost, InjectTransaction } from '@nestjs-cls/transactional';\n";
const sequelize = "import { Sequelize } from 'sequelize'; const sequelize = new Sequelize(''); Sequelize.useCLS(namespace); const User = sequelize.define('user', {});\n";
const sequelize7 = "import { Sequelize } from '@sequelize/core'; const sequelize = new Sequelize(''); const User = sequelize.define('user', {});\n";
const mongoose = "import mongoose from 'mongoose'; mongoose.set('transactionAsyncLocalStorage', true); const User = mongoose.model('User', schema);\n";
const store = "import { AsyncLocalStorage } from 'node:async_hooks'; import makeKnex from 'knex'; const knex = makeKnex({}); const store = new AsyncLocalStorage(); async function save(trx, x) { await trx('a').insert(x); }\n";
const effect = "import { Effect } from 'effect'; import type { SqlClient } from '@effect/sql';\n";
const orm = "import { MikroORM, RequestContext } from '@mikro-orm/core'; const orm = await MikroORM.init({});\n";
const em = "import { EntityManager, EntityRepository, Transactional, CreateRequestContext, EnsureRequestContext } from '@mikro-orm/core';\n";
const method = (body: string, more = '', decorator = '@Transactional()') => `class A { constructor(private readonly em: EntityManager, private readonly users: EntityRepository<User>, private readonly host: TransactionHost) {} ${decorator} async f(res) { ${body} } ${more} }`;
const transactional = (body: string, more = '') => `class A { constructor(private readonly em: EntityManager, private readonly users: EntityRepository<User>) {} async f() { await this.em.transactional(async (tx) => { tx.persist(user); ${body} }); } ${more} }`;

/** Work that inherits the scope and is there when it is over. */
const late: Readonly<Record<string, readonly [code: string, messageId: 'outlives' | 'floating']>> = {
  'typeorm-transactional: a timer': [typeorm + method('setTimeout(() => this.userRepository.save(1), 10);'), 'outlives'],
  'typeorm-transactional: a timer in a callback of runInTransaction': [`${typeorm}await runInTransaction(async () => { setImmediate(() => source.manager.save({})); });`, 'outlives'],
  'typeorm-transactional: a timer in a wrapped function': [`${typeorm}export const f = wrapInTransaction(async () => { setImmediate(() => source.manager.save({})); });`, 'outlives'],
  'typeorm-transactional: a floating method': [typeorm + method('this.g();', 'async g() { await this.userRepository.save(1); }'), 'floating'],
  'typeorm-transactional: two steps away': [typeorm + method('setTimeout(() => this.g(), 10);', 'async g() { await this.h(); } async h() { await this.userRepository.save(1); }'), 'outlives'],
  'typeorm-transactional: a queue that nobody awaits': [`import PQueue from 'p-queue'; const queue = new PQueue();\n${typeorm}${method('queue.add(() => this.userRepository.save(1));')}`, 'outlives'],
  '@nestjs-cls/transactional: a timer': [cls + method('setTimeout(() => this.userRepository.save(1), 10);'), 'outlives'],
  '@nestjs-cls/transactional: the transaction of the host': [cls + method('setTimeout(() => this.host.tx.user.create({}).then(log), 10);'), 'outlives'],
  '@nestjs-cls/transactional: the transaction of the host, kept': [cls + method('const tx = this.host.tx; setTimeout(() => tx.user.create({}).then(log), 10);'), 'outlives'],
  '@nestjs-cls/transactional: in withTransaction': [cls + method('await this.host.withTransaction(async () => { setTimeout(() => this.host.tx.user.create({}).then(log), 10); });', '', ''), 'outlives'],
  'Sequelize with CLS': [`${sequelize}sequelize.transaction(async () => { setImmediate(() => User.create({})); });`, 'outlives'],
  'Sequelize 7': [`${sequelize7}sequelize.transaction(async () => { setImmediate(() => User.create({})); });`, 'outlives'],
  'Mongoose with its AsyncLocalStorage': [`${mongoose}mongoose.connection.transaction(async () => { setTimeout(() => User.create({}), 10); });`, 'outlives'],
  'a store of the file': [`${store}export const f = () => knex.transaction((trx) => store.run(trx, () => work()));\nasync function work() { setImmediate(() => save(store.getStore(), 1)); }`, 'outlives'],
  'Effect: a detached fiber': [`${effect}export const f = (sql: SqlClient) => sql.withTransaction(Effect.gen(function* () { yield* Effect.forkDaemon(sql\`DELETE FROM a\`); }));`, 'outlives'],
  'Effect: a detached fiber at the end of a pipe': [`${effect}export const f = (sql: SqlClient) => sql.withTransaction(Effect.gen(function* () { yield* sql\`DELETE FROM a\`.pipe(Effect.forkDetach); }));`, 'outlives'],
  'MikroORM: the global entity manager': [`${orm}await orm.em.transactional(async (tx) => { tx.persist(user); setTimeout(() => orm.em.find(User, {}), 10); });`, 'outlives'],
  'MikroORM: the global entity manager in a request context of its own': [`${orm}await orm.em.transactional(async (tx) => { tx.persist(user); setTimeout(() => RequestContext.create(orm.em, () => orm.em.find(User, {})), 10); });`, 'outlives'],
  'MikroORM: the entity manager of the request': [`${orm}await orm.em.transactional(async (tx) => { tx.persist(user); setTimeout(() => RequestContext.getEntityManager().find(User, {}), 10); });`, 'outlives'],
  'MikroORM: a transaction of its own, which is nested in the one that is over': [`${orm}await orm.em.transactional(async (tx) => { tx.persist(user); setTimeout(() => orm.em.transactional(async (own) => { await own.find(User, {}); }), 10); });`, 'outlives'],
  'MikroORM: a transaction of a fork, and the global entity manager': [`${orm}await orm.em.fork().transactional(async (tx) => { tx.persist(user); setTimeout(() => orm.em.find(User, {}), 10); });`, 'outlives'],
  'MikroORM: an injected entity manager': [em + transactional('setTimeout(() => this.em.find(User, {}), 10);'), 'outlives'],
  'MikroORM: an injected repository': [em + transactional('setTimeout(() => this.users.find({}), 10);'), 'outlives'],
  'MikroORM: a method that a timer calls': [em + transactional('setTimeout(() => this.g(), 10);', 'async g() { await this.em.flush(); }'), 'outlives'],
  'MikroORM: a floating method': [em + transactional('this.g();', 'async g() { await this.em.find(User, {}); await this.em.flush(); }'), 'floating'],
  'MikroORM: a decorated method': [em + method('setTimeout(() => this.em.find(User, {}), 10);'), 'outlives'],
};

/** Work that is outside the scope, has its own, or is awaited. */
const inTime: Readonly<Record<string, string>> = {
  'a listener runs in the context of the emitter': `import { EventEmitter } from 'node:events'; const bus = new EventEmitter();\n${typeorm}${method("bus.on('x', () => this.userRepository.save(1));")}`,
  'a listener of the response': typeorm + method("res.on('finish', () => this.userRepository.save(1));"),
  'a hook of the server': typeorm + method("app.addHook('onResponse', () => this.userRepository.save(1));"),
  'a job that a scheduler runs': `import { Agenda } from 'agenda'; const agenda = new Agenda();\n${typeorm}${method("agenda.define('x', () => this.userRepository.save(1));")}`,
  'typeorm-transactional: a method with a transaction of its own': typeorm + method('setTimeout(() => this.g(), 10); void this.g();', '@Transactional({ propagation: Propagation.REQUIRES_NEW }) async g() { await this.userRepository.save(1); }'),
  'typeorm-transactional: a function with a transaction of its own': typeorm + method('setTimeout(() => runInTransaction(async () => { await source.manager.save({}); }), 10);'),
  'typeorm-transactional: a transaction of the data source': typeorm + method('setTimeout(() => source.transaction(async (m) => { await m.save({}); }), 10);'),
  'typeorm-transactional: a query runner of its own': typeorm + method("setTimeout(async () => { const runner = source.createQueryRunner(); try { await runner.query('x'); } finally { await runner.release(); } }, 10);"),
  'typeorm-transactional: hooks that run after the end': typeorm + method('await this.userRepository.save(1); runOnTransactionCommit(() => { void this.g(); }); runOnTransactionRollback(async () => { await this.g(); }); runOnTransactionComplete(() => { setTimeout(() => this.g(), 10); });', 'async g() { await this.userRepository.save(1); }'),
  'typeorm-transactional: an entity that is only made': typeorm + method('setTimeout(() => log(this.userRepository.create({})), 10);'),
  'typeorm-transactional: awaited': typeorm + method('await this.g(); await new Promise((r) => setTimeout(r, 10));', 'async g() { await this.userRepository.save(1); }'),
  'typeorm-transactional: work that uses no database': typeorm + method('setTimeout(() => this.mailer.send(1), 10); void this.mailer.send(1);'),
  'a decorator of another package': `import { Transactional } from './own';\nimport { DataSource } from 'typeorm';\n${method('setTimeout(() => this.userRepository.save(1), 10);')}`,
  '@nestjs-cls/transactional: outside on purpose': cls + method('setImmediate(() => this.host.withoutTransaction(() => this.userRepository.save(1))); setImmediate(() => this.host.withoutTransaction(() => this.host.tx.user.create({}).then(log))); void this.host.withoutTransaction(() => this.userRepository.save(1));'),
  '@nestjs-cls/transactional: the host without a scope': cls + method('setTimeout(() => this.host.tx.user.create({}).then(log), 10);', '', ''),
  'Sequelize with CLS: a transaction of its own': `${sequelize}sequelize.transaction(async () => { setImmediate(() => sequelize.transaction(async () => { await User.create({}); })); });`,
  'Sequelize with CLS: after the commit': `${sequelize}sequelize.transaction(async (t) => { t.afterCommit(() => { void User.create({}); }); await User.create({}); });`,
  'Sequelize without CLS': "import { Sequelize } from 'sequelize'; const sequelize = new Sequelize(''); const User = sequelize.define('user', {});\nsequelize.transaction(async (t) => { setImmediate(() => User.create({})); await User.create({}, { transaction: t }); });",
  'Mongoose without its AsyncLocalStorage': "import mongoose from 'mongoose'; const User = mongoose.model('User', schema);\nmongoose.connection.transaction(async (session) => { setTimeout(() => User.create({}), 10); await User.create([{}], { session }); });",
  'a store that is left': `${store}export const f = () => knex.transaction((trx) => store.run(trx, () => work()));\nasync function work() { store.exit(() => { setImmediate(() => save(store.getStore() ?? knex, 1)); }); await save(store.getStore(), 1); }`,
  'Effect: a fiber that is joined': `${effect}export const f = (sql: SqlClient) => sql.withTransaction(Effect.gen(function* () { const fiber = yield* Effect.fork(sql\`DELETE FROM a\`); yield* Fiber.join(fiber); }));`,
  'MikroORM: a request context holds no connection': `${orm}app.use((req, res, next) => { RequestContext.create(orm.em, next); });\napp.post('/', (req, res) => { setTimeout(() => orm.em.find(User, {}), 10); setImmediate(async () => { await orm.em.persistAndFlush(user); }); res.end(); });`,
  'MikroORM: in the callback of a request context': `${orm}await RequestContext.create(orm.em, async () => { setTimeout(() => orm.em.find(User, {}), 10); await orm.em.flush(); });`,
  'MikroORM: a request context that is entered': `${orm}app.use(() => { RequestContext.enter(orm.em); setTimeout(() => orm.em.find(User, {}), 10); });`,
  'MikroORM: @CreateRequestContext': em + method('setTimeout(() => this.em.find(User, {}), 10);', '', '@CreateRequestContext()'),
  'MikroORM: @EnsureRequestContext': em + method('setTimeout(() => this.em.find(User, {}), 10);', '', '@EnsureRequestContext()'),
  'MikroORM: a method with a request context of its own': em + transactional('setTimeout(() => this.g(), 10);', '@CreateRequestContext() async g() { await this.em.find(User, {}); }'),
  'MikroORM: a fork': `${orm}await orm.em.transactional(async (tx) => { tx.persist(user); setTimeout(() => orm.em.fork().find(User, {}), 10); setTimeout(async () => { const own = orm.em.fork(); await own.find(User, {}); }, 10); setTimeout(() => orm.em.fork().transactional(async (own) => { await own.find(User, {}); }), 10); });`,
  'MikroORM: a fork in an injected field': em + transactional('setTimeout(() => this.em.fork().find(User, {}), 10);'),
  'MikroORM: a fork that is not redirected': `${orm}export async function f() { const own = orm.em.fork(); await own.transactional(async (tx) => { tx.persist(user); setTimeout(() => own.find(User, {}), 10); }); }`,
  'MikroORM: an entity manager that the caller may have forked': `${em}export async function f(own: EntityManager) { await own.transactional(async (tx) => { tx.persist(user); setTimeout(() => own.find(User, {}), 10); }); }`,
  'MikroORM: what does no I/O': em + transactional('setTimeout(() => this.em.clear(), 10);'),
  'MikroORM: outside the transaction': em + transactional('', 'g() { setTimeout(() => this.em.find(User, {}), 10); }'),
};

describe('work that inherits an ambient session', () => {
  it.each(Object.entries(late))('%s', (_, [code, messageId]) => {
    expect(findings(code).map((found) => found.split(' ')[1])).toEqual([messageId]);
  });
});

describe('work that does not, or has a session of its own', () => {
  it.each(Object.entries(inTime))('%s', (_, code) => {
    expect(findings(code)).toEqual([]);
  });
});
