/** The package as installed from what `npm pack` makes. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, inject, it } from 'vitest';
import { rules } from '../../rules/index.js';
import { makeProject } from './project.js';
import { SHARED } from './sources.js';

const folder = () => path.join(inject('home'), 'eslint9/node_modules/eslint-plugin-db-session');
const read = (file: string) => readFileSync(path.join(folder(), file), 'utf8');
const manifest = () => JSON.parse(read('package.json')) as { scripts: Record<string, string>; dependencies: Record<string, string>; peerDependencies: Record<string, string> };

/** The files of the package; what npm installed below it is not. */
const files = () =>
  readdirSync(folder(), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.startsWith('node_modules') && /\.\w+$|LICENSE$/.test(file));

describe('the package', () => {
  it('consists of what is built, and of what says what it is', () => {
    const [built, others] = [files().filter((file) => file.startsWith('dist/')), files().filter((file) => !file.startsWith('dist/'))];
    expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    for (const file of built) expect(file).toMatch(/^dist\/(bundle\/[\w-]+\.js(\.map)?|(rules|src)\/.*\.d\.ts)$/);
    for (const rule of Object.keys(rules)) expect(built).toContain(`dist/rules/${rule}.d.ts`);
  });

  it('is few files to load, each with the way back to its sources', () => {
    const code = files().filter((file) => file.endsWith('.js'));
    // Plugin, command, what both share, and what the command alone needs.
    expect(code).toHaveLength(4);
    const sources = code.flatMap((file) => (JSON.parse(read(`${file}.map`)) as { sources: string[] }).sources);
    for (const source of sources) expect(source).toMatch(/^\.\.\/\.\.\/(rules|src)\/.*\.ts$/);
    expect(sources).toEqual(expect.arrayContaining(['../../src/cli/scan.ts', ...Object.keys(rules).map((rule) => `../../rules/${rule}.ts`)]));
    expect(new Set(sources).size).toBe(sources.length);
  });

  it('says in the stack of an error where in the sources it was thrown', () => {
    const project = makeProject('eslint10', {
      'throw.mjs': `
        import { Linter } from 'eslint';
        import dbSession from 'eslint-plugin-db-session';
        const config = { plugins: { 'db-session': dbSession }, rules: { 'db-session/no-concurrent-use': 'error' }, settings: { 'db-session': { ignoredLibraries: 1 } } };
        try {
          new Linter({ configType: 'flat' }).verify("import pg from 'pg'; new pg.Client().query('select 1');", [config]);
        } catch (error) {
          console.log(error.stack);
        }`,
    });
    expect(project.run('node --enable-source-maps throw.mjs').stdout).toMatch(/[\\/]src[\\/]settings\.ts:\d+/);
  });

  it('runs nothing when it is installed', () => {
    expect(Object.keys(manifest().scripts).filter((name) => /^(pre|post)?(install|prepare|uninstall)$/.test(name))).toEqual([]);
  });

  it('names every package that it imports, in code and in types', () => {
    const { dependencies, peerDependencies } = manifest();
    const named = new Set(['eslint-plugin-db-session', ...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
    const imported = files()
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .flatMap((file) => ts.preProcessFile(read(file)).importedFiles.map(({ fileName }) => fileName))
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:') && !builtinModules.includes(specifier))
      .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
    expect(imported).toContain('@typescript-eslint/utils');
    expect([...new Set(imported)].filter((name) => !named.has(name))).toEqual([]);
  });

  it('loads neither ESLint nor TypeScript nor a parser', () => {
    const project = makeProject('eslint10', {
      'load.cjs': "import('eslint-plugin-db-session').then(({ default: { meta } }) => console.log(JSON.stringify({ name: meta.name, loaded: Object.keys(require.cache) })));",
    });
    const { name, loaded } = JSON.parse(project.run('node load.cjs').stdout) as { name: string; loaded: string[] };
    expect(name).toBe('eslint-plugin-db-session');
    expect(loaded.filter((file) => /[\\/]node_modules[\\/](eslint|typescript|@typescript-eslint)[\\/]/.test(file))).toEqual([]);
  });

  it('has a command that scans without configuration', () => {
    const { status, stdout } = makeProject('eslint9', { 'src/shared.ts': SHARED }).run('npx --no eslint-plugin-db-session src');
    expect(stdout).toContain('db-session/no-concurrent-use');
    expect(status).toBe(1);
  });
});
