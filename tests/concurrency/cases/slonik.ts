import type { Table } from '../case.js';

export const slonik: Table = {
  about: 'slonik',
  prelude: `import { createPool, sql, type CommonQueryMethods, type DatabaseTransactionConnection } from 'slonik';
const pool = await createPool('postgres://localhost/db');
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes in a transaction',
      code: `await pool.transaction(async (connection) => {
  await «Promise.all»(ids.map((id) => connection.query(sql.unsafe\`DELETE FROM a WHERE id = \${id}\`)));
});`,
      expect: 'escapesRollback',
      why: 'what the others send while the ROLLBACK is under way is committed',
    },
    {
      title: 'a parameter of type DatabaseTransactionConnection',
      code: `async function save(tx: DatabaseTransactionConnection) {
  await «Promise.all»([tx.query(sql.unsafe\`INSERT INTO a VALUES (1)\`), tx.query(sql.unsafe\`INSERT INTO b VALUES (1)\`)]);
}`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'nested transactions side by side',
      code: `await pool.transaction(async (outer) => {
  await «Promise.all»(ids.map((id) => outer.transaction(async (inner) => { await inner.query(sql.unsafe\`DELETE FROM a WHERE id = \${id}\`); })));
});`,
      expect: 'parallelNested',
      why: 'savepoints of one connection overlap',
    },
    {
      title: 'reads on one connection',
      code: `await pool.connect(async (connection) => {
  await «Promise.all»([connection.any(sql.unsafe\`SELECT 1\`), connection.one(sql.unsafe\`SELECT 2\`)]);
});`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'the pool',
      code: `await Promise.all(ids.map((id) => pool.query(sql.unsafe\`DELETE FROM a WHERE id = \${id}\`)));`,
      why: 'every query of a pool takes a connection of its own',
    },
    {
      title: 'CommonQueryMethods',
      code: `async function save(methods: CommonQueryMethods) {
  await Promise.all(ids.map((id) => methods.query(sql.unsafe\`DELETE FROM a WHERE id = \${id}\`)));
}`,
      why: 'a pool or a connection: the caller decides, so nothing is said',
    },
    {
      title: 'one after another',
      code: `await pool.transaction(async (connection) => {
  for (const id of ids) await connection.query(sql.unsafe\`DELETE FROM a WHERE id = \${id}\`);
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => pool.transaction(async (connection) => {
  await connection.query(sql.unsafe\`DELETE FROM a WHERE id = \${id}\`);
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
