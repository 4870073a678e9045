import type { Library } from './library.js';

/** Drivers whose `transaction` runs synchronously: the callback has to do so, too. */
const synchronousDrivers = [
  'drizzle-orm/better-sqlite3',
  'drizzle-orm/bun-sqlite',
  'drizzle-orm/expo-sqlite',
  'drizzle-orm/op-sqlite',
  'drizzle-orm/durable-sqlite',
];

/** A transaction extends its database, so a parameter of one of these types may be either. */
const databases = [
  'PgDatabase', 'MySqlDatabase', 'BaseSQLiteDatabase', 'SingleStoreDatabase', 'GelDatabase',
  'NodePgDatabase', 'PostgresJsDatabase', 'NeonDatabase', 'NeonHttpDatabase', 'VercelPgDatabase', 'PgliteDatabase',
  'AwsDataApiPgDatabase', 'XataHttpDatabase', 'NetlifyDbDatabase', 'BunSQLDatabase', 'PgRemoteDatabase', 'GelJsDatabase',
  'MySql2Database', 'PlanetScaleDatabase', 'TiDBServerlessDatabase', 'MySqlRemoteDatabase',
  'BetterSQLite3Database', 'BunSQLiteDatabase', 'LibSQLDatabase', 'DrizzleD1Database', 'DrizzleSqliteDODatabase',
  'ExpoSQLiteDatabase', 'OPSQLiteDatabase', 'SQLJsDatabase', 'SqliteRemoteDatabase',
  'SingleStoreDriverDatabase', 'SingleStoreRemoteDatabase',
];

export const drizzle: Library = {
  id: 'drizzle',
  name: 'Drizzle',
  checked: '0.45.4 on node-postgres and postgres.js',
  packages: ['drizzle-orm', 'drizzle-orm/*'],
  clients: { called: ['drizzle'], types: databases, sql: ['execute'] },
  eitherTypes: databases,
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: [
        'PgTransaction', 'MySqlTransaction', 'SQLiteTransaction', 'SingleStoreTransaction', 'GelTransaction',
        'NodePgTransaction', 'PostgresJsTransaction', 'NeonTransaction', 'VercelPgTransaction', 'PgliteTransaction',
        'AwsDataApiTransaction', 'XataTransaction', 'NetlifyDbTransaction', 'BunSQLTransaction', 'PgProxyTransaction', 'GelDbTransaction',
        'MySql2Transaction', 'PlanetScaleTransaction', 'TiDBServerlessTransaction', 'MySqlProxyTransaction',
        'BetterSQLiteTransaction', 'SQLiteBunTransaction', 'LibSQLTransaction', 'D1Transaction', 'SQLiteDOTransaction',
        'ExpoSQLiteTransaction', 'OPSQLiteTransaction', 'SQLJsTransaction', 'SQLiteProxyTransaction',
        'SingleStoreDriverTransaction', 'SingleStoreProxyTransaction',
      ],
      origins: [{ kind: 'callback', methods: ['transaction'], on: 'client', param: 0, synchronousIn: synchronousDrivers }],
      nested: ['transaction'],
      builders: 'lazy',
      operations: {
        reads: ['select', 'selectDistinct', 'selectDistinctOn', 'findMany', 'findFirst', '$count'],
        writes: ['insert', 'update', 'delete', 'refreshMaterializedView', 'for'],
        sql: ['execute'],
        local: ['rollback', '$with', 'dynamic', '$dynamic', 'as', 'toSQL', 'getSQL', '_'],
      },
      fingerprint: {
        paths: ['insert().values', 'insert().select', 'update().set', 'delete().where', 'select().from', 'selectDistinct().from', 'query.*.findFirst', 'query.*.findMany'],
        texts: 'none',
      },
      concurrentUse: {
        kind: 'escapes-rollback',
        text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on, and what they write after the ROLLBACK is committed on its own or inside the next transaction on that connection',
        versions: '0.45 on PostgreSQL',
        status: 'measured',
        evidence: 'drizzle/sibling-after-rollback',
      },
      parallelNested: {
        kind: 'loses-writes',
        text: 'savepoints are a stack, not one per branch: the branch that fails rolls back what its siblings wrote, and they have already resolved',
        versions: '0.45 on PostgreSQL',
        status: 'measured',
        evidence: 'drizzle/parallel-nested',
      },
      afterScope: {
        kind: 'escapes-rollback',
        text: 'no error is raised: the statement runs on the released connection and is committed on its own or inside another request\'s transaction',
        versions: '0.45 on PostgreSQL',
        status: 'measured',
        evidence: 'drizzle/use-after-commit',
      },
      floating: {
        kind: 'loses-writes',
        text: 'a Drizzle query that is not awaited is never sent',
        versions: '0.45',
        status: 'measured',
        evidence: 'drizzle/never-sent',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'the write is on another connection and survives the rollback; as many such transactions as the pool has connections wait for each other for ever',
        versions: '0.45 on PostgreSQL',
        status: 'measured',
        evidence: 'drizzle/outer-client',
      },
      swallowedError: {
        kind: 'loses-writes',
        text: 'with node-postgres the COMMIT after a failed statement is carried out as a ROLLBACK: `transaction` resolves and nothing is stored (with postgres.js it rejects)',
        versions: '0.45 on PostgreSQL',
        status: 'measured',
        evidence: 'drizzle/swallowed-error',
      },
      asyncBody: {
        kind: 'escapes-rollback',
        text: 'the driver commits when the callback returns its promise: what follows the first `await` runs outside the transaction',
        versions: 'better-sqlite3 before 12; since, it throws "Transaction function cannot return a promise"',
        status: 'documented',
        source: 'drizzle-team/drizzle-orm#5063, #2275, #1723',
      },
      instead: 'await them one after another, or send one multi-row `insert`',
    },
  ],
  note: 'The HTTP drivers of Neon and Xata have no transactions: `transaction()` throws. `db.batch([…])` is one request and is never reported. Two transactions at once on one connection (`drizzle(client)` instead of a pool) share it: one of them loses its writes.',
  sources: ['drizzle-orm 0.45.4: pg-core/session.d.ts, query-promise.js, node-postgres/session.js', 'drizzle-team/drizzle-orm#5814', 'drizzle-team/drizzle-orm#6083'],
};
