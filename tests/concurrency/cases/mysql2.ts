import type { Table } from '../case.js';

export const mysql2: Table = {
  about: 'mysql2',
  prelude: `import mysql, { type PoolConnection } from 'mysql2/promise';
const pool = mysql.createPool({ host: 'localhost' });
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes on a pooled connection in a transaction',
      code: `const connection = await pool.getConnection();
try {
  await connection.beginTransaction();
  await «Promise.all»(ids.map((id) => connection.execute('DELETE FROM a WHERE id = ?', [id])));
  await connection.commit();
} catch (error) {
  await connection.rollback();
  throw error;
} finally {
  connection.release();
}`,
      expect: 'escapesRollback',
      why: 'after the first rejection the others run behind the ROLLBACK and are committed by themselves',
    },
    {
      title: 'writes on a pooled connection without a transaction',
      code: `const connection = await pool.getConnection();
await «Promise.all»([connection.query('INSERT INTO a VALUES (1)'), connection.query('INSERT INTO b VALUES (1)')]);
connection.release();`,
      expect: 'queues',
      why: 'nothing to escape from',
    },
    {
      title: 'a parameter of type PoolConnection',
      code: `async function save(connection: PoolConnection) {
  await «Promise.all»([connection.query('INSERT INTO a VALUES (1)'), connection.query('INSERT INTO b VALUES (1)')]);
}`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'a connection of its own',
      code: `const connection = await mysql.createConnection({ host: 'localhost' });
await connection.query('START TRANSACTION');
await «Promise.all»(ids.map((id) => connection.execute('DELETE FROM a WHERE id = ?', [id])));
await connection.query('COMMIT');`,
      expect: 'escapesRollback',
      why: 'a transaction may be begun in SQL, too',
    },
    {
      title: 'single reads',
      code: `async function read(connection: PoolConnection) {
  return «Promise.all»([connection.query('SELECT * FROM a'), connection.query('SELECT * FROM b')]);
}`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'the pool',
      code: `await Promise.all(ids.map((id) => pool.execute('DELETE FROM a WHERE id = ?', [id])));`,
      why: 'every query of a pool takes a connection of its own',
    },
    {
      title: 'one after another',
      code: `const connection = await pool.getConnection();
await connection.beginTransaction();
for (const id of ids) await connection.execute('DELETE FROM a WHERE id = ?', [id]);
await connection.commit();
connection.release();`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a connection for each branch',
      code: `await Promise.all(ids.map(async (id) => {
  const connection = await pool.getConnection();
  await connection.beginTransaction();
  await connection.execute('DELETE FROM a WHERE id = ?', [id]);
  await connection.commit();
  connection.release();
}));`,
      why: 'each branch checks out its own session',
    },
  ],
};
