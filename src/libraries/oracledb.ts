import type { Library } from './library.js';

export const oracledb: Library = {
  id: 'oracledb',
  name: 'node-oracledb',
  checked: '26.0.0 (source read; no server)',
  packages: ['oracledb', 'oracledb/*'],
  clients: { called: ['createPool', 'getPool'], types: ['Pool', 'OracleDB.Pool', 'oracledb.Pool'] },
  sessions: [
    {
      id: 'connection',
      noun: 'connection',
      types: ['Connection', 'OracleDB.Connection', 'oracledb.Connection'],
      origins: [
        { kind: 'acquire', methods: ['getConnection'], on: 'client', promised: true, callbackParam: 1 },
        { kind: 'acquire', methods: ['getConnection'], on: 'module', promised: true, callbackParam: 1 },
      ],
      builders: 'eager',
      operations: {
        sql: ['execute', 'queryStream'],
        writes: ['executeMany', 'commit', 'rollback', 'changePassword', 'createLob'],
        reads: ['ping', 'getStatementInfo', 'isHealthy'],
        compound: ['runPipeline', 'getQueue', 'getSodaDatabase'],
        local: ['action', 'module', 'clientId', 'callTimeout', 'stmtCacheSize', 'tag', 'oracleServerVersion', 'break', 'on', 'once'],
      },
      concurrentUse: {
        kind: 'queues',
        text: 'the driver runs the calls one after another on one connection and nothing is gained; with `errorOnConcurrentExecute` they reject with NJS-081',
        versions: '26.0',
        status: 'documented',
        source: 'oracledb 26.0.0: lib/util.js (`_acquireLock`)',
      },
      release: {
        methods: ['close', 'release'],
        endsTransactionOnly: ['commit', 'rollback'],
        promised: true,
        twice: {
          kind: 'rejects',
          text: 'it rejects with NJS-003 "invalid or closed connection"',
          versions: '26.0',
          status: 'documented',
          source: 'oracledb 26.0.0: lib/connection.js',
        },
        after: {
          kind: 'rejects',
          text: 'the call rejects with NJS-003 "invalid or closed connection"',
          versions: '26.0',
          status: 'documented',
          source: 'oracledb 26.0.0: lib/connection.js',
        },
        never: {
          kind: 'rejects',
          text: 'when the pool (4 connections by default) is empty, requests reject after 60 s with NJS-040',
          versions: '26.0',
          status: 'documented',
          source: 'oracledb 26.0.0: lib/pool.js',
        },
        openTransaction: {
          kind: 'loses-writes',
          text: 'the open transaction is rolled back: without `commit()` the changes are gone and nothing says so',
          versions: '26.0',
          status: 'documented',
          source: 'oracledb 26.0.0: lib/thin/connection.js (`close`)',
        },
        dispose: { symbol: 'asyncDispose', since: '7.0.0' },
      },
      instead: 'await them one after another, or use one `executeMany`',
    },
  ],
  note: 'A ResultSet or Lob used by two branches always throws. `commit()` is needed unless `autoCommit` is set.',
  sources: ['oracledb 26.0.0: lib', '@types/oracledb 7.0.3'],
};
