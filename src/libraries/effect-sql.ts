import type { Library } from './library.js';

const drivers = ['pg', 'mysql2', 'mssql', 'sqlite-node', 'sqlite-bun', 'sqlite-wasm', 'libsql', 'd1', 'clickhouse', 'drizzle', 'kysely'];

export const effectSql: Library = {
  id: 'effect-sql',
  name: 'Effect SQL',
  checked: 'effect 4.1.0, @effect/sql-pg 4.0.5',
  packages: ['@effect/sql', '@effect/sql/*', 'effect/sql', 'effect/sql/*', ...drivers.flatMap((driver) => [`@effect/sql-${driver}`, `@effect/sql-${driver}/*`])],
  clients: { types: ['SqlClient', 'SqlClient.SqlClient', 'PgClient'], sql: ['unsafe', 'tag'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      // It travels in the fiber's context; its argument is an effect and no callback.
      origins: [{ kind: 'ambient', methods: ['withTransaction'], of: ['effect-sql'], afterEnd: ['afterCommit'] }],
      nested: ['withTransaction'],
      builders: 'lazy',
      operations: { sql: ['unsafe'], local: ['reserve', 'afterCommit'] },
      concurrentUse: {
        kind: 'safe',
        text: 'the client runs the queries one after another and interrupts the other branches when one fails',
        versions: '4.1',
        status: 'measured',
        evidence: 'effect-sql/siblings-interrupted',
      },
      parallelNested: {
        kind: 'safe',
        text: 'a semaphore runs nested transactions one after another',
        versions: '4.1',
        status: 'measured',
        evidence: 'effect-sql/parallel-nested',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query fails with "Pinned connection was released"',
        versions: '4.1',
        status: 'measured',
        evidence: 'effect-sql/detached-fiber',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'an effect that is run by itself (`Effect.runPromise`, `runFork`) inside the transaction is outside it and stays committed',
        versions: '4.1',
        status: 'measured',
        evidence: 'effect-sql/run-promise-escapes',
      },
      swallowedError: {
        kind: 'rejects',
        text: 'the transaction fails with "COMMIT rolled back an aborted transaction"',
        versions: '4.1',
        status: 'measured',
        evidence: 'effect-sql/swallowed-error',
      },
      instead: 'yield the effect in the same fiber',
    },
  ],
  note: 'Parallel use is safe by design. Only `Effect.runPromise`, `runFork` or a detached fiber inside `withTransaction` leaves the transaction.',
  sources: ['effect 4.1.0: sql/SqlClient', '@effect/sql-pg 4.0.5'],
};
