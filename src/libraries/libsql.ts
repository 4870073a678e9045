import type { Library } from './library.js';

export const libsql: Library = {
  id: 'libsql',
  name: 'libSQL client',
  checked: '0.18.0',
  packages: ['@libsql/client', '@libsql/client/*'],
  clients: {
    called: ['createClient'],
    types: ['Client'],
    sql: ['execute'],
    sessionStatements: {
      kind: 'escapes-rollback',
      text: 'each `client.execute` may use another connection: ROLLBACK says "no transaction is active" and the writes stay',
      versions: '0.18',
      status: 'measured',
      evidence: 'libsql/client-statements',
    },
  },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction'],
      origins: [{ kind: 'acquire', methods: ['transaction'], on: 'client', promised: true }],
      builders: 'eager',
      operations: { sql: ['execute'], writes: ['executeMultiple', 'commit', 'rollback'], compound: ['batch'], local: ['closed'] },
      concurrentUse: {
        kind: 'rejects',
        text: 'the statements queue on one connection and nothing is gained; a failed one does not end the transaction, and a branch that goes on after the rollback gets "The transaction is closed"',
        versions: '0.18',
        status: 'measured',
        evidence: 'libsql/sibling-after-rollback',
      },
      swallowedError: {
        kind: 'escapes-rollback',
        text: 'a failed statement does not end the transaction: `commit()` keeps what the other statements wrote',
        versions: '0.18',
        status: 'measured',
        evidence: 'libsql/half-commit',
      },
      release: {
        methods: ['commit', 'rollback', 'close'],
        shownBy: ['closed'],
        promised: true,
        twice: {
          kind: 'safe',
          text: '`close()` may be called again, and rolls back what is still open',
          versions: '0.18',
          status: 'measured',
          evidence: 'libsql/close-twice',
        },
        after: {
          kind: 'rejects',
          text: 'the statement rejects with TRANSACTION_CLOSED "The transaction is closed"',
          versions: '0.18',
          status: 'measured',
          evidence: 'libsql/use-after-close',
        },
        never: {
          kind: 'rejects',
          text: 'the next write rejects with SQLITE_BUSY "database is locked"',
          versions: '0.18',
          status: 'measured',
          evidence: 'libsql/never-closed',
        },
        dispose: { symbol: 'none' },
      },
      instead: 'await them one after another, or send them at once with `client.batch([…])`',
    },
  ],
  sources: ['@libsql/client 0.18.0'],
};
