import type { Table } from '../case.js';

export const kysely: Table = {
  about: 'Kysely',
  prelude: `import { Kysely, sql, type ControlledTransaction, type Transaction } from 'kysely';
interface Database { a: { id: number; n: number }; b: { id: number; n: number } }
declare const db: Kysely<Database>;
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'two writes',
      code: `await db.transaction().execute(async (trx) => {
  await «Promise.all»([trx.insertInto('a').values({ id: 1, n: 1 }).execute(), trx.updateTable('b').set({ n: 1 }).execute()]);
});`,
      expect: 'escapesRollback',
      why: 'after the first rejection the other runs behind the ROLLBACK',
    },
    {
      title: 'an isolation level in between',
      code: `await db.transaction().setIsolationLevel('serializable').execute(async (trx) => {
  await «Promise.all»(ids.map((id) => trx.deleteFrom('a').where('id', '=', id).execute()));
});`,
      expect: 'escapesRollback',
      why: 'the callback still belongs to transaction()',
    },
    {
      title: 'a parameter of type Transaction',
      code: `async function save(trx: Transaction<Database>) {
  await «Promise.all»(ids.map((id) => trx.deleteFrom('a').where('id', '=', id).executeTakeFirst()));
}`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'a raw statement runs on what it is given',
      code: `async function save(trx: Transaction<Database>) {
  await «Promise.all»([sql\`DELETE FROM a\`.execute(trx), sql\`DELETE FROM b\`.execute(trx)]);
}`,
      expect: 'escapesRollback',
      why: 'the session is the argument of execute',
    },
    {
      title: 'a controlled transaction',
      code: `const trx = await db.startTransaction().execute();
await «Promise.all»([trx.insertInto('a').values({ id: 1, n: 1 }).execute(), trx.insertInto('b').values({ id: 1, n: 1 }).execute()]);
await trx.commit().execute();`,
      expect: 'escapesRollback',
      why: 'the call hands the session out',
    },
    {
      title: 'one connection, no transaction',
      code: `await db.connection().execute(async (connection) => {
  await «Promise.all»([connection.insertInto('a').values({ id: 1, n: 1 }).execute(), connection.deleteFrom('b').execute()]);
});`,
      expect: 'queues',
      why: 'they queue on the connection',
    },
    {
      title: 'single reads',
      code: `async function read(trx: ControlledTransaction<Database>) {
  return «Promise.all»([trx.selectFrom('a').selectAll().execute(), trx.selectFrom('b').selectAll().executeTakeFirst()]);
}`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'the root client',
      code: `await Promise.all(ids.map((id) => db.deleteFrom('a').where('id', '=', id).execute()));`,
      why: 'a pool (and the type may be a transaction, too: unknown)',
    },
    {
      title: 'a parameter of type Kysely',
      code: `async function save(database: Kysely<Database>) {
  await Promise.all(ids.map((id) => database.deleteFrom('a').where('id', '=', id).execute()));
}`,
      why: 'a transaction is a Kysely, too: the caller decides',
    },
    {
      title: 'builders that do not run',
      code: `await db.transaction().execute(async (trx) => {
  const queries = await Promise.all(ids.map(async (id) => trx.deleteFrom('a').where('id', '=', id)));
  for (const query of queries) await query.execute();
});`,
      why: 'nothing is sent before execute()',
    },
    {
      title: 'one after another',
      code: `await db.transaction().execute(async (trx) => {
  for (const id of ids) await trx.deleteFrom('a').where('id', '=', id).execute();
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => db.transaction().execute(async (trx) => {
  await trx.deleteFrom('a').where('id', '=', id).execute();
  await trx.deleteFrom('b').where('id', '=', id).execute();
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
