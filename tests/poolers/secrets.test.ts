/** Nothing of a URL gets into a message: not the password, not the user, not the host. */
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
  // Syntax errors name a line, and quote nothing.
  ...lint(`A="${url}`, { ...asked, file: '.env' }),
  ...lint(`${url}\n`, { ...asked, file: '.env' }),
  ...lint(`datasource db {\n url = "${url}\n}`, { ...asked, file: 'schema.prisma' }),
  ...lint(`datasource db {\n "${url}"\n}`, { ...asked, file: 'schema.prisma' }),
]);

describe('messages', () => {
  it('are all of them tried here', () => {
    expect([...new Set(said.map(({ messageId }) => messageId).filter((id) => id !== undefined))].toSorted()).toEqual(Object.keys(messages).toSorted());
  });

  it('hold nothing of a URL', () => {
    const texts = said.flatMap(({ message, suggestions = [] }) => [message, ...suggestions.map(({ desc }) => desc)]);
    expect(texts.length).toBeGreaterThan(1000);
    for (const text of new Set(texts)) expect(text).not.toMatch(/secret|:\/\/|@(?!prisma)|aws|supabase\.com|neon\.tech|flympg|example\.org|localhost/i);
  });

  it('have no placeholder left over', () => {
    for (const { message, suggestions = [] } of said) expect([message, ...suggestions.map(({ desc }) => desc)].join('')).not.toMatch(/\{\{|undefined/);
  });

  it('are whole sentences', () => {
    for (const text of [...Object.values(messages), ...Object.values(suggestionMessages)]) expect(text).toMatch(/[.}]$/);
  });
});
