import assert from 'node:assert/strict';
import mysql from 'mysql2/promise';
import { onMariaDB, type LibraryClaims } from '../claim.js';
import type { MariaDatabase } from '../databases/mariadb.js';
import { Declined, errorOf, turns, unhandledRejections, until, watch } from '../order.js';
import { failsWithDeclined, siblingAfterRollback, siblingInOtherTransaction } from '../scenes.js';

type Connection = mysql.PoolConnection;

async function withPool(database: MariaDatabase, program: (pool: mysql.Pool) => Promise<void>, connectionLimit = 5): Promise<void> {
  const pool = mysql.createPool({ ...database.options, connectionLimit });
  try {
    await program(pool);
  } finally {
    await pool.end();
  }
}

const insert = (text: string) => (on: mysql.Pool | Connection) => on.execute('insert into note (text) values (?)', [text]);

const inTransaction =
  (pool: mysql.Pool) =>
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
      connection.release();
    }
  };

export const mysql2: LibraryClaims = {
  library: 'mysql2',
  packages: ['mysql2'],
  claims: onMariaDB({
    'mysql2/sibling-after-rollback': {
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
            await connection.query('insert into note (text) values ?', [[['second'], ['third']]]);
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'mysql2/queues': {
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
          connection.release();
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

    'mysql2/half-commit': {
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

    'mysql2/parallel-begin': {
      says: 'the second beginTransaction on a connection commits what the first branch has written so far: its rollback no longer undoes that',
      harm: (database) =>
        withPool(database, async (pool) => {
          const connection = await pool.getConnection();
          await connection.beginTransaction();
          await insert('first branch')(connection);
          await connection.beginTransaction();
          await insert('second branch')(connection);
          await connection.rollback();
          connection.release();
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

    'mysql2/pool-statements': {
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

    'mysql2/pool-absent-methods': {
      says: 'the types give a pool the methods of a connection; at run time it throws "is not a function"',
      harm: (database) =>
        withPool(database, async (pool) => {
          await assert.rejects(async () => pool.beginTransaction(), /pool\.beginTransaction is not a function/);
          await assert.rejects(async () => pool.commit(), /pool\.commit is not a function/);
          await assert.rejects(async () => pool.rollback(), /pool\.rollback is not a function/);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          await inTransaction(pool)(insert('a'));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },

    'mysql2/double-release': {
      says: 'a late second release raises no error and hands the connection to two owners',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const first = await pool.getConnection();
            first.release();
            const second = await pool.getConnection();
            first.release();
            const third = await pool.getConnection();
            assert.equal(third.threadId, second.threadId, 'two owners of one connection');
            third.release();
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const first = await pool.getConnection();
            first.release();
            const second = await pool.getConnection();
            const third = watch(pool.getConnection());
            await turns();
            assert.equal(third.state, 'pending');
            second.release();
            const outcome = await third.outcome();
            if (outcome.state === 'fulfilled') outcome.value.release();
          },
          1,
        ),
    },

    'mysql2/use-after-release': {
      says: "a query on a released connection runs without an error, perhaps inside another request's transaction",
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const connection = await pool.getConnection();
            connection.release();
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
              connection.release();
            }
            await failsWithDeclined(inTransaction(pool)(() => Promise.reject(new Declined())));
            assert.deepEqual(await database.notes(), ['kept']);
          },
          1,
        ),
    },

    'mysql2/never-released': {
      says: 'a connection that is never released is missing: getConnection() waits for ever',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const connection = await pool.getConnection();
            const next = watch(pool.getConnection());
            await connection.query('select 1');
            await turns(100);
            assert.equal(next.state, 'pending');
            connection.release();
            const outcome = await next.outcome();
            if (outcome.state === 'fulfilled') outcome.value.release();
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

    'mysql2/release-open-transaction': {
      says: 'the release resets nothing: the next borrower is inside the open transaction, and its write is lost',
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const connection = await pool.getConnection();
            await connection.beginTransaction();
            connection.release();
            await insert('next request')(pool);
            assert.equal(await database.openTransactions(), 1);
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ).then(async () => assert.deepEqual(await database.notes(), [])),
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
              connection.release();
            }
            await insert('next request')(pool);
            assert.deepEqual(await database.notes(), ['next request']);
          },
          1,
        ),
    },

    'mysql2/outer-client': {
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

    'mysql2/connection-after-end': {
      says: 'a query on a connection that has ended rejects, and a second end() does nothing',
      harm: async (database) => {
        const connection = await mysql.createConnection(database.options);
        await connection.end();
        await connection.end();
        assert.match((await errorOf(connection.query('select 1'))).message, /Can't add new command when connection is in closed state/);
      },
      instead: async (database) => {
        await using connection = await mysql.createConnection(database.options);
        await connection.query('select 1');
      },
    },

    'mysql2/connection-never-ended': {
      says: 'a connection that is never ended stays: with one for each request the server soon answers "Too many connections"',
      harm: async (database) => {
        const connections: mysql.Connection[] = [];
        const request = async () => {
          const connection = await mysql.createConnection(database.options);
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
          const connection = await mysql.createConnection(database.options);
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

    'mysql2/floating-commit': {
      says: 'a commit that nobody waits for fails, and the caller has been told that all is well: the rejection is unhandled',
      harm: async (database) => {
        const connection = await mysql.createConnection(database.options);
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
        const connection = await mysql.createConnection(database.options);
        connection.on('error', () => {});
        await connection.beginTransaction();
        await connection.query("insert into note (text) values ('order')");
        await database.endConnections();
        await errorOf(connection.commit());
      },
    },

    'mysql2/pool-temporary-table': {
      says: 'a temporary table that is made through the pool does not exist on another connection',
      harm: (database) =>
        withPool(database, async (pool) => {
          await pool.query('create temporary table draft (id int)');
          // Another request has that connection meanwhile.
          const other = await pool.getConnection();
          const failed = await errorOf(pool.query('select * from draft'));
          assert.equal(failed.code, 'ER_NO_SUCH_TABLE');
          other.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const connection = await pool.getConnection();
          await connection.query('create temporary table draft (id int)');
          await connection.query('select * from draft');
          connection.release();
        }),
    },

    'mysql2/pool-lock': {
      says: 'GET_LOCK through the pool stays with that connection: the RELEASE_LOCK reaches another and says 0',
      harm: (database) =>
        withPool(database, async (pool) => {
          await pool.query("select get_lock('job', 0)");
          const other = await pool.getConnection();
          const [rows] = await pool.query<mysql.RowDataPacket[]>("select release_lock('job') as released");
          assert.equal(rows[0]!['released'], 0);
          other.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const connection = await pool.getConnection();
          await connection.query("select get_lock('job', 0)");
          const [rows] = await connection.query<mysql.RowDataPacket[]>("select release_lock('job') as released");
          connection.release();
          assert.equal(rows[0]!['released'], 1);
        }),
    },
  }),
};
