import type { Table } from '../case.js';

export const typeorm: Table = {
  about: 'TypeORM',
  prelude: `import { Column, DataSource, Entity, EntityManager, PrimaryColumn, type QueryRunner, Repository } from 'typeorm';
@Entity()
class User { @PrimaryColumn() id!: number; @Column() name!: string; }
@Entity()
class Post { @PrimaryColumn() id!: number; @Column() title!: string; }
const dataSource = new DataSource({ type: 'postgres' });
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'two writes in a transaction',
      code: `await dataSource.transaction(async (manager) => {
  await «Promise.all»([manager.insert(User, { id: 1, name: 'a' }), manager.delete(Post, { id: 2 })]);
});`,
      expect: 'escapesRollback',
      why: 'after the first rejection the other runs behind the ROLLBACK',
    },
    {
      title: 'the isolation level comes first',
      code: `await dataSource.manager.transaction('SERIALIZABLE', async (manager) => {
  await «Promise.all»(ids.map((id) => manager.getRepository(User).save({ id, name: 'a' })));
});`,
      expect: 'escapesRollback',
      why: 'the callback is the first function among the arguments',
    },
    {
      title: 'a repository derived from the manager',
      code: `await dataSource.transaction(async (manager) => {
  const users = manager.getRepository(User);
  const posts = manager.withRepository(dataSource.getRepository(Post));
  await «Promise.all»([users.save({ id: 1, name: 'a' }), posts.save({ id: 1, title: 'b' })]);
});`,
      expect: 'escapesRollback',
      why: 'both repositories work on the one session',
    },
    {
      title: 'a query runner',
      code: `const runner = dataSource.createQueryRunner();
await runner.connect();
await runner.startTransaction();
try {
  await «Promise.all»([runner.query('DELETE FROM a'), runner.manager.save(User, { id: 1, name: 'a' })]);
  await runner.commitTransaction();
} catch (error) {
  await runner.rollbackTransaction();
  throw error;
} finally {
  await runner.release();
}`,
      expect: 'escapesRollback',
      why: 'one query runner is one connection, and its manager works on it',
    },
    {
      title: 'a migration',
      code: `export class AddColumns {
  async up(queryRunner: QueryRunner): Promise<void> {
    await «Promise.all»([queryRunner.query('ALTER TABLE a ADD x int'), queryRunner.query('ALTER TABLE b ADD x int')]);
  }
}`,
      expect: 'escapesRollback',
      why: 'a typed query runner is taken to be in a transaction',
    },
    {
      title: 'a parameter of type EntityManager',
      code: `async function save(manager: EntityManager) {
  await «Promise.all»(ids.map((id) => manager.delete(User, { id })));
}`,
      expect: 'escapesRollback',
      why: 'as a parameter it is a transaction’s manager',
    },
    {
      title: 'a query builder for each branch',
      code: `await dataSource.transaction(async (manager) => {
  await «Promise.all»(ids.map((id) => manager.createQueryBuilder().delete().from(User).where('id = :id', { id }).execute()));
});`,
      expect: 'escapesRollback',
      why: 'the builders of a manager run on its connection',
    },
    {
      title: 'nested transactions side by side',
      code: `await dataSource.transaction(async (manager) => {
  await «Promise.all»(ids.map((id) => manager.transaction(async (inner) => { await inner.delete(User, { id }); })));
});`,
      expect: 'parallelNested',
      why: 'savepoints of one connection overlap',
    },
    {
      title: 'single reads',
      code: `await dataSource.transaction(async (manager) => {
  const [user, posts] = await «Promise.all»([manager.findOneBy(User, { id: 1 }), manager.getRepository(Post).find()]);
  return [user, posts];
});`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'an injected manager',
      code: `export class Users {
  constructor(private readonly manager: EntityManager) {}
  async save(): Promise<void> {
    await Promise.all(ids.map((id) => this.manager.delete(User, { id })));
  }
}`,
      why: 'as a constructor parameter it is the root manager, which takes connections from the pool',
    },
    {
      title: 'a repository of the data source',
      code: `const users = dataSource.getRepository(User);
await Promise.all(ids.map((id) => users.delete({ id })));
async function rename(repository: Repository<User>) {
  await Promise.all(ids.map((id) => repository.update({ id }, { name: 'b' })));
}`,
      why: 'the root client, or unknown',
    },
    {
      title: 'create() sends nothing',
      code: `await dataSource.transaction(async (manager) => {
  const repository = manager.getRepository(User);
  const made = await Promise.all(ids.map(async (id) => repository.create({ id, name: (await fetch(String(id))).statusText })));
  await repository.save(made);
});`,
      why: 'create only makes an object',
    },
    {
      title: 'one after another',
      code: `await dataSource.transaction(async (manager) => {
  for (const id of ids) await manager.delete(User, { id });
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => dataSource.transaction(async (manager) => {
  await manager.delete(User, { id });
  await manager.delete(Post, { id });
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
