import type { Library, OperationFacts, Outcome } from './library.js';

const operations: OperationFacts = {
  sql: ['query'],
  local: ['escapeIdentifier', 'escapeLiteral', 'getTypeParser', 'setTypeParser', 'on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'emit'],
};

const concurrentUse: Outcome = {
  kind: 'escapes-rollback',
  text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on, and what they write after the ROLLBACK is committed on its own',
  versions: '1.2',
  status: 'measured',
  evidence: 'neon/sibling-after-rollback',
};

const outsideTransaction: Outcome = {
  kind: 'queues',
  text: 'the queries queue on one connection and nothing is gained',
  versions: '1.2',
  status: 'measured',
  evidence: 'neon/queues',
};

export const neon: Library = {
  id: 'neon',
  name: 'Neon serverless driver',
  checked: '1.2.0',
  packages: ['@neondatabase/serverless'],
  clients: { constructed: ['Pool'], called: ['neon'], types: ['Pool', 'NeonQueryFunction'], sql: ['query'] },
  sessions: [
    {
      id: 'pooled-client',
      noun: 'pooled client',
      types: ['PoolClient', 'ClientBase'],
      origins: [{ kind: 'acquire', methods: ['connect'], on: 'client', promised: true, callbackParam: 1 }],
      builders: 'eager',
      operations,
      concurrentUse,
      outsideTransaction,
      release: {
        methods: ['release'],
        promised: false,
        twice: {
          kind: 'rejects',
          text: 'it throws "Release called on client which has already been released to the pool."',
          versions: '1.2',
          status: 'measured',
          evidence: 'neon/double-release',
        },
        after: {
          kind: 'escapes-rollback',
          text: 'no error is raised: the query runs on a connection that may belong to another request',
          versions: '1.2',
          status: 'measured',
          evidence: 'neon/use-after-release',
        },
        never: {
          kind: 'hangs',
          text: 'the client never comes back: when the pool is empty `connect()` waits for ever',
          versions: '1.2',
          status: 'measured',
          evidence: 'neon/never-released',
        },
        openTransaction: {
          kind: 'loses-writes',
          text: 'the release resets nothing: the next borrower is inside the open transaction',
          versions: '1.2',
          status: 'measured',
          evidence: 'neon/release-open-transaction',
        },
        dispose: { symbol: 'none', asOf: '1.2' },
      },
      instead: 'await them one after another, or send them at once with `sql.transaction([…])` over HTTP',
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
      release: { methods: ['end'], keptBy: ['on(notification)'], promised: true, dispose: { symbol: 'none', asOf: '1.2' } },
      instead: 'await them one after another, or send them at once with `sql.transaction([…])` over HTTP',
    },
    {
      id: 'http-transaction',
      noun: 'HTTP transaction',
      types: ['NeonQueryFunctionInTransaction'],
      origins: [{ kind: 'callback', methods: ['transaction'], on: 'client', param: 0, synchronous: true }],
      builders: 'lazy',
      concurrentUse: {
        kind: 'safe',
        text: 'the queries of the array are sent in one request and run as one transaction',
        versions: '1.2',
        status: 'documented',
        source: 'README of @neondatabase/serverless',
      },
      floating: {
        kind: 'loses-writes',
        text: 'a query that is not awaited is never sent',
        versions: '1.2',
        status: 'measured',
        evidence: 'neon/http-never-sent',
      },
      asyncBody: {
        kind: 'rejects',
        text: 'it throws "transaction() expects an array of queries, or a function returning an array of queries"',
        versions: '1.2',
        status: 'measured',
        evidence: 'neon/http-async-callback',
      },
      instead: 'return the array of queries',
    },
  ],
  note: 'Over HTTP (`neon()`) every query is a connection and a transaction of its own: parallel queries are safe, and BEGIN or SET have no effect on the next one. At the edge a Pool or Client has to be made and ended within one request.',
  sources: ['@neondatabase/serverless 1.2.0: README, index.d.ts'],
};
