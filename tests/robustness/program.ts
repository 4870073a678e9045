/** A program with its syntax, and programs made from it by edits. */
import * as tsParser from '@typescript-eslint/parser';
import { simpleTraverse } from '@typescript-eslint/typescript-estree';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { lint, linter } from './every-rule.js';
import type { Seed } from './seeds.js';

export interface Program {
  readonly seed: Seed;
  readonly code: string;
  readonly ast: TSESTree.Program & { readonly tokens: readonly TSESTree.Token[] };
  readonly scopes: TSESLint.Scope.ScopeManager;
  /** In source order. */
  readonly nodes: readonly TSESTree.Node[];
}

/** @throws {Error} If it does not parse. */
export function programOf(seed: Seed): Program {
  const { ast, scopeManager } = tsParser.parseForESLint(seed.code, { filePath: `a.${seed.extension}`, range: true, loc: true, tokens: true, comment: true, sourceType: 'module' });
  const nodes: TSESTree.Node[] = [];
  simpleTraverse(ast, { enter: (node) => nodes.push(node) }, true);
  return { seed, code: seed.code, ast: ast, scopes: scopeManager, nodes };
}

/** A line break is no white space in a few places of TypeScript that one would have to know. */
export function parses(seed: Seed): boolean {
  try {
    programOf(seed);
    return true;
  } catch {
    return false;
  }
}

/** Text in place of a part of a program. */
export interface Edit {
  readonly at: number;
  readonly to: number;
  readonly text: string;
  /** The part of the text that has no counterpart in the program; left out: nothing that counts as a word. */
  readonly foreign?: readonly [from: number, to: number];
}

/** What has become of a program, and what in it was not there before. */
export interface Mutant {
  readonly code: string;
  readonly foreign: readonly (readonly [number, number])[];
}

export function edited(code: string, edits: readonly Edit[]): Mutant {
  let result = '';
  let from = 0;
  const foreign: [number, number][] = [];
  // A stable sort: what is put at one place stays in order.
  for (const { at, to, text, foreign: part } of edits.toSorted((a, b) => a.at - b.at)) {
    if (at < from) throw new Error('overlapping edits');
    result += code.slice(from, at);
    if (part) foreign.push([result.length + part[0], result.length + part[1]]);
    result += text;
    from = to;
  }
  return { code: result + code.slice(from), foreign };
}

const words = new Set(['Identifier', 'Keyword', 'Numeric', 'String', 'Template', 'Boolean', 'Null', 'PrivateIdentifier', 'RegularExpression', 'JSXIdentifier', 'JSXText']);

/**
 * What all rules find, each finding placed by the last of the program's words in it: names, numbers, texts. Formatting
 * changes no word, so that this is the same however a program is printed. (Where it begins may depend on the lines: of a
 * long chain only the end is underlined.)
 */
export function findingsIn({ code, foreign }: Mutant, { extension, settings }: Seed): string[] {
  const messages = lint(code, `/project/a.${extension}`, settings ? { settings } : {});
  const sourceCode = linter.getSourceCode();
  const all = (sourceCode.ast as unknown as Program['ast']).tokens.filter(({ type, range }) => words.has(type) && !foreign.some(([from, to]) => range[0] >= from && range[1] <= to));
  return messages
    .map(({ ruleId, messageId, line, column, endLine, endColumn }) => {
      const start = sourceCode.getIndexFromLoc({ line, column: column - 1 });
      const end = endLine === undefined || endColumn === undefined ? start : sourceCode.getIndexFromLoc({ line: endLine, column: endColumn - 1 });
      const last = all.findLastIndex(({ range }) => range[0] < Math.max(end, start + 1));
      return `${String(ruleId)} ${String(messageId)} at word ${last}`;
    })
    .toSorted();
}
