import type { Library } from './library.js';

export const datastore: Library = {
  id: 'datastore',
  name: 'Cloud Datastore',
  checked: '10.1.1 (types read; no server)',
  packages: ['@google-cloud/datastore'],
  clients: { constructed: ['Datastore'], types: ['Datastore'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction'],
      origins: [{ kind: 'acquire', methods: ['transaction'], on: 'client', promised: false, activatedBy: ['run'] }],
      builders: 'eager',
      operations: {
        reads: ['get', 'runQuery', 'runAggregationQuery'],
        writes: ['run', 'commit', 'rollback'],
        // Writes are kept until the commit.
        local: ['save', 'insert', 'update', 'upsert', 'delete', 'createQuery', 'createAggregationQuery'],
      },
      concurrentUse: {
        kind: 'safe',
        text: 'parallel reads are allowed, and writes only wait for the commit',
        versions: '10.1',
        status: 'documented',
        source: '@google-cloud/datastore 10.1.1: transaction.d.ts',
      },
      release: { methods: ['commit', 'rollback'], promised: true },
      instead: 'await them one after another',
    },
  ],
  sources: ['@google-cloud/datastore 10.1.1: transaction.d.ts'],
};
