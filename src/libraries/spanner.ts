import type { Library } from './library.js';

export const spanner: Library = {
  id: 'spanner',
  name: 'Cloud Spanner',
  checked: '8.13.0 (types read; no server)',
  packages: ['@google-cloud/spanner', '@google-cloud/spanner/*'],
  clients: { constructed: ['Spanner'], types: ['Spanner', 'Instance', 'Database'], methods: ['instance', 'database'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction', 'Snapshot'],
      origins: [
        { kind: 'callback', methods: ['runTransactionAsync'], on: 'any', param: 0, retried: true },
        // Callback style: `database.runTransaction((error, transaction) => …)`.
        { kind: 'callback', methods: ['runTransaction'], on: 'client', param: 1, retried: true },
        { kind: 'acquire', methods: ['getTransaction', 'getSnapshot'], on: 'client', promised: true, element: 0, callbackParam: 1 },
      ],
      builders: 'eager',
      operations: {
        reads: ['read', 'createReadStream', 'getReadTimestamp'],
        writes: ['runUpdate', 'batchUpdate', 'commit', 'rollback', 'begin'],
        sql: ['run', 'runStream'],
        // Mutations are kept until the commit.
        local: ['insert', 'update', 'upsert', 'replace', 'deleteRows', 'id', 'readTimestamp', 'end'],
      },
      concurrentUse: {
        kind: 'safe',
        text: 'each `run` is a stream of its own: parallel ones are allowed',
        versions: '8.13',
        status: 'documented',
        source: '@google-cloud/spanner 8.13.0: transaction.d.ts',
      },
      release: {
        methods: ['end', 'commit', 'rollback'],
        promised: false,
        never: {
          kind: 'rejects',
          text: 'the session leaks, and when the pool is empty requests reject with SessionPoolExhaustedError',
          versions: '8.13',
          status: 'documented',
          source: '@google-cloud/spanner 8.13.0: database.d.ts',
        },
      },
      instead: 'await them one after another',
    },
  ],
  note: '`runTransactionAsync` runs its callback again when the transaction is aborted, and stores nothing unless the callback calls `commit()`.',
  sources: ['@google-cloud/spanner 8.13.0: database.d.ts, transaction.d.ts'],
};
