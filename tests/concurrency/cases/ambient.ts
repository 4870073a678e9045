/** Sessions that no variable names: decorators and AsyncLocalStorage. */
import type { Table } from '../case.js';

export const ambient: Table = {
  about: 'ambient',
  prelude: `import { AsyncLocalStorage } from 'node:async_hooks';
import { Pool, type PoolClient } from 'pg';
const pool = new Pool();
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'a home-made storage and its accessor',
      code: `const storage = new AsyncLocalStorage<PoolClient>();
const current = () => storage.getStore()!;
export async function inTransaction<T>(run: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  await client.query('BEGIN');
  try {
    return await storage.run(client, run);
  } finally {
    await client.query('COMMIT');
    client.release();
  }
}
async function remove(id: number) { await current().query('DELETE FROM a WHERE id = $1', [id]); }
await inTransaction(async () => {
  await «Promise.all»(ids.map((id) => remove(id)));
});`,
      expect: 'escapesRollback',
      why: 'the helper works on what the storage holds',
    },
    {
      title: 'the storage holds an object',
      code: `const storage = new AsyncLocalStorage<{ client: PoolClient; started: number }>();
export async function scope() {
  const client = await pool.connect();
  await client.query('BEGIN');
  await storage.run({ client, started: 0 }, async () => {
    await «Promise.all»([storage.getStore()!.client.query('DELETE FROM a'), storage.getStore()!.client.query('DELETE FROM b')]);
  });
  await client.query('COMMIT');
  client.release();
}`,
      expect: 'escapesRollback',
      why: 'a property of what is stored',
    },
    {
      title: 'enterWith',
      code: `const storage = new AsyncLocalStorage<PoolClient>();
export async function scope() {
  const client = await pool.connect();
  await client.query('BEGIN');
  storage.enterWith(client);
  await «Promise.all»(ids.map(async () => { await storage.getStore()?.query('DELETE FROM a'); }));
  await client.query('COMMIT');
  client.release();
}`,
      expect: 'escapesRollback',
      why: 'as run',
    },
    {
      title: 'a home-made decorator',
      code: `const storage = new AsyncLocalStorage<PoolClient>();
function Transactional() {
  return (_target: object, _key: string, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => Promise<unknown>;
    descriptor.value = async function (this: unknown, ...args: unknown[]) {
      const client = await pool.connect();
      await client.query('BEGIN');
      try {
        return await storage.run(client, () => method.apply(this, args));
      } finally {
        await client.query('COMMIT');
        client.release();
      }
    };
  };
}
const db = () => storage.getStore() ?? pool;
export class Users {
  @Transactional()
  async save() {
    await «Promise.all»([this.remove(1), this.remove(2)]);
  }
  private async remove(id: number) { await db().query('DELETE FROM a WHERE id = $1', [id]); }
}`,
      expect: 'escapesRollback',
      why: 'the post-mortem: a session shared by gather',
    },
    {
      title: 'the storage holds no session',
      code: `const storage = new AsyncLocalStorage<{ requestId: string }>();
const log = async (text: string) => { console.log(storage.getStore()?.requestId, text); };
export async function handle() {
  await storage.run({ requestId: '1' }, async () => {
    await Promise.all([log('a'), log('b'), pool.query('DELETE FROM a')]);
  });
}`,
      why: 'a request id is no session',
    },
    {
      title: 'one after another',
      code: `const storage = new AsyncLocalStorage<PoolClient>();
const current = () => storage.getStore()!;
export async function scope() {
  await storage.run(await pool.connect(), async () => {
    for (const id of ids) await current().query('DELETE FROM a WHERE id = $1', [id]);
  });
}`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a scope for each branch',
      code: `const storage = new AsyncLocalStorage<PoolClient>();
export const all = () => Promise.all(ids.map(async (id) => {
  const client = await pool.connect();
  await storage.run(client, async () => { await client.query('DELETE FROM a WHERE id = $1', [id]); await client.query('DELETE FROM b'); });
  client.release();
}));`,
      why: 'each branch opens its own session',
    },
    {
      title: 'MikroORM’s @Transactional()',
      prelude: false,
      checked: false,
      code: `import { EntityManager, Transactional } from '@mikro-orm/core';
export class Users {
  constructor(private readonly em: EntityManager) {}
  @Transactional()
  async save(ids: number[]) {
    await «Promise.all»(ids.map((id) => this.em.nativeDelete(User, { id })));
  }
}`,
      expect: 'hangs',
      why: 'in the decorated method the manager works in its transaction',
    },
    {
      title: 'Sequelize 7 keeps it in context by itself',
      prelude: false,
      checked: false,
      code: `import { Model, Sequelize } from '@sequelize/core';
class User extends Model {}
const sequelize = new Sequelize({});
await sequelize.transaction(async () => {
  await «Promise.all»([User.create({}), User.destroy({ where: {} })]);
});`,
      expect: 'rejects',
      why: 'on by default there',
    },
    {
      title: 'a decorator of the settings',
      prelude: false,
      checked: false,
      settings: { ambientDecorators: [{ name: 'Atomic', from: './atomic.js', library: 'typeorm' }] },
      code: `import { Atomic } from './atomic.js';
import { Repository } from 'typeorm';
export class Users {
  constructor(private readonly users: Repository<User>) {}
  @Atomic()
  async save(ids: number[]) {
    await «Promise.all»(ids.map((id) => this.users.delete({ id })));
  }
}`,
      expect: 'escapesRollback',
      why: 'the user says what it opens',
    },
    {
      title: 'a wrapper of the settings',
      prelude: false,
      checked: false,
      settings: { wrappers: [{ name: 'atomically', sessionParam: 1, library: 'knex' }] },
      code: `import { atomically } from './db.js';
await atomically(async (ctx, q) => {
  await «Promise.all»([q('a').insert({ n: 1 }), q('b').insert({ n: 1 })]);
});`,
      expect: 'rejects',
      why: 'the user says what it hands out',
    },
  ],
};
