import type { Table } from '../case.js';

export const knex: Table = {
  about: 'Knex',
  prelude: `import knex, { type Knex } from 'knex';
const db = knex({ client: 'pg' });
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes in a transaction',
      code: `await db.transaction(async (trx) => {
  await «Promise.all»(ids.map((id) => trx('a').where({ id }).del()));
});`,
      expect: 'rejects',
      why: 'after the first rejection the others meet a completed transaction',
    },
    {
      title: 'builders of the client, with transacting',
      code: `await db.transaction(async (trx) => {
  await «Promise.all»([db('a').insert({ n: 1 }).transacting(trx), db('b').update({ n: 1 }).transacting(trx)]);
});`,
      expect: 'rejects',
      why: 'transacting puts both on the session',
    },
    {
      title: 'without a callback',
      code: `const trx = await db.transaction();
try {
  await «Promise.all»([trx('a').insert({ n: 1 }), trx.raw('DELETE FROM b')]);
  await trx.commit();
} catch (error) {
  await trx.rollback(error as Error);
}`,
      expect: 'rejects',
      why: 'the call hands the session out',
    },
    {
      title: 'a parameter of type Knex.Transaction',
      code: `async function save(trx: Knex.Transaction) {
  await «Promise.all»([trx('a').insert({ n: 1 }), trx.table('b').insert({ n: 1 })]);
}`,
      expect: 'rejects',
      why: 'the annotation names a session',
    },
    {
      title: 'a parameter whose default is the root client, and a caller that gives it a transaction',
      code: `async function save(connection = db) {
  await «Promise.all»(ids.map((id) => connection('a').where({ id }).del()));
}
await db.transaction(async (trx) => { await save(trx); });
await save();`,
      expect: 'rejects',
      why: 'the file shows a call in which it is the session',
    },
    {
      title: 'a migration’s schema builders',
      code: `export async function up(trx: Knex.Transaction): Promise<void> {
  await «Promise.all»([trx.schema.dropTable('a'), trx.schema.createTable('b', (table) => { table.increments(); })]);
}`,
      expect: 'rejects',
      why: 'DDL is order-dependent, and the schema builder works on the session',
    },
    {
      title: 'single reads',
      code: `await db.transaction(async (trx) => «Promise.all»([trx('a').select('*'), trx('b').first()]));`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'the root client',
      code: `await Promise.all(ids.map((id) => db('a').where({ id }).del()));`,
      why: 'a pool',
    },
    {
      title: 'a parameter of type Knex',
      code: `async function save(connection: Knex) {
  await Promise.all(ids.map((id) => connection('a').where({ id }).del()));
}`,
      why: 'the pool or a transaction: the caller decides',
    },
    {
      title: 'a default of the root client',
      code: `async function save(trx: Knex = db) {
  await Promise.all(ids.map((id) => trx('a').where({ id }).del()));
}`,
      why: 'the pool or a transaction: the caller decides',
    },
    {
      title: 'a default of the root client, and callers that leave it at that',
      code: `async function save(trx = db) {
  await Promise.all(ids.map((id) => trx('a').where({ id }).del()));
}
await save();`,
      why: 'the pool',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => db.transaction(async (trx) => {
  await trx('a').where({ id }).del();
  await trx('b').where({ id }).del();
})));`,
      why: 'each branch opens its own session',
    },
    {
      title: 'one after another',
      code: `await db.transaction(async (trx) => {
  for (const id of ids) await trx('a').where({ id }).del();
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a sub-query',
      code: `await db.transaction(async (trx) => {
  await trx('a').whereIn('id', trx('b').select('id')).del();
});`,
      why: 'one statement',
    },
  ],
};
