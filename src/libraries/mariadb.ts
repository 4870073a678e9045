import type { Library, OperationFacts, Outcome, ReleaseFacts } from './library.js';

const operations: OperationFacts = {
  writes: ['beginTransaction', 'commit', 'rollback', 'changeUser', 'reset', 'importFile'],
  reads: ['ping'],
  compound: ['prepare', 'batch'],
  sql: ['query', 'execute', 'queryStream'],
  local: ['escape', 'escapeId', 'isValid', 'serverVersion', 'threadId', 'info', 'debug', 'debugCompress', 'on', 'once', 'off', 'pause', 'resume'],
};

const concurrentUse: Outcome = {
  kind: 'escapes-rollback',
  text: 'the queries queue on one connection and nothing is gained; a failed statement does not end the transaction, and what the other branches write after the ROLLBACK is committed on its own or inside the next transaction on that connection',
  versions: '3.5 on MariaDB 10.11',
  status: 'measured',
  evidence: 'mariadb/sibling-after-rollback',
};

const outsideTransaction: Outcome = {
  kind: 'queues',
  text: 'the queries queue on one connection and nothing is gained',
  versions: '3.5',
  status: 'measured',
  evidence: 'mariadb/queues',
};

const parallelNested: Outcome = {
  kind: 'escapes-rollback',
  text: 'the second `beginTransaction` commits what the first branch has written so far, and its rollback no longer undoes that',
  versions: '3.5',
  status: 'measured',
  evidence: 'mariadb/parallel-begin',
};

const swallowedError: Outcome = {
  kind: 'escapes-rollback',
  text: 'a failed statement does not end the transaction: COMMIT keeps what the other statements wrote',
  versions: '3.5 on MariaDB 10.11',
  status: 'measured',
  evidence: 'mariadb/half-commit',
};

const dispose: NonNullable<ReleaseFacts['dispose']> = { symbol: 'asyncDispose', since: '3.5', asOf: '3.5' };

export const mariadb: Library = {
  id: 'mariadb',
  name: 'MariaDB connector',
  checked: '3.5.4 on MariaDB 10.11',
  packages: ['mariadb', 'mariadb/*'],
  clients: {
    called: ['createPool', 'createPoolCluster'],
    types: ['Pool', 'PoolCluster', 'FilteredPoolCluster'],
    methods: ['of'],
    sql: ['query', 'execute', 'batch'],
    sessionStatements: {
      kind: 'escapes-rollback',
      text: 'each `pool.query` takes whichever connection is free: START TRANSACTION works while nobody else is there, and under load the writes survive the ROLLBACK',
      versions: '3.5 on MariaDB 10.11',
      status: 'measured',
      evidence: 'mariadb/pool-statements',
    },
  },
  sessions: [
    {
      id: 'pooled-connection',
      noun: 'pooled connection',
      types: ['PoolConnection'],
      origins: [{ kind: 'acquire', methods: ['getConnection'], on: 'client', promised: true, callbackParam: 1 }],
      nested: ['beginTransaction'],
      builders: 'eager',
      operations,
      begins: ['beginTransaction'],
      concurrentUse,
      outsideTransaction,
      parallelNested,
      swallowedError,
      outerClient: {
        kind: 'escapes-rollback',
        text: 'the query is on another connection: its write survives the rollback',
        versions: '3.5 on MariaDB 10.11',
        status: 'measured',
        evidence: 'mariadb/outer-client',
      },
      release: {
        methods: ['release', 'end', 'destroy', 'close'],
        endsTransactionOnly: ['commit', 'rollback'],
        promised: true,
        twice: {
          kind: 'undefined-behaviour',
          text: 'no error is raised, and a late second release hands the connection to two owners',
          versions: '3.5',
          status: 'measured',
          evidence: 'mariadb/double-release',
        },
        after: {
          kind: 'escapes-rollback',
          text: 'no error is raised: the query runs on a connection that may be inside another request\'s transaction',
          versions: '3.5',
          status: 'measured',
          evidence: 'mariadb/use-after-release',
        },
        never: {
          kind: 'rejects',
          text: 'the connection never comes back: when the pool is empty `getConnection()` rejects after 10 s with "failed to retrieve a connection from pool"',
          versions: '3.5',
          status: 'measured',
          evidence: 'mariadb/never-released',
        },
        openTransaction: {
          kind: 'safe',
          text: 'the open transaction is rolled back; session variables stay unless `resetAfterUse` is set',
          versions: '3.5',
          status: 'measured',
          evidence: 'mariadb/release-open-transaction',
        },
        dispose,
      },
      instead: 'await them one after another, or use `batch` for many rows',
    },
    {
      id: 'connection',
      noun: 'connection',
      types: ['Connection'],
      origins: [{ kind: 'acquire', methods: ['createConnection'], on: 'module', promised: true }],
      nested: ['beginTransaction'],
      builders: 'eager',
      operations,
      begins: ['beginTransaction'],
      concurrentUse,
      outsideTransaction,
      parallelNested,
      swallowedError,
      release: {
        methods: ['end', 'destroy', 'close'],
        endsTransactionOnly: ['commit', 'rollback'],
        promised: true,
        twice: {
          kind: 'safe',
          text: 'a second `end()` does nothing',
          versions: '3.5 on MariaDB 10.11',
          status: 'measured',
          evidence: 'mariadb/connection-after-end',
        },
        after: {
          kind: 'rejects',
          text: 'the query rejects with "Cannot execute new commands: connection closed"',
          versions: '3.5 on MariaDB 10.11',
          status: 'measured',
          evidence: 'mariadb/connection-after-end',
        },
        never: {
          kind: 'rejects',
          text: 'the connection stays on the server: with one for each request that soon answers "Too many connections"',
          versions: '3.5 on MariaDB 10.11',
          status: 'measured',
          evidence: 'mariadb/connection-never-ended',
        },
        dispose,
      },
      instead: 'await them one after another, or use a pool where no transaction is needed',
    },
  ],
  sources: ['mariadb 3.5.4: types/index.d.ts'],
};
