import type { Table } from '../case.js';

export const objection: Table = {
  about: 'Objection',
  prelude: `import { Model, type Transaction, type TransactionOrKnex } from 'objection';
class User extends Model { static override tableName = 'users'; id!: number; name!: string; }
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'queries with the transaction as argument',
      code: `await User.transaction(async (trx) => {
  await «Promise.all»([User.query(trx).insert({ name: 'a' }), User.query(trx).patch({ name: 'b' }).where('id', 1)]);
});`,
      expect: 'rejects',
      why: 'as Knex: the others meet a completed transaction',
    },
    {
      title: 'mapped writes',
      code: `const trx = await User.startTransaction();
await «Promise.all»(ids.map((id) => User.query(trx).deleteById(id)));
await trx.commit();`,
      expect: 'rejects',
      why: 'the call hands the session out',
    },
    {
      title: 'a parameter of type Transaction',
      code: `async function save(user: User, trx: Transaction) {
  await «Promise.all»([user.$query(trx).patch({ name: 'a' }), user.$relatedQuery('posts', trx).delete()]);
}`,
      expect: 'rejects',
      why: 'the annotation names a session',
    },
    {
      title: 'graphs take several steps',
      code: `await User.transaction(async (trx) => {
  await «Promise.all»(ids.map((id) => User.query(trx).upsertGraph({ id, name: 'a' })));
});`,
      expect: 'rejects',
      why: 'one upsertGraph is many statements',
    },
    {
      title: 'single reads',
      code: `await User.transaction(async (trx) => «Promise.all»([User.query(trx).findById(1), User.query(trx).resultSize()]));`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'without the argument',
      code: `await Promise.all(ids.map((id) => User.query().deleteById(id)));`,
      why: 'every query takes a connection of the pool',
    },
    {
      title: 'TransactionOrKnex',
      code: `async function save(trx: TransactionOrKnex) {
  await Promise.all(ids.map((id) => User.query(trx).deleteById(id)));
}`,
      why: 'the caller decides',
    },
    {
      title: 'one after another',
      code: `await User.transaction(async (trx) => {
  for (const id of ids) await User.query(trx).deleteById(id);
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => User.transaction(async (trx) => {
  await User.query(trx).deleteById(id);
  await User.query(trx).insert({ name: 'a' });
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
