import type { Table } from '../case.js';

export const neon: Table = {
  about: 'Neon',
  prelude: `import { Client, neon, Pool, type PoolClient } from '@neondatabase/serverless';
declare const url: string;
const pool = new Pool({ connectionString: url });
const sql = neon(url);
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes on a pooled client in a transaction',
      code: `const client = await pool.connect();
await client.query('BEGIN');
await «Promise.all»(ids.map((id) => client.query('DELETE FROM a WHERE id = $1', [id])));
await client.query('COMMIT');
client.release();`,
      expect: 'escapesRollback',
      why: 'as pg, over a WebSocket',
    },
    {
      title: 'a parameter of type PoolClient',
      code: `export const save = async (client: PoolClient): Promise<void> => {
  await «Promise.all»([client.query('INSERT INTO a VALUES (1)'), client.query('INSERT INTO b VALUES (1)')]);
};`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'a constructed client without a transaction',
      code: `const client = new Client(url);
await client.connect();
await «Promise.all»([client.query('INSERT INTO a VALUES (1)'), client.query('INSERT INTO b VALUES (1)')]);`,
      expect: 'queues',
      why: 'the queries queue on one connection',
    },
    {
      title: 'HTTP queries',
      code: `await Promise.all([sql\`INSERT INTO a VALUES (1)\`, sql\`INSERT INTO b VALUES (1)\`]);
await Promise.all(ids.map((id) => sql.query('DELETE FROM a WHERE id = $1', [id])));`,
      why: 'each is a request of its own, without a session',
    },
    {
      title: 'an HTTP transaction',
      code: `await sql.transaction([sql\`INSERT INTO a VALUES (1)\`, sql\`INSERT INTO b VALUES (1)\`]);
await sql.transaction((tx) => ids.map((id) => tx\`DELETE FROM a WHERE id = \${id}\`));`,
      why: 'a batch: the queries are collected and sent together',
    },
    {
      title: 'the pool',
      code: `await Promise.all(ids.map((id) => pool.query('DELETE FROM a WHERE id = $1', [id])));`,
      why: 'every query of a pool takes a connection of its own',
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
  ],
};
