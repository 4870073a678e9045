/** All rules over source code that others wrote: what they throw, and how long they take beside the parser. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import * as tsParser from '@typescript-eslint/parser';
import { SourceCode } from 'eslint';
import * as espree from 'espree';
import { configOf, linter } from './every-rule.js';

/** Files larger than this are data. */
const LARGEST = 4 * 1024 * 1024;

/** All rules together may take this many times as long as the parser did; what is over in no time is not looked at. */
const ALLOWED_RATIO = 10;
const NO_TIME = 500;

export interface Slow {
  readonly file: string;
  readonly parse: number;
  readonly rules: number;
}

export interface Tally {
  files: number;
  bytes: number;
  /** Files that no parser reads. */
  readonly unparsable: string[];
  readonly crashes: { readonly file: string; readonly error: string }[];
  readonly slow: Slow[];
  /** Milliseconds, of all files. */
  parse: number;
  rules: number;
  worst: Slow | undefined;
  readonly findings: Map<string, number>;
  /** Places of findings, for a person to look at. */
  readonly places: string[];
}

export function emptyTally(): Tally {
  return { files: 0, bytes: 0, unparsable: [], crashes: [], slow: [], parse: 0, rules: 0, worst: undefined, findings: new Map(), places: [] };
}

/** Lints a file, and adds what came of it. */
export function check(file: string, tally: Tally): void {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  tally.files += 1;
  tally.bytes += text.length;
  if (!/\.[cm]?[jt]sx?$/.test(file)) {
    run(file, text, tally);
    return;
  }
  const start = cpuTime();
  const parsed = parse(text, file);
  const time = cpuTime() - start;
  if (!parsed) {
    tally.unparsable.push(file);
    return;
  }
  // ESLint walks the tree for its own sake too.
  const bare = timeOf(() => linter.verify(parsed, configOf({ rules: {} }), { filename: file }));
  const all = timeOf(() => { run(file, parsed, tally); });
  const slow = { file, parse: time, rules: Math.max(0, all - bare) };
  tally.parse += slow.parse;
  tally.rules += slow.rules;
  if (slow.rules > (tally.worst?.rules ?? 0)) tally.worst = slow;
  if (slow.rules > NO_TIME && slow.rules > ALLOWED_RATIO * slow.parse) tally.slow.push(slow);
}

function run(file: string, code: string | SourceCode, tally: Tally): void {
  try {
    for (const { ruleId, message, line, fatal } of linter.verify(code, configOf(), { filename: file, allowInlineConfig: false })) {
      if (fatal) tally.unparsable.push(file);
      else if (ruleId === null) throw new Error(message);
      if (ruleId === null) continue;
      tally.findings.set(ruleId, (tally.findings.get(ruleId) ?? 0) + 1);
      tally.places.push(`${file}:${String(line)} ${ruleId}: ${message}`);
    }
  } catch (error) {
    tally.crashes.push({ file, error: error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 8).join('\n') : String(error) });
  }
}

function timeOf(work: () => unknown): number {
  const start = cpuTime();
  work();
  return cpuTime() - start;
}

/** Milliseconds of this process alone, whatever else the machine does. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** JavaScript as ESLint reads it by itself, where that works; else, and TypeScript, by TypeScript's parser. */
function parse(text: string, file: string): SourceCode | undefined {
  if (/\.[cm]?jsx?$/.test(file)) {
    for (const sourceType of ['module', 'commonjs'] as const) {
      try {
        const ast = espree.parse(text, { ecmaVersion: 'latest', sourceType, range: true, loc: true, comment: true, tokens: true, ecmaFeatures: { jsx: true } });
        return new SourceCode({ text, ast: ast as unknown as SourceCode.Config['ast'] });
      } catch {
        // The next one.
      }
    }
  }
  try {
    const { ast, scopeManager, visitorKeys } = tsParser.parseForESLint(text, { filePath: file, range: true, loc: true, comment: true, tokens: true, sourceType: 'module', ecmaFeatures: { jsx: !/\.[cm]?ts$/.test(file) } });
    return new SourceCode({ text, ast, scopeManager, visitorKeys, parserServices: {} } as unknown as SourceCode.Config);
  } catch {
    return undefined;
  }
}

const source = /(?:\.(?:[cm]?[jt]sx?|prisma)|(?:^|\/)\.env(?:\.(?:example|sample|local|test|development|production))?)$/;

/** Source files below a folder, in a stable order, not those of packages that are installed below it. */
export function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== '.git') yield* filesBelow(full);
    } else if (entry.isFile() && source.test(full) && statSync(full).size <= LARGEST) yield full;
  }
}

/** The folders of the packages in a `node_modules`. */
export function packagesOf(nodeModules: string): string[] {
  const folders = (folder: string) => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => path.join(folder, entry.name));
  return folders(nodeModules).flatMap((folder) => (path.basename(folder).startsWith('@') ? folders(folder) : [folder])).toSorted();
}

/** Some of the files, spread evenly: neighbours are alike. */
export function spread(files: readonly string[], most: number): readonly string[] {
  if (files.length <= most) return files;
  return Array.from({ length: most }, (_, index) => files[Math.floor((index * files.length) / most)] ?? '');
}
