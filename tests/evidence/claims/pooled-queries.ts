/**
 * 400 queries at once through a pooler with two server connections. Without statement tracking: every driver as the rule
 * tells its users to write it, and those that need not be told. With it: the drivers that name statements, as they are.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MikroORM } from '@mikro-orm/postgresql';
import { PrismaPg } from '@prisma/adapter-pg';
import { sql as drizzleSql } from 'drizzle-orm';
import { drizzle as drizzleNode } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { Logger, makeWorkerUtils, runOnce, type RunnerOptions } from 'graphile-worker';
import createKnex from 'knex';
import { Kysely, PostgresDialect, sql as kyselySql } from 'kysely';
import { PostgresJSDialect } from 'kysely-postgres-js';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import pgPromise from 'pg-promise';
import postgres from 'postgres';
import { QueryTypes, Sequelize } from 'sequelize';
import { createPool, sql as slonikSql } from 'slonik';
import { DataSource } from 'typeorm';
import { onPooler, onTrackingPooler, type LibraryClaims, type Programs, type Table } from '../claim.js';
import { openFolder } from '../databases/machine.js';
import type { PooledPostgres } from '../databases/pgbouncer.js';
import { until } from '../order.js';
import { answerText, pin, runClean, type Answer } from '../pooled.js';

type Program = (pooler: PooledPostgres) => Promise<void>;

/** A driver, opened on a URL: sends the query of a number. */
interface Opened {
  send(n: number): PromiseLike<Answer | undefined>;
  close(): PromiseLike<unknown>;
}
type Open = (url: string) => Opened | Promise<Opened>;

const clean = (...drivers: Open[]): Program => async (pooler) => {
  for (const open of drivers) {
    const { send, close } = await open(pooler.url);
    try {
      await runClean(pooler, send);
    } finally {
      await close();
    }
  }
};

const max = 5;
const quiet = { max, onnotice: () => {} };

// ----- drivers, and how they are asked

const pgQuery = (config: (n: number) => pg.QueryConfig, options: pg.PoolConfig = {}): Open => (url) => {
  const pool = new pg.Pool({ connectionString: url, max, ...options });
  return { send: async (n) => (await pool.query<Answer>(config(n))).rows[0], close: () => pool.end() };
};
const pgPlain = pgQuery((n) => ({ text: answerText, values: [n] }));
const pgNamed = pgQuery((n) => ({ name: 'answer', text: answerText, values: [n] }));

const postgresJs = (options: object, parameters = ''): Open => (url) => {
  const sql = postgres(url + parameters, { ...quiet, ...options });
  return { send: async (n) => (await sql<Answer[]>`select ${n}::int as n, pg_backend_pid() as pid`)[0], close: () => sql.end({ timeout: 0 }) };
};
const postgresJsTransactions = (options: object): Open => (url) => {
  const sql = postgres(url, { ...quiet, ...options });
  return { send: async (n) => (await sql.begin((tx) => tx<Answer[]>`select ${n}::int as n, pg_backend_pid() as pid`))[0], close: () => sql.end({ timeout: 0 }) };
};
const postgresJsUnsafe = (options: object): Open => (url) => {
  const sql = postgres(url, quiet);
  return { send: async (n) => (await sql.unsafe<Answer[]>(answerText, [n], options))[0], close: () => sql.end({ timeout: 0 }) };
};

const pgPromiseQuery = (query: (n: number) => Parameters<pgPromise.IDatabase<object>['one']>[0], values?: (n: number) => unknown[]): Open => (url) => {
  const db = pgPromise({ noWarnings: true })({ connectionString: url, max });
  return { send: (n) => db.one<Answer>(query(n), values?.(n)), close: () => db.$pool.end() };
};

const selectAnswer = (db: Pick<ReturnType<typeof drizzleNode>, 'select'>) =>
  db
    .select({ n: drizzleSql<number>`${drizzleSql.placeholder('n')}::int`.as('n'), pid: drizzleSql<number>`pg_backend_pid()`.as('pid') })
    .from(drizzleSql`(select 1) as one`);
const drizzlePg = (isPrepared: boolean): Open => (url) => {
  const pool = new pg.Pool({ connectionString: url, max });
  const db = drizzleNode({ client: pool });
  const prepared = selectAnswer(db).prepare('answer');
  return { send: async (n) => (isPrepared ? (await prepared.execute({ n }))[0] : (await db.execute<Answer & Record<string, unknown>>(drizzleSql`select ${n}::int as n, pg_backend_pid() as pid`)).rows[0]), close: () => pool.end() };
};
const drizzleJs = (isPrepared: boolean, options: object): Open => (url) => {
  const client = postgres(url, { ...quiet, ...options });
  const db = drizzlePostgresJs({ client });
  const prepared = selectAnswer(db).prepare('answer');
  return { send: async (n) => (isPrepared ? (await prepared.execute({ n }))[0] : (await db.execute<Answer & Record<string, unknown>>(drizzleSql`select ${n}::int as n, pg_backend_pid() as pid`))[0]), close: () => client.end({ timeout: 0 }) };
};

const kysely = (dialect: (url: string) => ConstructorParameters<typeof Kysely>[0]['dialect']): Open => (url) => {
  const db = new Kysely<object>({ dialect: dialect(url) });
  return { send: async (n) => (await kyselySql<Answer>`select ${n}::int as n, pg_backend_pid() as pid`.execute(db)).rows[0], close: () => db.destroy() };
};

const knex: Open = (url) => {
  const db = createKnex({ client: 'pg', connection: url, pool: { min: 0, max } });
  return { send: async (n) => (await db.raw<{ rows: Answer[] }>('select ?::int as n, pg_backend_pid() as pid', [n])).rows[0], close: () => db.destroy() };
};
const sequelize: Open = (url) => {
  const db = new Sequelize(url, { logging: false, pool: { max } });
  return { send: async (n) => (await db.query<Answer & object>(answerText, { bind: [n], type: QueryTypes.SELECT }))[0], close: () => db.close() };
};
const typeorm: Open = async (url) => {
  const db = await new DataSource({ type: 'postgres', url, poolSize: max }).initialize();
  return { send: async (n) => (await db.query<Answer[]>(answerText, [n]))[0], close: () => db.destroy() };
};
const mikroOrm: Open = async (url) => {
  const orm = await MikroORM.init({ clientUrl: url, entities: [], discovery: { warnWhenNoEntities: false }, pool: { min: 0, max } });
  return { send: async (n) => (await orm.em.getConnection().execute<Answer[]>('select ?::int as n, pg_backend_pid() as pid', [n]))[0], close: () => orm.close(true) };
};
const slonik: Open = async (url) => {
  const pool = await createPool(url, { statementTimeout: 'DISABLE_TIMEOUT', idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT', maximumPoolSize: max });
  return { send: (n) => pool.one(slonikSql.unsafe`select ${n}::int as n, pg_backend_pid() as pid`) as Promise<Answer>, close: () => pool.end() };
};
const prismaAdapter = (options: object, parameters = ''): Open => async (url) => {
  const adapter = await new PrismaPg({ connectionString: url + parameters, max }, options).connect();
  return {
    async send(n) {
      const { rows } = await adapter.queryRaw({ sql: answerText, args: [n], argTypes: [{ scalarType: 'int', arity: 'scalar' }] });
      return { n: Number(rows[0]![0]), pid: Number(rows[0]![1]) };
    },
    close: () => adapter.dispose(),
  };
};

// ----- tools that send queries of their own

const silent = new Logger(() => () => {});

/** Jobs of Graphile Worker, which names its queries. */
async function work({ url, direct }: PooledPostgres, options: Partial<RunnerOptions> = {}, jobs = 20): Promise<number> {
  const done = new Set<unknown>();
  const utils = await makeWorkerUtils({ connectionString: url, logger: silent });
  try {
    await utils.migrate();
    for (let n = 0; n < jobs; n++) await utils.addJob('answer', { n });
  } finally {
    await utils.release();
  }
  const left = async () => (await direct.rows('select 1 from graphile_worker._private_jobs')).length;
  const waiting = await left();
  await runOnce({ connectionString: url, concurrency: 4, maxPoolSize: max, taskList: { answer: (payload) => void done.add((payload as { n: number }).n) }, noHandleSignals: true, logger: silent, ...options });
  // It ends before the last of its jobs are struck off, and the schema must stay until then.
  await until('the jobs are struck off', async () => (await left()) === waiting - done.size);
  return done.size;
}

/** Schemas of tools stay in the database unless somebody removes them. */
const withSchema = (name: string, program: Program): Program => async (pooler) => {
  try {
    await program(pooler);
  } finally {
    await pooler.direct.rows(`drop schema if exists ${name} cascade`);
  }
};

const boss: Program = async ({ url }) => {
  const queue = new PgBoss({ connectionString: url, max, supervise: false, schedule: false });
  queue.on('error', () => {});
  await queue.start();
  try {
    await queue.createQueue('answer');
    for (let n = 0; n < 20; n++) await queue.send('answer', { n });
    const jobs = await queue.fetch<{ n: number }>('answer', { batchSize: 20 });
    assert.deepEqual(jobs.map(({ data }) => data.n).toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, n) => n));
  } finally {
    await queue.stop({ graceful: false });
  }
};

const migrations: Program = async ({ url, direct }) => {
  const folder = openFolder('drizzle');
  mkdirSync(path.join(folder, 'meta'));
  const entries = [0, 1].map((idx) => ({ idx, version: '7', when: 1_700_000_000_000 + idx, tag: `000${String(idx)}_step`, breakpoints: true }));
  writeFileSync(path.join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }));
  for (const { idx, tag } of entries) writeFileSync(path.join(folder, `${tag}.sql`), `create table step_${String(idx)} (id int);--> statement-breakpoint\ninsert into step_${String(idx)} values (1);`);
  const pool = new pg.Pool({ connectionString: url, max });
  try {
    for (let run = 0; run < 3; run++) await migrate(drizzleNode({ client: pool }), { migrationsFolder: folder });
    assert.equal((await direct.rows('select * from step_0 union all select * from step_1')).length, 2);
  } finally {
    await pool.end();
    rmSync(folder, { recursive: true, force: true });
  }
};

const safe = (says: string, program: Program, instead: Program = clean(pgPlain)): Programs<PooledPostgres> => ({ says, harmless: true, harm: program, instead });

/** Through a pooler without statement tracking. */
const lost: Table<PooledPostgres> = {
  'poolers/clean-postgres-js': safe('400 queries of postgres.js without its cache run clean, in transactions too', clean(postgresJs({ prepare: false }), postgresJs({ no_prepare: true }), postgresJs({ prepare: undefined }), postgresJs({}, '?prepare=false'), postgresJsTransactions({ prepare: false })), clean(postgresJsUnsafe({}))),
  'poolers/clean-pg': safe('400 unnamed queries of pg run clean', clean(pgPlain, pgQuery((n) => ({ name: '', text: answerText, values: [n] })))),
  'poolers/clean-pg-promise': safe('400 queries of pg-promise run clean, ParameterizedQuery included', clean(pgPromiseQuery(() => answerText, (n) => [n]), pgPromiseQuery((n) => new pgPromise.ParameterizedQuery({ text: answerText, values: [n] })))),
  'poolers/clean-drizzle': safe('400 queries of Drizzle run clean: unnamed ones on both drivers, and prepared ones where postgres.js has no cache', clean(drizzlePg(false), drizzleJs(false, {}), drizzleJs(true, { prepare: false }))),
  'poolers/clean-kysely': safe('400 queries of Kysely run clean, on postgres.js with its cache too', clean(
    kysely((url) => new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max }) })),
    kysely((url) => new PostgresJSDialect({ postgres: postgres(url, quiet) })),
  )),
  'poolers/clean-orms': safe('400 queries of Knex, Sequelize, TypeORM and MikroORM run clean', clean(knex, sequelize, typeorm, mikroOrm)),
  'poolers/clean-slonik': safe('400 queries of slonik run clean once it can connect', clean(slonik)),
  'poolers/clean-prisma-adapter': safe("400 queries of Prisma's adapter run clean, whatever the URL says of PgBouncer", clean(prismaAdapter({}), prismaAdapter({}, '?pgbouncer=true&connection_limit=1'))),
  'poolers/graphile-worker': {
    says: "Graphile Worker names its queries: a second worker is told that the names exist; with noPreparedStatements all jobs run",
    harm: withSchema('graphile_worker', async (pooler) => {
      assert.equal(await work(pooler, { noPreparedStatements: true }, 2), 2);
      const pinned = await pin(pooler);
      const errors: string[] = [];
      const telling = new Logger(() => (_level, message) => void errors.push(message));
      const first = new pg.Pool({ connectionString: pooler.url, max: 1 });
      const second = new pg.Pool({ connectionString: pooler.url, max: 1 });
      for (const pgPool of [first, second]) {
        pgPool.on('error', () => {});
        pgPool.on('connect', (client) => void client.on('error', () => {}));
      }
      await work(pooler, { connectionString: undefined, pgPool: first, concurrency: 1, logger: telling }, 1);
      // The worker prints the error, besides logging it.
      const { trace } = console;
      console.trace = () => {};
      assert.equal(await work(pooler, { connectionString: undefined, pgPool: second, concurrency: 1, logger: telling }, 1), 0);
      console.trace = trace;
      assert.match(errors.join('\n'), /prepared statement "[^"]*" already exists/);
      await pinned.letGo();
      await first.end();
      await second.end();
    }),
    instead: withSchema('graphile_worker', async (pooler) => assert.equal(await work(pooler, { noPreparedStatements: true }), 20)),
  },
  'poolers/pg-boss': safe('pg-boss sends and fetches its jobs', withSchema('pgboss', boss)),
  'poolers/drizzle-migrate': safe("Drizzle's migrator, which is what drizzle-kit migrate runs, works through the pooler, and again", withSchema('drizzle', migrations)),
  'poolers/session-mode': safe('in session mode the drivers that name statements run 400 queries clean', async ({ sessionUrl }) => {
    const few = { max: 2 };
    for (const open of [postgresJs(few), pgQuery((n) => ({ name: 'answer', text: answerText, values: [n] }), few)]) {
      const { send, close } = await open(sessionUrl);
      await runClean(undefined, send);
      await close();
    }
  }),
};

/** The drivers that name statements, as they are. */
const tracked: Table<PooledPostgres> = {
  'poolers/tracking-postgres-js': safe('behind a pooler that tracks statements 400 queries of postgres.js run clean as they are', clean(postgresJs({}), postgresJsTransactions({}), postgresJsUnsafe({ prepare: true })), clean(postgresJs({ prepare: false }))),
  'poolers/tracking-pg': safe('so do 400 named queries of pg, and the pooler has prepared them', async (pooler) => {
    await clean(pgNamed)(pooler);
    const client = new pg.Client(pooler.url);
    await client.connect();
    const { rows } = await client.query('select 1 from pg_prepared_statements');
    await client.end();
    assert.ok(rows.length > 0);
  }),
  'poolers/tracking-pg-promise': safe('so do 400 prepared statements of pg-promise', clean(pgPromiseQuery((n) => new pgPromise.PreparedStatement({ name: 'answer', text: answerText, values: [n] })))),
  'poolers/tracking-drizzle': safe("so do 400 queries that Drizzle has prepared, on both drivers", clean(drizzlePg(true), drizzleJs(true, {}))),
  'poolers/tracking-prisma-adapter': safe("so do 400 queries of Prisma's adapter with a statementNameGenerator", clean(prismaAdapter({ statementNameGenerator: () => 'answer' }))),
  'poolers/tracking-graphile-worker': safe('so do the jobs of Graphile Worker', withSchema('graphile_worker', async (pooler) => assert.equal(await work(pooler), 20))),
};

export const pooledQueries: readonly LibraryClaims[] = [
  { library: 'poolers', packages: ['postgres', 'pg', 'drizzle-orm', 'graphile-worker', 'pg-boss', 'kysely-postgres-js'], claims: [...onPooler(lost), ...onTrackingPooler(tracked)] },
];
