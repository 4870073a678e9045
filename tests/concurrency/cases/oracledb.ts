import type { Table } from '../case.js';

export const oracledb: Table = {
  about: 'oracledb',
  prelude: `import oracledb from 'oracledb';
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes on one connection',
      code: `const connection = await oracledb.getConnection();
try {
  await «Promise.all»(ids.map((id) => connection.execute('DELETE FROM a WHERE id = :id', { id })));
  await connection.commit();
} finally {
  await connection.close();
}`,
      expect: 'queues',
      why: 'the driver queues them on the one connection',
    },
    {
      title: 'a connection from a pool',
      code: `const pool = await oracledb.createPool({});
const connection = await pool.getConnection();
await «Promise.all»([connection.execute('INSERT INTO a VALUES (1)'), connection.executeMany('INSERT INTO b VALUES (:1)', [[1]])]);
await connection.close();`,
      expect: 'queues',
      why: 'as above',
    },
    {
      title: 'a parameter of type Connection',
      code: `async function save(connection: oracledb.Connection) {
  await «Promise.all»(ids.map((id) => connection.execute('DELETE FROM a WHERE id = :id', { id })));
}`,
      expect: 'queues',
      why: 'the annotation names a session',
    },
    {
      title: 'single reads',
      code: `async function read(connection: oracledb.Connection) {
  return «Promise.all»([connection.execute('SELECT * FROM a'), connection.execute('SELECT * FROM b')]);
}`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'its own executeMany',
      code: `const connection = await oracledb.getConnection();
await connection.executeMany('DELETE FROM a WHERE id = :1', ids.map((id) => [id]));
await connection.close();`,
      why: 'one round trip: the library’s own answer',
    },
    {
      title: 'one after another',
      code: `async function save(connection: oracledb.Connection) {
  for (const id of ids) await connection.execute('DELETE FROM a WHERE id = :id', { id });
}`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a connection for each branch',
      code: `const pool = await oracledb.createPool({});
await Promise.all(ids.map(async (id) => {
  const connection = await pool.getConnection();
  await connection.execute('DELETE FROM a WHERE id = :id', { id });
  await connection.commit();
  await connection.close();
}));`,
      why: 'each branch checks out its own session',
    },
  ],
};
