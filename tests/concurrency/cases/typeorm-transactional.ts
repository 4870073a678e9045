import type { Table } from '../case.js';

export const typeormTransactional: Table = {
  about: 'typeorm-transactional',
  prelude: `import { DataSource, Entity, PrimaryColumn, Repository } from 'typeorm';
import { Propagation, runInTransaction, Transactional, wrapInTransaction } from 'typeorm-transactional';
@Entity()
class User { @PrimaryColumn() id!: number; }
declare const dataSource: DataSource;
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'a decorated method',
      code: `export class Users {
  constructor(private readonly users: Repository<User>) {}
  @Transactional()
  async save() {
    await «Promise.all»(ids.map((id) => this.users.save({ id })));
  }
}`,
      expect: 'escapesRollback',
      why: 'every repository joins the ambient transaction',
    },
    {
      title: 'runInTransaction',
      code: `const users = dataSource.getRepository(User);
await runInTransaction(async () => {
  await «Promise.all»([users.delete({ id: 1 }), users.insert({ id: 2 })]);
});`,
      expect: 'escapesRollback',
      why: 'the callback is the scope',
    },
    {
      title: 'wrapInTransaction',
      code: `const users = dataSource.getRepository(User);
export const save = wrapInTransaction(async () => {
  await «Promise.all»(ids.map((id) => users.delete({ id })));
});`,
      expect: 'escapesRollback',
      why: 'the function runs in the scope',
    },
    {
      title: 'not decorated',
      code: `export class Users {
  constructor(private readonly users: Repository<User>) {}
  async save() {
    await Promise.all(ids.map((id) => this.users.save({ id })));
  }
}`,
      why: 'no scope around it',
    },
    {
      title: 'one after another',
      code: `export class Users {
  constructor(private readonly users: Repository<User>) {}
  @Transactional()
  async save() {
    for (const id of ids) await this.users.save({ id });
  }
}`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'REQUIRES_NEW in each branch',
      code: `const users = dataSource.getRepository(User);
export class Users {
  @Transactional()
  async all() {
    await Promise.all(ids.map((id) => runInTransaction(async () => {
      await users.delete({ id });
      await users.insert({ id });
    }, { propagation: Propagation.REQUIRES_NEW })));
  }
}`,
      why: 'each branch opens a transaction of its own',
    },
  ],
};
