/** oxlint runs the same rules, as a plugin in JavaScript. It has no types: what it finds is what ESLint finds without. */
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { tables } from '../concurrency/cases/index.js';
import { rowsOf } from '../concurrency/lint.js';
import { findings, makeProject, type Ended, type HostedProject } from './project.js';
import { CLEAN, POOLED, SECRET, SHARED, SHARED_AT, TSCONFIG, TYPED_ONLY, DATABASE } from './sources.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As much of oxlint's report in JSON as matters here. */
interface OxlintReport {
  readonly diagnostics: readonly { readonly message: string; readonly code?: string; readonly filename: string; readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[] }[];
}

/** A configuration of oxlint that runs nothing but the rules of a config. */
const configFile = (config: 'recommended' | 'all', more: object = {}) =>
  JSON.stringify({ plugins: [], categories: { correctness: 'off' }, jsPlugins: ['eslint-plugin-db-session'], rules: plugin.configs[config].rules, ...more });

/** The same for ESLint, with a parser that reads what oxlint reads. */
const ESLINT_CONFIG = `import dbSession from 'eslint-plugin-db-session';
import tseslint from 'typescript-eslint';

const languageOptions = { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } };
export default [
  { linterOptions: { reportUnusedDisableDirectives: 'off' } },
  { files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'], plugins: { 'db-session': dbSession }, rules: dbSession.configs.all.rules, languageOptions },
];
`;

/** What oxlint reports, in the form of {@link findings}. */
function oxlintFindings({ stdout, stderr }: Ended): string[] {
  let report: OxlintReport;
  try {
    report = JSON.parse(stdout) as OxlintReport;
  } catch (error) {
    throw new Error(`No report:\n${stdout}${stderr}`, { cause: error });
  }
  return report.diagnostics.map(({ message, code = '', filename, labels: [label] }) => {
    const rule = /^db-session\((.+)\)$/.exec(code)?.[1];
    return `${filename.replaceAll('\\', '/')}:${label?.span.line ?? 0}:${label?.span.column ?? 0} ${rule === undefined ? message : `db-session/${rule}`}`;
  });
}

const lint = (project: HostedProject, args = '.') => oxlintFindings(project.run(`oxlint --format json ${args}`)).toSorted();

/** Expects the same findings of both in a folder, and gives them back. */
function expectSame(project: HostedProject, folder: string): string[] {
  const byEslint = findings(project.run(`eslint --format json ${folder}`), project.folder);
  // Each says in its own words what it cannot parse; such a file says nothing of the rules.
  const broken = new Set(byEslint.filter((finding) => finding.includes('Parsing error')).map((finding) => finding.split(':', 1)[0]));
  // Rules of others that a comment in a source names are not there.
  const whole = (found: readonly string[]) => found.filter((finding) => finding.includes(' db-session/') && !broken.has(finding.split(':', 1)[0])).toSorted();
  const byOxlint = lint(project, folder);
  expect(byOxlint.filter((finding) => finding.includes('JS plugin'))).toEqual([]);
  expect(whole(byOxlint)).toEqual(whole(byEslint));
  expect(broken.size).toBeLessThan(5);
  return whole(byOxlint);
}

/** The sources in a folder that are no longer than what people write. */
const isSource = (file: string) => statSync(file).isDirectory() || (/\.[cm]?[jt]sx?$/.test(file) && !/\.d\.[cm]?ts$/.test(file) && statSync(file).size < 200_000);

describe('oxlint finds what ESLint finds without types', () => {
  it('in the examples and in every case of the tables', () => {
    const rows = rowsOf(tables).filter(({ case: { settings } }) => !settings);
    const files = rows.map(({ code, case: { extension = 'ts' } }, at) => [`rows/${at}.${extension}`, code] as const);
    const project = makeProject('eslint10', { 'eslint.config.js': ESLINT_CONFIG, '.oxlintrc.json': configFile('all'), ...Object.fromEntries(files) });
    cpSync(path.join(root, 'examples'), path.join(project.folder, 'rows/examples'), { recursive: true });
    const found = expectSame(project, 'rows');
    expect(found.length).toBeGreaterThan(rows.length / 4);
    expect(new Set(found.map((finding) => finding.split(' ', 2)[1])).size).toBeGreaterThan(5);
  });

  // Published packages, as npm installed them here: built code, sources in TypeScript, old and new styles.
  it.each(['@mikro-orm', '@trpc', 'bookshelf', 'hono', 'knex', 'pg-promise', 'postgres', 'sequelize', 'typeorm-transactional'])('in the package %s', (name) => {
    const project = makeProject('eslint10', { 'eslint.config.js': ESLINT_CONFIG, '.oxlintrc.json': configFile('all') });
    const from = path.join(root, 'node_modules', name);
    cpSync(from, path.join(project.folder, 'sources'), { recursive: true, dereference: true, filter: (file) => !file.slice(from.length).includes('node_modules') && isSource(file) });
    expect(readdirSync(path.join(project.folder, 'sources'), { recursive: true }).length).toBeGreaterThan(0);
    expectSame(project, 'sources');
  });
});

describe('the configurations of docs/large-repositories.md', () => {
  const page = readFileSync(path.join(root, 'docs/large-repositories.md'), 'utf8');
  const block = (title: string) => [...page.matchAll(/^```\w+\n(.*?)^```/gms)].map(([, code]) => code!).find((code) => code.startsWith(`// ${title}`))!;

  it.each([
    ['.oxlintrc.json', ''],
    ['oxlint.config.mjs', '--config oxlint.config.mjs'],
  ])('%s', (file, args) => {
    const project = makeProject('eslint10', { [file]: block(file), 'src/shared.ts': SHARED, 'src/clean.ts': CLEAN });
    expect(lint(project, args)).toEqual([`src/shared.ts:${SHARED_AT}`]);
  });
});

describe('oxlint', () => {
  it('takes rules, options and settings from a config in JavaScript', () => {
    const project = makeProject('eslint10', {
      'oxlint.config.mjs': `import dbSession from 'eslint-plugin-db-session';

export default {
  jsPlugins: ['eslint-plugin-db-session'],
  rules: dbSession.configs.recommended.rules,
  settings: { 'db-session': { ignoredLibraries: ['pg'] } },
};
`,
      'src/shared.ts': SHARED,
      'src/ignored.ts': "import { Pool } from 'pg';\nconst client = await new Pool().connect();\nawait Promise.all([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);\n",
      'src/clean.ts': CLEAN,
    });
    expect(lint(project, '--config oxlint.config.mjs')).toEqual([`src/shared.ts:${SHARED_AT}`]);
  });

  it('is silent where only types would tell', () => {
    const project = makeProject('eslint10', { '.oxlintrc.json': configFile('all'), 'tsconfig.json': TSCONFIG, 'src/database.ts': DATABASE, 'src/typed.ts': TYPED_ONLY });
    expect(lint(project)).toEqual([]);
  });

  it('says which setting is wrong', () => {
    const project = makeProject('eslint10', { '.oxlintrc.json': configFile('all', { settings: { 'db-session': { ignoredLibrarys: ['pg'] } } }), 'src/shared.ts': SHARED });
    const { status, stdout } = project.run('oxlint');
    expect(status).toBe(1);
    expect(stdout).toContain('ignoredLibraries');
  });

  it('heeds comments that disable', () => {
    const disabled = (tool: string) => SHARED.replace('  await', `  // ${tool}-disable-next-line db-session/no-concurrent-use -- on purpose\n  await`);
    const project = makeProject('eslint10', { '.oxlintrc.json': configFile('all'), 'a.ts': disabled('eslint'), 'b.ts': disabled('oxlint') });
    expect(lint(project)).toEqual([]);
  });

  it('applies fixes with --fix, and suggestions with --fix-suggestions: what comes out compiles and is clean', () => {
    const source = `import { Pool } from 'pg';

const pool = new Pool();
export async function empty(): Promise<void> {
  const client = await pool.connect();
  try {
    await Promise.all([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
  } finally {
    client.release();
  }
}
`;
    const project = makeProject('eslint10', { '.oxlintrc.json': configFile('all'), 'tsconfig.json': TSCONFIG, 'src/empty.ts': source, 'more/pooled.js': POOLED });
    expect(lint(project)).toEqual(['more/pooled.js:2:20 db-session/no-pooled-statement-cache', 'src/empty.ts:7:11 db-session/no-concurrent-use']);
    project.run('oxlint --fix');
    expect(readFileSync(path.join(project.folder, 'more/pooled.js'), 'utf8')).toBe(POOLED.replace(');', ', { prepare: false });'));
    expect(project.read('src/empty.ts')).toBe(source);
    project.run('oxlint --fix-suggestions');
    expect(project.read('src/empty.ts')).toContain("await client.query('DELETE FROM a');");
    expect(lint(project)).toEqual([]);
    expect(project.run('tsc --project .')).toMatchObject({ status: 0, stdout: '' });
  });

  // Its format for people shows the line of each finding, whatever stands there: see docs/ci.md.
  it.each(['github', 'gitlab', 'json', 'junit', 'sarif', 'stylish', 'unix', 'checkstyle'])('has no secret in a report in the format %s', (format) => {
    const project = makeProject('eslint10', { '.oxlintrc.json': configFile('all'), 'pooled.ts': POOLED });
    const { stdout } = project.run(`oxlint --format ${format}`);
    expect(stdout).toContain('no-pooled-statement-cache');
    expect(stdout).not.toContain(SECRET);
  });
});
