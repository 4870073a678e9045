import assert from 'node:assert/strict';
import { createPool, sql, type DatabasePool, type DatabaseTransactionConnection } from 'slonik';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, turns, until, watch } from '../order.js';
import { failsWithDeclined, siblingAfterRollback, siblingBehindRollback, taskAfterCommit } from '../scenes.js';
import { isAtLeast, versionOf } from '../versions.js';

type Tx = DatabaseTransactionConnection;

async function withPool(database: PostgresDatabase, program: (pool: DatabasePool) => Promise<void>, maximumPoolSize = 3): Promise<void> {
  const pool = await createPool(database.url, { maximumPoolSize, queryRetryLimit: 0 });
  try {
    await program(pool);
  } finally {
    await pool.end();
  }
}

const insert = (text: string) => async (on: { query: Tx['query'] }) => void (await on.query(sql.unsafe`insert into note (text) values (${text})`));
const passLock = async (on: { query: Tx['query'] }) => void (await on.query(sql.unsafe`select pg_advisory_xact_lock_shared(1)`));
const inTransaction = (pool: DatabasePool) => (run: (t: Tx) => Promise<unknown>) => pool.transaction(run);

const isRefused = !isAtLeast(versionOf('slonik'), '49.0.0');

export const slonik: LibraryClaims = {
  library: 'slonik',
  packages: ['slonik', '@slonik/pg-driver'],
  claims: onPostgres({
    'slonik/sibling-after-rollback': {
      says: 'after the transaction has ended a sibling is rejected; what it sends while the ROLLBACK is on its way is committed on its own, although it rejects',
      harm: (database) =>
        withPool(database, async (pool) => {
          const late = await siblingAfterRollback<Tx>(inTransaction(pool), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Cannot run a query using parent transaction\./);
          assert.deepEqual(await database.notes(), []);
          const behind = await siblingBehindRollback<Tx>(database, inTransaction(pool), passLock, insert('behind'));
          assert.equal(behind.state, 'rejected');
          // Its promise rejects before the server has answered.
          await until('the row is stored', async () => (await database.notes()).length > 0);
          assert.deepEqual(await database.notes(), ['behind']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await failsWithDeclined(
            pool.transaction(async (t) => {
              await insert('rolled back')(t);
              throw new Declined();
            }),
          );
          await pool.transaction(async (t) => {
            await insert('first')(t);
            await insert('second')(t);
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'slonik/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects',
      harm: (database) =>
        withPool(database, async (pool) => {
          const late = await taskAfterCommit<Tx>(inTransaction(pool), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /Cannot run a query using parent transaction\./);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await pool.transaction(insert('in time'));
          await insert('after')(pool);
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'slonik/parallel-nested': {
      says: 'parallel nested transactions reject although none of them fails by itself, and a write persists although the transaction rejected',
      harm: (database) =>
        withPool(database, async (pool) => {
          const lock = await database.holdLock();
          let second!: ReturnType<typeof watch>;
          const secondEnded = gate();
          const transaction = watch(
            pool.transaction((t) => {
              const first = t.transaction(async (inner) => {
                await passLock(inner);
                await insert('first')(inner);
              });
              const next = lock.untilAwaited().then(() => t.transaction(insert('second')));
              second = watch(next.finally(() => secondEnded.open()));
              return Promise.all([first, next]);
            }),
          );
          await secondEnded.opened;
          await turns();
          await lock.letGo();
          const outcomes = [await transaction.outcome(), await second.outcome()];
          for (const outcome of outcomes) assert.match(outcome.state === 'rejected' ? outcome.reason.message : '', /Cannot run a query using parent transaction\./);
          await until('a row is stored', async () => (await database.notes()).length > 0);
          assert.deepEqual(await database.notes(), ['first']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await pool.transaction(async (t) => {
            for (const text of ['a', 'b']) await t.transaction(insert(text));
            await failsWithDeclined(t.transaction(() => Promise.reject(new Declined())));
          });
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'slonik/floating-query': {
      says: 'with a query that is not awaited the transaction rejects, and its writes are committed all the same',
      harm: (database) =>
        withPool(database, async (pool) => {
          const lock = await database.holdLock();
          const transaction = watch(
            pool.transaction(async (t) => {
              await insert('order')(t);
              void passLock(t);
            }),
          );
          await lock.untilAwaited();
          await turns();
          await lock.letGo();
          const outcome = await transaction.outcome();
          assert.match(outcome.state === 'rejected' ? outcome.reason.message : '', /Expected `activeQueryPromise` to be set\./);
          await until('the row is stored', async () => (await database.notes()).length > 0);
          assert.deepEqual(await database.notes(), ['order']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await pool.transaction(async (t) => {
            await insert('order')(t);
            await passLock(t);
          });
          assert.deepEqual(await database.notes(), ['order']);
        }),
    },

    'slonik/outer-client': {
      says: 'the pool inside a transaction is noticed and rejects',
      harm: (database) =>
        withPool(database, async (pool) => {
          const failed = await errorOf(
            pool.transaction(async (t) => {
              await insert('inside')(t);
              await insert('outside')(pool);
            }),
          );
          assert.match(failed.message, /Cannot run a query inside a transaction using a foreign connection\./);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await pool.transaction(async (t) => {
            await insert('first')(t);
            await insert('second')(t);
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'slonik/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withPool(database, async (pool) => {
          await insert('taken')(pool);
          const result = await pool.transaction(async (t) => {
            await insert('order')(t);
            await insert('taken')(t).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await insert('taken')(pool);
          await pool.transaction(async (t) => {
            await insert('order')(t);
            await t.transaction(insert('taken')).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'slonik/queues': {
      says: 'parallel queries on one connection run one after another',
      harm: (database) =>
        withPool(database, async (pool) => {
          const lock = await database.holdLock();
          let next!: ReturnType<typeof watch>;
          const scope = pool.connect(async (connection) => {
            const blocked = passLock(connection);
            next = watch(connection.any(sql.unsafe`select 1`));
            await blocked;
            await next.outcome();
          });
          await lock.untilAwaited();
          await turns();
          assert.equal(next.state, 'pending');
          assert.equal((await database.backends()).length, 1);
          await lock.letGo();
          await scope;
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const lock = await database.holdLock();
          const blocked = passLock(pool);
          await lock.untilAwaited();
          await pool.any(sql.unsafe`select 1`);
          await lock.letGo();
          await blocked;
        }),
    },

    'slonik/use-after-release': {
      says: 'a query on the connection after its callback has ended rejects',
      harm: (database) =>
        withPool(database, async (pool) => {
          let kept!: { query: Tx['query'] };
          await pool.connect(async (connection) => void (kept = connection));
          const failed = await errorOf((async () => insert('late')(kept))());
          assert.match(failed.message, /Cannot use released connection/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await pool.connect((connection) => insert('in time')(connection));
          assert.deepEqual(await database.notes(), ['in time']);
        }),
    },

    'slonik/pool-in-connect': {
      says: 'the pool inside pool.connect wants a second connection: with a full pool it waits for ever',
      harm: async (database) => {
        const pool = await createPool(database.url, { maximumPoolSize: 1, queryRetryLimit: 0 });
        const request = watch(
          pool.connect(async (connection) => {
            await insert('first')(connection);
            await insert('second')(pool);
          }),
        );
        await database.untilBackends(1, 'idle after the insert', ({ state, query }) => state === 'idle' && query.startsWith('insert'));
        await turns(100);
        assert.equal(request.state, 'pending');
        assert.equal(pool.state().waitingClients, 1);
        await database.endBackends();
        await request.outcome();
        await pool.end();
      },
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            await pool.connect(async (connection) => {
              await insert('first')(connection);
              await insert('second')(connection);
            });
            assert.deepEqual(await database.notes(), ['first', 'second']);
          },
          1,
        ),
    },

    'slonik/pool-statements': {
      says: isRefused
        ? 'a BEGIN through the pool rejects when the connection goes back ("DISCARD ALL cannot run inside a transaction block"), and a SET is undone'
        : 'a BEGIN through the pool is accepted and has no effect on what follows: the write survives the ROLLBACK; a SET is undone',
      harm: async (database) => {
        const pool = await createPool(database.url, { maximumPoolSize: 1, queryRetryLimit: 0 });
        await pool.query(sql.unsafe`select set_config('app.tenant', 'A', false)`);
        const { tenant } = (await pool.one(sql.unsafe`select current_setting('app.tenant', true) as tenant`)) as { tenant: string };
        assert.ok(!tenant);
        if (isRefused) {
          const failed = await errorOf(pool.query(sql.unsafe`begin`));
          assert.match(failed.message, /DISCARD ALL cannot run inside a transaction block/);
        } else {
          await pool.query(sql.unsafe`begin`);
          await insert('a')(pool);
          await pool.query(sql.unsafe`rollback`);
          assert.deepEqual(await database.notes(), ['a']);
        }
        await database.endBackends();
      },
      instead: (database) =>
        withPool(database, async (pool) => {
          await pool.transaction(async (t) => {
            await t.query(sql.unsafe`select set_config('app.tenant', 'A', true)`);
            const { tenant } = (await t.one(sql.unsafe`select current_setting('app.tenant', true) as tenant`)) as { tenant: string };
            assert.equal(tenant, 'A');
          });
        }),
    },

    'slonik/retried-callback': {
      says: 'the callback of a transaction runs again after a serialization failure: its side effects repeat',
      harm: (database) =>
        withPool(database, async (pool) => {
          const mails: string[] = [];
          await pool.transaction(async (t) => {
            mails.push('your order');
            await insert('order')(t);
            if (mails.length === 1) await t.query(sql.unsafe`do $$ begin raise serialization_failure; end $$`);
          });
          assert.equal(mails.length, 2);
          assert.deepEqual(await database.notes(), ['order']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          let calls = 0;
          const mails: string[] = [];
          await pool.transaction(async (t) => {
            await insert('order')(t);
            if (++calls === 1) await t.query(sql.unsafe`do $$ begin raise serialization_failure; end $$`);
          });
          mails.push('your order');
          assert.equal(mails.length, 1);
          assert.deepEqual(await database.notes(), ['order']);
        }),
    },
  }),
};
