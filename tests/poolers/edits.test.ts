/** Every kind of fix and suggestion: applied once, the result compiles with the real package, and the finding is gone. */
import path from 'node:path';
import type { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { suggestionMessages } from '../../src/poolers/messages.js';
import { errorsIn, folder, programOf } from '../concurrency/program.js';
import { lint, written, type Asked } from './lint.js';

type Case = readonly [name: string, before: string, after: string, asked?: Asked];

const postgresJs = "import postgres from 'postgres';\n";
const strict: Asked = { config: 'strict' };
const byName: Asked = { pooler: { DATABASE_URL: 'supavisor' } };

const fixes: readonly Case[] = [
  ['a second argument', `${postgresJs}export const sql = postgres('{supavisor}');`, `${postgresJs}export const sql = postgres('{supavisor}', { prepare: false });`],
  ['an option more', `${postgresJs}export const sql = postgres('{supavisor}', { max: 1 });`, `${postgresJs}export const sql = postgres('{supavisor}', { max: 1, prepare: false });`],
  ['an option more after a spread', `${postgresJs}const base = { max: 1 };\nexport const sql = postgres('{supavisor}', { ...base });`, `${postgresJs}const base = { max: 1 };\nexport const sql = postgres('{supavisor}', { ...base, prepare: false });`],
  ['an object with host and port', `${postgresJs}export const sql = postgres({ host: 'a.pooler.supabase.com', port: 6543 });`, `${postgresJs}export const sql = postgres({ host: 'a.pooler.supabase.com', port: 6543, prepare: false });`],
  ['an argument that is not null', `${postgresJs}export const sql = postgres(process.env.DATABASE_URL!);`, `${postgresJs}export const sql = postgres(process.env.DATABASE_URL!, { prepare: false });`, byName],
  ['a text that should be false', `${postgresJs}export const sql = postgres(process.env.URL!, { prepare: 'false' });`, `${postgresJs}export const sql = postgres(process.env.URL!, { prepare: false });`],
  ['an option of another driver', `${postgresJs}export const sql = postgres(process.env.URL!, { max: 1, pgbouncer: true });`, `${postgresJs}export const sql = postgres(process.env.URL!, { max: 1, prepare: false });`],
  ['a dead parameter, and the option', `${postgresJs}export const sql = postgres('{supavisor}?pgbouncer=true&sslmode=require', { max: 1 });`, `${postgresJs}export const sql = postgres('{supavisor}?sslmode=require', { max: 1, prepare: false });`],
  ['a value of prepare in the URL', `${postgresJs}export const sql = postgres('{direct}?prepare=no');`, `${postgresJs}export const sql = postgres('{direct}?prepare=false');`],
  ['drizzle with a connection', "import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle({ connection: { url: process.env.URL!, prepare: 'false' as never } });".replace(" as never", ''), "import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle({ connection: { url: process.env.URL!, prepare: false } });"],
  ['Graphile Worker', "import { runOnce } from 'graphile-worker';\nawait runOnce({ connectionString: '{supavisor}', taskList: {} });", "import { runOnce } from 'graphile-worker';\nawait runOnce({ connectionString: '{supavisor}', taskList: {}, noPreparedStatements: true });"],
  ['the URL of the engine in .env', 'PRISMA_URL="{supavisor}?schema=app" # engine\r\n', 'PRISMA_URL="{supavisor}?schema=app&pgbouncer=true" # engine\r\n', { file: '.env' }],
  ['the URL of the engine in a schema', 'datasource db {\n  provider = "postgresql"\n  url = "{supavisor}"\n  directUrl = env("DIRECT_URL")\n}', 'datasource db {\n  provider = "postgresql"\n  url = "{supavisor}?pgbouncer=true"\n  directUrl = env("DIRECT_URL")\n}', { file: 'schema.prisma' }],
  ['prepare in .env', "A='{direct}?a=b&prepare=off'\n", "A='{direct}?a=b&prepare=false'\n", { file: '.env' }],
];

const suggestions: readonly (readonly [keyof typeof suggestionMessages, ...Case])[] = [
  ['turnCacheOff', 'spread options that others use', `${postgresJs}const options = { max: 1 };\nexport const sql = postgres('{supavisor}', options);`, `${postgresJs}const options = { max: 1 };\nexport const sql = postgres('{supavisor}', { ...options, prepare: false });`],
  ['turnCacheOff', 'spread what a helper returns', `${postgresJs}const withDefaults = (own: { max: number }) => ({ idle_timeout: 5, ...own });\nexport const sql = postgres('{supavisor}', withDefaults({ max: 1 }));`, `${postgresJs}const withDefaults = (own: { max: number }) => ({ idle_timeout: 5, ...own });\nexport const sql = postgres('{supavisor}', { ...withDefaults({ max: 1 }), prepare: false });`],
  ['turnCacheOff', 'in place of options that are none', `${postgresJs}export const sql = postgres('{supavisor}', undefined);`, `${postgresJs}export const sql = postgres('{supavisor}', { prepare: false });`],
  ['turnCacheOff', 'behind a pooler that may lose statements', `${postgresJs}export const sql = postgres('{port6432}');`, `${postgresJs}export const sql = postgres('{port6432}', { prepare: false });`, strict],
  ['turnCacheOff', 'of drizzle that opens the client', "import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle(process.env.DATABASE_URL!);", "import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle({ connection: { url: process.env.DATABASE_URL!, prepare: false } });", { ...byName, ...strict }],
  ['turnCacheOff', 'of the client that drizzle is given', `${postgresJs}import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle(postgres('{supavisor}'));`, `${postgresJs}import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle(postgres('{supavisor}', { prepare: false }));`, strict],
  ['turnCacheOff', 'knobs that disagree', `${postgresJs}export const sql = postgres('{direct}?prepare=false', { prepare: true });`, `${postgresJs}export const sql = postgres('{direct}?prepare=false', { prepare: false });`],
  ['turnCacheOff', 'Graphile Worker behind a pooler that may lose statements', "import { runOnce } from 'graphile-worker';\nawait runOnce({ connectionString: '{port6432}', taskList: {} });", "import { runOnce } from 'graphile-worker';\nawait runOnce({ connectionString: '{port6432}', taskList: {}, noPreparedStatements: true });", strict],
  ['removeName', 'the first key', "import { Pool } from 'pg';\nconst pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.query({ name: 'a', text: 'select $1', values: [1] });", "import { Pool } from 'pg';\nconst pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.query({ text: 'select $1', values: [1] });"],
  ['removeName', 'the last key', "import { Pool } from 'pg';\nconst pool = new Pool({ connectionString: '{supavisor}' });\nconst query = {\n  text: 'select 1',\n  name: 'a'\n};\nawait pool.query(query);", "import { Pool } from 'pg';\nconst pool = new Pool({ connectionString: '{supavisor}' });\nconst query = {\n  text: 'select 1'\n};\nawait pool.query(query);"],
  ['removeName', 'of pg-promise', "import pgPromise from 'pg-promise';\nconst db = pgPromise()('{supavisor}');\nawait db.any({ text: 'select 1', name: 'a', values: [] });", "import pgPromise from 'pg-promise';\nconst db = pgPromise()('{supavisor}');\nawait db.any({ text: 'select 1', values: [] });"],
  ['removeParameter', 'that PgBouncer does not know', `${postgresJs}export const sql = postgres('{fly}?tenant=a', { prepare: false });`, `${postgresJs}export const sql = postgres('{fly}', { prepare: false });`],
  ['removeParameter', 'that the adapter ignores', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg({ connectionString: '{direct}?schema=app&sslmode=require' });", "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg({ connectionString: '{direct}?sslmode=require' });", strict],
  ['removeParameter', 'that the engine need not be told', 'PRISMA_URL={neon}?sslmode=require&pgbouncer=true\n', 'PRISMA_URL={neon}?sslmode=require\n', { file: '.env', ...strict }],
  ['removeOption', 'of mysql2', "import mysql from 'mysql2/promise';\nexport const pool = mysql.createPool({ uri: process.env.URL!, maxPreparedStatements: 0, connectionLimit: 5 });", "import mysql from 'mysql2/promise';\nexport const pool = mysql.createPool({ uri: process.env.URL!, connectionLimit: 5 });"],
  ['removeOption', 'of postgres.js on Hyperdrive', `${postgresJs}export const f = (env: { HYPERDRIVE: { connectionString: string } }) => postgres(env.HYPERDRIVE.connectionString, { prepare: false });`, `${postgresJs}export const f = (env: { HYPERDRIVE: { connectionString: string } }) => postgres(env.HYPERDRIVE.connectionString, {  });`, strict],
  ['useDirect', 'of prisma.config.ts', "import { defineConfig } from 'prisma/config';\nexport default defineConfig({ datasource: { url: '{supavisor}' } });", "import { defineConfig } from 'prisma/config';\nexport default defineConfig({ datasource: { url: '{supavisor}'.replace(':6543', ':5432') } });"],
  ['useDirect', 'of .env', 'export DIRECT_URL="{neonCell}"\n', 'export DIRECT_URL="{neonCell}"\n', { file: '.env' }],
  ['useDirect', 'of a schema', 'datasource db {\n  provider = "postgresql"\n  url = env("A")\n  directUrl = "{fly}"\n}', 'datasource db {\n  provider = "postgresql"\n  url = env("A")\n  directUrl = "{flyDirect}"\n}', { file: 'schema.prisma' }],
  ['disableTimeouts', 'as second argument', "import { createPool } from 'slonik';\nexport const pool = await createPool('{fly}');", "import { createPool } from 'slonik';\nexport const pool = await createPool('{fly}', { statementTimeout: 'DISABLE_TIMEOUT', idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT' });"],
  ['disableTimeouts', 'the one that is left', "import { createPool } from 'slonik';\nexport const pool = await createPool('{fly}', { statementTimeout: 'DISABLE_TIMEOUT' });", "import { createPool } from 'slonik';\nexport const pool = await createPool('{fly}', { statementTimeout: 'DISABLE_TIMEOUT', idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT' });"],
  ['useQuery', 'of mysql2', "import mysql from 'mysql2/promise';\nconst pool = mysql.createPool({ host: 'acme.proxy-abc123.eu-west-1.rds.amazonaws.com' });\nawait pool.execute('select ?', [1]);", "import mysql from 'mysql2/promise';\nconst pool = mysql.createPool({ host: 'acme.proxy-abc123.eu-west-1.rds.amazonaws.com' });\nawait pool.query('select ?', [1]);", strict],
];

/** What the addresses of the tables become past their poolers. */
function expected(after: string): string {
  return written(after)
    .replace(/'([^']*)'\.replace\(':6543', ':5432'\)/, (_all, url: string) => `'${url.replace(':6543', ':5432')}'`)
    .replace(/^(export DIRECT_URL=.*)-pooler/, '$1');
}

function applied(code: string, { range, text }: { range: readonly [number, number]; text: string }): string {
  return code.slice(0, range[0]) + text + code.slice(range[1]);
}

interface Edited {
  readonly name: string;
  readonly result: string;
  readonly after: string;
  readonly asked: Asked;
  readonly finding: Linter.LintMessage;
}

const all: Edited[] = [
  ...fixes.map(([name, before, after, asked = {}]): Edited => {
    const code = written(before);
    const finding = lint(code, asked).find(({ fix }) => fix)!;
    return { name: `fix: ${name}`, result: applied(code, finding.fix!), after: expected(after), asked, finding };
  }),
  ...suggestions.map(([id, name, before, after, asked = {}]): Edited => {
    const code = written(before);
    const finding = lint(code, asked).find((each) => each.suggestions?.some(({ messageId }) => messageId === id))!;
    return { name: `${id}: ${name}`, result: applied(code, finding.suggestions!.find(({ messageId }) => messageId === id)!.fix), after: expected(after), asked, finding };
  }),
];

describe('an edit', () => {
  it('of every kind is tried', () => {
    expect(new Set(suggestions.map(([id]) => id))).toEqual(new Set(Object.keys(suggestionMessages)));
  });

  it.each(all)('$name', ({ result, after, asked, finding }) => {
    expect(result).toBe(after);
    expect(lint(result, asked).filter(({ messageId }) => messageId === finding.messageId)).toEqual([]);
  });
});

describe('the result compiles with the real package', () => {
  const inCode = all.filter(({ asked }) => asked.file === undefined).map((edited, index) => ({ ...edited, file: path.join(folder, `pooled-${String(index)}.ts`) }));
  const program = programOf(new Map(inCode.map(({ file, result }) => [file, result])));
  it('which would be noticed if it did not', () => {
    const file = path.join(folder, 'pooled-wrong.ts');
    const wrong = programOf(new Map([[file, `${postgresJs}export const sql = postgres('', { prepare: 'false' });`]]), program);
    expect(errorsIn(wrong, file)).toHaveLength(1);
  });

  it.each(inCode)('$name', ({ file, result }) => {
    expect(errorsIn(program, file), result).toEqual([]);
  });
});
