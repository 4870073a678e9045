import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const linter = new Linter({ cwd: folder });

/** What other files of the project declare. */
const helpers = `import type { PoolClient } from 'pg'; import type { EntityManager } from 'typeorm'; import type { Knex } from 'knex';
export declare function audit(client: PoolClient | EntityManager | Knex.Transaction): Promise<void>;
export declare function note(client: PoolClient | EntityManager | Knex.Transaction): void;
export declare function lookUp(client: PoolClient): PromiseLike<number>;
export declare class Audit { constructor(client: PoolClient); write(line: string): Promise<void>; add(line: string): number; }
export interface Scope { readonly client: PoolClient }
`;
const pg = "import { Pool, type PoolClient } from 'pg'; import { audit, note, lookUp, Audit, type Scope } from './typed-helpers.js'; const pool = new Pool();\n";
const inTransaction = (body: string) => `${pg}export async function f(xs: number[]) { const c = await pool.connect(); try { await c.query('BEGIN'); ${body} await c.query('COMMIT'); } finally { c.release(); } return xs; }`;

/** Code, what is found with types and what without. */
const cases: Readonly<Record<string, readonly [code: string, typed: readonly string[], untyped: readonly string[]]>> = {
  'an imported function that returns a promise': [inTransaction('audit(c);'), ['floating'], []],
  'an imported function that returns something like a promise': [inTransaction('lookUp(c);'), ['floating'], []],
  'an imported function that returns nothing': [inTransaction('note(c);'), [], []],
  'an imported function that is awaited': [inTransaction('await audit(c);'), [], []],
  'a method of an object that was given the session': [inTransaction("const log = new Audit(c); log.write('x');"), ['floating'], []],
  'a method of it that returns no promise': [inTransaction("const log = new Audit(c); log.add('x');"), [], []],
  'a timer': [inTransaction('setTimeout(() => audit(c), 10);'), ['outlives'], ['outlives']],
  'forEach with an imported worker': [inTransaction('xs.forEach(async () => { await audit(c); });'), ['floating'], ['floating']],
  'an imported function in a transaction of TypeORM': ["import type { DataSource } from 'typeorm'; import { audit } from './typed-helpers.js';\nexport const f = (source: DataSource) => source.transaction(async (manager) => { audit(manager); });", ['floating'], []],
  'an imported function in a transaction of Knex': ["import makeKnex from 'knex'; import { audit } from './typed-helpers.js'; const knex = makeKnex({});\nexport const f = () => knex.transaction(async (trx) => { audit(trx); });", ['floating'], []],
  'a parameter whose type is an alias': [`${pg}type Connection = PoolClient; export async function f(c: Connection) { audit(c); }`, ['floating'], []],
  'callback style': [inTransaction("c.query('DELETE FROM a', () => { note(c); });"), [], []],
};

describe('with types and without', () => {
  const files = new Map(Object.entries(cases).map(([name, [code]]) => [path.join(folder, `${name.replaceAll(' ', '-')}.ts`), code]));
  files.set(path.join(folder, 'typed-helpers.ts'), helpers);
  const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: ['node'] };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(path.normalize(name));
    return text === undefined ? read(name, version, ...rest) : ts.createSourceFile(name, text, version, true);
  };
  host.fileExists = (name) => files.has(path.normalize(name)) || exists(name);
  const program = ts.createProgram([...files.keys()], options, host);

  const found = (name: string, typed: boolean): string[] => {
    const messages = linter.verify(
      cases[name]?.[0] ?? '',
      { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser, ...(typed ? { parserOptions: { programs: [program] } } : {}) }, rules: { 'db-session/no-background-use': 'error' } },
      path.join(folder, `${name.replaceAll(' ', '-')}.ts`),
    );
    return messages.map(({ messageId, message }) => messageId ?? message);
  };

  it.each(Object.keys(cases))('%s compiles', (name) => {
    const source = program.getSourceFile(path.join(folder, `${name.replaceAll(' ', '-')}.ts`));
    expect(program.getSemanticDiagnostics(source).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
  });
  it.each(Object.entries(cases))('%s, typed', (name, [, typed]) => {
    expect(found(name, true)).toEqual(typed);
  });
  it.each(Object.entries(cases))('%s, untyped', (name, [, , untyped]) => {
    expect(found(name, false)).toEqual(untyped);
  });
});
