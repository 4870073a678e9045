import { readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Host } from './installation.js';
import { findings, makeProject, type HostedProject } from './project.js';
import { CLEAN, CONFIG, DATABASE, ENV, POOLED, SECRET, SHARED, SHARED_AT, TSCONFIG, TYPED_CONFIG, TYPED_ONLY, TYPED_ONLY_AT, UNTYPED_CONFIG } from './sources.js';

/** What ESLint reports in a project. */
function lint(project: HostedProject, args = '.', inside?: string): string[] {
  return findings(project.run(`eslint --format json ${args}`, inside === undefined ? {} : { inside }), project.folder);
}

/**
 * What has to work beside either version of ESLint.
 *
 * @param host - The folder of the installation.
 * @param version - What `eslint --version` says there.
 */
export function describeEslint(host: Host, version: RegExp): void {
  it('that is what runs', () => {
    expect(makeProject(host, {}).run('eslint --version').stdout).toMatch(version);
  });

  describe('a project', () => {
    it('in JavaScript, read by espree', () => {
      const project = makeProject(host, { 'eslint.config.js': CONFIG, 'src/shared.js': SHARED, 'src/clean.mjs': CLEAN, 'src/pooled.cjs': POOLED.replace('export const', 'const').replace(/import.*/, "const postgres = require('postgres');") });
      expect(lint(project)).toEqual(['src/pooled.cjs:2:13 db-session/no-pooled-statement-cache', `src/shared.js:${SHARED_AT}`]);
    });

    it('in CommonJS, config and all', () => {
      const project = makeProject(host, {
        'package.json': '{}',
        'eslint.config.js': `const dbSession = require('eslint-plugin-db-session').default;\nmodule.exports = [...dbSession.configs.recommended];\n`,
        'src/shared.js': `(async () => {${SHARED.replace(/import.*/, "const { PrismaClient } = require('@prisma/client');")}})();`,
      });
      expect(lint(project)).toEqual([`src/shared.js:${SHARED_AT}`]);
    });

    it('in CommonJS whose config imports', () => {
      const project = makeProject(host, {
        'package.json': '{}',
        'eslint.config.cjs': `module.exports = import('eslint-plugin-db-session').then(({ default: dbSession }) => [...dbSession.configs.recommended]);\n`,
        'src/shared.mjs': SHARED,
      });
      expect(lint(project)).toEqual([`src/shared.mjs:${SHARED_AT}`]);
    });

    it('in TypeScript, without type information', () => {
      const project = makeProject(host, { 'eslint.config.js': UNTYPED_CONFIG, 'src/database.ts': DATABASE, 'src/typed.ts': TYPED_ONLY, 'src/shared.ts': SHARED, 'src/shared.tsx': `${SHARED}\nexport const page = <p>done</p>;\n` });
      expect(lint(project)).toEqual([`src/shared.ts:${SHARED_AT}`, `src/shared.tsx:${SHARED_AT}`]);
    });

    it('in TypeScript, with type information', () => {
      const project = makeProject(host, { 'eslint.config.js': TYPED_CONFIG, 'tsconfig.json': TSCONFIG, 'src/database.ts': DATABASE, 'src/typed.ts': TYPED_ONLY, 'src/shared.ts': SHARED });
      expect(lint(project)).toEqual([`src/shared.ts:${SHARED_AT}`, `src/typed.ts:${TYPED_ONLY_AT}`]);
    });

    it('with the typed rules of typescript-eslint beside', () => {
      const project = makeProject(host, {
        'eslint.config.js': `
          import dbSession from 'eslint-plugin-db-session';
          import { defineConfig } from 'eslint/config';
          import tseslint from 'typescript-eslint';
          export default defineConfig(
            { files: ['**/*.ts'], extends: [tseslint.configs.recommendedTypeChecked], languageOptions: { parserOptions: { projectService: true } } },
            dbSession.configs.strict,
          );`,
        'tsconfig.json': TSCONFIG,
        'src/database.ts': DATABASE,
        'src/typed.ts': `${TYPED_ONLY}\nempty();\n`,
      });
      expect(lint(project)).toEqual([`src/typed.ts:${TYPED_ONLY_AT}`, 'src/typed.ts:13:1 @typescript-eslint/no-floating-promises']);
    });

    it('whose config is TypeScript, which compiles', () => {
      const project = makeProject(host, {
        'eslint.config.ts': `
          import dbSession from 'eslint-plugin-db-session';
          import { defineConfig } from 'eslint/config';
          import tseslint from 'typescript-eslint';
          export default defineConfig([
            { files: ['**/*.ts'], extends: [tseslint.configs.base, dbSession.configs.recommended] },
            ...dbSession.configs.recommended,
            { rules: { 'db-session/no-concurrent-use': ['warn', { reads: true }] }, settings: { 'db-session': { ignoredLibraries: ['knex'] } } },
          ]);`,
        'tsconfig.json': TSCONFIG,
        'src/shared.ts': SHARED,
      });
      expect(lint(project)).toEqual([`src/shared.ts:${SHARED_AT}`]);
      expect(project.run('tsc --ignoreConfig --strict --module nodenext --target es2023 --skipLibCheck --noEmit --types node eslint.config.ts')).toMatchObject({ status: 0, stdout: '' });
    });

    it('with many packages, from the root and from one of them', () => {
      const project = makeProject(host, {
        'eslint.config.js': TYPED_CONFIG,
        'packages/database/package.json': '{ "name": "@app/database", "type": "module", "exports": "./database.ts" }',
        'packages/database/tsconfig.json': TSCONFIG,
        'packages/database/database.ts': DATABASE,
        'packages/service/package.json': '{ "name": "@app/service", "type": "module", "imports": { "#database": "../database/database.ts" } }',
        'packages/service/tsconfig.json': TSCONFIG.replace('"noEmit"', '"allowImportingTsExtensions":true,"noEmit"'),
        'packages/service/typed.ts': TYPED_ONLY.replace('./database.js', '../database/database.ts'),
        'packages/scripts/package.json': '{ "type": "commonjs" }',
        'packages/scripts/shared.mjs': SHARED,
        'packages/scripts/.env': ENV,
      });
      const all = ['packages/scripts/.env:2:12 db-session/no-pooled-statement-cache', `packages/scripts/shared.mjs:${SHARED_AT}`, `packages/service/typed.ts:${TYPED_ONLY_AT}`];
      expect(lint(project)).toEqual(all);
      expect(lint(project, '.', 'packages/service')).toEqual([all[2]]);
    });
  });

  describe('the switches of the command', () => {
    const files = { 'eslint.config.js': UNTYPED_CONFIG, 'src/shared.ts': SHARED, 'src/clean.ts': CLEAN, 'src/pooled.ts': POOLED, '.env': ENV };
    const found = ['.env:2:12 db-session/no-pooled-statement-cache', 'src/pooled.ts:2:20 db-session/no-pooled-statement-cache', `src/shared.ts:${SHARED_AT}`];

    it('--cache: the same findings again, from a cache without secrets, and new ones after a change', () => {
      const project = makeProject(host, files);
      expect(lint(project, '--cache .')).toEqual(found);
      expect(project.read('.eslintcache')).toContain('db-session/no-concurrent-use');
      expect(project.read('.eslintcache')).not.toContain(SECRET);
      const again = project.run('eslint --cache --format json --debug .');
      expect(findings(again, project.folder)).toEqual(found);
      expect(again.stderr).toMatch(/Skipping file since it hasn't changed: .*shared\.ts/);
      project.write('src/shared.ts', CLEAN);
      project.write('src/clean.ts', SHARED);
      expect(lint(project, '--cache .')).toEqual([found[0], `src/clean.ts:${SHARED_AT}`, found[1]]);
    });

    it('--cache-strategy content: a checkout that makes all dates new needs no new run', () => {
      const page = readFileSync(fileURLToPath(new URL('../../docs/large-repositories.md', import.meta.url)), 'utf8');
      const command = /^npx (eslint --cache .*)$/m.exec(page)![1]!;
      const project = makeProject(host, files);
      expect(findings(project.run(`${command} --format json`), project.folder)).toEqual(found);
      for (const file of Object.keys(files)) utimesSync(path.join(project.folder, file), 0, 0);
      const again = project.run(`${command} --format json --debug`);
      expect(findings(again, project.folder)).toEqual(found);
      expect(again.stderr.match(/Skipping file since it hasn't changed/g)).toHaveLength(5);
    });

    it('--concurrency: the same findings from several threads', () => {
      const project = makeProject(host, { ...files, ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`more/${String(at)}.ts`, SHARED])) });
      const alone = lint(project);
      expect(alone).toHaveLength(23);
      const run = project.run('eslint --concurrency 2 --format json --debug .');
      expect(run.stderr).toContain('Linting using 2 worker thread(s)');
      expect(findings(run, project.folder)).toEqual(alone);
    });

    it('--suppress-all: what is there is accepted, what is new is not', () => {
      const project = makeProject(host, files);
      expect(project.run('eslint --suppress-all .')).toMatchObject({ status: 0, stdout: '' });
      expect(JSON.parse(project.read('eslint-suppressions.json'))).toEqual({
        '.env': { 'db-session/no-pooled-statement-cache': { count: 1 } },
        'src/pooled.ts': { 'db-session/no-pooled-statement-cache': { count: 1 } },
        'src/shared.ts': { 'db-session/no-concurrent-use': { count: 1 } },
      });
      expect(lint(project)).toEqual([]);
      project.write('src/clean.ts', SHARED);
      expect(lint(project)).toEqual([`src/clean.ts:${SHARED_AT}`]);
    });

    it('--fix: what is safe is fixed, beside the fixes of other rules; suggestions are not applied', () => {
      const fixable = `import { Pool } from 'pg';\nlet url = 'postgres://app@db.example.com:5432/app';\nexport const pool = new Pool({ connectionString: url });\n`;
      const project = makeProject(host, { ...files, 'eslint.config.js': UNTYPED_CONFIG.replace(/\];\n$/, ", { files: ['**/*.ts'], rules: { 'prefer-const': 'error' } }];\n"), 'src/fixable.ts': fixable });
      project.run('eslint --fix .');
      expect(project.read('src/fixable.ts')).toBe(fixable.replace('let', 'const'));
      expect(project.read('src/pooled.ts')).toBe(POOLED.replace(');', ', { prepare: false });'));
      expect(project.read('src/shared.ts')).toBe(SHARED);
      expect(project.read('.env')).toBe(ENV);
      expect(lint(project)).toEqual([found[0], found[2]]);
    });

    it('--max-warnings: more warnings than that are an error', () => {
      const project = makeProject(host, { ...files, 'eslint.config.js': UNTYPED_CONFIG.replace(/\];\n$/, ", { rules: { 'db-session/no-concurrent-use': 'warn' } }];\n") });
      expect(project.run('eslint --max-warnings 1 src/shared.ts').status).toBe(0);
      expect(project.run('eslint --max-warnings 0 src/shared.ts').status).toBe(1);
    });

    it('--report-unused-disable-directives: comments that suppress a finding are used', () => {
      const comment = '// eslint-disable-next-line db-session/no-concurrent-use -- the reads may queue';
      const project = makeProject(host, { ...files, 'src/shared.ts': SHARED.replace('  await', `  ${comment}\n  await`), 'src/clean.ts': CLEAN.replace('  await', `  ${comment}\n  await`) });
      expect(lint(project, '--report-unused-disable-directives src/shared.ts')).toEqual([]);
      expect(lint(project, '--report-unused-disable-directives src/clean.ts')).toEqual([expect.stringMatching(/^src\/clean\.ts:5:3 Unused eslint-disable directive/)]);
    });

    it('a setting that is wrong: an error that names it', () => {
      const project = makeProject(host, { ...files, 'eslint.config.js': UNTYPED_CONFIG.replace(/\];\n$/, ", { settings: { 'db-session': { ignoredLibrarys: ['knex'] } } }];\n") });
      const { status, stderr } = project.run('eslint .');
      expect(status).toBe(2);
      expect(stderr).toContain("settings['db-session']");
      expect(stderr).toContain('ignoredLibraries');
    });
  });
}
