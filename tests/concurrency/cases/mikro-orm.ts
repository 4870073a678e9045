import type { Table } from '../case.js';

export const mikroOrm: Table = {
  about: 'MikroORM',
  prelude: `import { EntitySchema } from '@mikro-orm/core';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
interface User { id: number; name: string }
const User = new EntitySchema<User>({ name: 'User', properties: { id: { type: 'number', primary: true }, name: { type: 'string' } } });
const orm = await MikroORM.init();
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'writes in a transaction',
      code: `await orm.em.transactional(async (em) => {
  await «Promise.all»(ids.map((id) => em.nativeDelete(User, { id })));
});`,
      expect: 'hangs',
      why: 'measured: it hangs',
    },
    {
      title: 'flushes side by side',
      code: `async function save(em: EntityManager) {
  await «Promise.all»([save1(em), em.flush()]);
}
async function save1(em: EntityManager) {
  em.create(User, { id: 1, name: 'a' });
  await em.flush();
}`,
      expect: 'hangs',
      why: 'two flushes of one identity map',
    },
    {
      title: 'nested transactions side by side',
      code: `await orm.em.transactional(async (em) => {
  await «Promise.all»(ids.map((id) => em.transactional(async (inner) => { await inner.nativeDelete(User, { id }); })));
});`,
      expect: 'parallelNested',
      why: 'savepoints of one connection overlap',
    },
    {
      title: 'reads of an entity manager',
      code: `const em = orm.em.fork();
const [one, all] = await Promise.all([em.findOne(User, 1), em.find(User, {})]);
async function read(em: EntityManager) {
  return Promise.all(ids.map((id) => em.findOne(User, id)));
}`,
      why: 'outside of a transaction each query takes a connection of the pool',
    },
    {
      title: 'persist in branches, one flush',
      code: `const em = orm.em.fork();
await Promise.all(ids.map(async (id) => { em.persist(em.create(User, { id, name: (await fetch(String(id))).statusText })); }));
await em.flush();`,
      why: 'persist only notes; one flush is the library’s own answer',
    },
    {
      title: 'a fork for each branch',
      code: `await Promise.all(ids.map(async (id) => {
  const em = orm.em.fork();
  em.create(User, { id, name: 'a' });
  await em.flush();
}));`,
      why: 'each branch has its own identity map',
    },
    {
      title: 'a transaction of the root for each branch',
      code: `const em = orm.em.fork();
await Promise.all(ids.map((id) => em.transactional(async (tx) => { await tx.nativeDelete(User, { id }); })));`,
      why: 'outside of a transaction transactional() forks and takes a connection of its own',
    },
    {
      title: 'one after another',
      code: `await orm.em.transactional(async (em) => {
  for (const id of ids) await em.nativeDelete(User, { id });
});`,
      why: 'nothing runs at the same time',
    },
  ],
};
