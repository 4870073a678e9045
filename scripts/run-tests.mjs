/**
 * Runs every test suite of the project, one after another, and prints one line for all of them:
 *
 *   node scripts/run-tests.mjs    ends in `N passed, N failed, N skipped`, and with exit code 1 when anything failed
 *
 * A suite is a vitest configuration in the root: vitest.config.ts and vitest.<suite>.config.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const suites = readdirSync(root).filter((file) => /^vitest(?:\.[\w-]+)?\.config\.ts$/.test(file)).sort();

const folder = mkdtempSync(path.join(tmpdir(), 'db-session-tests-'));
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const suite of suites) {
    console.log(`\n${suite}`);
    const report = path.join(folder, `${suite}.json`);
    const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', suite, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
    total.passed += numPassedTests;
    // A file that cannot be loaded, an error outside of the tests: the suite failed though no test did.
    total.failed += status === 0 ? numFailedTests : Math.max(numFailedTests, 1);
    total.skipped += numPendingTests + numTodoTests;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 ? 1 : 0;
