import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ESLint } from 'eslint';
import { inject, onTestFinished } from 'vitest';
import { environment } from './environment.js';
import type { Host } from './installation.js';

/** How a program ended, and what it said. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A user's project: a folder of its own, below the folder where the package and the programs are installed. */
export interface HostedProject {
  readonly folder: string;
  /** Runs a command line in a shell, as people and CI services do. Installed programs are found as in an npm script. */
  run(command: string, options?: { readonly env?: Readonly<Record<string, string>>; readonly inside?: string }): Ended;
  read(file: string): string;
  write(file: string, content: string): void;
}

/**
 * @param host - What the package is installed beside.
 * @param files - Contents by path. A `package.json` is added unless there is one.
 * @returns The project; it is removed after the test.
 */
export function makeProject(host: Host, files: Readonly<Record<string, string>>): HostedProject {
  const folder = mkdtempSync(path.join(inject('home'), host, 'project-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (file: string, content: string) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  };
  for (const [file, content] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) write(file, content);
  return {
    folder,
    write,
    read: (file) => readFileSync(path.join(folder, file), 'utf8'),
    run(command, { env = {}, inside = '.' } = {}) {
      const programs = path.join(inject('home'), host, 'node_modules/.bin');
      const { status, stdout, stderr, error } = spawnSync(command, {
        cwd: path.join(folder, inside),
        env: environment({ PATH: [programs, process.env.PATH ?? ''].join(path.delimiter), ...env }),
        encoding: 'utf8',
        shell: true,
        maxBuffer: 2 ** 28,
        // Nothing here waits for anybody; what hangs is ended and fails.
        timeout: 150_000,
      });
      if (error) throw error;
      return { status, stdout, stderr };
    },
  };
}

/**
 * @param ended - A run of ESLint with `--format json`.
 * @param folder - The project's folder.
 * @returns The findings as `file:line:column rule`.
 * @throws {Error} If that is not what ESLint printed, with what it printed.
 */
export function findings({ stdout, stderr }: Ended, folder: string): string[] {
  let results: ESLint.LintResult[];
  try {
    results = JSON.parse(stdout) as ESLint.LintResult[];
  } catch (error) {
    throw new Error(`No report:\n${stdout}${stderr}`, { cause: error });
  }
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, line, column, message }) => `${path.relative(folder, filePath).replaceAll('\\', '/')}:${line}:${column} ${ruleId ?? message}`),
  );
}
