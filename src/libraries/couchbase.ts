import type { Library } from './library.js';

export const couchbase: Library = {
  id: 'couchbase',
  name: 'Couchbase',
  checked: '4.7.1 (types read; no server)',
  packages: ['couchbase'],
  clients: { called: ['connect', 'Cluster.connect'], types: ['Cluster', 'Bucket', 'Scope', 'Collection'], methods: ['bucket', 'scope', 'collection', 'defaultCollection'] },
  sessions: [
    {
      id: 'attempt',
      noun: 'transaction attempt',
      types: ['TransactionAttemptContext'],
      origins: [{ kind: 'callback', methods: ['run'], on: 'client', param: 0, after: ['transactions'] }],
      builders: 'eager',
      operations: { reads: ['get'], writes: ['insert', 'replace', 'remove'], sql: ['query'] },
      concurrentUse: {
        kind: 'safe',
        text: 'nothing is known to go wrong: the library says nothing about parallel operations of one attempt',
        unknown: true,
        versions: '4.7',
        status: 'documented',
        source: 'couchbase 4.7.1: type declarations',
      },
      instead: 'await them one after another',
    },
  ],
  note: 'Nothing is reported about parallel operations: the library says nothing about them.',
  sources: ['couchbase 4.7.1: type declarations'],
};
