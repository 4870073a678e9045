import type { Table } from '../case.js';

export const mariadb: Table = {
  about: 'mariadb',
  prelude: `import mariadb, { createPool, type Connection, type PoolConnection } from 'mariadb';
const pool = createPool({ host: 'localhost' });
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes on a pooled connection in a transaction',
      code: `const connection = await pool.getConnection();
await connection.beginTransaction();
await «Promise.all»(ids.map((id) => connection.query('DELETE FROM a WHERE id = ?', [id])));
await connection.commit();
await connection.release();`,
      expect: 'escapesRollback',
      why: 'after the first rejection the others run behind the ROLLBACK',
    },
    {
      title: 'writes without a transaction',
      code: `const connection = await mariadb.createConnection({ host: 'localhost' });
await «Promise.all»([connection.query('INSERT INTO a VALUES (1)'), connection.execute('INSERT INTO b VALUES (1)')]);
await connection.end();`,
      expect: 'queues',
      why: 'nothing to escape from',
    },
    {
      title: 'parameters of type Connection and PoolConnection',
      code: `async function save(one: Connection, two: PoolConnection) {
  await «Promise.all»([one.query('INSERT INTO a VALUES (1)'), one.batch('INSERT INTO b VALUES (?)', [[1], [2]])]);
  await «Promise.all»([two.query('INSERT INTO a VALUES (1)'), two.query('INSERT INTO b VALUES (1)')]);
}`,
      expect: ['escapesRollback', 'escapesRollback'],
      why: 'the annotations name sessions',
    },
    {
      title: 'the pool',
      code: `await Promise.all(ids.map((id) => pool.query('DELETE FROM a WHERE id = ?', [id])));`,
      why: 'every query of a pool takes a connection of its own',
    },
    {
      title: 'one after another',
      code: `const connection = await pool.getConnection();
await connection.beginTransaction();
for (const id of ids) await connection.query('DELETE FROM a WHERE id = ?', [id]);
await connection.commit();
await connection.release();`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a connection for each branch',
      code: `await Promise.all(ids.map(async (id) => {
  const connection = await pool.getConnection();
  try {
    await connection.query('DELETE FROM a WHERE id = ?', [id]);
    await connection.query('DELETE FROM b WHERE id = ?', [id]);
  } finally {
    await connection.release();
  }
}));`,
      why: 'each branch checks out its own session',
    },
  ],
};
