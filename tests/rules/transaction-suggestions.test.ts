import plugin from '../../src/plugin.js';
import { compilesAsSuggested } from './compiled.js';

/** Code with one finding whose suggestion must compile against the real package. */
const cases: Readonly<Record<string, string>> = {
  drizzle: `import { drizzle } from 'drizzle-orm/node-postgres'; import { pgTable, integer } from 'drizzle-orm/pg-core'; const a = pgTable('a', { id: integer() }); const db = drizzle(''); export const f = () => db.transaction(async (tx) => { await tx.insert(a).values({ id: 1 }); await db.insert(a).values({ id: 2 }); });`,
  knex: `import knex from 'knex'; const db = knex({}); export const f = () => db.transaction(async (trx) => { await trx('a').insert({}); await db('b').insert({}); });`,
  kysely: `import { Kysely, PostgresDialect } from 'kysely'; import { Pool } from 'pg'; const db = new Kysely<{ a: { id: number } }>({ dialect: new PostgresDialect({ pool: new Pool() }) }); export const f = () => db.transaction().execute(async (trx) => { await trx.insertInto('a').values({ id: 1 }).execute(); await db.insertInto('a').values({ id: 2 }).execute(); });`,
  kyselyEnd: `import { Kysely, PostgresDialect } from 'kysely'; import { Pool } from 'pg'; const db = new Kysely<{ a: { id: number } }>({ dialect: new PostgresDialect({ pool: new Pool() }) }); export async function f() { const trx = await db.startTransaction().execute(); await trx.insertInto('a').values({ id: 1 }).execute(); trx.commit(); }`,
  pg: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await c.query('BEGIN'); await c.query('SELECT 1'); await pool.query('SELECT 2'); await c.query('COMMIT'); c.release(); }`,
  postgres: `import postgres from 'postgres'; const sql = postgres(''); export const f = () => sql.begin(async (tx) => { await tx\`SELECT 1\`; await sql\`SELECT 2\`; });`,
  typeorm: `import { DataSource } from 'typeorm'; class User { id!: number } export const f = (dataSource: DataSource) => dataSource.transaction(async (m) => { await m.save(new User()); await dataSource.getRepository(User).save(new User()); });`,
  typeormEnd: `import { DataSource } from 'typeorm'; export async function f(ds: DataSource) { const qr = ds.createQueryRunner(); await qr.startTransaction(); await qr.manager.query('SELECT 1'); qr.commitTransaction(); await qr.release(); }`,
  sequelize: `import { Model, Sequelize } from 'sequelize'; class User extends Model {} const sequelize = new Sequelize(''); export const f = () => sequelize.transaction(async (transaction) => { await User.create({}, { transaction }); await User.update({}, { where: {} }); });`,
  mongodb: `import { MongoClient } from 'mongodb'; export const f = (client: MongoClient) => client.withSession((session) => session.withTransaction(async () => { await client.db().collection('a').insertOne({}, { session }); await client.db().collection('a').updateOne({}, { $set: {} }); }));`,
  objection: `import { Model } from 'objection'; class User extends Model { id!: number } export const f = () => User.transaction(async (trx) => { await User.query(trx).insert({}); await User.query().insert({}); });`,
};

compilesAsSuggested(cases, Object.keys(plugin.rules).filter((name) => name.endsWith('transaction') || name.endsWith('end')));
