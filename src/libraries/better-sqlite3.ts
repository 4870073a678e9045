import type { Library } from './library.js';

export const betterSqlite3: Library = {
  id: 'better-sqlite3',
  name: 'better-sqlite3',
  checked: '12.11.1 and 13.2.0',
  packages: ['better-sqlite3'],
  dependencies: ['better-sqlite3', '@types/better-sqlite3'],
  clients: { constructed: ['default'], called: ['default'], types: ['Database', 'Database.Database', 'BetterSqlite3.Database'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      // `db.transaction(fn)` makes a function; what runs inside uses `db` itself.
      origins: [{ kind: 'callback', methods: ['transaction'], on: 'client', param: 'none', synchronous: true }],
      nested: ['transaction'],
      builders: 'eager',
      promises: 'none',
      operations: { local: ['inTransaction', 'open', 'name', 'memory', 'readonly', 'prepare'] },
      concurrentUse: {
        kind: 'safe',
        text: 'every call is synchronous, so two calls never overlap',
        versions: '12.11, 13.2',
        status: 'documented',
        source: 'https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md',
      },
      asyncBody: {
        kind: 'escapes-rollback',
        text: 'it throws "Transaction function cannot return a promise", and what follows the first `await` still runs and is committed on its own',
        versions: '12.11, 13.2',
        status: 'measured',
        evidence: 'better-sqlite3/async-callback',
      },
      instead: 'make the callback synchronous and do the asynchronous work before it',
    },
  ],
  note: 'There is one connection for the whole process: an `await` between BEGIN and COMMIT lets other requests write inside the transaction.',
  sources: ['better-sqlite3 13.2.0', '@types/better-sqlite3: index.d.ts'],
};
