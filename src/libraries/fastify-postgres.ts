import type { Library } from './library.js';

export const fastifyPostgres: Library = {
  id: 'fastify-postgres',
  name: '@fastify/postgres',
  checked: '6.1.0 (read)',
  packages: ['@fastify/postgres', 'fastify-postgres'],
  // `fastify.pg` is the pool.
  clients: { properties: ['pg', 'pool'], types: ['PostgresDb'], sql: ['query'] },
  sessions: [
    {
      id: 'request-client',
      noun: 'client of the request',
      origins: [
        // With the route option `pg: { transact: true }`.
        { kind: 'property', of: ['FastifyRequest'], property: 'pg' },
        { kind: 'callback', methods: ['transact'], on: 'client', param: 0 },
      ],
      builders: 'eager',
      operations: { sql: ['query'], local: ['escapeIdentifier', 'escapeLiteral', 'on', 'once', 'off'] },
      concurrentUse: {
        kind: 'escapes-rollback',
        text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on, and what they write after the ROLLBACK is committed on its own or inside the next transaction on that connection',
        versions: '6.1',
        status: 'documented',
        source: '@fastify/postgres hands out clients of node-postgres, where it was measured',
      },
      instead: 'await them one after another, or use `fastify.pg.query` for each where no transaction is needed',
    },
    {
      id: 'pooled-client',
      noun: 'pooled client',
      origins: [{ kind: 'acquire', methods: ['connect'], on: 'client', promised: true, callbackParam: 1 }],
      builders: 'eager',
      operations: { sql: ['query'], local: ['escapeIdentifier', 'escapeLiteral', 'on', 'once', 'off'] },
      concurrentUse: {
        kind: 'escapes-rollback',
        text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on, and what they write after the ROLLBACK is committed on its own or inside the next transaction on that connection',
        versions: '6.1',
        status: 'documented',
        source: '@fastify/postgres hands out clients of node-postgres, where it was measured',
      },
      release: { methods: ['release'], promised: false },
      instead: 'await them one after another, or use `fastify.pg.query` for each where no transaction is needed',
    },
  ],
  note: 'After `reply.hijack()` the hooks do not run and the client of the request leaks.',
  sources: ['@fastify/postgres 6.1.0: index.js, index.d.ts'],
};
