import type { Table } from '../case.js';

export const drizzle: Table = {
  about: 'Drizzle',
  prelude: `import { eq, sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text, type PgTransaction } from 'drizzle-orm/pg-core';
const users = pgTable('users', { id: integer('id').primaryKey(), name: text('name').notNull(), n: integer('n') });
const db = drizzle('postgres://localhost/db');
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'two writes in Promise.all',
      code: `await db.transaction(async (tx) => {
  await «Promise.all»([tx.insert(users).values({ id: 1, name: 'a' }), tx.update(users).set({ n: 1 }).where(eq(users.id, 2))]);
});`,
      expect: 'escapesRollback',
      why: 'after the first rejection the other runs behind the ROLLBACK',
    },
    {
      title: 'mapped writes, with an isolation level',
      code: `await db.transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => tx.delete(users).where(eq(users.id, id))));
}, { isolationLevel: 'serializable' });`,
      expect: 'escapesRollback',
      why: 'one branch per id, all on one session',
    },
    {
      title: 'nested transactions side by side',
      code: `await db.transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => tx.transaction(async (inner) => { await inner.delete(users).where(eq(users.id, id)); })));
});`,
      expect: 'parallelNested',
      why: 'savepoints of the same name overlap: rows of one are lost with another',
    },
    {
      title: 'the parameter’s type taken from the method',
      code: `type Tx = Parameters<Parameters<typeof db.transaction>[0]>[0];
async function save(tx: Tx) {
  await «Promise.all»(ids.map((id) => tx.delete(users).where(eq(users.id, id))));
}`,
      expect: 'escapesRollback',
      why: 'the usual way to name the session’s type',
    },
    {
      title: 'a parameter of type PgTransaction',
      code: `async function save(tx: PgTransaction<any, any, any>) {
  await «Promise.all»([tx.execute(sql\`DELETE FROM a\`), tx.execute(sql\`DELETE FROM b\`)]);
}`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'single reads',
      code: `await db.transaction(async (tx) => {
  const [all, some] = await «Promise.all»([tx.select().from(users), tx.select().from(users).limit(1)]);
  return [...all, ...some];
});`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue',
    },
    {
      title: 'locking reads',
      code: `await db.transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => tx.select().from(users).where(eq(users.id, id)).for('update')));
});`,
      expect: 'escapesRollback',
      why: 'FOR UPDATE is no plain read',
    },
    {
      title: 'the root client',
      code: `await Promise.all(ids.map((id) => db.delete(users).where(eq(users.id, id))));`,
      why: 'a pool',
    },
    {
      title: 'a type that is either',
      code: `async function save(db: NodePgDatabase) {
  await Promise.all(ids.map((id) => db.delete(users).where(eq(users.id, id))));
}`,
      why: 'the root client or a transaction: the caller decides',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(ids.map((id) => db.transaction(async (tx) => {
  await tx.delete(users).where(eq(users.id, id));
  await tx.insert(users).values({ id, name: 'again' });
})));`,
      why: 'each branch opens its own session',
    },
    {
      title: 'lazy builders made early and awaited in turn',
      code: `await db.transaction(async (tx) => {
  const insert = tx.insert(users).values({ id: 1, name: 'a' });
  const update = tx.update(users).set({ n: 1 });
  await insert;
  await update;
});`,
      why: 'a builder runs when it is awaited',
    },
    {
      title: 'a multi-row insert',
      code: `await db.transaction(async (tx) => {
  await tx.insert(users).values(ids.map((id) => ({ id, name: 'a' })));
});`,
      why: 'one statement: the library’s own answer',
    },
  ],
};
