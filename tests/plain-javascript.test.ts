/** espree leaves out of the syntax tree what only TypeScript has: decorators, type annotations, kinds of imports. */
import * as tsParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import plugin from '../src/plugin.js';
import { tables } from './concurrency/cases/index.js';
import { rowsOf } from './concurrency/lint.js';

const linter = new Linter({ cwd: '/project' });

/** What all rules find, read as an ES module by espree or by the parser of typescript-eslint. */
function lint(code: string, parser?: Linter.Parser): string[] {
  const messages = linter.verify(code, [{ plugins: { 'db-session': plugin }, rules: plugin.configs.all.rules, languageOptions: parser ? { parser } : {} }], { filename: '/project/a.js' });
  return messages.map(({ line, column, message, suggestions }) => `${line}:${column} ${message} ${JSON.stringify(suggestions?.map(({ fix }) => fix))}`);
}

const shapes: readonly (readonly [string, string])[] = [
  ['classes', "import { Pool } from 'pg'; class A { #pool = new Pool(); static x = 1; constructor(a) { this.a = a; } async f() { const c = await this.#pool.connect(); await Promise.all([c.query('DELETE FROM a'), c.query('DELETE FROM b')]); c.release(); } get g() { return 1; } }"],
  ['a default export without a name', "import { Pool } from 'pg'; const pool = new Pool(); export default class { async run() { const c = await pool.connect(); setTimeout(() => c.query('DELETE FROM a'), 1); } }"],
  ['exports and re-exports', "export * from 'pg'; export * as all from 'pg'; export { Pool as P } from 'pg'; import * as pg from 'pg'; import def, { Client } from 'pg'; export const c = new Client(); export { def, pg };"],
  ['parameters of every sort', "import knex from 'knex'; const db = knex({}); db.transaction(async function (trx, { a = 1, ...rest } = {}, [b] = [], ...more) { await Promise.all([trx('a').insert({ a, b }), trx('b').insert({ rest, more })]); });"],
  ['an environment variable', "import postgres from 'postgres'; export const sql = postgres(process.env.DATABASE_URL, { max: 1 });"],
];

/** The rows of the tables, with their types taken out. */
const rows = rowsOf(tables).map((row) => [`${row.table.about}: ${row.case.title}`, withoutTypes(row.code)] as const);

function withoutTypes(code: string): string {
  return ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true } }).outputText;
}

const plain = [...shapes, ...rows].filter(([, code]) => !linter.verify(code, [{}]).some(({ fatal }) => fatal));

describe('plain JavaScript', () => {
  it('is what most of the tables are without their types', () => {
    expect(plain.length / rows.length).toBeGreaterThan(0.9);
    expect(plain).toEqual(expect.arrayContaining([...shapes]));
  });

  it.each(plain)('%s', (_title, code) => {
    expect(lint(code)).toEqual(lint(code, tsParser));
  });
});
