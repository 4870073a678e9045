import type { Table } from '../case.js';

export const bunSql: Table = {
  about: 'Bun.sql',
  checked: false,
  prelude: `import { SQL, sql, type TransactionSQL } from 'bun';
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'branches of several statements',
      code: `await sql.begin(async (tx) => {
  await «Promise.all»(ids.map(async (id) => {
    const [row] = await tx\`SELECT n FROM a WHERE id = \${id}\`;
    await tx\`UPDATE a SET n = \${row.n + 1} WHERE id = \${id}\`;
  }));
});`,
      expect: 'rejects',
      why: 'only single queries are pipelined',
    },
    {
      title: 'savepoints side by side',
      code: `const db = new SQL('postgres://localhost/db');
await db.begin(async (tx) => {
  await «Promise.all»(ids.map((id) => tx.savepoint(async (inner) => { await inner\`DELETE FROM a WHERE id = \${id}\`; })));
});`,
      expect: 'parallelNested',
      why: 'savepoints nest; side by side one rolls back the rows of another',
    },
    {
      title: 'a parameter of type TransactionSQL',
      code: `async function save(tx: TransactionSQL) {
  await «Promise.all»(ids.map(async (id) => { await tx\`DELETE FROM a WHERE id = \${id}\`; await tx\`DELETE FROM b WHERE id = \${id}\`; }));
}`,
      expect: 'rejects',
      why: 'the annotation names a session',
    },
    {
      title: 'single pipelined queries',
      code: `await sql.begin(async (tx) => {
  await Promise.all(ids.map((id) => tx\`DELETE FROM a WHERE id = \${id}\`));
});`,
      why: 'sent in order on one connection',
    },
    {
      title: 'the root client',
      code: `await Promise.all(ids.map((id) => sql\`DELETE FROM a WHERE id = \${id}\`));`,
      why: 'a pool',
    },
    {
      title: 'one after another',
      code: `await sql.begin(async (tx) => {
  for (const id of ids) await tx\`DELETE FROM a WHERE id = \${id}\`;
});`,
      why: 'nothing runs at the same time',
    },
  ],
};
