/**
 * The decision table of docs/rules/no-pooled-statement-cache.md, row by row. In the code `{supavisor}` stands for a URL of
 * that pooler (tests/poolers/lint.ts), and «…» for what is flagged. Every case runs on ESLint 9 and 10.
 */
import { describe, expect, it } from 'vitest';
import { check, type Case } from '../poolers/check.js';
import { fixed, hosts, isDirect, keepsStatements, lint, losesStatements, mayLoseStatements, written, type Asked, type Host } from '../poolers/lint.js';

const strict: Asked = { config: 'strict' };
const everything: Asked = { config: 'everything' };
const js = "import postgres from 'postgres';\n";
const bun = "import { SQL } from 'bun';\n";
const pg = "import { Pool, Client } from 'pg';\n";
const supavisorByName: Asked = { pooler: { DATABASE_URL: 'supavisor' } };

describe('row 1: the cache is on, and the pooler loses statements', () => {
  check(losesStatements.flatMap((pooler): Case[] => [
    [`postgres.js on ${pooler}`, `${js}export const sql = «postgres»('{${pooler}}');`, 'cacheOn'],
    [`Bun on ${pooler}`, `${bun}export const sql = new «SQL»('{${pooler}}');`, 'cacheOn'],
    [`postgres.js with prepare: false on ${pooler}`, `${js}export const sql = postgres('{${pooler}}', { prepare: false });`],
    [`Bun with prepare: false on ${pooler}`, `${bun}export const sql = new SQL('{${pooler}}', { prepare: false });`],
    [`postgres.js with ?prepare=false on ${pooler}`, `${js}export const sql = postgres('{${pooler}}?prepare=false');`],
    [`Bun with ?prepare=false on ${pooler}`, `${bun}export const sql = new SQL('{${pooler}}?prepare=false');`],
  ]));

  describe('whatever it is called and wherever it comes from', () => {
    check([
      ['another local name', "import createClient from 'postgres';\nexport const sql = «createClient»('{supavisor}');", 'cacheOn'],
      ['the namespace', "import * as pg from 'postgres';\nexport const sql = «pg.default»('{supavisor}');", 'cacheOn'],
      ['require', "const postgres = require('postgres');\nmodule.exports = «postgres»('{supavisor}');", 'cacheOn'],
      ['import =', "import postgres = require('postgres');\nexport const sql = «postgres»('{supavisor}');", 'cacheOn'],
      ['npm:', "import postgres from 'npm:postgres@3.4.5';\nexport const sql = «postgres»('{supavisor}');", 'cacheOn'],
      ['deno.land', "import postgres from 'https://deno.land/x/postgresjs@v3.4.5/mod.js';\nexport const sql = «postgres»('{supavisor}');", 'cacheOn'],
      ['await import', "const { default: postgres } = await import('postgres');\nexport const sql = «postgres»('{supavisor}');", 'cacheOn'],
      ['the global Bun', "export const sql = new «Bun.SQL»('{supavisor}');", 'cacheOn'],
      ['Bun as default import', "import Bun from 'bun';\nexport const sql = new «Bun.SQL»('{supavisor}');", 'cacheOn'],
      ['another module of that name', "import postgres from './postgres';\nimport 'postgres';\nexport const sql = postgres('{supavisor}');"],
      ['a parameter that hides the import', `${js}export const f = (postgres) => postgres('{supavisor}');`],
      ['Bun with MySQL', `${bun}export const sql = new SQL({ adapter: 'mysql', url: '{supavisor}' });`],
    ]);
  });

  describe('wherever the address is written', () => {
    check([
      ['a constant', `${js}const url = '{supavisor}';\nexport const sql = «postgres»(url);`, 'cacheOn'],
      ['a member of a constant', `${js}const config = { db: { url: '{supavisor}' } };\nexport const sql = «postgres»(config.db.url);`, 'cacheOn'],
      ['a template', `${js}export const sql = «postgres»(\`postgres://postgres:\${password}@aws-0-\${region}.pooler.supabase.com:6543/postgres\`);`, 'cacheOn'],
      ['a template of constants', `${js}const host = 'aws-0-eu.pooler.supabase.com', port = '6543';\nexport const sql = «postgres»(\`postgres://u:\${password}@\${host}:\${port}/postgres\`);`, 'cacheOn'],
      ['a concatenation', `${js}export const sql = «postgres»('postgres://u:' + password + '@aws-0-eu.pooler.supabase.com:' + '6543/postgres');`, 'cacheOn'],
      ['the default of a variable', `${js}export const sql = «postgres»(process.env.DATABASE_URL ?? '{supavisor}');`, 'cacheOn'],
      ['one of two', `${js}export const sql = «postgres»(local ? '{local}' : '{supavisor}');`, 'cacheOn'],
      ['a field', `${js}class Db { url = '{supavisor}'; sql = «postgres»(this.url); }`, 'cacheOn'],
      ['a helper', `${js}const url = () => '{supavisor}';\nexport const sql = «postgres»(url());`, 'cacheOn'],
      ['as string', `${js}export const sql = «postgres»('{supavisor}' as string);`, 'cacheOn'],
      ['host and port', `${js}export const sql = «postgres»({ host: 'aws-0-eu.pooler.supabase.com', port: 6543 });`, 'cacheOn'],
      ['host, port and the tenant as user', `${js}export const sql = «postgres»({ host: supabaseHost, port: 6543, user: 'postgres.ref' });`, 'cacheOn'],
      ['hostname and port for Bun', `${bun}export const sql = new «SQL»({ hostname: 'pgbouncer.abc.flympg.net', port: 5432 });`, 'cacheOn'],
      ['url in an object for Bun', `${bun}export const sql = new «SQL»({ url: '{supavisor}' });`, 'cacheOn'],
      ['placeholders', `${js}export const sql = «postgres»('postgres://postgres.<ref>:[YOUR-PASSWORD]@aws-0-[REGION].pooler.supabase.com:6543/postgres');`, 'cacheOn'],
      ['an unknown port: session mode or not', `${js}export const sql = «postgres»(\`postgres://u:p@aws-0-eu.pooler.supabase.com:\${port}/postgres\`);`, 'cacheMaybe', strict],
      ['an unknown host', `${js}export const sql = postgres(\`postgres://u:p@\${host}/postgres\`);`],
      ['a URL that nobody can parse', `${js}export const sql = postgres('postgres://u:a/b?c#d@aws-0-eu.pooler.supabase.com:6543/postgres');`],
      ['no URL at all', `${js}export const sql = postgres('not a url, pooler.supabase.com:6543');`],
      ['a URL that code takes apart', `${js}export const sql = postgres('{supavisor}'.replace(':6543', ':5432'));`],
      ['6543 on the own machine is a mapped port', `${js}export const sql = postgres('postgres://postgres:postgres@localhost:6543/postgres');`, [], { config: 'recommended' }],
    ]);
  });

  describe('by the settings', () => {
    const bare = `${js}export const sql = postgres(process.env.DATABASE_URL!);`;
    const flagged = `${js}export const sql = «postgres»(process.env.DATABASE_URL!);`;
    check([
      ['without a setting nothing is known', bare],
      ['of the variable', flagged, 'cacheOn', supavisorByName],
      ['of all connections', flagged, 'cacheOn', { pooler: 'pgbouncer' }],
      ['of another variable', bare, [], { pooler: { OTHER_URL: 'supavisor' } }],
      ['with statement tracking', bare, [], { pooler: 'pgbouncer-statement-tracking' }],
      ['session mode overrules the address', `${js}export const sql = postgres('{supavisor}');`, [], { pooler: 'session' }],
      ['no pooler overrules the address', `${js}export const sql = postgres('{supavisor}');`, [], { pooler: 'none' }],
      ['the own machine has no pooler', `${js}export const sql = postgres('{local}');`, [], { pooler: 'supavisor' }],
      ['of all connections: not of a variable that leads past it', 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n  directUrl = env("DIRECT_URL")\n}', [], { file: 'schema.prisma', pooler: 'pgbouncer', config: 'recommended' }],
      ['of all connections: not of another database', "import { defineConfig } from 'prisma/config';\nexport default defineConfig({ datasource: { url: process.env.DATABASE_URL ?? 'file:./dev.db' } });", [], { pooler: 'pgbouncer' }],
      ['of all connections: not of MySQL', "import { SQL } from 'bun';\nexport const sql = new SQL('mysql://u:p@db.example.org/app');", [], { pooler: 'pgbouncer' }],
      ['of all connections: not of a client that drizzle is given', "import postgres from 'postgres';\nimport { drizzle } from 'drizzle-orm/postgres-js';\nconst client = cache.client ?? postgres(process.env.DATABASE_URL, { prepare: false });\nexport const db = drizzle(client);", [], { pooler: 'pgbouncer' }],
      ['import.meta.env', `${js}export const sql = «postgres»(import.meta.env.DATABASE_URL);`, 'cacheOn', supavisorByName],
      ['Deno.env.get', `${js}export const sql = «postgres»(Deno.env.get('DATABASE_URL')!);`, 'cacheOn', supavisorByName],
      ['Bun.env', `${bun}export const sql = new «SQL»(Bun.env.DATABASE_URL);`, 'cacheOn', supavisorByName],
      ['a validated environment', `${js}import { env } from './env';\nexport const sql = «postgres»(env.DATABASE_URL);`, 'cacheOn', supavisorByName],
      ['destructured', `${js}const { DATABASE_URL } = process.env;\nexport const sql = «postgres»(DATABASE_URL);`, 'cacheOn', supavisorByName],
      ['a configuration service', `${js}class Db { sql = «postgres»(this.config.get('DATABASE_URL')); }`, 'cacheOn', supavisorByName],
      ['through a constant', `${js}const url = process.env.DATABASE_URL || '{local}';\nexport const sql = «postgres»(url);`, 'cacheOn', supavisorByName],
    ]);
  });

  describe('options', () => {
    const call = (options: string, before = '') => `${js}${before}export const sql = postgres('{supavisor}', ${options});`;
    const on = (options: string, before = '') => `${js}${before}export const sql = «postgres»('{supavisor}', ${options});`;
    check([
      ['none that matters', on('{ max: 1 }'), 'cacheOn'],
      ['an empty object', on('{}'), 'cacheOn'],
      ['undefined', on('undefined'), 'cacheOn'],
      ['max: 1 is no fix', on('{ max: 1, idle_timeout: 5 }'), 'cacheOn'],
      ['fetch_types: false is no fix', on('{ fetch_types: false, max_pipeline: 1 }'), 'cacheOn'],
      ['prepare: true', on('{ prepare: true }'), 'cacheOn'],
      ['prepare: undefined turns it off in postgres.js', call('{ prepare: undefined }')],
      ['prepare: 0 turns it off in postgres.js', call('{ prepare: 0 }')],
      ['no_prepare: true turns it off in postgres.js', call('{ no_prepare: true }')],
      ['a condition is somebody’s decision', call('{ prepare: isDirect }')],
      ['an import', call('options', "import { options } from './options';\n")],
      ['a constant without', on('options', 'const options = { max: 1 };\n'), 'cacheOn'],
      ['a constant with', call('options', 'const options = { prepare: false };\n')],
      ['a constant that is changed', call('options', 'const options = { max: 1 };\noptions.prepare = false;\n')],
      ['a spread of a constant without', on('{ ...base }', 'const base = { max: 1 };\n'), 'cacheOn'],
      ['a spread of a constant with', call('{ ...base }', 'const base = { prepare: false };\n')],
      ['a spread of an import', call('{ ...base }', "import { base } from './base';\n")],
      ['a key after a spread decides', on('{ ...base, prepare: true }', "import { base } from './base';\n"), 'cacheOn'],
      ['a key before a spread does not', call('{ prepare: true, ...base }', "import { base } from './base';\n")],
      ['a conditional spread', call('{ ...(isPooled && { prepare: false }) }')],
      ['a conditional spread of something else', on('{ ...(isProduction ? { ssl: true } : {}) }'), 'cacheOn'],
      ['a computed key', call('{ [key]: false }')],
      ['a helper', call('withDefaults({ prepare: false })', 'const withDefaults = (own) => ({ max: 1, ...own });\n')],
      ['a helper that is not asked', on('withDefaults({ ssl: true })', 'function withDefaults(own) { return { max: 1, ...own }; }\n'), 'cacheOn'],
      ['a helper that does more before it returns', on('withDefaults({ ssl: true })', 'function withDefaults(own) { for (const key of Object.keys(own)) { if (key === "max") throw new Error(key); } return { max: 1, ...own }; }\n'), 'cacheOn'],
      ['a helper that may return something else', call('withDefaults({ ssl: true })', 'function withDefaults(own) { if (own.ssl) { return { prepare: false }; } return { max: 1, ...own }; }\n')],
      ['a helper that may return nothing', call('withDefaults({ ssl: true })', 'function withDefaults(own) { if (own.ssl) return; return { max: 1, ...own }; }\n')],
      ['a helper of another file', call('withDefaults({ ssl: true })', "import { withDefaults } from './options';\n")],
      ['Object.assign', call('Object.assign({}, base, { prepare: false })', 'const base = { max: 1 };\n')],
      ['Object.assign without', on('Object.assign({}, base)', 'const base = { max: 1 };\n'), 'cacheOn'],
      ['Object.freeze', call('Object.freeze({ prepare: false })')],
      ['satisfies', call('{ prepare: false } satisfies Options')],
      ['spread arguments', `${js}export const sql = postgres(...args);`],
      ['?prepare=true and prepare: false: the option wins', `${js}export const sql = postgres('{supavisor}?prepare=true', { prepare: false });`],
      ['?prepare=disable', `${js}export const sql = postgres('{supavisor}?prepare=disable');`],
      ['?prepare=', `${js}export const sql = postgres('{supavisor}?prepare=');`],
    ]);
  });

  describe('what the client is for', () => {
    const drizzle = "import { drizzle } from 'drizzle-orm/postgres-js';\n";
    check([
      ['drizzle sends unnamed statements: a note', `${js}${drizzle}const client = «postgres»('{supavisor}');\nexport const db = drizzle(client);`, 'cacheSleeps', strict],
      ['and nothing in recommended', `${js}${drizzle}const client = postgres('{supavisor}');\nexport const db = drizzle(client);`, [], { config: 'recommended' }],
      ['drizzle with an object', `${js}${drizzle}const client = «postgres»('{supavisor}');\nexport const db = drizzle({ client });`, 'cacheSleeps', strict],
      ['drizzle around the call', `${js}${drizzle}export const db = drizzle(«postgres»('{supavisor}'));`, 'cacheSleeps', strict],
      ['drizzle that opens the client', `${drizzle}export const db = «drizzle»('{supavisor}');`, 'cacheSleeps', strict],
      ['drizzle with a connection', `${drizzle}export const db = «drizzle»({ connection: { url: '{supavisor}' } });`, 'cacheSleeps', strict],
      ['drizzle with a connection that is right', `${drizzle}export const db = drizzle({ connection: { url: '{supavisor}', prepare: false } });`],
      ['drizzle with the URL as connection', `${drizzle}export const db = «drizzle»({ connection: '{supavisor}' });`, 'cacheSleeps', strict],
      ['Kysely', `${js}import { PostgresJSDialect } from 'kysely-postgres-js';\nexport const dialect = new PostgresJSDialect({ postgres: «postgres»('{supavisor}') });`, 'cacheSleeps', strict],
      ['a client that outlives a reload', `${js}${drizzle}const client = globalForDb.client ?? «postgres»('{supavisor}');\nif (isDevelopment) globalForDb.client = client;\nexport const db = drizzle(client, { schema });`, 'cacheSleeps', strict],
      ['a client that is stored elsewhere', `${js}${drizzle}const client = «postgres»('{supavisor}');\nglobalForDb.client = client;\nexport const db = drizzle(client, { schema });`, 'cacheOn'],
      ['a client that is made when needed', `${js}${drizzle}let client: postgres.Sql;\nexport function db() {\n  if (!client) client = «postgres»('{supavisor}');\n  return drizzle({ client });\n}\nexport const close = () => client.end();`, 'cacheSleeps', strict],
      ['a client that is made when needed, with tags', `${js}let client: postgres.Sql;\nexport function db() {\n  if (!client) client = «postgres»('{supavisor}');\n  return client\`select 1\`;\n}`, 'cacheOn'],
      ['an exported client may meet tags anywhere', `${js}${drizzle}export const client = «postgres»('{supavisor}');\nexport const db = drizzle(client);`, 'cacheOn'],
      ['tags beside drizzle', `${js}${drizzle}const client = «postgres»('{supavisor}');\nexport const db = drizzle(client);\nawait client\`select 1\`;`, 'cacheOn'],
      ['only unsafe', `${js}const sql = postgres('{supavisor}');\nawait sql.unsafe('select 1');\nawait sql.end();`],
      ['drizzle on Bun names everything', "import { drizzle } from 'drizzle-orm/bun-sql';\nexport const db = «drizzle»({ connection: { url: '{supavisor}' } });", 'cacheOn'],
    ]);
  });
});

describe('row 2: the cache is on, and the pooler may lose statements', () => {
  check(mayLoseStatements.flatMap((pooler): Case[] => [
    [`postgres.js on ${pooler} in strict`, `${js}export const sql = «postgres»('{${pooler}}');`, 'cacheMaybe', strict],
    [`Bun on ${pooler} in strict`, `${bun}export const sql = new «SQL»('{${pooler}}');`, 'cacheMaybe', strict],
    [`nothing on ${pooler} in recommended`, `${js}export const sql = postgres('{${pooler}}');`, [], { config: 'recommended' }],
    [`prepare: false on ${pooler}`, `${js}export const sql = postgres('{${pooler}}', { prepare: false });`],
  ]));
  check([
    ...['DATABASE_POOLER_URL', 'POSTGRES_PRISMA_URL', 'DATABASE_CONNECTION_POOL_URL', 'PGBOUNCER_URL', 'DB_POOLED_URL'].flatMap((name): Case[] => [
      [`${name} suggests a pooler, if asked`, `${js}export const sql = «postgres»(process.env.${name});`, 'cacheMaybe', everything],
      [`${name} alone is nothing in strict`, `${js}export const sql = postgres(process.env.${name});`, [], strict],
    ]),
    ...['DATABASE_URL', 'POSTGRES_URL_NON_POOLING', 'DATABASE_URL_UNPOOLED', 'DIRECT_POOL_URL'].map((name): Case => [`${name} suggests none`, `${js}export const sql = postgres(process.env.${name});`]),
  ]);
});

describe('row 3: parameters that go to the server', () => {
  check([
    ...['pgbouncer=true', 'connection_limit=1', 'pool_timeout=20', 'schema=public', 'statement_cache_size=0', 'prepared_statement_cache_size=0', 'no_prepare=true', 'prepareThreshold=0', 'prepared_statements=false', 'directConnection=true', 'sslaccept=strict', 'pool_mode=transaction', 'default_query_exec_mode=exec', 'binary_parameters=yes', 'uselibpqcompat=true', 'workaround=x'].flatMap((parameter): Case[] => [
      [`?${parameter} on Supavisor explains the cache`, `${js}export const sql = postgres('{supavisor}?«${parameter}»');`, 'deadUrlParam'],
      [`?${parameter} on PgBouncer of Fly`, `${bun}export const sql = new SQL('{fly}?sslmode=require&«${parameter}»');`, 'deadUrlParam'],
      [`?${parameter} on Neon`, `${js}export const sql = postgres('{neon}?«${parameter}»');`, 'deadUrlParam'],
      [`?${parameter} without a pooler`, `${js}export const sql = postgres('{direct}?«${parameter}»');`, 'deadUrlParam'],
      [`?${parameter} on the own machine`, `${js}export const sql = postgres('{local}?«${parameter}»');`, 'deadUrlParam'],
      [`?${parameter} is ignored by Supavisor: a note`, `${js}export const sql = postgres('{supavisor}?«${parameter}»', { prepare: false });`, 'deadUrlParam', strict],
      [`?${parameter} to pg is ignored`, `${pg}export const pool = new Pool({ connectionString: '{supavisor}?${parameter}' });`],
    ]),
    ['several', `${js}export const sql = postgres('{fly}?«pgbouncer=true»&sslmode=require&«connection_limit=1»', { prepare: false });`, ['deadUrlParam', 'deadUrlParam']],
    ['in a template', `${js}export const sql = postgres(\`postgres://u:\${p}@\${host}:5432/db?«pgbouncer=true»\`);`, 'deadUrlParam'],
    ['drizzle on postgres.js', "import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle('{direct}?«pgbouncer=true»');", 'deadUrlParam'],
    ['an unknown one on PgBouncer', `${js}export const sql = postgres('{fly}?«tenant=a»', { prepare: false });`, 'unknownUrlParam'],
    ['an unknown one without a pooler', `${js}export const sql = postgres('{direct}?tenant=a');`],
    ...['sslmode=require', 'ssl=true', 'application_name=a', 'client_encoding=UTF8', 'connect_timeout=5', 'idle_timeout=5', 'max=1', 'target_session_attrs=any', 'sslrootcert=system', 'channel_binding=require', 'fetch_types=false'].map((parameter): Case => [`?${parameter} is understood`, `${js}export const sql = postgres('{fly}?${parameter}', { prepare: false });`]),
    ['MySQL', `${bun}export const sql = new SQL('mysql://u:p@host/db?pgbouncer=true');`],
  ]);
});

describe('row 4: knobs that only look like knobs, whatever the URL', () => {
  const off = (option: string): Case[] => [
    [`${option} of postgres.js, the URL unknown`, `${js}export const sql = postgres(url, { «${option}» });`, 'lookAlikeKnob'],
    [`${option} of postgres.js on a pooler: one finding`, `${js}export const sql = postgres('{supavisor}', { «${option}» });`, 'lookAlikeKnob'],
    [`${option} of Bun`, `${bun}export const sql = new SQL(url, { «${option}» });`, 'lookAlikeKnob'],
    [`${option} beside prepare: false`, `${js}export const sql = postgres(url, { prepare: false, ${option} });`],
  ];
  check([
    ...["prepare: 'false'", "prepare: '0'", "prepare: 'no'"].flatMap((option): Case[] => [
      [`${option} of postgres.js`, `${js}export const sql = postgres(url, { «${option}» });`, 'lookAlikeKnob'],
      [`${option} of Bun`, `${bun}export const sql = new SQL(url, { «${option}» });`, 'lookAlikeKnob'],
    ]),
    ...['statement_cache_size: 0', 'prepared_statements: false', 'preparedStatements: false', 'pgbouncer: true', 'prepareThreshold: 0'].flatMap(off),
    ...['prepare: 0', 'prepare: null', 'prepare: undefined', 'no_prepare: true'].flatMap((option): Case[] => [
      [`${option} of Bun`, `${bun}export const sql = new SQL(url, { «${option}» });`, 'lookAlikeKnob'],
      [`${option} of postgres.js works`, `${js}export const sql = postgres('{supavisor}', { ${option} });`],
    ]),
    ['?prepare=0 of Bun works', `${bun}export const sql = new SQL('{supavisor}?prepare=0');`],
    ...['prepare=disable', 'prepare='].flatMap((parameter): Case[] => [
      [`?${parameter} of Bun`, `${bun}export const sql = new SQL('{supavisor}?«${parameter}»');`, 'lookAlikeKnob'],
      [`?${parameter} of postgres.js works`, `${js}export const sql = postgres('{supavisor}?${parameter}');`],
    ]),
    ['?prepare=0 of postgres.js', `${js}export const sql = postgres('{direct}?«prepare=0»');`, 'lookAlikeKnob'],
    ...['prepare=no', 'prepare=off', 'prepare=False'].flatMap((parameter): Case[] => [
      [`?${parameter} of postgres.js`, `${js}export const sql = postgres('{direct}?«${parameter}»');`, 'lookAlikeKnob'],
      [`?${parameter} of Bun`, `${bun}export const sql = new SQL('{direct}?«${parameter}»');`, 'lookAlikeKnob'],
      [`?${parameter} with prepare: false`, `${js}export const sql = postgres('{direct}?${parameter}', { prepare: false });`],
      [`?${parameter} of pg is ignored`, `${pg}export const pool = new Pool({ connectionString: '{direct}?${parameter}' });`],
    ]),
    ['prepare in connection', `${js}export const sql = postgres(url, { connection: { «prepare: false» } });`, 'lookAlikeKnob'],
    ['through drizzle', "import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle({ connection: { url, «prepare: 'false'» } });", 'lookAlikeKnob'],
    ['in a constant', `${js}const options = { «pgbouncer: true» };\nexport const sql = postgres(url, options);`, 'lookAlikeKnob'],
    ['after an unknown spread nobody knows', `${js}export const sql = postgres(url, { pgbouncer: true, ...options });`],
    ['another driver', `${pg}export const pool = new Pool({ connectionString: url, pgbouncer: true, statement_cache_size: 0, prepare: 'false' });`],
    ['prepare: false', `${js}export const sql = postgres(url, { prepare: false });`],
    ["prepare: 'true' is no attempt to turn it off", `${js}export const sql = postgres(url, { prepare: 'true' });`],
  ]);
});

describe('row 5: knobs that disagree', () => {
  check([
    ['?prepare=false and prepare: true', `${js}export const sql = postgres('{direct}?prepare=false', { «prepare: true» });`, 'knobsDisagree'],
    ['on a pooler: one finding', `${js}export const sql = postgres('{supavisor}?prepare=false', { «prepare: true» });`, 'knobsDisagree'],
    ['in Bun', `${bun}export const sql = new SQL('{direct}?prepare=false', { «prepare: true» });`, 'knobsDisagree'],
    ['?prepare=false and prepare: false', `${js}export const sql = postgres('{direct}?prepare=false', { prepare: false });`],
    ['?prepare=true and prepare: true', `${js}export const sql = postgres('{direct}?prepare=true', { prepare: true });`],
  ]);
});

describe('row 6: PGPREPARE', () => {
  check([
    ['in code', "«process.env.PGPREPARE = 'false'»;", 'lookAlikeKnob'],
    ['read only', 'console.log(process.env.PGPREPARE);'],
    ['in .env', '«PGPREPARE=false»', 'lookAlikeKnob', { file: '.env' }],
    ['exported, quoted', 'export PGPREPARE="0"'.replace('export', '«export') + '»', 'lookAlikeKnob', { file: '.env.local' }],
    ['another variable', 'PREPARE=false', [], { file: '.env' }],
  ]);
});

describe('row 7: statements that are asked to be named', () => {
  const query = "query({ «name: 'get-user'», text: 'select 1' })";
  const unnamed = "query({ text: 'select 1', values: [] })";
  check([
    ...losesStatements.flatMap((pooler): Case[] => [
      [`pg Pool on ${pooler}`, `${pg}const pool = new Pool({ connectionString: '{${pooler}}' });\nawait pool.${query};`, 'namedStatement'],
      [`pg Pool unnamed on ${pooler}`, `${pg}const pool = new Pool({ connectionString: '{${pooler}}' });\nawait pool.${unnamed};`],
    ]),
    ['pg Client', `${pg}const client = new Client('{supavisor}');\nawait client.connect();\nawait client.${query};`, 'namedStatement'],
    ['pg by host and port', `${pg}const pool = new Pool({ host: 'acme.postgres.database.azure.com', port: 6432 });\nawait pool.${query};`, 'namedStatement'],
    ['a client from the pool', `${pg}const pool = new Pool({ connectionString: '{supavisor}' });\nconst client = await pool.connect();\nawait client.${query};\nclient.release();`, 'namedStatement'],
    ['a field', `${pg}class Db { pool = new Pool({ connectionString: '{supavisor}' }); get() { return this.pool.${query}; } }`, 'namedStatement'],
    ['a field set in the constructor', `${pg}class Db { constructor() { this.pool = new Pool({ connectionString: '{supavisor}' }); } get() { return this.pool.${query}; } }`, 'namedStatement'],
    ['a query in a constant', `${pg}const pool = new Pool({ connectionString: '{supavisor}' });\nconst q = { «name: 'a'», text: 'select 1' };\nawait pool.query(q);`, 'namedStatement'],
    ['?prepare=false is ignored', `${pg}const pool = new Pool({ connectionString: '{supavisor}?prepare=false' });\nawait pool.${query};`, 'namedStatement'],
    ['a pool of another file, by the settings', `${pg}export const f = (pool: Pool) => pool.${query};`, 'namedStatement', { pooler: 'pgbouncer' }],
    ['a pool of another file', `${pg}export const f = (pool: Pool) => pool.${query.replaceAll(/[«»]/g, '')};`],
    ['an empty name', `${pg}const pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.query({ name: '', text: 'select 1' });`],
    ['an undefined name', `${pg}const pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.query({ name: undefined, text: 'select 1' });`],
    ['a name of something else', `${pg}const pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.query({ name: 'a' });\nmap.any({ name: 'a', text: 'b' });`],
    ['pg-promise with a name', "import pgPromise from 'pg-promise';\nconst db = pgPromise()('{supavisor}');\nawait db.any({ «name: 'a'», text: 'select 1' });", 'namedStatement'],
    ['pg-promise with a PreparedStatement', "import pgPromise, { PreparedStatement } from 'pg-promise';\nconst pgp = pgPromise();\nconst db = pgp({ connectionString: '{supavisor}' });\nawait db.any(«new PreparedStatement({ name: 'a', text: 'select 1' })»);", 'namedStatement'],
    ['pg-promise in a task', "import pgPromise from 'pg-promise';\nconst db = pgPromise()('{supavisor}');\nawait db.task((t) => t.one({ «name: 'a'», text: 'select 1' }));", 'namedStatement'],
    ['pg-promise with a ParameterizedQuery', "import pgPromise, { ParameterizedQuery } from 'pg-promise';\nconst db = pgPromise()('{supavisor}');\nawait db.any(new ParameterizedQuery({ text: 'select 1' }));"],
    ['drizzle on node-postgres', `${pg}import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle(new Pool({ connectionString: '{supavisor}' }));\nconst q = db.select().from(users).«prepare»('a');`, 'namedStatement'],
    ['drizzle on node-postgres that opens the pool', "import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle('{supavisor}');\nconst q = db.query.users.findMany().«prepare»('a');", 'namedStatement'],
    ['drizzle on node-postgres without prepare', "import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle('{supavisor}');\nconst q = await db.select().from(users);"],
    ['drizzle on postgres.js', `${js}import { drizzle } from 'drizzle-orm/postgres-js';\nconst client = postgres('{supavisor}');\nconst db = drizzle(client);\nconst q = db.select().from(users).«prepare»('a');`, 'namedStatement'],
    ['drizzle on postgres.js with prepare: false', `${js}import { drizzle } from 'drizzle-orm/postgres-js';\nconst client = postgres('{supavisor}', { prepare: false });\nconst db = drizzle(client);\nconst q = db.select().from(users).prepare('a');`],
    ['unsafe with prepare: true', `${js}const sql = postgres('{supavisor}');\nawait sql.unsafe('select 1', [], { «prepare: true» });`.replace('= postgres', '= «postgres»'), ['cacheOn', 'namedStatement']],
    ['unsafe with prepare: true on a client without cache', `${js}const sql = postgres('{supavisor}', { prepare: false });\nawait sql.unsafe('select 1', [], { prepare: true });`],
    ['PrismaPg with a statementNameGenerator', "import { PrismaPg } from '@prisma/adapter-pg';\nnew PrismaPg({ connectionString: '{supavisor}' }, { «statementNameGenerator: (query) => hash(query.sql)» });", 'namedStatement'],
    ['PrismaPg around a pool', `${pg}import { PrismaPg } from '@prisma/adapter-pg';\nconst pool = new Pool({ connectionString: '{supavisor}' });\nnew PrismaPg(pool, { «statementNameGenerator: name» });`, 'namedStatement'],
    ['PrismaPg without', "import { PrismaPg } from '@prisma/adapter-pg';\nnew PrismaPg({ connectionString: '{supavisor}' }, { schema: 'app' });"],
    ['Graphile Worker runOnce', "import { runOnce } from 'graphile-worker';\nawait «runOnce»({ connectionString: '{supavisor}' });", 'namedStatement'],
    ['Graphile Worker run needs more', "import { run } from 'graphile-worker';\nawait «run»({ connectionString: «'{supavisor}'» });", ['namedStatement', 'needsDirect']],
    ['Graphile Worker around a pool', `${pg}import { runOnce } from 'graphile-worker';\nconst pgPool = new Pool({ connectionString: '{supavisor}' });\nawait «runOnce»({ pgPool });`, 'namedStatement'],
    ['Graphile Worker that is told', "import { runOnce } from 'graphile-worker';\nawait runOnce({ connectionString: '{supavisor}', noPreparedStatements: true });"],
    ['Graphile Worker with a preset', "import { runOnce } from 'graphile-worker';\nawait runOnce({ connectionString: '{supavisor}', preset });"],
    ['Graphile Worker without a pooler', "import { run } from 'graphile-worker';\nawait run({ connectionString: '{direct}' });"],
    ['Neon keeps names', "import { Pool } from '@neondatabase/serverless';\nconst pool = new Pool({ connectionString: '{neon}' });\nawait pool.query({ name: 'a', text: 'select 1' });"],
    ['the Neon driver elsewhere', `import { Pool } from '@neondatabase/serverless';\nconst pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.${query};`, 'namedStatement'],
  ]);
});

describe('row 8: statements that are asked to be named, and the pooler may lose them', () => {
  check(mayLoseStatements.flatMap((pooler): Case[] => [
    [`pg on ${pooler} in strict`, `${pg}const pool = new Pool({ connectionString: '{${pooler}}' });\nawait pool.query({ «name: 'a'», text: 'select 1' });`, 'namedStatementMaybe', strict],
    [`pg on ${pooler} in recommended`, `${pg}const pool = new Pool({ connectionString: '{${pooler}}' });\nawait pool.query({ name: 'a', text: 'select 1' });`, [], { config: 'recommended' }],
    [`unnamed on ${pooler}`, `${pg}const pool = new Pool({ connectionString: '{${pooler}}' });\nawait pool.query('select 1');`],
  ]));
});

describe('row 9: start-up parameters', () => {
  const refusing = ['dedicated', 'azure', 'fly', 'neon', 'planetscale', 'pgbouncerHost'] as const;
  const options = ['statement_timeout: 5000', 'lock_timeout: 5000', 'idle_in_transaction_session_timeout: 5000', "options: '-c search_path=app'"];
  check([
    ...refusing.flatMap((pooler) => options.flatMap((option): Case[] => [
      [`pg: ${option} on ${pooler}`, `${pg}export const pool = new Pool({ connectionString: '{${pooler}}', «${option}» });`, 'startupParam'],
      [`Knex: ${option} on ${pooler}`, `import knex from 'knex';\nexport const db = knex({ client: 'pg', connection: { connectionString: '{${pooler}}', «${option}» } });`, 'startupParam'],
      [`TypeORM: ${option} on ${pooler}`, `import { DataSource } from 'typeorm';\nexport const db = new DataSource({ type: 'postgres', url: '{${pooler}}', extra: { «${option}» } });`, 'startupParam'],
      [`Sequelize: ${option} on ${pooler}`, `import { Sequelize } from 'sequelize';\nexport const db = new Sequelize('{${pooler}}', { dialectOptions: { «${option}» } });`, 'startupParam'],
    ])),
    ...refusing.flatMap((pooler): Case[] => [
      [`slonik on ${pooler}`, `import { createPool } from 'slonik';\nexport const pool = await «createPool»('{${pooler}}');`, 'startupParam'],
      [`slonik with one time-out on ${pooler}`, `import { createPool } from 'slonik';\nexport const pool = await «createPool»('{${pooler}}', { statementTimeout: 'DISABLE_TIMEOUT' });`, 'startupParam'],
      [`slonik without time-outs on ${pooler}`, `import { createPool } from 'slonik';\nexport const pool = await createPool('{${pooler}}', { statementTimeout: 'DISABLE_TIMEOUT', idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT' });`],
      [`postgres.js with search_path on ${pooler}`, `${js}export const sql = postgres('{${pooler}}', { prepare: false, connection: { «search_path: 'app'» } });`, 'startupParam'],
      [`postgres.js with application_name on ${pooler}`, `${js}export const sql = postgres('{${pooler}}', { prepare: false, connection: { application_name: 'app' } });`],
      [`pg with what it keeps to itself on ${pooler}`, `${pg}export const pool = new Pool({ connectionString: '{${pooler}}', query_timeout: 5, application_name: 'a', connectionTimeoutMillis: 5, max: 1 });`],
    ]),
    ['pg in the URL', `${pg}export const pool = new Pool({ connectionString: '{fly}?«statement_timeout=5000»' });`, 'startupParam'],
    ['postgres.js in the URL', `${js}export const sql = postgres('{fly}?«search_path=app»', { prepare: false });`, 'startupParam'],
    ['pg-promise', "import pgPromise from 'pg-promise';\nexport const db = pgPromise()({ connectionString: '{fly}', «statement_timeout: 5» });", 'startupParam'],
    ['Knex by host', "import knex from 'knex';\nexport const db = knex({ client: 'pg', connection: { host: 'pgbouncer.abc.flympg.net', «statement_timeout: 5» } });", 'startupParam'],
    ['by the settings', `${pg}export const pool = new Pool({ connectionString: process.env.DATABASE_URL, «statement_timeout: 5» });`, 'startupParam', { pooler: 'pgbouncer-statement-tracking' }],
    ['a port alone, in strict', `${pg}export const pool = new Pool({ connectionString: '{port6432}', «statement_timeout: 5» });`, 'startupParam', strict],
    ['a port alone, in recommended', `${pg}export const pool = new Pool({ connectionString: '{port6432}', statement_timeout: 5 });`, [], { config: 'recommended' }],
    ['without a pooler', `${pg}export const pool = new Pool({ connectionString: '{direct}', statement_timeout: 5 });`],
    ['a session pooler', `${pg}export const pool = new Pool({ connectionString: '{session}', statement_timeout: 5 });`],
    ['switched off', `${pg}export const pool = new Pool({ connectionString: '{fly}', statement_timeout: 0, options: undefined });`],
    ['Knex on MySQL', "import knex from 'knex';\nexport const db = knex({ client: 'mysql2', connection: { host: 'pgbouncer.abc.flympg.net', statement_timeout: 5 } });"],
    ['a value that may be undefined', `${pg}export const open = ({ statementTimeout }) => new Pool({ connectionString: '{fly}', statement_timeout: statementTimeout });`],
    ['a value that is computed', `${pg}export const pool = new Pool({ connectionString: '{fly}', «statement_timeout: seconds * 1000» });`, 'startupParam'],
    ['a value that may be undefined in connection', `${js}export const open = (schema) => postgres('{fly}', { prepare: false, connection: { search_path: schema } });`],
    ['Sequelize on another database', "import { Sequelize } from 'sequelize';\nexport const db = new Sequelize(process.env.DB_NAME, process.env.DB_USER, secret, { dialect: 'mssql', dialectOptions: { options: { encrypt: false } } });", [], { pooler: 'pgbouncer' }],
    ['sent on a condition only', `${pg}export const pool = new Pool({ connectionString: '{fly}', options: path ? '-c search_path=' + path : undefined });`],
    ['slonik with unknown options', "import { createPool } from 'slonik';\nexport const pool = await createPool('{fly}', options);"],
  ]);

  describe('9b: Supavisor ignores them', () => {
    check([
      ['a note', `${pg}export const pool = new Pool({ connectionString: '{supavisor}', «statement_timeout: 5» });`, 'startupParamIgnored', strict],
      ['nothing in recommended', `${pg}export const pool = new Pool({ connectionString: '{supavisor}', statement_timeout: 5 });`, [], { config: 'recommended' }],
      ['slonik: a note', "import { createPool } from 'slonik';\nexport const pool = await «createPool»('{supavisor}');", 'startupParamIgnored', strict],
      ['it reads search_path', `${js}export const sql = postgres('{supavisor}', { prepare: false, connection: { search_path: 'app' } });`],
    ]);
  });
});

describe('row 10: Prisma’s engine behind a pooler that loses statements', () => {
  const prisma = "import { PrismaClient } from '@prisma/client';\n";
  check([
    ...losesStatements.flatMap((pooler): Case[] => [
      [`datasourceUrl on ${pooler}`, `${prisma}new PrismaClient({ datasourceUrl: «'{${pooler}}'» });`, 'prismaNeedsPgbouncer'],
      [`with pgbouncer=true on ${pooler}`, `${prisma}new PrismaClient({ datasourceUrl: '{${pooler}}?pgbouncer=true' });`],
      [`POSTGRES_PRISMA_URL on ${pooler}`, `POSTGRES_PRISMA_URL=«"{${pooler}}"»`, 'prismaNeedsPgbouncer', { file: '.env' }],
      [`POSTGRES_PRISMA_URL with pgbouncer=true on ${pooler}`, `POSTGRES_PRISMA_URL="{${pooler}}?connection_limit=1&pgbouncer=true"`, [], { file: '.env' }],
      [`DATABASE_URL may feed any driver on ${pooler}`, `DATABASE_URL="{${pooler}}"`, [], { file: '.env' }],
    ]),
    ['datasources', `${prisma}new PrismaClient({ datasources: { db: { url: «'{supavisor}'» } } });`, 'prismaNeedsPgbouncer'],
    ['a generated client', "import { PrismaClient } from '../generated/prisma';\nnew PrismaClient({ datasourceUrl: «'{supavisor}'» });", 'prismaNeedsPgbouncer'],
    ['connection_limit=1 is no fix', `${prisma}new PrismaClient({ datasourceUrl: «'{supavisor}?connection_limit=1'» });`, 'prismaNeedsPgbouncer'],
    ['with an adapter', `${prisma}new PrismaClient({ adapter, datasourceUrl: '{supavisor}' });`],
    ['without a pooler', `${prisma}new PrismaClient({ datasourceUrl: '{direct}' });`],
    ['schema.prisma', 'datasource db {\n  provider = "postgresql"\n  url = «"{supavisor}"»\n  directUrl = "{session}"\n}', 'prismaNeedsPgbouncer', { file: 'schema.prisma' }],
    ['schema.prisma that is right', 'datasource db {\n  provider = "postgresql"\n  url = "{supavisor}?pgbouncer=true"\n  directUrl = "{session}"\n}', [], { file: 'schema.prisma' }],
    ['schema.prisma with driver adapters', 'generator client {\n  provider = "prisma-client-js"\n  previewFeatures = ["driverAdapters"]\n}\ndatasource db {\n  provider = "postgresql"\n  url = "{supavisor}"\n  directUrl = "{session}"\n}', [], { file: 'schema.prisma' }],
    ['schema.prisma of MySQL', 'datasource db {\n  provider = "mysql"\n  url = "{supavisor}"\n}', [], { file: 'schema.prisma' }],
    ['the settings for a variable', 'PRISMA_URL=«postgres://u:p@db.example.org/app»', 'prismaNeedsPgbouncer', { file: '.env', pooler: { PRISMA_URL: 'pgbouncer' } }],
  ]);
});

describe('row 11: Prisma’s engine behind a pooler that keeps statements', () => {
  check([
    ...keepsStatements.flatMap((pooler): Case[] => [
      [`a note on ${pooler}`, `PRISMA_DATABASE_URL="{${pooler}}?«pgbouncer=true»"`, 'prismaPgbouncerObsolete', { file: '.env', config: 'strict' }],
      [`nothing in recommended on ${pooler}`, `PRISMA_DATABASE_URL="{${pooler}}?pgbouncer=true"`, [], { file: '.env', config: 'recommended' }],
      [`without on ${pooler}`, `PRISMA_DATABASE_URL="{${pooler}}"`, [], { file: '.env' }],
      [`in schema.prisma on ${pooler}`, `datasource db {\n  provider = "postgresql"\n  url = "{${pooler}}?«pgbouncer=true»"\n  directUrl = env("DIRECT_URL")\n}`, 'prismaPgbouncerObsolete', { file: 'schema.prisma', config: 'strict' }],
    ]),
    ['in code', "import { PrismaClient } from '@prisma/client';\nnew PrismaClient({ datasourceUrl: '{neon}?«pgbouncer=true»' });", 'prismaPgbouncerObsolete', strict],
  ]);
});

describe('row 12: what the adapter ignores', () => {
  check([
    ...['pgbouncer=true', 'connection_limit=1', 'pool_timeout=5', 'schema=app'].flatMap((parameter): Case[] => [
      [`a note on ${parameter}`, `import { PrismaPg } from '@prisma/adapter-pg';\nnew PrismaPg({ connectionString: '{direct}?«${parameter}»' });`, 'ignoredByAdapter', strict],
      [`nothing in recommended on ${parameter}`, `import { PrismaPg } from '@prisma/adapter-pg';\nnew PrismaPg({ connectionString: '{direct}?${parameter}' });`, [], { config: 'recommended' }],
    ]),
    ['what pg reads', "import { PrismaPg } from '@prisma/adapter-pg';\nnew PrismaPg({ connectionString: '{direct}?sslmode=require' });"],
    ['another adapter', "import { PrismaNeon } from '@prisma/adapter-neon';\nimport 'pg';\nnew PrismaNeon({ connectionString: '{direct}?pgbouncer=true' });"],
  ]);
});

describe('row 13: what needs the database itself', () => {
  const transaction = [...losesStatements, 'neon', 'neonCell', 'pgdog', 'planetscale', 'prismaPostgres', 'timescale'] as const;
  check([
    ...transaction.flatMap((pooler): Case[] => [
      [`prisma.config.ts on ${pooler}`, `import { defineConfig } from 'prisma/config';\nexport default defineConfig({ datasource: { url: «'{${pooler}}'» } });`, 'needsDirect'],
      [`directUrl on ${pooler}`, `datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n  directUrl = «"{${pooler}}"»\n}`, 'needsDirect', { file: 'schema.prisma' }],
      [`DIRECT_URL on ${pooler}`, `DIRECT_URL=«"{${pooler}}"»`, 'needsDirect', { file: '.env.example' }],
      [`Kysely's Migrator on ${pooler}`, `${pg}import { Kysely, Migrator, PostgresDialect } from 'kysely';\nconst db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: '{${pooler}}' }) }) });\nexport const migrator = new «Migrator»({ db, provider });`, 'needsDirect'],
      [`drizzle.config.ts on ${pooler}: a note`, `import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ dialect: 'postgresql', dbCredentials: { url: «'{${pooler}}'» } });`, 'needsDirect', strict],
      [`drizzle.config.ts on ${pooler} in recommended`, `import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ dialect: 'postgresql', dbCredentials: { url: '{${pooler}}' } });`, [], { config: 'recommended' }],
      [`LISTEN of pg on ${pooler}`, `${pg}const client = new Client('{${pooler}}');\nawait «client.query»('LISTEN jobs');`, 'needsDirect'],
      [`LISTEN of postgres.js on ${pooler}`, `${js}const sql = postgres('{${pooler}}', { prepare: false });\nawait «sql.listen»('jobs', handle);`, 'needsDirect'],
    ]),
    ...['neon', 'pgdog'].map((pooler): Case => [`Graphile Worker on ${pooler}`, `import { run } from 'graphile-worker';\nawait run({ connectionString: «'{${pooler}}'» });`, 'needsDirect']),
    ...isDirect.flatMap((pooler): Case[] => [
      [`prisma.config.ts on ${pooler}`, `import { defineConfig } from 'prisma/config';\nexport default defineConfig({ datasource: { url: '{${pooler}}' } });`],
      [`DIRECT_URL on ${pooler}`, `DIRECT_URL="{${pooler}}"`, [], { file: '.env' }],
      [`directUrl on ${pooler}`, `datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n  directUrl = "{${pooler}}"\n}`, [], { file: 'schema.prisma' }],
      [`drizzle.config.ts on ${pooler}`, `import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ dialect: 'postgresql', dbCredentials: { url: '{${pooler}}' } });`],
      [`LISTEN on ${pooler}`, `${js}const sql = postgres('{${pooler}}');\nawait sql.listen('jobs', handle);\nawait sql.subscribe('*', handle);`],
    ]),
    ...['DATABASE_URL_UNPOOLED', 'POSTGRES_URL_NON_POOLING', 'MIGRATE_DATABASE_URL', 'MIGRATION_URL', 'SUPABASE_DIRECT_URL', 'DIRECT_DATABASE_URL'].map((name): Case => [name, `${name}=«{supavisor}»`, 'needsDirect', { file: '.env' }]),
    ...['DATABASE_URL', 'DIRECTUS_DB_URL', 'REDIRECT_DB', 'POOL_URL'].map((name): Case => [`${name} promises nothing`, `${name}={supavisor}`, [], { file: '.env' }]),
    ['the settings say that the variable is pooled', "import { defineConfig, env } from 'prisma/config';\nexport default defineConfig({ datasource: { url: «env('DATABASE_URL')» } });", 'needsDirect', supavisorByName],
    ['directUrl of a variable that the settings say is pooled', 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n  directUrl = «env("DATABASE_URL")»\n}', 'needsDirect', { file: 'schema.prisma', ...supavisorByName }],
    ['directUrl of a direct variable', 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n  directUrl = env("DIRECT_URL")\n}', [], { file: 'schema.prisma', ...supavisorByName, config: 'recommended' }],
    ['the direct URL is given where there is one', "import { defineConfig } from 'prisma/config';\nexport default defineConfig({ datasource: { url: process.env.DIRECT_URL ?? process.env.DATABASE_URL } });", [], supavisorByName],
    ['the settings say that the direct URL is none', "import { defineConfig } from 'prisma/config';\nexport default defineConfig({ datasource: { url: «process.env.DIRECT_URL» } });", 'needsDirect', { pooler: { DIRECT_URL: 'supavisor' } }],
    ['drizzle-kit on another database', "import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ dialect: 'mysql', dbCredentials: { url: process.env.DATABASE_URL } });", [], { pooler: 'pgbouncer' }],
    ['a pooler in a mode that nobody knows, in strict', 'DIRECT_URL=«{port6432}»', 'needsDirect', { file: '.env', config: 'strict' }],
    ['a pooler in a mode that nobody knows, in recommended', 'DIRECT_URL={port6432}', [], { file: '.env', config: 'recommended' }],
    ['pg-listen', "import createSubscriber from 'pg-listen';\nconst subscriber = «createSubscriber»({ connectionString: '{supavisor}' });", 'needsDirect'],
    ['LISTEN on a client of another file, by the settings', `${pg}export const f = (client: Client) => «client.query»('LISTEN jobs');`, 'needsDirect', { pooler: 'pgbouncer' }],
    ['a query that mentions listen', `${pg}const client = new Client('{supavisor}');\nawait client.query('select listen from songs');`],
    ['pg-boss', "import PgBoss from 'pg-boss';\nexport const boss = new PgBoss('{supavisor}');"],
    ['Kysely without a migrator', `${pg}import { Kysely, PostgresDialect } from 'kysely';\nexport const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: '{supavisor}' }) }) });`],
  ]);
});

describe('row 14: a datasource without directUrl', () => {
  check([
    ...[...losesStatements, ...keepsStatements].flatMap((pooler): Case[] => [
      [`a note on ${pooler}`, `datasource db {\n  provider = "postgresql"\n  «url = "{${pooler}}${losesStatements.some((each) => each === pooler) ? '?pgbouncer=true' : ''}"»\n}`, 'missingDirectUrl', { file: 'schema.prisma', config: 'strict' }],
      [`nothing in recommended on ${pooler}`, `datasource db {\n  provider = "postgresql"\n  url = "{${pooler}}?pgbouncer=true"\n}`, [], { file: 'schema.prisma', config: 'recommended' }],
      [`with directUrl on ${pooler}`, `datasource db {\n  provider = "postgresql"\n  url = "{${pooler}}${losesStatements.some((each) => each === pooler) ? '?pgbouncer=true' : ''}"\n  directUrl = env("DIRECT_URL")\n}`, [], { file: 'schema.prisma' }],
    ]),
    ['by the settings', 'datasource db {\n  provider = "postgresql"\n  «url = env("DATABASE_URL")»\n}', 'missingDirectUrl', { file: 'schema.prisma', config: 'strict', ...supavisorByName }],
    ['by the name, if asked', 'datasource db {\n  provider = "postgresql"\n  «url = env("POSTGRES_PRISMA_URL")»\n}', 'missingDirectUrl', { file: 'schema.prisma', config: 'everything' }],
    ['a variable that says nothing', 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}', [], { file: 'schema.prisma' }],
  ]);
});

describe('row 15: one connection is no fix', () => {
  check([
    ['max: 1', `${js}export const sql = «postgres»('{supavisor}', { max: 1 });`, 'cacheOn'],
    ['connection_limit=1 for the engine', 'POSTGRES_PRISMA_URL=«{supavisor}?connection_limit=1»', 'prismaNeedsPgbouncer', { file: '.env' }],
    ['max: 1 with prepare: false', `${js}export const sql = postgres('{supavisor}', { max: 1, prepare: false });`],
  ]);
});

describe('row 16: RDS Proxy pins', () => {
  const mysql = "import mysql from 'mysql2/promise';\nconst pool = mysql.createPool({ host: 'acme.proxy-abc123.eu-west-1.rds.amazonaws.com' });\n";
  const mariadb = "import mariadb from 'mariadb';\nconst pool = mariadb.createPool({ host: 'acme.proxy-abc123.eu-west-1.rds.amazonaws.com' });\n";
  const rds = `${pg}const pool = new Pool({ connectionString: '{rdsProxy}' });\n`;
  check([
    ['mysql2 execute', `${mysql}await pool.«execute»('select 1');`, 'pins', strict],
    ['mysql2 query', `${mysql}await pool.query('select 1');`],
    ['mariadb execute', `${mariadb}await pool.«execute»('select 1');`, 'pins', strict],
    ['mariadb execute in recommended', `${mariadb}await pool.execute('select 1');`, [], { config: 'recommended' }],
    ['pg with a name', `${rds}await pool.query({ «name: 'a'», text: 'select 1' });`, 'pins', strict],
    ['pg with a name in recommended', `${rds}await pool.query({ name: 'a', text: 'select 1' });`, [], { config: 'recommended' }],
    ['SET', `${rds}await pool.«query»("SET search_path = app");`, 'pins', strict],
    ['SET LOCAL', `${rds}await pool.query("SET LOCAL search_path = app");`],
    ['execute elsewhere', "import mysql from 'mysql2/promise';\nconst pool = mysql.createPool({ host: 'db.example.org' });\nawait pool.execute('select 1');"],
    ['postgres.js', `${js}export const sql = postgres('{rdsProxy}');`],
  ]);
});

describe('row 17: Hyperdrive wants names', () => {
  check([
    ['prepare: false', `${js}export default { fetch(request, env) { const sql = postgres(env.HYPERDRIVE.connectionString, { max: 5, «prepare: false» }); } };`, 'hyperdriveWantsPrepare', strict],
    ['nothing in recommended', `${js}export const f = (env) => postgres(env.HYPERDRIVE.connectionString, { prepare: false });`, [], { config: 'recommended' }],
    ['the default', `${js}export const f = (env) => postgres(env.HYPERDRIVE.connectionString, { max: 5, fetch_types: false });`],
    ['whatever the settings say of other connections', `${js}export const f = (c) => postgres(c.env.MY_HYPERDRIVE.connectionString);`, [], { pooler: 'supavisor' }],
  ]);
});

describe('row 18: maxPreparedStatements', () => {
  check([
    ['createPool', "import mysql from 'mysql2';\nexport const pool = mysql.createPool({ uri, «maxPreparedStatements: 0» });", 'lookAlikeKnob'],
    ['createConnection of mysql2/promise', "import { createConnection } from 'mysql2/promise';\nexport const c = createConnection({ «maxPreparedStatements: 0» });", 'lookAlikeKnob'],
    ['in the URL', "import mysql from 'mysql2/promise';\nexport const pool = mysql.createPool('mysql://u:p@host/db?«maxPreparedStatements=0»');", 'lookAlikeKnob'],
    ['another number', "import mysql from 'mysql2';\nexport const pool = mysql.createPool({ uri, maxPreparedStatements: 10 });"],
    ['mariadb: its knob works', "import mariadb from 'mariadb';\nexport const pool = mariadb.createPool({ prepareCacheLength: 0 });"],
  ]);
});

describe('rows 19 and 20: never', () => {
  check([
    ...isDirect.flatMap((pooler): Case[] => [
      [`postgres.js on ${pooler}`, `${js}export const sql = postgres('{${pooler}}');`],
      [`Bun on ${pooler}`, `${bun}export const sql = new SQL('{${pooler}}');`],
      [`named on ${pooler}`, `${pg}const pool = new Pool({ connectionString: '{${pooler}}' });\nawait pool.query({ name: 'a', text: 'select 1' });`],
      [`slonik on ${pooler}`, `import { createPool } from 'slonik';\nexport const pool = await createPool('{${pooler}}');`],
      [`Prisma's engine on ${pooler}`, `import { PrismaClient } from '@prisma/client';\nnew PrismaClient({ datasourceUrl: '{${pooler}}' });`],
    ]),
    ...[...losesStatements, ...mayLoseStatements, ...keepsStatements].flatMap((pooler): Case[] => [
      [`pg on ${pooler}`, `${pg}const pool = new Pool({ connectionString: '{${pooler}}' });\nawait pool.query('select $1', [1]);`],
      [`Knex on ${pooler}`, `import knex from 'knex';\nexport const db = knex({ client: 'pg', connection: '{${pooler}}' });`],
      [`Sequelize on ${pooler}`, `import { Sequelize } from 'sequelize';\nexport const db = new Sequelize('{${pooler}}');`],
      [`TypeORM on ${pooler}`, `import { DataSource } from 'typeorm';\nexport const db = new DataSource({ type: 'postgres', url: '{${pooler}}' });`],
      [`MikroORM on ${pooler}`, `import { MikroORM } from '@mikro-orm/postgresql';\nexport const orm = await MikroORM.init({ clientUrl: '{${pooler}}' });`],
      [`Kysely on ${pooler}`, `${pg}import { Kysely, PostgresDialect } from 'kysely';\nexport const db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: '{${pooler}}' }) }) });`],
      [`drizzle on pg on ${pooler}`, `import { drizzle } from 'drizzle-orm/node-postgres';\nexport const db = drizzle('{${pooler}}');\nawait db.select().from(users);`],
      [`Prisma 7 on ${pooler}`, `import { PrismaPg } from '@prisma/adapter-pg';\nimport { PrismaClient } from './generated/prisma';\nexport const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: '{${pooler}}' }) });`],
      [`pg-boss on ${pooler}`, `import PgBoss from 'pg-boss';\nexport const boss = new PgBoss('{${pooler}}');`],
      [`neon over HTTP on ${pooler}`, `import { neon } from '@neondatabase/serverless';\nexport const sql = neon('{${pooler}}');`],
      [`pg-promise on ${pooler}`, `import pgPromise from 'pg-promise';\nexport const db = pgPromise()('{${pooler}}');\nawait db.any('select $1', [1]);`],
    ]),
    ...keepsStatements.map((pooler): Case => [`postgres.js on ${pooler}`, `${js}export const sql = postgres('{${pooler}}');`]),
  ]);
});

describe('fixes', () => {
  it.each([
    ['second argument', "postgres('{supavisor}')", "postgres('{supavisor}', { prepare: false })"],
    ['options', "postgres('{supavisor}', { max: 1 })", "postgres('{supavisor}', { max: 1, prepare: false })"],
    ['options with a last comma', "postgres('{supavisor}', {\n  max: 1,\n})", "postgres('{supavisor}', {\n  max: 1, prepare: false,\n})"],
    ['empty options', "postgres('{supavisor}', {})", "postgres('{supavisor}', { prepare: false })"],
    ['an object alone', "postgres({ host: 'a.pooler.supabase.com', port: 6543 })", "postgres({ host: 'a.pooler.supabase.com', port: 6543, prepare: false })"],
    ['prepare: true', "postgres('{supavisor}', { prepare: true })", "postgres('{supavisor}', { prepare: false })"],
    ['a text', "postgres(url, { prepare: 'false' })", 'postgres(url, { prepare: false })'],
    ['a look-alike', 'postgres(url, { pgbouncer: true, max: 1 })', 'postgres(url, { prepare: false, max: 1 })'],
    ['a value that nobody meant', 'postgres(url, { statement_cache_size: 100 })', undefined],
    ['a dead parameter', "postgres('{direct}?pgbouncer=true')", "postgres('{direct}')"],
    ['a dead parameter before another', "postgres('{direct}?pgbouncer=true&sslmode=require')", "postgres('{direct}?sslmode=require')"],
    ['a dead parameter after another', "postgres('{direct}?sslmode=require&pgbouncer=true')", "postgres('{direct}?sslmode=require')"],
    ['two dead parameters', "postgres('{direct}?pgbouncer=true&connection_limit=1')", "postgres('{direct}')"],
    ['a dead parameter and the cache', "postgres('{supavisor}?pgbouncer=true')", "postgres('{supavisor}', { prepare: false })"],
    ['a dead parameter in a template', 'postgres(`postgres://${user}@{x}/db?pgbouncer=true`)', 'postgres(`postgres://${user}@{x}/db`)'],
    ['?prepare=0', "postgres('{direct}?prepare=0&sslmode=require')", "postgres('{direct}?prepare=false&sslmode=require')"],
    ['nothing in an escaped text', "postgres('\\x70ostgres://u:p@host/db?pgbouncer=true')", undefined],
    ['nothing for a constant that others may use', "postgres('{supavisor}', options)", undefined],
  ])('%s', (_name, before, after = before) => {
    const head = `${js}const options = { max: 1 };\nexport const sql = `;
    for (const host of Object.keys(hosts) as Host[]) {
      const result = fixed(written(`${head}${before};`), { host });
      expect(result).toBe(written(`${head}${after};`));
      expect(fixed(result, { host })).toBe(result);
    }
  });

  it('adds what Graphile Worker is to be told', () => {
    const head = "import { runOnce } from 'graphile-worker';\n";
    expect(fixed(written(`${head}await runOnce({ connectionString: '{supavisor}' });`))).toBe(written(`${head}await runOnce({ connectionString: '{supavisor}', noPreparedStatements: true });`));
  });

  it.each([
    ['quoted', 'POSTGRES_PRISMA_URL="{supavisor}"', 'POSTGRES_PRISMA_URL="{supavisor}?pgbouncer=true"'],
    ['single-quoted', "POSTGRES_PRISMA_URL='{supavisor}?connection_limit=1' # note", "POSTGRES_PRISMA_URL='{supavisor}?connection_limit=1&pgbouncer=true' # note"],
    ['plain', 'POSTGRES_PRISMA_URL={supavisor}\r\nA=1\r\n', 'POSTGRES_PRISMA_URL={supavisor}?pgbouncer=true\r\nA=1\r\n'],
    ['exported', 'export POSTGRES_PRISMA_URL={supavisor}?', 'export POSTGRES_PRISMA_URL={supavisor}?pgbouncer=true'],
    ['?prepare=no', 'A="{direct}?prepare=no"', 'A="{direct}?prepare=false"'],
    ['behind another variable', 'BASE={supavisor}\nPOSTGRES_PRISMA_URL=${BASE}', 'BASE={supavisor}\nPOSTGRES_PRISMA_URL=${BASE}?pgbouncer=true'],
    ['nothing where another variable says the parameters', 'REST=:6543/db?a=b\nPOSTGRES_PRISMA_URL=postgres://u:p@a.pooler.supabase.com:6543/db${QUERY}', undefined],
  ])('in .env: %s', (_name, before, after = before) => {
    for (const host of Object.keys(hosts) as Host[]) expect(fixed(written(before), { file: '.env', host })).toBe(written(after));
  });

  it('in schema.prisma', () => {
    const schema = (url: string) => written(`datasource db {\n  provider  = "postgresql"\n  url       = "${url}"\n  directUrl = env("DIRECT_URL")\n}\n`);
    expect(fixed(schema('{supavisor}'), { file: 'prisma/schema.prisma' })).toBe(schema('{supavisor}?pgbouncer=true'));
  });
});

describe('what is said', () => {
  const rds = `${pg}const pool = new Pool({ connectionString: '{rdsProxy}' });\n`;
  const mysql = "import mysql from 'mysql2/promise';\nconst pool = mysql.createPool({ host: 'acme.proxy-abc123.eu-west-1.rds.amazonaws.com' });\n";
  const cases: readonly (readonly [name: string, code: string, ending: string, asked?: Asked])[] = [
    ['the URL and the options disagree', `${js}export const sql = postgres('{direct}?prepare=false', { prepare: true });`, 'postgres.js heeds the options: the statement cache is on. Set `prepare: false` there, or remove the parameter from the URL.'],
    ['pgbouncer=true where the pooler keeps statements', 'PRISMA_DATABASE_URL="{neon}?pgbouncer=true"', 'keeps them: without it queries are planned once. Remove it.', { file: '.env', config: 'strict' }],
    ['a pinned connection, by a name', `${rds}await pool.query({ name: 'a', text: 'select 1' });`, 'to this client: nothing is pooled any more. Leave the name out.', strict],
    ['a pinned connection, by SET', `${rds}await pool.query('SET search_path = app');`, "to this client: nothing is pooled any more. Set it in the proxy's initialization query.", strict],
    ['a pinned connection, by execute()', `${mysql}await pool.execute('select 1');`, 'to this client: nothing is pooled any more. Use `query()`, which prepares nothing.', strict],
  ];
  it.each(cases.map(([name, code, ending, asked = {}]) => ({ name, code, ending, asked })))('$name', ({ code, ending, asked }) => {
    const [found, ...others] = lint(written(code), asked);
    expect(others).toEqual([]);
    expect(found?.message.endsWith(ending), found?.message).toBe(true);
  });
});

describe('suggestions', () => {
  const cases: readonly (readonly [name: string, code: string, after: string, asked?: Asked])[] = [
    ['spread the options at the call', `${js}const options = { max: 1 };\nexport const sql = postgres('{supavisor}', options);`, `${js}const options = { max: 1 };\nexport const sql = postgres('{supavisor}', { ...options, prepare: false });`],
    ['leave the name out', `${pg}const pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.query({ name: 'a', text: 'b' });`, `${pg}const pool = new Pool({ connectionString: '{supavisor}' });\nawait pool.query({ text: 'b' });`],
    ['past Supavisor', 'DIRECT_URL="{supavisor}"', 'DIRECT_URL="postgres://postgres.ref:[YOUR-PASSWORD]@aws-0-eu-west-1.pooler.supabase.com:5432/postgres"', { file: '.env' }],
    ["past Neon's pooler", 'DIRECT_URL="{neon}"', 'DIRECT_URL="{neonDirect}"', { file: '.env' }],
    ["past Fly's PgBouncer", 'DIRECT_URL="{fly}"', 'DIRECT_URL="{flyDirect}"', { file: '.env' }],
    ['past the pooler of Prisma Postgres', 'DIRECT_URL={prismaPostgres}', 'DIRECT_URL=postgres://user:secret@db.prisma.io:5432/app', { file: '.env' }],
    ["past Azure's PgBouncer", 'DIRECT_URL={azure}', 'DIRECT_URL={azureDirect}', { file: '.env' }],
    ['disable the time-outs of slonik', "import { createPool } from 'slonik';\nawait createPool('{fly}');", "import { createPool } from 'slonik';\nawait createPool('{fly}', { statementTimeout: 'DISABLE_TIMEOUT', idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT' });"],
    ['say it once', `${js}export const sql = postgres('{direct}?prepare=false', { prepare: true });`, `${js}export const sql = postgres('{direct}?prepare=false', { prepare: false });`],
    ['leave prepare out for Hyperdrive', `${js}export const f = (env) => postgres(env.HYPERDRIVE.connectionString, { max: 5, prepare: false });`, `${js}export const f = (env) => postgres(env.HYPERDRIVE.connectionString, { max: 5 });`, strict],
  ];
  it.each(cases.map(([name, code, after, asked = {}]) => ({ name, code, after, asked })))('$name', ({ code, after, asked }) => {
    const before = written(code);
    const suggestions = lint(before, asked).flatMap(({ suggestions = [] }) => suggestions);
    const { fix } = suggestions[0]!;
    expect(before.slice(0, fix.range[0]) + fix.text + before.slice(fix.range[1])).toBe(written(after));
  });
});
