/** Asks what the registries of some code do wrong. */
import path from 'node:path';
import parser from '@typescript-eslint/parser';
import type { TSESLint } from '@typescript-eslint/utils';
import { Linter, type Rule } from 'eslint';
import type { ModelContext } from '../../src/sessions/model.js';
import { inFilesWithSessions, type SessionModel } from '../../src/sessions/model.js';
import type { Node } from '../../src/sessions/syntax.js';

/** A folder whose package.json names no database. */
const folder = path.resolve(import.meta.dirname, '../concurrency/program');

/** Something that was found, as far as the tables speak of it. */
interface Finding {
  readonly node: Node;
  readonly fault: string;
}

/**
 * @returns each finding as `fault: source text`, in the order of the source
 * @throws Error when the code does not parse
 */
export function find(code: string, findings: (model: SessionModel) => readonly Finding[], extension = 'ts'): string[] {
  const found: string[] = [];
  const ask: Rule.RuleModule = {
    create(context) {
      const { sourceCode } = context as unknown as { sourceCode: Readonly<TSESLint.SourceCode> };
      return inFilesWithSessions(context as unknown as ModelContext, (model) => {
        for (const { node, fault } of findings(model)) found.push(`${fault}: ${sourceCode.getText(node).replaceAll(/\s+/g, ' ')}`);
      }) as Rule.RuleListener;
    },
  };
  const messages = new Linter({ cwd: folder }).verify(
    code,
    { files: ['**/*.{ts,js}'], plugins: { test: { rules: { ask } } }, rules: { 'test/ask': 2 }, languageOptions: { parser } },
    path.join(folder, `a.${extension}`),
  );
  const [message] = messages;
  if (message) throw new Error(`${message.message}\n${code}`);
  return found;
}
