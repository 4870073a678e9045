import type { Library } from './library.js';

export const mongodb: Library = {
  id: 'mongodb',
  name: 'MongoDB driver',
  checked: '7.9.0 (source read, client side run; no server)',
  packages: ['mongodb'],
  clients: { constructed: ['MongoClient'], called: ['MongoClient.connect'], types: ['MongoClient', 'Db', 'Collection'], methods: ['db', 'collection', 'connect'], ends: ['close'] },
  sessions: [
    {
      id: 'session',
      noun: 'client session',
      types: ['ClientSession'],
      origins: [
        { kind: 'acquire', methods: ['startSession'], on: 'client', promised: false },
        { kind: 'callback', methods: ['withSession'], on: 'client', param: 0 },
        { kind: 'callback', methods: ['withTransaction'], on: 'session', param: 0, receiverIsSession: true, retried: true },
      ],
      nested: ['withTransaction', 'startTransaction'],
      travels: {
        options: ['session'],
        optionMethods: {
          insertOne: 1, insertMany: 1, bulkWrite: 1, updateOne: 2, updateMany: 2, replaceOne: 2, deleteOne: 1, deleteMany: 1,
          find: 1, findOne: 1, findOneAndUpdate: 2, findOneAndReplace: 2, findOneAndDelete: 1,
          aggregate: 1, countDocuments: 1, estimatedDocumentCount: 0, distinct: 2, watch: 1, createIndex: 'last', createIndexes: 1, command: 1,
        },
      },
      builders: 'eager',
      operations: {
        reads: ['find', 'findOne', 'aggregate', 'countDocuments', 'estimatedDocumentCount', 'distinct', 'toArray', 'next', 'hasNext', 'forEach'],
        writes: [
          'insertOne', 'insertMany', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'findOneAndUpdate', 'findOneAndReplace', 'findOneAndDelete',
          'bulkWrite', 'createIndex', 'createIndexes', 'command', 'commitTransaction', 'abortTransaction', 'startTransaction',
        ],
        compound: ['withTransaction'],
        local: [
          'inTransaction', 'hasEnded', 'id', 'serverSession', 'transaction', 'client', 'clusterTime', 'operationTime', 'advanceClusterTime', 'advanceOperationTime',
          'equals', 'isPinned', 'loadBalanced', 'snapshotEnabled', 'defaultTransactionOptions', 'incrementTransactionNumber', 'on', 'once',
        ],
      },
      fingerprint: { paths: ['startTransaction', 'commitTransaction', 'abortTransaction', 'endSession', 'inTransaction'] },
      begins: ['startTransaction', 'withTransaction'],
      concurrentUse: {
        kind: 'undefined-behaviour',
        text: 'parallel operations in one transaction are undefined behaviour in MongoDB',
        versions: '7.9',
        status: 'documented',
        source: 'mongodb 7.9.0: src/sessions.ts, `startTransaction` and `withTransaction`',
      },
      concurrentReads: {
        kind: 'undefined-behaviour',
        text: 'parallel operations in one transaction, reads too, are undefined behaviour in MongoDB',
        versions: '7.9',
        status: 'documented',
        source: 'mongodb 7.9.0: src/sessions.ts, `startTransaction` and `withTransaction`',
      },
      outsideTransaction: {
        kind: 'safe',
        text: 'the driver forbids parallel operations only during a transaction',
        versions: '7.9',
        status: 'documented',
        source: 'mongodb 7.9.0: src/sessions.ts, `startTransaction` and `withTransaction`',
      },
      parallelNested: {
        kind: 'rejects',
        text: 'the second one rejects with "Transaction already in progress"',
        versions: '7.9',
        status: 'measured',
        evidence: 'mongodb/parallel-with-transaction',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'an operation without the `session` option is not part of the transaction',
        versions: '7.9',
        status: 'measured',
        evidence: 'mongodb/outer-client',
      },
      swallowedError: {
        kind: 'hangs',
        text: 'the driver retries the transaction without end, because the callback hides the error',
        versions: '7.9',
        status: 'measured',
        evidence: 'mongodb/swallowed-error',
      },
      release: {
        methods: ['endSession'],
        shownBy: ['hasEnded'],
        // It only notes the transaction: mongodb 7.9.0, src/sessions.ts.
        cannotFail: ['startTransaction'],
        endsTransactionOnly: ['commitTransaction', 'abortTransaction'],
        promised: true,
        after: {
          kind: 'rejects',
          text: 'the operation rejects with "Use of expired sessions is not permitted"',
          versions: '7.9',
          status: 'measured',
          evidence: 'mongodb/use-after-end',
        },
        never: {
          kind: 'rejects',
          text: 'the server session is not used again: each further session is new to the server, which refuses them at last (TooManyLogicalSessions), and an open transaction keeps its locks until the server ends it',
          versions: '7.9',
          status: 'documented',
          source: 'https://www.mongodb.com/docs/manual/reference/parameters/ (maxSessions, transactionLifetimeLimitSeconds); tests/evidence shows that the session is not used again',
        },
        dispose: { symbol: 'asyncDispose', since: '6.9.0', asOf: '7.9' },
      },
      managed: { method: 'withSession', inner: 'withTransaction' },
      instead: 'await them one after another, or use one `bulkWrite` or `insertMany`',
    },
  ],
  note: '`withTransaction`, `commitTransaction` and `abortTransaction` do not end the session; `client.withSession(…)` does. `withTransaction` may call its callback again for up to 120 s.',
  sources: ['mongodb 7.9.0: src/sessions.ts', 'Automattic/mongoose#14603'],
};
