import 'reflect-metadata';
import assert from 'node:assert/strict';
import { DataSource, EntitySchema, type Repository } from 'typeorm';
import { addTransactionalDataSource, deleteDataSourceByName, initializeTransactionalContext, Propagation, runInTransaction, StorageDriver } from 'typeorm-transactional';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, watch } from '../order.js';
import { failsWithDeclined, siblingAfterRollback, taskAfterCommit } from '../scenes.js';

interface NoteRow {
  id?: number;
  text: string;
}
const Note = new EntitySchema<NoteRow>({
  name: 'note',
  columns: { id: { type: Number, primary: true, generated: true }, text: { type: String, unique: true } },
});

async function withRepository(database: PostgresDatabase, program: (notes: Repository<NoteRow>) => Promise<void>): Promise<void> {
  const dataSource = new DataSource({ type: 'postgres', url: database.url, entities: [Note] });
  await dataSource.initialize();
  addTransactionalDataSource(dataSource);
  try {
    await program(dataSource.getRepository(Note));
  } finally {
    deleteDataSourceByName('default');
    await dataSource.destroy();
  }
}

const ambient = (run: (nothing: undefined) => Promise<unknown>) => runInTransaction(() => run(undefined));

export const typeormTransactional: LibraryClaims = {
  library: 'typeorm-transactional',
  packages: ['typeorm-transactional', 'typeorm'],
  prepare: async () => void initializeTransactionalContext({ storageDriver: StorageDriver.ASYNC_LOCAL_STORAGE }),
  claims: onPostgres({
    'typeorm-transactional/late-branch': {
      says: 'a branch that is still running when the transaction has been rolled back writes outside it, without an error',
      harm: (database) =>
        withRepository(database, async (notes) => {
          const late = await siblingAfterRollback(ambient, () => notes.insert({ text: 'late' }));
          assert.equal(late.state, 'fulfilled');
          assert.deepEqual(await database.notes(), ['late']);
        }),
      instead: (database) =>
        withRepository(database, async (notes) => {
          await failsWithDeclined(
            runInTransaction(async () => {
              await notes.insert({ text: 'first' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'typeorm-transactional/joined-branches': {
      says: 'parallel inner calls join one transaction: where the error of one is swallowed, what it wrote is committed with the others',
      harm: (database) =>
        withRepository(database, async (notes) => {
          await runInTransaction(() =>
            Promise.allSettled([
              runInTransaction(async () => {
                await notes.insert({ text: 'failed branch' });
                throw new Declined();
              }),
              runInTransaction(() => notes.insert({ text: 'good branch' })),
            ]),
          );
          assert.deepEqual(await database.notes(), ['failed branch', 'good branch']);
        }),
      instead: (database) =>
        withRepository(database, async (notes) => {
          const own = { propagation: Propagation.REQUIRES_NEW };
          await Promise.allSettled([
            runInTransaction(async () => {
              await notes.insert({ text: 'failed branch' });
              throw new Declined();
            }, own),
            runInTransaction(() => notes.insert({ text: 'good branch' }), own),
          ]);
          assert.deepEqual(await database.notes(), ['good branch']);
        }),
    },

    'typeorm-transactional/use-after-commit': {
      says: 'work that goes on after the commit falls back to the global manager: it writes outside the transaction, without an error',
      harm: (database) =>
        withRepository(database, async (notes) => {
          const late = await taskAfterCommit(ambient, () => notes.insert({ text: 'late' }));
          assert.equal(late.state, 'fulfilled');
          assert.deepEqual(await database.notes(), ['late']);
        }),
      instead: (database) =>
        withRepository(database, async (notes) => {
          await runInTransaction(() => notes.insert({ text: 'in time' }));
          assert.deepEqual(await database.notes(), ['in time']);
        }),
    },

    'typeorm-transactional/repositories-join': {
      says: 'repositories of the global data source join the transaction',
      harmless: true,
      harm: (database) =>
        withRepository(database, async (notes) => {
          await failsWithDeclined(
            runInTransaction(async () => {
              await notes.insert({ text: 'joined' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withRepository(database, async (notes) => {
          await runInTransaction(async () => {
            await notes.insert({ text: 'joined' });
            assert.deepEqual(await database.notes(), []);
          });
          assert.deepEqual(await database.notes(), ['joined']);
        }),
    },

    'typeorm-transactional/shared-by-branches': {
      says: 'the branches of Promise.all share the one connection of the transaction: an error of one breaks the others',
      harm: (database) =>
        withRepository(database, async (notes) => {
          await notes.insert({ text: 'taken' });
          const duplicateSent = gate();
          let other!: ReturnType<typeof watch>;
          await errorOf(
            runInTransaction(async () => {
              const duplicate = watch(notes.insert({ text: 'taken' }));
              other = watch(duplicateSent.opened.then(() => notes.insert({ text: 'other' })));
              await duplicate.outcome();
              duplicateSent.open();
              const outcome = await other.outcome();
              if (outcome.state === 'rejected') throw outcome.reason;
            }),
          );
          const outcome = await other.outcome();
          assert.match(outcome.state === 'rejected' ? outcome.reason.message : '', /current transaction is aborted/);
        }),
      instead: (database) =>
        withRepository(database, async (notes) => {
          await notes.insert({ text: 'taken' });
          const own = { propagation: Propagation.REQUIRES_NEW };
          await Promise.allSettled(['taken', 'other'].map((text) => runInTransaction(() => notes.insert({ text }), own)));
          assert.deepEqual(await database.notes(), ['other', 'taken']);
        }),
    },
  }),
};
