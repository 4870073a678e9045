import type { Library } from './library.js';

const reads = ['findMany', 'findFirst', 'findFirstOrThrow', 'findUnique', 'findUniqueOrThrow', 'count', 'aggregate', 'groupBy', 'findRaw', 'aggregateRaw'];
const modelWrites = ['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn', 'upsert', 'delete', 'deleteMany'];

export const prisma: Library = {
  id: 'prisma',
  name: 'Prisma',
  checked: '6.19.0 and 7.10.1 (@prisma/adapter-pg); 5.22 read',
  packages: ['@prisma/client', '@prisma/client/*', '.prisma/client', '.prisma/client/*'],
  dependencies: ['@prisma/client', 'prisma'],
  // The `prisma-client` generator of Prisma 6 and 7 writes the client to a path of the user's choice.
  localModules: ['prisma/client', 'generated/client', 'generated/prisma', 'prisma-client'],
  clients: {
    constructed: ['PrismaClient'],
    types: ['PrismaClient'],
    methods: ['$extends'],
    sql: ['$queryRaw', '$queryRawUnsafe', '$executeRaw', '$executeRawUnsafe'],
    perRequest: {
      kind: 'rejects',
      text: 'every client opens its own pool, and its idle connections close only after 10 s: the server soon answers P2037 "Too many database connections opened"',
      versions: '7.10',
      status: 'measured',
      evidence: 'prisma/client-per-request',
    },
  },
  sessions: [
    {
      id: 'transaction',
      noun: 'interactive transaction',
      types: ['Prisma.TransactionClient', 'TransactionClient'],
      // `$transaction([…])` is a batch on the client and no origin: only the form with a function gives a session.
      origins: [{ kind: 'callback', methods: ['$transaction'], on: 'any', param: 0 }],
      derived: { models: true },
      nested: ['$transaction'],
      builders: 'lazy',
      operations: {
        reads,
        writes: [...modelWrites, '$executeRaw', '$executeRawUnsafe', '$runCommandRaw'],
        sql: ['$queryRaw', '$queryRawUnsafe'],
        local: ['fields', '$on', '$extends'],
      },
      fingerprint: {
        paths: [...reads, ...modelWrites].map((method) => `*.${method}`).concat('$queryRaw', '$queryRawUnsafe', '$executeRaw', '$executeRawUnsafe'),
      },
      concurrentUse: {
        kind: 'loses-writes',
        text: 'the queries still run one after another on one connection, and when one of them fails its siblings resolve to `undefined` without having been sent',
        versions: '6.19, 7.10',
        status: 'measured',
        evidence: 'prisma/siblings-undefined',
      },
      concurrentReads: {
        kind: 'loses-writes',
        text: 'the queries still run one after another on one connection, and when one of them fails its siblings resolve to `undefined`, reads too',
        versions: '6.19, 7.10 (which exempts batches of `findUnique` alone)',
        status: 'measured',
        evidence: 'prisma/siblings-undefined',
      },
      parallelNested: {
        kind: 'escapes-rollback',
        text: 'all but one reject with "Concurrent nested transactions are not supported" and so does the transaction around them, and yet what the one has written is committed',
        versions: '7.5+ (run on 7.10); before, `tx.$transaction` is not a function',
        status: 'measured',
        evidence: 'prisma/parallel-nested',
      },
      nestedBatch: {
        kind: 'escapes-rollback',
        text: 'the batch runs in a transaction of its own on another connection and stays committed when the outer one rolls back',
        versions: '7.5+ (run on 7.10); before, `tx.$transaction` is not a function',
        status: 'measured',
        evidence: 'prisma/nested-batch',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query rejects with P2028 "Transaction already closed", and where nobody awaits it the process gets an unhandled rejection',
        versions: '6.19, 7.10',
        status: 'measured',
        evidence: 'prisma/use-after-commit',
      },
      floating: {
        kind: 'loses-writes',
        text: 'a Prisma query that is not awaited is never sent',
        versions: '6.19, 7.10',
        status: 'measured',
        evidence: 'prisma/never-sent',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'the write is on another connection: it survives the rollback, and under load the request waits for a connection until the transaction times out',
        versions: '6.19, 7.10',
        status: 'measured',
        evidence: 'prisma/outer-client',
      },
      swallowedError: {
        kind: 'loses-writes',
        text: 'on PostgreSQL the COMMIT after a failed statement is carried out as a ROLLBACK: `$transaction` resolves and nothing is stored',
        versions: '6.19, 7.10',
        status: 'measured',
        evidence: 'prisma/swallowed-error',
      },
      instead: 'await them one after another, or use one `createMany` / `updateMany`',
    },
  ],
  sources: [
    'https://www.prisma.io/docs/orm/prisma-client/queries/transactions',
    'prisma/prisma#24453',
    'prisma/prisma#29638',
    'prisma/prisma#12277',
  ],
};
