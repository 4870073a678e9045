/** `using` and `await using`, by the version that is installed: what is found, and what is said of it. */
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { afterAll, describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { projects } from '../sessions/projects.js';

const { project, remove } = projects();
afterAll(remove);

const codes = {
  pg: "import { Pool } from 'pg'; const pool = new Pool(); export async function f() { await using c = await pool.connect(); await c.query('SELECT 1'); }",
  postgres: "import postgres from 'postgres'; const sql = postgres(''); export async function f() { await using c = await sql.reserve(); await c`SELECT 1`; }",
  mysql2: "import mysql from 'mysql2/promise'; const pool = mysql.createPool({}); export async function f() { await using c = await pool.getConnection(); await c.query('SELECT 1'); }",
  mongodb: "import { MongoClient } from 'mongodb'; const client = new MongoClient(''); export async function f() { await using s = client.startSession(); await users.insertOne({}, { session: s }); }",
  'mongodb, using': "import { MongoClient } from 'mongodb'; const client = new MongoClient(''); export async function f() { using s = client.startSession(); await users.insertOne({}, { session: s }); }",
  typeorm: "import { DataSource } from 'typeorm'; const source = new DataSource({}); export async function f() { await using qr = source.createQueryRunner(); await qr.startTransaction(); await qr.manager.save(a); await qr.commitTransaction(); }",
  'typeorm, no transaction': "import { DataSource } from 'typeorm'; const source = new DataSource({}); export async function f() { await using qr = source.createQueryRunner(); await qr.query('SELECT 1'); }",
  kysely: "import { Kysely } from 'kysely'; const db = new Kysely({}); export async function f() { await using t = await db.startTransaction().execute(); await t.insertInto('a').values({}).execute(); await t.commit().execute(); }",
} as const;

/** Code, the version that is installed or (with a sign) asked for, and the message. */
const rows: readonly (readonly [keyof typeof codes, string | undefined, RegExp | undefined])[] = [
  ['pg', undefined, /cannot be disposed of: it has no `Symbol.asyncDispose` up to version 8\.23: `await using` throws a TypeError/],
  ['pg', '8.11.3', /up to version 8\.23/],
  ['pg', '8.23.9', /up to version 8\.23/],
  ['pg', '^8.11.0', /up to version 8\.23/],
  // Nobody has looked at it.
  ['pg', '8.24.0', undefined],
  ['pg', '^9.0.0', undefined],
  ['postgres', '3.4.5', /up to version 3\.4/],
  ['mysql2', undefined, undefined],
  ['mysql2', '3.18.0', undefined],
  ['mysql2', '3.17.5', /it has no `Symbol.asyncDispose` before version 3\.18\.0: `await using` throws a TypeError/],
  ['mysql2', '~3.9.0', /before version 3\.18\.0/],
  ['mysql2', '^3.9.0', undefined],
  ['mongodb', '6.8.0', /before version 6\.9\.0/],
  ['mongodb', '6.9.0', undefined],
  ['mongodb, using', '7.0.0', /it has no `Symbol.dispose` up to version 7\.9: `using` throws a TypeError/],
  ['typeorm', undefined, /before version 1\.0 it has no `Symbol.asyncDispose` \(a TypeError\), and from then on `await using` commits an active transaction/],
  ['typeorm', '0.3.20', /cannot be disposed of: it has no `Symbol.asyncDispose` before version 1\.0/],
  ['typeorm', '^0.3.20', /cannot be disposed of/],
  ['typeorm', '1.1.1', /: `await using` commits an active transaction/],
  ['typeorm', '1.4.0', /: up to version 1\.1, the last one known, `await using` commits/],
  ['typeorm, no transaction', undefined, undefined],
  ['typeorm, no transaction', '1.1.1', undefined],
  ['typeorm, no transaction', '0.3.20', /cannot be disposed of/],
  ['kysely', '0.28.2', /: `await using` throws "calling the destroy method/],
];

describe.each(rows.map((row) => [`${row[0]} ${row[1] ?? '(unknown)'}`, row] as const))('%s', (name, [code, version, message]) => {
  const library = code.split(',')[0] ?? '';
  const isInstalled = version !== undefined && /^\d/.test(version);
  it('is said as it is', () => {
    const file = project(encodeURIComponent(name), { dependencies: version === undefined ? {} : { [library]: isInstalled ? '*' : version } }, isInstalled ? { [library]: version } : {});
    const found = new Linter({ cwd: file.slice(0, -'/a.ts'.length) }).verify(codes[code], { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser }, rules: { 'db-session/require-release': 'error' } }, file);
    expect(found.map((each) => each.message)).toEqual(message ? [expect.stringMatching(message)] : []);
  });
});
