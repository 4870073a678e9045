import assert from 'node:assert/strict';
import { DataSource, EntitySchema, type EntityManager, type QueryRunner } from 'typeorm';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf } from '../order.js';
import { awaitedCommit, failsWithDeclined, floatingCommit, fullPool, siblingBehindRollback, taskAfterCommit, type Begun } from '../scenes.js';

const Note = new EntitySchema<{ id?: number; text: string }>({
  name: 'note',
  columns: { id: { type: Number, primary: true, generated: true }, text: { type: String, unique: true } },
});

async function withDataSource(database: PostgresDatabase, program: (dataSource: DataSource) => Promise<void>, poolSize = 5): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: database.url,
    poolSize,
    entities: [Note],
    extra: { connectionTimeoutMillis: 3000 },
  });
  await dataSource.initialize();
  try {
    await program(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

const insert = (text: string) => (manager: EntityManager) => manager.insert(Note, { text });

async function inSequence(dataSource: DataSource): Promise<void> {
  await failsWithDeclined(
    dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'rolled back' });
      throw new Declined();
    }),
  );
  await dataSource.transaction(async (manager) => {
    await manager.insert(Note, { text: 'first' });
    await manager.save(Note, [{ text: 'second' }, { text: 'third' }]);
  });
}

async function begin(dataSource: DataSource): Promise<Begun> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  const commit = async () => {
    try {
      await runner.commitTransaction();
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  };
  return { write: (sql) => runner.query(sql), commit };
}

export const typeorm: LibraryClaims = {
  library: 'typeorm',
  packages: ['typeorm', 'pg'],
  claims: onPostgres({
    'typeorm/sibling-after-rollback': {
      says: 'what a sibling sends while the ROLLBACK is on its way runs behind it and is committed on its own',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          const late = await siblingBehindRollback<EntityManager>(
            database,
            (run) => dataSource.transaction(run),
            (manager) => manager.query(database.passLock),
            insert('late'),
          );
          assert.equal(late.state, 'fulfilled');
          assert.deepEqual(await database.notes(), ['late']);
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          await inSequence(dataSource);
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'typeorm/parallel-nested': {
      says: 'two nested transactions at the same time reject although every branch succeeds, because savepoints are named by depth',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          const failed = await errorOf(
            dataSource.transaction((manager) => Promise.all([manager.transaction(insert('a')), manager.transaction(insert('b'))])),
          );
          assert.ok(['3B001', '25P02'].includes(String(failed.code)), `${failed.message} ${String(failed.code)}`);
          await database.untilIdleInTransaction();
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          await dataSource.transaction(async (manager) => {
            await manager.transaction(insert('a'));
            await manager.transaction(insert('b'));
          });
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'typeorm/use-after-commit': {
      says: 'a query on the manager after the transaction was committed rejects: the query runner is released',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          const late = await taskAfterCommit<EntityManager>((run) => dataSource.transaction(run), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Query runner already released\. Cannot run queries anymore\./);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          await dataSource.transaction(insert('in time'));
          await dataSource.manager.insert(Note, { text: 'after' });
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'typeorm/outer-client': {
      says: 'a repository of the data source inside a transaction writes on another connection: its write survives the rollback',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          const notes = dataSource.getRepository(Note);
          await failsWithDeclined(
            dataSource.transaction(async (manager) => {
              await manager.insert(Note, { text: 'inside' });
              await notes.insert({ text: 'outside' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          const notes = dataSource.getRepository(Note);
          await failsWithDeclined(
            dataSource.transaction(async (manager) => {
              await manager.getRepository(Note).insert({ text: 'first' });
              await manager.withRepository(notes).insert({ text: 'second' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'typeorm/outer-client-full-pool': {
      says: 'with as many transactions as the pool has connections, each using the data source inside, all of them wait for ever',
      harm: (database) =>
        withDataSource(
          database,
          async (dataSource) => {
            const errors = await fullPool(database, 2, (allAreOpen) =>
              dataSource.transaction(async (manager) => {
                await manager.find(Note);
                await allAreOpen();
                await dataSource.manager.find(Note);
              }),
            );
            // Only this program's time limit for a connection (pg has none by default) brings it to an end.
            assert.match(String(errors[0]), /timeout exceeded when trying to connect/);
          },
          2,
        ),
      instead: (database) =>
        withDataSource(
          database,
          async (dataSource) => {
            const request = () =>
              dataSource.transaction(async (manager) => {
                await manager.find(Note);
                await manager.find(Note);
              });
            await Promise.all([request(), request(), request()]);
          },
          2,
        ),
    },

    'typeorm/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          await dataSource.manager.insert(Note, { text: 'taken' });
          const result = await dataSource.transaction(async (manager) => {
            await manager.insert(Note, { text: 'order' });
            await manager.insert(Note, { text: 'taken' }).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          await dataSource.manager.insert(Note, { text: 'taken' });
          await dataSource.transaction(async (manager) => {
            await manager.insert(Note, { text: 'order' });
            await manager.transaction(insert('taken')).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'typeorm/parallel-save': {
      says: 'parallel saves on one query runner share the transaction that the first of them opens: when that one fails, the rows of the others, which have resolved, are rolled back',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          await dataSource.manager.insert(Note, [{ text: 'a' }, { text: 'b' }, { text: 'taken' }]);
          const runner = dataSource.createQueryRunner();
          const results = await Promise.allSettled([
            runner.manager.save(Note, { id: 1, text: 'taken' }),
            runner.manager.save(Note, { id: 2, text: 'b changed' }),
          ]);
          assert.deepEqual(results.map(({ status }) => status), ['rejected', 'fulfilled']);
          assert.deepEqual(await database.notes(), ['a', 'b', 'taken']);
          await runner.release();
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          await dataSource.manager.insert(Note, [{ text: 'a' }, { text: 'b' }, { text: 'taken' }]);
          const runner = dataSource.createQueryRunner();
          await errorOf(runner.manager.save(Note, { id: 1, text: 'taken' }));
          await runner.manager.save(Note, { id: 2, text: 'b changed' });
          await runner.release();
          assert.deepEqual(await database.notes(), ['a', 'b changed', 'taken']);
        }),
    },

    'typeorm/parallel-start': {
      says: 'two branches that both start a transaction on one query runner share it: the commit of one takes the other one apart',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          const runner = dataSource.createQueryRunner();
          const branch = async (text: string) => {
            await runner.startTransaction();
            await runner.manager.insert(Note, { text });
            await runner.commitTransaction();
          };
          const results = await Promise.allSettled([branch('a'), branch('b')]);
          assert.ok(results.some(({ status }) => status === 'rejected'));
          await runner.release();
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          await Promise.all(['a', 'b'].map((text) => dataSource.transaction(insert(text))));
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'typeorm/use-after-release': {
      says: 'a query on a released query runner rejects',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          const runner = dataSource.createQueryRunner();
          await runner.manager.insert(Note, { text: 'in time' });
          await runner.release();
          const failed = await errorOf(runner.manager.insert(Note, { text: 'late' }));
          assert.match(failed.message, /Query runner already released\. Cannot run queries anymore\./);
          assert.deepEqual(await database.notes(), ['in time']);
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          const runner = dataSource.createQueryRunner();
          try {
            await runner.manager.insert(Note, { text: 'in time' });
          } finally {
            await runner.release();
          }
          assert.deepEqual(await database.notes(), ['in time']);
        }),
    },

    'typeorm/never-released': {
      says: 'a query runner that is never released keeps its connection: with an empty pool the next query waits for ever',
      harm: (database) =>
        withDataSource(
          database,
          async (dataSource) => {
            const runner = dataSource.createQueryRunner();
            await runner.manager.find(Note);
            // Only this program's time limit for a connection (pg has none by default) ends the wait.
            const failed = await errorOf(dataSource.manager.find(Note));
            assert.match(failed.message, /timeout exceeded when trying to connect/);
            await runner.release();
          },
          1,
        ),
      instead: (database) =>
        withDataSource(
          database,
          async (dataSource) => {
            const runner = dataSource.createQueryRunner();
            try {
              await runner.manager.find(Note);
            } finally {
              await runner.release();
            }
            await dataSource.manager.find(Note);
          },
          1,
        ),
    },

    'typeorm/release-open-transaction': {
      says: "releasing a query runner without commit or rollback gives the next request a connection with an open transaction: its writes resolve and are lost",
      harm: (database) =>
        withDataSource(
          database,
          async (dataSource) => {
            const runner = dataSource.createQueryRunner();
            await runner.startTransaction();
            await runner.manager.insert(Note, { text: 'first request' });
            await runner.release();
            await dataSource.manager.insert(Note, { text: 'second request' });
            await database.untilIdleInTransaction();
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ).then(async () => assert.deepEqual(await database.notes(), [])),
      instead: (database) =>
        withDataSource(
          database,
          async (dataSource) => {
            const runner = dataSource.createQueryRunner();
            await runner.startTransaction();
            try {
              await runner.manager.insert(Note, { text: 'first request' });
              throw new Declined();
            } catch {
              await runner.rollbackTransaction();
            } finally {
              await runner.release();
            }
            await dataSource.manager.insert(Note, { text: 'second request' });
            assert.deepEqual(await database.notes(), ['second request']);
          },
          1,
        ),
    },

    'typeorm/dispose-commits': {
      says: '`await using` of a query runner commits the active transaction, even while an exception leaves the block',
      harm: (database) =>
        withDataSource(database, async (dataSource) => {
          const transfer = async () => {
            await using runner = dataSource.createQueryRunner();
            await runner.startTransaction();
            await runner.manager.insert(Note, { text: 'debit' });
            throw new Declined();
          };
          await failsWithDeclined(transfer());
          assert.deepEqual(await database.notes(), ['debit']);
        }),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          const transfer = async () => {
            const runner: QueryRunner = dataSource.createQueryRunner();
            await runner.startTransaction();
            try {
              await runner.manager.insert(Note, { text: 'debit' });
              throw new Declined();
            } catch (error) {
              await runner.rollbackTransaction();
              throw error;
            } finally {
              await runner.release();
            }
          };
          await failsWithDeclined(transfer());
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'typeorm/double-release': {
      says: 'a second release does nothing, and the next owner of the connection keeps it',
      harmless: true,
      harm: (database) =>
        withDataSource(
          database,
          async (dataSource) => {
            const first = dataSource.createQueryRunner();
            await first.query('select 1');
            await first.release();
            const second = dataSource.createQueryRunner();
            await second.startTransaction();
            await first.release();
            await second.manager.insert(Note, { text: 'of the next owner' });
            await second.commitTransaction();
            await second.release();
            assert.deepEqual(await database.notes(), ['of the next owner']);
          },
          1,
        ),
      instead: (database) =>
        withDataSource(database, async (dataSource) => {
          const runner = dataSource.createQueryRunner();
          try {
            await runner.manager.insert(Note, { text: 'a' });
          } finally {
            await runner.release();
          }
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },

    'typeorm/floating-commit': {
      says: 'a commit that nobody waits for fails, and the caller has been told that all is well: the rejection is unhandled',
      harm: (database) => withDataSource(database, (dataSource) => floatingCommit(database, () => begin(dataSource))),
      instead: (database) => withDataSource(database, (dataSource) => awaitedCommit(database, () => begin(dataSource))),
    },
  }),
};
