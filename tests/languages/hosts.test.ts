/** The two languages in a project, as ESLint 9 and 10 find its files: with a config that is spread, and with one that is not. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ESLint } from 'eslint';
import { defineConfig } from 'eslint/config';
import { ESLint as ESLint9 } from 'eslint9';
import { defineConfig as defineConfig9 } from 'eslint9/config';
import tseslint from 'typescript-eslint';
import { afterAll, describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'languages-')));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
const url = 'postgres://u:p@a.pooler.supabase.com:6543/db';
const files: Readonly<Record<string, string>> = {
  '.env.example': `# all\r\nexport DIRECT_URL = "${url}"\r\nPRISMA_URL='${url}' # engine\r\n`,
  'app/.env': `DIRECT_URL=${url}\n`,
  'app/prisma/schema.prisma': `datasource db {\n  provider = "postgresql"\n  url = "${url}"\n  directUrl = env("DIRECT_URL")\n}\n`,
  'app/open.prisma': 'model A {\n',
  'app/.envrc': 'export DIRECT_URL=$(pass show db)\n',
  'app/.env.hbs': 'DIRECT_URL={{#if x}}\n',
  'a.js': "process.env.PGPREPARE = 'false';\n",
};
for (const [file, text] of Object.entries(files)) {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}

const all = {
  '.env.example': ['needsDirect 2:21-2:67', 'prismaNeedsPgbouncer 3:12-3:58'],
  'a.js': ['lookAlikeKnob 1:1-1:32'],
  'app/.env': ['needsDirect 1:12-1:56'],
  'app/open.prisma': ['syntax 1:1'],
  'app/prisma/schema.prisma': ['prismaNeedsPgbouncer 3:9-3:55'],
};
const code = { 'a.js': all['a.js'] };

const config = plugin.configs.recommended;
const byHand = { files: ['**/.env*'], ignores: ['**/.env{rc,.hbs}'], plugins: config.plugins ?? {}, language: 'db-session/dotenv', rules: { 'db-session/no-pooled-statement-cache': 'error' as const } };

const hosts = [
  { host: 'ESLint 10', Host: ESLint, define: defineConfig },
  // One and the same interface at run time; the types of the two versions differ in details of no use here.
  { host: 'ESLint 9', Host: ESLint9 as unknown as typeof ESLint, define: defineConfig9 },
];

describe.each(hosts)('$host', ({ Host, define }) => {
  const linter = (overrideConfig: NonNullable<ESLint.Options['overrideConfig']>, options: ESLint.Options = {}) => new Host({ cwd: folder, overrideConfigFile: true, overrideConfig, ...options });

  it.each<[string, () => NonNullable<ESLint.Options['overrideConfig']>, object]>([
    ['spread: everything', () => [...config], all],
    ['spread in defineConfig: everything', () => define([...config]), all],
    ['spread in defineConfig with other configs for all files', () => define([...config, { rules: { 'no-debugger': 'error' } }, tseslint.configs.recommended]), all],
    ['spread in extends: everything', () => define([{ extends: [...config] }]), all],
    ['strict, spread', () => [...plugin.configs.strict], all],
    ['one element: code alone', () => [config], code],
    ['one element of defineConfig: code alone', () => define([config]), code],
    ['one element, and the language named by hand', () => [config, byHand], { '.env.example': all['.env.example'], 'a.js': all['a.js'], 'app/.env': all['app/.env'] }],
  ])('%s', async (_name, make, expected) => {
    const results = await linter(make()).lintFiles(['.']);
    const found = results.map(({ filePath, messages }) => [
      path.relative(folder, filePath),
      messages.map(({ messageId = 'syntax', line, column, endLine, endColumn }) => `${messageId} ${String(line)}:${String(column)}${endLine === undefined ? '' : `-${String(endLine)}:${String(endColumn)}`}`),
    ]);
    expect(Object.fromEntries(found.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)))).toEqual(expected);
  });

  it('fixes files in their own language, and leaves the rest of the text alone', async () => {
    const results = await linter([...config], { fix: true }).lintFiles(['.']);
    const fixed = Object.fromEntries(results.flatMap(({ filePath, output }) => (output === undefined ? [] : [[path.relative(folder, filePath), output]])));
    expect(fixed).toEqual({
      '.env.example': files['.env.example']!.replace(`'${url}'`, `'${url}?pgbouncer=true'`),
      'app/prisma/schema.prisma': files['app/prisma/schema.prisma']!.replace(`"${url}"`, `"${url}?pgbouncer=true"`),
    });
  });
});
