import type { Library } from './library.js';

export const lucid: Library = {
  id: 'lucid',
  name: 'AdonisJS Lucid',
  checked: '21.8.2 (read)',
  packages: ['@adonisjs/lucid', '@adonisjs/lucid/*', '@ioc:Adonis/Lucid/Database', '@ioc:Adonis/Lucid/Orm'],
  dependencies: ['@adonisjs/lucid'],
  // `import db from '@adonisjs/lucid/services/db'`
  clients: { exported: ['default'], types: ['Database', 'QueryClientContract', 'DatabaseContract'], methods: ['connection'], sql: ['rawQuery'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['TransactionClientContract', 'TransactionClient'],
      origins: [
        { kind: 'callback', methods: ['transaction'], on: 'client', param: 0 },
        { kind: 'acquire', methods: ['transaction'], on: 'client', promised: true },
      ],
      nested: ['transaction'],
      travels: {
        options: ['client'],
        optionMethods: {
          create: 1, createMany: 1, firstOrCreate: 2, updateOrCreate: 2, fetchOrCreateMany: 2, updateOrCreateMany: 2, firstOrNew: 2,
          find: 1, findOrFail: 1, findBy: 2, findMany: 1, query: 0, save: 'last',
        },
        methods: ['useTransaction'],
        argumentOf: { useTransaction: 0 },
      },
      // Query builders start when awaited, the methods of models when called.
      builders: 'eager',
      operations: {
        reads: ['find', 'findOrFail', 'findBy', 'findMany', 'all', 'first', 'firstOrFail', 'paginate', 'count', 'getCount', 'select'],
        writes: ['insert', 'multiInsert', 'update', 'delete', 'increment', 'decrement', 'forUpdate', 'forShare', 'create', 'commit', 'rollback'],
        compound: ['save', 'createMany', 'firstOrCreate', 'updateOrCreate', 'fetchOrCreateMany', 'updateOrCreateMany', 'related', 'preload', 'load', 'transaction'],
        sql: ['rawQuery'],
        // `after('commit', …)` is the place for work that follows the commit.
        local: ['after', 'isCompleted', 'isTransaction', 'raw', 'ref', 'connectionName', 'on', 'once'],
      },
      concurrentUse: {
        kind: 'rejects',
        text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on until the rollback and then reject, as with Knex',
        versions: '21.8',
        status: 'documented',
        source: 'Lucid runs every query on a `Knex.Transaction` (src/transaction_client), where it was measured',
      },
      parallelNested: {
        kind: 'safe',
        text: 'nested transactions run one after another, as with Knex',
        versions: '21.8',
        status: 'documented',
        source: 'Lucid runs every query on a `Knex.Transaction` (src/transaction_client), where it was measured',
      },
      release: {
        methods: ['commit', 'rollback'],
        promised: true,
        never: {
          kind: 'hangs',
          text: 'the connection stays in the transaction, and queries hang until the time-out',
          versions: '21.8',
          status: 'documented',
          source: 'https://lucid.adonisjs.com/docs/transactions',
        },
      },
      instead: 'await them one after another, or use one `createMany` or `multiInsert`',
    },
  ],
  sources: ['https://lucid.adonisjs.com/docs/transactions', '@adonisjs/lucid: src/transaction_client'],
};
