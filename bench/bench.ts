/**
 * `npm run bench`: prints what linting costs with this plugin and with others. Nothing here passes or fails.
 * `npm run bench -- <folder>…` prints what it costs over code of yours.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Linter } from 'eslint';
import dbSession from 'eslint-plugin-db-session';
import { generateRepository, longFile, nestedFile, wideFile } from './generate.js';
import { measure, type Measured } from './measure.js';
import { configOf, filesIn, mixedFiles, packageFiles, writtenFiles, type Rival } from './subjects.js';

const { values: options, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', multiple: true }, repetitions: { type: 'string' } },
});
const repetitions = Number(options.repetitions ?? (options.quick ? 1 : 3));
const scratch = mkdtempSync(join(tmpdir(), 'db-session-bench-'));

const number = (value: number, digits = 1): string => value.toFixed(digits);
const percent = (part: number, whole: number): string => `${number((100 * part) / whole, 2)} %`;

function print(title: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  const columns = Object.keys(rows[0] ?? {});
  console.log(`\n## ${title}\n\n| ${columns.join(' | ')} |\n|${columns.map(() => ' :-- ').join('|')}|`);
  for (const row of rows) console.log(`| ${columns.map((column) => row[column] ?? '').join(' | ')} |`);
}

function lines(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length, 0);
}

function ofPlugin({ byRule }: Measured): number {
  return Object.entries(byRule).reduce((sum, [name, time]) => sum + (name.startsWith('db-session/') ? time : 0), 0);
}

function row(what: string, measured: Measured, base: Measured): Record<string, string | number> {
  const { cpu, wall, memory, total } = measured;
  // Beside others, only the plugin's own.
  const rules = what === 'usual rules and all' ? ofPlugin(measured) : measured.rules;
  return { with: what, 'CPU s': number(cpu), '÷ no rules': number(cpu / base.cpu, 2), 'wall s': number(wall), 'memory MB': Math.round(memory), 'rules ms': Math.round(rules), 'share of lint time': percent(rules, total), findings: measured.findings };
}

function compare(title: string, files: readonly string[], contenders: readonly Rival[], typedIn?: string): void {
  const base = measure({ files, rival: 'no rules', typedIn }, repetitions);
  const own = new Map(contenders.map((rival) => [rival, measure({ files, rival, typedIn }, repetitions)]));
  print(`${title}: ${files.length} files, ${lines(files)} lines`, [row('no rules', base, base), ...[...own].map(([rival, measured]) => row(rival, measured, base))]);
  const all = own.get('all');
  if (!all) return;
  const byRule = Object.entries(all.byRule).toSorted(([, a], [, b]) => b - a);
  print(`${title}: each rule (the first one asked pays for what all share)`, byRule.map(([rule, time]) => ({ rule, ms: number(time), share: percent(time, all.total) })));
}

const untyped: readonly Rival[] = ['recommended', 'strict', 'all', 'no-concurrent-use alone', 'eslint-plugin-promise', 'require-atomic-updates', 'usual rules', 'usual rules and all'];
const typed: readonly Rival[] = ['all', 'no-floating-promises'];

/** The plugin as users load it, in oxlint. */
function oxlint(title: string, folder: string): void {
  const run = (name: string, config: object): Record<string, string | number> => {
    const path = join(scratch, `${name}.json`);
    writeFileSync(path, JSON.stringify({ categories: { correctness: 'off' }, ...config }));
    const { stderr } = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S %R'; time ./node_modules/.bin/oxlint --silent -c ${path} ${folder} >/dev/null 2>&1`], { encoding: 'utf8' });
    const [user = 0, system = 0, wall = 0] = stderr.trim().split(/\s+/).map(Number);
    return { with: name, 'CPU s': number(user + system, 2), 'wall s': number(wall, 2) };
  };
  const rules = dbSession.configs.all.rules;
  const jsPlugins = [resolve('dist/bundle/plugin.js')];
  print(title, [run('native', { rules: { 'no-debugger': 'error' } }), run('plugin', { jsPlugins, rules })]);
}

const sections: Readonly<Record<string, () => void>> = {
  mixed() {
    compare('Mixed code', mixedFiles(options.quick ? 1 : 8), ['all', 'no-concurrent-use alone', 'eslint-plugin-promise', 'require-atomic-updates', 'usual rules and all']);
  },
  packages() {
    compare('Database libraries', packageFiles(options.quick ? 40 : 150), untyped);
  },
  own() {
    const files = packageFiles(options.quick ? 10 : 40);
    const rows = Object.keys(dbSession.configs.all.rules).map((rule) => {
      const { byRule, total } = measure({ files, rival: 'all', last: rule }, repetitions);
      return { rule, ms: number(byRule[rule] ?? 0), share: percent(byRule[rule] ?? 0, total) };
    });
    print('Database libraries: what each rule adds when the others have run', rows);
  },
  repositories() {
    const growth: Record<string, string | number>[] = [];
    for (const size of options.quick ? [250, 1_000] : [1_000, 10_000, 50_000]) {
      const folder = join(scratch, `of-${size}`);
      generateRepository(folder, size, 'node_modules');
      const files = filesIn(join(folder, 'src'));
      if (size <= 1_000) compare('Generated repository', files, untyped);
      const { cpu, wall, memory, rules, total } = measure({ files, rival: 'all' }, size > 1_000 ? 1 : repetitions);
      growth.push({ files: size, lines: lines(files), 'CPU s': number(cpu), 'wall s': number(wall), 'memory MB': Math.round(memory), 'rules ms': Math.round(rules), 'rules ms a file': number(rules / size, 3), 'share of lint time': percent(rules, total) });
      if (size <= 10_000) oxlint(`oxlint over ${size} files`, join(folder, 'src'));
    }
    print('Growth with the number of files', growth);
  },
  typed() {
    const folder = join(scratch, 'typed');
    generateRepository(folder, options.quick ? 100 : 500, 'node_modules');
    compare('Generated repository, typed', filesIn(join(folder, 'src')), typed, folder);
  },
  lengths() {
    const shapes: [string, string][] = [
      ...(options.quick ? [1_000, 10_000] : [1_000, 10_000, 50_000]).map((size): [string, string] => [`${size} lines`, longFile(size)]),
      ['50 transactions in one another', nestedFile(50)],
      ['5,000 branches in one Promise.all', wideFile(5_000)],
    ];
    const rows = shapes.map(([name, text], at) => {
      const file = join(scratch, `long${at}.ts`);
      writeFileSync(file, text);
      const { rules, total } = measure({ files: [file], rival: 'all' }, repetitions);
      const count = text.split('\n').length;
      return { file: name, lines: count, 'lint ms': Math.round(total), 'rules ms': Math.round(rules), 'rules µs a line': number((1_000 * rules) / count), share: percent(rules, total) };
    });
    print('Growth with the length of a file', rows);
  },
  keystroke() {
    const linter = new Linter({ configType: 'flat', cwd: '/' });
    const text = longFile(2_000);
    const samples = Array.from({ length: 40 }, (_, at) => {
      linter.verifyAndFix(`${text}// ${'x'.repeat(at)}`, configOf('all', undefined), { filename: '/service.ts', fix: false, stats: true } as Linter.FixOptions);
      const [pass] = linter.getTimes().passes;
      return { rules: Object.values(pass?.rules ?? {}).reduce((sum, { total }) => sum + total, 0), total: pass?.total ?? 0 };
    }).slice(10);
    const median = (of: (sample: { rules: number; total: number }) => number): string => number(samples.map(of).toSorted((a, b) => a - b)[samples.length / 2] ?? 0);
    print('A keystroke in a service of 2,000 lines, in a warm process', [{ 'rules ms': median((sample) => sample.rules), 'lint ms': median((sample) => sample.total) }]);
  },
  load() {
    const once = (module: string): number => {
      const { stdout } = spawnSync(process.execPath, ['-e', `const t = performance.now(); import(${JSON.stringify(module)}).then(() => console.log(performance.now() - t))`], { encoding: 'utf8' });
      return Number(stdout);
    };
    const median = (module: string): string => number(Array.from({ length: 9 }, () => once(module)).toSorted((a, b) => a - b)[4] ?? 0);
    print('Loading, each in a new process (median of 9)', ['dist/bundle/plugin.js', 'node_modules/eslint/lib/api.js', 'node_modules/eslint-plugin-promise/index.js', 'node_modules/typescript-eslint/dist/index.js'].map((path) => ({ module: path, ms: median(resolve(path)) })));
  },
};

/** Each folder as a whole and in new processes, as a lint run meets it. */
function compareFolders(): void {
  const columns: readonly (readonly [title: string, rival: Rival])[] = [
    ['all rules, without others', 'all'],
    ['no-concurrent-use alone', 'no-concurrent-use alone'],
    ['all rules, beside the usual ones', 'usual rules and all'],
  ];
  const shares = (measured: readonly (readonly Measured[])[]): Record<string, string> =>
    Object.fromEntries(columns.map(([title], at) => {
      const column = measured.flatMap((ofFolder) => ofFolder[at] ?? []);
      return [title, percent(column.reduce((sum, one) => sum + ofPlugin(one), 0), column.reduce((sum, { total }) => sum + total, 0))];
    }));
  const measured = folders.map((folder) => {
    const files = writtenFiles(resolve(folder));
    console.error(`${folder}: ${files.length} files`);
    return { folder: basename(resolve(folder)), files: files.length, columns: columns.map(([, rival]) => measure({ files, rival }, repetitions)) };
  });
  const rows = measured.map((one) => ({ folder: one.folder, files: one.files, ...shares([one.columns]) }));
  print('Share of lint time, by folder', [...rows, { folder: 'all together', files: measured.reduce((sum, { files }) => sum + files, 0), ...shares(measured.map((one) => one.columns)) }]);
}

console.log(`Node.js ${process.version}, ${availableParallelism()} cores, median of ${repetitions}`);
try {
  if (folders.length > 0) compareFolders();
  else for (const [name, run] of Object.entries(sections)) if (!options.only || options.only.includes(name)) run();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
