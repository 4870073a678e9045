/**
 * Proves the claims with the newest versions of the libraries, in a temporary folder, and says what changed against the
 * installed ones: so the catalogue can be kept true over the years.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { files } from './claims/index.js';
import { openFolder } from './databases/machine.js';
import type { Row } from './table.js';
import { versionOf } from './versions.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');

export async function proveWithLatest(chosen: readonly string[]): Promise<number> {
  const folder = openFolder('latest');
  try {
    cpSync(here, path.join(folder, 'tests/evidence'), { recursive: true, filter: (file) => !file.includes('generated-prisma') });
    cpSync(path.join(root, 'tsconfig.json'), path.join(folder, 'tsconfig.json'));
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }, null, 2));
    installLatest(importedPackages(chosen), folder);

    console.log('\nThe installed versions:');
    const before = prove(root, chosen);
    console.log('\nThe newest versions:');
    const after = prove(folder, chosen);
    return printChanges(before, after);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** All at once; where that fails, family by family, so that one unfinished release does not stop the others. */
function installLatest(names: readonly string[], folder: string): void {
  console.log(`Installing the newest versions of ${names.length} packages in ${folder}`);
  if (install(names.map((name) => `${name}@latest`), folder)) return;
  const family = (name: string) => /^@?(prisma|mikro-orm)\b/.exec(name)?.[1] ?? name;
  for (const first of new Set(names.map(family))) {
    const members = names.filter((name) => family(name) === first);
    if (install(members.map((name) => `${name}@latest`), folder)) continue;
    console.log(`could not install the newest ${members.join(', ')}: taking the installed version`);
    install(members.map((name) => `${name}@${versionOf(name)}`), folder);
  }
}

function install(packages: readonly string[], folder: string): boolean {
  // Peer ranges of one library on another lag behind; whether they work together is what the run shows.
  return run('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error', ...packages], folder) === 0;
}

/** What has to stand beside a package though nobody imports it. */
const beside: Readonly<Record<string, readonly string[]>> = {
  '@prisma/adapter-pg': ['prisma', '@prisma/client'],
  '@mikro-orm/postgresql': ['@mikro-orm/core'],
  typeorm: ['reflect-metadata'],
  // Started, not imported, by claims that import pg-boss too.
  'pg-boss': ['bun'],
};

/** Those of our devDependencies that the suite imports: the frame of it and the chosen files of claims. */
function importedPackages(chosen: readonly string[]): string[] {
  const names = chosen.map((name) => name.split('/')[0]!);
  const claims = chosen.length > 0 && names.every((name) => name in files) ? names : Object.keys(files);
  const imported = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/^(?:import|export|.* from) (?:.* from )?'([^']+)'/gm)) {
      if (specifier!.startsWith('.')) visit(path.resolve(path.dirname(file), specifier!.replace(/\.js$/, '.ts')));
      else imported.add(packageOf(specifier!));
    }
  };
  visit(path.join(here, 'run.ts'));
  for (const name of claims) visit(path.join(here, 'claims', `${name}.ts`));
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
  const direct = Object.keys(devDependencies).filter((name) => imported.has(name));
  return [...new Set(['tsx', ...direct, ...direct.flatMap((name) => beside[name] ?? [])])].sort();
}

function packageOf(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function run(command: string, args: readonly string[], cwd: string): number {
  return spawnSync(command, args, { cwd, stdio: 'inherit' }).status ?? 1;
}

function prove(folder: string, chosen: readonly string[]): Row[] {
  const json = path.join(folder, '.evidence.json');
  rmSync(json, { force: true });
  run(process.execPath, [path.join(folder, 'node_modules/tsx/dist/cli.mjs'), 'tests/evidence/run.ts', '--json', json, ...chosen], folder);
  const rows = existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as Row[]) : [];
  rmSync(json, { force: true });
  return rows;
}

/** Returns the exit code: 1 when a claim that holds with the installed version no longer holds. */
function printChanges(before: readonly Row[], after: readonly Row[]): number {
  console.log('\nWhat changed:');
  const versions = new Map(before.map((row) => [row.library + row.id.split('/')[0]!, row.version]));
  const moved = new Set<string>();
  for (const row of after) {
    const old = versions.get(row.library + row.id.split('/')[0]!);
    if (old && row.version && old !== row.version) moved.add(`${row.library}: ${old} -> ${row.version}`);
  }
  for (const line of moved) console.log(`  ${line}`);
  if (moved.size === 0) console.log('  no version');

  let isWorse = false;
  for (const old of before) {
    const now = after.find(({ id }) => id === old.id) ?? after.find(({ id }) => id === `${old.id.split('/')[0]!}/*`);
    if (now?.kind === old.kind) continue;
    isWorse ||= old.kind === 'proved';
    console.log(`  ${old.id}: ${old.kind} -> ${now?.kind ?? 'not run'} ${now?.why ?? ''}`);
  }
  if (!isWorse) console.log('  every claim that held still holds');
  return isWorse ? 1 : 0;
}
