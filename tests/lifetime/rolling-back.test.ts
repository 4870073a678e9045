/** The suggestion to roll back in front of a `return`: what becomes of the code, and that it compiles with the real packages. */
import path from 'node:path';
import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { errorsIn, folder, programOf } from '../concurrency/program.js';

const pg = `import { Pool } from 'pg';\nconst pool = new Pool();\n`;
const mysql = `import mysql from 'mysql2/promise';\nconst pool = mysql.createPool('');\n`;
const typeorm = `import { DataSource } from 'typeorm';\nconst ds = new DataSource({ type: 'postgres' });\n`;
const sequelize = `import { Sequelize, Model } from 'sequelize';\nclass User extends Model {}\nconst sequelize = new Sequelize('');\n`;
const knex = `import knex from 'knex';\nconst db = knex({});\n`;
const kysely = `import { Kysely, PostgresDialect } from 'kysely';\nimport { Pool } from 'pg';\nconst db = new Kysely<{ a: { id: number } }>({ dialect: new PostgresDialect({ pool: new Pool() }) });\n`;
const mikro = `import type { EntityManager } from '@mikro-orm/postgresql';\n`;

/** Head, code, and the code afterwards; without it nothing is suggested. */
const rows: Readonly<Record<string, readonly [head: string, before: string, after?: string]>> = {
  'in a block': [
    sequelize,
    `export async function f(id: number) {\n  const t = await sequelize.transaction();\n  const user = await User.findByPk(id, { transaction: t });\n  if (!user) {\n    return 404;\n  }\n  await t.commit();\n  return 200;\n}`,
    `export async function f(id: number) {\n  const t = await sequelize.transaction();\n  const user = await User.findByPk(id, { transaction: t });\n  if (!user) {\n    await t.rollback();\n    return 404;\n  }\n  await t.commit();\n  return 200;\n}`,
  ],
  'without a block': [
    knex,
    `export async function f(a: boolean) {\n  const trx = await db.transaction();\n  await trx('a').insert({});\n  if (a) return;\n  await trx.commit();\n}`,
    `export async function f(a: boolean) {\n  const trx = await db.transaction();\n  await trx('a').insert({});\n  if (a) {\n    await trx.rollback();\n    return;\n  }\n  await trx.commit();\n}`,
  ],
  'a command that has to be run': [
    kysely,
    `export async function f(a: boolean) {\n  const trx = await db.startTransaction().execute();\n  if (a) return;\n  await trx.commit().execute();\n}`,
    `export async function f(a: boolean) {\n  const trx = await db.startTransaction().execute();\n  if (a) {\n    await trx.rollback().execute();\n    return;\n  }\n  await trx.commit().execute();\n}`,
  ],
  'a session that is released': [
    typeorm,
    `export async function f(a: boolean) {\n  const qr = ds.createQueryRunner();\n  await qr.connect();\n  await qr.startTransaction();\n  try {\n    await qr.manager.save('user', {});\n    if (a) {\n      return;\n    }\n    await qr.commitTransaction();\n  } catch (error) {\n    await qr.rollbackTransaction();\n    throw error;\n  } finally {\n    await qr.release();\n  }\n}`,
    `export async function f(a: boolean) {\n  const qr = ds.createQueryRunner();\n  await qr.connect();\n  await qr.startTransaction();\n  try {\n    await qr.manager.save('user', {});\n    if (a) {\n      await qr.rollbackTransaction();\n      return;\n    }\n    await qr.commitTransaction();\n  } catch (error) {\n    await qr.rollbackTransaction();\n    throw error;\n  } finally {\n    await qr.release();\n  }\n}`,
  ],
  'in SQL': [
    pg,
    `export async function f(a: boolean) {\n  const c = await pool.connect();\n  try {\n    await c.query('BEGIN');\n    if (a) return 1;\n    await c.query('COMMIT');\n    return 2;\n  } catch (error) {\n    await c.query('ROLLBACK');\n    throw error;\n  } finally {\n    c.release();\n  }\n}`,
    `export async function f(a: boolean) {\n  const c = await pool.connect();\n  try {\n    await c.query('BEGIN');\n    if (a) {\n      await c.query('ROLLBACK');\n      return 1;\n    }\n    await c.query('COMMIT');\n    return 2;\n  } catch (error) {\n    await c.query('ROLLBACK');\n    throw error;\n  } finally {\n    c.release();\n  }\n}`,
  ],
  'on the entity manager of somebody else': [
    mikro,
    `export async function f(em: EntityManager, a: boolean) {\n  await em.begin();\n  if (a) return;\n  await em.commit();\n}`,
    `export async function f(em: EntityManager, a: boolean) {\n  await em.begin();\n  if (a) {\n    await em.rollback();\n    return;\n  }\n  await em.commit();\n}`,
  ],
  'mysql2': [
    mysql,
    `export async function f(a: boolean) {\n  const c = await pool.getConnection();\n  try {\n    await c.beginTransaction();\n    if (a) return;\n    await c.commit();\n  } catch (error) {\n    await c.rollback();\n    throw error;\n  } finally {\n    c.release();\n  }\n}`,
    `export async function f(a: boolean) {\n  const c = await pool.getConnection();\n  try {\n    await c.beginTransaction();\n    if (a) {\n      await c.rollback();\n      return;\n    }\n    await c.commit();\n  } catch (error) {\n    await c.rollback();\n    throw error;\n  } finally {\n    c.release();\n  }\n}`,
  ],
  'what is returned needs it': [sequelize, `export async function f(a: boolean) {\n  const t = await sequelize.transaction();\n  if (a) return User.findAll({ transaction: t });\n  await t.commit();\n  return [];\n}`],
  'it may have ended on the way': [knex, `export async function f(a: boolean, b: boolean) {\n  const trx = await db.transaction();\n  if (b) await trx.commit();\n  if (a) return;\n  await trx.commit();\n}`],
  'it may not have begun': [knex, `export async function f(a: boolean, b: boolean) {\n  let trx;\n  if (b) trx = await db.transaction();\n  if (a) return;\n  await trx?.commit();\n}`],
  'a way out that is no return': [knex, `export async function f(a: boolean) {\n  const trx = await db.transaction();\n  if (a) throw new Error();\n  await trx.commit();\n}`],
  'an error that is swallowed': [knex, `export async function f() {\n  const trx = await db.transaction();\n  try {\n    await trx('a').insert({});\n    await trx.commit();\n  } catch {\n    return;\n  }\n}`],
};

const fileOf = (name: string): string => path.join(folder, `rolling-back-${name.replaceAll(/\W+/g, '-')}.ts`);
const program = programOf(new Map(Object.entries(rows).map(([name, [head, before, after]]) => [fileOf(name), head + (after ?? before)])));

describe.each(Object.entries(rows))('%s', (name, [head, before, after]) => {
  it('is suggested where it is certain', () => {
    const code = head + before;
    const messages = new Linter({ cwd: folder }).verify(code, { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser }, rules: { 'db-session/require-release': 'error' } }, fileOf(name));
    expect(messages).toHaveLength(1);
    const [fix] = (messages[0]?.suggestions ?? []).flatMap((each) => (each.messageId === 'rollBackFirst' ? [each.fix] : []));
    expect(fix && (code.slice(0, fix.range[0]) + fix.text + code.slice(fix.range[1])).slice(head.length)).toBe(after);
    expect(errorsIn(program, fileOf(name))).toEqual([]);
  });
});
