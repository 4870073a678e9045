import type { Table } from '../case.js';

export const bookshelf: Table = {
  about: 'Bookshelf',
  prelude: `import makeBookshelf from 'bookshelf';
import knex from 'knex';
const bookshelf = makeBookshelf(knex({ client: 'pg' }));
const User = bookshelf.model('User', { tableName: 'users' });
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'writes with the option',
      code: `await bookshelf.transaction(async (transacting) => {
  await «Promise.all»([User.forge({ name: 'a' }).save(null, { transacting }), User.forge({ name: 'b' }).save(null, { transacting })]);
});`,
      expect: 'rejects',
      why: 'the others meet a completed transaction',
    },
    {
      title: 'mapped writes, the session called otherwise',
      code: `await bookshelf.transaction(async (t) => {
  await «Promise.all»(ids.map((id) => User.forge({ id }).destroy({ transacting: t })));
});`,
      expect: 'rejects',
      why: 'one branch per id, all on one session',
    },
    {
      title: 'single reads',
      code: `await bookshelf.transaction(async (transacting) => «Promise.all»(ids.map((id) => User.forge({ id }).fetch({ transacting }))));`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'without the option',
      code: `await Promise.all(ids.map((id) => User.forge({ id }).destroy()));`,
      why: 'every query takes a connection of the pool',
    },
    {
      title: 'one after another',
      code: `await bookshelf.transaction(async (transacting) => {
  for (const id of ids) await User.forge({ id }).destroy({ transacting });
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => bookshelf.transaction(async (transacting) => {
  await User.forge({ id }).destroy({ transacting });
  await User.forge({ name: 'a' }).save(null, { transacting });
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
