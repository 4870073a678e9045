import { chmodSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ESLint } from 'eslint';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { scan } from '../../src/cli/scan.js';
import { CLEAN, makeProject, SHARED } from './project.js';

describe('the exit code', () => {
  it('is 0 where nothing is found', async () => {
    const said = await makeProject({ 'a.ts': CLEAN }).scan([]);
    expect(said).toMatchObject({ code: 0, out: '' });
    expect(said.log).toMatch(/^Scanned 1 file in \d+\.\d s: 0 findings\.\n$/);
  });

  it('is 1 where something is found', async () => {
    const said = await makeProject({ 'a.ts': SHARED, 'b.js': SHARED }).scan(['.']);
    expect(said.code).toBe(1);
    expect(said.out).toContain('db-session/no-concurrent-use');
    expect(said.log).toMatch(/Scanned 2 files in .* 2 findings\.\n {6}2 {2}db-session\/no-concurrent-use\n$/);
  });

  it('is 1 where a file does not parse; the others are scanned', async () => {
    const said = await makeProject({ 'broken.ts': 'const = 1;', 'flow.js': '// @flow\ntype A = {| a: 1 |};', 'fine.ts': SHARED }).scan([]);
    expect(said.code).toBe(1);
    expect(said.out).toContain('no-concurrent-use');
    expect(said.log).toContain('Scanned 3 files');
    expect(said.log).toContain('1 finding.');
    expect(said.log).toContain('2 paths could not be parsed:');
    expect(said.log).toMatch(/ {2}broken\.ts:1:\d+ {2}Parsing error/);
    expect(said.log).toMatch(/ {2}flow\.js:2:\d+ {2}Parsing error/);
  });

  it('is 2 where a path does not exist; the others are scanned', async () => {
    const said = await makeProject({ 'a.ts': SHARED }).scan(['missing', 'a.ts']);
    expect(said.code).toBe(2);
    expect(said.out).toContain('no-concurrent-use');
    expect(said.log).toContain('1 path could not be scanned:\n  missing  no such file or folder\n');
  });

  it('is 2 where a folder holds no source', async () => {
    const said = await makeProject({ 'docs/a.md': '# a' }).scan(['docs']);
    expect(said.code).toBe(2);
    expect(said.log).toContain('  docs  no files to scan in this folder');
  });

  it('is 2 where a file is no source', async () => {
    const said = await makeProject({ 'a.md': '# a' }).scan(['a.md']);
    expect(said.log).toContain('  a.md  not a JavaScript, TypeScript, .env or .prisma file');
    expect(said.code).toBe(2);
  });

  it.skipIf(process.getuid?.() === 0)('is 2 where a file or a folder cannot be read; the others are scanned', async () => {
    const project = makeProject({ 'secret.ts': CLEAN, 'closed/a.ts': CLEAN, 'a.ts': SHARED });
    chmodSync(path.join(project.folder, 'secret.ts'), 0);
    chmodSync(path.join(project.folder, 'closed'), 0);
    const said = await project.scan([]);
    chmodSync(path.join(project.folder, 'closed'), 0o700);
    expect(said.code).toBe(2);
    expect(said.out).toContain('no-concurrent-use');
    expect(said.log).toContain('  closed  no permission to read it');
    expect(said.log).toContain('  secret.ts  no permission to read it');
  });

  it('is 2 where a file is too large to be source', async () => {
    const said = await makeProject({ 'film.ts': Buffer.alloc(11 * 1024 * 1024), 'a.ts': CLEAN }).scan([]);
    expect(said.code).toBe(2);
    expect(said.log).toContain('  film.ts  larger than 10 MB');
  });
});

describe('warnings', () => {
  const warn = ['--rule', 'db-session/no-concurrent-use: warn'];

  it('do not fail a scan', async () => {
    const said = await makeProject({ 'a.ts': SHARED }).scan(warn);
    expect(said).toMatchObject({ code: 0 });
    expect(said.out).toContain('1 warning');
  });

  it('fail it when there are more than allowed', async () => {
    const project = makeProject({ 'a.ts': SHARED });
    expect((await project.scan([...warn, '--max-warnings', '1'])).code).toBe(0);
    const said = await project.scan([...warn, '--max-warnings', '0']);
    expect(said.code).toBe(1);
    expect(said.log).toContain('More warnings (1) than allowed (0).');
  });

  it('are left out by --quiet, but counted', async () => {
    const project = makeProject({ 'a.ts': SHARED });
    expect(await project.scan([...warn, '--quiet'])).toMatchObject({ code: 0, out: '' });
    expect((await project.scan([...warn, '--quiet', '--max-warnings=0'])).code).toBe(1);
  });
});

describe('comments in the files', () => {
  it('disable rules of the plugin, and the summary says so', async () => {
    const disabled = SHARED.replace('  await Promise', '  // eslint-disable-next-line db-session/no-concurrent-use -- why\n  await Promise');
    const said = await makeProject({ 'a.ts': disabled, 'b.ts': `/* eslint-disable */${SHARED}` }).scan([]);
    expect(said).toMatchObject({ code: 0, out: '' });
    expect(said.log).toContain('0 findings, and 2 more disabled by comments.');
  });

  it('set rules of the plugin', async () => {
    const said = await makeProject({ 'a.ts': `/* eslint db-session/no-concurrent-use: off */${SHARED}` }).scan([]);
    expect(said.code).toBe(0);
  });

  it.each([
    ['of a plugin that is not loaded', '/* eslint foo/bar: 2 */'],
    ['of ESLint itself', '/* eslint no-var: 2, no-undef: 2 */'],
    ['with options that are wrong', '/* eslint quotes: ["error", "none"] */'],
    ['that are not even JSON', '/* eslint foo/bar: [2, */'],
    ['of old', '/* eslint-env mocha */ /* global foo: bar */'],
    ['disabled', '/* eslint-disable foo/bar */ // eslint-disable-line other/rule'],
  ])('about rules %s are no findings', async (_case, comment) => {
    const said = await makeProject({ 'a.js': `${comment}\nvar a = b;\n` }).scan([]);
    expect(said).toMatchObject({ code: 0, out: '' });
  });
});

describe('the report', () => {
  it('comes in other formats', async () => {
    const project = makeProject({ 'a.ts': SHARED, 'b.ts': CLEAN });
    const results = JSON.parse((await project.scan(['--format', 'json'])).out) as ESLint.LintResult[];
    expect(results.map(({ filePath, errorCount }) => [path.basename(filePath), errorCount])).toEqual([['a.ts', 1], ['b.ts', 0]]);
    const { metadata } = JSON.parse((await project.scan(['-f', 'json-with-metadata'])).out) as { metadata: ESLint.LintResultData };
    expect(Object.keys(metadata.rulesMeta)).toEqual(['db-session/no-concurrent-use']);
    expect((await project.scan(['-f', 'html'])).out).toContain('<!DOCTYPE html>');
  });

  it('comes in a format of the user’s own, by path or by package', async () => {
    const own = "module.exports = (results, { cwd }) => results.length + ' files';";
    const project = makeProject({ 'a.ts': CLEAN, 'sub/own.cjs': own, 'sub/node_modules/eslint-formatter-mine/index.js': own, 'sub/a.ts': CLEAN });
    expect((await project.scan(['..', '-f', './own.cjs'], 'sub')).out).toBe('3 files\n');
    expect((await project.scan(['..', '-f', 'mine'], 'sub')).out).toBe('3 files\n');
  });

  it('goes to a file', async () => {
    const project = makeProject({ 'a.ts': SHARED });
    const said = await project.scan(['-f', 'json', '-o', 'reports/scan.json']);
    expect(said).toMatchObject({ code: 1, out: '' });
    expect(readFileSync(path.join(project.folder, 'reports/scan.json'), 'utf8')).toContain('"db-session/no-concurrent-use"');
  });

  it('draws progress for a person only, in one line that is gone at the end', async () => {
    expect((await makeProject({ 'a.ts': CLEAN }).scan([])).log).not.toContain('\r');
    const { folder } = makeProject({ [`${'long'.repeat(20)}.ts`]: CLEAN });
    const written: string[] = [];
    const log = { isTTY: true, columns: 40, write: (text: string) => written.push(text) };
    await scan([], { cwd: folder, out: log, log });
    expect(written).toEqual(['\r\u001B[2KScanning 0/1 longlonglonglonglonglonglo', '\r\u001B[2K', expect.stringMatching(/^Scanned 1 file/)]);
  });
});

describe('under ESLint 9', () => {
  afterEach(() => {
    vi.doUnmock('eslint');
    vi.resetModules();
  });

  it('says the same', async () => {
    vi.resetModules();
    vi.doMock('eslint', () => import('eslint9'));
    const { scan } = await import('../../src/cli/scan.js');
    const { folder } = makeProject({ 'a.ts': SHARED, 'broken.ts': 'const = 1', 'c.js': '/* eslint foo/bar: 2, no-var: [ */ var a;' });
    let log = '';
    const terminal = { cwd: folder, out: { write: () => undefined }, log: { write: (text: string) => (log += text) } };
    expect(await scan([], terminal)).toBe(1);
    expect(log).toMatch(/1 finding\.\n {6}1 {2}db-session\/no-concurrent-use\n1 path could not be parsed:\n {2}broken\.ts:1:\d+ {2}Parsing error[^\n]*\n$/);
  });
});

describe('rules and configs', () => {
  const reads = SHARED.replaceAll('create({ data: {} })', 'findMany()');

  it('can be chosen', async () => {
    const project = makeProject({ 'a.ts': SHARED });
    for (const config of ['recommended', 'strict', 'all']) expect((await project.scan(['--config', config])).code).toBe(1);
    expect((await project.scan(['--rule', 'no-concurrent-use: 0'])).code).toBe(0);
    expect((await makeProject({ 'a.ts': reads }).scan(['--rule', 'db-session/no-concurrent-use: [error, {"reads": true}]'])).code).toBe(1);
  });
});

describe('.env files and schemas', () => {
  const url = 'postgres://us3r:s3cret@h0st.pooler.supabase.com:6543/postgres';
  const files = {
    '.env.example': `A=b\nexport DIRECT_URL="${url}"\n`,
    'prisma/schema.prisma': `datasource db {\n  provider = "postgresql"\n  url = "${url}"\n  directUrl = env("DIRECT_URL")\n}\n`,
    'packages/api/.env.local': '# eslint-disable-next-line db-session/no-pooled-statement-cache -- on purpose\nPGPREPARE=false\n',
    '.gitignore': '.env\n',
    '.env': 'PGPREPARE=false\n',
    'a.ts': SHARED,
  };

  it('are scanned with the code, in their own languages', async () => {
    const said = await makeProject(files).scan(['--format', 'json', '.']);
    const results = JSON.parse(said.out) as ESLint.LintResult[];
    const places = results.flatMap(({ filePath, messages }) => messages.map(({ messageId, line, column, endLine, endColumn }) => [path.basename(filePath), messageId, line, column, endLine, endColumn]));
    expect(places).toEqual([
      ['.env.example', 'needsDirect', 2, 19, 2, 21 + url.length],
      ['a.ts', 'losesWrites', 5, 9, 5, 20],
      ['schema.prisma', 'prismaNeedsPgbouncer', 3, 9, 3, 11 + url.length],
    ]);
    expect(said.log).toContain('Scanned 4 files');
    expect(said.log).toContain('3 findings, and 1 more disabled by comments.');
  });

  it('may be named, ignored or not', async () => {
    const project = makeProject(files);
    expect((await project.scan(['.env'])).out).toContain('PGPREPARE');
    expect((await project.scan(['prisma/schema.prisma'])).code).toBe(1);
    expect((await makeProject({ '.env': 'A=b\n' }).scan([])).log).toContain('Scanned 1 file');
  });

  it('are never printed, in no format', async () => {
    for (const format of ['stylish', 'json', 'json-with-metadata', 'html']) {
      const project = makeProject({ '.env': `${files['.env.example']}OPEN="${url}\n`, '.env.test': files['.env.example'], 'a.prisma': files['prisma/schema.prisma'], 'b.prisma': `datasource db {\n  url = "${url}\n}` });
      const said = await project.scan(['--format', format]);
      expect(said.log).toContain('Scanned 4 files');
      expect(said.log).toContain('2 paths could not be parsed');
      expect(said.out + said.log, format).not.toMatch(/us3r|s3cret|h0st|supabase\.com/);
    }
  });

  it('meet only rules that know them', async () => {
    const rules = ['--rule', 'no-concurrent-use: error', '--rule', 'no-pooled-statement-cache: off'];
    expect((await makeProject(files).scan(rules)).log).toContain('1 finding.');
  });
});

describe('type information', () => {
  const tsconfig = JSON.stringify({ compilerOptions: { strict: true, module: 'preserve', types: [] }, include: ['src'] });

  it.each([[['--project']], [['--project', 'tsconfig.json']], [['--project=tsconfig.json']]])('%s: files outside of the project are scanned without', async (args) => {
    const project = makeProject({ 'tsconfig.json': tsconfig, 'src/a.ts': SHARED, 'other/b.ts': SHARED, 'broken.ts': 'const = 1' });
    const said = await project.scan([...args, '.']);
    expect(said.code).toBe(1);
    expect(said.log).toContain('2 findings.');
    expect(said.log).toContain('1 file scanned without type information');
    expect(said.log).toContain('1 path could not be parsed:');
  });

  it('comes from a tsconfig that must exist', async () => {
    const said = await makeProject({ 'a.ts': CLEAN }).scan(['--project', 'tsconfig.nope.json']);
    expect(said).toMatchObject({ code: 2, log: "--project 'tsconfig.nope.json': no such file.\nTry --help.\n" });
  });
});

describe('all syntax that is in use', () => {
  it('parses', async () => {
    const said = await makeProject({
      'enum.ts': 'enum A { B } namespace C { export const d = 1 } @dec class E { constructor(private f: string) {} }',
      'page/[id].tsx': 'export default () => <a href="/">x</a>;',
      'view.js': 'const a = <b/>;',
      'hashbang.cjs': '#!/usr/bin/env node\nreturn 1;',
      'using.mts': 'await using c = await f();',
      'bom.ts': '\uFEFFexport {};',
      'wide.ts': Buffer.from('\uFEFFexport const a = "ü";', 'utf16le'),
      'latin1.js': Buffer.from('// \xFCber\nf();', 'latin1'),
      'crlf.ts': 'const a = 1;\r\n',
      'empty.ts': '',
    }).scan(['.']);
    expect(said).toMatchObject({ code: 0, out: '' });
    expect(said.log).toContain('Scanned 10 files');
  });
});

describe('mistakes on the command line', () => {
  it.each([
    [['--confg', 'all'], "There is no option '--confg'. Did you mean 'config'?"],
    [['--config', 'stric'], "There is no config 'stric'. Did you mean 'strict'? Valid: recommended, strict, all."],
    [['--config', 'constructor'], "There is no config 'constructor'."],
    [['--config'], "Option '-c, --config <value>' argument missing"],
    [['--rule', 'db-session/no-concurent-use: off'], "There is no rule 'db-session/no-concurent-use'. Did you mean 'no-concurrent-use'?"],
    [['--rule', 'no-var: off'], "There is no rule 'no-var'."],
    [['--rule', 'no-concurrent-use'], "--rule 'no-concurrent-use' lacks a severity: write 'name: error'"],
    [['--rule', 'no-concurrent-use: [error, {reads: true}]'], 'are not JSON.'],
    [['--max-warnings', 'few'], "--max-warnings must be a whole number, but is 'few'."],
    [['--format', 'nope'], "The formatter 'nope' cannot be loaded."],
    [['--output-file', 'a.ts/report'], "--output-file 'a.ts/report' cannot be written: "],
  ])('%j', async (args, message) => {
    const said = await makeProject({ 'a.ts': CLEAN }).scan(args);
    expect(said.log).toContain(message);
    expect(said.code).toBe(2);
  });

  it('--help and --version answer', async () => {
    const project = makeProject({});
    expect(await project.scan(['--help'])).toMatchObject({ code: 0, log: '', out: expect.stringContaining('Usage: eslint-plugin-db-session') as string });
    expect((await project.scan(['-v'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(existsSync(project.folder)).toBe(true);
  });
});
