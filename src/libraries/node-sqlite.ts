import type { Library } from './library.js';

export const nodeSqlite: Library = {
  id: 'node-sqlite',
  name: 'node:sqlite',
  checked: 'Node.js 24.21.0',
  packages: ['node:sqlite'],
  dependencies: [],
  sessions: [
    {
      id: 'database',
      noun: 'database handle',
      types: ['DatabaseSync'],
      origins: [{ kind: 'constructed', classes: ['DatabaseSync'] }],
      builders: 'eager',
      promises: 'none',
      operations: { sql: ['exec', 'prepare'], local: ['isOpen', 'isTransaction', 'function', 'aggregate', 'location'] },
      concurrentUse: {
        kind: 'safe',
        text: 'every call is synchronous, so two calls never overlap',
        versions: 'Node.js 24',
        status: 'documented',
        source: 'https://nodejs.org/api/sqlite.html',
      },
      asyncBody: {
        kind: 'loses-writes',
        text: 'during an `await` between BEGIN and COMMIT other requests join the transaction: their changes are reported as made and vanish with its ROLLBACK',
        versions: 'Node.js 24',
        status: 'measured',
        evidence: 'node-sqlite/await-in-transaction',
      },
      release: {
        methods: ['close'],
        promised: false,
        after: {
          kind: 'rejects',
          text: 'the call throws "database is not open"',
          versions: 'Node.js 24',
          status: 'measured',
          evidence: 'node-sqlite/use-after-close',
        },
        dispose: { symbol: 'dispose', asOf: '24.21' },
      },
      instead: 'do the asynchronous work before BEGIN, or open a handle for each transaction',
    },
  ],
  sources: ['https://nodejs.org/api/sqlite.html'],
};
