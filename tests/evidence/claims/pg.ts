import assert from 'node:assert/strict';
import pg from 'pg';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, turns, until, watch } from '../order.js';
import { awaitedCommit, failsWithDeclined, floatingCommit, fullPool, hasNoDispose, siblingAfterRollback, siblingInOtherTransaction, type Begun } from '../scenes.js';

async function withPool(database: PostgresDatabase, program: (pool: pg.Pool) => Promise<void>, max = 5, connectionTimeoutMillis = 0): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url, max, connectionTimeoutMillis });
  try {
    await program(pool);
  } finally {
    await pool.end();
  }
}

const insert = (text: string) => (on: pg.Pool | pg.PoolClient) => on.query('insert into note (text) values ($1)', [text]);

/** The transaction as the manual of node-postgres writes it. */
const inTransaction =
  (pool: pg.Pool) =>
  async <T>(run: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await run(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  };

async function begin(pool: pg.Pool): Promise<Begun> {
  const client = await pool.connect();
  await client.query('BEGIN');
  return { write: (sql) => client.query(sql), commit: () => client.query('COMMIT').finally(() => client.release()) };
}

export const pgClaims: LibraryClaims = {
  library: 'pg',
  packages: ['pg', 'pg-pool'],
  claims: onPostgres({
    'pg/sibling-after-rollback': {
      says: 'a sibling that goes on after the rollback writes outside the transaction: its row stays, without an error',
      harm: (database) =>
        withPool(database, async (pool) => {
          const late = await siblingAfterRollback<pg.PoolClient>(inTransaction(pool), insert('late'));
          assert.equal(late.state, 'fulfilled');
          assert.deepEqual(await database.notes(), ['late']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await failsWithDeclined(
            inTransaction(pool)(async (client) => {
              await insert('rolled back')(client);
              throw new Declined();
            }),
          );
          await inTransaction(pool)(async (client) => {
            await insert('first')(client);
            await client.query('insert into note (text) select unnest($1::text[])', [['second', 'third']]);
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'pg/sibling-in-other-transaction': {
      says: "a late sibling writes inside another request's transaction: its promise resolves, and its row vanishes with the other one's rollback",
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const late = await siblingInOtherTransaction<pg.PoolClient>(inTransaction(pool), insert('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            // Where parallel branches cannot be avoided: let all of them settle before the transaction ends.
            const settled = gate();
            const failing = inTransaction(pool)(async (client) => {
              const results = await Promise.allSettled([settled.opened.then(() => insert('late')(client)), Promise.reject(new Declined())]);
              for (const result of results) if (result.status === 'rejected') throw result.reason;
            });
            settled.open();
            await failsWithDeclined(failing);
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ),
    },

    'pg/queues': {
      says: 'parallel queries on one client run one after another, and the time-out of one runs while it waits for its neighbour',
      harm: (database) =>
        withPool(database, async (pool) => {
          const client = await pool.connect();
          const lock = await database.holdLock();
          const blocked = client.query(database.passLock);
          const waiting = watch(client.query('select 1'));
          const impatient = watch(client.query({ text: 'select 2', query_timeout: 200 } as pg.QueryConfig));
          await lock.untilAwaited();
          const timedOut = await impatient.outcome();
          assert.match(timedOut.state === 'rejected' ? timedOut.reason.message : '', /Query read timeout/);
          assert.equal(waiting.state, 'pending');
          assert.equal((await database.backends()).length, 1);
          await lock.letGo();
          await blocked;
          assert.equal((await waiting.outcome()).state, 'fulfilled');
          client.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const lock = await database.holdLock();
          const blocked = pool.query(database.passLock);
          await lock.untilAwaited();
          await pool.query({ text: 'select 1', query_timeout: 5000 } as pg.QueryConfig);
          await lock.letGo();
          await blocked;
        }),
    },

    'pg/parallel-nested': {
      says: 'savepoints are a stack: the rollback of one branch loses the row of another branch, which has resolved',
      harm: (database) =>
        withPool(database, async (pool) => {
          await inTransaction(pool)(async (client) => {
            const failingIsOpen = gate();
            const otherEnded = gate();
            const failing = (async () => {
              await client.query('savepoint a');
              failingIsOpen.open();
              await otherEnded.opened;
              await client.query('rollback to savepoint a');
              throw new Declined();
            })();
            const writing = (async () => {
              await failingIsOpen.opened;
              await client.query('savepoint b');
              await insert('resolved')(client);
              await client.query('release savepoint b');
            })().finally(otherEnded.open);
            const ends = await Promise.allSettled([failing, writing]);
            assert.deepEqual(ends.map(({ status }) => status), ['rejected', 'fulfilled']);
          });
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await inTransaction(pool)(async (client) => {
            await client.query('savepoint b');
            await insert('resolved')(client);
            await client.query('release savepoint b');
            await client.query('savepoint a');
            await client.query('rollback to savepoint a');
          });
          assert.deepEqual(await database.notes(), ['resolved']);
        }),
    },

    'pg/swallowed-error': {
      says: 'COMMIT after a swallowed error is carried out as ROLLBACK, without an error: nothing is stored',
      harm: (database) =>
        withPool(database, async (pool) => {
          await insert('taken')(pool);
          const client = await pool.connect();
          await client.query('BEGIN');
          await insert('order')(client);
          await insert('taken')(client).catch(() => undefined);
          const commit = await client.query('COMMIT');
          client.release();
          assert.equal(commit.command, 'ROLLBACK');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await insert('taken')(pool);
          await inTransaction(pool)(async (client) => {
            await insert('order')(client);
            await client.query("insert into note (text) values ('taken') on conflict do nothing");
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'pg/pool-statements': {
      says: 'BEGIN, writes and ROLLBACK through pool.query go to different connections: the write stays, a transaction stays open, and a SET is seen by the next request',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const lock = await database.holdLock();
            await pool.query('BEGIN');
            // Another request takes the connection that is in the transaction.
            const otherRequest = pool.query(database.passLock);
            await lock.untilAwaited();
            await insert('order')(pool);
            await pool.query('ROLLBACK');
            await lock.letGo();
            await otherRequest;
            await database.untilIdleInTransaction();
            assert.deepEqual(await database.notes(), ['order']);
            await pool.query('ROLLBACK');
          },
          2,
        ).then(() =>
          withPool(
            database,
            async (pool) => {
              await pool.query("select set_config('app.tenant', 'A', false)");
              const nextRequest = await pool.query("select current_setting('app.tenant', true) as tenant");
              assert.equal(nextRequest.rows[0].tenant, 'A');
            },
            1,
          ),
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const lock = await database.holdLock();
            const otherRequest = pool.query(database.passLock);
            await lock.untilAwaited();
            await failsWithDeclined(
              inTransaction(pool)(async (client) => {
                await client.query("select set_config('app.tenant', 'A', true)");
                await insert('order')(client);
                throw new Declined();
              }),
            );
            await lock.letGo();
            await otherRequest;
            assert.deepEqual(await database.notes(), []);
            const settings = await Promise.all([1, 2].map(() => pool.query("select current_setting('app.tenant', true) as tenant")));
            assert.ok(settings.every(({ rows }) => !rows[0].tenant));
          },
          2,
        ),
    },

    'pg/pool-per-request': {
      says: 'a pool per request opens a connection per request: the server soon answers "sorry, too many clients already"',
      harm: async (database) => {
        const pools: pg.Pool[] = [];
        const request = async () => {
          const pool = new pg.Pool({ connectionString: database.url });
          pools.push(pool);
          await pool.query('select 1');
        };
        const results = await Promise.allSettled(Array.from({ length: 60 }, request));
        const failed = results.find((result) => result.status === 'rejected');
        assert.equal((failed?.reason as { code?: string }).code, '53300');
        assert.match(String(failed?.reason), /sorry, too many clients already/);
        await Promise.all(pools.map((pool) => pool.end()));
      },
      instead: (database) =>
        withPool(database, async (pool) => {
          await Promise.all(Array.from({ length: 60 }, () => pool.query('select 1')));
        }),
    },

    'pg/floating-query': {
      says: "a query that is not awaited runs after the release, and an un-awaited function's second step inside another request's transaction",
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const lock = await database.holdLock();
            const firstRequest = await pool.connect();
            const floating = watch(
              (async () => {
                await firstRequest.query(database.passLock);
                await insert('second step')(firstRequest);
              })(),
            );
            await lock.untilAwaited();
            firstRequest.release();

            const secondRequest = watch(
              inTransaction(pool)(async () => {
                await floating.outcome();
                throw new Declined();
              }),
            );
            await turns();
            await lock.letGo();
            assert.equal((await floating.outcome()).state, 'fulfilled');
            await secondRequest.outcome();
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            try {
              await insert('second step')(client);
            } finally {
              client.release();
            }
            await failsWithDeclined(inTransaction(pool)(() => Promise.reject(new Declined())));
            assert.deepEqual(await database.notes(), ['second step']);
          },
          1,
        ),
    },

    'pg/outer-client': {
      says: 'pool.query inside a transaction runs on another connection: its write survives the rollback, and on a row that the transaction has locked it waits for ever',
      harm: (database) =>
        withPool(database, async (pool) => {
          await failsWithDeclined(
            inTransaction(pool)(async (client) => {
              await insert('inside')(client);
              await insert('outside')(pool);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);

          const request = watch(
            inTransaction(pool)(async (client) => {
              await client.query('update account set balance = 1 where id = 1');
              await pool.query('update account set balance = 2 where id = 1');
            }),
          );
          const [waiting] = await database.untilBackends(1, 'waits for a row lock', (backend) => backend.wait_event_type === 'Lock');
          const [holder] = await database.untilIdleInTransaction();
          // The holder waits for the waiter, but only inside this process: the server sees no deadlock.
          assert.deepEqual(waiting!.blocked_by, [holder!.pid]);
          assert.equal(request.state, 'pending');
          await database.rows('select pg_cancel_backend($1)', [waiting!.pid]);
          assert.equal((await request.outcome()).state, 'rejected');
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await failsWithDeclined(
            inTransaction(pool)(async (client) => {
              await insert('first')(client);
              await insert('second')(client);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'pg/outer-client-full-pool': {
      says: 'with as many transactions as the pool has connections, each with pool.query inside, all of them wait for ever',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const errors = await fullPool(database, 2, (allAreOpen) =>
              inTransaction(pool)(async (client) => {
                await client.query('select 1');
                await allAreOpen();
                await pool.query('select 1');
              }),
            );
            // Only this program's time limit for a connection (pg has none by default) brings it to an end.
            assert.match(String(errors[0]), /timeout exceeded when trying to connect/);
          },
          2,
          3000,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const request = () =>
              inTransaction(pool)(async (client) => {
                await client.query('select 1');
                await client.query('select 1');
              });
            await Promise.all([request(), request(), request()]);
          },
          2,
          3000,
        ),
    },

    'pg/double-release': {
      says: 'a second release throws, unless somebody else has the client meanwhile: then that owner loses it',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            client.release();
            assert.throws(() => client.release(), /Release called on client which has already been released to the pool\./);

            const nextOwner = await pool.connect();
            client.release();
            const third = await pool.connect();
            assert.equal(third, nextOwner, 'two owners of one client');
            third.release();
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            client.release();
            const nextOwner = await pool.connect();
            const third = watch(pool.connect());
            await turns();
            assert.equal(third.state, 'pending');
            nextOwner.release();
            const outcome = await third.outcome();
            if (outcome.state === 'fulfilled') outcome.value.release();
          },
          1,
        ),
    },

    'pg/use-after-release': {
      says: "a query on a released client runs without an error, perhaps inside another request's transaction",
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            client.release();
            await failsWithDeclined(
              inTransaction(pool)(async () => {
                await insert('lost')(client);
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            try {
              await insert('kept')(client);
            } finally {
              client.release();
            }
            await failsWithDeclined(inTransaction(pool)(() => Promise.reject(new Declined())));
            assert.deepEqual(await database.notes(), ['kept']);
          },
          1,
        ),
    },

    'pg/never-released': {
      says: 'a client that is never released is missing: connect() waits for ever, and so does pool.end()',
      harm: async (database) => {
        const pool = new pg.Pool({ connectionString: database.url, max: 1 });
        const client = await pool.connect();
        const next = watch(pool.connect());
        await until('the next request waits', () => pool.waitingCount === 1);
        const ended = watch(pool.end());
        await turns(100);
        assert.deepEqual([next.state, ended.state], ['pending', 'pending']);
        client.release();
        await ended.outcome();
      },
      instead: async (database) => {
        const pool = new pg.Pool({ connectionString: database.url, max: 1 });
        const client = await pool.connect();
        try {
          await client.query('select 1');
        } finally {
          client.release();
        }
        (await pool.connect()).release();
        await pool.end();
      },
    },

    'pg/release-open-transaction': {
      says: 'the release resets nothing: the next borrower is inside the open transaction, and its write is lost',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            await client.query('BEGIN');
            client.release();
            await insert('next request')(pool);
            await database.untilIdleInTransaction();
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ).then(async () => assert.deepEqual(await database.notes(), [])),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            try {
              await client.query('BEGIN');
              throw new Declined();
            } catch {
              await client.query('ROLLBACK');
            } finally {
              client.release();
            }
            await insert('next request')(pool);
            assert.deepEqual(await database.notes(), ['next request']);
          },
          1,
        ),
    },

    'pg/no-dispose': {
      says: '`await using` of a pool client throws: it has no Symbol.asyncDispose',
      harm: (database) =>
        withPool(database, async (pool) => {
          const client = await pool.connect();
          await hasNoDispose(client);
          client.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const client = await pool.connect();
          try {
            await client.query('select 1');
          } finally {
            client.release();
          }
        }),
    },

    'pg/floating-commit': {
      says: 'a commit that nobody waits for fails, and the caller has been told that all is well: the rejection is unhandled',
      harm: (database) => withPool(database, (pool) => floatingCommit(database, () => begin(pool))),
      instead: (database) => withPool(database, (pool) => awaitedCommit(database, () => begin(pool))),
    },

    'pg/discarded-checkout': {
      says: 'a client that nobody keeps is taken for ever: nobody can release it',
      harm: async (database) => {
        const pool = new pg.Pool({ connectionString: database.url, max: 1 });
        pool.on('connect', (client) => void client.on('error', () => {}));
        const health = async () => void (await pool.connect());
        await health();
        const next = watch(health());
        await until('the next request waits', () => pool.waitingCount === 1);
        await turns(100);
        assert.equal(next.state, 'pending');
        await database.endBackends();
      },
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const health = () => pool.query('select 1');
            await health();
            await health();
          },
          1,
        ),
    },

    'pg/client-never-ended': {
      says: 'a Client that is never ended keeps its connection: with one for each request the server soon answers "sorry, too many clients already"',
      harm: async (database) => {
        const clients: pg.Client[] = [];
        const request = async () => {
          const client = new pg.Client({ connectionString: database.url });
          await client.connect();
          clients.push(client);
          await client.query('select 1');
        };
        let refused: Error | undefined;
        // The server takes 40.
        for (let i = 0; i < 45 && !refused; i++) await request().catch((error: unknown) => void (refused = error as Error));
        await Promise.all(clients.map((client) => client.end()));
        assert.match(String(refused), /sorry, too many clients already/);
      },
      instead: async (database) => {
        for (let i = 0; i < 45; i++) {
          const client = new pg.Client({ connectionString: database.url });
          await client.connect();
          try {
            await client.query('select 1');
          } finally {
            await client.end();
          }
          // end() resolves before the server has seen it.
          await database.untilBackends(0, 'of the requests before', () => true);
        }
      },
    },

    'pg/client-after-end': {
      says: 'a query on a Client that has ended rejects, and a second end() does nothing',
      harm: async (database) => {
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        await client.end();
        await client.end();
        assert.match((await errorOf(client.query('select 1'))).message, /Client was closed and is not queryable/);
      },
      instead: async (database) => {
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        await client.query('select 1');
        await client.end();
      },
    },

    'pg/waiting-in-transaction': {
      says: 'work outside the database holds the locks of the transaction around it: another request waits for the row until that is done',
      harm: (database) =>
        withPool(database, async (pool) => {
          const charged = gate();
          const debit = (client: pg.PoolClient) => client.query('update account set balance = balance - 1 where id = 1');
          const first = watch(
            inTransaction(pool)(async (client) => {
              await debit(client);
              await charged.opened;
              throw new Declined();
            }),
          );
          await database.untilIdleInTransaction();
          const second = watch(inTransaction(pool)(debit));
          await database.untilBackends(1, 'waits for the row', (backend) => backend.wait_event_type === 'Lock');
          assert.equal(second.state, 'pending');
          charged.open();
          assert.deepEqual([(await first.outcome()).state, (await second.outcome()).state], ['rejected', 'fulfilled']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const charged = gate();
          const debit = (client: pg.PoolClient) => client.query('update account set balance = balance - 1 where id = 1');
          const first = watch(
            (async () => {
              await charged.opened;
              await inTransaction(pool)(debit);
            })(),
          );
          await inTransaction(pool)(debit);
          charged.open();
          await first.outcome();
          assert.equal(await database.balance(), 98);
        }),
    },

    'pg/pool-advisory-lock': {
      says: 'an advisory lock that is taken through the pool stays with that connection: the unlock reaches another and says false',
      harm: (database) =>
        withPool(database, async (pool) => {
          await pool.query('select pg_advisory_lock(7)');
          // Another request has that connection meanwhile.
          const other = await pool.connect();
          const { rows } = await pool.query<{ unlocked: boolean }>('select pg_advisory_unlock(7) as unlocked');
          assert.equal(rows[0]!.unlocked, false);
          other.release();
          const held = await database.rows("select 1 from pg_locks where locktype = 'advisory' and objid = 7 and granted");
          assert.equal(held.length, 1);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const client = await pool.connect();
          await client.query('select pg_advisory_lock(7)');
          const { rows } = await client.query<{ unlocked: boolean }>('select pg_advisory_unlock(7) as unlocked');
          client.release();
          assert.equal(rows[0]!.unlocked, true);
        }),
    },

    'pg/pool-temporary-table': {
      says: 'a temporary table that is made through the pool does not exist on another connection',
      harm: (database) =>
        withPool(database, async (pool) => {
          await pool.query('create temp table draft (id int)');
          const other = await pool.connect();
          const failed = await errorOf(pool.query('select * from draft'));
          assert.equal(failed.code, '42P01');
          other.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const client = await pool.connect();
          await client.query('create temp table draft (id int)');
          await client.query('select * from draft');
          client.release();
        }),
    },

    'pg/pool-set-local': {
      says: 'SET LOCAL through the pool has no effect on the next statement, not even on the same connection',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            await pool.query("set local statement_timeout = '7s'");
            const { rows } = await pool.query<{ statement_timeout: string }>('show statement_timeout');
            assert.equal(rows[0]!.statement_timeout, '0');
          },
          1,
        ),
      instead: (database) =>
        withPool(database, (pool) =>
          inTransaction(pool)(async (client) => {
            await client.query("set local statement_timeout = '7s'");
            const { rows } = await client.query<{ statement_timeout: string }>('show statement_timeout');
            assert.equal(rows[0]!.statement_timeout, '7s');
          }),
        ),
    },

    'pg/pool-listen': {
      says: 'LISTEN through the pool ends when the pool closes the idle connection: notifications stop, without an error',
      harm: async (database) => {
        // As long as the pool lets a connection idle; 10 s unless set.
        const pool = new pg.Pool({ connectionString: database.url, max: 1, idleTimeoutMillis: 10 });
        let received = 0;
        const errors: Error[] = [];
        pool.on('error', (error) => errors.push(error));
        pool.on('connect', (client) => void client.on('notification', () => received++));
        await pool.query('listen orders');
        await database.untilBackends(0, 'of the pool', () => true);
        await database.rows('notify orders');
        await pool.query('select 1');
        await turns(100);
        assert.deepEqual([received, errors.length], [0, 0]);
        await pool.end();
      },
      instead: async (database) => {
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        let received = 0;
        client.on('notification', () => received++);
        await client.query('listen orders');
        await database.rows('notify orders');
        await until('the notification has come', () => received === 1);
        await client.end();
      },
    },
  }),
};
