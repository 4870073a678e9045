/** What a rule suggests for a piece of code: for tables that are about what is found. */
import parser from '@typescript-eslint/parser';
import { Linter, type RuleTester } from 'eslint';
import plugin from '../../src/plugin.js';

type Invalid = RuleTester.InvalidTestCase;

/**
 * Adds to the expected errors of a case the suggestions that come with them, where it does not name them itself: the
 * tester then sees to it that each of them parses.
 */
export function withSuggestions(name: keyof typeof plugin.rules, each: { readonly code: string; readonly filename: string; readonly options?: readonly unknown[]; readonly errors: readonly object[] }): Invalid {
  const messages = new Linter().verify(each.code, [{ files: ['**/*.ts'], languageOptions: { parser }, plugins: { 'db-session': plugin }, rules: { [`db-session/${name}`]: ['error', ...(each.options ?? [])] } }], each.filename);
  const errors = each.errors.map((error, index) => {
    const suggestions = (messages[index]?.suggestions ?? []).map(({ messageId, fix }) => ({ messageId, output: each.code.slice(0, fix.range[0]) + fix.text + each.code.slice(fix.range[1]) }));
    return 'suggestions' in error || suggestions.length === 0 ? error : { ...error, suggestions };
  });
  return { ...each, errors } as unknown as Invalid;
}
