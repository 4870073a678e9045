/**
 * What becomes of prepared statements, startup parameters and session state behind a pooler in transaction mode that
 * does not track prepared statements (PgBouncer before 1.21, and later ones that are told not to), and what of it stays
 * true behind one that does. The pooler has two server connections, and the programs say which of them a statement gets:
 * see onTwoServers.
 */
import assert from 'node:assert/strict';
import { PrismaPg } from '@prisma/adapter-pg';
import { eq, sql as drizzleSql } from 'drizzle-orm';
import { drizzle as drizzleNode } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { pgTable, serial, text } from 'drizzle-orm/pg-core';
import createKnex from 'knex';
import { Kysely, Migrator, PostgresDialect, sql as kyselySql } from 'kysely';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import pgPromise from 'pg-promise';
import postgres from 'postgres';
import { Sequelize } from 'sequelize';
import { createPool, sql as slonikSql } from 'slonik';
import { DataSource } from 'typeorm';
import { onMariaDB, onPooler, onTrackingPooler, type LibraryClaims, type Table } from '../claim.js';
import type { PooledPostgres } from '../databases/pgbouncer.js';
import { errorOf, turns, until, watch } from '../order.js';
import { connect, onTwoServers, pin, withClients } from '../pooled.js';
import { pooledBun } from './pooled-bun.js';
import { pooledQueries } from './pooled-queries.js';

const note = pgTable('note', { id: serial('id').primaryKey(), text: text('text').notNull() });

const noteById = (db: Pick<ReturnType<typeof drizzlePostgresJs>, 'select'>) =>
  db.select().from(note).where(eq(note.id, drizzleSql.placeholder('id'))).prepare('note_by_id');

async function withPostgresJs(url: string, options: postgres.Options<Record<string, never>>, program: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, ...options });
  try {
    await program(sql);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** One statement on each server connection, the second time in a transaction, where a retry cannot hide the failure. */
async function postgresJsOnTwoServers(pooler: PooledPostgres, sql: postgres.Sql) {
  const query = (on: postgres.ISql) => on<{ n: number }[]>`select ${1}::int as n`;
  return onTwoServers(
    pooler,
    () => query(sql),
    () => sql.begin((tx) => query(tx)),
  );
}

/** The statement cache of postgres.js is on: the statement of one server connection is asked for on the other. */
const cacheIsOn = (url: (pooler: PooledPostgres) => string, options: object = {}) => (pooler: PooledPostgres) =>
  withPostgresJs(url(pooler), options, async (sql) => {
    const failed = await errorOf(postgresJsOnTwoServers(pooler, sql));
    assert.equal(failed.code, '26000');
    assert.match(failed.message, /prepared statement ".*" does not exist/);
  });

const cacheIsOff = (url: (pooler: PooledPostgres) => string, options: object = {}) => (pooler: PooledPostgres) =>
  withPostgresJs(url(pooler), options, async (sql) => {
    const { second } = await postgresJsOnTwoServers(pooler, sql);
    assert.equal(second[0]!.n, 1);
  });

const plain = ({ url }: PooledPostgres) => url;
const withParameters = (parameters: string) => ({ url }: PooledPostgres) => `${url}?${parameters}`;

/** Of Prisma, asyncpg, JDBC, ActiveRecord, pgx, lib/pq, node-postgres, PgBouncer itself. */
const foreignParameters = [
  ...['pgbouncer=true', 'connection_limit=1', 'pool_timeout=20', 'schema=public', 'sslaccept=strict', 'statement_cache_size=0', 'prepared_statement_cache_size=0'],
  ...['prepareThreshold=0', 'directConnection=true', 'prepared_statements=false', 'no_prepare=true', 'default_query_exec_mode=exec', 'binary_parameters=yes'],
  ...['uselibpqcompat=true', 'pool_mode=transaction', 'workaround=x'],
];

async function asEnvironment(name: string, value: string, program: () => Promise<void>): Promise<void> {
  process.env[name] = value;
  try {
    await program();
  } finally {
    Reflect.deleteProperty(process.env, name);
  }
}

const refusesParameter = (name: string) => (error: Error) => {
  assert.match(error.message, new RegExp(`unsupported startup parameter(:| in options:) ${name}`));
};

/** Prisma's adapter without the client: the queries that it sends are the same. */
async function withPrismaAdapter(url: string, options: object, program: (run: (sql: string) => Promise<unknown>) => Promise<void>): Promise<void> {
  const adapter = await new PrismaPg({ connectionString: url, max: 1 }, options).connect();
  try {
    await program((sql) => adapter.queryRaw({ sql, args: [], argTypes: [] }));
  } finally {
    await adapter.dispose();
  }
}

const postgresJs: LibraryClaims = {
  library: 'poolers',
  packages: ['postgres'],
  claims: onPooler({
    'poolers/postgres-js-default': {
      says: 'postgres.js names its statements by default; on another server connection they do not exist',
      harm: cacheIsOn(plain),
      instead: cacheIsOff(plain, { prepare: false }),
    },

    'poolers/postgres-js-url-parameter': {
      says: "`?pgbouncer=true` and other drivers' parameters are sent to the server as startup parameters, and PgBouncer refuses the connection",
      harm: async (pooler) => {
        for (const parameter of foreignParameters) {
          await withPostgresJs(`${pooler.url}?${parameter}`, { prepare: false }, async (sql) => {
            const failed = await errorOf(sql`select 1`);
            assert.equal(failed.code, '08P01');
            refusesParameter(parameter.split('=', 1)[0]!)(failed);
          });
        }
      },
      instead: cacheIsOff(plain, { prepare: false }),
    },

    'poolers/postgres-js-url-parameter-direct': {
      says: '`?pgbouncer=true` is refused by PostgreSQL itself, too',
      harm: (pooler) =>
        withPostgresJs(`${pooler.direct.url}?pgbouncer=true`, {}, async (sql) => {
          const failed = await errorOf(sql`select 1`);
          assert.equal(failed.code, '42704');
          assert.match(failed.message, /unrecognized configuration parameter "pgbouncer"/);
        }),
      instead: (pooler) => withPostgresJs(pooler.direct.url, {}, async (sql) => void (await sql`select 1`)),
    },

    'poolers/postgres-js-look-alikes': {
      says: "options that look as if they turned the cache off leave it on: prepare: 'false', pgbouncer: true, statement_cache_size: 0, connection.prepare, max_pipeline: 1, fetch_types: false",
      harm: async (pooler) => {
        const lookAlikes = [
          { prepare: 'false' },
          { pgbouncer: true },
          { statement_cache_size: 0 },
          { prepared_statements: false },
          { preparedStatements: false },
          { prepareThreshold: 0 },
          { connection: { prepare: false } },
          { max_pipeline: 1 },
          { fetch_types: false },
        ];
        for (const options of lookAlikes) await cacheIsOn(plain, options)(pooler);
        for (const parameter of ['prepare=0', 'prepare=no', 'prepare=off', 'prepare=False']) await cacheIsOn(withParameters(parameter))(pooler);
      },
      instead: async (pooler) => {
        await cacheIsOff(plain, { prepare: false })(pooler);
        await cacheIsOff(plain, { no_prepare: true })(pooler);
        await cacheIsOff(withParameters('prepare=false'))(pooler);
      },
    },

    'poolers/postgres-js-knobs-disagree': {
      says: 'with `?prepare=false` in the URL and `prepare: true` in the options the options win',
      harm: cacheIsOn(withParameters('prepare=false'), { prepare: true }),
      instead: cacheIsOff(withParameters('prepare=true'), { prepare: false }),
    },

    'poolers/postgres-js-environment': {
      says: 'PGPREPARE=false leaves the cache on',
      harm: (pooler) => asEnvironment('PGPREPARE', 'false', () => cacheIsOn(plain)(pooler)),
      instead: cacheIsOff(plain, { prepare: false }),
    },

    'poolers/postgres-js-unsafe': {
      says: 'sql.unsafe names no statement, unless it is told to',
      harm: (pooler) =>
        withPostgresJs(pooler.url, {}, async (sql) => {
          const query = (on: postgres.ISql) => on.unsafe('select $1::int as n', [1], { prepare: true });
          const failed = await errorOf(
            onTwoServers(
              pooler,
              () => query(sql),
              () => sql.begin((tx) => query(tx)),
            ),
          );
          assert.equal(failed.code, '26000');
        }),
      instead: (pooler) =>
        withPostgresJs(pooler.url, {}, async (sql) => {
          const query = (on: postgres.ISql) => on.unsafe('select $1::int as n', [1]);
          await onTwoServers(
            pooler,
            () => query(sql),
            () => sql.begin((tx) => query(tx)),
          );
        }),
    },

    'poolers/max-one': {
      says: 'a pool of one connection is no remedy: the pooler still has several',
      harm: cacheIsOn(plain, { max: 1 }),
      instead: cacheIsOff(plain, { max: 1, prepare: false }),
    },

    'poolers/drizzle-prepare-postgres-js': {
      says: "Drizzle's .prepare() over postgres.js names the statement",
      harm: (pooler) =>
        withPostgresJs(pooler.url, {}, async (sql) => {
          const db = drizzlePostgresJs({ client: sql });
          const failed = await errorOf(
            onTwoServers(
              pooler,
              () => noteById(db).execute({ id: 1 }),
              () => db.transaction((tx) => noteById(tx).execute({ id: 1 })),
            ),
          );
          assert.equal((failed.cause as { code?: string } | undefined)?.code ?? failed.code, '26000');
        }),
      instead: (pooler) =>
        withPostgresJs(pooler.url, { prepare: false }, async (sql) => {
          const db = drizzlePostgresJs({ client: sql });
          await onTwoServers(
            pooler,
            () => noteById(db).execute({ id: 1 }),
            () => db.transaction((tx) => noteById(tx).execute({ id: 1 })),
          );
          // Without .prepare() Drizzle names nothing, whatever the option says.
          await db.select().from(note);
        }),
    },
  }),
};

/** The drivers that are built on pg, and what becomes of a session. */
const onPg = {
  'poolers/pg-named-statement': {
    says: 'a named statement of pg does not exist on another server connection',
    harm: (pooler) =>
      withClients(pooler, async (client) => {
        const query = () => client.query({ name: 'all_notes', text: 'select * from note' });
        const failed = await errorOf(onTwoServers(pooler, query, query));
        assert.equal(failed.code, '26000');
      }),
    instead: (pooler) =>
      withClients(pooler, async (client) => {
        const query = () => client.query('select * from note where id = $1', [1]);
        await onTwoServers(pooler, query, query);
      }),
  },

  'poolers/pg-rows-of-another-query': {
    says: "with one name for two texts a client is given the rows of another client's query, without an error",
    harm: (pooler) =>
      withClients(pooler, async (client, other) => {
        const mine = () => client.query({ name: 'tenant', text: "select 'mine' as tenant" });
        const { second } = await onTwoServers(pooler, mine, async () => {
          await other.query({ name: 'tenant', text: "select 'theirs' as tenant" });
          return mine();
        });
        assert.equal(second.rows[0].tenant, 'theirs');
      }),
    instead: (pooler) =>
      withClients(pooler, async (client, other) => {
        const mine = () => client.query("select 'mine' as tenant");
        const { second } = await onTwoServers(pooler, mine, async () => {
          await other.query("select 'theirs' as tenant");
          return mine();
        });
        assert.equal(second.rows[0].tenant, 'mine');
      }),
  },

  'poolers/pg-name-already-exists': {
    says: 'a second client that uses the same name on the same server connection is told that it already exists',
    harm: (pooler) =>
      withClients(pooler, async (client, other) => {
        const one = await pin(pooler);
        await client.query({ name: 'all_notes', text: 'select * from note' });
        const failed = await errorOf(other.query({ name: 'all_notes', text: 'select * from note' }));
        assert.equal(failed.code, '42P05');
        await one.letGo();
      }),
    instead: (pooler) =>
      withClients(pooler, async (client, other) => {
        const one = await pin(pooler);
        await client.query('select * from note');
        await other.query('select * from note');
        await one.letGo();
      }),
  },

  'poolers/pg-look-alikes': {
    says: 'pg has no switch for named statements: prepare: false and the parameters of other drivers are ignored',
    harm: async (pooler) => {
      const configurations: pg.ClientConfig[] = [
        { connectionString: pooler.url, prepare: false } as pg.ClientConfig,
        { connectionString: `${pooler.url}?prepare=false` },
        { connectionString: `${pooler.url}?pgbouncer=true&statement_cache_size=0` },
      ];
      for (const [i, configuration] of configurations.entries()) {
        const client = await connect(configuration);
        const query = () => client.query({ name: `all_notes_${i}`, text: 'select * from note' });
        assert.equal((await errorOf(onTwoServers(pooler, query, query))).code, '26000');
        await client.end();
      }
    },
    instead: (pooler) =>
      withClients(pooler, async (client) => {
        const query = () => client.query({ text: 'select * from note' });
        await onTwoServers(pooler, query, query);
      }),
  },

  'poolers/pg-promise-prepared-statement': {
    says: "pg-promise's PreparedStatement names the statement; its ordinary queries do not",
    harm: async (pooler) => {
      const db = pgPromise({ noWarnings: true })({ connectionString: pooler.url, max: 1 });
      const query = () => db.any(new pgPromise.PreparedStatement({ name: 'all_notes', text: 'select * from note' }));
      assert.equal((await errorOf(onTwoServers(pooler, query, query))).code, '26000');
      await db.$pool.end();
    },
    instead: async (pooler) => {
      const db = pgPromise({ noWarnings: true })({ connectionString: pooler.url, max: 1 });
      const query = () => db.any('select * from note where id = $1', [1]);
      await onTwoServers(pooler, query, query);
      await db.$pool.end();
    },
  },

  'poolers/drizzle-prepare-node-postgres': {
    says: "Drizzle's .prepare() over node-postgres names the statement; its ordinary queries do not",
    harm: async (pooler) => {
      const pool = new pg.Pool({ connectionString: pooler.url, max: 1 });
      const query = () => drizzleNode({ client: pool }).select().from(note).prepare('all_notes').execute();
      const failed = await errorOf(onTwoServers(pooler, query, query));
      assert.equal((failed.cause as { code?: string } | undefined)?.code ?? failed.code, '26000');
      await pool.end();
    },
    instead: async (pooler) => {
      const pool = new pg.Pool({ connectionString: pooler.url, max: 1 });
      const query = () => drizzleNode({ client: pool }).select().from(note);
      await onTwoServers(pooler, query, query);
      await onTwoServers(pooler, () => drizzleNode({ client: pool }).execute(drizzleSql`select 1`), query);
      await pool.end();
    },
  },

  'poolers/prisma-statement-names': {
    says: "Prisma's adapter names statements only when statementNameGenerator tells it to",
    harm: (pooler) =>
      withPrismaAdapter(pooler.url, { statementNameGenerator: () => 'all_notes' }, async (run) => {
        await errorOf(
          onTwoServers(
            pooler,
            () => run('select * from note'),
            () => run('select * from note'),
          ),
        );
      }),
    instead: (pooler) =>
      withPrismaAdapter(`${pooler.url}?pgbouncer=true&connection_limit=1`, {}, async (run) => {
        await onTwoServers(
          pooler,
          () => run('select * from note'),
          () => run('select * from note'),
        );
      }),
  },

  'poolers/prisma-ignored-parameters': {
    says: "Prisma's adapter ignores connection_limit and schema in the URL: they are options of the adapter",
    harm: async (pooler) => {
      const adapter = await new PrismaPg(`${pooler.url}?connection_limit=1&schema=tenant&pgbouncer=true`).connect();
      const { options } = adapter.underlyingDriver() as unknown as { options: { max?: number } };
      assert.notEqual(options.max, 1);
      assert.notEqual(adapter.getConnectionInfo().schemaName, 'tenant');
      await adapter.dispose();
    },
    instead: async (pooler) => {
      const adapter = await new PrismaPg({ connectionString: pooler.url, max: 1 }, { schema: 'tenant' }).connect();
      const { options } = adapter.underlyingDriver() as unknown as { options: { max?: number } };
      assert.equal(options.max, 1);
      assert.equal(adapter.getConnectionInfo().schemaName, 'tenant');
      await adapter.dispose();
    },
  },

  'poolers/startup-parameters': {
    says: 'statement_timeout, lock_timeout, idle_in_transaction_session_timeout and options of pg are startup parameters: PgBouncer refuses the connection',
    harm: async (pooler) => {
      for (const name of ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) {
        refusesParameter(name)(await errorOf(connect({ connectionString: pooler.url, [name]: 5000 })));
        refusesParameter(name)(await errorOf(connect(`${pooler.url}?${name}=5000`)));
      }
      assert.match((await errorOf(connect({ connectionString: pooler.url, options: '-c search_path=tenant' }))).message, /unsupported startup parameter/);
      await withPostgresJs(pooler.url, { prepare: false, connection: { statement_timeout: 5000 } }, async (sql) => {
        refusesParameter('statement_timeout')(await errorOf(sql`select 1`));
      });
      const late = { lock_timeout: 5000 };
      const knex = createKnex({ client: 'pg', connection: { connectionString: pooler.url, ...late }, pool: { min: 0, max: 1 }, log: { error: () => {}, warn: () => {} } });
      const sequelize = new Sequelize(pooler.url, { logging: false, dialectOptions: late });
      const adapter = await new PrismaPg({ connectionString: pooler.url, ...late }, { onPoolError: () => {} }).connect();
      const boss = new PgBoss({ connectionString: pooler.url, ...late });
      boss.on('error', () => {});
      const attempts: [() => PromiseLike<unknown>, () => PromiseLike<unknown>][] = [
        [() => knex.raw('select 1'), () => knex.destroy()],
        [() => sequelize.query('select 1'), () => sequelize.close()],
        [() => new DataSource({ type: 'postgres', url: pooler.url, extra: late, logging: false }).initialize(), async () => {}],
        [() => drizzleNode({ connection: { connectionString: pooler.url, ...late } }).execute('select 1'), async () => {}],
        [() => adapter.queryRaw({ sql: 'select 1', args: [], argTypes: [] }), () => adapter.dispose()],
        [() => boss.start(), async () => {}],
      ];
      for (const [run, close] of attempts) {
        const failed = await errorOf(run());
        assert.match(JSON.stringify([failed.message, String(failed.cause), failed]), /unsupported startup parameter(:| in options:) lock_timeout/);
        await close();
      }
    },
    instead: async (pooler) => {
      const client = await connect({ connectionString: pooler.url, query_timeout: 5000, application_name: 'shop' });
      await client.query('begin');
      await client.query("set local statement_timeout = '5s'");
      await client.query('commit');
      await client.end();
    },
  },

  'poolers/slonik-startup-parameters': {
    says: 'slonik with its default time-outs cannot connect to PgBouncer',
    harm: async (pooler) => {
      const failed = await errorOf(
        (async () => {
          const pool = await createPool(pooler.url, { connectionRetryLimit: 0, maximumPoolSize: 1 });
          await pool.query(slonikSql.unsafe`select 1`);
        })(),
      );
      assert.match(`${failed.message} ${String(failed.cause)}`, /unsupported startup parameter/);
    },
    instead: async (pooler) => {
      const off = 'DISABLE_TIMEOUT' as const;
      const pool = await createPool(pooler.url, { statementTimeout: off, idleInTransactionSessionTimeout: off, maximumPoolSize: 1 });
      await pool.query(slonikSql.unsafe`select 1`);
      await pool.end();
    },
  },

  'poolers/session-settings-leak': {
    says: 'a SET of one client is missing on the other server connection, and other clients see it',
    harm: (pooler) =>
      withClients(pooler, async (client, other) => {
        const { second } = await onTwoServers(
          pooler,
          () => client.query("select set_config('app.tenant', 'A', false)"),
          () => client.query<{ tenant: string }>("select current_setting('app.tenant', true) as tenant"),
          async () => {
            const seen = await other.query<{ tenant: string }>("select current_setting('app.tenant', true) as tenant");
            assert.equal(seen.rows[0]!.tenant, 'A');
          },
        );
        assert.equal(second.rows[0]!.tenant, null);
      }),
    instead: (pooler) =>
      withClients(pooler, async (client, other) => {
        const one = await pin(pooler);
        await client.query('begin');
        await client.query("select set_config('app.tenant', 'A', true)");
        const mine = await client.query<{ tenant: string }>("select current_setting('app.tenant', true) as tenant");
        assert.equal(mine.rows[0]!.tenant, 'A');
        await client.query('commit');
        const seen = await other.query<{ tenant: string }>("select current_setting('app.tenant', true) as tenant");
        assert.ok(!seen.rows[0]!.tenant);
        await one.letGo();
      }),
  },

  'poolers/advisory-lock': {
    says: 'an advisory lock of the session is not released on the other server connection, and stays when the client has gone',
    harm: async (pooler) => {
      await withClients(pooler, async (client) => {
        const { second } = await onTwoServers(
          pooler,
          () => client.query('select pg_advisory_lock(42)'),
          () => client.query<{ unlocked: boolean }>('select pg_advisory_unlock(42) as unlocked'),
        );
        assert.equal(second.rows[0]!.unlocked, false);
      });
      const held = await pooler.direct.rows("select 1 from pg_locks where locktype = 'advisory' and objid = 42 and granted");
      assert.equal(held.length, 1);
    },
    instead: async (pooler) => {
      await withClients(pooler, async (client) => {
        await client.query('begin');
        await client.query('select pg_advisory_xact_lock(42)');
        await client.query('commit');
      });
      const held = await pooler.direct.rows("select 1 from pg_locks where locktype = 'advisory' and objid = 42 and granted");
      assert.equal(held.length, 0);
    },
  },

  'poolers/temporary-table': {
    says: 'a temporary table does not exist on the other server connection',
    harm: (pooler) =>
      withClients(pooler, async (client) => {
        const failed = await errorOf(
          onTwoServers(
            pooler,
            () => client.query('create temp table draft (id int)'),
            () => client.query('select * from draft'),
          ),
        );
        assert.equal(failed.code, '42P01');
      }),
    instead: (pooler) =>
      withClients(pooler, async (client) => {
        await client.query('begin');
        await client.query('create temp table draft (id int) on commit drop');
        await client.query('select * from draft');
        await client.query('commit');
      }),
  },

  'poolers/listen': {
    says: 'a client that listens and waits receives nothing, without an error',
    harm: async (pooler) => {
      const listener = await connect(pooler.url);
      let received = 0;
      listener.on('notification', () => received++);
      const one = await pin(pooler);
      await listener.query('listen orders');
      await pooler.direct.rows('notify orders');
      // By the time that another client has been answered on that server connection, the notification has passed.
      const other = await connect(pooler.url);
      await other.query('select 1');
      await other.end();
      await turns();
      assert.equal(received, 0);
      await one.letGo();
      await listener.end();
    },
    instead: async (pooler) => {
      const listener = await connect(pooler.direct.url);
      let received = 0;
      listener.on('notification', () => received++);
      await listener.query('listen orders');
      await pooler.direct.rows('notify orders');
      await until('the notification has come', () => received === 1);
      await listener.end();
    },
  },

  'poolers/sql-prepare': {
    says: 'PREPARE and EXECUTE in SQL do not meet on the other server connection',
    harm: (pooler) =>
      withClients(pooler, async (client) => {
        const failed = await errorOf(
          onTwoServers(
            pooler,
            () => client.query('prepare all_notes as select * from note'),
            () => client.query('execute all_notes'),
          ),
        );
        assert.equal(failed.code, '26000');
      }),
    instead: (pooler) =>
      withClients(pooler, async (client) => {
        const query = () => client.query('select * from note');
        await onTwoServers(pooler, query, query);
      }),
  },

  'poolers/cursor-with-hold': {
    says: 'a cursor WITH HOLD does not exist on the other server connection',
    harm: (pooler) =>
      withClients(pooler, async (client) => {
        const failed = await errorOf(
          onTwoServers(
            pooler,
            () => client.query('begin; declare all_notes cursor with hold for select * from note; commit'),
            () => client.query('fetch all from all_notes'),
          ),
        );
        assert.equal(failed.code, '34000');
      }),
    instead: (pooler) =>
      withClients(pooler, async (client) => {
        await client.query('begin; declare all_notes cursor for select * from note');
        await client.query('fetch all from all_notes');
        await client.query('commit');
      }),
  },

  'poolers/kysely-migrator': {
    says: "Kysely's Migrator leaves its advisory lock on another server connection: the next run waits for it",
    harm: async (pooler) => {
      const pool = new pg.Pool({ connectionString: pooler.url, max: 1 });
      // Its server processes are ended at the end of the program.
      pool.on('error', () => {});
      pool.on('connect', (client) => void client.on('error', () => {}));
      const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
      const one = await pin(pooler);
      const second = await connect(pooler.url);
      let other: Promise<pg.QueryResult> | undefined;
      const migrator = migratorOf(db, async () => {
        // Both server connections are taken: this client gets the migration's one as soon as that has committed.
        other = second.query('begin');
        await until('the client waits', async () => (await pooler.waitingClients()) === 1);
      });
      const firstRun = migrator.migrateToLatest();
      await until('the migration runs', () => other !== undefined);
      await other;
      await one.letGo();
      assert.equal((await firstRun).error, undefined);

      const nextRun = watch(migrator.migrateToLatest());
      await pooler.direct.untilBackends(1, 'waits for the lock', (backend) => backend.wait_event === 'advisory');
      assert.equal(nextRun.state, 'pending');
      await pooler.direct.endBackends();
      await second.end();
      await nextRun.outcome();
      await db.destroy();
    },
    instead: async (pooler) => {
      const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: pooler.direct.url, max: 1 }) }) });
      const migrator = migratorOf(db, async () => {});
      for (const run of [1, 2]) assert.equal((await migrator.migrateToLatest()).error, undefined, `run ${run}`);
      await db.destroy();
    },
  },

  'poolers/unnamed-statements': {
    says: 'pg, Knex, Sequelize, TypeORM, Kysely and Drizzle name no statement unless told to: nothing is to be reported',
    harmless: true,
    harm: async (pooler) => {
      const open: { run: () => PromiseLike<unknown>; close: () => PromiseLike<unknown> }[] = [];
      const knex = createKnex({ client: 'pg', connection: pooler.url, pool: { min: 0, max: 1 } });
      open.push({ run: () => knex('note').where({ id: 1 }), close: () => knex.destroy() });
      const sequelize = new Sequelize(pooler.url, { logging: false, pool: { max: 1 } });
      open.push({ run: () => sequelize.query('select * from note where id = $1', { bind: [1] }), close: () => sequelize.close() });
      const dataSource = await new DataSource({ type: 'postgres', url: pooler.url, poolSize: 1 }).initialize();
      open.push({ run: () => dataSource.query('select * from note where id = $1', [1]), close: () => dataSource.destroy() });
      const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: pooler.url, max: 1 }) }) });
      open.push({ run: () => kyselySql`select * from note where id = ${1}`.execute(kysely), close: () => kysely.destroy() });
      const pool = new pg.Pool({ connectionString: pooler.url, max: 1 });
      open.push({ run: () => drizzleNode({ client: pool }).select().from(note), close: () => pool.end() });
      for (const { run, close } of open) {
        await onTwoServers(pooler, run, run);
        await close();
      }
    },
    instead: (pooler) =>
      withClients(pooler, async (client) => {
        const query = () => client.query('select * from note where id = $1', [1]);
        await onTwoServers(pooler, query, query);
      }),
  },
} satisfies Table<PooledPostgres>;

/** What statement tracking changes nothing about. */
const trackedOrNot = [
  'poolers/startup-parameters',
  'poolers/slonik-startup-parameters',
  'poolers/session-settings-leak',
  'poolers/advisory-lock',
  'poolers/temporary-table',
  'poolers/listen',
  'poolers/sql-prepare',
  'poolers/cursor-with-hold',
  'poolers/kysely-migrator',
] as const satisfies readonly (keyof typeof onPg)[];

const pgClaims: LibraryClaims = {
  library: 'poolers',
  packages: ['pg'],
  claims: [
    ...onPooler(onPg),
    ...onTrackingPooler(Object.fromEntries(trackedOrNot.map((id) => [`${id}-with-tracking`, { ...onPg[id], says: `with statement tracking, too: ${onPg[id].says}` }]))),
  ],
};

function migratorOf(db: Kysely<object>, duringMigration: () => Promise<void>): Migrator {
  return new Migrator({
    db,
    provider: {
      getMigrations: async () => ({
        '001': {
          up: async (trx) => {
            await trx.schema.createTable('invoice').addColumn('id', 'integer').execute();
            await duringMigration();
          },
        },
      }),
    },
  });
}

const mysqlClaims: LibraryClaims = {
  library: 'poolers',
  packages: ['mysql2'],
  claims: onMariaDB({
    'poolers/mysql2-max-prepared-statements': {
      says: 'maxPreparedStatements: 0 of mysql2 means 16000: execute() keeps its statements prepared on the server',
      harm: async (database) => {
        const connection = await mysql.createConnection({ ...database.options, maxPreparedStatements: 0 });
        for (const n of [1, 2, 3]) await connection.execute(`select ${n}`);
        const [[row]] = await connection.query<mysql.RowDataPacket[]>("show session status like 'Com_stmt_close'");
        assert.equal(Number(row!['Value']), 0);
        const [[prepared]] = await connection.query<mysql.RowDataPacket[]>("show session status like 'Com_stmt_prepare'");
        assert.equal(Number(prepared!['Value']), 3);
        await connection.end();
      },
      instead: async (database) => {
        const connection = await mysql.createConnection(database.options);
        for (const n of [1, 2, 3]) await connection.query('select ?', [n]);
        await turns();
        const [[prepared]] = await connection.query<mysql.RowDataPacket[]>("show session status like 'Com_stmt_prepare'");
        assert.equal(Number(prepared!['Value']), 0);
        await connection.end();
      },
    },
  }),
};

export const poolers: readonly LibraryClaims[] = [postgresJs, pgClaims, mysqlClaims, ...pooledQueries, ...pooledBun];
