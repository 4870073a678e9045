import path from 'node:path';
import parser from '@typescript-eslint/parser';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { Linter, type Rule } from 'eslint';
import type ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { useManagedSession } from '../../src/lifetime/managed-sessions.js';
import { useManaged } from '../../src/lifetime/managed.js';
import { awaitUsing, callIt, onceClose, returnAwait, wrapInFinally, type Rewriting } from '../../src/lifetime/rewriting.js';
import type { File } from '../../src/sessions/file.js';
import { inFilesWithSessions, type ModelContext, type SessionModel } from '../../src/sessions/model.js';
import type { Node } from '../../src/sessions/syntax.js';
import { sessionOf, type SessionKind } from '../../src/sessions/values.js';
import { errorsIn, folder, programOf } from '../concurrency/program.js';
import { projects } from '../sessions/projects.js';

type Rewrite = (file: File, kind: SessionKind, node: Node) => Rewriting | undefined;

/** What it is; the code, with what is asked about between « and »; the code afterwards, without a head nothing. */
type Row = readonly [about: string, head: string, before: string, after?: string];

const pg = `import { Pool } from 'pg';\nconst pool = new Pool();\n`;
const typeorm = `import { DataSource } from 'typeorm';\nconst ds = new DataSource({ type: 'postgres' });\n`;
const mysql = `import mysql from 'mysql2/promise';\nconst pool = mysql.createPool('');\n`;
const mongo = `import { MongoClient } from 'mongodb';\nconst client = new MongoClient('');\n`;
const sequelize = `import { Sequelize, Model } from 'sequelize';\nclass User extends Model {}\nconst sequelize = new Sequelize('');\n`;
const knex = `import knex from 'knex';\nconst db = knex({});\n`;
const kysely = `import { Kysely, PostgresDialect } from 'kysely';\nimport { Pool } from 'pg';\nconst db = new Kysely<{ a: { id: number } }>({ dialect: new PostgresDialect({ pool: new Pool() }) });\n`;

const tables: Readonly<Record<string, readonly [Rewrite, readonly Row[]]>> = {
  'try … finally': [
    wrapInFinally,
    [
      [
        'the rest of the block',
        pg,
        `export async function f(id: number) {\n  const c = await «pool.connect()»;\n  const { rows } = await c.query('SELECT $1', [id]);\n  c.release();\n  return rows.length;\n}`,
        `export async function f(id: number) {\n  const c = await pool.connect();\n  try {\n    const { rows } = await c.query('SELECT $1', [id]);\n    return rows.length;\n  } finally {\n    c.release();\n  }\n}`,
      ],
      [
        'a release that is awaited',
        typeorm,
        `export async function f() {\n  const qr = «ds.createQueryRunner()»;\n\n  await qr.query('SELECT 1');\n  await qr.release();\n}`,
        `export async function f() {\n  const qr = ds.createQueryRunner();\n  try {\n    await qr.query('SELECT 1');\n  } finally {\n    await qr.release();\n  }\n}`,
      ],
      [
        'what is returned is awaited',
        pg,
        `export async function f(a: boolean) {\n  const c = await «pool.connect()»; // one for all\n  if (a) return c.query('SELECT 1');\n  return a ? undefined : c.query('SELECT 2');\n}`,
        `export async function f(a: boolean) {\n  const c = await pool.connect(); // one for all\n  try {\n    if (a) return await c.query('SELECT 1');\n    return await (a ? undefined : c.query('SELECT 2'));\n  } finally {\n    c.release();\n  }\n}`,
      ],
      [
        'releases on several ways, and in a catch',
        pg,
        `export async function f(a: boolean) {\n  const c = await «pool.connect()»;\n  if (a) {\n    c.release();\n    return;\n  }\n  try {\n    await c.query('SELECT 1');\n    c.release();\n  } catch (error) {\n    c.release();\n    throw error;\n  }\n}`,
        `export async function f(a: boolean) {\n  const c = await pool.connect();\n  try {\n    if (a) {\n      return;\n    }\n    try {\n      await c.query('SELECT 1');\n    } catch (error) {\n      throw error;\n    }\n  } finally {\n    c.release();\n  }\n}`,
      ],
      [
        'a finally that came too late',
        pg,
        `export async function f() {\n  const c = await «pool.connect()»;\n  await c.query('SELECT 1');\n  try {\n    return c.query('SELECT 2');\n  } finally {\n    c.release();\n  }\n}`,
        `export async function f() {\n  const c = await pool.connect();\n  try {\n    await c.query('SELECT 1');\n    {\n      return await c.query('SELECT 2');\n    }\n  } finally {\n    c.release();\n  }\n}`,
      ],
      [
        'a finally behind a catch',
        pg,
        `export async function f() {\n  const c = await «pool.connect()»;\n  await c.query('BEGIN');\n  try {\n    await c.query('COMMIT');\n  } catch (error) {\n    await c.query('ROLLBACK');\n    throw error;\n  } finally {\n    c.release();\n  }\n}`,
        `export async function f() {\n  const c = await pool.connect();\n  try {\n    await c.query('BEGIN');\n    try {\n      await c.query('COMMIT');\n    } catch (error) {\n      await c.query('ROLLBACK');\n      throw error;\n    }\n  } finally {\n    c.release();\n  }\n}`,
      ],
      [
        'an assignment',
        mongo,
        `export async function f() {\n  let s;\n  s = «client.startSession()»;\n  await client.db().collection('a').insertOne({}, { session: s });\n}`,
        `export async function f() {\n  let s;\n  s = client.startSession();\n  try {\n    await client.db().collection('a').insertOne({}, { session: s });\n  } finally {\n    await s.endSession();\n  }\n}`,
      ],
      [
        'text over several lines stays as it is',
        pg,
        'export async function f() {\n  const c = await «pool.connect()»;\n  await c.query(`\n    SELECT 1\n  `);\n}',
        'export async function f() {\n  const c = await pool.connect();\n  try {\n    await c.query(`\n    SELECT 1\n  `);\n  } finally {\n    c.release();\n  }\n}',
      ],
      [
        'tabs',
        pg,
        `export async function f() {\n\tconst c = await «pool.connect()»;\n\tif (c) {\n\t\tawait c.query('SELECT 1');\n\t}\n\tc.release();\n}`,
        `export async function f() {\n\tconst c = await pool.connect();\n\ttry {\n\t\tif (c) {\n\t\t\tawait c.query('SELECT 1');\n\t\t}\n\t} finally {\n\t\tc.release();\n\t}\n}`,
      ],
      [
        'in one line',
        pg,
        `export async function f() { const c = await «pool.connect()»; await c.query('SELECT 1'); }`,
        `export async function f() { const c = await pool.connect();\ntry {\n  await c.query('SELECT 1');\n} finally {\n  c.release();\n} }`,
      ],
      ['a name that an earlier function uses', pg, `export async function f() {\n  const g = () => rows;\n  const c = await «pool.connect()»;\n  const { rows } = await c.query('SELECT 1');\n  return g();\n}`],
      ['a function that is called before', pg, `export async function f() {\n  log();\n  const c = await «pool.connect()»;\n  await c.query('SELECT 1');\n  function log() {}\n}`],
      ['a variable of the function', pg, `export async function f() {\n  {\n    const c = await «pool.connect()»;\n    var rows = await c.query('SELECT 1');\n  }\n  return rows;\n}`],
      ['it is returned', pg, `export async function f(a: boolean) {\n  const c = await «pool.connect()»;\n  if (a) return c;\n  c.release();\n  return undefined;\n}`],
      ['a release in an expression', pg, `export async function f(a: boolean) {\n  const c = await «pool.connect()»;\n  await c.query('SELECT 1');\n  a && c.release();\n}`],
      ['a release in a callback', pg, `export async function f() {\n  const c = await «pool.connect()»;\n  await c.query('SELECT 1').finally(() => c.release());\n}`],
      ['a release that destroys', pg, `export async function f() {\n  const c = await «pool.connect()»;\n  await c.query('SELECT 1');\n  c.release(true);\n}`],
      ['a function that cannot wait', mongo, `export function f() {\n  const s = «client.startSession()»;\n  return client.db().collection('a').insertOne({}, { session: s });\n}`],
      ['another value later', pg, `export async function f() {\n  let c = await «pool.connect()»;\n  c = await pool.connect();\n  await c.query('SELECT 1');\n}`],
      ['a transaction that would stay open', pg, `export async function f() {\n  const c = await «pool.connect()»;\n  await c.query('BEGIN');\n  await c.query('SELECT 1');\n  await c.query('COMMIT');\n  c.release();\n}`],
      ['nothing behind it', pg, `export async function f() {\n  const c = await «pool.connect()»;\n}`],
      ['an end that takes a decision', sequelize, `export async function f() {\n  const t = await «sequelize.transaction()»;\n  await User.create({}, { transaction: t });\n}`],
      ['exports behind it', pg, `const c = await «pool.connect()»;\nexport const rows = await c.query('SELECT 1');`],
    ],
  ],
  'the managed helper': [
    useManaged,
    [
      [
        'Sequelize',
        sequelize,
        `export async function f(name: string) {\n  const t = await «sequelize.transaction()»;\n  try {\n    // The user comes first.\n    await User.create({ name }, { transaction: t });\n    await User.update({ name }, { where: {}, transaction: t });\n    await t.commit();\n  } catch (error) {\n    await t.rollback();\n    throw error;\n  }\n}`,
        `export async function f(name: string) {\n  await sequelize.transaction(async (t) => {\n    // The user comes first.\n    await User.create({ name }, { transaction: t });\n    await User.update({ name }, { where: {}, transaction: t });\n  });\n}`,
      ],
      [
        'Knex, with a result',
        knex,
        `export async function f() {\n  const trx = await «db.transaction()»;\n  try {\n    const rows = await trx('a').insert({}).returning('id');\n    await trx.commit();\n    return { rows };\n  } catch (error) {\n    await trx.rollback();\n    throw error;\n  }\n}`,
        `export async function f() {\n  return await db.transaction(async (trx) => {\n    const rows = await trx('a').insert({}).returning('id');\n    return { rows };\n  });\n}`,
      ],
      [
        'Kysely',
        kysely,
        `export async function f() {\n  const trx = await «db.startTransaction().execute()»;\n  try {\n    await trx.insertInto('a').values({ id: 1 }).execute();\n    await trx.commit().execute();\n  } catch (error) {\n    await trx.rollback().execute();\n    throw error;\n  }\n}`,
        `export async function f() {\n  await db.transaction().execute(async (trx) => {\n    await trx.insertInto('a').values({ id: 1 }).execute();\n  });\n}`,
      ],
      ['a return before the commit', knex, `export async function f(a: boolean) {\n  const trx = await «db.transaction()»;\n  try {\n    if (a) return;\n    await trx('a').insert({});\n    await trx.commit();\n  } catch (error) {\n    await trx.rollback();\n    throw error;\n  }\n}`],
      ['an error that is swallowed', knex, `export async function f() {\n  const trx = await «db.transaction()»;\n  try {\n    await trx('a').insert({});\n    await trx.commit();\n  } catch (error) {\n    await trx.rollback();\n  }\n}`],
      ['another error that is thrown', knex, `export async function f() {\n  const trx = await «db.transaction()»;\n  try {\n    await trx('a').insert({});\n    await trx.commit();\n  } catch (error) {\n    await trx.rollback();\n    throw new Error('x', { cause: error });\n  }\n}`],
      ['work behind the commit', knex, `export async function f() {\n  const trx = await «db.transaction()»;\n  try {\n    await trx('a').insert({});\n    await trx.commit();\n    return await db('a');\n  } catch (error) {\n    await trx.rollback();\n    throw error;\n  }\n}`],
      [
        'work without a try',
        sequelize,
        `export async function f(name: string, log: () => void) {\n  const t = await «sequelize.transaction()»;\n  const user = await User.create({ name }, { transaction: t });\n  await user.update({ name }, { transaction: t });\n  await t.commit();\n  log();\n}`,
        `export async function f(name: string, log: () => void) {\n  await sequelize.transaction(async (t) => {\n    const user = await User.create({ name }, { transaction: t });\n    await user.update({ name }, { transaction: t });\n  });\n  log();\n}`,
      ],
      [
        'work without a try, with a result',
        sequelize,
        `export async function f(name: string) {\n  const t = await «sequelize.transaction()»;\n  const user = await User.create({ name }, { transaction: t });\n  await t.commit();\n  return user;\n}`,
        `export async function f(name: string) {\n  return await sequelize.transaction(async (t) => {\n    const user = await User.create({ name }, { transaction: t });\n    return user;\n  });\n}`,
      ],
      [
        'work in front of the try',
        knex,
        `export async function f() {\n  const trx = await «db.transaction()»;\n  await trx('a').insert({});\n  try {\n    await trx('b').insert({});\n    await trx.commit();\n  } catch (error) {\n    await trx.rollback();\n    throw error;\n  }\n}`,
        `export async function f() {\n  await db.transaction(async (trx) => {\n    await trx('a').insert({});\n    await trx('b').insert({});\n  });\n}`,
      ],
      ['what the work declares is needed later', sequelize, `export async function f(log: (user: User) => void) {\n  const t = await «sequelize.transaction()»;\n  const user = await User.create({}, { transaction: t });\n  await t.commit();\n  log(user);\n}`],
      ['a commit on one way', sequelize, `export async function f(a: boolean) {\n  const t = await «sequelize.transaction()»;\n  await User.create({}, { transaction: t });\n  if (a) await t.commit();\n  else await t.rollback();\n}`],
      ['a transaction that goes on', sequelize, `export async function f() {\n  const t = await «sequelize.transaction()»;\n  await User.create({}, { transaction: t });\n  await t.commit();\n  return t;\n}`],
      ['a comment that would be lost', sequelize, `export async function f() {\n  const t = await «sequelize.transaction()»;\n  await User.create({}, { transaction: t });\n  // Now or never.\n  await t.commit();\n}`],
      ['a variable of the outside', knex, `export async function f() {\n  let rows: unknown[];\n  const trx = await «db.transaction()»;\n  try {\n    rows = await trx('a').insert({});\n    await trx.commit();\n  } catch (error) {\n    await trx.rollback();\n    throw error;\n  }\n  return rows;\n}`],
      ['what was asked before', knex, `export async function f(a: { b?: { c: number } }) {\n  if (!a.b) return;\n  const trx = await «db.transaction()»;\n  try {\n    await trx('a').insert({ c: a.b.c });\n    await trx.commit();\n  } catch (error) {\n    await trx.rollback();\n    throw error;\n  }\n}`],
      ['a loop that is left', knex, `export async function f(xs: number[]) {\n  for (const x of xs) {\n    const trx = await «db.transaction()»;\n    try {\n      if (x > 1) continue;\n      await trx('a').insert({});\n      await trx.commit();\n    } catch (error) {\n      await trx.rollback();\n      throw error;\n    }\n  }\n}`],
      ['options', sequelize, `export async function f() {\n  const t = await «sequelize.transaction({ readOnly: true })»;\n  try {\n    await User.create({}, { transaction: t });\n    await t.commit();\n  } catch (error) {\n    await t.rollback();\n    throw error;\n  }\n}`],
      ['a library without a helper of that name', pg, `export async function f() {\n  const c = await «pool.connect()»;\n  try {\n    await c.query('SELECT 1');\n  } catch (error) {\n    c.release();\n    throw error;\n  }\n}`],
    ],
  ],
  'the managed helper of a session': [
    useManagedSession,
    [
      [
        'TypeORM, without a try',
        typeorm,
        `export async function f(name: string, log: () => void) {\n  const qr = «ds.createQueryRunner()»;\n  await qr.connect();\n  await qr.startTransaction();\n  const user = await qr.manager.save('user', { name });\n  await qr.manager.getRepository('log').insert({ user });\n  await qr.commitTransaction();\n  await qr.release();\n  log();\n}`,
        `export async function f(name: string, log: () => void) {\n  await ds.transaction(async (manager) => {\n    const user = await manager.save('user', { name });\n    await manager.getRepository('log').insert({ user });\n  });\n  log();\n}`,
      ],
      [
        'TypeORM, in a try that releases nothing',
        typeorm,
        `export async function f(name: string) {\n  const qr = «ds.createQueryRunner()»;\n  await qr.startTransaction();\n  try {\n    // The user comes first.\n    await qr.manager.save('user', { name });\n    await qr.commitTransaction();\n  } catch (error) {\n    await qr.rollbackTransaction();\n    throw error;\n  }\n}`,
        `export async function f(name: string) {\n  await ds.transaction(async (manager) => {\n    // The user comes first.\n    await manager.save('user', { name });\n  });\n}`,
      ],
      [
        'TypeORM, begun in the try, without a rollback',
        typeorm,
        `export async function f(name: string) {\n  const qr = «ds.createQueryRunner()»;\n  try {\n    await qr.startTransaction();\n    await qr.manager.save('user', { name });\n    await qr.commitTransaction();\n  } finally {\n    await qr.release();\n  }\n}`,
        `export async function f(name: string) {\n  await ds.transaction(async (manager) => {\n    await manager.save('user', { name });\n  });\n}`,
      ],
      [
        'MongoDB',
        mongo,
        `export async function f() {\n  const s = «client.startSession()»;\n  s.startTransaction();\n  await client.db().collection('a').insertOne({}, { session: s });\n  await s.commitTransaction();\n  await s.endSession();\n}`,
        `export async function f() {\n  await client.withSession((s) => s.withTransaction(async () => {\n    await client.db().collection('a').insertOne({}, { session: s });\n  }));\n}`,
      ],
      ['MongoDB, work that must not be repeated', mongo, `export async function f(send: () => Promise<void>) {\n  const s = «client.startSession()»;\n  s.startTransaction();\n  await client.db().collection('a').insertOne({}, { session: s });\n  await send();\n  await s.commitTransaction();\n}`],
      ['more than the manager', typeorm, `export async function f() {\n  const qr = «ds.createQueryRunner()»;\n  await qr.startTransaction();\n  await qr.query('SELECT 1');\n  await qr.commitTransaction();\n  await qr.release();\n}`],
      ['another manager', typeorm, `export async function f(manager: string) {\n  const qr = «ds.createQueryRunner()»;\n  await qr.startTransaction();\n  await qr.manager.save('user', { manager });\n  await qr.commitTransaction();\n  await qr.release();\n}`],
      ['a level', typeorm, `export async function f() {\n  const qr = «ds.createQueryRunner()»;\n  await qr.startTransaction('SERIALIZABLE');\n  await qr.manager.save('user', {});\n  await qr.commitTransaction();\n  await qr.release();\n}`],
      ['no transaction', typeorm, `export async function f() {\n  const qr = «ds.createQueryRunner()»;\n  await qr.manager.save('user', {});\n  await qr.release();\n}`],
      ['an error that is swallowed', typeorm, `export async function f() {\n  const qr = «ds.createQueryRunner()»;\n  await qr.startTransaction();\n  try {\n    await qr.manager.save('user', {});\n    await qr.commitTransaction();\n  } catch {\n    await qr.rollbackTransaction();\n  }\n}`],
      ['an early return', typeorm, `export async function f(a: boolean) {\n  const qr = «ds.createQueryRunner()»;\n  await qr.startTransaction();\n  if (a) return;\n  await qr.manager.save('user', {});\n  await qr.commitTransaction();\n  await qr.release();\n}`],
      ['what the work declares is needed later', typeorm, `export async function f() {\n  const qr = «ds.createQueryRunner()»;\n  await qr.startTransaction();\n  const user = await qr.manager.save('user', {});\n  await qr.commitTransaction();\n  await qr.release();\n  return user;\n}`],
    ],
  ],
  'await using': [
    awaitUsing,
    [
      [
        'MySQL',
        mysql,
        `export async function f() {\n  const c = await «pool.getConnection()»;\n  const [rows] = await c.query('SELECT 1');\n  c.release();\n  return rows;\n}`,
        `export async function f() {\n  await using c = await pool.getConnection();\n  const [rows] = await c.query('SELECT 1');\n  return rows;\n}`,
      ],
      [
        'MongoDB, and what is returned',
        mongo,
        `export async function f() {\n  const s = «client.startSession()»;\n  return client.db().collection('a').insertOne({}, { session: s });\n}`,
        `export async function f() {\n  await using s = client.startSession();\n  return await client.db().collection('a').insertOne({}, { session: s });\n}`,
      ],
      ['a library that does not implement it', pg, `export async function f() {\n  const c = await «pool.connect()»;\n  await c.query('SELECT 1');\n}`],
      ['a library whose dispose does harm', typeorm, `export async function f() {\n  const qr = «ds.createQueryRunner()»;\n  await qr.query('SELECT 1');\n}`],
      ['a variable that was declared before', mysql, `export async function f() {\n  let c;\n  c = await «pool.getConnection()»;\n  await c.query('SELECT 1');\n}`],
    ],
  ],
  'return await': [
    (file, _kind, node) => returnAwait(file, node.parent as TSESTree.ReturnStatement),
    [
      ['a call', pg, `export async function f() {\n  const c = await pool.connect();\n  try {\n    return «c.query('SELECT 1')»;\n  } finally {\n    c.release();\n  }\n}`, `export async function f() {\n  const c = await pool.connect();\n  try {\n    return await c.query('SELECT 1');\n  } finally {\n    c.release();\n  }\n}`],
      ['an expression', pg, `export async function f(a: boolean) {\n  const c = await pool.connect();\n  try {\n    return «a ? c.query('SELECT 1') : undefined»;\n  } finally {\n    c.release();\n  }\n}`, `export async function f(a: boolean) {\n  const c = await pool.connect();\n  try {\n    return await (a ? c.query('SELECT 1') : undefined);\n  } finally {\n    c.release();\n  }\n}`],
      ['a function that cannot wait', mongo, `export function f() {\n  const s = client.startSession();\n  try {\n    return «client.db().collection('a').insertOne({}, { session: s })»;\n  } finally {\n    void s.endSession();\n  }\n}`],
      ['a value', pg, `export async function f() {\n  const c = await pool.connect();\n  try {\n    return «1»;\n  } finally {\n    c.release();\n  }\n}`],
    ],
  ],
  'events and calls': [
    (file, _kind, node) => (node.type === 'MemberExpression' ? callIt(node) : onceClose(file, node as TSESTree.CallExpression)),
    [
      ['close', `${pg}import type { Request, Response, NextFunction } from 'express';\n`, `export async function m(_req: Request, res: Response, next: NextFunction) {\n  const c = await pool.connect();\n  «res.on('finish', () => { c.release(); })»;\n  next();\n}`, `export async function m(_req: Request, res: Response, next: NextFunction) {\n  const c = await pool.connect();\n  res.once('close', () => { c.release(); });\n  next();\n}`],
      ['the parentheses', mongo, `export function f(work: () => Promise<void>) {\n  const s = client.startSession();\n  return work().finally(() => «s.endSession»);\n}`, `export function f(work: () => Promise<void>) {\n  const s = client.startSession();\n  return work().finally(() => s.endSession());\n}`],
    ],
  ],
};

/** A row's code after the rewriting; undefined when there is none. */
function rewritten(rewrite: Rewrite, head: string, marked: string, filename = path.join(folder, 'a.ts')): string | undefined {
  const start = head.length + marked.indexOf('«');
  const end = head.length + marked.indexOf('»') - 1;
  const code = head + marked.replaceAll(/[«»]/g, '');
  let result: Rewriting | undefined;
  const ask: Rule.RuleModule = {
    create(context) {
      const { sourceCode } = context as unknown as { sourceCode: Readonly<TSESLint.SourceCode> };
      return inFilesWithSessions(context as unknown as ModelContext, ({ file, resolver }: SessionModel) => {
        let node = sourceCode.getNodeByRangeIndex(start);
        while (node && (node.range[0] !== start || node.range[1] !== end)) node = node.parent ?? null;
        if (!node) throw new Error(`nothing at ${marked}`);
        const session = [node, ...file.calls].map((each) => sessionOf(resolver.valueOf(each))).find((each) => each !== undefined);
        if (!session) throw new Error(`no session in ${marked}`);
        result = rewrite(file, session.kinds[0], node);
      }) as Rule.RuleListener;
    },
  };
  const messages = new Linter({ cwd: path.dirname(filename) }).verify(code, { files: ['**/*.ts'], plugins: { test: { rules: { ask } } }, rules: { 'test/ask': 2 }, languageOptions: { parser } }, filename);
  expect(messages).toEqual([]);
  return result && code.slice(0, result.range[0]) + result.text + code.slice(result.range[1]);
}

const named = Object.entries(tables).flatMap(([about, [rewrite, rows]]) => rows.map((row, index) => ({ about, rewrite, row, file: path.join(folder, `rewriting-${about.replaceAll(/\W+/g, '-')}-${String(index)}.ts`) })));
const program: ts.Program = programOf(new Map(named.flatMap(({ row: [, head, before, after], file }) => [[file, head + (after ?? before.replaceAll(/[«»]/g, ''))] as const])));

describe.each(Object.keys(tables))('%s', (about) => {
  it.each(named.filter((each) => each.about === about).map(({ row, ...rest }) => [row[0], row, rest] as const))('%s', (_title, [, head, before, after], { rewrite, file }) => {
    expect(rewritten(rewrite, head, before)?.slice(head.length)).toBe(after);
    expect(errorsIn(program, file)).toEqual([]);
  });
});

describe('the version that is installed', () => {
  const code = `export async function f() {\n  const c = await «pool.getConnection()»;\n  await c.query('SELECT 1');\n}`;
  const { project, remove } = projects();
  afterAll(remove);

  it.each([
    ['new enough', { dependencies: {} }, { mysql2: '3.18.0', typescript: '5.9.2' }, true],
    ['too old', { dependencies: {} }, { mysql2: '3.17.9', typescript: '5.9.2' }, false],
    ['the compiler is too old', { dependencies: {} }, { mysql2: '3.18.0', typescript: '5.1.6' }, false],
    ['what the manifest asks for at least', { dependencies: { mysql2: '^3.18.0' }, devDependencies: { typescript: '~6.0' } }, {}, true],
    ['what the manifest allows', { dependencies: { mysql2: '^3.0.0' }, devDependencies: { typescript: '~6.0' } }, {}, false],
    ['what the manifest leaves open', { dependencies: { mysql2: 'latest', typescript: '*' } }, {}, false],
    ['nothing', { dependencies: null }, {}, false],
    ['what is no version', { dependencies: {} }, { mysql2: '4.0.0-beta.1', typescript: '5.9.2' }, false],
  ] as const)('%s', (name, manifest, packages, offered) => {
    expect(rewritten(awaitUsing, mysql, code, project(name.replaceAll(' ', '-'), manifest, packages)) !== undefined).toBe(offered);
  });
});
