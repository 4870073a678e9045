/** How a session gets to where it is used: receiver, argument, option, builder method, derived object, alias. */
import type { Table } from '../case.js';

export const travel: Table = {
  about: 'travel',
  prelude: `import { PrismaClient, type Prisma } from './generated-prisma/client.js';
import { DataTypes, Model, Sequelize, type Transaction } from 'sequelize';
import { type DataSource, type EntityManager, type EntityTarget, type ObjectLiteral, Repository } from 'typeorm';
import knex, { type Knex } from 'knex';
declare const prisma: PrismaClient;
declare const dataSource: DataSource;
const db = knex({ client: 'pg' });
const sequelize = new Sequelize();
class User extends Model { declare id: number; }
User.init({ n: DataTypes.INTEGER }, { sequelize });
declare const ids: readonly number[];
declare function save(tx: Prisma.TransactionClient, id: number): Promise<void>;
declare function saveWith(options: { tx: Prisma.TransactionClient; id: number }): Promise<void>;`,
  cases: [
    {
      title: 'argument, last',
      code: `declare function saveLast(id: number, tx: Prisma.TransactionClient): Promise<void>;
await prisma.$transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => saveLast(id, tx)));
});`,
      expect: 'losesWrites',
      why: 'the place does not matter',
    },
    {
      title: 'an options object with another property name',
      code: `declare const service: { save(id: number, options: { prisma: Prisma.TransactionClient }): Promise<void> };
await prisma.$transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => service.save(id, { prisma: tx })));
});`,
      expect: 'losesWrites',
      why: 'the value is the session',
    },
    {
      title: 'an options object made before',
      code: `await sequelize.transaction(async (transaction) => {
  const options = { transaction, hooks: false };
  await «Promise.all»([User.create({ n: 1 }, options), User.create({ n: 2 }, { ...options, silent: true })]);
});`,
      expect: 'rejects',
      why: 'passed whole, and spread',
    },
    {
      title: 'the option of a hook',
      code: `User.afterCreate(async (user, options) => {
  await «Promise.all»([User.update({ n: 1 }, { where: {}, transaction: options.transaction ?? null }), User.destroy({ where: {}, transaction: options.transaction ?? null })]);
});`,
      expect: 'rejects',
      why: 'Sequelize hands its hooks the options of the call',
    },
    {
      title: 'destructured from the options',
      code: `export async function remove(options: { transaction?: Transaction | null }) {
  const { transaction = null } = options;
  await «Promise.all»(ids.map((id) => User.destroy({ where: { id }, transaction })));
}`,
      expect: 'rejects',
      why: 'the call shows that it travels as Sequelize’s transaction',
    },
    {
      title: 'a builder method',
      code: `export async function remove(trx: Knex.Transaction) {
  await «Promise.all»(ids.map((id) => db('a').where({ id }).del().transacting(trx)));
}`,
      expect: 'rejects',
      why: 'transacting takes it',
    },
    {
      title: 'a repository made of it',
      code: `class Users {
  constructor(private readonly tx: Prisma.TransactionClient, private readonly log: Console) {}
  async remove(id: number) { this.log.log(id); await this.tx.user.delete({ where: { id } }); }
}
await prisma.$transaction(async (tx) => {
  const users = new Users(tx, console);
  await «Promise.all»(ids.map((id) => users.remove(id)));
});`,
      expect: 'losesWrites',
      why: 'made from the session by new: it works on it',
    },
    {
      title: 'queries made of it by a call that is not awaited',
      code: `declare function createQueries(tx: Prisma.TransactionClient): { remove(id: number): Promise<void> };
await prisma.$transaction(async (tx) => {
  const queries = createQueries(tx);
  await «Promise.all»([queries.remove(1), queries.remove(2)]);
});`,
      expect: 'losesWrites',
      why: 'a call that takes the session and is not awaited gives what works on it',
    },
    {
      title: 'made in place',
      code: `declare class Users { constructor(tx: Prisma.TransactionClient); remove(id: number): Promise<void>; }
await prisma.$transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => new Users(tx).remove(id)));
});`,
      expect: 'losesWrites',
      why: 'as above',
    },
    {
      title: 'a repository that is bound to it',
      code: `declare const users: Repository<ObjectLiteral> & { withTransaction(manager: EntityManager): Repository<ObjectLiteral> };
await dataSource.transaction(async (manager) => {
  const bound = users.withTransaction(manager);
  await «Promise.all»(ids.map((id) => bound.delete({ id })));
});`,
      expect: 'escapesRollback',
      why: 'as above',
    },
    {
      title: 'a repository of the manager, in place',
      code: `declare const target: EntityTarget<ObjectLiteral>;
await dataSource.transaction(async (manager) => {
  await «Promise.all»(ids.map((id) => manager.getRepository(target).delete({ id })));
});`,
      expect: 'escapesRollback',
      why: 'derived by a method of the library',
    },
    {
      title: 'the result of an awaited call is not the session',
      code: `declare function find(tx: Prisma.TransactionClient): Promise<{ notify(): Promise<void> }>;
await prisma.$transaction(async (tx) => {
  const user = await find(tx);
  await Promise.all([user.notify(), user.notify()]);
});`,
      why: 'what comes out of an awaited call is data',
    },
    {
      title: 'an alias',
      code: `await prisma.$transaction(async (tx) => {
  const db = tx;
  const again = db as Prisma.TransactionClient;
  await «Promise.all»([db.user.deleteMany(), again.post.deleteMany()]);
});`,
      expect: 'losesWrites',
      why: 'two names, one session',
    },
    {
      title: 'session or client: tx ?? prisma',
      code: `export async function remove(tx?: Prisma.TransactionClient) {
  const db = tx ?? prisma;
  await «Promise.all»(ids.map((id) => db.user.delete({ where: { id } })));
}`,
      expect: 'losesWrites',
      why: 'where there is a transaction, all branches share it',
    },
    {
      title: 'session or client: tx || prisma in each call',
      code: `export async function remove(tx?: Prisma.TransactionClient) {
  await «Promise.all»(ids.map((id) => (tx || prisma).user.delete({ where: { id } })));
}`,
      expect: 'losesWrites',
      why: 'as above',
    },
    {
      title: 'as, ! and satisfies',
      code: `export async function remove(tx: Prisma.TransactionClient | null) {
  await «Promise.all»([tx!.user.deleteMany(), (tx as Prisma.TransactionClient).post.deleteMany(), (tx! satisfies Prisma.TransactionClient).user.count()]);
}`,
      expect: 'losesWrites',
      why: 'they change nothing at run time',
    },
    {
      title: 'shadowing',
      code: `await prisma.$transaction(async (prisma) => {
  await «Promise.all»([prisma.user.deleteMany(), prisma.post.deleteMany()]);
});
await Promise.all([prisma.user.deleteMany(), prisma.post.deleteMany()]);`,
      expect: 'losesWrites',
      why: 'inside the name means the session, outside the client',
    },
    {
      title: 'two sessions',
      code: `await prisma.$transaction(async (one) => {
  await prisma.$transaction(async (two) => {
    await Promise.all([save(one, 1), save(two, 2)]);
  });
});`,
      why: 'each is used by one branch',
    },
    {
      title: 'an object handed over as a whole',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => saveWith({ tx, id })));
});`,
      expect: 'losesWrites',
      why: 'the object carries it',
    },
    {
      title: 'a context that carries it',
      code: `declare function createContext(parts: { transaction: Prisma.TransactionClient }): { save(id: number): Promise<void> };
await prisma.$transaction(async (tx) => {
  const ctx = createContext({ transaction: tx });
  await «Promise.all»(ids.map((id) => ctx.save(id)));
});`,
      expect: 'losesWrites',
      why: 'made from the session by a call that is not awaited',
    },
    {
      title: 'a closure',
      code: `await prisma.$transaction(async (tx) => {
  const remove = (id: number) => tx.user.delete({ where: { id } });
  await «Promise.all»([remove(1), remove(2)]);
});`,
      expect: 'losesWrites',
      why: 'the helper captures it',
    },
    {
      title: 'a method of the same class',
      code: `export class Users {
  async all(tx: Prisma.TransactionClient) {
    await «Promise.all»([this.#remove(tx, 1), this.#count(tx)]);
  }
  async #remove(tx: Prisma.TransactionClient, id: number) { await tx.user.delete({ where: { id } }); }
  async #count(tx: Prisma.TransactionClient) { return tx.user.count(); }
}`,
      expect: 'losesWrites',
      why: 'the helpers’ bodies use it',
    },
    {
      title: 'a helper that receives it and does not use it',
      code: `async function notify(_tx: Prisma.TransactionClient, id: number) { await fetch(\`https://example.com/\${id}\`); }
await prisma.$transaction(async (tx) => {
  await Promise.all(ids.map((id) => notify(tx, id)));
});`,
      why: 'a parameter that is received and not used',
    },
    {
      title: 'a function that uses it is only handed on',
      code: `declare function enqueue(jobs: { run(): Promise<unknown> }[]): Promise<void>;
await prisma.$transaction(async (tx) => {
  await enqueue([{ run: () => tx.user.deleteMany() }, { run: () => tx.post.deleteMany() }]);
});`,
      why: 'no fork is to be seen',
    },
  ],
};
