/**
 * Sessions of clients that come from another file, with the types of the real packages and without types. Each file imports
 * its library, as the evidence that is asked for in any case; without types a client is known by what its sessions do.
 */
import path from 'node:path';
import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { errorsIn, folder, programOf } from '../concurrency/program.js';

/** What another file of the project declares. */
const helpers = path.join(folder, 'release-clients.ts');
const declared = `import type { Pool, PoolClient } from 'pg'; import type { DataSource, QueryRunner } from 'typeorm'; import type { Sequelize } from 'sequelize'; import type { Knex } from 'knex';
import type { MongoClient } from 'mongodb'; import type { Pool as MySqlPool } from 'mysql2/promise'; import type { Pool as MariaPool } from 'mariadb'; import type { Sql } from 'postgres'; import type { Driver } from 'neo4j-driver';
export interface Deps { pg: Pool; ds: DataSource; sequelize: Sequelize; knex: Knex; mongo: MongoClient; mysql: MySqlPool; maria: MariaPool; sql: Sql; neo4j: Driver; cache: { connect(): Promise<{ release(): void; query(text: string): Promise<void> }> } }
export declare function work(session: PoolClient | QueryRunner): Promise<void>;
export declare function openClient(): Promise<PoolClient>;
export declare const pool: Pool, ds: DataSource, cache: Deps['cache'], shared: PoolClient;
`;
const head = "import { work, openClient, pool, ds, cache, shared, type Deps } from './release-clients.js'; import * as clients from './release-clients.js';\n";

/** Code, what is found with types, and what without. */
const cases: Readonly<Record<string, readonly [code: string, typed: readonly string[], untyped: readonly string[]]>> = {
  'pg, nothing releases': ["import 'pg'; export async function f(deps: Deps) { const c = await deps.pg.connect(); await c.query('SELECT 1'); }", ['neverReleased'], []],
  'pg, an early return': ["import 'pg'; export async function f(deps: Deps, a: boolean) { const c = await deps.pg.connect(); await c.query('SELECT 1'); if (a) return; c.release(); }", ['leftOnPath'], ['leftOnPath']],
  'pg, in finally': ["import 'pg'; export async function f(deps: Deps) { const c = await deps.pg.connect(); try { await c.query('SELECT 1'); } finally { c.release(); } }", [], []],
  'pg, given to a function that is waited for': ['import "pg"; export async function f(deps: Deps) { const c = await deps.pg.connect(); try { await work(c); } finally { c.release(); } }', [], []],
  'pg, the transaction stays open': ["import 'pg'; export async function f(deps: Deps) { const c = await deps.pg.connect(); try { await c.query('BEGIN'); await work(c); await c.query('COMMIT'); } finally { c.release(); } }", ['releasedOpen'], ['releasedOpen']],
  'TypeORM': ['import "typeorm"; export async function f(deps: Deps) { const qr = deps.ds.createQueryRunner(); await qr.startTransaction(); await qr.manager.query("SELECT 1"); await qr.commitTransaction(); }', ['endedOnly'], ['endedOnly']],
  'Sequelize': ['import "sequelize"; export async function f(deps: Deps, a: boolean) { const t = await deps.sequelize.transaction(); if (a) return; await t.commit(); }', ['leftOpen'], ['leftOpen']],
  'Knex': ["import 'knex'; export async function f(deps: Deps) { const trx = await deps.knex.transaction(); await trx('a').insert({}); await trx.commit(); }", ['leftByThrow'], ['leftByThrow']],
  'MongoDB': ["import 'mongodb'; export async function f(deps: Deps) { const s = deps.mongo.startSession(); await deps.mongo.db().collection('a').insertOne({}, { session: s }); }", ['neverReleased'], []],
  'mysql2': ["import 'mysql2/promise'; export async function f(deps: Deps) { const c = await deps.mysql.getConnection(); await c.query('SELECT 1'); c.release(); }", ['leftByThrow'], ['leftByThrow']],
  'mariadb': ["import 'mariadb'; export async function f(deps: Deps) { const c = await deps.maria.getConnection(); try { await c.query('SELECT 1'); } catch (e) { console.error(e); return; } await c.release(); }", ['leftOnPath'], ['leftOnPath']],
  'postgres.js': ['import "postgres"; export async function f(deps: Deps) { const c = await deps.sql.reserve(); await c`SELECT 1`; }', ['neverReleased'], []],
  'neo4j': ["import 'neo4j-driver'; export async function f(deps: Deps) { const s = deps.neo4j.session(); return (await s.run('RETURN 1')).records; }", ['neverReleased'], []],
  'an imported pool': ["import 'pg'; export async function f() { const c = await pool.connect(); await c.query('SELECT 1'); }", ['neverReleased'], []],
  'an imported pool, in finally': ["import 'pg'; export async function f() { const c = await pool.connect(); try { await c.query('SELECT 1'); } finally { c.release(); } }", [], []],
  'a pool of an imported module': ["import 'pg'; export async function f() { const c = await clients.pool.connect(); await c.query('SELECT 1'); }", ['neverReleased'], []],
  'an imported data source': ['import "typeorm"; export async function f() { const qr = ds.createQueryRunner(); await qr.query("SELECT 1"); }', ['neverReleased'], ['neverReleased']],
  'something imported with the same methods': ["import 'pg'; export async function f() { const c = await cache.connect(); await c.query('SELECT 1'); }", [], []],
  'a client that the whole program shares': ["import 'pg'; export async function f() { await shared.query('SELECT 1'); }", [], []],
  'something else with the same methods': ["import 'pg'; export async function f(deps: Deps) { const c = await deps.cache.connect(); await c.query('SELECT 1'); }", [], []],
  'a function of another file acquires': ["import 'pg'; export async function f(deps: Deps) { const c = await openClient(); await c.query('SELECT 1'); }", [], []],
};

describe('with types and without', () => {
  const fileOf = (name: string): string => path.join(folder, `release-${name.replaceAll(/\W+/g, '-')}.ts`);
  const program = programOf(new Map([[helpers, declared], ...Object.entries(cases).map(([name, [code]]) => [fileOf(name), head + code] as const)]));

  const found = (name: string, typed: boolean): string[] =>
    new Linter({ cwd: folder })
      .verify(
        head + (cases[name]?.[0] ?? ''),
        { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser, ...(typed ? { parserOptions: { programs: [program] } } : {}) }, rules: { 'db-session/require-release': 'error' } },
        fileOf(name),
      )
      .map(({ messageId, message }) => messageId ?? message);

  it.each(Object.keys(cases))('%s', (name) => {
    expect(errorsIn(program, fileOf(name))).toEqual([]);
    expect({ typed: found(name, true), untyped: found(name, false) }).toEqual({ typed: cases[name]?.[1], untyped: cases[name]?.[2] });
  });
});
