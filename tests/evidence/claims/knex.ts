import assert from 'node:assert/strict';
import createKnex, { type Knex } from 'knex';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, turns, unhandledRejections, watch } from '../order.js';
import { failsWithDeclined, fullPool, hasNoDispose, siblingAfterRollback, siblingBehindRollback, taskAfterCommit } from '../scenes.js';

type Db = Knex;
type Tx = Knex.Transaction;

async function withKnex(database: PostgresDatabase, program: (knex: Db) => Promise<void>, max = 5): Promise<void> {
  const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };
  const knex = createKnex({ client: 'pg', connection: database.url, pool: { min: 0, max }, acquireConnectionTimeout: 3000, log: silent });
  try {
    await program(knex);
  } finally {
    await knex.destroy();
  }
}

const insert = (text: string) => async (knex: Db | Tx) => void (await knex('note').insert({ text }));
const inTransaction = (knex: Db) => (run: (trx: Tx) => Promise<unknown>) => knex.transaction(run);

export const knex: LibraryClaims = {
  library: 'knex',
  packages: ['knex', 'pg'],
  claims: onPostgres({
    'knex/sibling-after-rollback': {
      says: 'a sibling that goes on after the rollback has begun is rejected, and nobody sees that; nothing is stored',
      harm: (database) =>
        withKnex(database, async (knex) => {
          const behind = await siblingBehindRollback<Tx>(database, inTransaction(knex), (trx) => trx.raw(database.passLock), insert('behind'));
          assert.match(behind.state === 'rejected' ? behind.reason.message : '', /Transaction query already complete/);
          const later = await siblingAfterRollback<Tx>(inTransaction(knex), insert('later'));
          assert.match(later.state === 'rejected' ? later.reason.message : '', /Transaction query already complete/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await failsWithDeclined(
            knex.transaction(async (trx) => {
              await insert('rolled back')(trx);
              throw new Declined();
            }),
          );
          await knex.transaction(async (trx) => {
            await insert('first')(trx);
            await trx('note').insert([{ text: 'second' }, { text: 'third' }]);
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'knex/queues': {
      says: 'parallel queries on one transaction run one after another on its one connection',
      harm: (database) =>
        withKnex(database, async (knex) => {
          const lock = await database.holdLock();
          let next!: ReturnType<typeof watch>;
          const transaction = knex.transaction((trx) => {
            const blocked = trx.raw(database.passLock).then(() => {});
            next = watch(trx.raw('select 1'));
            return blocked;
          });
          await lock.untilAwaited();
          await turns();
          assert.equal(next.state, 'pending');
          assert.equal((await database.backends()).length, 1);
          await lock.letGo();
          await transaction;
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          const lock = await database.holdLock();
          const blocked = knex.raw(database.passLock).then(() => {});
          await lock.untilAwaited();
          await knex.raw('select 1');
          await lock.letGo();
          await blocked;
        }),
    },

    'knex/parallel-nested': {
      says: 'nested transactions are run one after another: a failing one takes nothing from its siblings',
      harmless: true,
      harm: (database) =>
        withKnex(database, async (knex) => {
          // The second savepoint is opened only when the first one has ended.
          await knex.transaction(async (trx) => {
            const firstIsOpen = gate();
            const goOn = gate();
            let secondIsOpen = false;
            const first = watch(
              trx.transaction(async () => {
                firstIsOpen.open();
                await goOn.opened;
                throw new Declined();
              }),
            );
            const second = watch(
              trx.transaction(async (inner) => {
                secondIsOpen = true;
                await insert('kept')(inner);
              }),
            );
            await firstIsOpen.opened;
            await turns();
            assert.equal(secondIsOpen, false);
            goOn.open();
            assert.equal((await first.outcome()).state, 'rejected');
            assert.equal((await second.outcome()).state, 'fulfilled');
          });
          assert.deepEqual(await database.notes(), ['kept']);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await knex.transaction((trx) => Promise.all([trx.transaction(insert('a')), trx.transaction(insert('b'))]));
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'knex/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects',
      harm: (database) =>
        withKnex(database, async (knex) => {
          const late = await taskAfterCommit<Tx>(inTransaction(knex), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Transaction query already complete, run with DEBUG=knex:tx for more info/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await knex.transaction(insert('in time'));
          await insert('after')(knex);
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'knex/never-sent': {
      says: 'a builder that is not awaited is never sent, without an error',
      harm: (database) =>
        withKnex(database, async (knex) => {
          await knex.transaction(async (trx) => {
            trx('note').insert({ text: 'forgotten' });
          });
          await turns();
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await knex.transaction(async (trx) => {
            await trx('note').insert({ text: 'awaited' });
          });
          assert.deepEqual(await database.notes(), ['awaited']);
        }),
    },

    'knex/outer-client': {
      says: 'the root client inside a transaction writes on another connection: its write survives the rollback',
      harm: (database) =>
        withKnex(database, async (knex) => {
          await failsWithDeclined(
            knex.transaction(async (trx) => {
              await insert('inside')(trx);
              await insert('outside')(knex);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await failsWithDeclined(
            knex.transaction(async (trx) => {
              await insert('first')(trx);
              await knex('note').transacting(trx).insert({ text: 'second' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'knex/outer-client-full-pool': {
      says: 'with as many transactions as the pool has connections, each using the root client inside, all of them wait until "Timeout acquiring a connection"',
      harm: (database) =>
        withKnex(
          database,
          async (knex) => {
            const errors = await fullPool(database, 2, (allAreOpen) =>
              knex.transaction(async (trx) => {
                await trx('note').select();
                await allAreOpen();
                await knex('note').select();
              }),
            );
            assert.match(String(errors[0]), /Timeout acquiring a connection\. The pool is probably full\. Are you missing a \.transacting\(trx\) call\?/);
          },
          2,
        ),
      instead: (database) =>
        withKnex(
          database,
          async (knex) => {
            const request = () =>
              knex.transaction(async (trx) => {
                await trx('note').select();
                await trx('note').select();
              });
            await Promise.all([request(), request(), request()]);
          },
          2,
        ),
    },

    'knex/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withKnex(database, async (knex) => {
          await insert('taken')(knex);
          const result = await knex.transaction(async (trx) => {
            await insert('order')(trx);
            await insert('taken')(trx).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await insert('taken')(knex);
          await knex.transaction(async (trx) => {
            await insert('order')(trx);
            await trx.transaction(insert('taken')).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'knex/never-released': {
      says: 'a transaction without commit or rollback stays idle in transaction, and its connection is missing from the pool',
      harm: (database) =>
        withKnex(
          database,
          async (knex) => {
            const trx = await knex.transaction();
            await insert('a')(trx);
            await database.untilIdleInTransaction();
            assert.match((await errorOf(insert('b')(knex))).message, /Timeout acquiring a connection/);
            await trx.rollback();
          },
          1,
        ),
      instead: (database) =>
        withKnex(
          database,
          async (knex) => {
            const trx = await knex.transaction();
            try {
              await insert('a')(trx);
              throw new Declined();
            } catch {
              await trx.rollback();
            }
            await insert('b')(knex);
            assert.deepEqual(await database.notes(), ['b']);
          },
          1,
        ),
    },

    'knex/callback-returns-nothing': {
      says: 'a callback that is not async and returns nothing never commits: the transaction stays idle with its connection',
      harm: (database) =>
        withKnex(database, async (knex) => {
          let leaked!: Tx;
          const inserted = gate();
          const transaction = watch(
            knex.transaction((trx) => {
              leaked = trx;
              void insert('a')(trx).then(inserted.open);
            }),
          );
          await inserted.opened;
          await database.untilIdleInTransaction();
          assert.equal(transaction.state, 'pending');
          assert.deepEqual(await database.notes(), []);
          await leaked.rollback();
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await knex.transaction((trx) => insert('a')(trx));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },

    'knex/rollback-after-commit': {
      says: 'a second commit or rollback does nothing and raises no error',
      harmless: true,
      harm: (database) =>
        withKnex(database, async (knex) => {
          const trx = await knex.transaction();
          await insert('a')(trx);
          await trx.commit();
          await trx.rollback();
          await trx.commit();
          assert.deepEqual(await database.notes(), ['a']);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          const trx = await knex.transaction();
          await insert('a')(trx);
          await trx.rollback();
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'knex/failed-commit': {
      says: 'commit() resolves when the COMMIT fails, awaited or not: only trx.executionPromise rejects, and nothing is unhandled',
      harm: (database) =>
        withKnex(database, async (knex) => {
          const unhandled = await unhandledRejections(async () => {
            const trx = await knex.transaction();
            await insert('order')(trx);
            await trx.raw(database.takeTakenSeat);
            const execution = watch(trx.executionPromise);
            await trx.commit();
            const outcome = await execution.outcome();
            assert.match(outcome.state === 'rejected' ? outcome.reason.message : '', /duplicate key value/);
          });
          assert.deepEqual(unhandled, []);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          const failed = await errorOf(
            knex.transaction(async (trx) => {
              await insert('order')(trx);
              await trx.raw(database.takeTakenSeat);
            }),
          );
          assert.match(failed.message, /duplicate key value/);
        }),
    },

    'knex/no-dispose': {
      says: '`await using` of a transaction throws a TypeError: it has no Symbol.asyncDispose',
      harm: (database) =>
        withKnex(database, async (knex) => {
          const trx = await knex.transaction();
          await hasNoDispose(trx);
          await trx.rollback();
        }),
      instead: (database) =>
        withKnex(database, async (knex) => {
          await knex.transaction((trx) => insert('a')(trx));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },
  }),
};
