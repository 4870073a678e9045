import type { Library } from './library.js';

export const nestjsCls: Library = {
  id: 'nestjs-cls',
  name: '@nestjs-cls/transactional',
  checked: '3.3.0 (read)',
  packages: ['@nestjs-cls/transactional', '@nestjs-cls/transactional/*'],
  clients: { types: ['TransactionHost'] },
  sessions: [
    {
      id: 'ambient-transaction',
      noun: 'ambient transaction',
      origins: [
        {
          kind: 'ambient',
          decorators: ['Transactional'],
          methods: ['withTransaction'],
          ownSession: ['Propagation.RequiresNew', 'REQUIRES_NEW'],
          of: ['prisma', 'drizzle', 'typeorm', 'knex', 'kysely', 'mongoose', 'mongodb', 'pg-promise'],
          outside: ['withoutTransaction'],
        },
        { kind: 'property', of: ['TransactionHost'], property: 'tx', ambientOnly: true },
      ],
      builders: 'eager',
      operations: { local: ['isTransactionActive', 'getInstance'] },
      concurrentUse: {
        kind: 'escapes-rollback',
        text: 'every branch joins the one transaction; a branch that is still running when it ends falls back to the root client and writes outside it',
        versions: '3.3',
        status: 'documented',
        source: '@nestjs-cls/transactional 3.3.0: TransactionHost; Papooch/nestjs-cls#193',
      },
      afterScope: {
        kind: 'escapes-rollback',
        text: 'the work falls back to the root client: it writes outside the transaction',
        versions: '3.3',
        status: 'documented',
        source: '@nestjs-cls/transactional 3.3.0: TransactionHost; Papooch/nestjs-cls#193',
      },
      instead: 'await them one after another, or give each branch a transaction of its own with `Propagation.RequiresNew`',
    },
  ],
  note: 'Read `txHost.tx` when it is needed: kept in a field or a closure it is the wrong client later. `@InjectTransaction()` injects a proxy that does so. `withoutTransaction` leaves the transaction on purpose.',
  sources: ['@nestjs-cls/transactional 3.3.0: type declarations', 'Papooch/nestjs-cls#189', 'Papooch/nestjs-cls#193'],
};
