/**
 * Packs the package and installs it with npm, as a user would: beside the first ESLint 9, the last ESLint 9, and ESLint 10
 * with the other programs. Everything is outside of the repository, whose own `node_modules` would hide what the package lacks.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { environment } from './environment.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder that has a folder for each host. */
    readonly home: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** What pins the programs beside which the package is installed: `<host>/package.json` and its lock. */
const hosts = ['oldest', 'eslint9', 'eslint10'] as const;
export type Host = (typeof hosts)[number];

const QUIETLY = ['--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];

export default async function install(project: TestProject): Promise<() => Promise<void>> {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), 'db-session-hosts-')));
  const tidy = () => rm(home, { recursive: true, force: true });
  try {
    await npm(root, ['pack', '--pack-destination', home]);
    const packed = readdirSync(home).find((file) => file.endsWith('.tgz'));
    if (packed === undefined) throw new Error(`npm pack left no package in ${home}.`);
    await Promise.all(hosts.map((host) => installBeside(host, path.join(home, host), path.join(home, packed))));
  } catch (error) {
    await tidy();
    throw error;
  }
  project.provide('home', home);
  return tidy;
}

/** No script of any package runs: this one has to work without. */
async function installBeside(host: Host, folder: string, packed: string): Promise<void> {
  mkdirSync(folder);
  for (const file of ['package.json', 'package-lock.json']) cpSync(path.join(root, 'tests/hosts', host, file), path.join(folder, file));
  await npm(folder, ['ci', '--ignore-scripts', ...QUIETLY]);
  await npm(folder, ['install', '--no-save', '--ignore-scripts', ...QUIETLY, packed]);
}

async function npm(cwd: string, args: readonly string[]): Promise<void> {
  try {
    await run('npm', args, { cwd, env: environment(), maxBuffer: 2 ** 26, timeout: 480_000, shell: process.platform === 'win32' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`npm ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
