import type { Table } from '../case.js';

export const postgresJs: Table = {
  about: 'postgres.js',
  prelude: `import postgres from 'postgres';
const sql = postgres();
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'branches of several statements',
      code: `await sql.begin(async (tx) => {
  await «Promise.all»(ids.map(async (id) => {
    const [row] = await tx\`SELECT n FROM a WHERE id = \${id}\`;
    await tx\`UPDATE a SET n = \${Number(row?.n) + 1} WHERE id = \${id}\`;
  }));
});`,
      expect: 'escapesRollback',
      why: 'only single queries are pipelined; these interleave',
    },
    {
      title: 'savepoints side by side',
      code: `await sql.begin(async (tx) => {
  await «Promise.all»(ids.map((id) => tx.savepoint(async (inner) => { await inner\`DELETE FROM a WHERE id = \${id}\`; })));
});`,
      expect: 'parallelNested',
      why: 'savepoints nest; side by side one rolls back the rows of another',
    },
    {
      title: 'the helper is somewhere else',
      code: `declare function save(tx: postgres.TransactionSql, id: number): Promise<void>;
await sql.begin(async (tx) => {
  await «Promise.all»(ids.map((id) => save(tx, id)));
});`,
      expect: 'escapesRollback',
      why: 'what each branch does is unknown: nobody knows that it is one query',
    },
    {
      title: 'shadowing: the session is called like the client',
      code: `await sql.begin('read write', async (sql) => {
  await «Promise.all»(ids.map(async (id) => {
    await sql\`UPDATE a SET n = 1 WHERE id = \${id}\`;
    await sql\`UPDATE b SET n = 1 WHERE id = \${id}\`;
  }));
});`,
      expect: 'escapesRollback',
      why: 'inside the callback the name means the session',
    },
    {
      title: 'writes on a reserved connection',
      code: `const reserved = await sql.reserve();
await «Promise.all»([reserved\`INSERT INTO a VALUES (1)\`, reserved\`INSERT INTO b VALUES (1)\`]);
reserved.release();`,
      expect: 'queues',
      why: 'one connection, without a transaction',
    },
    {
      title: 'single pipelined queries',
      code: `await sql.begin(async (tx) => {
  await Promise.all([tx\`INSERT INTO a VALUES (1)\`, tx\`INSERT INTO b VALUES (1)\`]);
  await Promise.all(ids.map((id) => tx\`DELETE FROM a WHERE id = \${id}\`));
});`,
      why: 'the documented way to pipeline: the library sends them in order on one connection',
    },
    {
      title: 'an array of queries is returned',
      code: `await sql.begin((tx) => [tx\`INSERT INTO a VALUES (1)\`, tx\`INSERT INTO b VALUES (1)\`]);`,
      why: 'the documented way to pipeline',
    },
    {
      title: 'the root client',
      code: `await Promise.all(ids.map((id) => sql\`DELETE FROM a WHERE id = \${id}\`));
await Promise.all(ids.map((id) => sql.begin(async (tx) => { await tx\`DELETE FROM a WHERE id = \${id}\`; })));`,
      why: 'a pool; each transaction has its own connection',
    },
    {
      title: 'fragments',
      code: `await sql.begin(async (tx) => {
  const where = tx\`WHERE id = 1\`;
  await tx\`DELETE FROM a \${where}\`;
  await tx\`DELETE FROM b \${where}\`;
});`,
      why: 'a fragment is text, and one after another',
    },
  ],
};
