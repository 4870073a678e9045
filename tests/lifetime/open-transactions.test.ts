/** Transactions that are still open when their session is released. `✗` stands in front of the call that begins one. */
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

const linter = new Linter();

/** Position and message of what is found, and the position of the mark. */
function lint(marked: string) {
  const code = marked.replaceAll('✗', '');
  const messages = linter.verify(code, { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser }, rules: { 'db-session/require-release': 'error' } }, 'a.ts');
  return messages.map(({ messageId, message, line, column }) => ({ text: messageId ?? message, message, at: code.split('\n').slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1 }));
}

const pg = "import { Pool } from 'pg'; const pool = new Pool();\n";
const inPg = (body: string, rest = 'finally { c.release(); }') => `${pg}export async function f(a, next) { const c = await pool.connect(); try { ${body} } ${rest} }`;
const begin = "await c.query('BEGIN');";
const open = "await ✗c.query('BEGIN');";
const work = "await c.query('DELETE FROM a WHERE b = $1', [a]);";
const commit = "await c.query('COMMIT');";
const rollback = "await c.query('ROLLBACK');";

/** The libraries whose release is known to keep the transaction, and those that end it. */
const libraries: Readonly<Record<string, readonly [setup: string, acquire: string, begin: string, work: string, commit: string, rollback: string, release: string, keeps: boolean]>> = {
  pg: [pg, 'await pool.connect()', "await ✗c.query('BEGIN');", work, commit, rollback, 'c.release();', true],
  neon: ["import { Pool } from '@neondatabase/serverless'; const pool = new Pool();", 'await pool.connect()', "await ✗c.query('BEGIN');", work, commit, rollback, 'c.release();', true],
  'postgres.js': ["import postgres from 'postgres'; const sql = postgres('');", 'await sql.reserve()', 'await ✗c`BEGIN`;', 'await c`DELETE FROM a`;', 'await c`COMMIT`;', 'await c`ROLLBACK`;', 'c.release();', true],
  'pg-promise': ["import pgPromise from 'pg-promise'; const db = pgPromise()('');", 'await db.connect()', "await ✗c.none('BEGIN');", "await c.none('DELETE FROM a');", "await c.none('COMMIT');", "await c.none('ROLLBACK');", 'c.done();', true],
  mysql2: ["import mysql from 'mysql2/promise'; const pool = mysql.createPool({});", 'await pool.getConnection()', 'await ✗c.beginTransaction();', "await c.query('DELETE FROM a');", 'await c.commit();', 'await c.rollback();', 'c.release();', true],
  'mysql2, in SQL': ["import mysql from 'mysql2/promise'; const pool = mysql.createPool({});", 'await pool.getConnection()', "await ✗c.query('START TRANSACTION');", "await c.query('DELETE FROM a');", "await c.query('commit');", "await c.query('rollback');", 'pool.releaseConnection(c);', true],
  TypeORM: ["import { DataSource } from 'typeorm'; const source = new DataSource({});", 'source.createQueryRunner()', 'await ✗c.startTransaction();', 'await c.manager.save(a);', 'await c.commitTransaction();', 'await c.rollbackTransaction();', 'await c.release();', true],
  mariadb: ["import mariadb from 'mariadb'; const pool = mariadb.createPool({});", 'await pool.getConnection()', 'await c.beginTransaction();', "await c.query('DELETE FROM a');", 'await c.commit();', 'await c.rollback();', 'await c.release();', false],
  MongoDB: ["import { MongoClient } from 'mongodb'; const client = new MongoClient('');", 'client.startSession()', 'c.startTransaction();', 'await users.insertOne({}, { session: c });', 'await c.commitTransaction();', 'await c.abortTransaction();', 'await c.endSession();', false],
  'Bun': ["import { SQL } from 'bun'; const sql = new SQL('');", 'await sql.reserve()', 'await c`BEGIN`;', 'await c`DELETE FROM a`;', 'await c`COMMIT`;', 'await c`ROLLBACK`;', 'c.release();', false],
};

const shapes: Readonly<Record<string, readonly [open: boolean, (parts: { acquire: string; begin: string; work: string; commit: string; rollback: string; release: string }) => string]>> = {
  'an early return': [true, (p) => `const c = ${p.acquire}; try { ${p.begin} ${p.work} if (missing) return; ${p.commit} } catch (e) { ${p.rollback} throw e; } finally { ${p.release} }`],
  'no rollback': [true, (p) => `const c = ${p.acquire}; try { ${p.begin} ${p.work} ${p.commit} } finally { ${p.release} }`],
  'a swallowed error': [true, (p) => `const c = ${p.acquire}; try { ${p.begin} ${p.work} ${p.commit} } catch (e) { console.error(e); } finally { ${p.release} }`],
  'an error that is thrown on': [true, (p) => `const c = ${p.acquire}; try { ${p.begin} ${p.work} ${p.commit} ${p.release} } catch (e) { ${p.release} throw e; }`],
  'no end at all': [true, (p) => `const c = ${p.acquire}; try { ${p.begin} ${p.work} } finally { ${p.release} }`],
  'in a block of a loop': [true, (p) => `for (const b of a) { const c = ${p.acquire}; try { ${p.begin} ${p.work} ${p.commit} } finally { ${p.release} } }`],
  'in a block of a loop, ended': [false, (p) => `for (const b of a) { const c = ${p.acquire}; try { ${p.begin} ${p.work} ${p.commit} } catch (e) { ${p.rollback} } finally { ${p.release} } }`],
  'a rollback on every path': [false, (p) => `const c = ${p.acquire}; try { ${p.begin} ${p.work} if (missing) { ${p.rollback} return; } ${p.commit} } catch (e) { ${p.rollback} throw e; } finally { ${p.release} }`],
  'ended in finally': [false, (p) => `const c = ${p.acquire}; let done = false; try { ${p.begin} ${p.work} ${p.commit} done = true; } finally { if (!done) { ${p.rollback} } ${p.release} }`],
};

describe.each(Object.entries(libraries))('%s', (_name, [setup, acquire, beginning, work, commit, rollback, release, keeps]) => {
  it.each(Object.entries(shapes))('%s', (_shape, [isOpen, body]) => {
    const code = `${setup}\nexport async function f(a) { ${body({ acquire, begin: beginning, work, commit, rollback, release })} }`;
    expect(lint(code).map(({ text, at }) => [text, at])).toEqual(isOpen && keeps ? [['releasedOpen', code.indexOf('✗')]] : []);
  });
});

describe('is found', () => {
  it.each([
    ['in a loop', inPg(`for (const x of a) { ${open} ${work} if (x) break; ${commit} }`, `catch (e) { ${rollback} throw e; } finally { c.release(); }`), /at the end of the function, and/],
    ['a return', inPg(`${open} if (!a) return null; ${commit}`, `catch (e) { ${rollback} throw e; } finally { c.release(); }`), /neither committed nor rolled back when `return null` \(line 2\) leaves, and the release does not end it: the release resets nothing: the next borrower is inside the open transaction\. Send ROLLBACK on that path, in front of the release\./],
    ['an explicit throw', inPg(`${open} if (!a) throw new Error(); ${commit}`), /when `throw new Error\(\)`/],
    ['the second of two', inPg(`${begin} ${commit} ${open} if (a) return; ${commit}`, `catch (e) { ${rollback} throw e; } finally { c.release(); }`), /when `return`/],
    ['with a level', inPg(`await ✗c.query('BEGIN ISOLATION LEVEL SERIALIZABLE'); if (a) return; ${commit}`, `catch (e) { ${rollback} throw e; } finally { c.release(); }`), /when `return`/],
    ['a savepoint is rolled back', inPg(`${open} ${work} ${commit}`, `catch (e) { await c.query('ROLLBACK TO SAVEPOINT a'); throw e; } finally { c.release(); }`), /when `await c\.query\('…'\)` \(line 2\) throws/],
    ['a helper works on it', inPg(`${open} await next(c); ${commit}`), /when `await next\(c\)` \(line 2\) throws/],
  ])('%s', (_name, code, message) => {
    const found = lint(code);
    expect(found.map(({ text, at }) => [text, at])).toEqual([['releasedOpen', code.indexOf('✗')]]);
    expect(found[0]?.message).toMatch(message);
  });
});

describe('is not found', () => {
  it.each([
    ['END and ABORT end it too', inPg(`${begin} ${work} if (!a) { await c.query('ABORT'); return; } await c.query('END');`, `catch (e) { ${rollback} throw e; } finally { c.release(); }`)],
    ['the last of several statements', inPg(`${begin} ${work} await c.query('DELETE FROM b; COMMIT');`, `catch (e) { ${rollback} throw e; } finally { c.release(); }`)],
    ['the connection is destroyed', inPg(`${begin} ${work} ${commit}`, `catch (e) { c.release(e); throw e; } c.release();`)],
    ['the connection is destroyed, mysql2', "import mysql from 'mysql2/promise'; const pool = mysql.createPool({});\nexport async function f() { const c = await pool.getConnection(); try { await c.beginTransaction(); await c.query('DELETE FROM a'); await c.commit(); c.release(); } catch (e) { c.destroy(); throw e; } }"],
    ['SQL that is not written here', inPg(`${begin} await c.query(next);`)],
    ['a helper of another file that may end it', inPg(`${begin} ${work} await next(c);`)],
    ['a helper of this file that ends it', `${pg}async function end(client) { await client.query('ROLLBACK'); }\nexport async function f() { const c = await pool.connect(); try { ${begin} ${work} ${commit} } catch (e) { await end(c); throw e; } finally { c.release(); } }`],
    ['a closure that ends it', inPg(`const end = () => c.query('ROLLBACK'); ${begin} try { ${work} ${commit} } catch (e) { await end(); throw e; }`)],
    ['the session is handed on', `${pg}export async function f() { const c = await pool.connect(); ${begin} return c; }`],
    ['the session is stored', `${pg}export async function f(owners) { const c = await pool.connect(); owners.set(1, c); try { ${begin} ${work} } finally { c.release(); } }`],
    ['the session may be given', `${pg}export async function f(given) { const c = given ?? await pool.connect(); try { ${begin} ${work} } finally { if (!given) c.release(); } }`],
    ['a parameter', `export async function f(c: import('pg').PoolClient) { ${begin} ${work} }`],
    ['the state is asked for', "import { DataSource } from 'typeorm'; const source = new DataSource({});\nexport async function f(a) { const c = source.createQueryRunner(); await c.startTransaction(); try { await c.manager.save(a); await c.commitTransaction(); } finally { if (c.isTransactionActive) await c.rollbackTransaction(); await c.release(); } }"],
    ['only where it was begun', inPg(`if (a) ${begin} ${work} if (a) ${commit}`, `catch (e) { if (a) ${rollback} throw e; } finally { c.release(); }`)],
    ['a block of PL/SQL', "import oracledb from 'oracledb';\nexport async function f() { const c = await oracledb.getConnection(); try { await c.execute('BEGIN work(); END;'); } finally { await c.close(); } }"],
    ['no transaction', inPg(work)],
  ])('%s', (_name, code) => {
    expect(lint(code)).toEqual([]);
  });

  it('beside a session that is not released on the same path', () => {
    expect(lint(`${pg}export async function f(a) { const c = await pool.connect(); ${begin} if (a) return; ${commit} c.release(); }`).map(({ text }) => text)).toEqual(['leftOnPath']);
  });
});
