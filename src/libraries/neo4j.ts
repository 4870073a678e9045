import type { Library } from './library.js';

export const neo4j: Library = {
  id: 'neo4j',
  name: 'Neo4j driver',
  checked: '6.3.0; 5.28.3 read (no server)',
  packages: ['neo4j-driver', 'neo4j-driver/*', 'neo4j-driver-core', 'neo4j-driver-lite'],
  clients: { called: ['driver'], types: ['Driver'] },
  sessions: [
    {
      id: 'session',
      noun: 'session',
      types: ['Session', 'RxSession'],
      origins: [{ kind: 'acquire', methods: ['session', 'rxSession'], on: 'client', promised: false }],
      nested: ['beginTransaction', 'executeRead', 'executeWrite', 'readTransaction', 'writeTransaction'],
      builders: 'eager',
      operations: {
        compound: ['run', 'executeRead', 'executeWrite', 'readTransaction', 'writeTransaction', 'beginTransaction'],
        local: ['lastBookmark', 'lastBookmarks'],
      },
      fingerprint: { paths: ['executeRead', 'executeWrite', 'lastBookmarks'] },
      concurrentUse: {
        kind: 'rejects',
        text: 'a session does one thing at a time: the second call rejects with "cannot be run directly on a session with ongoing work"',
        versions: '6.3 (5.28: "with an open transaction")',
        status: 'measured',
        evidence: 'neo4j/busy-session-rejects',
      },
      concurrentReads: {
        kind: 'rejects',
        text: 'a session does one thing at a time: the second `executeRead` rejects with "on a session with ongoing work"',
        versions: '6.3 (5.28: "with an open transaction")',
        status: 'measured',
        evidence: 'neo4j/busy-session-rejects',
      },
      parallelNested: {
        kind: 'rejects',
        text: 'a session has at most one transaction at a time: the second one rejects with "on a session with ongoing work"',
        versions: '6.3 (5.28: "with an open transaction")',
        status: 'measured',
        evidence: 'neo4j/busy-session-rejects',
      },
      floating: {
        kind: 'loses-writes',
        text: 'an error of a result that nobody consumes is swallowed silently',
        versions: '6.3',
        status: 'documented',
        source: 'neo4j-driver-core 6.3.0: lib/session.js, `run`',
      },
      release: {
        methods: ['close'],
        // A connection is taken when something runs: neo4j-driver-core 6.3.0, lib/session.js calls `initializeConnection` in `_run` and `_beginTransaction`.
        lazy: true,
        promised: true,
        after: {
          kind: 'rejects',
          text: 'the query rejects with "Cannot run query in a closed session."',
          versions: '6.3',
          status: 'measured',
          evidence: 'neo4j/use-after-close',
        },
        dispose: { symbol: 'asyncDispose', since: '5.15.0', asOf: '6.3' },
      },
      instead: 'open a session for each branch, use `driver.executeQuery`, or run the queries in one transaction',
    },
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction', 'ManagedTransaction', 'RxTransaction'],
      origins: [
        // Returns a transaction that is a promise as well: awaiting it is optional.
        { kind: 'acquire', methods: ['beginTransaction'], on: 'session', promised: false },
        { kind: 'callback', methods: ['executeRead', 'executeWrite'], on: 'any', param: 0, retried: true },
        { kind: 'callback', methods: ['readTransaction', 'writeTransaction'], on: 'client', param: 0, retried: true },
      ],
      builders: 'eager',
      operations: { compound: ['run'], writes: ['commit', 'rollback'], local: ['isOpen'] },
      concurrentUse: {
        kind: 'safe',
        text: 'the driver accepts several `tx.run` at once on one transaction',
        versions: '6.3',
        status: 'documented',
        source: 'neo4j-driver-core 6.3.0: lib/transaction.js has no guard (not run against a server)',
      },
      release: { methods: ['commit', 'rollback', 'close'], promised: true, dispose: { symbol: 'asyncDispose', since: '5.15.0', asOf: '6.3' } },
      instead: 'await them one after another',
    },
  ],
  note: '`executeRead` and `executeWrite` may call their callback again for up to 30 s, and do not close the session. `driver.executeQuery` manages a session of its own.',
  sources: ['neo4j-driver-core 6.3.0: lib/session.js, types/session.d.ts, types/transaction.d.ts'],
};
