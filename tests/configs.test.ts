import { ESLint } from 'eslint';
import { defineConfig } from 'eslint/config';
import { ESLint as ESLint9 } from 'eslint9';
import { defineConfig as defineConfig9 } from 'eslint9/config';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../src/plugin.js';
import { SHARED } from './cli/project.js';

const config = plugin.configs.recommended;
const parser = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } };
const ids = (results: { messages: { ruleId: string | null }[] }[]) => results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));

const hosts = [
  { host: 'ESLint 10', Host: ESLint, define: defineConfig },
  // One and the same interface at run time; the types of the two versions differ in details of no use here.
  { host: 'ESLint 9', Host: ESLint9 as unknown as typeof ESLint, define: defineConfig9 },
];

describe.each(hosts)('a config under $host', ({ Host, define }) => {
  const lint = async (overrideConfig: NonNullable<ESLint.Options['overrideConfig']>, filePath = 'src/a.ts', text = SHARED) =>
    ids(await new Host({ overrideConfigFile: true, overrideConfig }).lintText(text, { filePath }));

  it.each([
    ['an element', () => [parser, config]],
    ['spread like an array', () => [parser, ...config]],
    ['spread like an object', () => [parser, { ...config, files: ['src/**'] }]],
    ['an element of defineConfig', () => define([parser, config])],
    ['an argument of defineConfig', () => define(parser, config)],
    ['extended', () => define([parser, { files: ['**/*.ts'], extends: [config] }])],
    ['extended by name', () => define([parser, { plugins: { 'db-session': plugin }, extends: ['db-session/recommended'] }])],
    ['extended by name under another prefix', () => define([parser, { plugins: { mine: plugin }, extends: ['mine/recommended'] }])],
    ['beside the plugin named by hand', () => [parser, { plugins: { 'db-session': plugin } }, config]],
    ['a part of others', () => [parser, { plugins: config.plugins ?? {}, rules: { ...config.rules } }]],
  ])('can be used as %s', async (_form, make) => {
    expect(await lint(make())).toEqual([expect.stringMatching(/^(db-session|mine)\/no-concurrent-use$/)]);
  });

  it.each(['recommended', 'strict', 'all'] as const)('is there: %s', async (name) => {
    expect(await lint([parser, plugin.configs[name]])).toEqual(['db-session/no-concurrent-use']);
  });

  it('needs neither a parser nor types', async () => {
    expect(await lint([config], 'src/a.js')).toEqual(['db-session/no-concurrent-use']);
  });

  it('adds no files to those that the user lints', async () => {
    const eslint = new Host({ overrideConfigFile: true, overrideConfig: [config] });
    expect(await eslint.calculateConfigForFile('a.ts')).toBeUndefined();
    expect(await eslint.calculateConfigForFile('a.js')).toBeDefined();
  });

  it('keeps out of files in other languages', async () => {
    const json = {
      languages: { json: { fileType: 'text', lineStart: 1, columnStart: 0, validateLanguageOptions: () => undefined, parse: () => ({ ok: false, errors: [{ message: 'reached', line: 1, column: 1 }] }) } },
    } as unknown as ESLint.Plugin;
    for (const file of ['package.json', '.env', '.env.local', 'prisma/schema.prisma', 'README.md']) {
      const other = { files: [`**/${file}`], plugins: { other: json }, language: 'other/json' };
      expect(await lint(define([other, { extends: [config] }]), file)).toEqual([null]);
    }
  });
});

describe('the configs', () => {
  it('say the same of a rule as the rule does', () => {
    expect(plugin.configs.recommended.rules['db-session/no-concurrent-use']).toBe('error');
    expect(plugin.configs.strict.rules['db-session/no-concurrent-use']).toEqual(['error', { reads: true }]);
    expect(plugin.configs.all.rules['db-session/no-concurrent-use']).toEqual(['error', { reads: true }]);
  });

  it('grow from one to the next', () => {
    const names = (name: keyof typeof plugin.configs) => Object.keys(plugin.configs[name].rules);
    expect(names('strict')).toEqual(expect.arrayContaining(names('recommended')));
    expect(names('all')).toEqual(Object.keys(plugin.rules).map((name) => `db-session/${name}`));
  });

  it('name themselves, and the plugin', () => {
    expect(plugin.configs.strict.name).toBe('db-session/strict');
    expect(plugin.configs.strict.plugins).toEqual({ 'db-session': plugin });
    expect(plugin.meta).toMatchObject({ name: 'eslint-plugin-db-session', namespace: 'db-session' });
  });
});
