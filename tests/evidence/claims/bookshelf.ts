import assert from 'node:assert/strict';
import createBookshelf from 'bookshelf';
import createKnex, { type Knex } from 'knex';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, gate, turns, watch } from '../order.js';
import { failsWithDeclined, siblingAfterRollback, taskAfterCommit } from '../scenes.js';

type Bookshelf = ReturnType<typeof createBookshelf>;
/** Saves a note; the options carry the transaction. */
type Save = (text: string, options?: { transacting: Knex.Transaction }) => Promise<unknown>;

async function withBookshelf(database: PostgresDatabase, program: (bookshelf: Bookshelf, save: Save) => Promise<void>): Promise<void> {
  const knex = createKnex({ client: 'pg', connection: database.url, pool: { min: 0, max: 5 }, acquireConnectionTimeout: 3000 });
  const bookshelf = createBookshelf(knex as never);
  const Note = bookshelf.model('Note', { tableName: 'note' }) as unknown as new () => { save(row: object, options: object): Promise<unknown> };
  try {
    await program(bookshelf, (text, options) => new Note().save({ text }, { method: 'insert', ...options }));
  } finally {
    await knex.destroy();
  }
}

const inTransaction = (bookshelf: Bookshelf) => (run: (trx: Knex.Transaction) => Promise<unknown>) =>
  bookshelf.transaction(run as never) as unknown as Promise<unknown>;

export const bookshelf: LibraryClaims = {
  library: 'bookshelf',
  packages: ['bookshelf', 'knex', 'pg'],
  claims: onPostgres({
    'bookshelf/sibling-after-rollback': {
      says: 'a sibling that goes on after the rollback has begun is rejected, and nobody sees that; nothing is stored',
      harm: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          const late = await siblingAfterRollback<Knex.Transaction>(inTransaction(bookshelf), (transacting) => save('late', { transacting }));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Transaction query already complete/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          await failsWithDeclined(
            inTransaction(bookshelf)(async (transacting) => {
              await save('rolled back', { transacting });
              throw new Declined();
            }),
          );
          await inTransaction(bookshelf)(async (transacting) => {
            await save('first', { transacting });
            await save('second', { transacting });
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'bookshelf/parallel-nested': {
      says: 'nested transactions are run one after another: a failing one takes nothing from its siblings',
      harmless: true,
      harm: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          // The second savepoint is opened only when the first one has ended.
          await inTransaction(bookshelf)(async (trx) => {
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
              trx.transaction(async (transacting) => {
                secondIsOpen = true;
                await save('kept', { transacting });
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
        withBookshelf(database, async (bookshelf, save) => {
          await inTransaction(bookshelf)((trx) =>
            Promise.all(['a', 'b'].map((text) => trx.transaction(async (transacting) => void (await save(text, { transacting }))))),
          );
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'bookshelf/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects',
      harm: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          const late = await taskAfterCommit<Knex.Transaction>(inTransaction(bookshelf), (transacting) => save('late', { transacting }));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Transaction query already complete/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          await inTransaction(bookshelf)(async (transacting) => void (await save('in time', { transacting })));
          assert.deepEqual(await database.notes(), ['in time']);
        }),
    },

    'bookshelf/outer-client': {
      says: 'a query without { transacting } runs on another connection: its write survives the rollback',
      harm: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          await failsWithDeclined(
            inTransaction(bookshelf)(async (transacting) => {
              await save('inside', { transacting });
              await save('outside');
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }),
      instead: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          await failsWithDeclined(
            inTransaction(bookshelf)(async (transacting) => {
              await save('first', { transacting });
              await save('second', { transacting });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'bookshelf/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          await save('taken');
          const result = await inTransaction(bookshelf)(async (transacting) => {
            await save('order', { transacting });
            await save('taken', { transacting }).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withBookshelf(database, async (bookshelf, save) => {
          await save('taken');
          await inTransaction(bookshelf)(async (trx) => {
            await save('order', { transacting: trx });
            await trx.transaction((transacting) => save('taken', { transacting })).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },
  }),
};
