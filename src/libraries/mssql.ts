import type { Library, OperationFacts } from './library.js';

const operations: OperationFacts = {
  sql: ['query', 'batch'],
  writes: ['bulk', 'begin', 'commit', 'rollback', 'prepare', 'unprepare'],
  // A stored procedure, or a prepared statement.
  compound: ['execute'],
  local: ['input', 'output', 'replaceInput', 'cancel', 'pause', 'resume', 'parameters', 'on', 'once', 'request', 'isolationLevel', 'prepared', 'verbose'],
};

export const mssql: Library = {
  id: 'mssql',
  name: 'mssql',
  checked: '12.7.14 on a stand-in for the tedious connection; no server',
  packages: ['mssql', 'mssql/*'],
  clients: { constructed: ['ConnectionPool'], called: ['connect'], types: ['ConnectionPool'], methods: ['connect', 'request'], sql: ['query', 'batch'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction'],
      origins: [
        { kind: 'constructed', classes: ['Transaction'], activatedBy: ['begin'] },
        { kind: 'acquire', methods: ['transaction'], on: 'client', promised: false, activatedBy: ['begin'] },
      ],
      derived: { methods: ['request'], classes: ['Request', 'PreparedStatement'] },
      builders: 'eager',
      operations,
      begins: ['begin'],
      concurrentUse: {
        kind: 'rejects',
        text: 'the second request rejects with "There is another request in progress.", and so does the rollback: the connection is never given back',
        versions: '12.7',
        status: 'measured',
        evidence: 'mssql/second-request-rejects',
      },
      concurrentReads: {
        kind: 'rejects',
        text: 'the second request rejects with "There is another request in progress.", reads too',
        versions: '12.7',
        status: 'measured',
        evidence: 'mssql/second-request-rejects',
      },
      outerClient: {
        kind: 'escapes-rollback',
        text: 'a request without the transaction uses the pool and is not part of it',
        versions: '12.7',
        status: 'measured',
        evidence: 'mssql/outer-client',
      },
      release: {
        methods: ['commit', 'rollback'],
        promised: true,
        twice: {
          kind: 'rejects',
          text: 'it rejects with "Transaction has not begun. Call begin() first."',
          versions: '12.7',
          status: 'measured',
          evidence: 'mssql/double-rollback',
        },
        after: {
          kind: 'rejects',
          text: 'the request rejects with "Transaction has not begun. Call begin() first."',
          versions: '12.7',
          status: 'measured',
          evidence: 'mssql/use-after-rollback',
        },
        never: {
          kind: 'hangs',
          text: 'the connection that `begin()` took is held for ever',
          versions: '12.7',
          status: 'measured',
          evidence: 'mssql/never-released',
        },
        dispose: { symbol: 'none', asOf: '12.7' },
      },
      instead: 'await the requests one after another, or use one `bulk` request',
    },
    {
      id: 'prepared-statement',
      noun: 'prepared statement',
      types: ['PreparedStatement'],
      origins: [{ kind: 'constructed', classes: ['PreparedStatement'], activatedBy: ['prepare'] }],
      builders: 'eager',
      operations,
      concurrentUse: {
        kind: 'rejects',
        text: 'the statement holds one connection: the second request on it rejects with "There is another request in progress."',
        versions: '12.7',
        status: 'documented',
        source: 'mssql 12.7.14: lib/base/prepared-statement.js',
      },
      concurrentReads: {
        kind: 'rejects',
        text: 'the statement holds one connection: the second request on it rejects with "There is another request in progress.", reads too',
        versions: '12.7',
        status: 'documented',
        source: 'mssql 12.7.14: lib/base/prepared-statement.js',
      },
      release: {
        methods: ['unprepare'],
        promised: true,
        never: {
          kind: 'hangs',
          text: 'the connection that `prepare()` took is held for ever',
          versions: '12.7',
          status: 'measured',
          evidence: 'mssql/never-unprepared',
        },
        dispose: { symbol: 'none', asOf: '12.7' },
      },
      instead: 'await the executions one after another',
    },
  ],
  note: '`pool.request()` takes a connection for each request: parallel requests on the pool are safe.',
  sources: ['mssql 12.7.14: lib/base', '@types/mssql 12.3.0', 'tediousjs/node-mssql#491'],
};
