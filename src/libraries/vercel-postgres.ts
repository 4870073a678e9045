import type { Library, OperationFacts, Outcome } from './library.js';

const operations: OperationFacts = { sql: ['query', 'sql'], local: ['escapeIdentifier', 'escapeLiteral', 'on', 'once', 'off'] };

const concurrentUse: Outcome = {
  kind: 'escapes-rollback',
  text: 'the queries queue on one connection and nothing is gained; after the first rejection the other branches go on, and what they write after the ROLLBACK is committed on its own',
  versions: '0.10',
  status: 'documented',
  source: '@vercel/postgres 0.10.0 is a shell around the clients of @neondatabase/serverless, where it was measured',
};

export const vercelPostgres: Library = {
  id: 'vercel-postgres',
  name: 'Vercel Postgres',
  checked: '0.10.0 (types read)',
  packages: ['@vercel/postgres', '@vercel/postgres-kysely'],
  clients: { called: ['createPool'], exported: ['sql', 'db'], types: ['VercelPool'], sql: ['query', 'sql', 'tag'] },
  sessions: [
    {
      id: 'pooled-client',
      noun: 'pooled client',
      types: ['VercelPoolClient', 'VercelClientBase'],
      origins: [{ kind: 'acquire', methods: ['connect'], on: 'client', promised: true }],
      builders: 'eager',
      operations,
      concurrentUse,
      release: { methods: ['release'], promised: false },
      instead: 'await them one after another, or use `sql` for each where no transaction is needed',
    },
    {
      id: 'client',
      noun: 'client',
      types: ['VercelClient'],
      origins: [{ kind: 'acquire', methods: ['createClient'], on: 'module', promised: false, activatedBy: ['connect'] }],
      builders: 'eager',
      operations,
      concurrentUse,
      release: { methods: ['end'], promised: true },
      instead: 'await them one after another, or use `sql` for each where no transaction is needed',
    },
  ],
  sources: ['@vercel/postgres 0.10.0: dist/index-node.d.ts'],
};
