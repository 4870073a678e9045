import assert from 'node:assert/strict';
import postgres from 'postgres';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, turns, watch } from '../order.js';
import { failsWithDeclined, hasNoDispose, parallelNested, siblingAfterRollback, siblingInOtherTransaction, taskAfterCommit } from '../scenes.js';

type Sql = postgres.Sql;
type Tx = postgres.TransactionSql;

async function withSql(database: PostgresDatabase, program: (sql: Sql) => Promise<void>, max = 5): Promise<void> {
  const sql = postgres(database.url, { max, onnotice: () => {} });
  try {
    await program(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const insert = (text: string) => (sql: postgres.ISql) => sql`insert into note (text) values (${text})`;
const inTransaction = (sql: Sql) => (run: (tx: Tx) => Promise<unknown>) => sql.begin((tx) => run(tx));

export const postgresJs: LibraryClaims = {
  library: 'postgres-js',
  packages: ['postgres'],
  claims: onPostgres({
    'postgres-js/sibling-after-rollback': {
      says: "a branch of several steps goes on after the rollback: its row is committed on its own, or vanishes with another request's transaction",
      harm: (database) =>
        withSql(
          database,
          async (sql) => {
            const late = await siblingAfterRollback<Tx>(inTransaction(sql), insert('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);

            const lost = await siblingInOtherTransaction<Tx>(inTransaction(sql), insert('lost'));
            assert.equal(lost.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          },
          1,
        ),
      instead: (database) =>
        withSql(database, async (sql) => {
          await failsWithDeclined(
            sql.begin(async (tx) => {
              await insert('rolled back')(tx);
              throw new Declined();
            }),
          );
          await sql.begin(async (tx) => {
            await insert('first')(tx);
            await tx`insert into note ${tx([{ text: 'second' }, { text: 'third' }])}`;
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'postgres-js/pipelined': {
      says: 'single queries in one begin are pipelined, and stored or rolled back together',
      harmless: true,
      harm: (database) =>
        withSql(database, async (sql) => {
          await insert('taken')(sql);
          const failed = await errorOf(sql.begin((tx) => [insert('first')(tx), insert('taken')(tx), insert('third')(tx)]));
          assert.equal(failed.code, '23505');
          assert.deepEqual(await database.notes(), ['taken']);
          // One connection: the queries gain no time over each other.
          const lock = await database.holdLock();
          let second!: ReturnType<typeof watch>;
          const pipeline = sql.begin((tx) => {
            second = watch(tx`select 1`.execute());
            return [tx.unsafe(database.passLock), tx`select 2`];
          });
          await lock.untilAwaited();
          await lock.letGo();
          await pipeline;
          assert.equal((await second.outcome()).state, 'fulfilled');
        }),
      instead: (database) =>
        withSql(database, async (sql) => {
          await sql.begin((tx) => [insert('first')(tx), insert('second')(tx)]);
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'postgres-js/parallel-nested': {
      says: 'when one of two parallel savepoints fails, the row of the other one, which has resolved, is lost too',
      harm: (database) =>
        withSql(database, async (sql) => {
          await sql.begin(async (tx) => {
            const ends = await parallelNested<postgres.TransactionSql>((run) => tx.savepoint((inner) => run(inner)), insert('resolved'));
            assert.deepEqual([ends.wrote.state, ends.failed.state], ['fulfilled', 'rejected']);
          });
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSql(database, async (sql) => {
          await sql.begin(async (tx) => {
            await tx.savepoint(async (inner) => void (await insert('resolved')(inner)));
            await failsWithDeclined(tx.savepoint(() => Promise.reject(new Declined())));
          });
          assert.deepEqual(await database.notes(), ['resolved']);
        }),
    },

    'postgres-js/use-after-commit': {
      says: "a query on the transaction after it was committed runs without an error: on its own, or inside another request's transaction",
      harm: (database) =>
        withSql(
          database,
          async (sql) => {
            const late = await taskAfterCommit<Tx>(inTransaction(sql), insert('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
            let kept!: Tx;
            await sql.begin(async (tx) => void (kept = tx));
            await failsWithDeclined(
              sql.begin(async () => {
                await insert('lost')(kept);
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), ['late']);
          },
          1,
        ),
      instead: (database) =>
        withSql(database, async (sql) => {
          await sql.begin(async (tx) => void (await insert('in time')(tx)));
          await insert('after')(sql);
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'postgres-js/never-sent': {
      says: 'a query that is not awaited is never sent, without an error',
      harm: (database) =>
        withSql(database, async (sql) => {
          await sql.begin(async (tx) => {
            void tx`insert into note (text) values ('forgotten')`;
          });
          await turns();
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSql(database, async (sql) => {
          await sql.begin(async (tx) => {
            await tx`insert into note (text) values ('awaited')`;
          });
          assert.deepEqual(await database.notes(), ['awaited']);
        }),
    },

    'postgres-js/outer-client': {
      says: 'the root sql inside begin runs on another connection: its write survives the rollback; with max: 1 it waits for ever',
      harm: (database) =>
        withSql(database, async (sql) => {
          await failsWithDeclined(
            sql.begin(async (tx) => {
              await insert('inside')(tx);
              await insert('outside')(sql);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }).then(async () => {
          const sql = postgres(database.url, { max: 1 });
          const request = watch(
            sql.begin(async (tx) => {
              await insert('inside')(tx);
              await insert('waits')(sql);
            }),
          );
          assert.ok(await database.isStuck(request));
          await sql.end({ timeout: 0 });
          assert.equal((await request.outcome()).state, 'rejected');
        }),
      instead: (database) =>
        withSql(
          database,
          async (sql) => {
            await failsWithDeclined(
              sql.begin(async (tx) => {
                await insert('first')(tx);
                await insert('second')(tx);
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ),
    },

    'postgres-js/swallowed-error': {
      says: 'begin rejects with an error although it was caught inside the transaction',
      harm: (database) =>
        withSql(database, async (sql) => {
          await insert('taken')(sql);
          const failed = await errorOf(
            sql.begin(async (tx) => {
              await insert('order')(tx);
              await insert('taken')(tx).catch(() => undefined);
            }),
          );
          assert.equal(failed.code, '23505');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withSql(database, async (sql) => {
          await insert('taken')(sql);
          await sql.begin(async (tx) => {
            await insert('order')(tx);
            await tx.savepoint(async (inner) => void (await insert('taken')(inner))).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'postgres-js/pool-statements': {
      says: 'BEGIN through the pool throws UNSAFE_TRANSACTION; a SET stays on whichever connection was free and is seen by the next request',
      harm: (database) =>
        withSql(database, async (sql) => {
          const failed = await errorOf(sql`begin`);
          assert.equal(failed.code, 'UNSAFE_TRANSACTION');
        }).then(() =>
          withSql(
            database,
            async (sql) => {
              await sql`select set_config('app.tenant', 'A', false)`;
              const [nextRequest] = await sql`select current_setting('app.tenant', true) as tenant`;
              assert.equal(nextRequest!['tenant'], 'A');
            },
            1,
          ),
        ),
      instead: (database) =>
        withSql(
          database,
          async (sql) => {
            await sql.begin(async (tx) => {
              await tx`select set_config('app.tenant', 'A', true)`;
              const [row] = await tx`select current_setting('app.tenant', true) as tenant`;
              assert.equal(row!['tenant'], 'A');
            });
            const [nextRequest] = await sql`select current_setting('app.tenant', true) as tenant`;
            assert.ok(!nextRequest!['tenant']);
          },
          1,
        ),
    },

    'postgres-js/double-release': {
      says: 'a late second release raises no error and hands the connection to two owners',
      harm: (database) =>
        withSql(
          database,
          async (sql) => {
            const first = await sql.reserve();
            first.release();
            const second = await sql.reserve();
            first.release();
            const third = await sql.reserve();
            const pid = async (on: postgres.ISql) => (await on<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]!.pid;
            assert.equal(await pid(third), await pid(second), 'two owners of one connection');
            third.release();
          },
          1,
        ),
      instead: (database) =>
        withSql(
          database,
          async (sql) => {
            const first = await sql.reserve();
            first.release();
            const second = await sql.reserve();
            const third = watch(sql.reserve());
            await turns();
            assert.equal(third.state, 'pending');
            second.release();
            const outcome = await third.outcome();
            if (outcome.state === 'fulfilled') outcome.value.release();
          },
          1,
        ),
    },

    'postgres-js/use-after-release': {
      says: "a query on a released connection runs without an error, perhaps inside another request's transaction",
      harm: (database) =>
        withSql(
          database,
          async (sql) => {
            const reserved = await sql.reserve();
            reserved.release();
            await failsWithDeclined(
              sql.begin(async () => {
                await insert('lost')(reserved);
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ),
      instead: (database) =>
        withSql(
          database,
          async (sql) => {
            const reserved = await sql.reserve();
            try {
              await insert('kept')(reserved);
            } finally {
              reserved.release();
            }
            await failsWithDeclined(sql.begin(() => Promise.reject(new Declined())));
            assert.deepEqual(await database.notes(), ['kept']);
          },
          1,
        ),
    },

    'postgres-js/never-released': {
      says: 'a reserved connection that is never released is missing: queries wait for ever, and so does sql.end()',
      harm: async (database) => {
        const sql = postgres(database.url, { max: 1 });
        const reserved = await sql.reserve();
        await reserved`select 1`;
        const next = watch(sql`select 1`.execute());
        const ended = watch(sql.end());
        await database.untilBackends(1, 'idle', (backend) => backend.state === 'idle');
        await turns(100);
        assert.deepEqual([next.state, ended.state], ['pending', 'pending']);
        reserved.release();
        await sql.end({ timeout: 0 });
      },
      instead: async (database) => {
        const sql = postgres(database.url, { max: 1 });
        const reserved = await sql.reserve();
        try {
          await reserved`select 1`;
        } finally {
          reserved.release();
        }
        await sql`select 1`;
        await sql.end();
      },
    },

    'postgres-js/release-open-transaction': {
      says: 'the release resets nothing: the next borrower is inside the open transaction, and its write is lost',
      harm: (database) =>
        withSql(
          database,
          async (sql) => {
            const reserved = await sql.reserve();
            await reserved`begin`;
            reserved.release();
            await insert('next request')(sql);
            await database.untilIdleInTransaction();
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ).then(async () => assert.deepEqual(await database.notes(), [])),
      instead: (database) =>
        withSql(
          database,
          async (sql) => {
            await failsWithDeclined(sql.begin(() => Promise.reject(new Declined())));
            await insert('next request')(sql);
            assert.deepEqual(await database.notes(), ['next request']);
          },
          1,
        ),
    },

    'postgres-js/reserved-absent-methods': {
      says: 'the types give a reserved connection begin and reserve; at run time it has neither',
      harm: (database) =>
        withSql(database, async (sql) => {
          const reserved = await sql.reserve();
          assert.throws(() => reserved.begin(async () => {}), /reserved\.begin is not a function/);
          assert.equal(reserved.reserve, undefined);
          reserved.release();
        }),
      instead: (database) =>
        withSql(database, async (sql) => {
          await sql.begin(async (tx) => void (await insert('a')(tx)));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },

    'postgres-js/no-dispose': {
      says: '`await using` of a reserved connection throws a TypeError: it has no Symbol.asyncDispose',
      harm: (database) =>
        withSql(database, async (sql) => {
          const reserved = await sql.reserve();
          await hasNoDispose(reserved);
          reserved.release();
        }),
      instead: (database) =>
        withSql(database, async (sql) => {
          await sql.begin(async (tx) => void (await insert('a')(tx)));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },
  }),
};
