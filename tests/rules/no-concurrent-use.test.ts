/** The tables of `tests/concurrency/cases`, without and with type information, and what becomes of the suggestions. */
import { describe, expect, it } from 'vitest';
import { tables } from '../concurrency/cases/index.js';
import { knownGaps } from '../concurrency/known-gaps.js';
import { expected, found, lint, rowsOf, type Level, type Row } from '../concurrency/lint.js';
import { errorsIn, programOf } from '../concurrency/program.js';
import { applied } from '../concurrency/suggestions.js';

const rows = rowsOf(tables);
const program = programOf(new Map(rows.map((row) => [row.file, row.code])));
const levels: readonly Level[] = ['recommended', 'strict'];

/** `it` for a row that is known to be judged wrongly says so as soon as it no longer is. */
const itFor = (row: Row, how: 'untyped' | 'typed') => (knownGaps.some((gap) => gap.about === row.table.about && gap.title === row.case.title && (gap.only ?? how) === how) ? it.fails : it);

for (const how of ['untyped', 'typed'] as const) {
  const typed = how === 'typed';
  describe(how, () => {
    describe.each(tables)('$about', (table) => {
      for (const row of rows.filter((each) => each.table === table)) {
        itFor(row, how)(row.case.title, () => {
          for (const level of levels) {
            expect(found(row, lint(row, level, row.code, row.file, typed ? program : undefined)), level).toEqual(expected(row, level, typed));
          }
        });
      }
    });
  });
}

describe('the tables', () => {
  it('name each case once, and mark what they expect', () => {
    expect(new Set(rows.map((row) => row.file + row.case.title)).size).toBe(rows.length);
    for (const table of tables) expect(new Set(table.cases.map(({ title }) => title)).size, table.about).toBe(table.cases.length);
    for (const row of rows) {
      const { expect: ids = [] } = row.case;
      expect(row.marks.length, row.case.title).toBe(typeof ids === 'string' ? Math.max(1, row.marks.length) : ids.length);
    }
  });

  it('name no gap that is no case', () => {
    for (const gap of knownGaps) expect(rows.some((row) => row.table.about === gap.about && row.case.title === gap.title), gap.title).toBe(true);
  });

  it('are code that type-checks with the real packages', () => {
    const checked = rows.filter((row) => (row.case.checked ?? row.table.checked) !== false);
    const errors = checked.flatMap((row) => errorsIn(program, row.file).map((error) => `${row.table.about}: ${row.case.title}: ${error}`));
    expect(errors).toEqual([]);
  });
});

describe('the suggestion', () => {
  for (const row of rows) {
    const { suggestion, title } = row.case;
    if (suggestion === undefined) continue;
    const before = row.code.slice(0, row.code.length - row.case.code.replaceAll(/[«»]/g, '').length);
    itFor(row, 'untyped')(`${row.table.about}: ${title}`, () => {
      const outputs = applied(row, lint(row, 'strict')).map(({ code }) => code);
      expect(outputs).toEqual(suggestion === false ? [] : [before + suggestion]);
    });
  }
});

describe('every suggestion', () => {
  const outputs = rows.flatMap((row) => applied(row, lint(row, 'strict', row.code, row.file, program)));
  const after = programOf(new Map([...rows.map((row) => [row.file, row.code] as const), ...outputs.map((output) => [output.file, output.code] as const)]), program);

  it.each(outputs.map((output) => [output.row.table.about, output.row.case.title, output] as const))('%s: %s', (_about, _title, { row, before, code, file }) => {
    if ((row.case.checked ?? row.table.checked) !== false) expect(errorsIn(after, file), code).toEqual([]);
    const messages = lint(row, 'strict', code, file, after);
    expect(messages.map(({ message }) => message).filter((message) => !before.others.includes(message)), code).toEqual([]);
    expect(messages.length, code).toBeLessThan(before.count);
  });
});
