import type { Library } from './library.js';

export const vendure: Library = {
  id: 'vendure',
  name: 'Vendure',
  checked: 'manual read',
  packages: ['@vendure/core', '@vendure/core/*'],
  clients: { types: ['TransactionalConnection'], properties: ['rawConnection'] },
  sessions: [
    {
      id: 'request-context',
      noun: 'transaction of the request context',
      origins: [
        // The transaction is in the context object: outside these two a `RequestContext` says nothing.
        { kind: 'ambient', decorators: ['Transaction'], parameterTypes: ['RequestContext'], of: ['vendure'] },
        { kind: 'callback', methods: ['withTransaction'], on: 'client', param: 0 },
      ],
      nested: ['withTransaction'],
      travels: { argumentOf: { getRepository: 0, getEntityOrThrow: 0, findOneInChannel: 0, findByIdsInChannel: 0, withTransaction: 0 } },
      builders: 'eager',
      operations: {
        local: [
          'getRepository', 'channel', 'channelId', 'languageCode', 'currencyCode', 'activeUserId', 'session', 'apiType', 'req', 'isAuthorized', 'translate',
          'userHasPermissions', 'authorizedAsOwnerOnly', 'copy', 'serialize',
        ],
      },
      concurrentUse: {
        kind: 'escapes-rollback',
        text: 'all branches use the one TypeORM query runner in the context: the queries queue, and a branch that goes on after the first rejection can write outside the transaction',
        versions: 'of the current manual',
        status: 'documented',
        source: '@vendure/core: the `Transaction` decorator puts a TypeORM query runner into the context; measured with TypeORM',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'a repository got without the context is not aware of the transaction',
        versions: 'of the current manual',
        status: 'documented',
        source: 'https://docs.vendure.io/reference/typescript-api/data-access/transactional-connection',
      },
      instead: 'await them one after another, or save them at once: `getRepository(ctx, X).save([a, b])`',
    },
  ],
  sources: [
    'https://docs.vendure.io/reference/typescript-api/request/transaction-decorator',
    'https://docs.vendure.io/reference/typescript-api/data-access/transactional-connection',
  ],
};
