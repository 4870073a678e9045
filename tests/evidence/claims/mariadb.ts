import assert from 'node:assert/strict';
import * as mariadb from 'mariadb';
import { onMariaDB, type LibraryClaims } from '../claim.js';
import type { MariaDatabase } from '../databases/mariadb.js';
import { Declined, errorOf, turns, unhandledRejections, until, watch } from '../order.js';
import { failsWithDeclined, siblingAfterRollback, siblingInOtherTransaction } from '../scenes.js';

type Connection = mariadb.PoolConnection;

async function withPool(database: MariaDatabase, program: (pool: mariadb.Pool) => Promise<void>, connectionLimit = 5): Promise<void> {
  // By default the pool opens all its connections in the background, so that chance decides which of them a query gets.
  // With one at the start, it opens a second when the first is taken.
  const pool = mariadb.createPool({ ...database.options, connectionLimit, minimumIdle: 1, acquireTimeout: 1000 });
  try {
    await program(pool);
  } finally {
    await pool.end();
  }
}

const insert = (text: string) => (on: mariadb.Pool | Connection) => on.execute('insert into note (text) values (?)', [text]);

const inTransaction =
  (pool: mariadb.Pool) =>
  async (run: (connection: Connection) => Promise<unknown>): Promise<unknown> => {
    const connection = await pool.getConnection();
    try {
      await connection.beginTransaction();
      const result = await run(connection);
      await connection.commit();
      return result;
    } catch (error) {
      await connection.rollback();
      throw error;
    } finally {
      await connection.release();
    }
  };

export const mariadbClaims: LibraryClaims = {
  library: 'mariadb',
  packages: ['mariadb'],
  claims: onMariaDB({
    'mariadb/sibling-after-rollback': {
      says: "a sibling that goes on after the rollback writes outside the transaction: its row stays, or vanishes with another request's transaction",
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const late = await siblingAfterRollback<Connection>(inTransaction(pool), insert('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
            const lost = await siblingInOtherTransaction<Connection>(inTransaction(pool), insert('lost'));
            assert.equal(lost.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          },
          1,
        ),
      instead: (database) =>
        withPool(database, async (pool) => {
          await failsWithDeclined(
            inTransaction(pool)(async (connection) => {
              await insert('rolled back')(connection);
              throw new Declined();
            }),
          );
          await inTransaction(pool)(async (connection) => {
            await insert('first')(connection);
            await connection.batch('insert into note (text) values (?)', [['second'], ['third']]);
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'mariadb/queues': {
      says: 'parallel queries on one connection run one after another',
      harm: (database) =>
        withPool(database, async (pool) => {
          const connection = await pool.getConnection();
          const lock = await database.holdLock();
          const blocked = connection.query(database.passLock);
          const next = watch(connection.query('select 1'));
          await lock.untilAwaited();
          await turns();
          assert.equal(next.state, 'pending');
          await lock.letGo();
          await blocked;
          assert.equal((await next.outcome()).state, 'fulfilled');
          await connection.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const lock = await database.holdLock();
          const blocked = pool.query(database.passLock);
          await lock.untilAwaited();
          await pool.query('select 1');
          await lock.letGo();
          await blocked;
        }),
    },

    'mariadb/half-commit': {
      says: 'a failed statement does not end the transaction: COMMIT keeps what the other statements wrote',
      harm: (database) =>
        withPool(database, async (pool) => {
          await insert('taken')(pool);
          await inTransaction(pool)((connection) => Promise.allSettled(['order', 'taken', 'line'].map((text) => insert(text)(connection))));
          assert.deepEqual(await database.notes(), ['line', 'order', 'taken']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await insert('taken')(pool);
          const failed = await errorOf(
            inTransaction(pool)(async (connection) => {
              for (const text of ['order', 'taken', 'line']) await insert(text)(connection);
            }),
          );
          assert.equal(failed.code, 'ER_DUP_ENTRY');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
    },

    'mariadb/parallel-begin': {
      says: 'the second beginTransaction on a connection commits what the first branch has written so far: its rollback no longer undoes that',
      harm: (database) =>
        withPool(database, async (pool) => {
          const connection = await pool.getConnection();
          await connection.beginTransaction();
          await insert('first branch')(connection);
          await connection.beginTransaction();
          await insert('second branch')(connection);
          await connection.rollback();
          await connection.release();
          assert.deepEqual(await database.notes(), ['first branch']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await Promise.allSettled(
            ['first branch', 'second branch'].map((text) =>
              inTransaction(pool)(async (connection) => {
                await insert(text)(connection);
                if (text === 'first branch') throw new Declined();
              }),
            ),
          );
          assert.deepEqual(await database.notes(), ['second branch']);
        }),
    },

    'mariadb/pool-statements': {
      says: 'START TRANSACTION, writes and ROLLBACK through pool.query go to different connections as soon as somebody else uses the pool: the write stays',
      harm: (database) =>
        withPool(database, async (pool) => {
          await pool.query('start transaction');
          // Another request takes the connection that is in the transaction.
          const lock = await database.holdLock();
          const otherRequest = pool.query(database.passLock);
          await lock.untilAwaited();
          await pool.query("insert into note (text) values ('order')");
          await pool.query('rollback');
          await lock.letGo();
          await otherRequest;
          assert.deepEqual(await database.notes(), ['order']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const lock = await database.holdLock();
          const otherRequest = pool.query(database.passLock);
          await lock.untilAwaited();
          await failsWithDeclined(
            inTransaction(pool)(async (connection) => {
              await insert('order')(connection);
              throw new Declined();
            }),
          );
          await lock.letGo();
          await otherRequest;
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'mariadb/double-release': {
      says: 'a late second release raises no error and hands the connection to two owners',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const first = await pool.getConnection();
            await first.release();
            const second = await pool.getConnection();
            await first.release();
            const third = await pool.getConnection();
            assert.equal(third.threadId, second.threadId, 'two owners of one connection');
            await third.release();
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const first = await pool.getConnection();
            await first.release();
            const second = await pool.getConnection();
            const third = watch(pool.getConnection());
            await turns();
            assert.equal(third.state, 'pending');
            await second.release();
            const outcome = await third.outcome();
            if (outcome.state === 'fulfilled') await outcome.value.release();
          },
          1,
        ),
    },

    'mariadb/use-after-release': {
      says: "a query on a released connection runs without an error, perhaps inside another request's transaction",
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const connection = await pool.getConnection();
            await connection.release();
            await failsWithDeclined(
              inTransaction(pool)(async () => {
                await insert('lost')(connection);
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
            const connection = await pool.getConnection();
            try {
              await insert('kept')(connection);
            } finally {
              await connection.release();
            }
            await failsWithDeclined(inTransaction(pool)(() => Promise.reject(new Declined())));
            assert.deepEqual(await database.notes(), ['kept']);
          },
          1,
        ),
    },

    'mariadb/never-released': {
      says: 'a connection that is never released is missing: getConnection() rejects after the acquire time-out (10 s unless set)',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const connection = await pool.getConnection();
            const failed = await errorOf(pool.getConnection());
            assert.match(failed.message, /failed to retrieve a connection from pool/);
            await connection.release();
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const use = async () => {
              await using connection = await pool.getConnection();
              await connection.query('select 1');
            };
            await use();
            await use();
          },
          1,
        ),
    },

    'mariadb/release-open-transaction': {
      says: 'the release rolls the open transaction back; session variables stay',
      harmless: true,
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const connection = await pool.getConnection();
            await connection.beginTransaction();
            await insert('first request')(connection);
            await connection.query("set @tenant = 'A'");
            await connection.release();
            await insert('next request')(pool);
            assert.deepEqual(await database.notes(), ['next request']);
            const [row] = await pool.query<{ tenant: string | null }[]>('select @tenant as tenant');
            assert.equal(row!.tenant, 'A');
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const connection = await pool.getConnection();
            try {
              await connection.beginTransaction();
              throw new Declined();
            } catch {
              await connection.rollback();
            } finally {
              await connection.release();
            }
            await insert('next request')(pool);
            assert.deepEqual(await database.notes(), ['next request']);
          },
          1,
        ),
    },

    'mariadb/outer-client': {
      says: 'the pool inside a transaction writes on another connection: its write survives the rollback',
      harm: (database) =>
        withPool(database, async (pool) => {
          await failsWithDeclined(
            inTransaction(pool)(async (connection) => {
              await insert('inside')(connection);
              await insert('outside')(pool);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await failsWithDeclined(
            inTransaction(pool)(async (connection) => {
              await insert('first')(connection);
              await insert('second')(connection);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'mariadb/connection-after-end': {
      says: 'a query on a connection that has ended rejects, and a second end() does nothing',
      harm: async (database) => {
        const connection = await mariadb.createConnection(database.options);
        await connection.end();
        await connection.end();
        assert.match((await errorOf(connection.query('select 1'))).message, /Cannot execute new commands: connection closed/);
      },
      instead: async (database) => {
        await using connection = await mariadb.createConnection(database.options);
        await connection.query('select 1');
      },
    },

    'mariadb/connection-never-ended': {
      says: 'a connection that is never ended stays: with one for each request the server soon answers "Too many connections"',
      harm: async (database) => {
        const connections: mariadb.Connection[] = [];
        const request = async () => {
          const connection = await mariadb.createConnection(database.options);
          connections.push(connection);
          await connection.query('select 1');
        };
        let refused: Error | undefined;
        // The server takes 40.
        for (let i = 0; i < 45 && !refused; i++) await request().catch((error: unknown) => void (refused = error as Error));
        await Promise.all(connections.map((connection) => connection.end()));
        assert.match(String(refused), /Too many connections/);
      },
      instead: async (database) => {
        for (let i = 0; i < 45; i++) {
          const connection = await mariadb.createConnection(database.options);
          try {
            await connection.query('select 1');
          } finally {
            await connection.end();
          }
          // end() may resolve before the server has seen it.
          await until('the connection has gone', async () => (await database.connections()) === 0);
        }
      },
    },

    'mariadb/floating-commit': {
      says: 'a commit that nobody waits for fails, and the caller has been told that all is well: the rejection is unhandled',
      harm: async (database) => {
        const connection = await mariadb.createConnection(database.options);
        connection.on('error', () => {});
        await connection.beginTransaction();
        await connection.query("insert into note (text) values ('order')");
        await database.endConnections();
        const answers: string[] = [];
        await unhandledRejections(async (seen) => {
          void connection.commit();
          answers.push('your order is placed');
          await until('the rejection has come', () => seen.length > 0);
        });
        assert.deepEqual(answers, ['your order is placed']);
        assert.deepEqual(await database.notes(), []);
      },
      instead: async (database) => {
        const connection = await mariadb.createConnection(database.options);
        connection.on('error', () => {});
        await connection.beginTransaction();
        await connection.query("insert into note (text) values ('order')");
        await database.endConnections();
        await errorOf(connection.commit());
      },
    },
  }),
};
