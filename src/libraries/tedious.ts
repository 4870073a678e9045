import type { Library } from './library.js';

export const tedious: Library = {
  id: 'tedious',
  name: 'Tedious',
  checked: '19.2.2 and 20.3.9 on a stand-in; no server',
  packages: ['tedious', 'tedious/*'],
  sessions: [
    {
      id: 'connection',
      noun: 'connection',
      types: ['Connection'],
      origins: [{ kind: 'constructed', classes: ['Connection'], activatedBy: ['connect'] }],
      builders: 'eager',
      promises: 'none',
      operations: {
        compound: ['execSql', 'execSqlBatch', 'execute', 'callProcedure', 'execBulkLoad', 'prepare', 'unprepare', 'transaction'],
        writes: ['beginTransaction', 'commitTransaction', 'rollbackTransaction', 'saveTransaction', 'reset'],
        local: ['newBulkLoad', 'cancel', 'on', 'once', 'off', 'removeListener', 'connect'],
      },
      begins: ['beginTransaction', 'transaction'],
      concurrentUse: {
        kind: 'rejects',
        text: 'the second request fails with "Requests can only be made in the LoggedIn state, not the SentClientRequest state"',
        versions: '19.2, 20.3',
        status: 'measured',
        evidence: 'tedious/second-request-rejects',
      },
      concurrentReads: {
        kind: 'rejects',
        text: 'the second request fails with "Requests can only be made in the LoggedIn state, not the SentClientRequest state", reads too',
        versions: '19.2, 20.3',
        status: 'measured',
        evidence: 'tedious/second-request-rejects',
      },
      release: { methods: ['close'], promised: false, dispose: { symbol: 'none', asOf: '20.3' } },
      instead: 'start the next request in the callback of the one before it, or use a pool',
    },
  ],
  sources: ['tedious 20.3.9: lib/connection.js'],
};
