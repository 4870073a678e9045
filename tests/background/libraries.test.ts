import { describe, expect, it } from 'vitest';
import { libraries } from '../../src/libraries/index.js';
import type { CallbackOrigin, SessionFacts } from '../../src/libraries/library.js';
import { findings } from './lint.js';

/** Pages without a session, or whose session nothing ends: there is nothing to outlive. */
const withoutScope: Readonly<Record<string, string>> = {
  'better-sqlite3': 'its transactions run synchronously, on the one handle of the database',
  cassandra: 'its client has no session',
  ioredis: 'its pipelines are local queues',
};

/** Sessions that no typed parameter and no callback shows: how the file shows them, `USE` standing for the late use. */
const byHand: Readonly<Record<string, string>> = {
  'bookshelf/transaction': "import makeBookshelf from 'bookshelf'; const bookshelf = makeBookshelf(knex);\nbookshelf.transaction(async (s) => { LATE(model.save({}, { transacting: s })); });",
  'effect-sql/transaction': "import { Effect } from 'effect'; import type { SqlClient } from '@effect/sql';\nexport const work = (sql: SqlClient) => sql.withTransaction(Effect.gen(function* () { Effect.runFork(sql`DELETE FROM a`); }));",
  'fastify-postgres/request-client': "import postgres from '@fastify/postgres';\napp.get('/', { pg: { transact: true } }, async (request) => { LATE(request.pg.query('DELETE FROM a')); return 1; });",
  'fastify-postgres/pooled-client': "import postgres from '@fastify/postgres';\nexport async function f(fastify) { const s = await fastify.pg.connect(); try { LATE(s.query('DELETE FROM a')); } finally { s.release(); } }",
  'kysely/connection': "import { Kysely } from 'kysely'; const db = new Kysely({});\nawait db.connection().execute(async (s) => { LATE(s.deleteFrom('a').execute()); });",
  'mikro-orm/transaction': "import { MikroORM } from '@mikro-orm/core'; const orm = await MikroORM.init({});\nawait orm.em.transactional(async (s) => { LATE(s.flush()); });",
  'mssql/prepared-statement': "import sql from 'mssql'; const pool = new sql.ConnectionPool({});\nexport async function f() { const s = new sql.PreparedStatement(pool); await s.prepare('x'); LATE(s.execute({})); await s.unprepare(); }",
  'nestjs-cls/ambient-transaction': "import { Transactional } from '@nestjs-cls/transactional';\nclass A { @Transactional() async f() { LATE(this.userRepository.save(1)); } }",
  'node-sqlite/database': "import { DatabaseSync } from 'node:sqlite';\nexport function f() { const s = new DatabaseSync(':memory:'); LATE(s.exec('DELETE FROM a')); s.close(); }",
  'oracledb/connection': "import oracledb from 'oracledb'; const pool = await oracledb.createPool({});\nexport async function f() { const s = await pool.getConnection(); try { LATE(s.execute('DELETE FROM a')); } finally { await s.close(); } }",
  'pg/client': "import { Client } from 'pg';\nexport async function f() { const s = new Client(); await s.connect(); LATE(s.query('DELETE FROM a')); await s.end(); }",
  'neon/client': "import { Client } from '@neondatabase/serverless';\nexport async function f() { const s = new Client(); await s.connect(); LATE(s.query('DELETE FROM a')); await s.end(); }",
  'mysql2/connection': "import mysql from 'mysql2/promise';\nexport async function f() { const s = await mysql.createConnection({}); LATE(s.query('DELETE FROM a')); await s.end(); }",
  'mariadb/connection': "import mariadb from 'mariadb';\nexport async function f() { const s = await mariadb.createConnection({}); LATE(s.query('DELETE FROM a')); await s.end(); }",
  'vercel-postgres/client': "import { createClient } from '@vercel/postgres';\nexport async function f() { const s = createClient(); await s.connect(); LATE(s.query('DELETE FROM a')); await s.end(); }",
  'tedious/connection': "import { Connection } from 'tedious';\nexport function f() { const s = new Connection({}); s.connect(); LATE(s.execSql(request)); s.close(); }",
  'sequelize/transaction': "import { Sequelize } from 'sequelize'; const sequelize = new Sequelize('');\nawait sequelize.transaction(async (s) => { LATE(User.create({}, { transaction: s })); });",
  'loopback/transaction': "import type { Transaction } from '@loopback/repository';\nexport function f(s: Transaction) { LATE(repository.create({}, { transaction: s })); }",
  'mongodb/session': "import { MongoClient } from 'mongodb'; const client = new MongoClient('');\nawait client.withSession(async (s) => { LATE(users.insertOne({}, { session: s })); });",
  'mongoose/session': "import mongoose from 'mongoose';\nawait mongoose.connection.transaction(async (s) => { LATE(User.create([{}], { session: s })); });",
  'redis/isolated-client': '',
  'redis/duplicate': "import { createClient } from 'redis'; const redis = createClient();\nexport async function f() { const s = redis.duplicate(); await s.connect(); LATE(s.incr('a')); await s.close(); }",
  'mikro-orm/entity-manager': '',
  'typeorm-transactional/ambient-transaction': "import { runInTransaction } from 'typeorm-transactional'; import { DataSource } from 'typeorm'; const source = new DataSource({});\nawait runInTransaction(async () => { LATE(source.manager.save({})); });",
  'vendure/request-context': "import { Transaction, RequestContext } from '@vendure/core';\nclass A { @Transaction() async f(ctx: RequestContext) { LATE(this.connection.getRepository(ctx, User).save({})); } }",
  'couchbase/attempt': "import { connect } from 'couchbase'; const cluster = await connect('');\nawait cluster.transactions().run(async (s) => { LATE(s.insert(c, 'k', {})); });",
  'typedb/session': "import type { TypeDBSession } from 'typedb-driver';\nexport function f(s: TypeDBSession) { LATE(work(s)); }",
};

const sessions = libraries.flatMap((library) => library.sessions.map((facts) => ({ library, facts, key: `${library.id}/${facts.id}` })));

/** A typed parameter on which something is called, or a managed callback of a typed client. */
function generated(packageName: string, facts: SessionFacts): string | undefined {
  const use = `s.${facts.operations?.runs ? `deleteFrom('a').${facts.operations.runs[0] ?? ''}` : (facts.operations?.compound?.[0] ?? facts.operations?.sql?.[0] ?? facts.operations?.writes?.[0] ?? 'run')}('DELETE FROM a')`;
  const [type] = (facts.types ?? []).filter((name) => !name.includes('.'));
  if (type !== undefined) return `import type { ${type} } from '${packageName}';\nexport function f(s: ${type}) { LATE(${use}); }`;
  const callback = facts.origins.find((origin): origin is CallbackOrigin => origin.kind === 'callback' && origin.on === 'client' && origin.param === 0);
  return callback && `import * as library from '${packageName}';\nexport function f(client) { return client.${callback.methods[0] ?? ''}(async (s) => { LATE(${use}); }); }`;
}

const late = (code: string) => code.replace(/LATE\((.*?)\);(?= )/, 'setTimeout(() => $1, 10);');
const inTime = (code: string) => code.replace(/LATE\((.*?)\);(?= )/, 'await $1;').replace('function f(s', 'async function f(s').replace('function f()', 'async function f()').replace('async async', 'async').replace('Effect.runFork(sql`DELETE FROM a`)', 'yield* sql`DELETE FROM a`');

describe.each(sessions.filter(({ library }) => !(library.id in withoutScope)))('$key', ({ library, facts, key }) => {
  const code = byHand[key] ?? generated(library.packages[0] ?? '', facts);

  if (code === '') {
    it('ends with nothing that a late use would break', () => {
      expect(facts.operations?.onlyHazards).toBeDefined();
    });
    return;
  }

  it('used by a task', () => {
    expect(code).toBeDefined();
    expect(findings(late(code ?? ''))).toEqual(['2 outlives']);
  });

  it('used in time', () => {
    expect(findings(inTime(code ?? ''))).toEqual([]);
  });
});

describe('libraries with nothing to outlive', () => {
  it.each(Object.keys(withoutScope))('%s is in the catalogue', (id) => {
    expect(libraries.some((library) => library.id === id)).toBe(true);
  });

  it('better-sqlite3', () => {
    expect(findings("import Database from 'better-sqlite3'; const db = new Database('');\ndb.transaction((rows) => { for (const row of rows) db.prepare('x').run(row); setTimeout(() => db.prepare('x').run(1), 10); })([]);")).toEqual([]);
  });
});
