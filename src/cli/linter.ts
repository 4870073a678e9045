import path from 'node:path';
import { ESLint, type Linter } from 'eslint';
import plugin from '../plugin.js';
import type { ScanOptions } from './command-line.js';
import { isOwnRule } from './own-messages.js';
import type { ScanParser } from './parser.js';
import { EXTENSIONS } from './source-files.js';

/**
 * Makes the ESLint that scans: no configuration of the user's, and no rules but the plugin's, whatever the comments in
 * the files ask for.
 *
 * @param files - Absolute paths of all that it will be given.
 * @param cwd - The folder the user is in.
 * @param options - Config and rules.
 * @param parser - Of {@link makeParser}.
 * @returns The linter.
 */
export function makeLinter(
  files: readonly string[],
  cwd: string,
  options: Pick<ScanOptions, 'config' | 'rules'>,
  { parser }: ScanParser,
): ESLint {
  return new ESLint({
    cwd: folderAround(cwd, files),
    overrideConfigFile: true,
    ruleFilter: ({ ruleId }) => isOwnRule(ruleId),
    overrideConfig: [
      // Which files to scan has been decided.
      { ignores: ['!**/node_modules/', '!.git/'] },
      {
        files: [`**/*.{${EXTENSIONS.join(',')}}`],
        languageOptions: { parser },
        linterOptions: { reportUnusedDisableDirectives: 'off' },
      },
      // A rule must not be switched on for a language that it does not know.
      ...[...plugin.configs[options.config]].map((part) => ({ ...part, rules: { ...part.rules, ...rulesFor(part.language, options.rules) } })),
    ],
  });
}

function rulesFor(language = 'js/js', rules: Linter.RulesRecord): Linter.RulesRecord {
  const knows = (ruleId: string) => plugin.rules[ruleId.slice(ruleId.indexOf('/') + 1) as keyof typeof plugin.rules].meta?.languages?.includes(language);
  return Object.fromEntries(Object.entries(rules).filter(([ruleId]) => knows(ruleId)));
}

/** ESLint takes no files from outside its folder. */
function folderAround(cwd: string, files: readonly string[]): string {
  let folder = cwd;
  for (const file of files) {
    while (path.relative(folder, file).startsWith('..') && folder !== path.dirname(folder)) folder = path.dirname(folder);
  }
  return folder;
}
