import type { Library } from './library.js';

export const dgraph: Library = {
  id: 'dgraph',
  name: 'Dgraph',
  checked: 'dgraph-js 24.2.0 (read; no server)',
  packages: ['dgraph-js', 'dgraph-js-http'],
  clients: { constructed: ['DgraphClient'], types: ['DgraphClient'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Txn'],
      origins: [{ kind: 'acquire', methods: ['newTxn'], on: 'any', promised: false }],
      builders: 'eager',
      operations: { reads: ['query', 'queryWithVars', 'queryRDF', 'queryRDFWithVars'], writes: ['mutate', 'doRequest', 'commit'] },
      concurrentUse: {
        kind: 'safe',
        text: 'nothing is known to go wrong: the library says nothing about parallel operations of one transaction',
        unknown: true,
        versions: '24.2',
        status: 'documented',
        source: 'README of dgraph-js 24.2.0',
      },
      release: {
        methods: ['discard', 'commit'],
        promised: true,
        twice: {
          kind: 'safe',
          text: 'a `discard()` after `commit()` does nothing',
          versions: '24.2',
          status: 'documented',
          source: 'README of dgraph-js 24.2.0',
        },
      },
      instead: 'await them one after another',
    },
  ],
  note: 'The README recommends `discard()` in a `finally`. Nothing is reported about parallel operations: the library says nothing about them.',
  sources: ['README of dgraph-js 24.2.0'],
};
