import type { Table } from '../case.js';

export const sequelize: Table = {
  about: 'Sequelize',
  prelude: `import { DataTypes, Model, Sequelize, Transaction } from 'sequelize';
const sequelize = new Sequelize('postgres://localhost/db');
class User extends Model { declare id: number; declare name: string; }
User.init({ name: DataTypes.STRING }, { sequelize });
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'two writes with the option',
      code: `await sequelize.transaction(async (transaction) => {
  await «Promise.all»([User.create({ name: 'a' }, { transaction }), User.destroy({ where: { id: 1 }, transaction })]);
});`,
      expect: 'rejects',
      why: 'after the first rejection the other meets a finished transaction',
    },
    {
      title: 'options come first',
      code: `await sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.SERIALIZABLE }, async (t) => {
  await «Promise.all»(ids.map((id) => User.update({ name: 'a' }, { where: { id }, transaction: t })));
});`,
      expect: 'rejects',
      why: 'the callback is the first function among the arguments',
    },
    {
      title: 'an unmanaged transaction',
      code: `const t = await sequelize.transaction();
try {
  await «Promise.all»(ids.map((id) => User.update({ name: 'a' }, { where: { id }, transaction: t })));
  await t.commit();
} catch (error) {
  await t.rollback();
  throw error;
}`,
      expect: 'rejects',
      why: 'the call hands the session out',
    },
    {
      title: 'the options object is passed on',
      code: `async function save(options: { transaction?: Transaction }) {
  await «Promise.all»([User.create({ name: 'a' }, options), User.create({ name: 'b' }, { ...options, silent: true })]);
}`,
      expect: 'rejects',
      why: 'the shape says what the options carry',
    },
    {
      title: 'a conditional spread',
      code: `async function save(transaction?: Transaction) {
  await «Promise.all»(ids.map((id) => User.destroy({ where: { id }, ...(transaction && { transaction }) })));
}`,
      expect: 'rejects',
      why: 'where there is a transaction, all branches share it',
    },
    {
      title: 'an instance method and a raw query',
      code: `await sequelize.transaction(async (transaction) => {
  const user = await User.findOne({ transaction });
  await «Promise.all»([user?.save({ transaction }), sequelize.query('DELETE FROM a', { transaction })]);
});`,
      expect: 'rejects',
      why: 'both travel in the option',
    },
    {
      title: 'findOrCreate takes several steps',
      code: `await sequelize.transaction(async (transaction) => {
  await «Promise.all»(ids.map((id) => User.findOrCreate({ where: { id }, transaction })));
});`,
      expect: 'rejects',
      why: 'no single read',
    },
    {
      title: 'nested transactions side by side',
      code: `await sequelize.transaction(async (transaction) => {
  await «Promise.all»(ids.map((id) => sequelize.transaction({ transaction }, async (inner) => {
    await User.destroy({ where: { id }, transaction: inner });
  })));
});`,
      expect: 'parallelNested',
      why: 'savepoints of one connection overlap',
    },
    {
      title: 'ambient: useCLS',
      code: `declare const namespace: object;
Sequelize.useCLS(namespace);
await sequelize.transaction(async () => {
  await «Promise.all»(ids.map((id) => User.update({ name: 'a' }, { where: { id } })));
});`,
      expect: 'rejects',
      why: 'every call in the callback joins the transaction of the context',
    },
    {
      title: 'single reads',
      code: `await sequelize.transaction(async (transaction) => «Promise.all»([User.findOne({ transaction }), User.count({ transaction })]));`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'without the option',
      code: `await Promise.all(ids.map((id) => User.update({ name: 'a' }, { where: { id } })));`,
      why: 'every query takes a connection of the pool',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => sequelize.transaction(async (transaction) => {
  await User.destroy({ where: { id }, transaction });
  await User.create({ id }, { transaction });
})));`,
      why: 'each branch opens its own session',
    },
    {
      title: 'one after another',
      code: `await sequelize.transaction(async (transaction) => {
  for (const id of ids) await User.destroy({ where: { id }, transaction });
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'build() sends nothing',
      code: `await sequelize.transaction(async (transaction) => {
  const users = await Promise.all(ids.map(async (id) => User.build({ id, name: (await fetch(String(id))).statusText })));
  await User.bulkCreate(users.map((user) => user.get()), { transaction });
});`,
      why: 'only one call carries the session',
    },
  ],
};
