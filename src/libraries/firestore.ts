import type { Library } from './library.js';

export const firestore: Library = {
  id: 'firestore',
  name: 'Cloud Firestore',
  checked: '@google-cloud/firestore 8.7.1, firebase-admin 13.10 (read; no server)',
  packages: ['@google-cloud/firestore', 'firebase-admin', 'firebase-admin/firestore'],
  clients: { constructed: ['Firestore'], called: ['getFirestore', 'firestore', 'admin.firestore'], types: ['Firestore'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction', 'FirebaseFirestore.Transaction', 'firestore.Transaction'],
      origins: [{ kind: 'callback', methods: ['runTransaction'], on: 'client', param: 0, retried: true }],
      builders: 'eager',
      // Writes are kept until the commit.
      operations: { reads: ['get', 'getAll'], local: ['set', 'update', 'delete', 'create'] },
      concurrentUse: {
        kind: 'safe',
        text: 'parallel reads are the recommended form, and writes only wait for the commit',
        versions: '8.7',
        status: 'documented',
        source: '@google-cloud/firestore 8.7.1: build/src/transaction.js',
      },
      instead: 'await them one after another',
    },
  ],
  note: 'All reads have to come before the writes. The callback may be called up to five times: its side effects repeat.',
  sources: ['@google-cloud/firestore 8.7.1: types/firestore.d.ts, build/src/transaction.js'],
};
