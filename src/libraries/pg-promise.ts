import type { Library, OperationFacts } from './library.js';

const operations: OperationFacts = {
  sql: ['none', 'one', 'oneOrNone', 'many', 'manyOrNone', 'any', 'result', 'multi', 'multiResult', 'query', 'map', 'each', 'stream'],
  writes: ['func', 'proc'],
  compound: ['batch', 'page', 'sequence', 'task', 'taskIf', 'tx', 'txIf'],
  local: ['ctx', 'client'],
};

export const pgPromise: Library = {
  id: 'pg-promise',
  name: 'pg-promise',
  checked: '12.7.1',
  packages: ['pg-promise', 'pg-promise/*'],
  clients: {
    // `const db = pgPromise(options)(connection)`: the module is called twice.
    called: ['default'],
    types: ['pgPromise.IDatabase', 'IDatabase'],
    sql: ['none', 'one', 'oneOrNone', 'many', 'manyOrNone', 'any', 'result', 'multi', 'query'],
  },
  eitherTypes: ['pgPromise.IBaseProtocol', 'IBaseProtocol'],
  sessions: [
    {
      id: 'task',
      noun: 'task or transaction',
      types: ['pgPromise.ITask', 'ITask'],
      origins: [{ kind: 'callback', methods: ['task', 'taskIf', 'tx', 'txIf'], on: 'client', param: 0 }],
      nested: ['tx', 'txIf'],
      builders: 'eager',
      operations,
      fingerprint: { paths: ['oneOrNone', 'manyOrNone', 'txIf', 'taskIf', 'batch'] },
      concurrentUse: {
        kind: 'rejects',
        text: 'the queries queue on one connection and nothing is gained; after the first rejection the queries that follow in the other branches reject with "Querying against a released or lost connection."',
        versions: '12.7',
        status: 'measured',
        evidence: 'pg-promise/sibling-after-rollback',
      },
      parallelNested: {
        kind: 'loses-writes',
        text: 'savepoints are a stack, not one per branch: the branch that fails rolls back what its siblings wrote, and they have already resolved',
        versions: '12.7',
        status: 'measured',
        evidence: 'pg-promise/parallel-nested',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query rejects with "Querying against a released or lost connection."',
        versions: '12.7',
        status: 'measured',
        evidence: 'pg-promise/sibling-after-rollback',
      },
      floating: {
        kind: 'undefined-behaviour',
        text: 'the query is committed if it was queued before COMMIT and rejects if it was not',
        versions: '12.7',
        status: 'measured',
        evidence: 'pg-promise/floating-query',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'the query is on another connection, outside the transaction; with a full pool it fails with "timeout exceeded when trying to connect"',
        versions: '12.7',
        status: 'measured',
        evidence: 'pg-promise/outer-client',
      },
      instead: 'return `t.batch([…])`, which settles every query before the transaction ends, or await them one after another',
    },
    {
      id: 'connection',
      noun: 'connection',
      types: ['pgPromise.IConnected', 'IConnected'],
      origins: [{ kind: 'acquire', methods: ['connect'], on: 'client', promised: true }],
      nested: ['tx', 'txIf'],
      builders: 'eager',
      operations,
      concurrentUse: {
        kind: 'queues',
        text: 'the queries queue on one connection and nothing is gained',
        versions: '12.7',
        status: 'measured',
        evidence: 'pg-promise/queues',
      },
      release: {
        methods: ['done'],
        promised: false,
        twice: {
          kind: 'rejects',
          text: 'it throws "Querying against a released or lost connection."',
          versions: '12.7',
          status: 'measured',
          evidence: 'pg-promise/double-release',
        },
        after: {
          kind: 'rejects',
          text: 'the query rejects with "Cannot execute a query on a disconnected client."',
          versions: '12.7',
          status: 'measured',
          evidence: 'pg-promise/use-after-release',
        },
        dispose: { symbol: 'none' },
      },
      instead: 'return `c.batch([…])`, or run them on `db`, where each takes a connection of its own',
    },
  ],
  sources: ['pg-promise 12.7.1: typescript/pg-promise.d.ts', 'https://github.com/vitaly-t/spex (batch and Promise.all)'],
};
