import { compilesAsSuggested } from './compiled.js';

const pg = "import { Pool, type PoolClient } from 'pg'; const pool = new Pool(); async function save(client: PoolClient, x: number): Promise<void> { await client.query('INSERT INTO a VALUES ($1)', [x]); }\n";
const inTransaction = (body: string) => `${pg}export async function f(xs: number[], ok: boolean) { const c = await pool.connect(); try { await c.query('BEGIN'); ${body} await c.query('COMMIT'); } finally { c.release(); } return [xs, ok]; }`;
const knex = "import makeKnex, { type Knex } from 'knex'; const knex = makeKnex({}); async function save(trx: Knex.Transaction, x: number): Promise<void> { await trx('a').insert({ x }); }\n";
const kysely = "import { Kysely, PostgresDialect } from 'kysely'; import { Pool } from 'pg'; const db = new Kysely<{ a: { id: number } }>({ dialect: new PostgresDialect({ pool: new Pool() }) });\n";

/** Each kind of what floats, and what becomes of it. */
const kinds: Parameters<typeof compilesAsSuggested>[0] = {
  'a bare call': { code: inTransaction('save(c, 1);'), becomes: ' await save(c, 1);' },
  'a voided call': { code: inTransaction('void save(c, 1);'), becomes: ' await save(c, 1);' },
  'a voided call in parentheses': { code: inTransaction('void (save(c, 1));'), becomes: 'await (save(c, 1));' },
  'a call whose failure is caught': { code: inTransaction('save(c, 1).catch(console.error);'), becomes: ' await save(c, 1).catch(console.error);' },
  'a function that is called in place': { code: inTransaction('(async () => { await save(c, 1); })();'), becomes: ' await (async () => { await save(c, 1); })();' },
  'a join': { code: inTransaction('Promise.all([save(c, 1), fetch("x")]);'), becomes: ' await Promise.all(' },
  'a branch of a condition': { code: inTransaction('if (ok) save(c, 1);'), becomes: 'if (ok) await save(c, 1);' },
  'a case of a switch': { code: inTransaction('switch (xs.length) { case 1: save(c, 1); }'), becomes: 'case 1: await save(c, 1);' },
  'a promise in a constant': { code: inTransaction('const late = save(c, 1);'), becomes: 'const late = await save(c, 1);' },
  'forEach with an async worker': { code: inTransaction('xs.forEach(async (x) => { await save(c, x); });'), becomes: 'for (const x of xs)' },
  'a missing return in then': { code: `${knex}export const f = () => knex.transaction((trx) => trx('a').insert({ x: 1 }).then(() => { save(trx, 2); }));`, becomes: '{ return save(trx, 2); }' },
};

/** A query that is built and dropped, or a promise that is, in each library whose types are at hand. */
const libraries: Parameters<typeof compilesAsSuggested>[0] = {
  drizzle: "import { drizzle } from 'drizzle-orm/node-postgres'; import { pgTable, integer } from 'drizzle-orm/pg-core'; const a = pgTable('a', { id: integer() }); const db = drizzle(''); export const f = () => db.transaction(async (tx) => { tx.insert(a).values({ id: 1 }); });",
  knex: `${knex}export const f = () => knex.transaction(async (trx) => { trx('a').insert({ x: 1 }); });`,
  'knex, voided': `${knex}export const f = () => knex.transaction(async (trx) => { void trx('a').insert({ x: 1 }); });`,
  objection: "import { Model } from 'objection'; class User extends Model { id!: number } export const f = () => User.transaction(async (trx) => { User.query(trx).insert({}); });",
  postgres: "import postgres from 'postgres'; const sql = postgres(''); export const f = () => sql.begin(async (tx) => { tx`DELETE FROM a`; });",
  mongoose: "import mongoose from 'mongoose'; const User = mongoose.model('User', new mongoose.Schema({ name: String })); export const f = () => mongoose.connection.transaction(async (session) => { User.updateOne({}, { name: 'x' }, { session }); });",
  kysely: `${kysely}export const f = () => db.transaction().execute(async (trx) => { trx.insertInto('a').values({ id: 1 }).execute(); });`,
  'kysely, not executed': { code: `${kysely}export const f = () => db.transaction().execute(async (trx) => { trx.insertInto('a').values({ id: 1 }); });`, becomes: "await trx.insertInto('a').values({ id: 1 }).execute();" },
  'kysely, awaited and not executed': { code: `${kysely}export const f = () => db.transaction().execute(async (trx) => { await trx.insertInto('a').values({ id: 1 }); });`, becomes: "await trx.insertInto('a').values({ id: 1 }).execute();" },
  typeorm: "import { type EntityManager } from 'typeorm'; class User { id!: number } export async function f(manager: EntityManager) { manager.save(new User()); }",
  sequelize: "import { Model, Sequelize } from 'sequelize'; class User extends Model {} const sequelize = new Sequelize(''); export const f = () => sequelize.transaction(async (transaction) => { User.create({}, { transaction }); });",
  mongodb: "import { MongoClient } from 'mongodb'; export const f = (client: MongoClient) => client.withSession((session) => session.withTransaction(async () => { client.db().collection('a').insertOne({}, { session }); }));",
  'mikro-orm': "import type { EntityManager } from '@mikro-orm/core'; export async function f(em: EntityManager) { em.flush(); }",
};

compilesAsSuggested({ ...kinds, ...libraries }, ['no-background-use']);
