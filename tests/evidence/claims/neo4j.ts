import assert from 'node:assert/strict';
import neo4j, { type Driver } from 'neo4j-driver';
import { onNothing, type LibraryClaims } from '../claim.js';
import { freePort } from '../databases/machine.js';
import { errorOf, watch } from '../order.js';

/** A driver whose server cannot be reached: what it refuses by itself it refuses before it asks the server. */
async function withDriver(program: (driver: Driver) => Promise<void>): Promise<void> {
  const driver = neo4j.driver(`bolt://127.0.0.1:${await freePort()}`, undefined, { connectionAcquisitionTimeout: 1000, maxTransactionRetryTime: 100 });
  try {
    await program(driver);
  } finally {
    await driver.close();
  }
}

const read = (driver: Driver, session = driver.session()) => session.executeRead((tx) => tx.run('RETURN 1'));

export const neo4jClaims: LibraryClaims = {
  library: 'neo4j',
  packages: ['neo4j-driver'],
  claims: onNothing({
    'neo4j/busy-session-rejects': {
      says: 'a session does one thing at a time: a second call rejects with "on a session with ongoing work"',
      harm: () =>
        withDriver(async (driver) => {
          const session = driver.session();
          const first = watch(read(driver, session));
          assert.match((await errorOf(read(driver, session))).message, /on a session with ongoing work/);
          assert.match((await errorOf(session.run('RETURN 1'))).message, /cannot be run directly on a session with ongoing work/);
          assert.throws(() => session.beginTransaction(), /You cannot begin a transaction on a session with ongoing work/);
          await first.outcome();
          await session.close();
        }),
      instead: () =>
        withDriver(async (driver) => {
          // Each has a session of its own: nothing is refused, and they get as far as to look for the server.
          const ends = await Promise.all([watch(read(driver)).outcome(), watch(read(driver)).outcome()]);
          for (const end of ends) assert.equal(end.state === 'rejected' && end.reason.code, 'ServiceUnavailable');
        }),
    },

    'neo4j/use-after-close': {
      says: 'a query on a closed session rejects with "Cannot run query in a closed session."',
      harm: () =>
        withDriver(async (driver) => {
          const session = driver.session();
          await session.close();
          assert.match((await errorOf(session.run('RETURN 1'))).message, /Cannot run query in a closed session\./);
          assert.throws(() => session.beginTransaction(), /Cannot begin a transaction on a closed session\./);
        }),
      instead: () =>
        withDriver(async (driver) => {
          await using session = driver.session();
          assert.equal((await errorOf(session.run('RETURN 1')) as { code?: string }).code, 'ServiceUnavailable');
        }),
    },
  }),
};
