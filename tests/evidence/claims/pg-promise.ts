import assert from 'node:assert/strict';
import pgPromise, { type IDatabase, type ITask } from 'pg-promise';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, turns, until, watch } from '../order.js';
import { failsWithDeclined, fullPool, hasNoDispose, parallelNested, siblingAfterRollback, siblingBehindRollback, taskAfterCommit } from '../scenes.js';

type Db = IDatabase<object>;
type Task = ITask<object>;

async function withDb(database: PostgresDatabase, program: (db: Db) => Promise<void>, max = 5, connectionTimeoutMillis = 0): Promise<void> {
  const pgp = pgPromise({ noWarnings: true });
  const db = pgp({ connectionString: database.url, max, connectionTimeoutMillis });
  try {
    await program(db);
  } finally {
    await db.$pool.end();
  }
}

const insert = (text: string) => (on: Db | Task) => on.none('insert into note (text) values ($1)', [text]);
const inTransaction = (db: Db | Task) => (run: (t: Task) => Promise<unknown>) => db.tx(run);

export const pgPromiseClaims: LibraryClaims = {
  library: 'pg-promise',
  packages: ['pg-promise', 'pg'],
  claims: onPostgres({
    'pg-promise/sibling-after-rollback': {
      says: 'after the transaction has ended a sibling is rejected; what it sends while the ROLLBACK is on its way is committed on its own, although it rejects',
      harm: (database) =>
        withDb(database, async (db) => {
          const late = await siblingAfterRollback<Task>(inTransaction(db), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Querying against a released or lost connection\./);
          assert.deepEqual(await database.notes(), []);
          const behind = await siblingBehindRollback<Task>(database, inTransaction(db), (t) => t.any(database.passLock), insert('behind'));
          assert.match(behind.state === 'rejected' ? behind.reason.message : '', /Querying against a released or lost connection\./);
          // Its promise rejects before the server has answered.
          await until('the row is stored', async () => (await database.notes()).length > 0);
          assert.deepEqual(await database.notes(), ['behind']);
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          // batch() lets every query settle before the transaction ends.
          await errorOf(db.tx((t) => t.batch([insert('first')(t), Promise.reject(new Declined()), insert('third')(t)])));
          assert.deepEqual(await database.notes(), []);
          await db.tx(async (t) => {
            await insert('first')(t);
            await insert('second')(t);
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'pg-promise/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects',
      harm: (database) =>
        withDb(database, async (db) => {
          const late = await taskAfterCommit<Task>(inTransaction(db), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Querying against a released or lost connection\./);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          await db.tx(insert('in time'));
          await insert('after')(db);
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'pg-promise/queues': {
      says: 'parallel queries of one task run one after another on its one connection',
      harm: (database) =>
        withDb(database, async (db) => {
          const lock = await database.holdLock();
          let next!: ReturnType<typeof watch>;
          const task = db.task((t) => {
            const blocked = t.any(database.passLock);
            next = watch(t.any('select 1'));
            return blocked;
          });
          await lock.untilAwaited();
          await turns();
          assert.equal(next.state, 'pending');
          assert.equal((await database.backends()).length, 1);
          await lock.letGo();
          await task;
          await next.outcome();
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          const lock = await database.holdLock();
          const blocked = db.any(database.passLock);
          await lock.untilAwaited();
          await db.any('select 1');
          await lock.letGo();
          await blocked;
        }),
    },

    'pg-promise/parallel-nested': {
      says: 'when one of two parallel nested transactions fails, the row of the other one, which has resolved, is lost too',
      harm: (database) =>
        withDb(database, async (db) => {
          await db.tx(async (t) => {
            const ends = await parallelNested<Task>(inTransaction(t), insert('resolved'));
            assert.deepEqual([ends.wrote.state, ends.failed.state], ['fulfilled', 'rejected']);
          });
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          await db.tx(async (t) => {
            await t.tx(insert('resolved'));
            await failsWithDeclined(t.tx(() => Promise.reject(new Declined())));
          });
          assert.deepEqual(await database.notes(), ['resolved']);
        }),
    },

    'pg-promise/floating-query': {
      says: 'a query that is not awaited is committed if it was queued before COMMIT; a later step of the function rejects',
      harm: (database) =>
        withDb(database, async (db) => {
          const committed = gate();
          let floating!: ReturnType<typeof watch>;
          await db.tx(async (t) => {
            floating = watch(
              (async () => {
                await insert('first step')(t);
                await committed.opened;
                await insert('second step')(t);
              })(),
            );
          });
          committed.open();
          assert.equal((await floating.outcome()).state, 'rejected');
          assert.deepEqual(await database.notes(), ['first step']);
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          await db.tx(async (t) => {
            await insert('first step')(t);
            await insert('second step')(t);
          });
          assert.deepEqual(await database.notes(), ['first step', 'second step']);
        }),
    },

    'pg-promise/outer-client': {
      says: 'the root db inside a transaction writes on another connection: its write survives the rollback; with a full pool it waits for a connection that only the end of the transaction frees',
      harm: (database) =>
        withDb(database, async (db) => {
          await failsWithDeclined(
            db.tx(async (t) => {
              await insert('inside')(t);
              await insert('outside')(db);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }).then(() =>
          withDb(
            database,
            async (db) => {
              const errors = await fullPool(database, 2, (allAreOpen) =>
                db.tx(async (t) => {
                  await t.any('select 1');
                  await allAreOpen();
                  await db.any('select 1');
                }),
              );
              assert.match(String(errors[0]), /timeout exceeded when trying to connect/);
            },
            2,
            3000,
          ),
        ),
      instead: (database) =>
        withDb(database, async (db) => {
          await failsWithDeclined(
            db.tx(async (t) => {
              await insert('first')(t);
              await insert('second')(t);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'pg-promise/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withDb(database, async (db) => {
          await insert('taken')(db);
          const result = await db.tx(async (t) => {
            await insert('order')(t);
            await insert('taken')(t).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          await insert('taken')(db);
          await db.tx(async (t) => {
            await insert('order')(t);
            await t.tx(insert('taken')).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'pg-promise/double-release': {
      says: 'a second done() throws',
      harm: (database) =>
        withDb(database, async (db) => {
          const connection = await db.connect();
          await connection.done();
          const failed = await errorOf((async () => connection.done())());
          assert.match(failed.message, /Querying against a released or lost connection\.|disconnected/);
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          const connection = await db.connect();
          try {
            await connection.any('select 1');
          } finally {
            await connection.done();
          }
        }),
    },

    'pg-promise/use-after-release': {
      says: 'a query on a released connection rejects',
      harm: (database) =>
        withDb(database, async (db) => {
          const connection = await db.connect();
          await connection.done();
          const failed = await errorOf((async () => connection.any('select 1'))());
          assert.match(failed.message, /Cannot execute a query on a disconnected client\./);
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          const connection = await db.connect();
          try {
            await connection.any('select 1');
          } finally {
            await connection.done();
          }
        }),
    },

    'pg-promise/never-released': {
      says: 'a connection without done() is missing: with an empty pool the next query waits for ever',
      harm: (database) =>
        withDb(
          database,
          async (db) => {
            const connection = await db.connect();
            const next = watch(db.any('select 1'));
            await until('the next request waits', () => db.$pool.waitingCount === 1);
            await turns(100);
            assert.equal(next.state, 'pending');
            await connection.done();
            await next.outcome();
          },
          1,
        ),
      instead: (database) =>
        withDb(
          database,
          async (db) => {
            await db.task((t) => t.any('select 1'));
            await db.any('select 1');
          },
          1,
        ),
    },

    'pg-promise/release-open-transaction': {
      says: 'done() resets nothing: the next borrower is inside the open transaction, and its write is lost',
      harm: (database) =>
        withDb(
          database,
          async (db) => {
            const connection = await db.connect();
            await connection.none('begin');
            await connection.done();
            await insert('next request')(db);
            await database.untilIdleInTransaction();
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ).then(async () => assert.deepEqual(await database.notes(), [])),
      instead: (database) =>
        withDb(
          database,
          async (db) => {
            await failsWithDeclined(db.tx(() => Promise.reject(new Declined())));
            await insert('next request')(db);
            assert.deepEqual(await database.notes(), ['next request']);
          },
          1,
        ),
    },

    'pg-promise/no-dispose': {
      says: '`await using` of a connection throws a TypeError: it has no Symbol.asyncDispose',
      harm: (database) =>
        withDb(database, async (db) => {
          const connection = await db.connect();
          await hasNoDispose(connection);
          await connection.done();
        }),
      instead: (database) =>
        withDb(database, async (db) => {
          await db.task((t) => insert('a')(t));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },
  }),
};
