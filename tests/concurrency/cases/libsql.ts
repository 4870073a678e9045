import type { Table } from '../case.js';

export const libsql: Table = {
  about: 'libsql',
  prelude: `import { createClient, type Transaction } from '@libsql/client';
const client = createClient({ url: 'file:local.db' });
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes in a transaction',
      code: `const transaction = await client.transaction('write');
try {
  await «Promise.all»(ids.map((id) => transaction.execute({ sql: 'DELETE FROM a WHERE id = ?', args: [id] })));
  await transaction.commit();
} finally {
  transaction.close();
}`,
      expect: 'rejects',
      why: 'after the first rejection the others meet a closed transaction',
    },
    {
      title: 'a parameter of type Transaction',
      code: `async function save(tx: Transaction) {
  await «Promise.all»([tx.execute('INSERT INTO a VALUES (1)'), tx.batch(['INSERT INTO b VALUES (1)'])]);
}`,
      expect: 'rejects',
      why: 'the annotation names a session',
    },
    {
      title: 'single reads',
      code: `async function read(tx: Transaction) {
  return «Promise.all»([tx.execute('SELECT * FROM a'), tx.execute('SELECT * FROM b')]);
}`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'the client',
      code: `await Promise.all(ids.map((id) => client.execute({ sql: 'DELETE FROM a WHERE id = ?', args: [id] })));`,
      why: 'no transaction is open',
    },
    {
      title: 'its own batch',
      code: `await client.batch(ids.map((id) => ({ sql: 'DELETE FROM a WHERE id = ?', args: [id] })), 'write');`,
      why: 'one transaction of many statements: the library’s own answer',
    },
    {
      title: 'one after another',
      code: `const transaction = await client.transaction('write');
for (const id of ids) await transaction.execute({ sql: 'DELETE FROM a WHERE id = ?', args: [id] });
await transaction.commit();
transaction.close();`,
      why: 'nothing runs at the same time',
    },
  ],
};
