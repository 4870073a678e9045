import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeProject, SHARED } from './project.js';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const loader = import.meta.resolve('tsx');

function run(cwd: string, ...args: string[]) {
  return spawnSync(process.execPath, ['--import', loader, main, ...args], { cwd, encoding: 'utf8' });
}

it('reports on standard output, sums up on standard error, and exits with the code', () => {
  const { folder } = makeProject({ 'a.ts': SHARED });
  const { status, stdout, stderr } = run(folder, 'a.ts', 'missing.ts');
  expect(status).toBe(2);
  expect(stdout).toContain('db-session/no-concurrent-use');
  expect(stderr).toMatch(/^Scanned 1 file in .*: 1 finding\.\n/);
  expect(stderr).not.toContain('\r');
});
