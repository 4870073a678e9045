/** What is linted, and with what. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import js from '@eslint/js';
import tsParser from '@typescript-eslint/parser';
import type { Linter } from 'eslint';
import dbSession from 'eslint-plugin-db-session';
import promise from 'eslint-plugin-promise';
import tseslint from 'typescript-eslint';

/** Packages that are pinned by the lock file, and come with enough JavaScript. */
const packages = ['typeorm', '@mikro-orm/core', '@mikro-orm/knex', 'sequelize', 'knex', 'objection', 'mongoose', 'mongodb', 'mysql2', 'pg', 'mssql', 'bookshelf', 'slonik'] as const;

/** Every code file below a folder, declarations and nested packages left out, in a fixed order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesIn(path);
      return entry.isFile() && /\.(?:[cm]?[jt]s|[jt]sx)$/.test(entry.name) && !/\.d\.[cm]?ts$|\.min\.js$/.test(entry.name) ? [path] : [];
    });
}

/** Code of a repository that people write: what is built, bundled in or hidden is left out. */
export function writtenFiles(folder: string): string[] {
  return filesIn(folder).filter((file) => !relative(folder, file).split(/[\\/]/).some((name) => name.startsWith('.') || name === 'dist' || name === 'build' || name === 'vendor'));
}

export function packageFiles(limit: number): string[] {
  return packages.flatMap((name) => filesIn(resolve('node_modules', name)).slice(0, limit));
}

/** Code of every kind: some files of each package that is installed, bundles of hundreds of kilobytes left out. */
export function mixedFiles(limit: number): string[] {
  const root = resolve('node_modules');
  const folders = readdirSync(root).toSorted().filter((name) => !name.startsWith('.')).flatMap((name) => (name.startsWith('@') ? readdirSync(join(root, name)).toSorted().map((own) => join(name, own)) : [name]));
  return folders.flatMap((name) => filesIn(join(root, name)).filter((file) => statSync(file).size < 200_000).slice(0, limit));
}

/** What most projects lint with anyway: the recommended rules of ESLint and of typescript-eslint. */
const usual = [js.configs.recommended, ...tseslint.configs.recommended].reduce<Linter.RulesRecord>((all, { rules }) => ({ ...all, ...(rules as Linter.RulesRecord | undefined) }), {});

export const rivals = {
  'no rules': {},
  'usual rules': usual,
  'usual rules and all': { ...usual, ...dbSession.configs.all.rules },
  recommended: dbSession.configs.recommended.rules,
  strict: dbSession.configs.strict.rules,
  all: dbSession.configs.all.rules,
  'no-concurrent-use alone': { 'db-session/no-concurrent-use': 'error' },
  'eslint-plugin-promise': promise.configs['flat/recommended'].rules,
  'require-atomic-updates': { 'require-atomic-updates': 'error' },
  'no-floating-promises': { '@typescript-eslint/no-floating-promises': 'error' },
} satisfies Record<string, Linter.RulesRecord>;

export type Rival = keyof typeof rivals;

/**
 * A flat config with the rules of one rival, and of no other.
 *
 * @param last the rule that is asked after the others: what all share has been paid for then
 */
export function configOf(rival: Rival, typedIn: string | undefined, last?: string): Linter.Config[] {
  const rules: Linter.RulesRecord = rivals[rival];
  return [
    // Packages are what is linted.
    { ignores: ['!**/node_modules/'] },
    {
      files: ['**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx}'],
      plugins: { 'db-session': dbSession, promise, '@typescript-eslint': tseslint.plugin },
      languageOptions: { parser: tsParser, parserOptions: typedIn === undefined ? {} : { projectService: true, tsconfigRootDir: typedIn } },
      linterOptions: { reportUnusedDisableDirectives: 'off', noInlineConfig: true },
      rules: Object.fromEntries(Object.entries(rules).toSorted(([a], [b]) => Number(a === last) - Number(b === last))),
    },
  ];
}
