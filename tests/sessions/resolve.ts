/** Asks the session model what marked expressions of some code stand for. */
import path from 'node:path';
import * as parser from '@typescript-eslint/parser';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { Linter, type Rule } from 'eslint';
import { File } from '../../src/sessions/file.js';
import { Resolver } from '../../src/sessions/resolver.js';
import type { Value } from '../../src/sessions/values.js';
import { readSettings, type Settings } from '../../src/settings.js';

/** A folder whose package.json names no database. */
export const folder = path.resolve(import.meta.dirname, '../concurrency/program');

/**
 * What each expression between « and » is, in the order of the source: `library session-kind how`, `library client`,
 * or the kind of value; `-` for nothing. Two that are one session have the same number.
 */
export function resolve(marked: string, settings: Partial<Record<keyof Settings, unknown>> = {}, filename = path.join(folder, 'a.ts')): string[] {
  const marks: [number, number][] = [];
  let code = '';
  for (const part of marked.split('«')) {
    const [inside = '', rest] = part.split('»');
    if (rest !== undefined) marks.push([code.length, code.length + inside.length]);
    code += inside + (rest ?? '');
  }
  const answers: string[] = [];
  const ask: Rule.RuleModule = {
    create(context) {
      const sourceCode = context.sourceCode as unknown as Readonly<TSESLint.SourceCode>;
      const found = new Map<string, TSESTree.Node>();
      return {
        // Outer nodes come last: of nodes with one range, the expression is meant and not its only token's statement.
        '*:exit'(node: Rule.Node) {
          const key = String(node.range);
          if (!found.has(key)) found.set(key, node as unknown as TSESTree.Node);
        },
        'Program:exit'() {
          const resolver = new Resolver(new File(sourceCode, context.filename, readSettings(context.settings)));
          const sessions: unknown[] = [];
          for (const mark of marks) {
            const node = found.get(String(mark));
            answers.push(node ? describe(resolver.valueOf(node), sessions) : 'no such node');
          }
        },
      };
    },
  };
  const messages = new Linter({ cwd: path.dirname(filename) }).verify(
    code,
    { files: ['**/*.ts'], plugins: { test: { rules: { ask } } }, rules: { 'test/ask': 2 }, languageOptions: { parser }, settings: { 'db-session': settings } },
    filename,
  );
  return messages.length > 0 ? messages.map((message) => message.message) : answers;
}

function describe(value: Value | undefined, sessions: unknown[]): string {
  if (value?.kind === 'client') return `${value.library.id} client`;
  if (value?.kind !== 'session') return value?.kind ?? '-';
  const { session } = value;
  if (!sessions.includes(session)) sessions.push(session);
  return `${session.kinds.map((kind) => `${kind.library.id} ${kind.facts.id}`).join(' or ')}, ${session.how} #${String(sessions.indexOf(session) + 1)}`;
}
