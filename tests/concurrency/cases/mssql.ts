import type { Table } from '../case.js';

export const mssql: Table = {
  about: 'mssql',
  prelude: `import sql from 'mssql';
const pool = await sql.connect('mssql://localhost/db');
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'requests of one transaction',
      code: `const transaction = new sql.Transaction(pool);
await transaction.begin();
await «Promise.all»([new sql.Request(transaction).query('INSERT INTO a VALUES (1)'), new sql.Request(transaction).query('INSERT INTO b VALUES (1)')]);
await transaction.commit();`,
      expect: 'rejects',
      why: 'the second request is refused: the connection is busy',
    },
    {
      title: 'even reads',
      code: `const transaction = pool.transaction();
await transaction.begin();
const [a, b] = await «Promise.all»([transaction.request().query('SELECT * FROM a'), transaction.request().query('SELECT * FROM b')]);
await transaction.commit();`,
      expect: 'rejects',
      why: 'reads are refused as well, so recommended reports them',
    },
    {
      title: 'a parameter of type Transaction',
      code: `async function save(transaction: sql.Transaction) {
  await «Promise.all»(ids.map((id) => transaction.request().input('id', id).query('DELETE FROM a WHERE id = @id')));
}`,
      expect: 'rejects',
      why: 'the annotation names a session',
    },
    {
      title: 'one prepared statement',
      code: `const statement = new sql.PreparedStatement(pool);
statement.input('id', sql.Int);
await statement.prepare('DELETE FROM a WHERE id = @id');
await «Promise.all»(ids.map((id) => statement.execute({ id })));
await statement.unprepare();`,
      expect: 'rejects',
      why: 'a prepared statement holds one connection',
    },
    {
      title: 'requests of the pool',
      code: `await Promise.all(ids.map((id) => pool.request().input('id', id).query('DELETE FROM a WHERE id = @id')));
await Promise.all(ids.map((id) => new sql.Request(pool).query('SELECT 1')));`,
      why: 'every request of a pool takes a connection of its own',
    },
    {
      title: 'one after another',
      code: `const transaction = new sql.Transaction(pool);
await transaction.begin();
for (const id of ids) await transaction.request().input('id', id).query('DELETE FROM a WHERE id = @id');
await transaction.commit();`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map(async (id) => {
  const transaction = pool.transaction();
  await transaction.begin();
  await transaction.request().query('DELETE FROM a');
  await transaction.request().query('DELETE FROM b');
  await transaction.commit();
}));`,
      why: 'each branch opens its own session',
    },
  ],
};
