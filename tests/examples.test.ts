import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { scan } from '../src/cli/scan.js';
import plugin from '../src/plugin.js';

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

  it('the task is flagged where it is started', async () => {
    expect(await flagged('background-task/before.ts', ...options)).toEqual(['db-session/no-background-use: setImmediate']);
    expect(await flagged('background-task/after.ts', ...options)).toEqual([]);
  });

  it('the registry is flagged where it is filled', async () => {
    expect(await flagged('session-registry/before.ts', ...options)).toEqual(['db-session/require-release: this.#sessions.set']);
    expect(await flagged('session-registry/after.ts', ...options)).toEqual([]);
    expect(await flagged('session-registry/middleware.ts', ...options)).toEqual([]);
  });

  it('both ways out are clean', async () => {
    expect(await flagged('shared-session/after.ts', ...options)).toEqual([]);
  });

  it('the statement cache is flagged where it was turned off in vain', async () => {
    const found = await flagged('pooled-statement-cache/before.ts', ...options);
    expect(found).toEqual([
      "db-session/no-pooled-statement-cache: pgbouncer=true';",
      'db-session/no-pooled-statement-cache: statement_cache_size: 0 } as postgres.Options<Record<string, never>>);',
      'db-session/no-pooled-statement-cache: postgres',
    ]);
    expect(await flagged('pooled-statement-cache/after.ts', ...options)).toEqual([]);
  });
});

it('the .env.example of the statement cache is flagged twice', async () => {
  const file = folder + 'pooled-statement-cache/.env.example';
  const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: [...plugin.configs.recommended] });
  const [result] = await eslint.lintFiles([file]);
  const lines = readFileSync(file, 'utf8').split('\n');
  expect(result!.messages.map(({ messageId, line }) => [messageId, lines[line - 1]!.split('=', 1)[0]])).toEqual([
    ['needsDirect', 'DIRECT_URL'],
    ['lookAlikeKnob', 'PGPREPARE'],
  ]);
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
