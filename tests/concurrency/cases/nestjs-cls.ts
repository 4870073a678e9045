import type { Table } from '../case.js';

export const nestjsCls: Table = {
  about: 'nestjs-cls',
  checked: false,
  prelude: `import { Propagation, Transactional, TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterPrisma } from '@nestjs-cls/transactional-adapter-prisma';
import { PrismaClient } from '@prisma/client';
declare const names: readonly string[];`,
  cases: [
    {
      title: 'txHost.tx in a decorated method',
      code: `export class Users {
  constructor(private readonly txHost: TransactionHost<TransactionalAdapterPrisma>) {}
  @Transactional()
  async save() {
    await «Promise.all»(names.map((name) => this.txHost.tx.user.create({ data: { name } })));
  }
}`,
      expect: 'escapesRollback',
      why: 'inside of the scope tx is the one transaction',
    },
    {
      title: 'repositories in a decorated method',
      code: `export class Users {
  constructor(private readonly usersRepository: UsersRepository, private readonly postsRepository: PostsRepository) {}
  @Transactional()
  async save() {
    await «Promise.all»([this.usersRepository.delete({ name: 'a' }), this.postsRepository.save({ title: 'b' })]);
  }
}`,
      expect: 'escapesRollback',
      why: 'what looks like a repository joins the scope',
    },
    {
      title: 'withTransaction',
      code: `export class Users {
  constructor(private readonly txHost: TransactionHost<TransactionalAdapterPrisma>) {}
  async save() {
    await this.txHost.withTransaction(async () => {
      await «Promise.all»(names.map((name) => this.txHost.tx.user.create({ data: { name } })));
    });
  }
}`,
      expect: 'escapesRollback',
      why: 'the callback is the scope',
    },
    {
      title: 'outside of a scope',
      code: `export class Users {
  constructor(private readonly txHost: TransactionHost<TransactionalAdapterPrisma>) {}
  async save() {
    await Promise.all(names.map((name) => this.txHost.tx.user.create({ data: { name } })));
  }
}`,
      why: 'there tx is the root client',
    },
    {
      title: 'one after another',
      code: `export class Users {
  constructor(private readonly txHost: TransactionHost<TransactionalAdapterPrisma>) {}
  @Transactional()
  async save() {
    for (const name of names) await this.txHost.tx.user.create({ data: { name } });
  }
}`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a decorator of somebody else',
      code: `import { Transactional as Own } from './own.js';
export class Users {
  constructor(private readonly usersRepository: UsersRepository) {}
  @Own()
  async save() {
    await Promise.all([this.usersRepository.create({ name: 'a' }), this.usersRepository.create({ name: 'b' })]);
  }
}`,
      why: 'a name alone is no evidence',
    },
  ],
};
