import type { Library } from './library.js';

const reads = ['findMany', 'findFirst', 'findFirstOrThrow', 'findUnique', 'findUniqueOrThrow', 'count', 'aggregate', 'groupBy', 'findRaw', 'aggregateRaw'];
const writes = ['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn', 'upsert', 'delete', 'deleteMany', '$executeRaw', '$executeRawUnsafe', '$runCommandRaw'];

export const prisma: Library = {
  id: 'prisma',
  name: 'Prisma',
  checked: '6.19.0 and 7.10.1 (@prisma/adapter-pg); 5.22 read',
  packages: ['@prisma/client', '@prisma/client/*', '.prisma/client'],
  // The `prisma-client` generator of Prisma 6 and 7 writes the client to a path of the user's choice.
  localModules: ['prisma/client', 'generated/client', 'prisma-client'],
  clients: { constructed: ['PrismaClient'], types: ['PrismaClient'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'interactive transaction',
      types: ['Prisma.TransactionClient', 'TransactionClient'],
      origins: [{ kind: 'callback', methods: ['$transaction'], on: 'any', param: 0 }],
      nested: ['$transaction'],
      builders: 'lazy',
      operations: { reads, writes, sql: ['$queryRaw', '$queryRawUnsafe'] },
      fingerprint: { paths: [...reads.map((m) => `*.${m}`), ...writes.filter((m) => !m.startsWith('$')).map((m) => `*.${m}`), '$queryRaw', '$queryRawUnsafe', '$executeRaw', '$executeRawUnsafe'] },
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
        versions: '6.19, 7.10',
        status: 'measured',
        evidence: 'prisma/siblings-undefined',
      },
      parallelNested: {
        kind: 'rejects',
        text: 'Prisma rejects with "Concurrent nested transactions are not supported"',
        versions: '7.5+',
        status: 'measured',
        evidence: 'prisma/parallel-nested',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query rejects with P2028 "Transaction already closed", which nobody handles',
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
      instead: 'await them one after another, or use one `createMany` / `updateMany`',
    },
  ],
  sources: ['https://www.prisma.io/docs/orm/prisma-client/queries/transactions', 'prisma/prisma#24453', 'prisma/prisma#29638'],
};
