import type { Table } from '../case.js';

export const bookshelf: Table = {
  about: 'Bookshelf',
  prelude: `import makeBookshelf from 'bookshelf';
import knex from 'knex';
// Its types are made for an older Knex.
const bookshelf = makeBookshelf(knex({ client: 'pg' }) as never);
class User extends bookshelf.Model<User> { override get tableName() { return 'users'; } }
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'writes with the option',
      code: `await bookshelf.transaction(async (transacting) => {
  await «Promise.all»([new User({ name: 'a' }).save({}, { transacting }), new User({ name: 'b' }).save({}, { transacting })]);
});`,
      expect: 'rejects',
      why: 'the others meet a completed transaction',
    },
    {
      title: 'mapped writes, the session called otherwise',
      code: `await bookshelf.transaction(async (t) => {
  await «Promise.all»(ids.map((id) => new User({ id }).destroy({ transacting: t })));
});`,
      expect: 'rejects',
      why: 'one branch per id, all on one session',
    },
    {
      title: 'single reads',
      code: `await bookshelf.transaction(async (transacting) => «Promise.all»(ids.map((id) => new User({ id }).fetch({ transacting }))));`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'without the option',
      code: `await Promise.all(ids.map((id) => new User({ id }).destroy()));`,
      why: 'every query takes a connection of the pool',
    },
    {
      title: 'one after another',
      code: `await bookshelf.transaction(async (transacting) => {
  for (const id of ids) await new User({ id }).destroy({ transacting });
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => bookshelf.transaction(async (transacting) => {
  await new User({ id }).destroy({ transacting });
  await new User({ name: 'a' }).save({}, { transacting });
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
