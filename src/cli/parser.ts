import type { ParserOptions } from '@typescript-eslint/parser';
import { meta, parseForESLint } from '@typescript-eslint/parser';
import type { Linter } from 'eslint';

/** A parser for `scan`, and what it noticed. */
export interface ScanParser {
  readonly parser: Linter.Parser;
  /** How many files had to be parsed without the type information that was asked for. */
  readonly filesWithoutTypes: () => number;
}

/**
 * Makes a parser that falls back on syntax alone for files that no tsconfig covers, so that these are scanned too.
 *
 * @param typeOptions - The parser options that ask for type information; undefined if nobody asks.
 * @returns The parser.
 */
export function makeParser(typeOptions: ParserOptions | undefined): ScanParser {
  let withoutTypes = 0;
  const parse = (code: string, options: ParserOptions = {}) => {
    if (!typeOptions) return parseForESLint(code, options);
    try {
      return parseForESLint(code, { ...options, ...typeOptions });
    } catch {
      // A syntax error comes again here. Whatever else was wrong had to do with types.
      const result = parseForESLint(code, options);
      withoutTypes += 1;
      return result;
    }
  };
  return {
    // The two packages describe one and the same syntax tree in types of their own.
    parser: { meta, parseForESLint: parse } as unknown as Linter.Parser,
    filesWithoutTypes: () => withoutTypes,
  };
}
