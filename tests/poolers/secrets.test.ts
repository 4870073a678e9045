/** Nothing of a URL gets into a message: not the password, not the user, not the host. */
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { messages, suggestionMessages } from '../../src/poolers/messages.js';
import { lint, type Asked } from './lint.js';

const user = 'u5erSecret';
const password = 'p4ssSecret';
const hosts = ['h0stSecret.pooler.supabase.com:6543', 'h0stSecret.proxy-abc.eu-west-1.rds.amazonaws.com:5432', 'pgbouncer.h0stSecret.flympg.net', 'ep-h0stSecret-pooler.eu.aws.neon.tech', 'h0stSecret.example.org:6432', 'pgbouncer-h0stSecret:5432', 'h0stSecret.example.org:5432', 'localhost:5432'];
const queries = ['', '?pgbouncer=true&connection_limit=1&schema=qu3rySecret', '?statement_timeout=5&options=qu3rySecret', '?prepare=0&qu3rySecret=1', '?prepare=false&maxPreparedStatements=0', '?application_name=qu3rySecret&tenant=qu3rySecret'];
const urls = hosts.flatMap((host) => queries.map((query) => `postgres://${user}:${password}@${host}/d4taSecret${query}`));

const code = (url: string): string => `
import postgres from 'postgres';
import { SQL } from 'bun';
import { Pool, Client } from 'pg';
import { createPool } from 'slonik';
import { run } from 'graphile-worker';
import mysql from 'mysql2/promise';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';
import { drizzle } from 'drizzle-orm/postgres-js';
import { defineConfig } from 'prisma/config';
import { Kysely, Migrator, PostgresDialect } from 'kysely';
process.env.PGPREPARE = '${password}';
export const a = postgres('${url}');
export const b = postgres('${url}', { prepare: '${password}' });
export const c = postgres('${url}', { prepare: true, connection: { '${password}': 1, search_path: 'x' } });
const d = drizzle(postgres('${url}'));
d.select().from(x).prepare('${password}');
export const e = new SQL('${url}', { prepare: 0 });
const f = new Pool({ connectionString: '${url}', statement_timeout: 5 });
f.query({ name: '${password}', text: 'select 1' });
f.query('LISTEN ${password}');
f.query("SET x = '${password}'");
createPool('${url}');
run({ connectionString: '${url}' });
const g = mysql.createPool({ uri: '${url}', maxPreparedStatements: 0 });
g.execute('select 1');
new PrismaPg({ connectionString: '${url}' }, { statementNameGenerator: name });
new PrismaClient({ datasourceUrl: '${url}' });
export default defineConfig({ datasource: { url: '${url}' } });
new Migrator({ db: new Kysely({ dialect: new PostgresDialect({ pool: f }) }), provider });
export const h = (env) => postgres(env.HYPERDRIVE.connectionString, { prepare: false });
`;
const dotenv = (url: string): string => `PGPREPARE=${password}\nDATABASE_URL="${url}"\nDIRECT_URL=${url}\nPOSTGRES_PRISMA_URL='${url}'\n`;
const schema = (url: string): string => `datasource db {\n  provider = "postgresql"\n  url = "${url}"\n  directUrl = "${url}"\n}\ndatasource db {\n  provider = "postgresql"\n  url = "${url}"\n}\n`;

const asked: Asked = { config: 'everything' };
const said = urls.flatMap((url) => [
  ...lint(code(url), asked),
  ...lint(code(url), { ...asked, pooler: 'pgbouncer' }),
  ...lint(dotenv(url), { ...asked, file: '.env' }),
  ...lint(schema(url), { ...asked, file: 'schema.prisma' }),
]);

/** Syntax errors name a line, and quote nothing. What the parsers can say, by a file that makes them say it. */
const mistakes: Readonly<Record<string, readonly [file: string, text: (url: string) => string]>> = {
  'A line of a .env file must be NAME=value, a comment, or empty': ['.env', (url) => `${url}\n`],
  'This value opens with " and is never closed': ['.env', (url) => `A="${url}`],
  "This value opens with ' and is never closed": ['.env', (url) => `A='${url}`],
  'This value opens with ` and is never closed': ['.env', (url) => `A=\`${url}`],
  'A block must begin here: a keyword, a name and {': ['a.prisma', (url) => `${url}\n`],
  'An assignment must be here: name = value': ['a.prisma', (url) => `datasource db {\n "${url}"\n}`],
  'This text opens with " and is never closed': ['a.prisma', (url) => `datasource db {\n url = "${url}\n}`],
  'This call is never closed': ['a.prisma', (url) => `datasource db {\n url = env("${url}"\n}`],
  'This list is never closed': ['a.prisma', (url) => `datasource db {\n url = ["${url}"\n}`],
  'This block is never closed': ['a.prisma', (url) => `datasource db {\n url = "${url}"\n`],
  'This comment is never closed': ['a.prisma', (url) => `/* ${url}`],
  'A value must be here': ['a.prisma', (url) => `datasource db {\n url = // ${url}\n}`],
};

const tellTale = /secret|:\/\/|@(?!prisma)|aws|supabase\.com|neon\.tech|flympg|example\.org|localhost/i;

describe('messages', () => {
  it('are all of them tried here', () => {
    expect([...new Set(said.map(({ messageId }) => messageId).filter((id) => id !== undefined))].toSorted()).toEqual(Object.keys(messages).toSorted());
  });

  it('of suggestions are all of them tried here', () => {
    expect([...new Set(said.flatMap(({ suggestions = [] }) => suggestions.map(({ messageId }) => messageId)))].toSorted()).toEqual(Object.keys(suggestionMessages).toSorted());
  });

  it('hold nothing of a URL', () => {
    const texts = said.flatMap(({ message, suggestions = [] }) => [message, ...suggestions.map(({ desc }) => desc)]);
    expect(texts.length).toBeGreaterThan(1000);
    for (const text of new Set(texts)) expect(text).not.toMatch(tellTale);
  });

  it('hold nothing of a URL that readEnvFiles has read', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'secrets-'));
    try {
      for (const url of urls) {
        writeFileSync(path.join(folder, '.env.example'), `DATABASE_URL=${url}\n`);
        // Read again, whatever the clock of the file system says.
        utimesSync(path.join(folder, '.env.example'), new Date(), new Date(Date.now() + urls.indexOf(url) * 2000));
        const options = { readEnvFiles: true, cwd: folder, config: 'everything' } as const;
        const found = [
          ...lint(code('').replaceAll("''", 'process.env.DATABASE_URL'), { ...options, file: path.join(folder, 'a.ts') }),
          ...lint('datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n  directUrl = env("DATABASE_URL")\n}\n', { ...options, file: path.join(folder, 'a.prisma') }),
        ];
        if (url.includes('supabase')) expect(found.length).toBeGreaterThan(8);
        for (const { message } of found) expect(message).not.toMatch(tellTale);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(Object.entries(mistakes))('of a syntax error name a line: %s', (message, [file, text]) => {
    for (const url of urls) expect(lint(text(url), { file })).toMatchObject([{ fatal: true, message: `Parsing error: ${message}` }]);
  });

  it('of all syntax errors are tried here', () => {
    const sources = ['dotenv-parser.ts', 'prisma-parser.ts'].map((name) => readFileSync(new URL(`../../src/languages/${name}`, import.meta.url), 'utf8')).join('');
    const written = [...sources.matchAll(/new Failure\([^,]+, (['`])(.*?)\1\)/g)].map(([, , text = '']) => text.replace('${quote}', '"'));
    expect(new Set(written).size).toBeGreaterThan(8);
    expect(Object.keys(mistakes)).toEqual(expect.arrayContaining([...new Set(written)]));
  });

  it('go without the text of a fix: it holds what is put in, and no address', () => {
    const files = [...urls.flatMap((url) => lint(dotenv(url), { ...asked, file: '.env' })), ...urls.flatMap((url) => lint(schema(url), { ...asked, file: 'schema.prisma' }))];
    const edits = files.flatMap(({ fix, suggestions = [] }) => [fix, ...suggestions.map((each) => each.fix)]).filter((fix) => fix !== undefined);
    expect(edits.length).toBeGreaterThan(20);
    for (const { text } of edits) expect(text).not.toMatch(tellTale);
  });

  it('have no placeholder left over', () => {
    for (const { message, suggestions = [] } of said) expect([message, ...suggestions.map(({ desc }) => desc)].join('')).not.toMatch(/\{\{|undefined/);
  });

  it('are whole sentences', () => {
    for (const text of [...Object.values(messages), ...Object.values(suggestionMessages)]) expect(text).toMatch(/[.}]$/);
  });
});
