import type { Table } from '../case.js';

export const pgPromise: Table = {
  about: 'pg-promise',
  prelude: `import pgPromise from 'pg-promise';
const pgp = pgPromise();
const db = pgp('postgres://localhost/db');
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'mapped writes in a transaction',
      code: `await db.tx(async (t) => {
  await «Promise.all»(ids.map((id) => t.none('DELETE FROM a WHERE id = $1', [id])));
});`,
      expect: 'escapesRollback',
      why: 'what the others send while the ROLLBACK is under way is committed',
    },
    {
      title: 'two writes, with options first',
      code: `await db.tx({ tag: 'save' }, async (t) => «Promise.all»([t.none('INSERT INTO a VALUES (1)'), t.one('INSERT INTO b VALUES (1) RETURNING id')]));`,
      expect: 'escapesRollback',
      why: 'the callback is the first function among the arguments',
    },
    {
      title: 'nested transactions side by side',
      code: `await db.tx(async (t) => {
  await «Promise.all»(ids.map((id) => t.tx(async (inner) => { await inner.none('DELETE FROM a WHERE id = $1', [id]); })));
});`,
      expect: 'parallelNested',
      why: 'savepoints of one connection overlap',
    },
    {
      title: 'a parameter of type ITask',
      code: `async function save(task: pgPromise.ITask<object>) {
  await «Promise.all»([task.none('INSERT INTO a VALUES (1)'), task.none('INSERT INTO b VALUES (1)')]);
}`,
      expect: 'escapesRollback',
      why: 'the annotation names a session',
    },
    {
      title: 'reads in a task',
      code: `await db.task(async (t) => «Promise.all»([t.any('SELECT * FROM a'), t.one('SELECT count(*) FROM b')]));`,
      expect: 'parallelReads',
      level: 'strict',
      why: 'they merely queue on the one connection',
    },
    {
      title: 'its own batch',
      code: `await db.tx((t) => t.batch([t.none('INSERT INTO a VALUES (1)'), t.none('INSERT INTO b VALUES (1)')]));`,
      why: 'settles all of them before the transaction ends: the library’s own answer',
    },
    {
      title: 'the root client',
      code: `await Promise.all(ids.map((id) => db.none('DELETE FROM a WHERE id = $1', [id])));`,
      why: 'a pool',
    },
    {
      title: 'one after another',
      code: `await db.tx(async (t) => {
  await t.none('INSERT INTO a VALUES (1)');
  for (const id of ids) await t.none('DELETE FROM a WHERE id = $1', [id]);
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a task for each branch',
      code: `await Promise.all(ids.map((id) => db.task(async (t) => {
  await t.none('DELETE FROM a WHERE id = $1', [id]);
  await t.none('DELETE FROM b WHERE id = $1', [id]);
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
