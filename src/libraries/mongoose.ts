import type { Library } from './library.js';

export const mongoose: Library = {
  id: 'mongoose',
  name: 'Mongoose',
  checked: '9.12.1 (source read; no server)',
  packages: ['mongoose', 'mongoose/*', '@nestjs/mongoose', '@typegoose/typegoose'],
  clients: {
    called: ['model', 'connect', 'createConnection', 'getModelForClass', 'mongoose.model', 'mongoose.createConnection'],
    exported: ['default', 'mongoose', 'connection'],
    types: ['Model', 'Connection', 'Mongoose', 'ReturnModelType'],
    properties: ['connection', 'db', 'models'],
    methods: ['model', 'createConnection', 'useDb', 'asPromise', 'getClient'],
    injectors: ['InjectModel', 'InjectConnection'],
  },
  sessions: [
    {
      id: 'session',
      noun: 'client session',
      types: ['ClientSession', 'mongoose.ClientSession', 'mongo.ClientSession', 'mongoose.mongo.ClientSession'],
      origins: [
        { kind: 'acquire', methods: ['startSession'], on: 'client', promised: true },
        { kind: 'callback', methods: ['transaction'], on: 'client', param: 0, retried: true },
        { kind: 'callback', methods: ['withSession'], on: 'client', param: 0 },
        { kind: 'callback', methods: ['withTransaction'], on: 'session', param: 0, receiverIsSession: true, retried: true },
        { kind: 'ambient', methods: ['transaction'], switchedOnBy: 'set(transactionAsyncLocalStorage)', of: ['mongoose'] },
      ],
      nested: ['withTransaction', 'startTransaction'],
      travels: {
        options: ['session'],
        optionMethods: {
          create: 1, insertMany: 1, bulkWrite: 1, bulkSave: 1, insertOne: 1,
          find: 2, findOne: 2, findById: 2, countDocuments: 1, distinct: 2, estimatedDocumentCount: 0,
          // A static takes them third, a document second.
          updateOne: 'last', updateMany: 2, replaceOne: 'last',
          findOneAndUpdate: 2, findByIdAndUpdate: 2, findOneAndReplace: 2, findOneAndDelete: 1, findByIdAndDelete: 1,
          deleteOne: 'last', deleteMany: 1, aggregate: 1, save: 0, populate: 'last',
        },
        methods: ['session', '$session'],
      },
      // Queries start when awaited; `create`, `save` and the other methods of documents when called.
      builders: 'eager',
      operations: {
        reads: ['find', 'findOne', 'findById', 'countDocuments', 'estimatedDocumentCount', 'distinct', 'exists', 'aggregate'],
        writes: [
          'insertMany', 'insertOne', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'findOneAndUpdate', 'findByIdAndUpdate', 'findOneAndReplace',
          'findOneAndDelete', 'findByIdAndDelete', 'bulkWrite', 'save', 'commitTransaction', 'abortTransaction', 'startTransaction',
        ],
        compound: ['create', 'bulkSave', 'populate', 'withTransaction'],
        local: ['inTransaction', 'hasEnded', 'id', 'serverSession', 'transaction', 'client', 'clusterTime', 'operationTime', 'equals', '$session', 'hydrate'],
        lazy: [
          'find', 'findOne', 'findById', 'countDocuments', 'estimatedDocumentCount', 'distinct', 'exists', 'aggregate',
          'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany', 'findOneAndUpdate', 'findByIdAndUpdate', 'findOneAndReplace', 'findOneAndDelete', 'findByIdAndDelete',
        ],
      },
      fingerprint: { paths: ['startTransaction', 'commitTransaction', 'abortTransaction', 'endSession', 'inTransaction'] },
      begins: ['startTransaction', 'withTransaction'],
      concurrentUse: {
        kind: 'undefined-behaviour',
        text: 'parallel operations in one transaction are undefined behaviour in MongoDB',
        versions: '9.12',
        status: 'documented',
        source: 'mongodb 7.9.0: src/sessions.ts; mongoose 9.12.1: lib/document.js',
      },
      concurrentReads: {
        kind: 'undefined-behaviour',
        text: 'parallel operations in one transaction, reads too, are undefined behaviour in MongoDB',
        versions: '9.12',
        status: 'documented',
        source: 'mongodb 7.9.0: src/sessions.ts; mongoose 9.12.1: lib/document.js',
      },
      outsideTransaction: {
        kind: 'safe',
        text: 'the driver forbids parallel operations only during a transaction',
        versions: '9.12',
        status: 'documented',
        source: 'mongodb 7.9.0: src/sessions.ts',
      },
      parallelNested: {
        kind: 'rejects',
        text: 'the second one rejects with "Transaction already in progress"',
        versions: '9.12 (mongodb 7.9)',
        status: 'measured',
        evidence: 'mongodb/parallel-with-transaction',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'an operation without the `session` option is not part of the transaction',
        versions: '9.12',
        status: 'measured',
        evidence: 'mongoose/outer-client',
      },
      swallowedError: {
        kind: 'hangs',
        text: 'the driver retries the transaction without end, because the callback hides the error',
        versions: '9.12',
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
          text: 'a query rejects with "Use of expired sessions is not permitted", a document with "Cannot set a document\'s session to a session that has ended"',
          versions: '9.12',
          status: 'measured',
          evidence: 'mongoose/use-after-end',
        },
        never: {
          kind: 'rejects',
          text: 'the server session is not used again: each further session is new to the server, which refuses them at last (TooManyLogicalSessions), and an open transaction keeps its locks until the server ends it',
          versions: '9.12',
          status: 'documented',
          source: 'https://www.mongodb.com/docs/manual/reference/parameters/ (maxSessions, transactionLifetimeLimitSeconds); tests/evidence shows that the session is not used again',
        },
        dispose: { symbol: 'asyncDispose', since: '8.7.0', asOf: '9.12' },
      },
      instead: 'await them one after another, or use one `insertMany`, `bulkWrite`, or `create(docs, { session, ordered: true })`',
    },
  ],
  note: '`Model.create([a, b], { session })` throws without `ordered: true`, and `Model.create(a, { session })` takes the options for a second document. `connection.transaction` and `connection.withSession` end the session; `session.withTransaction` does not. A document loaded with a session keeps it.',
  sources: ['mongoose 9.12.1: lib/model.js, lib/document.js, lib/connection.js', 'mongodb 7.9.0: src/sessions.ts'],
};
