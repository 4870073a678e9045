import type { Table } from '../case.js';

export const vercelPostgres: Table = {
  about: 'Vercel Postgres',
  prelude: `import { createClient, createPool, db, sql, type VercelPoolClient } from '@vercel/postgres';
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes with the tag of a pooled client',
      code: `const client = await db.connect();
await client.sql\`BEGIN\`;
await «Promise.all»(ids.map((id) => client.sql\`DELETE FROM a WHERE id = \${id}\`));
await client.sql\`COMMIT\`;
client.release();`,
      expect: 'escapesRollback',
      why: 'one connection, as pg',
    },
    {
      title: 'a client of its own',
      code: `const client = createClient();
await client.connect();
await client.query('BEGIN');
await «Promise.all»([client.query('INSERT INTO a VALUES (1)'), client.sql\`INSERT INTO b VALUES (1)\`]);
await client.query('COMMIT');
await client.end();`,
      expect: 'escapesRollback',
      why: 'one client is one connection',
    },
    {
      title: 'a parameter of type VercelPoolClient',
      code: `async function save(client: VercelPoolClient) {
  await «Promise.all»([client.sql\`INSERT INTO a VALUES (1)\`, client.sql\`INSERT INTO b VALUES (1)\`]);
}`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'the tag of the package',
      code: `await Promise.all([sql\`INSERT INTO a VALUES (1)\`, sql\`INSERT INTO b VALUES (1)\`]);`,
      why: 'the package’s own tag is a pool',
    },
    {
      title: 'a pool of its own',
      code: `const pool = createPool();
await Promise.all(ids.map((id) => pool.sql\`DELETE FROM a WHERE id = \${id}\`));
await Promise.all(ids.map((id) => pool.query('DELETE FROM a WHERE id = $1', [id])));`,
      why: 'every query of a pool takes a connection of its own',
    },
    {
      title: 'one after another',
      code: `const client = await db.connect();
for (const id of ids) await client.sql\`DELETE FROM a WHERE id = \${id}\`;
client.release();`,
      why: 'nothing runs at the same time',
    },
  ],
};
