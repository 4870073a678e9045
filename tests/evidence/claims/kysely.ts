import assert from 'node:assert/strict';
import { Kysely, PostgresDialect, sql, type Generated, type Transaction } from 'kysely';
import pg from 'pg';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, turns, watch } from '../order.js';
import { awaitedCommit, failsWithDeclined, floatingCommit, fullPool, siblingAfterRollback, siblingBehindRollback, taskAfterCommit, type Begun } from '../scenes.js';
import { isAtLeast, versionOf } from '../versions.js';

interface Tables {
  note: { id: Generated<number>; text: string };
}
type Db = Kysely<Tables>;
type Tx = Transaction<Tables>;

async function withKysely(database: PostgresDatabase, program: (db: Db) => Promise<void>, max = 5): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url, max, connectionTimeoutMillis: 3000 });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await program(db);
  } finally {
    await db.destroy();
  }
}

const insert = (text: string) => (db: Db) => db.insertInto('note').values({ text }).execute();
const inTransaction = (db: Db) => (run: (trx: Tx) => Promise<unknown>) => db.transaction().execute(run);

async function begin(db: Db): Promise<Begun> {
  const trx = await db.startTransaction().execute();
  const commit = async () => {
    try {
      await trx.commit().execute();
    } catch (error) {
      // Else the connection is never given back.
      await trx.rollback().execute();
      throw error;
    }
  };
  return { write: (text) => sql.raw(text).execute(trx), commit };
}

export const kysely: LibraryClaims = {
  library: 'kysely',
  packages: ['kysely', 'pg'],
  claims: onPostgres({
    'kysely/sibling-after-rollback': {
      says: 'what a sibling sends while the ROLLBACK is on its way runs behind it and is committed on its own; later it rejects',
      harm: (database) =>
        withKysely(database, async (db) => {
          const behind = await siblingBehindRollback<Tx>(
            database,
            inTransaction(db),
            (trx) => sql.raw(database.passLock).execute(trx),
            insert('late'),
          );
          assert.equal(behind.state, 'fulfilled');
          assert.deepEqual(await database.notes(), ['late']);

          const later = await siblingAfterRollback<Tx>(inTransaction(db), insert('later'));
          assert.match(later.state === 'rejected' ? later.reason.message : '', /Transaction is already rolled back/);
          assert.deepEqual(await database.notes(), ['late']);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          await failsWithDeclined(
            db.transaction().execute(async (trx) => {
              await insert('rolled back')(trx);
              throw new Declined();
            }),
          );
          await db.transaction().execute(async (trx) => {
            await insert('first')(trx);
            await trx.insertInto('note').values([{ text: 'second' }, { text: 'third' }]).execute();
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'kysely/parallel-nested': {
      says: 'a transaction inside a transaction throws',
      harm: (database) =>
        withKysely(database, async (db) => {
          const failed = await errorOf(db.transaction().execute((trx) => trx.transaction().execute(insert('a'))));
          assert.match(failed.message, /calling the transaction method for a Transaction is not supported/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          await insert('kept')(trx);
          const savepoint = await trx.savepoint('step').execute();
          await insert('undone')(savepoint);
          await savepoint.rollbackToSavepoint('step').execute();
          await trx.commit().execute();
          assert.deepEqual(await database.notes(), ['kept']);
        }),
    },

    'kysely/parallel-savepoints': {
      says: 'savepoints of parallel branches are a stack: a rollback to one of them loses the row of the other branch, which has resolved',
      harm: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          const failing = await trx.savepoint('failing').execute();
          const branch = async () => {
            const other = await trx.savepoint('other').execute();
            await insert('resolved')(other);
            await other.releaseSavepoint('other').execute();
          };
          const results = await Promise.allSettled([branch().then(() => failing.rollbackToSavepoint('failing').execute())]);
          assert.equal(results[0].status, 'fulfilled');
          await trx.commit().execute();
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          const other = await trx.savepoint('other').execute();
          await insert('resolved')(other);
          await other.releaseSavepoint('other').execute();
          const failing = await trx.savepoint('failing').execute();
          await failing.rollbackToSavepoint('failing').execute();
          await trx.commit().execute();
          assert.deepEqual(await database.notes(), ['resolved']);
        }),
    },

    'kysely/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects',
      harm: (database) =>
        withKysely(database, async (db) => {
          const late = await taskAfterCommit<Tx>(inTransaction(db), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Transaction is already committed/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          await db.transaction().execute(insert('in time'));
          await insert('after')(db);
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'kysely/outer-client': {
      says: 'the root client inside a transaction writes on another connection: its write survives the rollback',
      harm: (database) =>
        withKysely(database, async (db) => {
          await failsWithDeclined(
            db.transaction().execute(async (trx) => {
              await insert('inside')(trx);
              await insert('outside')(db);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          await failsWithDeclined(
            db.transaction().execute(async (trx) => {
              await insert('first')(trx);
              await insert('second')(trx);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'kysely/outer-client-full-pool': {
      says: 'with as many transactions as the pool has connections, each using the root client inside, all of them wait for ever',
      harm: (database) =>
        withKysely(
          database,
          async (db) => {
            const errors = await fullPool(database, 2, (allAreOpen) =>
              db.transaction().execute(async (trx) => {
                await trx.selectFrom('note').selectAll().execute();
                await allAreOpen();
                await db.selectFrom('note').selectAll().execute();
              }),
            );
            // Only this program's time limit for a connection (pg has none by default) brings it to an end.
            assert.match(String(errors[0]), /timeout exceeded when trying to connect/);
          },
          2,
        ),
      instead: (database) =>
        withKysely(
          database,
          async (db) => {
            const request = () =>
              db.transaction().execute(async (trx) => {
                await trx.selectFrom('note').selectAll().execute();
                await trx.selectFrom('note').selectAll().execute();
              });
            await Promise.all([request(), request(), request()]);
          },
          2,
        ),
    },

    'kysely/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a ROLLBACK and nothing is stored: before 0.29.8 the transaction resolves all the same, since then it rejects',
      harm: (database) =>
        withKysely(database, async (db) => {
          await insert('taken')(db);
          const outcome = await watch(
            db.transaction().execute(async (trx) => {
              await insert('order')(trx);
              await insert('taken')(trx).catch(() => undefined);
              return 'done';
            }),
          ).outcome();
          if (isAtLeast(versionOf('kysely'), '0.29.8')) assert.match(outcome.state === 'rejected' ? outcome.reason.message : '', /Transaction was rolled back instead of committed/);
          else assert.deepEqual(outcome, { state: 'fulfilled', value: 'done' });
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          await insert('taken')(db);
          await db.transaction().execute(async (trx) => {
            await insert('order')(trx);
            await trx.insertInto('note').values({ text: 'taken' }).onConflict((conflict) => conflict.doNothing()).execute();
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'kysely/dispose-throws': {
      says: '`await using` of a controlled transaction throws when the block is left, and leaves the transaction open',
      harm: (database) =>
        withKysely(database, async (db) => {
          let leaked: { rollback(): { execute(): Promise<void> } } | undefined;
          const failed = await errorOf(
            (async () => {
              await using trx = await db.startTransaction().execute();
              leaked = trx;
              await insert('a')(trx);
            })(),
          );
          assert.match(failed.message, /calling the destroy method for a Transaction is not supported/);
          await database.untilIdleInTransaction();
          assert.deepEqual(await database.notes(), []);
          await leaked!.rollback().execute();
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          try {
            await insert('a')(trx);
            await trx.commit().execute();
          } catch (error) {
            await trx.rollback().execute();
            throw error;
          }
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },

    'kysely/never-released': {
      says: 'a controlled transaction without commit or rollback keeps its connection and stays open: with an empty pool the next query waits for ever',
      harm: (database) =>
        withKysely(
          database,
          async (db) => {
            const trx = await db.startTransaction().execute();
            await insert('a')(trx);
            await database.untilIdleInTransaction();
            // Only this program's time limit for a connection (pg has none by default) ends the wait.
            assert.match((await errorOf(insert('b')(db))).message, /timeout exceeded when trying to connect/);
            await trx.rollback().execute();
          },
          1,
        ),
      instead: (database) =>
        withKysely(
          database,
          async (db) => {
            const trx = await db.startTransaction().execute();
            await insert('a')(trx);
            await trx.rollback().execute();
            await insert('b')(db);
            assert.deepEqual(await database.notes(), ['b']);
          },
          1,
        ),
    },

    'kysely/commit-without-execute': {
      says: '`trx.commit()` without `.execute()` does nothing: the transaction stays open',
      harm: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          await insert('a')(trx);
          await (trx.commit() as unknown as Promise<void>);
          await database.untilIdleInTransaction();
          assert.deepEqual(await database.notes(), []);
          await trx.rollback().execute();
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          await insert('a')(trx);
          await trx.commit().execute();
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },

    'kysely/queues': {
      says: 'parallel queries on one connection run one after another on one server process',
      harm: (database) =>
        withKysely(database, async (db) => {
          const lock = await database.holdLock();
          let next!: ReturnType<typeof watch>;
          const scope = db.connection().execute((connection) => {
            const blocked = sql.raw(database.passLock).execute(connection);
            next = watch(sql`select 1`.execute(connection));
            return blocked;
          });
          await lock.untilAwaited();
          await turns();
          assert.equal(next.state, 'pending');
          assert.equal((await database.backends()).length, 1);
          await lock.letGo();
          await scope;
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          const lock = await database.holdLock();
          const blocked = sql.raw(database.passLock).execute(db);
          await lock.untilAwaited();
          await sql`select 1`.execute(db);
          await lock.letGo();
          await blocked;
        }),
    },

    'kysely/connection-after-callback': {
      says: 'a query on the connection after its callback has ended runs on another connection and is committed on its own, without an error',
      harm: (database) =>
        withKysely(database, async (db) => {
          const leaked = await db.connection().execute(async (connection) => {
            await sql`begin`.execute(connection);
            await sql`rollback`.execute(connection);
            return connection;
          });
          await insert('late')(leaked);
          assert.deepEqual(await database.notes(), ['late']);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          await db.connection().execute(insert('in time'));
          assert.deepEqual(await database.notes(), ['in time']);
        }),
    },

    'kysely/never-sent': {
      says: 'a query without execute() is never sent, without an error',
      harm: (database) =>
        withKysely(database, async (db) => {
          await db.transaction().execute(async (trx) => {
            trx.insertInto('note').values({ text: 'forgotten' });
          });
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          await db.transaction().execute(insert('sent'));
          assert.deepEqual(await database.notes(), ['sent']);
        }),
    },

    'kysely/rollback-after-commit': {
      says: 'a controlled transaction that was committed rejects a rollback, and queries, with "Transaction is already committed"',
      harm: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          await insert('a')(trx);
          await trx.commit().execute();
          assert.match((await errorOf((async () => trx.rollback().execute())())).message, /Transaction is already committed/);
          assert.match((await errorOf((async () => insert('late')(trx))())).message, /Transaction is already committed/);
          assert.deepEqual(await database.notes(), ['a']);
        }),
      instead: (database) =>
        withKysely(database, async (db) => {
          const trx = await db.startTransaction().execute();
          await insert('a')(trx);
          await trx.rollback().execute();
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'kysely/floating-commit': {
      says: 'a commit that nobody waits for fails, and the caller has been told that all is well: the rejection is unhandled',
      harm: (database) => withKysely(database, (db) => floatingCommit(database, () => begin(db))),
      instead: (database) => withKysely(database, (db) => awaitedCommit(database, () => begin(db))),
    },
  }),
};
