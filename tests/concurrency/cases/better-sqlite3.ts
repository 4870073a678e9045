import type { Table } from '../case.js';

export const betterSqlite3: Table = {
  about: 'better-sqlite3',
  prelude: `import Database from 'better-sqlite3';
const db = new Database(':memory:');
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'statements in Promise.all',
      code: `const statement = db.prepare('DELETE FROM a WHERE id = ?');
await Promise.all(ids.map(async (id) => statement.run(id)));
await Promise.all([db.exec('DELETE FROM a'), db.exec('DELETE FROM b')]);`,
      why: 'synchronous: every call is over before the next one starts',
    },
    {
      title: 'a transaction function',
      code: `const save = db.transaction((values: number[]) => {
  for (const value of values) db.prepare('INSERT INTO a VALUES (?)').run(value);
});
save([1, 2, 3]);`,
      why: 'synchronous',
    },
    {
      title: 'a parameter of type Database',
      code: `async function save(database: Database.Database) {
  await Promise.all(ids.map(async (id) => { database.prepare('DELETE FROM a WHERE id = ?').run(id); }));
}`,
      why: 'synchronous',
    },
  ],
};
