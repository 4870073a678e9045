import type { DriverFacts, Library, Outcome } from './library.js';

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

const late = 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on, and what they write after the ROLLBACK is committed on its own or inside the next transaction on that connection';
const lateUse = 'no error is raised: the statement runs on the released connection and is committed on its own or inside another request\'s transaction';
const outer = 'the write is on another connection and survives the rollback; as many such transactions as the pool has connections wait for each other for ever';
const savepoints = 'the branch that fails rolls back what its siblings wrote, and they have already resolved';

const measured = (kind: Outcome['kind'], text: string, versions: string, evidence: string): Outcome => ({ kind, text, versions, status: 'measured', evidence });

/** One connection for the whole process, and every call synchronous. */
const oneConnection = 'there is one connection: what the root client does inside the transaction is part of it';
const afterwards = 'the transaction is synchronous and over before the first of the queries runs: it throws "Transaction function cannot return a promise"';

const byDriver: readonly DriverFacts[] = [
  {
    modules: ['drizzle-orm/node-postgres'],
    drivers: ['pg'],
    concurrentUse: measured('escapes-rollback', late, '0.45 on node-postgres', 'drizzle/sibling-after-rollback'),
    parallelNested: measured('loses-writes', `savepoints are a stack, not one per branch: ${savepoints}`, '0.45 on node-postgres', 'drizzle/parallel-nested'),
    afterScope: measured('escapes-rollback', lateUse, '0.45 on node-postgres', 'drizzle/use-after-commit'),
    outerClient: measured('escapes-rollback', outer, '0.45 on node-postgres', 'drizzle/outer-client-full-pool'),
    swallowedError: measured('loses-writes', 'the COMMIT after a failed statement is carried out as a ROLLBACK: `transaction` resolves and nothing is stored', '0.45 on node-postgres', 'drizzle/swallowed-error'),
  },
  {
    modules: ['drizzle-orm/postgres-js'],
    drivers: ['postgres-js'],
    concurrentUse: measured('escapes-rollback', late, '0.45 on postgres.js', 'drizzle/sibling-after-rollback-postgres-js'),
    afterScope: measured('escapes-rollback', lateUse, '0.45 on postgres.js', 'drizzle/use-after-commit-postgres-js'),
    swallowedError: measured('rejects', '`transaction` rejects with the error all the same', '0.45 on postgres.js', 'drizzle/swallowed-error-postgres-js'),
  },
  {
    modules: ['drizzle-orm/neon-serverless'],
    drivers: ['neon'],
    concurrentUse: measured('escapes-rollback', late, '0.45 on @neondatabase/serverless', 'drizzle/sibling-after-rollback-neon'),
  },
  {
    modules: ['drizzle-orm/mysql2'],
    drivers: ['mysql2'],
    concurrentUse: measured('escapes-rollback', late, '0.45 on mysql2', 'drizzle/sibling-after-rollback-mysql2'),
    parallelNested: measured('escapes-rollback', 'all branches name their savepoint alike and replace each other\'s: the branch that fails rejects with "SAVEPOINT sp1 does not exist", and what it wrote stays', '0.45 on mysql2', 'drizzle/parallel-nested-mysql2'),
    afterScope: measured('escapes-rollback', lateUse, '0.45 on mysql2', 'drizzle/use-after-commit-mysql2'),
    outerClient: measured('escapes-rollback', outer, '0.45 on mysql2', 'drizzle/outer-client-mysql2'),
    swallowedError: measured('escapes-rollback', 'a failed statement does not end the transaction: what the other statements wrote is committed', '0.45 on mysql2', 'drizzle/half-commit-mysql2'),
  },
  {
    modules: ['drizzle-orm/libsql'],
    drivers: ['libsql'],
    concurrentUse: measured('rejects', 'the queries queue on one connection and nothing is gained; a branch that goes on after the first rejection gets "The transaction is closed" when the others are rolled back, and nobody sees that', '0.45 on libsql', 'drizzle/sibling-after-rollback-libsql'),
    parallelNested: measured('loses-writes', `savepoints are a stack, not one per branch: ${savepoints}`, '0.45 on libsql', 'drizzle/parallel-nested-libsql'),
    afterScope: measured('rejects', 'the query rejects with TRANSACTION_CLOSED "The transaction is closed"', '0.45 on libsql', 'drizzle/use-after-commit-libsql'),
    outerClient: measured('rejects', 'the write is on another connection and meets the lock of the transaction: on a file it rejects with SQLITE_BUSY "database is locked"', '0.45 on libsql', 'drizzle/outer-client-libsql'),
    swallowedError: measured('escapes-rollback', 'a failed statement does not end the transaction: what the other statements wrote is committed', '0.45 on libsql', 'drizzle/half-commit-libsql'),
  },
  {
    modules: ['drizzle-orm/better-sqlite3'],
    drivers: ['better-sqlite3'],
    concurrentUse: measured('escapes-rollback', `${afterwards}, and the queries are committed on their own`, '0.45 on better-sqlite3', 'drizzle/concurrent-better-sqlite3'),
    parallelNested: measured('rejects', 'the transaction is synchronous: it throws "Transaction function cannot return a promise"', '0.45 on better-sqlite3', 'drizzle/concurrent-better-sqlite3'),
    concurrentReads: measured('rejects', afterwards, '0.45 on better-sqlite3', 'drizzle/concurrent-better-sqlite3'),
    afterScope: measured('escapes-rollback', 'no error is raised: the statement is committed on its own', '0.45 on better-sqlite3', 'drizzle/use-after-commit-better-sqlite3'),
    outerClient: measured('safe', oneConnection, '0.45 on better-sqlite3', 'drizzle/outer-client-better-sqlite3'),
    instead: 'make the callback synchronous and end each query with `.run()`, `.all()` or `.get()`',
  },
];

export const drizzle: Library = {
  id: 'drizzle',
  name: 'Drizzle',
  checked: '0.45.4 on node-postgres, postgres.js, Neon, mysql2, libsql and better-sqlite3',
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
      concurrentUse: measured('escapes-rollback', `${late} (node-postgres, postgres.js, mysql2)`, '0.45', 'drizzle/sibling-after-rollback'),
      parallelNested: measured('loses-writes', `savepoints are a stack, not one per branch: on PostgreSQL and SQLite ${savepoints}`, '0.45', 'drizzle/parallel-nested'),
      afterScope: measured('escapes-rollback', `${lateUse} (node-postgres, postgres.js, mysql2)`, '0.45', 'drizzle/use-after-commit'),
      floating: {
        kind: 'loses-writes',
        text: 'a Drizzle query that is not awaited is never sent',
        versions: '0.45',
        status: 'measured',
        evidence: 'drizzle/never-sent',
      },
      outerClient: measured('escapes-rollback', `${outer} (node-postgres, postgres.js, mysql2)`, '0.45', 'drizzle/outer-client'),
      swallowedError: measured('loses-writes', 'with node-postgres the COMMIT after a failed statement is carried out as a ROLLBACK: `transaction` resolves and nothing is stored', '0.45', 'drizzle/swallowed-error'),
      asyncBody: {
        kind: 'escapes-rollback',
        text: 'the driver commits when the callback returns its promise: what follows the first `await` runs outside the transaction',
        versions: '0.45 on bun:sqlite, expo-sqlite, op-sqlite and sql.js; better-sqlite3 throws "Transaction function cannot return a promise"',
        status: 'documented',
        source: 'drizzle-orm 0.45.4: expo-sqlite/session.js, bun-sqlite/session.js; drizzle-team/drizzle-orm#5063, #2275, #1723',
      },
      byDriver,
      instead: 'await them one after another, or send one multi-row `insert`',
    },
  ],
  note: 'The HTTP drivers of Neon and Xata have no transactions: `transaction()` throws. `db.batch([…])` is one request and is never reported. Two transactions at once on one connection (`drizzle(client)` instead of a pool) share it: one of them loses its writes.',
  sources: ['drizzle-orm 0.45.4: pg-core/session.d.ts, query-promise.js, node-postgres/session.js', 'drizzle-team/drizzle-orm#5814', 'drizzle-team/drizzle-orm#6083'],
};
