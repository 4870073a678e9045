import noBackgroundUse from './no-background-use.js';
import noConcurrentUse from './no-concurrent-use.js';
import noFloatingTransactionEnd from './no-floating-transaction-end.js';
import noIoInTransaction from './no-io-in-transaction.js';
import noOuterClientInTransaction from './no-outer-client-in-transaction.js';
import noSessionStateOnPool from './no-session-state-on-pool.js';
import noUnusedTransaction from './no-unused-transaction.js';
import noPooledStatementCache from './no-pooled-statement-cache.js';
import requireRelease from './require-release.js';

/** Every rule of the plugin by its name. A test checks that the folder, this list, the pages and the tests agree. */
export const rules = {
  'no-background-use': noBackgroundUse,
  'no-concurrent-use': noConcurrentUse,
  'no-floating-transaction-end': noFloatingTransactionEnd,
  'no-io-in-transaction': noIoInTransaction,
  'no-outer-client-in-transaction': noOuterClientInTransaction,
  'no-session-state-on-pool': noSessionStateOnPool,
  'no-unused-transaction': noUnusedTransaction,
  'no-pooled-statement-cache': noPooledStatementCache,
  'require-release': requireRelease,
};
