/** Drizzle's outcomes are those of its driver: what the file imports, or what its package depends on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'db-session-drivers-'))));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let packages = 0;
/** The messages of a rule for a file of a package with these dependencies. */
function messages(rule: keyof typeof plugin.rules, code: string, dependencies: readonly string[] = []): string[] {
  const project = path.join(folder, `package-${++packages}`);
  mkdirSync(project);
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((name) => [name, '1'])) }));
  const linter = new Linter({ cwd: project });
  const found = linter.verify(
    code,
    { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser }, rules: { [`db-session/${rule}`]: 'error' } },
    path.join(project, 'orders.ts'),
  );
  return found.map(({ message }) => message);
}

const helper = `import { eq } from 'drizzle-orm';
import { db } from './db';
export const save = () => db.transaction(async (tx) => { await Promise.all([tx.insert(a).values({}), tx.update(b).set({}).where(eq(b.id, 1))]); });`;
const opener = (subpath: string) => `import { drizzle } from '${subpath}';
const db = drizzle(url);
export const save = () => db.transaction(async (tx) => { await Promise.all([tx.insert(a).values({}), tx.insert(b).values({})]); });`;

/** What of the message names the driver's own way. */
const said = {
  unknown: '(node-postgres, postgres.js, mysql2)',
  queue: 'inside the next transaction on that connection. Instead',
  closed: 'gets "The transaction is closed"',
  synchronous: 'it throws "Transaction function cannot return a promise"',
};

describe('what several branches do', () => {
  it.each([
    ['the import of one driver', opener('drizzle-orm/libsql'), [], said.closed],
    ['a subpath of it', opener('drizzle-orm/libsql/web'), [], said.closed],
    ['a specifier of Deno', opener('npm:drizzle-orm@0.45/libsql'), [], said.closed],
    ['a synchronous driver', opener('drizzle-orm/better-sqlite3'), [], said.synchronous],
    ['node-postgres', opener('drizzle-orm/node-postgres'), [], said.queue],
    ['mysql2', opener('drizzle-orm/mysql2'), [], said.queue],
    ['a driver that was not looked at', opener('drizzle-orm/pglite'), [], said.unknown],
    ['no driver in sight', helper, ['drizzle-orm'], said.unknown],
    ['the one driver that the package depends on', helper, ['drizzle-orm', '@libsql/client'], said.closed],
    ['two drivers that the package depends on', helper, ['drizzle-orm', '@libsql/client', 'pg'], said.unknown],
    ['an import against the dependencies', opener('drizzle-orm/libsql'), ['drizzle-orm', 'pg'], said.closed],
    ['the driver itself imported', `import { Pool } from 'pg';\n${helper}`, ['drizzle-orm', '@libsql/client'], said.queue],
    ['two drivers imported', `import { drizzle as local } from 'drizzle-orm/better-sqlite3';\n${opener('drizzle-orm/node-postgres')}`, [], said.unknown],
  ] as const)('%s', (_what, code, dependencies, part) => {
    const [message, ...others] = messages('no-concurrent-use', code, dependencies);
    expect(message).toContain(part);
    expect(others).toEqual([]);
  });
});

describe('the root client inside', () => {
  const code = (subpath: string) => `import { drizzle } from '${subpath}';
const db = drizzle(url);
export const save = () => db.transaction(async (tx) => { await tx.insert(a).values({}); await db.insert(b).values({}); });`;

  it('is on another connection', () => {
    expect(messages('no-outer-client-in-transaction', code('drizzle-orm/libsql'))).toEqual([expect.stringContaining('SQLITE_BUSY')]);
  });

  it('is the one connection that there is', () => {
    expect(messages('no-outer-client-in-transaction', code('drizzle-orm/better-sqlite3'))).toEqual([]);
  });
});

it('says what a late branch meets', () => {
  const late = (subpath: string) => `import { drizzle } from '${subpath}';
const db = drizzle(url);
export const save = () => db.transaction(async (tx) => { setTimeout(async () => { await tx.insert(a).values({}); }, 1000); });`;
  expect(messages('no-background-use', late('drizzle-orm/libsql'))).toEqual([expect.stringContaining('rejects with TRANSACTION_CLOSED')]);
  expect(messages('no-background-use', late('drizzle-orm/postgres-js'))).toEqual([expect.stringContaining('no error is raised')]);
});
