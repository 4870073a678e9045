import type { Table } from '../case.js';

export const pg: Table = {
  about: 'pg',
  prelude: `import pg, { Client, Pool, type PoolClient } from 'pg';
const pool = new Pool();
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'two writes on a pooled client in a transaction',
      code: `const client = await pool.connect();
try {
  await client.query('BEGIN');
  await «Promise.all»([client.query('INSERT INTO a VALUES (1)'), client.query('UPDATE b SET n = 1')]);
  await client.query('COMMIT');
} catch (error) {
  await client.query('ROLLBACK');
  throw error;
} finally {
  client.release();
}`,
      expect: 'escapesRollback',
      why: 'after the first rejection the other query runs behind the ROLLBACK',
    },
    {
      title: 'two writes on a pooled client without a transaction',
      code: `const client = await pool.connect();
await «Promise.all»([client.query('INSERT INTO a VALUES (1)'), client.query('UPDATE b SET n = 1')]);
client.release();`,
      expect: 'queues',
      why: 'no transaction to escape from; the queries queue and nothing is gained',
    },
    {
      title: 'mapped writes on a parameter of type PoolClient',
      code: `async function save(client: PoolClient) {
  await «Promise.all»(ids.map((id) => client.query('DELETE FROM a WHERE id = $1', [id])));
}`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'the client of a callback',
      code: `pool.connect(async (error, client, release) => {
  if (error || !client) return;
  await client.query('BEGIN');
  await «Promise.all»(ids.map((id) => client.query('DELETE FROM a WHERE id = $1', [id])));
  await client.query('COMMIT');
  release();
});`,
      expect: 'escapesRollback',
      why: 'the second parameter of the callback is a checked-out client',
    },
    {
      title: 'a constructed client, by the default import',
      code: `const client = new pg.Client();
await client.connect();
await client.query('BEGIN');
await «Promise.allSettled»(ids.map((id) => client.query('DELETE FROM a WHERE id = $1', [id])));
await client.query('COMMIT');`,
      expect: 'escapesRollback',
      why: 'one client is one connection',
    },
    {
      title: 'locking reads',
      code: `async function lock(client: PoolClient) {
  await «Promise.all»([client.query('SELECT * FROM a WHERE id = 1 FOR UPDATE'), client.query('SELECT * FROM b WHERE id = 1 FOR UPDATE')]);
}`,
      expect: 'escapesRollback',
      why: 'FOR UPDATE changes what others can do: no plain read',
    },
    {
      title: 'single reads',
      code: `async function read(client: PoolClient) {
  const [a, b] = await «Promise.all»([client.query('SELECT * FROM a'), client.query('select * from b')]);
  return [a.rows, b.rows];
}`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue: nothing is wrong, and nothing is gained',
    },
    {
      title: 'several queries in each branch',
      code: `async function save(client: PoolClient) {
  await «Promise.all»(ids.map(async (id) => {
    const { rows } = await client.query<{ n: number }>('SELECT n FROM a WHERE id = $1', [id]);
    await client.query('SELECT f($1)', [rows[0]?.n]);
  }));
}`,
      expect: 'escapesRollback',
      why: 'the branches interleave between their statements',
    },
    {
      title: 'one after another',
      code: `const client = await pool.connect();
await client.query('BEGIN');
for (const id of ids) await client.query('DELETE FROM a WHERE id = $1', [id]);
await client.query('COMMIT');
client.release();`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'the pool',
      code: `await Promise.all(ids.map((id) => pool.query('DELETE FROM a WHERE id = $1', [id])));`,
      why: 'every query of a pool takes a connection of its own',
    },
    {
      title: 'a client for each branch',
      code: `await Promise.all(ids.map(async (id) => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('DELETE FROM a WHERE id = $1', [id]);
  await client.query('COMMIT');
  client.release();
}));`,
      why: 'each branch checks out its own session',
    },
    {
      title: 'two clients',
      code: `const one = new Client();
const two = new Client();
await Promise.all([one.connect(), two.connect()]);
await Promise.all([one.query('DELETE FROM a'), two.query('DELETE FROM b')]);
await Promise.all([one.end(), two.end()]);`,
      why: 'two sessions, one branch each',
    },
    {
      title: 'no input and output',
      code: `async function quote(client: PoolClient, names: string[]) {
  return Promise.all(names.map(async (name) => client.escapeIdentifier(name)));
}`,
      why: 'quoting sends nothing',
    },
  ],
};
