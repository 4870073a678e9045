import type { Library } from './library.js';

export const typedb: Library = {
  id: 'typedb',
  name: 'TypeDB driver',
  checked: '2.29.7 (read; no server)',
  packages: ['typedb-driver', 'typedb-driver/*'],
  clients: { called: ['TypeDB.coreDriver', 'TypeDB.cloudDriver'], types: ['TypeDBDriver'] },
  sessions: [
    {
      id: 'session',
      noun: 'session',
      types: ['TypeDBSession'],
      origins: [{ kind: 'acquire', methods: ['session'], on: 'client', promised: true }],
      builders: 'eager',
      concurrentUse: {
        kind: 'safe',
        text: 'nothing is known to go wrong: the library says nothing about parallel use of one session',
        unknown: true,
        versions: '2.29',
        status: 'documented',
        source: 'typedb-driver 2.29.7: type declarations',
      },
      release: { methods: ['close'], promised: true },
      instead: 'await them one after another',
    },
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['TypeDBTransaction'],
      origins: [{ kind: 'acquire', methods: ['transaction'], on: 'session', promised: true }],
      derived: { properties: ['query', 'concepts', 'logic'] },
      builders: 'eager',
      operations: { writes: ['insert', 'delete', 'update', 'define', 'undefine', 'commit', 'rollback'], reads: ['get', 'fetch', 'getAggregate', 'getGroup', 'explain'] },
      concurrentUse: {
        kind: 'safe',
        text: 'nothing is known to go wrong: the library says nothing about parallel operations of one transaction',
        unknown: true,
        versions: '2.29',
        status: 'documented',
        source: 'typedb-driver 2.29.7: type declarations',
      },
      release: { methods: ['commit', 'close'], promised: true },
      instead: 'await them one after another',
    },
  ],
  note: 'Nothing is reported about parallel operations: the library says nothing about them. The HTTP driver of TypeDB 3 is another library.',
  sources: ['typedb-driver 2.29.7: type declarations'],
};
