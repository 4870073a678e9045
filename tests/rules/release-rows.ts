/**
 * How each library's sessions are acquired and used in the cases that the catalogue's facts are combined into. `c` is the
 * session; what releases it comes from the catalogue.
 */
export interface AcquireRow {
  /** Imports and clients. */
  readonly setup: string;
  /** Statements that leave the session in the constant `c`, held. */
  readonly acquire: string;
  /** An awaited piece of work on it. */
  readonly work: string;
  /** The expression that is underlined, where it is not the only call in `acquire`. */
  readonly found: string;
  /** The client is known only by what is done to its sessions: one that is never released is not recognised. */
  readonly guessed?: true;
}

const row = (setup: string, acquire: string, work: string, found = /(?:await )?(\S.*);$/.exec(acquire.replace(/^const \S+ = /, ''))?.[1] ?? ''): AcquireRow => ({ setup, acquire, work, found });

const guessed = (...facts: Parameters<typeof row>): AcquireRow => ({ ...row(...facts), guessed: true });

export const acquireRows: Readonly<Record<string, AcquireRow>> = {
  'arangojs/transaction': row("import { Database } from 'arangojs'; const db = new Database();", 'const c = await db.beginTransaction([]);', 'await c.step(() => col.save({}));'),
  'bun-sql/reserved': row("import { SQL } from 'bun'; const sql = new SQL('');", 'const c = await sql.reserve();', 'await c`SELECT 1`;'),
  'datastore/transaction': row("import { Datastore } from '@google-cloud/datastore'; const store = new Datastore();", 'const c = store.transaction(); await c.run();', 'await c.get(key);', 'store.transaction()'),
  'dgraph/transaction': row("import { DgraphClient } from 'dgraph-js'; const client = new DgraphClient();", 'const c = client.newTxn();', 'await c.query(text);'),
  'fastify-postgres/pooled-client': guessed("import postgres from '@fastify/postgres'; const app = fastify(); app.register(postgres);", 'const c = await app.pg.connect();', "await c.query('SELECT 1');"),
  'ioredis/duplicate': row("import { Redis } from 'ioredis'; const redis = new Redis();", 'const c = redis.duplicate();', "await c.watch('a');"),
  'knex/transaction': row("import knex from 'knex'; const db = knex({});", 'const c = await db.transaction();', "await c('users').insert({});"),
  'kysely/controlled-transaction': row("import { Kysely } from 'kysely'; const db = new Kysely({});", 'const c = await db.startTransaction().execute();', "await c.insertInto('a').values({}).execute();"),
  'libsql/transaction': row("import { createClient } from '@libsql/client'; const db = createClient({});", "const c = await db.transaction('write');", "await c.execute('SELECT 1');"),
  'loopback/transaction': row("import { DefaultTransactionalRepository } from '@loopback/repository'; class Users extends DefaultTransactionalRepository {} const users = new Users();", 'const c = await users.beginTransaction();', 'await users.create({}, { transaction: c });'),
  'lucid/transaction': row("import db from '@adonisjs/lucid/services/db';", 'const c = await db.transaction();', "await c.insertQuery().table('a').insert({});"),
  'mariadb/pooled-connection': row("import mariadb from 'mariadb'; const pool = mariadb.createPool({});", 'const c = await pool.getConnection();', "await c.query('SELECT 1');"),
  'mariadb/connection': row("import mariadb from 'mariadb';", 'const c = await mariadb.createConnection({});', "await c.query('SELECT 1');"),
  'mikro-orm/entity-manager': row("import { MikroORM } from '@mikro-orm/core'; const orm = await MikroORM.init({});", 'const c = orm.em.fork(); await c.begin();', 'await c.flush();', 'orm.em.fork()'),
  'mongodb/session': row("import { MongoClient } from 'mongodb'; const client = new MongoClient('');", 'const c = client.startSession();', 'await users.insertOne({}, { session: c });'),
  'mongoose/session': row("import mongoose from 'mongoose';", 'const c = await mongoose.startSession();', 'await User.find().session(c);'),
  'mssql/transaction': row("import sql from 'mssql'; const pool = new sql.ConnectionPool({});", 'const c = new sql.Transaction(pool); await c.begin();', "await new sql.Request(c).query('SELECT 1');", 'new sql.Transaction(pool)'),
  'mssql/prepared-statement': row("import sql from 'mssql'; const pool = new sql.ConnectionPool({});", "const c = new sql.PreparedStatement(pool); await c.prepare('SELECT 1');", 'await c.execute({});', 'new sql.PreparedStatement(pool)'),
  'mysql2/pooled-connection': row("import mysql from 'mysql2/promise'; const pool = mysql.createPool({});", 'const c = await pool.getConnection();', "await c.query('SELECT 1');"),
  'mysql2/connection': row("import mysql from 'mysql2/promise';", 'const c = await mysql.createConnection({});', "await c.query('SELECT 1');"),
  'neo4j/session': row("import neo4j from 'neo4j-driver'; const driver = neo4j.driver('');", 'const c = driver.session();', "await c.run('RETURN 1');"),
  'neo4j/transaction': row("import type { Session } from 'neo4j-driver'; declare const session: Session;", 'const c = await session.beginTransaction();', "await c.run('RETURN 1');"),
  'neon/pooled-client': row("import { Pool } from '@neondatabase/serverless'; const pool = new Pool();", 'const c = await pool.connect();', "await c.query('SELECT 1');"),
  'neon/client': row("import { Client } from '@neondatabase/serverless';", 'const c = new Client(); await c.connect();', "await c.query('SELECT 1');", 'new Client()'),
  'node-sqlite/database': row("import { DatabaseSync } from 'node:sqlite';", "const c = new DatabaseSync('a.db');", "await load(c.prepare('SELECT 1').all());"),
  'objection/transaction': row("import { Model } from 'objection'; class User extends Model {}", 'const c = await User.startTransaction();', 'await User.query(c).insert({});'),
  'oracledb/connection': row("import oracledb from 'oracledb';", 'const c = await oracledb.getConnection();', "await c.execute('SELECT 1');"),
  'oracledb/result-set': row("import oracledb from 'oracledb'; const connection = await oracledb.getConnection();", 'const { resultSet: c } = await connection.execute(text, [], { resultSet: true });', 'await c.getRows(10);', 'connection.execute(text, [], { resultSet: true })'),
  'oracledb/lob': row("import oracledb from 'oracledb'; const connection = await oracledb.getConnection();", 'const c = await connection.createLob(oracledb.CLOB);', 'await c.getData();'),
  'pg/pooled-client': row("import { Pool } from 'pg'; const pool = new Pool();", 'const c = await pool.connect();', "await c.query('SELECT 1');"),
  'pg/client': row("import { Client } from 'pg';", 'const c = new Client(); await c.connect();', "await c.query('SELECT 1');", 'new Client()'),
  'pg-promise/connection': guessed("import pgPromise from 'pg-promise'; const db = pgPromise()('');", 'const c = await db.connect();', "await c.any('SELECT 1');"),
  'postgres-js/reserved': row("import postgres from 'postgres'; const sql = postgres('');", 'const c = await sql.reserve();', 'await c`SELECT 1`;'),
  'redis/duplicate': row("import { createClient } from 'redis'; const redis = createClient();", 'const c = redis.duplicate(); await c.connect();', "await c.watch('a');", 'redis.duplicate()'),
  'sequelize/transaction': row("import { Sequelize } from 'sequelize'; const sequelize = new Sequelize('');", 'const c = await sequelize.transaction();', 'await User.create({}, { transaction: c });'),
  'spanner/transaction': row("import { Spanner } from '@google-cloud/spanner'; const db = new Spanner().instance('a').database('b');", 'const [c] = await db.getTransaction();', "await c.run('SELECT 1');", 'db.getTransaction()'),
  'tedious/connection': row("import { Connection } from 'tedious';", 'const c = new Connection({}); c.connect();', 'await run(c.execSql(request));', 'new Connection({})'),
  'typedb/session': row("import { TypeDB } from 'typedb-driver'; const driver = await TypeDB.coreDriver('');", "const c = await driver.session('a', 0);", 'await c.database();'),
  'typedb/transaction': row("import type { TypeDBSession } from 'typedb-driver'; declare const session: TypeDBSession;", 'const c = await session.transaction(1);', "await c.query.get('match $x;');"),
  'typeorm/query-runner': row("import { DataSource } from 'typeorm'; const source = new DataSource({});", 'const c = source.createQueryRunner(); await c.connect();', 'await c.manager.save(user);', 'source.createQueryRunner()'),
  'vercel-postgres/pooled-client': row("import { createPool } from '@vercel/postgres'; const pool = createPool();", 'const c = await pool.connect();', "await c.query('SELECT 1');"),
  'vercel-postgres/client': row("import { createClient } from '@vercel/postgres';", 'const c = createClient(); await c.connect();', "await c.query('SELECT 1');", 'createClient()'),
};

/** Further ways to the sessions of the catalogue, by the method; with `callback` the ways that hand the session to a callback. */
export const otherWays: Readonly<Record<string, AcquireRow>> = {
  'knex/transaction transactionProvider': row("import knex from 'knex'; const db = knex({});", 'const provider = db.transactionProvider(); const c = await provider();', "await c('users').insert({});", 'provider()'),
  'mikro-orm/entity-manager RequestContext.getEntityManager': row("import { RequestContext } from '@mikro-orm/core';", 'const c = RequestContext.getEntityManager(); await c.begin();', 'await c.flush();', 'RequestContext.getEntityManager()'),
  'mssql/transaction transaction': row("import sql from 'mssql'; const pool = new sql.ConnectionPool({});", 'const c = pool.transaction(); await c.begin();', "await c.request().query('SELECT 1');", 'pool.transaction()'),
  'neo4j/session rxSession': row("import neo4j from 'neo4j-driver'; const driver = neo4j.driver('');", 'const c = driver.rxSession();', "await c.run('RETURN 1');"),
  'objection/transaction transaction.start': row("import { Model, transaction } from 'objection'; class User extends Model {}", 'const c = await transaction.start(User.knex());', 'await User.query(c).insert({});', 'transaction.start(User.knex())'),
  'sequelize/transaction startUnmanagedTransaction': row("import { Sequelize } from '@sequelize/core'; const sequelize = new Sequelize('');", 'const c = await sequelize.startUnmanagedTransaction();', 'await User.create({}, { transaction: c });'),
  'spanner/transaction getSnapshot': row("import { Spanner } from '@google-cloud/spanner'; const db = new Spanner().instance('a').database('b');", 'const [c] = await db.getSnapshot();', "await c.run('SELECT 1');", 'db.getSnapshot()'),
};

/** Callback style: imports and clients, and the call up to its callback. */
export const callbackWays: Readonly<Record<string, readonly [setup: string, call: string]>> = {
  'fastify-postgres/pooled-client connect': ["import type { PostgresDb } from '@fastify/postgres'; declare const db: PostgresDb;", 'db.connect'],
  'mariadb/pooled-connection getConnection': ["import mariadb from 'mariadb/callback'; const pool = mariadb.createPool({});", 'pool.getConnection'],
  'mysql2/pooled-connection getConnection': ["import mysql from 'mysql2'; const pool = mysql.createPool({});", 'pool.getConnection'],
  'neon/pooled-client connect': ["import { Pool } from '@neondatabase/serverless'; const pool = new Pool();", 'pool.connect'],
  'oracledb/connection getConnection': ["import oracledb from 'oracledb';", 'oracledb.getConnection'],
  'pg/pooled-client connect': ["import { Pool } from 'pg'; const pool = new Pool();", 'pool.connect'],
  'spanner/transaction getTransaction': ["import { Spanner } from '@google-cloud/spanner'; const db = new Spanner().instance('a').database('b');", 'db.getTransaction'],
};
