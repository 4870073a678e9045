import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { scan } from '../src/cli/scan.js';

const folder = fileURLToPath(new URL('../examples/', import.meta.url));

/** The source text that each finding in a file points at. */
async function flagged(file: string, ...options: string[]): Promise<string[]> {
  let report = '';
  await scan([file, '--format', 'json', ...options], {
    cwd: folder,
    out: { write: (text) => (report += text) },
    log: { write: () => undefined },
  });
  const lines = readFileSync(folder + file, 'utf8').split('\n');
  return (JSON.parse(report) as ESLint.LintResult[]).flatMap(({ messages }) =>
    messages.map(({ ruleId, line, column }) => `${ruleId ?? ''}: ${lines[line - 1]?.slice(column - 1).replace(/\(.*/, '') ?? ''}`),
  );
}

describe.each([['without types', []], ['with types', ['--project']], ['strict', ['--config', 'strict']]])('%s', (_how, options) => {
  it('the shared session is flagged where it is shared', async () => {
    expect(await flagged('shared-session/before.ts', ...options)).toEqual(['db-session/no-concurrent-use: Promise.all']);
  });

  it('both ways out are clean', async () => {
    expect(await flagged('shared-session/after.ts', ...options)).toEqual([]);
  });
});

describe('the laws of a transaction', () => {
  const laws = ['db-session/no-outer-client-in-transaction: db', 'db-session/no-unused-transaction: db.transaction', 'db-session/no-floating-transaction-end: trx.commit'];

  it('are broken before', async () => {
    expect(await flagged('transaction-laws/before.ts')).toEqual(laws);
    expect(await flagged('transaction-laws/before.ts', '--config', 'strict')).toEqual([...laws, 'db-session/no-io-in-transaction: fetch']);
  });

  it('are kept after', async () => {
    expect(await flagged('transaction-laws/after.ts', '--config', 'strict')).toEqual([]);
  });
});
