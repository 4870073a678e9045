/** Suggestions, carried out. */
import path from 'node:path';
import type { Linter } from 'eslint';
import type { Row } from './lint.js';

export interface Output {
  readonly row: Row;
  /** What the suggestion makes of the row. */
  readonly code: string;
  readonly file: string;
  /** How much was reported before, and what besides the fork that the suggestion is about. */
  readonly before: { readonly count: number; readonly others: readonly string[] };
}

/** The row after each suggestion of each message, one at a time. */
export function applied(row: Row, messages: readonly Linter.LintMessage[]): Output[] {
  return messages.flatMap((message, index) =>
    (message.suggestions ?? []).map(({ fix }, nth) => {
      const code = row.code.slice(0, fix.range[0]) + fix.text + row.code.slice(fix.range[1]);
      const { dir, name, ext } = path.parse(row.file);
      const others = messages.filter(({ line, column }) => line !== message.line || column !== message.column).map((other) => other.message);
      return { row, code, file: path.join(dir, `${name}-${String(index)}-${String(nth)}${ext}`), before: { count: messages.length, others } };
    }),
  );
}
