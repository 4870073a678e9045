import assert from 'node:assert/strict';
import { createClient } from '@libsql/client';
import Sqlite from 'better-sqlite3';
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3';
import { drizzle as drizzleLibsql } from 'drizzle-orm/libsql';
import { drizzle as drizzleMySql } from 'drizzle-orm/mysql2';
import { int, mysqlTable, varchar } from 'drizzle-orm/mysql-core';
import { drizzle as drizzleNeon } from 'drizzle-orm/neon-serverless';
import { drizzle as drizzleNode } from 'drizzle-orm/node-postgres';
import { pgTable, serial, text } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js';
import { integer, sqliteTable, text as sqliteText } from 'drizzle-orm/sqlite-core';
import mysql from 'mysql2/promise';
import pg from 'pg';
import postgres from 'postgres';
import { onMariaDB, onPostgres, onSqlite, type LibraryClaims } from '../claim.js';
import type { MariaDatabase } from '../databases/mariadb.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import type { SqliteDatabase } from '../databases/sqlite.js';
import { Declined, errorOf, gate, turns, unhandledRejections, watch } from '../order.js';
import { withNeonPool } from './neon.js';
import { failsWithDeclined, fullPool, parallelNested, siblingAfterRollback, siblingInOtherTransaction, taskAfterCommit } from '../scenes.js';

const note = pgTable('note', { id: serial('id').primaryKey(), text: text('text').notNull() });
const mysqlNote = mysqlTable('note', { id: int('id').autoincrement().primaryKey(), text: varchar('text', { length: 100 }).notNull() });
const sqliteNote = sqliteTable('note', { id: integer('id').primaryKey(), text: sqliteText('text').notNull() });

const openNode = (pool: pg.Pool) => drizzleNode({ client: pool });
const openPostgresJs = (sql: postgres.Sql) => drizzlePostgresJs({ client: sql });
const openMySql = (pool: mysql.Pool) => drizzleMySql({ client: pool });
const openLibsql = (file: string) => {
  const client = createClient({ url: `file:${file}` });
  return { client, db: drizzleLibsql({ client }) };
};
const openBetterSqlite = (file: string) => {
  const client = new Sqlite(file);
  return { client, db: drizzleSqlite({ client }) };
};
type Node = ReturnType<typeof openNode>;
type PostgresJs = ReturnType<typeof openPostgresJs>;
type MySql = ReturnType<typeof openMySql>;
type Libsql = ReturnType<typeof openLibsql>['db'];
type BetterSqlite = ReturnType<typeof openBetterSqlite>['db'];
type Tx = Parameters<Parameters<Node['transaction']>[0]>[0];
type MySqlTx = Parameters<Parameters<MySql['transaction']>[0]>[0];
type LibsqlTx = Parameters<Parameters<Libsql['transaction']>[0]>[0];

async function withNode(database: PostgresDatabase, program: (db: Node) => Promise<void>, options: pg.PoolConfig = {}): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url, ...options });
  try {
    await program(openNode(pool));
  } finally {
    await pool.end();
  }
}

async function withPostgresJs(database: PostgresDatabase, program: (db: PostgresJs) => Promise<void>, max = 5): Promise<void> {
  const sql = postgres(database.url, { max, onnotice: () => {} });
  try {
    await program(openPostgresJs(sql));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function withMySql(database: MariaDatabase, program: (db: MySql) => Promise<void>, connectionLimit = 5): Promise<void> {
  const pool = mysql.createPool({ ...database.options, connectionLimit });
  try {
    await program(openMySql(pool));
  } finally {
    await pool.end();
  }
}

async function withLibsql(database: SqliteDatabase, program: (db: Libsql) => Promise<void>): Promise<void> {
  const { client, db } = openLibsql(database.file);
  try {
    await program(db);
  } finally {
    client.close();
  }
}

async function withBetterSqlite(database: SqliteDatabase, program: (db: BetterSqlite) => Promise<void> | void): Promise<void> {
  const { client, db } = openBetterSqlite(database.file);
  try {
    await program(db);
  } finally {
    client.close();
  }
}

const writeMySql = (value: string) => (tx: Pick<MySqlTx, 'insert'>) => tx.insert(mysqlNote).values({ text: value });
const writeLibsql = (value: string) => (tx: Pick<LibsqlTx, 'insert'>) => tx.insert(sqliteNote).values({ text: value });
const write = (value: string) => (tx: Tx) => tx.insert(note).values({ text: value });

/** The same two inserts as the harmful programs, awaited one after another: all or nothing. */
async function inSequence(db: Pick<Node, 'transaction'>): Promise<void> {
  await failsWithDeclined(
    db.transaction(async (tx) => {
      await tx.insert(note).values({ text: 'rolled back' });
      throw new Declined();
    }),
  );
  await db.transaction(async (tx) => {
    await tx.insert(note).values({ text: 'first' });
    await tx.insert(note).values([{ text: 'second' }, { text: 'third' }]);
  });
}

export const drizzle: LibraryClaims = {
  library: 'drizzle',
  packages: ['drizzle-orm', 'pg', 'postgres', 'mysql2', 'better-sqlite3', '@libsql/client', '@neondatabase/serverless'],
  claims: [
    ...onPostgres({
      'drizzle/sibling-after-rollback': {
        says: 'a sibling that goes on after the rollback writes outside the transaction: its row stays, without an error (node-postgres)',
        harm: (database) =>
          withNode(database, async (db) => {
            const late = await siblingAfterRollback<Tx>((run) => db.transaction(run), write('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          }),
        instead: (database) =>
          withNode(database, async (db) => {
            await inSequence(db);
            assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
          }),
      },

      'drizzle/sibling-in-other-transaction': {
        says: "a late sibling writes inside another request's transaction: its promise resolves, and its row vanishes with the other one's rollback (node-postgres)",
        harm: (database) =>
          withNode(
            database,
            async (db) => {
              const late = await siblingInOtherTransaction<Tx>((run) => db.transaction(run), write('late'));
              assert.equal(late.state, 'fulfilled');
              assert.deepEqual(await database.notes(), []);
            },
            { max: 1 },
          ),
        instead: (database) =>
          withNode(
            database,
            async (db) => {
              await inSequence(db);
              assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
            },
            { max: 1 },
          ),
      },

      'drizzle/sibling-after-rollback-postgres-js': {
        says: 'a sibling that goes on after the rollback writes outside the transaction: its row stays, without an error (postgres.js)',
        harm: (database) =>
          withPostgresJs(database, async (db) => {
            const late = await siblingAfterRollback<Tx>((run) => db.transaction(run as never), write('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          }),
        instead: (database) =>
          withPostgresJs(database, async (db) => {
            await inSequence(db as never);
            assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
          }),
      },

      'drizzle/sibling-in-other-transaction-postgres-js': {
        says: "a late sibling writes inside another request's transaction: its promise resolves, and its row vanishes with the other one's rollback (postgres.js)",
        harm: (database) =>
          withPostgresJs(
            database,
            async (db) => {
              const late = await siblingInOtherTransaction<Tx>((run) => db.transaction(run as never), write('late'));
              assert.equal(late.state, 'fulfilled');
              assert.deepEqual(await database.notes(), []);
            },
            1,
          ),
        instead: (database) =>
          withPostgresJs(
            database,
            async (db) => {
              await inSequence(db as never);
              assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
            },
            1,
          ),
      },

      'drizzle/sibling-after-rollback-neon': {
        says: 'a sibling that goes on after the rollback writes outside the transaction: its row stays, without an error (Neon)',
        harm: (database) =>
          withNeonPool(database, async (pool) => {
            const db = drizzleNeon({ client: pool });
            const late = await siblingAfterRollback<Tx>((run) => db.transaction(run), write('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          }),
        instead: (database) =>
          withNeonPool(database, async (pool) => {
            await inSequence(drizzleNeon({ client: pool }));
            assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
          }),
      },

      'drizzle/parallel-nested': {
        says: 'when one of two parallel nested transactions fails, the row of the other one, which has resolved, is lost too',
        harm: (database) =>
          withNode(database, async (db) => {
            await db.transaction(async (tx) => {
              const ends = await parallelNested<Tx>((run) => tx.transaction(run), write('resolved'));
              assert.deepEqual([ends.wrote.state, ends.failed.state], ['fulfilled', 'rejected']);
            });
            assert.deepEqual(await database.notes(), []);
          }),
        instead: (database) =>
          withNode(database, async (db) => {
            await db.transaction(async (tx) => {
              await tx.transaction(write('resolved'));
              await failsWithDeclined(tx.transaction(() => Promise.reject(new Declined())));
            });
            assert.deepEqual(await database.notes(), ['resolved']);
          }),
      },

      'drizzle/use-after-commit': {
        says: 'a query on the transaction after it was committed runs in autocommit on a connection that is no longer its own, without an error',
        harm: (database) =>
          withNode(database, async (db) => {
            const late = await taskAfterCommit<Tx>((run) => db.transaction(run), write('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
            // On the same connection as the next request, which rolls it back.
            let kept!: Tx;
            await db.transaction(async (tx) => void (kept = tx));
            await failsWithDeclined(
              db.transaction(async () => {
                await kept.insert(note).values({ text: 'lost' });
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), ['late']);
          }, { max: 1 }),
        instead: (database) =>
          withNode(database, async (db) => {
            await db.transaction(write('in time'));
            await db.insert(note).values({ text: 'after' });
            assert.deepEqual(await database.notes(), ['after', 'in time']);
          }),
      },

      'drizzle/use-after-commit-postgres-js': {
        says: 'a query on the transaction after it was committed runs in autocommit, without an error (postgres.js)',
        harm: (database) =>
          withPostgresJs(database, async (db) => {
            const late = await taskAfterCommit<Tx>((run) => db.transaction(run as never), write('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          }),
        instead: (database) =>
          withPostgresJs(database, async (db) => {
            await db.transaction(async (tx) => void (await tx.insert(note).values({ text: 'in time' })));
            assert.deepEqual(await database.notes(), ['in time']);
          }),
      },

      'drizzle/never-sent': {
        says: 'a query that is not awaited is never sent, without an error',
        harm: (database) =>
          withNode(database, async (db) => {
            await db.transaction(async (tx) => {
              tx.insert(note).values({ text: 'forgotten' });
            });
            await turns();
            assert.deepEqual(await database.notes(), []);
          }),
        instead: (database) =>
          withNode(database, async (db) => {
            await db.transaction(async (tx) => {
              await tx.insert(note).values({ text: 'awaited' });
            });
            assert.deepEqual(await database.notes(), ['awaited']);
          }),
      },

      'drizzle/floating': {
        says: 'the second step of an async function that is not awaited runs after the commit, outside the transaction; its error is unhandled',
        harm: (database) =>
          withNode(database, async (db) => {
            await db.insert(note).values({ text: 'taken' });
            const committed = gate();
            const unhandled = await unhandledRejections(async () => {
              let task!: ReturnType<typeof watch>;
              await db.transaction(async (tx) => {
                const floating = (async () => {
                  await committed.opened;
                  await tx.insert(note).values({ text: 'second step' });
                  await tx.insert(note).values({ text: 'taken' });
                })();
                task = watch(floating);
                void floating.then(() => {});
              });
              committed.open();
              await task.outcome();
            });
            assert.equal(unhandled.length, 1);
            assert.deepEqual(await database.notes(), ['second step', 'taken']);
          }),
        instead: (database) =>
          withNode(database, async (db) => {
            await db.insert(note).values({ text: 'taken' });
            await errorOf(
              db.transaction(async (tx) => {
                await tx.insert(note).values({ text: 'second step' });
                await tx.insert(note).values({ text: 'taken' });
              }),
            );
            assert.deepEqual(await database.notes(), ['taken']);
          }),
      },

      'drizzle/outer-client': {
        says: 'the root client inside a transaction writes on another connection: its write survives the rollback',
        harm: (database) =>
          withNode(database, async (db) => {
            await failsWithDeclined(
              db.transaction(async (tx) => {
                await tx.insert(note).values({ text: 'inside' });
                await db.insert(note).values({ text: 'outside' });
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), ['outside']);
          }),
        instead: (database) =>
          withNode(database, async (db) => {
            await failsWithDeclined(
              db.transaction(async (tx) => {
                await tx.insert(note).values({ text: 'first' });
                await tx.insert(note).values({ text: 'second' });
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), []);
          }),
      },

      'drizzle/outer-client-full-pool': {
        says: 'with as many transactions as the pool has connections, each using the root client inside, all of them wait for ever',
        harm: (database) =>
          withNode(
            database,
            async (db) => {
              const errors = await fullPool(database, 2, (allAreOpen) =>
                db.transaction(async (tx) => {
                  await tx.select().from(note);
                  await allAreOpen();
                  await db.select().from(note);
                }),
              );
              // Only this program's time limit for a connection (pg has none by default) brings it to an end.
              assert.ok(errors.length > 0);
              assert.match(String(errors[0]!.cause), /timeout exceeded when trying to connect/);
            },
            { max: 2, connectionTimeoutMillis: 3000 },
          ),
        instead: (database) =>
          withNode(
            database,
            async (db) => {
              const request = () =>
                db.transaction(async (tx) => {
                  await tx.select().from(note);
                  await tx.select().from(note);
                });
              await Promise.all([request(), request(), request()]);
            },
            { max: 2, connectionTimeoutMillis: 3000 },
          ),
      },

      'drizzle/swallowed-error': {
        says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored (node-postgres)',
        harm: (database) =>
          withNode(database, async (db) => {
            await db.insert(note).values({ text: 'taken' });
            const result = await db.transaction(async (tx) => {
              await tx.insert(note).values({ text: 'order' });
              await tx.insert(note).values({ text: 'taken' }).catch(() => undefined);
              return 'done';
            });
            assert.equal(result, 'done');
            assert.deepEqual(await database.notes(), ['taken']);
          }),
        instead: (database) =>
          withNode(database, async (db) => {
            await db.insert(note).values({ text: 'taken' });
            await db.transaction(async (tx) => {
              await tx.insert(note).values({ text: 'order' });
              await tx.transaction(async (inner) => void (await inner.insert(note).values({ text: 'taken' }))).catch(() => undefined);
            });
            assert.deepEqual(await database.notes(), ['order', 'taken']);
          }),
      },

      'drizzle/swallowed-error-postgres-js': {
        says: 'with postgres.js the transaction rejects with the error that was swallowed inside it',
        harm: (database) =>
          withPostgresJs(database, async (db) => {
            await db.insert(note).values({ text: 'taken' });
            const failed = await errorOf(
              db.transaction(async (tx) => {
                await tx.insert(note).values({ text: 'order' });
                await tx.insert(note).values({ text: 'taken' }).catch(() => undefined);
              }),
            );
            assert.equal(failed.code, '23505');
            assert.deepEqual(await database.notes(), ['taken']);
          }),
        instead: (database) =>
          withPostgresJs(database, async (db) => {
            await db.insert(note).values({ text: 'taken' });
            await db.transaction(async (tx) => {
              await tx.insert(note).values({ text: 'order' });
              await tx.transaction(async (inner) => void (await inner.insert(note).values({ text: 'taken' }))).catch(() => undefined);
            });
            assert.deepEqual(await database.notes(), ['order', 'taken']);
          }),
      },

      'drizzle/single-connection': {
        says: 'on one pg.Client two concurrent transactions are one: the rollback of the first loses the rows of the second, which resolves',
        harm: async (database) => {
          const client = new pg.Client({ connectionString: database.url });
          await client.connect();
          const db = drizzleNode({ client });
          const firstIsOpen = gate();
          const secondWrote = gate();
          const first = watch(
            db.transaction(async (tx) => {
              await tx.select().from(note);
              firstIsOpen.open();
              await secondWrote.opened;
              throw new Declined();
            }),
          );
          await firstIsOpen.opened;
          await db.transaction(async (tx) => {
            await tx.insert(note).values({ text: 'before' });
            secondWrote.open();
            await first.outcome();
            await tx.insert(note).values({ text: 'after' });
          });
          assert.deepEqual(await database.notes(), ['after']);
          await client.end();
        },
        instead: (database) =>
          withNode(database, async (db) => {
            const firstIsOpen = gate();
            const secondWrote = gate();
            const first = watch(
              db.transaction(async (tx) => {
                await tx.select().from(note);
                firstIsOpen.open();
                await secondWrote.opened;
                throw new Declined();
              }),
            );
            await firstIsOpen.opened;
            await db.transaction(async (tx) => {
              await tx.insert(note).values({ text: 'before' });
              secondWrote.open();
              await first.outcome();
              await tx.insert(note).values({ text: 'after' });
            });
            assert.deepEqual(await database.notes(), ['after', 'before']);
          }),
      },
    }),

    ...onMariaDB({
      'drizzle/sibling-after-rollback-mysql2': {
        says: 'a sibling that goes on after the rollback writes outside the transaction: its row stays, without an error (mysql2)',
        harm: (database) =>
          withMySql(database, async (db) => {
            const late = await siblingAfterRollback<MySqlTx>((run) => db.transaction(run), writeMySql('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          }),
        instead: (database) =>
          withMySql(database, async (db) => {
            await failsWithDeclined(
              db.transaction(async (tx) => {
                await tx.insert(mysqlNote).values({ text: 'first' });
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), []);
          }),
      },

      'drizzle/parallel-nested-mysql2': {
        says: 'parallel nested transactions replace each other\'s savepoint: the one that fails is not rolled back, and rejects with "SAVEPOINT sp1 does not exist" (mysql2)',
        harm: (database) =>
          withMySql(database, async (db) => {
            await db.transaction(async (tx) => {
              const isOpen = gate();
              const otherEnded = gate();
              const failing = watch(
                tx.transaction(async (inner) => {
                  await writeMySql('of the failed branch')(inner);
                  isOpen.open();
                  await otherEnded.opened;
                  throw new Declined();
                }),
              );
              await isOpen.opened;
              await tx.transaction(async (inner) => void (await writeMySql('resolved')(inner)));
              otherEnded.open();
              const failed = await failing.outcome();
              assert.match(failed.state === 'rejected' ? String(failed.reason.cause) : '', /SAVEPOINT sp1 does not exist/);
            });
            assert.deepEqual(await database.notes(), ['of the failed branch', 'resolved']);
          }),
        instead: (database) =>
          withMySql(database, async (db) => {
            await db.transaction(async (tx) => {
              await tx.transaction(async (inner) => void (await writeMySql('resolved')(inner)));
              await failsWithDeclined(
                tx.transaction(async (inner) => {
                  await writeMySql('of the failed branch')(inner);
                  throw new Declined();
                }),
              );
            });
            assert.deepEqual(await database.notes(), ['resolved']);
          }),
      },

      'drizzle/use-after-commit-mysql2': {
        says: 'a query on the transaction after it was committed runs in autocommit, without an error (mysql2)',
        harm: (database) =>
          withMySql(database, async (db) => {
            const late = await taskAfterCommit<MySqlTx>((run) => db.transaction(run), writeMySql('late'));
            assert.equal(late.state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['late']);
          }),
        instead: (database) =>
          withMySql(database, async (db) => {
            await db.transaction(async (tx) => void (await writeMySql('in time')(tx)));
            assert.deepEqual(await database.notes(), ['in time']);
          }),
      },

      'drizzle/outer-client-mysql2': {
        says: 'the root client inside a transaction writes on another connection: its write survives the rollback (mysql2)',
        harm: (database) =>
          withMySql(database, async (db) => {
            await failsWithDeclined(
              db.transaction(async (tx) => {
                await writeMySql('inside')(tx);
                await writeMySql('outside')(db);
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), ['outside']);
          }),
        instead: (database) =>
          withMySql(database, async (db) => {
            await failsWithDeclined(
              db.transaction(async (tx) => {
                await writeMySql('first')(tx);
                await writeMySql('second')(tx);
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), []);
          }),
      },

      'drizzle/half-commit-mysql2': {
        says: 'on MySQL an error does not end the transaction: when it is swallowed, the other half is committed (mysql2)',
        harm: (database) =>
          withMySql(database, async (db) => {
            await db.insert(mysqlNote).values({ text: 'taken' });
            await db.transaction((tx) =>
              Promise.allSettled(['order', 'taken', 'line'].map((value) => tx.insert(mysqlNote).values({ text: value }))),
            );
            assert.deepEqual(await database.notes(), ['line', 'order', 'taken']);
          }),
        instead: (database) =>
          withMySql(database, async (db) => {
            await db.insert(mysqlNote).values({ text: 'taken' });
            await errorOf(
              db.transaction(async (tx) => {
                for (const value of ['order', 'taken', 'line']) await tx.insert(mysqlNote).values({ text: value });
              }),
            );
            assert.deepEqual(await database.notes(), ['taken']);
          }),
      },
    }),

    ...onSqlite({
      'drizzle/sibling-after-rollback-libsql': {
        says: 'a sibling that goes on after the rollback rejects with TRANSACTION_CLOSED, and nobody sees that (libsql)',
        harm: (database) =>
          withLibsql(database, async (db) => {
            const late = await siblingAfterRollback<LibsqlTx>((run) => db.transaction(run), writeLibsql('late'));
            assert.match(late.state === 'rejected' ? String(late.reason.cause) : '', /TRANSACTION_CLOSED: The transaction is closed/);
            assert.deepEqual(await database.notes(), []);
          }),
        instead: (database) =>
          withLibsql(database, async (db) => {
            await db.transaction(async (tx) => {
              await writeLibsql('first')(tx);
              await tx.insert(sqliteNote).values([{ text: 'second' }, { text: 'third' }]);
            });
            assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
          }),
      },

      'drizzle/parallel-nested-libsql': {
        says: 'when one of two parallel nested transactions fails, the row of the other one, which has resolved, is lost too (libsql)',
        harm: (database) =>
          withLibsql(database, async (db) => {
            await db.transaction(async (tx) => {
              const ends = await parallelNested<LibsqlTx>((run) => tx.transaction(run), writeLibsql('resolved'));
              assert.deepEqual([ends.wrote.state, ends.failed.state], ['fulfilled', 'rejected']);
            });
            assert.deepEqual(await database.notes(), []);
          }),
        instead: (database) =>
          withLibsql(database, async (db) => {
            await db.transaction(async (tx) => {
              await tx.transaction(async (inner) => void (await writeLibsql('resolved')(inner)));
              await failsWithDeclined(tx.transaction(() => Promise.reject(new Declined())));
            });
            assert.deepEqual(await database.notes(), ['resolved']);
          }),
      },

      'drizzle/use-after-commit-libsql': {
        says: 'a query on the transaction after it was committed rejects with TRANSACTION_CLOSED (libsql)',
        harm: (database) =>
          withLibsql(database, async (db) => {
            const late = await taskAfterCommit<LibsqlTx>((run) => db.transaction(run), writeLibsql('late'));
            assert.match(late.state === 'rejected' ? String(late.reason.cause) : '', /TRANSACTION_CLOSED: The transaction is closed/);
            assert.deepEqual(await database.notes(), []);
          }),
        instead: (database) =>
          withLibsql(database, async (db) => {
            await db.transaction(async (tx) => void (await writeLibsql('in time')(tx)));
            assert.deepEqual(await database.notes(), ['in time']);
          }),
      },

      'drizzle/outer-client-libsql': {
        says: 'the root client inside a transaction meets the lock of that transaction: its write rejects with SQLITE_BUSY (libsql on a file)',
        harm: (database) =>
          withLibsql(database, async (db) => {
            const failed = await errorOf(
              db.transaction(async (tx) => {
                await writeLibsql('inside')(tx);
                await writeLibsql('outside')(db);
              }),
            );
            assert.match(String(failed.cause), /SQLITE_BUSY: database is locked/);
            assert.deepEqual(await database.notes(), []);
          }),
        instead: (database) =>
          withLibsql(database, async (db) => {
            await db.transaction(async (tx) => {
              await writeLibsql('first')(tx);
              await writeLibsql('second')(tx);
            });
            assert.deepEqual(await database.notes(), ['first', 'second']);
          }),
      },

      'drizzle/half-commit-libsql': {
        says: 'on SQLite an error does not end the transaction: when it is swallowed, the other half is committed (libsql)',
        harm: (database) =>
          withLibsql(database, async (db) => {
            await writeLibsql('taken')(db);
            await db.transaction((tx) => Promise.allSettled(['order', 'taken', 'line'].map((value) => writeLibsql(value)(tx))));
            assert.deepEqual(await database.notes(), ['line', 'order', 'taken']);
          }),
        instead: (database) =>
          withLibsql(database, async (db) => {
            await writeLibsql('taken')(db);
            await errorOf(
              db.transaction(async (tx) => {
                for (const value of ['order', 'taken', 'line']) await writeLibsql(value)(tx);
              }),
            );
            assert.deepEqual(await database.notes(), ['taken']);
          }),
      },

      'drizzle/concurrent-better-sqlite3': {
        says: 'parallel queries in a transaction of better-sqlite3 run after it: it throws, and they are committed on their own',
        harm: (database) =>
          withBetterSqlite(database, async (db) => {
            let branches!: Promise<unknown>;
            const failed = await errorOf(
              (async () =>
                db.transaction((tx) => {
                  tx.insert(sqliteNote).values({ text: 'in turn' }).run();
                  branches = Promise.all(['a', 'b'].map(async (value) => tx.insert(sqliteNote).values({ text: value })));
                  return branches;
                }))(),
            );
            assert.match(failed.message, /Transaction function cannot return a promise/);
            await branches;
            assert.deepEqual(await database.notes(), ['a', 'b']);
          }),
        instead: (database) =>
          withBetterSqlite(database, async (db) => {
            db.transaction((tx) => {
              for (const value of ['a', 'b']) tx.insert(sqliteNote).values({ text: value }).run();
            });
            assert.deepEqual(await database.notes(), ['a', 'b']);
          }),
      },

      'drizzle/outer-client-better-sqlite3': {
        says: 'there is one connection: the root client inside a transaction is part of it, and its write is rolled back with it (better-sqlite3)',
        harmless: true,
        harm: (database) =>
          withBetterSqlite(database, async (db) => {
            assert.throws(
              () =>
                db.transaction((tx) => {
                  tx.insert(sqliteNote).values({ text: 'inside' }).run();
                  db.insert(sqliteNote).values({ text: 'by the root client' }).run();
                  throw new Declined();
                }),
              Declined,
            );
            assert.deepEqual(await database.notes(), []);
          }),
        instead: (database) =>
          withBetterSqlite(database, async (db) => {
            db.transaction((tx) => {
              tx.insert(sqliteNote).values({ text: 'inside' }).run();
              db.insert(sqliteNote).values({ text: 'by the root client' }).run();
            });
            assert.deepEqual(await database.notes(), ['by the root client', 'inside']);
          }),
      },

      'drizzle/use-after-commit-better-sqlite3': {
        says: 'a query on the transaction after it was committed is committed on its own, without an error (better-sqlite3)',
        harm: (database) =>
          withBetterSqlite(database, async (db) => {
            let kept!: Parameters<Parameters<BetterSqlite['transaction']>[0]>[0];
            db.transaction((tx) => void (kept = tx));
            kept.insert(sqliteNote).values({ text: 'late' }).run();
            assert.deepEqual(await database.notes(), ['late']);
          }),
        instead: (database) =>
          withBetterSqlite(database, async (db) => {
            assert.throws(
              () =>
                db.transaction((tx) => {
                  tx.insert(sqliteNote).values({ text: 'in time' }).run();
                  throw new Declined();
                }),
              Declined,
            );
            assert.deepEqual(await database.notes(), []);
          }),
      },

      'drizzle/async-callback-better-sqlite3': {
        says: 'an async callback is refused by better-sqlite3, but what follows its first await still runs, in autocommit',
        harm: async (database) => {
          const { client, db } = openBetterSqlite(database.file);
          const later = gate();
          let rest!: Promise<void>;
          const failed = await errorOf(
            (async () =>
              db.transaction(async (tx) => {
                tx.insert(sqliteNote).values({ text: 'before' }).run();
                rest = later.opened.then(() => void tx.insert(sqliteNote).values({ text: 'after await' }).run());
                await rest;
              }))(),
          );
          assert.match(failed.message, /Transaction function cannot return a promise/);
          later.open();
          await rest;
          assert.deepEqual(await database.notes(), ['after await']);
          client.close();
        },
        instead: async (database) => {
          const { client, db } = openBetterSqlite(database.file);
          db.transaction((tx) => {
            tx.insert(sqliteNote).values({ text: 'first' }).run();
            tx.insert(sqliteNote).values({ text: 'second' }).run();
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
          client.close();
        },
      },
    }),
  ],
};
