/** What a naive rule reports wrongly: every one of these is fine, or unknown. */
import type { Table } from '../case.js';

export const lookAlikes: Table = {
  about: 'look-alikes',
  checked: false,
  prelude: `declare const ids: number[];`,
  cases: [
    {
      title: 'a blockchain transaction',
      code: `import { ethers } from 'ethers';
export async function send(signer: ethers.Signer, txs: ethers.TransactionRequest[]) {
  const sent = await Promise.all(txs.map((tx) => signer.sendTransaction(tx)));
  await Promise.all(sent.map((tx) => tx.wait()));
}`,
      why: 'no database',
    },
    {
      title: 'one blockchain transaction in several branches',
      code: `import { Transaction } from '@solana/web3.js';
export async function sign(tx: Transaction, signers: Signer[]) {
  await Promise.all(signers.map((signer) => signer.sign(tx)));
  await Promise.all([tx.partialSign(a), tx.addSignature(b)]);
}`,
      why: 'a type of that name from a package that is no database',
    },
    {
      title: 'a bank’s transaction beside a database',
      code: `import { prisma } from './db';
import type { Transaction } from './ledger';
export async function notify(transaction: Transaction) {
  await Promise.all([mail(transaction), push(transaction), prisma.audit.create({ data: { id: transaction.id } })]);
}`,
      why: 'a domain word',
    },
    {
      title: 'monitoring transactions',
      code: `import * as Sentry from '@sentry/node';
const transaction = Sentry.startTransaction({ name: 'job' });
await Promise.all([transaction.startChild({ op: 'a' }), transaction.startChild({ op: 'b' })]);`,
      why: 'no database',
    },
    {
      title: 'an editor’s transactions',
      code: `import { EditorState } from 'prosemirror-state';
export const apply = (state: EditorState, tr: Transaction) => Promise.all([upload(tr.doc), store(tr.insertText('a'))]);`,
      why: 'no database',
    },
    {
      title: 'IndexedDB',
      code: `import { openDB } from 'idb';
const db = await openDB('a');
const tx = db.transaction('store', 'readwrite');
await Promise.all([tx.store.put('a', 'b'), tx.store.put('c', 'd'), tx.done]);`,
      why: 'made for it',
    },
    {
      title: 'a login session',
      code: `import { getServerSession } from 'next-auth';
import { prisma } from './db';
export async function page() {
  const session = await getServerSession();
  const [a, b] = await Promise.all([prisma.user.findMany({ where: { id: session.user.id } }), load(session)]);
  return [a, b];
}`,
      why: 'a session of another kind, and the root client',
    },
    {
      title: 'express-session',
      code: `import { pool } from './db';
export async function handler(req: Request) {
  await Promise.all([pool.query('SELECT 1', [req.session.id]), req.session.save(), req.session.touch()]);
}`,
      why: 'a session of another kind',
    },
    {
      title: 'an API client',
      code: `import { Client } from '@notionhq/client';
const client = new Client();
await Promise.all([client.pages.create({}), client.query('a')]);`,
      why: 'a client of another kind',
    },
    {
      title: 'connections of Relay, Kafka and Redis',
      code: `import { Kafka } from 'kafkajs';
const producer = new Kafka({}).producer();
const connection = await producer.connect();
await Promise.all(ids.map((id) => producer.send({ topic: 'a', messages: [{ value: String(id) }] })));
await Promise.all([connection.a(), connection.b()]);`,
      why: 'connections of another kind',
    },
    {
      title: 'translations',
      code: `import { useTranslation } from 'react-i18next';
export async function labels() {
  const { t } = useTranslation();
  return Promise.all([load(t('a')), load(t('b'))]);
}`,
      why: 't is a function that translates',
    },
    {
      title: 'a parameter called tx in a file without a database',
      code: `export async function run(tx: Runner) { await Promise.all([tx.a(), tx.b()]); }`,
      why: 'names alone are no evidence',
    },
    {
      title: 'a union fed with the root client',
      code: `import { Prisma, PrismaClient } from '@prisma/client';
type Db = PrismaClient | Prisma.TransactionClient;
export async function save(db: Db) {
  await Promise.all(ids.map((id) => db.user.delete({ where: { id } })));
}`,
      why: 'the caller decides',
    },
    {
      title: 'an imported union',
      code: `import type { PrismaClientOrTransaction } from './db';
import { prisma } from './db';
export async function save(ids: number[], tx: PrismaClientOrTransaction = prisma) {
  await Promise.all(ids.map((id) => tx.user.delete({ where: { id } })));
}`,
      why: 'the caller decides',
    },
    {
      title: 'a default of the root client',
      code: `import { db } from './db';
import type { Tx } from './types';
import { users } from './schema';
export async function save(tx: Tx = db) {
  await Promise.all([tx.insert(users).values({ id: 1 }), tx.insert(users).values({ id: 2 })]);
}`,
      why: 'the caller decides',
    },
    {
      title: 'each branch opens its own: RequestContext',
      code: `import { MikroORM, RequestContext } from '@mikro-orm/core';
const orm = await MikroORM.init();
await Promise.all(ids.map((id) => RequestContext.create(orm.em, async () => { await handle(id); })));`,
      why: 'a context for each branch',
    },
    {
      title: 'each branch opens its own: driver.session()',
      code: `import neo4j from 'neo4j-driver';
const driver = neo4j.driver('neo4j://localhost');
await Promise.all(ids.map((id) => driver.session().executeWrite((tx) => tx.run('CREATE (:A {id: $id})', { id }))));`,
      why: 'a session for each branch',
    },
    {
      title: 'each branch forks inside of a transaction',
      code: `import { MikroORM } from '@mikro-orm/core';
const orm = await MikroORM.init();
await orm.em.transactional(async (em) => {
  await Promise.all(ids.map(async (id) => { const own = em.fork({ clear: true }); own.create(User, { id }); await own.flush(); }));
});`,
      why: 'a manager for each branch',
    },
    {
      title: 'the batch form, with SET LOCAL',
      code: `import { prisma } from './db';
await prisma.$transaction([prisma.$executeRaw\`SET LOCAL role app\`, prisma.user.findMany({}), prisma.user.create({ data: {} })]);`,
      why: 'one after another on one connection',
    },
    {
      title: 'db.batch of Drizzle',
      code: `import { drizzle } from 'drizzle-orm/d1';
export const save = (env: { DB: D1Database }) => {
  const db = drizzle(env.DB);
  return db.batch([db.insert(users).values({ id: 1 }), db.update(users).set({ n: 1 })]);
};`,
      why: 'one batch',
    },
    {
      title: 'metadata reads',
      code: `import knex from 'knex';
declare function log(entry: object): Promise<void>;
export const save = (db: ReturnType<typeof knex>) => db.transaction(async (trx) => {
  await Promise.all([log({ tenant: trx.tenant() }), trx('a').insert({ n: 1 })]);
});`,
      why: 'a plain value in an object: only one branch sends something',
    },
    {
      title: 'a zero-parameter callback of a wrapper',
      code: `import { prisma } from './db';
import { withTransaction } from './transaction';
await withTransaction(async () => {
  await Promise.all([prisma.user.create({ data: {} }), prisma.post.create({ data: {} })]);
});`,
      why: 'an ambient transaction perhaps, but the file does not show it',
    },
    {
      title: 'the outer client',
      code: `import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
await prisma.$transaction(async (tx) => {
  await tx.user.create({ data: {} });
  await Promise.all([prisma.user.findMany(), prisma.post.findMany()]);
});`,
      why: 'another law: not on the session at all',
    },
    {
      title: 'a domain verb in front of Transaction',
      code: `import { db } from './db';
import { subscribeTransaction, resolveTransactionCursor } from './wallet';
await subscribeTransaction(async (tx) => { await Promise.all([tx.confirm(), tx.notify()]); });
await resolveTransactionCursor(async (cursor) => { await Promise.all([cursor.a(), cursor.b()]); });`,
      why: 'no wrapper of a database transaction',
    },
    {
      title: 'session.withTransaction of another library',
      code: `import { session } from './workflow';
await session.withTransaction(async (step) => { await Promise.all([step.a(), step.b()]); });`,
      why: 'no evidence of a database',
    },
    {
      title: 'MikroORM’s context-resolved manager',
      code: `import { EntityManager } from '@mikro-orm/core';
export class Users {
  constructor(private readonly em: EntityManager) {}
  async load() { return Promise.all([this.em.find(User, {}), this.em.count(Post)]); }
}`,
      why: 'outside of a transaction reads take connections of the pool',
    },
    {
      title: 'an array of ids is mapped to objects',
      code: `import { Pool } from 'pg';
const client = await new Pool().connect();
await client.query('BEGIN');
const rows = await Promise.all(ids.map(async (id) => ({ id, url: await sign(id) })));
await client.query('INSERT INTO a SELECT * FROM json_populate_recordset(null::a, $1)', [JSON.stringify(rows)]);
await client.query('COMMIT');
client.release();`,
      why: 'the branches do not use the session',
    },
    {
      title: 'a helper that is named parallel, and is not',
      code: `import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
async function parallel(tasks: (() => Promise<unknown>)[]) { for (const task of tasks) await task(); }
await prisma.$transaction(async (tx) => {
  await parallel([() => tx.user.create({ data: {} }), () => tx.post.create({ data: {} })]);
});`,
      why: 'what it does counts',
    },
    {
      title: 'union of two databases, unknown options',
      code: `import { Model, Sequelize } from 'sequelize';
class User extends Model {}
export async function save(options: Record<string, unknown>) {
  await Promise.all([User.create({}, { ...options }), User.create({}, { ...options })]);
}`,
      why: 'a spread of unknown options is unknown',
    },
  ],
};

/** The other way round: what a naive rule does not see. */
export const overlooked: Table = {
  about: 'overlooked',
  checked: false,
  prelude: `declare const ids: number[];`,
  cases: [
    {
      title: 'a helper that is named series, and is parallel',
      code: `import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
async function series(tasks: (() => Promise<unknown>)[]) { await Promise.all(tasks.map((task) => task())); }
await prisma.$transaction(async (tx) => {
  await «series»([() => tx.user.create({ data: {} }), () => tx.post.create({ data: {} })]);
});`,
      expect: 'losesWrites',
      why: 'what it does counts',
    },
    {
      title: 'a wrapper of the project: $tx',
      code: `import { $tx } from './prisma';
await $tx(async (prisma) => {
  await «Promise.all»([prisma.user.create({ data: {} }), prisma.post.create({ data: {} })]);
});`,
      expect: 'losesWrites',
      why: 'named like one, and its parameter answers to Prisma’s calls',
    },
    {
      title: 'a wrapper whose callback has the session second',
      code: `import { withTransaction } from './db';
await withTransaction(ctx, async (ctx, tx) => {
  await «Promise.all»([tx.user.create({ data: {} }), tx.post.create({ data: {} })]);
});`,
      expect: 'losesWrites',
      why: 'as above',
    },
    {
      title: 'an untyped parameter called tx',
      extension: 'js',
      prelude: false,
      code: `export async function save(tx, rows) {
  await «Promise.all»(rows.map((row) => tx.user.upsert({ where: { id: row.id }, create: row, update: row })));
}`,
      expect: 'losesWrites',
      why: 'the name and the calls of one library together',
    },
    {
      title: 'sequelize’s options in plain JavaScript',
      extension: 'js',
      prelude: false,
      code: `const { User, Post, sequelize } = require('../models');
exports.save = async (req, res) => {
  const t = await sequelize.transaction();
  try {
    await «Promise.all»([User.create(req.body, { transaction: t }), Post.destroy({ where: {}, transaction: t })]);
    await t.commit();
  } catch (error) {
    await t.rollback();
    throw error;
  }
  res.end();
};`,
      expect: 'rejects',
      why: 'sequelize.transaction and the option show it',
    },
    {
      title: 'a chained query runner that is never bound',
      code: `import { DataSource } from 'typeorm';
export async function save(dataSource: DataSource) {
  const users = dataSource.createQueryRunner('master').manager.getRepository(User);
  await «Promise.all»([users.save({ id: 1 }), users.save({ id: 2 })]);
}`,
      expect: 'losesWrites',
      why: 'one runner, one connection, and one transaction of which the first save is the owner',
    },
    {
      title: 'an optional chain and a non-null assertion',
      code: `import { Model, Sequelize } from 'sequelize';
class User extends Model {}
export async function save() {
  const t = await User.sequelize!.transaction();
  const u = await User.sequelize?.transaction();
  await «Promise.all»(ids.map((id) => User.destroy({ where: { id }, transaction: t })));
  await «Promise.all»(ids.map((id) => User.destroy({ where: { id }, transaction: u })));
  await t.commit();
}`,
      expect: ['rejects', 'rejects'],
      why: 'User.sequelize is the client',
    },
    {
      title: 'from the context or begun here',
      code: `import mongoose from 'mongoose';
const User = mongoose.model('User', schema);
export async function save(ctx: { session?: mongoose.ClientSession }) {
  const session = ctx.session ?? (await mongoose.startSession());
  session.startTransaction();
  await «Promise.all»(ids.map((id) => User.deleteOne({ id }, { session })));
}`,
      expect: 'undefinedBehaviour',
      why: 'a session either way',
    },
    {
      title: 'ctx.state',
      code: `import { User } from './models';
import { Sequelize } from 'sequelize';
export async function handler(ctx) {
  const { transaction } = ctx.state;
  await «Promise.all»([User.create({}, { transaction }), User.update({}, { where: {}, transaction })]);
}`,
      expect: 'rejects',
      why: 'it travels as Sequelize’s transaction, wherever it comes from',
    },
    {
      title: 'options.transaction',
      code: `import { Model } from 'sequelize';
class User extends Model {}
export async function save(options) {
  await «Promise.all»(ids.map((id) => User.update({}, { where: { id }, transaction: options.transaction })));
}`,
      expect: 'rejects',
      why: 'it travels as Sequelize’s transaction',
    },
    {
      title: 'a transaction provider',
      code: `import knex from 'knex';
const db = knex({ client: 'pg' });
const provider = db.transactionProvider();
const trx = await provider();
await «Promise.all»([trx('a').insert({ n: 1 }), trx('b').insert({ n: 1 })]);`,
      expect: 'rejects',
      why: 'calling the provider gives the session',
    },
    {
      title: 'a DataLoader’s batch',
      code: `import DataLoader from 'dataloader';
import type { PoolClient } from 'pg';
export const loaders = (client: PoolClient) => new DataLoader(async (ids: readonly number[]) => «Promise.all»(ids.map((id) => client.query('UPDATE a SET n = n + 1 WHERE id = $1 RETURNING *', [id]))));`,
      expect: 'escapesRollback',
      why: 'the batch function starts one query per key',
    },
    {
      title: 'a context of tRPC with a typed session',
      code: `import type { Prisma } from '@prisma/client';
interface Context { readonly tx: Prisma.TransactionClient }
export const save = async ({ ctx }: { ctx: Context }) => {
  await «Promise.all»([ctx.tx.user.create({ data: {} }), ctx.tx.post.create({ data: {} })]);
};`,
      expect: 'losesWrites',
      why: 'the type of the context says what it holds',
    },
    {
      title: 'a resolver’s context with a client',
      code: `import type { PoolClient } from 'pg';
type Context = { client: PoolClient };
export const resolvers = {
  Mutation: {
    async save(_: unknown, args: { ids: number[] }, context: Context) {
      await «Promise.all»(args.ids.map((id) => context.client.query('DELETE FROM a WHERE id = $1', [id])));
    },
  },
};`,
      expect: 'escapesRollback',
      why: 'the type of the context says what it holds',
    },
    {
      title: 'closures that are declared before the transaction',
      code: `import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
await prisma.$transaction(async (trx) => {
  function insert(id) { return trx.user.create({ data: { id } }); }
  async function update(id) { await trx.user.update({ where: { id }, data: {} }); }
  await «Promise.all»([...ids.map(insert), ...ids.map(update)]);
});`,
      expect: 'losesWrites',
      why: 'functions passed by name close over the session',
    },
    {
      title: 'work handed to a pool of workers of the project',
      code: `import { PrismaClient } from '@prisma/client';
import { runInBatches } from './batches';
const prisma = new PrismaClient();
await prisma.$transaction(async (tx) => {
  await runInBatches(ids, (id) => tx.user.create({ data: { id } }));
});`,
      why: 'what it does with them stands elsewhere: unknown is silent',
    },
  ],
};
