import type { Library, OperationFacts, Outcome, ReleaseFacts } from './library.js';

const operations: OperationFacts = {
  writes: ['beginTransaction', 'commit', 'rollback', 'changeUser', 'reset'],
  reads: ['ping'],
  compound: ['prepare'],
  sql: ['query', 'execute'],
  local: ['escape', 'escapeId', 'format', 'threadId', 'config', 'connection', 'on', 'once', 'off', 'pause', 'resume', 'unprepare', 'promise'],
};

const concurrentUse: Outcome = {
  kind: 'escapes-rollback',
  text: 'the queries queue on one connection and nothing is gained; a failed statement does not end the transaction, and what the other branches write after the ROLLBACK is committed on its own or inside the next transaction on that connection',
  versions: '3.24 on MariaDB 10.11',
  status: 'measured',
  evidence: 'mysql2/sibling-after-rollback',
};

const outsideTransaction: Outcome = {
  kind: 'queues',
  text: 'the queries queue on one connection and nothing is gained',
  versions: '3.24',
  status: 'measured',
  evidence: 'mysql2/queues',
};

const parallelNested: Outcome = {
  kind: 'escapes-rollback',
  text: 'the second `beginTransaction` commits what the first branch has written so far, and its rollback no longer undoes that',
  versions: '3.24 on MariaDB 10.11',
  status: 'measured',
  evidence: 'mysql2/parallel-begin',
};

const swallowedError: Outcome = {
  kind: 'escapes-rollback',
  text: 'a failed statement does not end the transaction: COMMIT keeps what the other statements wrote',
  versions: '3.24 on MariaDB 10.11',
  status: 'measured',
  evidence: 'mysql2/half-commit',
};

const dispose: NonNullable<ReleaseFacts['dispose']> = { symbol: 'both', since: '3.18.0', asOf: '3.24' };

export const mysql2: Library = {
  id: 'mysql2',
  name: 'mysql2',
  checked: '3.24.6 on MariaDB 10.11',
  packages: ['mysql2', 'mysql2/*'],
  clients: {
    called: ['createPool', 'createPoolCluster'],
    types: ['Pool', 'PoolCluster', 'PoolNamespace'],
    methods: ['promise', 'of'],
    sql: ['query', 'execute'],
    sessionStatements: {
      kind: 'escapes-rollback',
      text: 'each `pool.query` takes whichever connection is free: START TRANSACTION works while nobody else is there, and under load the writes survive the ROLLBACK',
      versions: '3.24 on MariaDB 10.11',
      status: 'measured',
      evidence: 'mysql2/pool-statements',
    },
    absent: {
      methods: ['beginTransaction', 'commit', 'rollback', 'prepare', 'unprepare', 'changeUser', 'ping', 'destroy'],
      outcome: {
        kind: 'rejects',
        text: 'the types of `mysql2/promise` give a pool the methods of a connection, and at run time it throws "is not a function"',
        versions: '3.24',
        status: 'measured',
        evidence: 'mysql2/pool-absent-methods',
      },
    },
  },
  sessions: [
    {
      id: 'pooled-connection',
      noun: 'pooled connection',
      types: ['PoolConnection'],
      origins: [{ kind: 'acquire', methods: ['getConnection'], on: 'client', promised: true, callbackParam: 1 }],
      derived: { methods: ['promise'] },
      nested: ['beginTransaction'],
      builders: 'eager',
      promises: ['mysql2/promise', 'mysql2/promise.js'],
      operations,
      begins: ['beginTransaction'],
      concurrentUse,
      outsideTransaction,
      parallelNested,
      swallowedError,
      outerClient: {
        kind: 'escapes-rollback',
        text: 'the query is on another connection: its write survives the rollback',
        versions: '3.24 on MariaDB 10.11',
        status: 'measured',
        evidence: 'mysql2/outer-client',
      },
      release: {
        methods: ['release', 'destroy', 'end'],
        byClient: ['releaseConnection'],
        endsTransactionOnly: ['commit', 'rollback'],
        promised: false,
        twice: {
          kind: 'undefined-behaviour',
          text: 'no error is raised, and a late second release hands the connection to two owners',
          versions: '3.24',
          status: 'measured',
          evidence: 'mysql2/double-release',
        },
        after: {
          kind: 'escapes-rollback',
          text: 'no error is raised: the query runs on a connection that may be inside another request\'s transaction',
          versions: '3.24',
          status: 'measured',
          evidence: 'mysql2/use-after-release',
        },
        never: {
          kind: 'hangs',
          text: 'the connection never comes back: when the pool is empty `getConnection()` waits for ever',
          versions: '3.24',
          status: 'measured',
          evidence: 'mysql2/never-released',
        },
        openTransaction: {
          kind: 'loses-writes',
          text: 'the release resets nothing: the next borrower is inside the open transaction',
          versions: '3.24 on MariaDB 10.11',
          status: 'measured',
          evidence: 'mysql2/release-open-transaction',
        },
        dispose,
      },
      instead: 'await them one after another, or use one multi-row insert',
    },
    {
      id: 'connection',
      noun: 'connection',
      types: ['Connection'],
      // A promise of it with `mysql2/promise`, the connection itself with `mysql2`.
      origins: [{ kind: 'acquire', methods: ['createConnection'], on: 'module', promised: false }],
      derived: { methods: ['promise'] },
      nested: ['beginTransaction'],
      builders: 'eager',
      promises: ['mysql2/promise', 'mysql2/promise.js'],
      operations,
      begins: ['beginTransaction'],
      concurrentUse,
      outsideTransaction,
      parallelNested,
      swallowedError,
      release: {
        methods: ['end', 'destroy'],
        endsTransactionOnly: ['commit', 'rollback'],
        promised: true,
        twice: {
          kind: 'safe',
          text: 'a second `end()` does nothing',
          versions: '3.24 on MariaDB 10.11',
          status: 'measured',
          evidence: 'mysql2/connection-after-end',
        },
        after: {
          kind: 'rejects',
          text: 'the query rejects with "Can\'t add new command when connection is in closed state"',
          versions: '3.24 on MariaDB 10.11',
          status: 'measured',
          evidence: 'mysql2/connection-after-end',
        },
        never: {
          kind: 'rejects',
          text: 'the connection stays on the server: with one for each request that soon answers "Too many connections"',
          versions: '3.24 on MariaDB 10.11',
          status: 'measured',
          evidence: 'mysql2/connection-never-ended',
        },
        dispose,
      },
      instead: 'await them one after another, or use a pool where no transaction is needed',
    },
  ],
  note: '`await using` is for `mysql2/promise`, `using` for `mysql2`. `end()` of a pooled connection releases it and is deprecated: write `release()`. A statement such as CREATE TABLE commits the open transaction.',
  sources: ['mysql2 3.24.6: promise.d.ts, typings/mysql', 'sidorares/node-mysql2#4112'],
};
