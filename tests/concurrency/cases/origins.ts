/** Where a session comes to be: every kind of origin, and every way in which a library is imported. */
import type { Table } from '../case.js';

export const imports: Table = {
  about: 'imports',
  prelude: '',
  cases: [
    {
      title: 'a named import',
      code: `import { Pool } from 'pg';
const client = await new Pool().connect();
await client.query('BEGIN');
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      expect: 'escapesRollback',
      why: 'ESM',
    },
    {
      title: 'a renamed import',
      code: `import { Pool as Database } from 'pg';
const client = await new Database().connect();
await client.query('BEGIN');
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      expect: 'escapesRollback',
      why: 'the exported name counts',
    },
    {
      title: 'a namespace import',
      code: `import * as pg from 'pg';
const client = await new pg.Pool().connect();
await client.query('BEGIN');
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      expect: 'escapesRollback',
      why: 'ESM',
    },
    {
      title: 'a default import, destructured',
      code: `import pg from 'pg';
const { Pool } = pg;
const client = await new Pool().connect();
await client.query('BEGIN');
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      expect: 'escapesRollback',
      why: 'how pg has to be imported in ESM',
    },
    {
      title: 'require, destructured',
      extension: 'cjs',
      code: `const { Pool } = require('pg');
async function save() {
  const client = await new Pool().connect();
  await client.query('BEGIN');
  await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
}
module.exports = { save };`,
      expect: 'escapesRollback',
      why: 'CommonJS',
    },
    {
      title: 'a member of require',
      extension: 'cjs',
      code: `const Pool = require('pg').Pool;
const pool = new Pool();
exports.save = async () => {
  const client = await pool.connect();
  await client.query('BEGIN');
  await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
};`,
      expect: 'escapesRollback',
      why: 'CommonJS',
    },
    {
      title: 'the result of require is called',
      extension: 'cjs',
      code: `const knex = require('knex')({ client: 'pg' });
exports.save = (ids) => knex.transaction(async (trx) => {
  await «Promise.all»(ids.map((id) => trx('a').where({ id }).del()));
});`,
      expect: 'rejects',
      why: 'CommonJS',
    },
    {
      title: 'import =',
      extension: 'ts',
      code: `import pg = require('pg');
export async function save(pool: pg.Pool) {
  const client = await pool.connect();
  await client.query('BEGIN');
  await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
}`,
      expect: 'escapesRollback',
      why: 'TypeScript’s own',
    },
    {
      title: 'a type-only import',
      code: `import type { PoolClient } from 'pg';
export async function save(client: PoolClient) {
  await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
}`,
      expect: 'escapesRollback',
      why: 'types are evidence',
    },
    {
      title: 'import() in a type',
      code: `export async function save(client: import('pg').PoolClient) {
  await «Promise.all»([client.query('DELETE FROM a; -- transaction'), client.query('DELETE FROM b')]);
}`,
      expect: 'escapesRollback',
      why: 'the type names its module itself',
    },
    {
      title: 'a dynamic import',
      code: `const { Pool } = await import('pg');
const client = await new Pool().connect();
await client.query('BEGIN');
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
export {};`,
      expect: 'escapesRollback',
      why: 'ESM',
    },
    {
      title: 'npm: specifiers',
      checked: false,
      code: `import { Pool } from 'npm:pg@8.16';
const client = await new Pool().connect();
await client.query('BEGIN');
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      expect: 'escapesRollback',
      why: 'Deno',
    },
    {
      title: 'deno.land',
      checked: false,
      code: `import postgres from 'https://deno.land/x/postgresjs@v3.4.5/mod.js';
const sql = postgres();
await sql.begin(async (sql) => {
  await «Promise.all»([1, 2].map(async (id) => { await sql\`DELETE FROM a WHERE id = \${id}\`; await sql\`DELETE FROM b WHERE id = \${id}\`; }));
});`,
      expect: 'escapesRollback',
      why: 'Deno',
    },
    {
      title: 'a Prisma client generated elsewhere',
      checked: false,
      code: `import { PrismaClient } from '@acme/db/client';
const prisma = new PrismaClient();
await prisma.$transaction(async (tx) => {
  await «Promise.all»([tx.user.create({ data: {} }), tx.post.create({ data: {} })]);
});`,
      expect: 'losesWrites',
      why: 'a generated client may lie at any path',
    },
    {
      title: 'a client of the project',
      checked: false,
      code: `import { prisma } from '../lib/prisma';
await prisma.$transaction(async (tx) => {
  await «Promise.all»([tx.user.create({ data: {} }), tx.post.create({ data: {} })]);
});`,
      expect: 'losesWrites',
      why: '$transaction with a callback is Prisma’s alone',
    },
    {
      title: 'a database of the project, by the calls of one library',
      checked: false,
      code: `import { db } from './db';
import { users, posts } from './schema';
await db.transaction(async (tx) => {
  await «Promise.all»([tx.insert(users).values({ id: 1 }), tx.update(posts).set({ n: 1 })]);
});`,
      expect: 'escapesRollback',
      why: 'tx.insert(table).values(…) is Drizzle’s',
    },
    {
      title: 'a database of the project, of which nothing is known',
      checked: false,
      code: `import { database } from './database';
await database.transaction(async (tx) => {
  await «Promise.all»([tx.foo(), tx.bar()]);
});`,
      expect: 'escapesRollback',
      why: 'a transaction of a database, whosever: the general message',
    },
    {
      title: 'transaction() of something that is no database',
      checked: false,
      code: `import { doc } from './editor';
await doc.transaction(async (tx) => {
  await Promise.all([tx.insert('a'), tx.format('b')]);
});`,
      why: 'names alone are no evidence',
    },
    {
      title: 'a package with the same class name',
      checked: false,
      code: `import { Pool } from 'undici';
const pool = new Pool('https://example.com');
const client = await pool.connect();
await Promise.all([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      why: 'Pool of another package',
    },
  ],
};

export const origins: Table = {
  about: 'origins',
  prelude: `import { PrismaClient, type Prisma } from './generated-prisma/client.js';
import { Client, Pool, type PoolClient, type QueryResult } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import type { Knex } from 'knex';
declare const prisma: PrismaClient;
declare const pool: Pool;
declare const ids: readonly number[];
declare function work(client: unknown, id: number): Promise<void>;`,
  cases: [
    {
      title: 'the callback of a managed transaction is a function expression',
      code: `await prisma.$transaction(async function (tx) {
  await «Promise.all»(ids.map(async (id) => { await tx.user.delete({ where: { id } }); }));
});`,
      expect: 'losesWrites',
      why: 'managed callback',
    },
    {
      title: 'the callback is declared above',
      code: `async function execute(tx: Prisma.TransactionClient) {
  await «Promise.all»(ids.map((id) => tx.user.delete({ where: { id } })));
}
await prisma.$transaction(execute);`,
      expect: 'losesWrites',
      why: 'passed by reference',
    },
    {
      title: 'the callback is a constant, its parameter has no type',
      extension: 'js',
      prelude: false,
      code: `import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
const execute = async (tx) => {
  await «Promise.all»([tx.user.create({ data: {} }), tx.user.create({ data: {} })]);
};
await prisma.$transaction(execute);`,
      expect: 'losesWrites',
      why: 'passed by reference',
    },
    {
      title: 'the callback destructures its parameter',
      code: `await prisma.$transaction(async ({ user, post }) => {
  await «Promise.all»([user.create({ data: { name: 'a' } }), post.deleteMany()]);
});`,
      expect: 'losesWrites',
      why: 'delegates of the session',
    },
    {
      title: 'acquired in a try block',
      code: `let client: PoolClient | undefined;
try {
  client = await pool.connect();
  await client.query('BEGIN');
  const held = client;
  await «Promise.all»(ids.map((id) => held.query('DELETE FROM a WHERE id = $1', [id])));
} finally {
  client?.release();
}`,
      expect: 'escapesRollback',
      why: 'let, assigned once',
    },
    {
      title: 'constructed',
      code: `const client = new Client();
await client.connect();
await client.query('BEGIN');
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      expect: 'escapesRollback',
      why: 'an instance is the session',
    },
    {
      title: 'a typed field',
      code: `export class Store {
  constructor(private readonly client: PoolClient) {}
  async save() {
    await «Promise.all»([this.client.query('DELETE FROM a'), this.client.query('DELETE FROM b')]);
  }
}`,
      expect: 'escapesRollback',
      why: 'a pooled client is a session wherever it stands',
    },
    {
      title: 'what a field holds, whose type is spelled out',
      code: `declare function open(): { readonly client: PoolClient };
export class Store {
  constructor(private readonly held: { readonly scope: ReturnType<typeof open> }) {}
  async save() {
    await «Promise.all»([this.held.scope.client.query('DELETE FROM a'), this.held.scope.client.query('DELETE FROM b')]);
  }
}`,
      expect: 'escapesRollback',
      types: 'needed',
      why: 'the type of the field says no more than where to look',
    },
    {
      title: 'what a parameter holds, by its type',
      code: `declare function open(): { readonly client: PoolClient };
export async function save(held: ReturnType<typeof open>) {
  await «Promise.all»([held.client.query('DELETE FROM a'), held.client.query('DELETE FROM b')]);
}`,
      expect: 'escapesRollback',
      types: 'needed',
      why: 'the type says so, and both mean one member',
    },
    {
      title: 'a member that is exchanged in between',
      code: `declare function open(): { client: PoolClient };
export async function save(held: ReturnType<typeof open>, other: PoolClient) {
  const first = held.client.query('DELETE FROM a');
  held.client = other;
  await Promise.all([first, held.client.query('DELETE FROM b')]);
}`,
      why: 'the second is another connection',
    },
    {
      title: 'the members of what a loop goes over',
      code: `declare function open(): { readonly client: PoolClient };
export async function save(all: ReturnType<typeof open>[]) {
  const pending: Promise<unknown>[] = [];
  for (const held of all) pending.push(held.client.query('DELETE FROM a'));
  await Promise.all(pending);
  await Promise.all(all.map((held) => held.client.query('DELETE FROM b')));
}`,
      why: 'each has a connection of its own',
    },
    {
      title: 'two members of one parameter',
      code: `declare function open(): { readonly reader: PoolClient; readonly writer: PoolClient };
export async function save(held: ReturnType<typeof open>) {
  await Promise.all([held.reader.query('DELETE FROM a'), held.writer.query('DELETE FROM b')]);
}`,
      why: 'each has a connection of its own',
    },
    {
      title: 'a private field set in a method',
      code: `export class UnitOfWork {
  #client: PoolClient | undefined;
  async begin() {
    this.#client = await pool.connect();
    await this.#client.query('BEGIN');
  }
  async save() {
    await «Promise.all»([this.#client!.query('DELETE FROM a'), this.#client!.query('DELETE FROM b')]);
  }
}`,
      expect: 'escapesRollback',
      why: 'the field holds a session',
    },
    {
      title: 'a parameter of type QueryRunner, optional',
      code: `export async function save(runner?: QueryRunner) {
  if (!runner) return;
  await «Promise.all»([runner.query('DELETE FROM a'), runner.query('DELETE FROM b')]);
}`,
      expect: 'escapesRollback',
      why: 'typed parameter',
    },
    {
      title: 'a local alias of the type',
      code: `type Tx = Prisma.TransactionClient;
type Maybe = Tx | undefined;
export async function save(tx: Maybe) {
  if (tx) await «Promise.all»(ids.map((id) => tx.user.delete({ where: { id } })));
}`,
      expect: 'losesWrites',
      why: 'aliases are followed',
    },
    {
      title: 'Parameters<Parameters<…>>',
      code: `type Tx = Parameters<Parameters<typeof prisma.$transaction>[0]>[0];
export async function save(tx: Tx) {
  await «Promise.all»(ids.map((id) => tx.user.delete({ where: { id } })));
}`,
      expect: 'losesWrites',
      checked: false,
      why: 'for an overloaded method TypeScript takes the last overload, yet people write it',
    },
    {
      title: 'ReturnType of a method',
      code: `export async function save(runner: ReturnType<DataSource['createQueryRunner']>) {
  await «Promise.all»(ids.map((id) => runner.query('DELETE FROM a WHERE id = $1', [id])));
}`,
      expect: 'escapesRollback',
      types: 'needed',
      why: 'only the type checker follows it',
    },
    {
      title: 'destructured from a typed parameter',
      code: `interface Context { readonly manager: EntityManager; readonly user: string }
export async function save({ manager, user }: Context) {
  await «Promise.all»([manager.query('DELETE FROM a WHERE u = $1', [user]), manager.query('DELETE FROM b')]);
}`,
      expect: 'escapesRollback',
      why: 'the interface says what the property is',
    },
    {
      title: 'destructured from an inline type, renamed',
      code: `export async function save({ transaction: trx }: { transaction: Knex.Transaction }) {
  await «Promise.all»(ids.map((id) => trx('a').where({ id }).del()));
}`,
      expect: 'rejects',
      why: 'the new name means the same',
    },
    {
      title: 'an arrow function’s typed parameter',
      code: `export const save = async (dataSource: DataSource, manager: EntityManager): Promise<void> => {
  await «Promise.all»(ids.map((id) => manager.query('DELETE FROM a WHERE id = $1', [id])));
};`,
      expect: 'escapesRollback',
      why: 'typed parameter',
    },
    {
      title: 'a type of the same name from elsewhere',
      prelude: false,
      checked: false,
      code: `import type { PoolClient } from './game/pool';
import { Pool } from 'pg';
export async function save(client: PoolClient) {
  await Promise.all([client.query('a'), client.query('b')]);
}`,
      why: 'the import decides, not the name',
    },
    {
      title: 'a contextually typed callback of a project’s wrapper',
      code: `declare function inScope<T>(run: (client: PoolClient) => Promise<T>): Promise<T>;
await inScope(async (client) => {
  await «Promise.all»(ids.map((id) => client.query('DELETE FROM a WHERE id = $1', [id])));
});`,
      expect: 'escapesRollback',
      types: 'needed',
      why: 'only the type checker knows what the parameter is',
    },
    {
      title: 'what a function of the project returns',
      code: `declare function open(): Promise<PoolClient>;
const client = await open();
await «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);`,
      expect: 'escapesRollback',
      types: 'needed',
      why: 'only the type checker knows what it is',
    },
    {
      title: 'results are no sessions',
      code: `export async function count(results: QueryResult[]) {
  return Promise.all(results.map(async (result) => result.rowCount ?? 0));
}`,
      why: 'another type of the library',
    },
    {
      title: 'any',
      code: `export async function save(client: any) {
  await Promise.all([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
}`,
      why: 'unknown is silent',
    },
  ],
};
