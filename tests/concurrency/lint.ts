/** Lints one case, with the rule alone, and says what is found and where. */
import path from 'node:path';
import * as tsParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import type ts from 'typescript';
import plugin from '../../src/plugin.js';
import type { Case, Table } from './case.js';
import { folder } from './program.js';

/** A case as a file. */
export interface Row {
  readonly table: Table;
  readonly case: Case;
  readonly file: string;
  readonly code: string;
  /** The marks: what has to be reported, as offsets. */
  readonly marks: readonly (readonly [number, number])[];
}

export type Level = 'recommended' | 'strict';

/** A report, as far as the tables speak of it. */
export interface Found {
  readonly at: string;
  readonly messageId: string;
}

export function rowsOf(tables: readonly Table[]): Row[] {
  return tables.flatMap((table) => table.cases.map((each, index) => rowOf(table, each, index)));
}

function rowOf(table: Table, each: Case, index: number): Row {
  const marked = each.prelude === false ? each.code : `${table.prelude}\n${each.code}`;
  const marks: [number, number][] = [];
  let code = '';
  for (const part of marked.split('«')) {
    const [inside = '', rest] = part.split('»');
    if (rest !== undefined) marks.push([code.length, code.length + inside.length]);
    code += inside + (rest ?? '');
  }
  const name = `${table.about}-${String(index)}`.replaceAll(/[^\w-]+/g, '-');
  return { table, case: each, file: path.join(folder, `${name}.${each.extension ?? 'ts'}`), code, marks };
}

const linter = new Linter({ cwd: folder });

/** All messages of the rule for some code, in the order of the source. */
export function lint(row: Row, level: Level, code = row.code, file = row.file, program?: ts.Program): Linter.LintMessage[] {
  return linter.verify(
    code,
    {
      files: ['**/*.{ts,mts,js,mjs,cjs}'],
      plugins: { 'db-session': plugin },
      languageOptions: { parser: tsParser, sourceType: 'module', ...(program ? { parserOptions: { programs: [program] } } : {}) },
      rules: { 'db-session/no-concurrent-use': plugin.configs[level].rules['db-session/no-concurrent-use'] },
      settings: row.case.settings ? { 'db-session': row.case.settings } : {},
    },
    file,
  );
}

/** What the table expects at a level. */
export function expected(row: Row, level: Level, typed: boolean): Found[] {
  const { expect = [], level: only, types } = row.case;
  if ((only === 'strict' && level === 'recommended') || (types === 'needed' && !typed)) return [];
  return row.marks.map(([start, end], index) => ({ at: row.code.slice(start, end) + at(row.code, start), messageId: (typeof expect === 'string' ? expect : expect[index]) ?? 'none' }));
}

/** What was found. */
export function found(row: Row, messages: readonly Linter.LintMessage[]): Found[] {
  const starts = lineStarts(row.code);
  return messages.map((message) => {
    const start = (starts[message.line - 1] ?? 0) + message.column - 1;
    const end = (starts[(message.endLine ?? message.line) - 1] ?? 0) + (message.endColumn ?? message.column) - 1;
    return { at: message.ruleId ? row.code.slice(start, end) + at(row.code, start) : message.message, messageId: message.messageId ?? 'fatal' };
  });
}

function at(code: string, offset: number): string {
  const before = code.slice(0, offset).split('\n');
  return ` (${String(before.length)}:${String((before.at(-1)?.length ?? 0) + 1)})`;
}

function lineStarts(code: string): number[] {
  const starts = [0];
  for (const match of code.matchAll(/\n/g)) starts.push(match.index + 1);
  return starts;
}
