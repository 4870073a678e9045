import type { Library, SessionFacts } from '../libraries/library.js';

/**
 * What holds for a transaction of whatever library: for files that show a database's transaction and not whose. Not a
 * page of the catalogue.
 */
const facts: SessionFacts = {
  id: 'transaction',
  noun: 'transaction',
  origins: [],
  nested: ['transaction', 'savepoint'],
  builders: 'eager',
  operations: { reads: ['find', 'findOne', 'findBy', 'findOneBy', 'findAll', 'findMany', 'findFirst', 'count', 'get', 'select'] },
  concurrentUse: {
    kind: 'escapes-rollback',
    text: 'one connection runs one statement at a time, so nothing is gained, and after the first rejection the other branches go on while the transaction is rolled back',
    versions: 'every library in the catalogue whose outcome is not "safe"',
    status: 'documented',
    source: 'docs/libraries.md',
  },
  instead: 'await them one after another',
};

const library: Library = {
  id: 'general',
  name: 'database',
  checked: 'see the libraries',
  packages: [],
  sessions: [facts],
  sources: ['docs/libraries.md'],
};

export const generalTransaction = { library, facts };
