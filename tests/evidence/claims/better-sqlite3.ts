import assert from 'node:assert/strict';
import Sqlite from 'better-sqlite3';
import { onSqlite, type LibraryClaims } from '../claim.js';
import type { SqliteDatabase } from '../databases/sqlite.js';
import { Declined, gate } from '../order.js';

async function withDatabase(database: SqliteDatabase, program: (db: Sqlite.Database) => Promise<void> | void): Promise<void> {
  const db = new Sqlite(database.file);
  try {
    await program(db);
  } finally {
    db.close();
  }
}

const insert = (db: Sqlite.Database, text: string) => db.prepare('insert into note (text) values (?)').run(text);

export const betterSqlite3: LibraryClaims = {
  library: 'better-sqlite3',
  packages: ['better-sqlite3'],
  claims: onSqlite({
    'better-sqlite3/async-callback': {
      says: 'transaction() of an async function throws, and what follows its first await still runs and is committed on its own',
      harm: (database) =>
        withDatabase(database, async (db) => {
          const door = gate();
          let rest!: Promise<void>;
          const order = db.transaction(async () => {
            insert(db, 'before');
            rest = door.opened.then(() => void insert(db, 'after await'));
            await rest;
          });
          assert.throws(() => void order(), /Transaction function cannot return a promise/);
          door.open();
          await rest;
          assert.deepEqual(await database.notes(), ['after await']);
        }),
      instead: (database) =>
        withDatabase(database, async (db) => {
          db.transaction(() => {
            insert(db, 'first');
            insert(db, 'second');
          })();
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'better-sqlite3/await-in-transaction': {
      says: 'during an await between BEGIN and COMMIT another request joins the transaction: its change is reported as made and vanishes with the ROLLBACK',
      harm: (database) =>
        withDatabase(database, async (db) => {
          const door = gate();
          const firstRequest = (async () => {
            db.exec('BEGIN');
            try {
              await door.opened;
              throw new Declined();
            } catch {
              db.exec('ROLLBACK');
            }
          })();
          assert.equal(insert(db, 'second request').changes, 1);
          door.open();
          await firstRequest;
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withDatabase(database, async (db) => {
          const door = gate();
          const firstRequest = (async () => {
            await door.opened;
            assert.throws(
              db.transaction(() => {
                insert(db, 'first request');
                throw new Declined();
              }),
            );
          })();
          insert(db, 'second request');
          door.open();
          await firstRequest;
          assert.deepEqual(await database.notes(), ['second request']);
        }),
    },
  }),
};
