import assert from 'node:assert/strict';
import { createClient, type Client, type Transaction } from '@libsql/client';
import { onSqlite, type LibraryClaims } from '../claim.js';
import type { SqliteDatabase } from '../databases/sqlite.js';
import { Declined, errorOf } from '../order.js';
import { failsWithDeclined, hasNoDispose, siblingAfterRollback, taskAfterCommit } from '../scenes.js';

async function withClient(database: SqliteDatabase, program: (client: Client) => Promise<void>): Promise<void> {
  const client = createClient({ url: `file:${database.file}` });
  try {
    await program(client);
  } finally {
    client.close();
  }
}

const insert = (text: string) => (on: Client | Transaction) => on.execute({ sql: 'insert into note (text) values (?)', args: [text] });

const inTransaction =
  (client: Client) =>
  async (run: (tx: Transaction) => Promise<unknown>): Promise<unknown> => {
    const tx = await client.transaction('write');
    try {
      const result = await run(tx);
      await tx.commit();
      return result;
    } finally {
      tx.close();
    }
  };

export const libsql: LibraryClaims = {
  library: 'libsql',
  packages: ['@libsql/client'],
  claims: onSqlite({
    'libsql/sibling-after-rollback': {
      says: 'a sibling that goes on after the rollback rejects with TRANSACTION_CLOSED, and nobody sees that',
      harm: (database) =>
        withClient(database, async (client) => {
          const late = await siblingAfterRollback<Transaction>(inTransaction(client), insert('late'));
          assert.equal(late.state === 'rejected' && late.reason.code, 'TRANSACTION_CLOSED');
          assert.match(late.state === 'rejected' ? late.reason.message : '', /The transaction is closed/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          await failsWithDeclined(
            inTransaction(client)(async (tx) => {
              await insert('rolled back')(tx);
              throw new Declined();
            }),
          );
          await client.batch([{ sql: "insert into note (text) values ('first')" }, { sql: "insert into note (text) values ('second')" }] as never, 'write');
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'libsql/half-commit': {
      says: 'a failed statement does not end the transaction: commit() keeps what the other statements wrote',
      harm: (database) =>
        withClient(database, async (client) => {
          await insert('taken')(client);
          await inTransaction(client)((tx) => Promise.allSettled(['order', 'taken', 'line'].map((text) => insert(text)(tx))));
          assert.deepEqual(await database.notes(), ['line', 'order', 'taken']);
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          await insert('taken')(client);
          await errorOf(
            inTransaction(client)(async (tx) => {
              for (const text of ['order', 'taken', 'line']) await insert(text)(tx);
            }),
          );
          assert.deepEqual(await database.notes(), ['taken']);
        }),
    },

    'libsql/client-statements': {
      says: 'BEGIN through client.execute is gone at the next statement: ROLLBACK says "no transaction is active", and the write stays',
      harm: (database) =>
        withClient(database, async (client) => {
          await client.execute('BEGIN');
          await insert('stays')(client);
          assert.match((await errorOf(client.execute('ROLLBACK'))).message, /no transaction is active/);
          assert.deepEqual(await database.notes(), ['stays']);
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          const tx = await client.transaction('write');
          await insert('gone')(tx);
          await tx.rollback();
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'libsql/use-after-close': {
      says: 'a statement on a transaction that has ended rejects with TRANSACTION_CLOSED',
      harm: (database) =>
        withClient(database, async (client) => {
          const late = await taskAfterCommit<Transaction>(inTransaction(client), insert('late'));
          assert.equal(late.state === 'rejected' && late.reason.code, 'TRANSACTION_CLOSED');
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          await inTransaction(client)(insert('in time'));
          assert.deepEqual(await database.notes(), ['in time']);
        }),
    },

    'libsql/close-twice': {
      says: 'close() may be called again, and rolls back what is still open',
      harmless: true,
      harm: (database) =>
        withClient(database, async (client) => {
          const tx = await client.transaction('write');
          await insert('open')(tx);
          tx.close();
          tx.close();
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          const tx = await client.transaction('write');
          try {
            await insert('kept')(tx);
            await tx.commit();
          } finally {
            tx.close();
          }
          assert.deepEqual(await database.notes(), ['kept']);
        }),
    },

    'libsql/never-closed': {
      says: 'after a transaction that is never closed the next write rejects with SQLITE_BUSY',
      harm: (database) =>
        withClient(database, async (client) => {
          const tx = await client.transaction('write');
          await insert('open')(tx);
          const failed = await errorOf(insert('next')(client));
          assert.match(`${String(failed.code)} ${failed.message}`, /SQLITE_BUSY.*database is locked/);
          tx.close();
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          const tx = await client.transaction('write');
          try {
            await insert('open')(tx);
          } finally {
            tx.close();
          }
          await insert('next')(client);
          assert.deepEqual(await database.notes(), ['next']);
        }),
    },

    'libsql/outer-client': {
      says: 'the client inside a transaction is another connection and meets the lock: its write rejects with SQLITE_BUSY',
      harm: (database) =>
        withClient(database, async (client) => {
          const failed = await errorOf(
            inTransaction(client)(async (tx) => {
              await insert('inside')(tx);
              await insert('outside')(client);
            }),
          );
          assert.match(`${String(failed.code)} ${failed.message}`, /SQLITE_BUSY.*database is locked/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          await inTransaction(client)(async (tx) => {
            await insert('first')(tx);
            await insert('second')(tx);
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'libsql/no-dispose': {
      says: '`await using` of a transaction throws a TypeError: it has no Symbol.asyncDispose',
      harm: (database) =>
        withClient(database, async (client) => {
          const tx = await client.transaction('write');
          await hasNoDispose(tx);
          tx.close();
        }),
      instead: (database) =>
        withClient(database, async (client) => {
          await inTransaction(client)(insert('a'));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },
  }),
};
