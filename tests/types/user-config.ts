// Never run: what a user writes in eslint.config.ts. It only has to compile, with the types of ESLint 10 and of ESLint 9.
import type { ESLint, Linter } from 'eslint';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import dbSession from '../../src/plugin.js';

export const plain: Linter.Config[] = [dbSession.configs.recommended, dbSession.configs.strict, dbSession.configs.all];

export const spread: Linter.Config[] = [
  ...dbSession.configs.recommended,
  { ...dbSession.configs.strict, files: ['src/**'] },
  { plugins: { 'db-session': dbSession }, rules: dbSession.configs.all.rules },
];

export const defined: Linter.Config[] = defineConfig([
  dbSession.configs.recommended,
  ...dbSession.configs.recommended,
  { files: ['**/*.ts'], extends: [dbSession.configs.strict] },
  { plugins: { 'db-session': dbSession }, extends: ['db-session/recommended'] },
  { rules: { 'db-session/no-concurrent-use': ['error', { reads: true }] }, settings: { 'db-session': { ignoredLibraries: ['pg'] } } },
]);

export const single: Linter.Config[] = defineConfig(dbSession.configs.recommended);

export const plugin: ESLint.Plugin = dbSession;

export const rule = dbSession.rules['no-concurrent-use'];

export const besideTypescriptEslint: Linter.Config[] = defineConfig(tseslint.configs.recommended, dbSession.configs.recommended);
