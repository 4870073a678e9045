import assert from 'node:assert/strict';
import createKnex, { type Knex } from 'knex';
import { Model, type Transaction } from 'objection';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, gate, turns, watch } from '../order.js';
import { failsWithDeclined, fullPool, siblingAfterRollback, taskAfterCommit } from '../scenes.js';

class NoteModel extends Model {
  static override tableName = 'note';
  declare id: number;
  declare text: string;
}
type Notes = typeof NoteModel;

async function withNotes(database: PostgresDatabase, program: (Note: Notes) => Promise<void>, max = 5): Promise<void> {
  const silent = { warn() {}, error() {}, deprecate() {}, debug() {} };
  const knex: Knex = createKnex({ client: 'pg', connection: database.url, pool: { min: 0, max }, acquireConnectionTimeout: 3000, log: silent });
  try {
    await program(NoteModel.bindKnex(knex));
  } finally {
    await knex.destroy();
  }
}

export const objection: LibraryClaims = {
  library: 'objection',
  packages: ['objection', 'knex', 'pg'],
  claims: onPostgres({
    'objection/sibling-after-rollback': {
      says: 'a sibling that goes on after the rollback has begun is rejected, and nobody sees that; nothing is stored',
      harm: (database) =>
        withNotes(database, async (Note) => {
          const late = await siblingAfterRollback<Transaction>(
            (run) => Note.transaction(run),
            (trx) => Note.query(trx).insert({ text: 'late' }),
          );
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Transaction query already complete/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withNotes(database, async (Note) => {
          await failsWithDeclined(
            Note.transaction(async (trx) => {
              await Note.query(trx).insert({ text: 'rolled back' });
              throw new Declined();
            }),
          );
          await Note.transaction(async (trx) => {
            await Note.query(trx).insert({ text: 'first' });
            await Note.query(trx).insertGraph([{ text: 'second' }, { text: 'third' }]);
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'objection/parallel-nested': {
      says: 'nested transactions are run one after another: a failing one takes nothing from its siblings',
      harmless: true,
      harm: (database) =>
        withNotes(database, async (Note) => {
          // The second savepoint is opened only when the first one has ended.
          await Note.transaction(async (trx) => {
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
                await Note.query(inner).insert({ text: 'kept' });
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
        withNotes(database, async (Note) => {
          await Note.transaction((trx) =>
            Promise.all(['a', 'b'].map((text) => trx.transaction(async (inner) => void (await Note.query(inner).insert({ text }))))),
          );
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'objection/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects',
      harm: (database) =>
        withNotes(database, async (Note) => {
          const late = await taskAfterCommit<Transaction>(
            (run) => Note.transaction(run),
            (trx) => Note.query(trx).insert({ text: 'late' }),
          );
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Transaction query already complete/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withNotes(database, async (Note) => {
          await Note.transaction(async (trx) => void (await Note.query(trx).insert({ text: 'in time' })));
          await Note.query().insert({ text: 'after' });
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'objection/never-sent': {
      says: 'a query builder that is not awaited is never sent, without an error',
      harm: (database) =>
        withNotes(database, async (Note) => {
          await Note.transaction(async (trx) => {
            Note.query(trx).insert({ text: 'forgotten' });
          });
          await turns();
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withNotes(database, async (Note) => {
          await Note.transaction(async (trx) => {
            await Note.query(trx).insert({ text: 'awaited' });
          });
          assert.deepEqual(await database.notes(), ['awaited']);
        }),
    },

    'objection/outer-client': {
      says: 'a query without the transaction runs on another connection: its write survives the rollback',
      harm: (database) =>
        withNotes(database, async (Note) => {
          await failsWithDeclined(
            Note.transaction(async (trx) => {
              await Note.query(trx).insert({ text: 'inside' });
              await Note.query().insert({ text: 'outside' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }),
      instead: (database) =>
        withNotes(database, async (Note) => {
          await failsWithDeclined(
            Note.transaction(async (trx) => {
              await Note.query(trx).insert({ text: 'first' });
              await Note.bindTransaction(trx).query().insert({ text: 'second' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'objection/outer-client-full-pool': {
      says: 'with as many transactions as the pool has connections, each with a query without the transaction, all of them wait until "Timeout acquiring a connection"',
      harm: (database) =>
        withNotes(
          database,
          async (Note) => {
            const errors = await fullPool(database, 2, (allAreOpen) =>
              Note.transaction(async (trx) => {
                await Note.query(trx);
                await allAreOpen();
                await Note.query();
              }),
            );
            assert.match(String(errors[0]), /Timeout acquiring a connection/);
          },
          2,
        ),
      instead: (database) =>
        withNotes(
          database,
          async (Note) => {
            const request = () =>
              Note.transaction(async (trx) => {
                await Note.query(trx);
                await Note.query(trx);
              });
            await Promise.all([request(), request(), request()]);
          },
          2,
        ),
    },

    'objection/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withNotes(database, async (Note) => {
          await Note.query().insert({ text: 'taken' });
          const result = await Note.transaction(async (trx) => {
            await Note.query(trx).insert({ text: 'order' });
            await Note.query(trx).insert({ text: 'taken' }).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withNotes(database, async (Note) => {
          await Note.query().insert({ text: 'taken' });
          await Note.transaction(async (trx) => {
            await Note.query(trx).insert({ text: 'order' });
            await trx.transaction(async (inner) => void (await Note.query(inner).insert({ text: 'taken' }))).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'objection/never-released': {
      says: 'a started transaction without commit or rollback stays idle in transaction with its connection',
      harm: (database) =>
        withNotes(database, async (Note) => {
          const trx = await Note.startTransaction();
          await Note.query(trx).insert({ text: 'a' });
          await database.untilIdleInTransaction();
          assert.deepEqual(await database.notes(), []);
          await trx.rollback();
        }),
      instead: (database) =>
        withNotes(database, async (Note) => {
          const trx = await Note.startTransaction();
          try {
            await Note.query(trx).insert({ text: 'a' });
            await trx.commit();
          } catch (error) {
            await trx.rollback();
            throw error;
          }
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },
  }),
};
