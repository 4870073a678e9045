/**
 * Sessions of a pool that another file makes, in a file that imports no library and never says "transaction": the SQL
 * and the nearest package.json are all the evidence there is.
 */
import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { afterAll, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { projects } from './projects.js';

const { project, remove } = projects();
afterAll(remove);

const withPg = project('pg', { dependencies: { pg: '^8.11.0' } });
const without = project('none', { dependencies: { express: '^5.0.0' } });

function found(code: string, filename: string): string[] {
  const config: Linter.Config = { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser }, rules: plugin.configs.recommended.rules };
  return new Linter({ cwd: '/' }).verify(code, config, filename).map(({ ruleId, messageId, message }) => `${String(ruleId)} ${messageId ?? message}`);
}

const early = "import { pool } from './db.js';\nexport async function move(id: string, dry: boolean) { const c = await pool.connect(); await c.query('BEGIN'); await c.query('UPDATE a SET b = 1 WHERE id = $1', [id]); if (dry) return; await c.query('COMMIT'); c.release(); }";
const shared = "import pool from './db.js';\nexport async function add(rows: string[]) { const client = await pool.connect(); try { await client.query('BEGIN'); await Promise.all(rows.map((row) => client.query('INSERT INTO a VALUES ($1)', [row]))); await client.query('COMMIT'); } catch (error) { await client.query('ROLLBACK'); throw error; } finally { client.release(); } }";
const right = "import pool from './db.js';\nexport async function add(row: string) { const client = await pool.connect(); try { await client.query('BEGIN'); await client.query('INSERT INTO a VALUES ($1)', [row]); await client.query('COMMIT'); } catch (error) { await client.query('ROLLBACK'); throw error; } finally { client.release(); } }";
const key = "import { bus } from './bus.js';\nexport const key = '-----BEGIN PUBLIC KEY-----';\nexport async function send(rows: string[]) { const c = await bus.connect(); await Promise.all(rows.map((row) => c.query(row))); c.release(); }";

it.each([
  { name: 'an early return', code: early, finds: ['db-session/require-release leftOnPath'] },
  { name: 'parallel statements', code: shared, finds: ['db-session/no-concurrent-use escapesRollback'] },
  { name: 'all as it should be', code: right, finds: [] },
])('$name', ({ code, finds }) => {
  expect({ withPg: found(code, withPg), without: found(code, without) }).toEqual({ withPg: finds, without: [] });
});

it('a key in its armour is no SQL', () => {
  expect(found(key, without)).toEqual([]);
});
