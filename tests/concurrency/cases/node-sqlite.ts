import type { Table } from '../case.js';

export const nodeSqlite: Table = {
  about: 'node:sqlite',
  // Node 20, whose types are installed, does not have it.
  checked: false,
  prelude: `import { DatabaseSync } from 'node:sqlite';
const db = new DatabaseSync(':memory:');`,
  cases: [
    {
      title: 'statements in Promise.all',
      code: `await Promise.all([1, 2].map(async (id) => db.prepare('DELETE FROM a WHERE id = ?').run(id)));`,
      why: 'synchronous: every call is over before the next one starts',
    },
    {
      title: 'a handle for each branch',
      code: `await Promise.all(['a.db', 'b.db'].map(async (file) => { new DatabaseSync(file).exec('VACUUM'); }));`,
      why: 'synchronous',
    },
    {
      title: 'BEGIN and COMMIT around branches',
      code: `db.exec('BEGIN');
await Promise.all([async () => db.exec('DELETE FROM a'), async () => db.exec('DELETE FROM b')].map((run) => run()));
db.exec('COMMIT');`,
      why: 'synchronous',
    },
  ],
};
