import type { Library } from './library.js';

export const objection: Library = {
  id: 'objection',
  name: 'Objection',
  checked: '3.1.5 on PostgreSQL',
  // A query without arguments, and then a word that only Objection's builder has.
  markers: ['\\.query\\(\\)\\s*\\.(?:findById|findByIds|insertGraph|insertGraphAndFetch|upsertGraph|upsertGraphAndFetch|insertAndFetch|patch|patchAndFetch|patchAndFetchById|updateAndFetchById|deleteById|throwIfNotFound|withGraphFetched|withGraphJoined|modify)\\('],
  packages: ['objection', 'objection/*'],
  clients: { exported: ['Model'], types: ['ModelClass'], methods: ['bindKnex'] },
  eitherTypes: ['TransactionOrKnex'],
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction'],
      origins: [
        // `Model.transaction(cb)`, `Model.transaction(knex, cb)`; `transaction(A, B, (BoundA, BoundB, trx) => …)`: bound models carry it as well.
        { kind: 'callback', methods: ['transaction'], on: 'client', param: 0 },
        { kind: 'callback', methods: ['transaction'], on: 'module', param: 0, callback: 'last' },
        { kind: 'acquire', methods: ['startTransaction'], on: 'client', promised: true },
        { kind: 'acquire', methods: ['transaction.start'], on: 'module', promised: true },
      ],
      nested: ['transaction', 'savepoint'],
      travels: {
        options: ['transaction'],
        optionMethods: { fetchGraph: 'last', $fetchGraph: 'last' },
        methods: ['transacting'],
        argumentOf: { query: 0, $query: 0, relatedQuery: 1, $relatedQuery: 1, bindTransaction: 0, bindKnex: 0, startTransaction: 0 },
      },
      builders: 'lazy',
      operations: {
        reads: ['select', 'findById', 'findByIds', 'findOne', 'first', 'resultSize', 'count', 'min', 'max', 'sum', 'avg', 'pluck', 'range', 'page', 'fetchTableMetadata'],
        writes: [
          'insert', 'insertAndFetch', 'patch', 'patchAndFetch', 'patchAndFetchById', 'update', 'updateAndFetch', 'updateAndFetchById', 'delete', 'deleteById', 'del',
          'increment', 'decrement', 'relate', 'unrelate', 'truncate', 'forUpdate', 'forShare', 'commit', 'rollback',
        ],
        compound: ['insertGraph', 'insertGraphAndFetch', 'upsertGraph', 'upsertGraphAndFetch', 'fetchGraph', '$fetchGraph', 'withGraphFetched'],
        sql: ['raw'],
        local: ['ref', 'fn', 'isCompleted', 'clone', 'as', 'toKnexQuery'],
      },
      concurrentUse: {
        kind: 'rejects',
        text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on until the ROLLBACK and then reject with "Transaction query already complete"',
        versions: '3.1 on PostgreSQL',
        status: 'measured',
        evidence: 'objection/sibling-after-rollback',
      },
      parallelNested: {
        kind: 'safe',
        text: 'nested transactions run one after another, as with Knex',
        versions: '3.1 on PostgreSQL',
        status: 'measured',
        evidence: 'objection/parallel-nested',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query rejects with "Transaction query already complete, run with DEBUG=knex:tx for more info"',
        versions: '3.1',
        status: 'measured',
        evidence: 'objection/use-after-commit',
      },
      floating: {
        kind: 'loses-writes',
        text: 'an Objection query that is not awaited is never sent',
        versions: '3.1',
        status: 'measured',
        evidence: 'objection/never-sent',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'without the transaction the query is on another connection and survives the rollback; with a full pool it fails with "Timeout acquiring a connection"',
        versions: '3.1 on PostgreSQL',
        status: 'measured',
        evidence: 'objection/outer-client',
      },
      swallowedError: {
        kind: 'loses-writes',
        text: 'on PostgreSQL the COMMIT after a failed statement is carried out as a ROLLBACK: `transaction` resolves and nothing is stored',
        versions: '3.1 on PostgreSQL',
        status: 'measured',
        evidence: 'objection/swallowed-error',
      },
      release: { methods: ['commit', 'rollback'], shownBy: ['isCompleted'], promised: true, dispose: { symbol: 'none' } },
      instead: 'await them one after another, or use one `insert([…])` or `insertGraph`',
    },
  ],
  sources: ['objection 3.1.5: typings/objection/index.d.ts', 'Vincit/objection.js#1137'],
};
