import assert from 'node:assert/strict';
import { onSqlite, type LibraryClaims } from '../claim.js';
import type { SqliteDatabase } from '../databases/sqlite.js';
import { Declined, gate } from '../order.js';

/** What the programs use of it (the types of Node 20 do not know it). */
interface DatabaseSync {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: string[]): { changes: number } };
  close(): void;
}

/** node:sqlite came with Node 22; a static import would end the suite on Node 20. */
async function withDatabase(database: SqliteDatabase, program: (db: DatabaseSync) => Promise<void>, closed?: 'closed by the program'): Promise<void> {
  const name = 'node:sqlite';
  const { DatabaseSync } = (await import(name)) as { DatabaseSync: new (file: string) => DatabaseSync };
  const db = new DatabaseSync(database.file);
  try {
    await program(db);
  } finally {
    if (!closed) db.close();
  }
}

const insert = (db: DatabaseSync, text: string) => db.prepare('insert into note (text) values (?)').run(text);
const isTooOld = Number(process.versions.node.split('.')[0]) < 22;

export const nodeSqlite: LibraryClaims = {
  library: 'node-sqlite',
  packages: ['node:sqlite'],
  claims: onSqlite(
    {
      'node-sqlite/await-in-transaction': {
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
              db.exec('BEGIN');
              insert(db, 'first request');
              db.exec('ROLLBACK');
            })();
            insert(db, 'second request');
            door.open();
            await firstRequest;
            assert.deepEqual(await database.notes(), ['second request']);
          }),
      },

      'node-sqlite/use-after-close': {
        says: 'a call on a closed database throws "database is not open"',
        harm: async (database) => {
          let kept!: DatabaseSync;
          await withDatabase(database, async (db) => void (kept = db));
          assert.throws(() => insert(kept, 'late'), /database is not open/);
          assert.deepEqual(await database.notes(), []);
        },
        instead: (database) =>
          withDatabase(database, async (db) => {
            insert(db, 'in time');
            assert.deepEqual(await database.notes(), ['in time']);
          }),
      },

      'node-sqlite/dispose': {
        says: '`using` closes the database when the block is left',
        harmless: true,
        harm: async (database) => {
          let kept!: DatabaseSync;
          await withDatabase(database, async (db) => {
            using scoped = db as DatabaseSync & Disposable;
            insert(scoped, 'a');
            kept = scoped;
          }, 'closed by the program');
          assert.throws(() => insert(kept, 'late'), /database is not open/);
        },
        instead: (database) =>
          withDatabase(database, async (db) => {
            insert(db, 'a');
            assert.deepEqual(await database.notes(), ['a']);
          }),
      },
    },
    isTooOld ? 'node:sqlite needs Node 22' : undefined,
  ),
};
