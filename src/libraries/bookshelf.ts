import type { Library } from './library.js';

export const bookshelf: Library = {
  id: 'bookshelf',
  name: 'Bookshelf',
  checked: '1.2.0 on PostgreSQL',
  packages: ['bookshelf'],
  clients: { called: ['default'], types: ['Bookshelf'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      // The session itself is a Knex transaction.
      origins: [{ kind: 'callback', methods: ['transaction'], on: 'client', param: 0 }],
      nested: ['transaction', 'savepoint'],
      travels: {
        options: ['transacting'],
        optionMethods: { save: 'last', fetch: 0, fetchAll: 0, fetchPage: 0, destroy: 0, refresh: 0, load: 1, count: 'last', create: 1, attach: 1, detach: 1, updatePivot: 1 },
        methods: ['transacting'],
      },
      builders: 'eager',
      operations: {
        reads: ['fetch', 'fetchAll', 'fetchPage', 'fetchOne', 'refresh', 'count', 'load'],
        writes: ['save', 'destroy', 'attach', 'detach', 'updatePivot', 'commit', 'rollback'],
        compound: ['create', 'invokeThen'],
        local: ['isCompleted', 'forge', 'where', 'query'],
      },
      concurrentUse: {
        kind: 'rejects',
        text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on until the ROLLBACK and then reject with "Transaction query already complete"',
        versions: '1.2 on PostgreSQL',
        status: 'measured',
        evidence: 'bookshelf/sibling-after-rollback',
      },
      parallelNested: {
        kind: 'safe',
        text: 'nested transactions run one after another, as with Knex',
        versions: '1.2 on PostgreSQL',
        status: 'measured',
        evidence: 'bookshelf/parallel-nested',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query rejects with "Transaction query already complete, run with DEBUG=knex:tx for more info"',
        versions: '1.2',
        status: 'measured',
        evidence: 'bookshelf/use-after-commit',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'without `{ transacting }` the query is on another connection and survives the rollback',
        versions: '1.2 on PostgreSQL',
        status: 'measured',
        evidence: 'bookshelf/outer-client',
      },
      swallowedError: {
        kind: 'loses-writes',
        text: 'on PostgreSQL the COMMIT after a failed statement is carried out as a ROLLBACK: `transaction` resolves and nothing is stored',
        versions: '1.2 on PostgreSQL',
        status: 'measured',
        evidence: 'bookshelf/swallowed-error',
      },
      release: {
        methods: ['commit', 'rollback'],
        promised: true,
        failure: {
          kind: 'loses-writes',
          text: 'a COMMIT or ROLLBACK that fails rejects `trx.executionPromise` only: `commit()` and `rollback()` resolve, awaited or not',
          versions: '1.2 on PostgreSQL',
          status: 'measured',
          evidence: 'knex/failed-commit',
        },
        settles: 'executionPromise',
        twice: {
          kind: 'safe',
          text: 'a second `commit()` or `rollback()` does nothing and raises no error',
          versions: '1.2 on PostgreSQL',
          status: 'measured',
          evidence: 'knex/rollback-after-commit',
        },
        after: {
          kind: 'rejects',
          text: 'the query rejects with "Transaction query already complete, run with DEBUG=knex:tx for more info"',
          versions: '1.2',
          status: 'measured',
          evidence: 'bookshelf/use-after-commit',
        },
      },
      instead: 'await them one after another',
    },
  ],
  sources: ['bookshelf 1.2.0', '@types/bookshelf 1.2.9: index.d.ts'],
};
