import type { Table } from '../case.js';

export const arangojs: Table = {
  about: 'ArangoDB',
  checked: false,
  prelude: `import { Database } from 'arangojs';
import type { Transaction } from 'arangojs/transactions';
const db = new Database({ url: 'http://localhost:8529' });
const users = db.collection('users');
declare const names: readonly string[];`,
  cases: [
    {
      title: 'steps side by side',
      code: `const trx = await db.beginTransaction(users);
await «Promise.all»([trx.step(() => users.save({ name: 'a' })), trx.step(() => users.save({ name: 'b' }))]);
await trx.commit();`,
      expect: 'undefinedBehaviour',
      why: 'its own documentation: Multiple trx.step calls can not run in parallel',
    },
    {
      title: 'a parameter of type Transaction',
      code: `async function save(trx: Transaction) {
  await «Promise.all»(names.map((name) => trx.step(() => users.save({ name }))));
}`,
      expect: 'undefinedBehaviour',
      why: 'the annotation names a session',
    },
    {
      title: 'the step function of withTransaction',
      code: `await db.withTransaction(users, async (step) => {
  await «Promise.all»(names.map((name) => step(() => users.save({ name }))));
});`,
      expect: 'undefinedBehaviour',
      why: 'the callback is given the step function itself',
    },
    {
      title: 'one after another',
      code: `const trx = await db.beginTransaction(users);
for (const name of names) await trx.step(() => users.save({ name }));
await trx.commit();`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'the database',
      code: `await Promise.all(names.map((name) => users.save({ name })));`,
      why: 'no transaction is open',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(names.map(async (name) => {
  const trx = await db.beginTransaction(users);
  await trx.step(() => users.save({ name }));
  await trx.commit();
}));`,
      why: 'each branch opens its own session',
    },
  ],
};
