import type { Library, OperationFacts, Outcome } from './library.js';

const operations: OperationFacts = {
  sql: ['query'],
  local: [
    'escapeIdentifier', 'escapeLiteral', 'getTypeParser', 'setTypeParser', 'getTransactionStatus', 'processID', 'on', 'once', 'off', 'addListener',
    'removeListener', 'removeAllListeners', 'emit', 'listenerCount', 'ref', 'unref',
  ],
};

const concurrentUse: Outcome = {
  kind: 'escapes-rollback',
  text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on, and what they write after the ROLLBACK is committed on its own or inside the next transaction on that connection',
  versions: '8.23',
  status: 'measured',
  evidence: 'pg/sibling-after-rollback',
};

const outsideTransaction: Outcome = {
  kind: 'queues',
  text: 'the queries queue on one connection and nothing is gained; each waits for the one before it and its time-out runs meanwhile',
  versions: '8.23',
  status: 'measured',
  evidence: 'pg/queues',
};

const parallelNested: Outcome = {
  kind: 'loses-writes',
  text: 'savepoints are a stack, not one per branch: the branch that fails rolls back what its siblings wrote, and they have already resolved',
  versions: '8.23',
  status: 'measured',
  evidence: 'pg/parallel-nested',
};

const swallowedError: Outcome = {
  kind: 'loses-writes',
  text: 'a COMMIT after a failed statement is carried out as a ROLLBACK and raises no error: nothing is stored',
  versions: '8.23',
  status: 'measured',
  evidence: 'pg/swallowed-error',
};

export const pg: Library = {
  id: 'pg',
  name: 'node-postgres',
  checked: 'pg 8.23.1, pg-pool 3.14.0',
  packages: ['pg', 'pg/*', 'pg-pool'],
  companions: ['pg-cursor', 'pg-query-stream', 'pg-copy-streams'],
  dependencies: ['pg', 'pg-pool', '@types/pg', '@types/pg-pool'],
  clients: {
    constructed: ['Pool', 'default'],
    types: ['Pool'],
    sql: ['query'],
    sessionStatements: {
      kind: 'escapes-rollback',
      text: 'each `pool.query` takes whichever connection is free: BEGIN stays open on one of them, the writes are committed on others, and a SET is seen by other requests',
      versions: '8.23',
      status: 'measured',
      evidence: 'pg/pool-statements',
    },
    perRequest: {
      kind: 'rejects',
      text: 'every pool opens its own connections: the server soon answers "sorry, too many clients already"',
      versions: '8.23',
      status: 'measured',
      evidence: 'pg/pool-per-request',
    },
  },
  sessions: [
    {
      id: 'pooled-client',
      noun: 'pooled client',
      types: ['PoolClient', 'ClientBase'],
      // Callback style: `pool.connect((error, client, done) => …)`.
      origins: [{ kind: 'acquire', methods: ['connect'], on: 'client', promised: true, callbackParam: 1 }],
      builders: 'eager',
      operations,
      concurrentUse,
      outsideTransaction,
      parallelNested,
      swallowedError,
      floating: {
        kind: 'escapes-rollback',
        text: 'the query is queued at once and runs even after the release, perhaps inside another request\'s transaction',
        versions: '8.23',
        status: 'measured',
        evidence: 'pg/floating-query',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'the query is on another connection: it survives the rollback, waits for ever on a row that the transaction has locked, and with a full pool for a connection',
        versions: '8.23',
        status: 'measured',
        evidence: 'pg/outer-client',
      },
      release: {
        methods: ['release'],
        keptBy: ['on(notification)'],
        promised: false,
        twice: {
          kind: 'rejects',
          text: 'it throws "Release called on client which has already been released to the pool.", unless somebody else has the client meanwhile: then that owner loses it',
          versions: '8.23',
          status: 'measured',
          evidence: 'pg/double-release',
        },
        after: {
          kind: 'escapes-rollback',
          text: 'no error is raised: the query runs on a connection that may be inside another request\'s transaction',
          versions: '8.23',
          status: 'measured',
          evidence: 'pg/use-after-release',
        },
        never: {
          kind: 'hangs',
          text: 'the client never comes back: when the pool is empty `connect()` waits for ever, and so does `pool.end()`',
          versions: '8.23',
          status: 'measured',
          evidence: 'pg/never-released',
        },
        openTransaction: {
          kind: 'loses-writes',
          text: 'the release resets nothing: the next borrower is inside the open transaction',
          versions: '8.23',
          status: 'measured',
          evidence: 'pg/release-open-transaction',
        },
        dispose: { symbol: 'none', asOf: '8.23' },
      },
      instead: 'await them one after another, use one statement for many rows, or `pool.query` for each where no transaction is needed',
    },
    {
      id: 'client',
      noun: 'client',
      types: ['Client'],
      origins: [{ kind: 'constructed', classes: ['Client'], activatedBy: ['connect'] }],
      builders: 'eager',
      operations,
      concurrentUse,
      outsideTransaction,
      parallelNested,
      swallowedError,
      release: {
        methods: ['end'],
        keptBy: ['on(notification)'],
        promised: true,
        twice: {
          kind: 'safe',
          text: 'a second `end()` does nothing',
          versions: '8.23',
          status: 'measured',
          evidence: 'pg/client-after-end',
        },
        after: {
          kind: 'rejects',
          text: 'the query rejects with "Client was closed and is not queryable"',
          versions: '8.23',
          status: 'measured',
          evidence: 'pg/client-after-end',
        },
        never: {
          kind: 'rejects',
          text: 'the connection stays on the server: with one for each request that soon answers "sorry, too many clients already"',
          versions: '8.23',
          status: 'measured',
          evidence: 'pg/client-never-ended',
        },
        dispose: { symbol: 'none', asOf: '8.23' },
      },
      instead: 'await them one after another, use one statement for many rows, or a `Pool` where no transaction is needed',
    },
  ],
  note: '`pool.query` alone is safe. The option `pipeline: true` (8.23) sends without waiting, and does not change what happens in a transaction. A pooled client without an `error` listener ends the process when its connection breaks.',
  sources: ['pg 8.23.1: lib/client.js', 'https://node-postgres.com/features/transactions', 'brianc/node-postgres#3603', 'brianc/node-postgres#3652'],
};
