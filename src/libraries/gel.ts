import type { Library } from './library.js';

const reads = ['querySingle', 'querySingleJSON', 'queryRequired', 'queryRequiredJSON', 'queryRequiredSingle', 'queryRequiredSingleJSON'];

export const gel: Library = {
  id: 'gel',
  name: 'Gel (EdgeDB)',
  checked: 'gel 2.2.1 (client side run; no server)',
  packages: ['gel', 'gel/*', 'edgedb', 'edgedb/*'],
  clients: { called: ['createClient', 'createHttpClient'], types: ['Client'], methods: ['withRetryOptions', 'withTransactionOptions', 'withConfig', 'withGlobals', 'withSession', 'withModuleAliases'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction'],
      origins: [{ kind: 'callback', methods: ['transaction'], on: 'client', param: 0, retried: true }],
      derived: { methods: ['withSQLRowMode'] },
      travels: { argumentOf: { run: 0 } },
      builders: 'eager',
      operations: { sql: ['query', 'queryJSON', 'querySQL', ...reads], writes: ['execute', 'executeSQL'] },
      fingerprint: { paths: ['queryRequiredSingle', 'queryRequiredSingleJSON', 'queryRequired', 'querySingleJSON'] },
      concurrentUse: {
        kind: 'rejects',
        text: 'the second query rejects with "Another query is in progress. Use the query methods on \'Client\' to run queries concurrently."',
        versions: '2.2',
        status: 'measured',
        evidence: 'gel/second-query-rejects',
      },
      concurrentReads: {
        kind: 'rejects',
        text: 'the second query rejects with "Another query is in progress. Use the query methods on \'Client\' to run queries concurrently.", reads too',
        versions: '2.2',
        status: 'measured',
        evidence: 'gel/second-query-rejects',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query rejects with "the transaction is already committed"',
        versions: '2.2',
        status: 'measured',
        evidence: 'gel/use-after-commit',
      },
      floating: {
        kind: 'rejects',
        text: 'the transaction rejects with "A query is still in progress after transaction block has returned."',
        versions: '2.2',
        status: 'measured',
        evidence: 'gel/floating-query',
      },
      instead: 'await them one after another, or put them into one query',
    },
  ],
  note: '`client.transaction` may call its callback again.',
  sources: ['gel 2.2.1: dist/transaction.js, dist/baseClient.js'],
};
