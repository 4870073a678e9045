/** Every rule of the plugin at its strictest, on one text. */
import * as tsParser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import plugin from '../../src/plugin.js';

/** Each rule as `all` has it, except that nothing is left out that an option could bring in. */
const strictest: Linter.RulesRecord = {
  ...plugin.configs.all.rules,
  'db-session/no-pooled-statement-cache': ['error', { unknownPoolers: 'all', notes: true }],
};

export const ruleIds: readonly string[] = Object.keys(strictest);

// Of all files: those outside of its folder ESLint leaves out.
export const linter = new Linter({ cwd: '/' });

/** How a file is read. */
export interface Reading {
  readonly languageOptions?: Linter.LanguageOptions;
  readonly settings?: Linter.Config['settings'];
  /** Without it all of them. */
  readonly rules?: Linter.RulesRecord;
}

/** What TypeScript's parser makes of JSX depends on the file's name alone. */
const parsedByTypeScript: Linter.LanguageOptions = { parser: tsParser, sourceType: 'module' };

export function configOf({ languageOptions = parsedByTypeScript, settings, rules = strictest }: Reading = {}): Linter.Config[] {
  const code = { ...plugin.configs.all, rules, linterOptions: { reportUnusedDisableDirectives: 'off' as const } };
  const [, ...otherLanguages] = plugin.configs.all;
  return [{ ignores: ['!**/node_modules/'] }, { files: ['**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx}'], languageOptions }, code, ...otherLanguages, ...(settings ? [{ settings }] : [])];
}

/**
 * @throws {Error} What a rule throws, and the message of a text that does not parse.
 */
export function lint(text: string, filename = '/project/a.ts', reading: Reading = {}): Linter.LintMessage[] {
  const messages = linter.verify(text, configOf(reading), { filename });
  // A text that does not parse, or a file that no part of the configuration is for.
  const failure = messages.find(({ ruleId }) => ruleId === null);
  if (failure) throw new Error(failure.message);
  return messages;
}
