import type { Table } from '../case.js';

export const lucid: Table = {
  about: 'AdonisJS Lucid',
  checked: false,
  prelude: `import db from '@adonisjs/lucid/services/db';
import type { TransactionClientContract } from '@adonisjs/lucid/types/database';
import User from '#models/user';
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes in a managed transaction',
      code: `await db.transaction(async (trx) => {
  await «Promise.all»(ids.map((id) => trx.from('a').where('id', id).delete()));
});`,
      expect: 'rejects',
      why: 'as Knex: the others meet a completed transaction',
    },
    {
      title: 'models that are created with the option',
      code: `const trx = await db.transaction();
await «Promise.all»([User.create({ name: 'a' }, { client: trx }), User.create({ name: 'b' }, { client: trx })]);
await trx.commit();`,
      expect: 'rejects',
      why: 'the session travels as the option client',
    },
    {
      title: 'a parameter of type TransactionClientContract',
      code: `export async function save(trx: TransactionClientContract) {
  await «Promise.all»([trx.insertQuery().table('a').insert({ n: 1 }), trx.rawQuery('DELETE FROM b')]);
}`,
      expect: 'rejects',
      why: 'the annotation names a session',
    },
    {
      title: 'the database',
      code: `await Promise.all(ids.map((id) => db.from('a').where('id', id).delete()));`,
      why: 'a pool',
    },
    {
      title: 'one after another',
      code: `await db.transaction(async (trx) => {
  for (const id of ids) await trx.from('a').where('id', id).delete();
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => db.transaction(async (trx) => {
  await trx.from('a').where('id', id).delete();
  await trx.from('b').where('id', id).delete();
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
