/**
 * The decision table of docs/rules/no-pooled-statement-cache.md once more, driver by driver: every driver and form that a
 * row names, behind every kind of pooler that the row is about, and behind those that it is not about. `URL` in the code
 * stands for the address.
 */
import { describe } from 'vitest';
import { check, type Case } from './check.js';
import { isDirect, keepsStatements, losesStatements, mayLoseStatements, type Address, type Asked } from './lint.js';

const strict: Asked = { config: 'strict' };
const at = (code: string, pooler: Address) => code.replaceAll('URL', `{${pooler}}`);
const unmarked = (code: string) => code.replaceAll(/[«»]/g, '');
const supavisors = ['supavisor', 'supavisorNew', 'selfHosted'] as const satisfies readonly Address[];
const refusing = ['dedicated', 'azure', 'fly', 'neon', 'neonCell', 'planetscale', 'timescale', 'digitalOcean', 'pgbouncerHost'] as const satisfies readonly Address[];

type Snippet = readonly [name: string, code: string];

/** Rows 1 and 2: what opens a connection whose statements are named without being asked. */
const caches: readonly Snippet[] = [
  ['postgres.js', "import postgres from 'postgres';\nexport const sql = «postgres»('URL');"],
  ['postgres.js of Deno', "import postgres from 'https://deno.land/x/postgresjs/mod.js';\nexport const sql = «postgres»('URL');"],
  ['postgres.js of npm:', "import sqlOf from 'npm:postgres';\nexport const sql = «sqlOf»('URL', { max: 1 });"],
  ['Bun', "import { SQL } from 'bun';\nexport const sql = new «SQL»('URL', { max: 1 });"],
  ['Bun with an object', "import { SQL } from 'bun';\nexport const sql = new «SQL»({ url: 'URL', max: 1 });"],
  ['Bun, global', "export const sql = new «Bun.SQL»('URL');"],
  ['drizzle on Bun', "import { drizzle } from 'drizzle-orm/bun-sql';\nexport const db = «drizzle»('URL');"],
  ['drizzle on Bun with a connection', "import { drizzle } from 'drizzle-orm/bun-sql';\nexport const db = «drizzle»({ connection: 'URL', schema });"],
];

const cachesOff: readonly Snippet[] = [
  ['postgres.js', "import postgres from 'postgres';\nexport const sql = postgres('URL', { max: 1, prepare: false });"],
  ['postgres.js by the URL', "import postgres from 'postgres';\nexport const sql = postgres('URL?prepare=false');"],
  ['postgres.js of Deno', "import postgres from 'https://deno.land/x/postgresjs/mod.js';\nexport const sql = postgres('URL', { prepare: false });"],
  ['Bun', "import { SQL } from 'bun';\nexport const sql = new SQL('URL', { prepare: false });"],
  ['Bun with an object', "import { SQL } from 'bun';\nexport const sql = new SQL({ url: 'URL', prepare: false });"],
  ['Bun, global', "export const sql = new Bun.SQL('URL?prepare=false');"],
  ['drizzle on Bun with a connection', "import { drizzle } from 'drizzle-orm/bun-sql';\nexport const db = drizzle({ connection: { url: 'URL', prepare: false }, schema });"],
];

describe('rows 1 and 2', () => {
  check([
    ...caches.flatMap(([name, code]): Case[] => [
      ...losesStatements.map((pooler): Case => [`${name} on ${pooler}`, at(code, pooler), 'cacheOn']),
      ...mayLoseStatements.map((pooler): Case => [`${name} on ${pooler}`, at(code, pooler), 'cacheMaybe', strict]),
      ...[...keepsStatements, ...isDirect].map((pooler): Case => [`${name} on ${pooler}`, unmarked(at(code, pooler))]),
    ]),
    ...cachesOff.flatMap(([name, code]) => [...losesStatements, ...mayLoseStatements].map((pooler): Case => [`${name} without the cache on ${pooler}`, at(code, pooler)])),
  ]);
});

/** Rows 7 and 8: how a statement gets a name. */
const named: readonly Snippet[] = [
  ['pg Pool', "import { Pool } from 'pg';\nconst pool = new Pool({ connectionString: 'URL' });\nawait pool.query({ «name: 'a'», text: 'select 1' });"],
  ['pg as a namespace', "import pg from 'pg';\nconst pool = new pg.Pool({ connectionString: 'URL' });\nawait pool.query({ «name: 'a'», text: 'select 1' });"],
  ['pg Client', "import { Client } from 'pg';\nconst client = new Client({ connectionString: 'URL' });\nawait client.query({ «name: 'a'», text: 'select 1' });"],
  ['@neondatabase/serverless', "import { Client } from '@neondatabase/serverless';\nconst client = new Client('URL');\nawait client.query({ «name: 'a'», text: 'select 1' });"],
  ['pg-promise', "import pgPromise from 'pg-promise';\nconst db = pgPromise()('URL');\nawait db.oneOrNone({ «name: 'a'», text: 'select 1' });"],
  ['pg-promise PreparedStatement', "import pgPromise from 'pg-promise';\nconst pgp = pgPromise();\nconst db = pgp('URL');\nawait db.any(«new pgPromise.PreparedStatement({ name: 'a', text: 'select 1' })»);"],
  ['drizzle on node-postgres, by its URL', "import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle('URL', { schema });\nexport const q = db.query.users.findMany().«prepare»('a');"],
  ['drizzle on node-postgres, by a connection', "import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle({ connection: { connectionString: 'URL' } });\nexport const q = db.select().from(users).«prepare»('a');"],
  ['drizzle on node-postgres, by a pool', "import { Pool } from 'pg';\nimport { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle({ client: new Pool({ connectionString: 'URL' }) });\nexport const q = db.select().from(users).«prepare»('a');"],
  ['PrismaPg', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg({ connectionString: 'URL' }, { «statementNameGenerator: ({ sql }) => hash(sql)» });"],
  ['PrismaPg by its URL', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg('URL', { «statementNameGenerator» });"],
  ['Graphile Worker', "import { runOnce } from 'graphile-worker';\nawait «runOnce»({ connectionString: 'URL', taskList });"],
];

const unnamed: readonly Snippet[] = [
  ['pg Pool', "import { Pool } from 'pg';\nconst pool = new Pool({ connectionString: 'URL' });\nawait pool.query({ text: 'select 1', values: [] });"],
  ['pg Client', "import { Client } from 'pg';\nconst client = new Client({ connectionString: 'URL' });\nawait client.query('select $1', [1]);"],
  ['@neondatabase/serverless', "import { Client } from '@neondatabase/serverless';\nconst client = new Client('URL');\nawait client.query('select 1');"],
  ['pg-promise', "import pgPromise from 'pg-promise';\nconst db = pgPromise()('URL');\nawait db.any({ text: 'select 1', values: [] });"],
  ['pg-promise ParameterizedQuery', "import pgPromise from 'pg-promise';\nconst db = pgPromise()('URL');\nawait db.any(new pgPromise.ParameterizedQuery({ text: 'select 1' }));"],
  ['drizzle on node-postgres', "import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle('URL', { schema });\nawait db.query.users.findMany();"],
  ['drizzle on node-postgres with an empty name', "import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle('URL', { schema });\nawait db.query.users.findMany().prepare('');"],
  ['drizzle on postgres.js without the cache', "import postgres from 'postgres';\nimport { drizzle } from 'drizzle-orm/postgres-js';\nconst db = drizzle({ client: postgres('URL', { prepare: false }) });\nexport const q = db.select().from(users).prepare('a');"],
  ['PrismaPg', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg({ connectionString: 'URL' });"],
  ['PrismaPg with no generator', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg({ connectionString: 'URL' }, { statementNameGenerator: undefined });"],
  ['Graphile Worker', "import { runOnce } from 'graphile-worker';\nawait runOnce({ connectionString: 'URL', taskList, noPreparedStatements: true });"],
];

const drizzlePrepare = "import postgres from 'postgres';\nimport { drizzle } from 'drizzle-orm/postgres-js';\nconst client = postgres('URL');\nconst db = drizzle({ client });\nexport const q = db.select().from(users).«prepare»('a');";

describe('rows 7 and 8', () => {
  check([
    ...named.flatMap(([name, code]): Case[] => [
      ...losesStatements.map((pooler): Case => [`${name} on ${pooler}`, at(code, pooler), 'namedStatement']),
      ...mayLoseStatements.map((pooler): Case => [`${name} on ${pooler}`, at(code, pooler), 'namedStatementMaybe', strict]),
      ...mayLoseStatements.map((pooler): Case => [`${name} on ${pooler} in recommended`, unmarked(at(code, pooler)), [], { config: 'recommended' }]),
      ...[...keepsStatements, ...isDirect].map((pooler): Case => [`${name} on ${pooler}`, unmarked(at(code, pooler))]),
    ]),
    ...unnamed.flatMap(([name, code]) => [...losesStatements, ...mayLoseStatements].map((pooler): Case => [`${name} unnamed on ${pooler}`, at(code, pooler)])),
    ...losesStatements.map((pooler): Case => [`drizzle on postgres.js on ${pooler}`, at(drizzlePrepare, pooler), 'namedStatement']),
    ...mayLoseStatements.map((pooler): Case => [`drizzle on postgres.js on ${pooler}`, at(drizzlePrepare.replace('= postgres', '= «postgres»'), pooler), ['cacheSleeps', 'namedStatementMaybe'], strict]),
    ...[...keepsStatements, ...isDirect].map((pooler): Case => [`drizzle on postgres.js on ${pooler}`, unmarked(at(drizzlePrepare, pooler))]),
  ]);
});

/** Row 9: where a driver takes what it sends when it connects. `WRITTEN` stands for the option. */
const optionsOf: readonly Snippet[] = [
  ['pg Pool', "import { Pool } from 'pg';\nexport const pool = new Pool({ connectionString: 'URL', «WRITTEN» });"],
  ['pg Client', "import { Client } from 'pg';\nexport const client = new Client({ connectionString: 'URL', «WRITTEN» });"],
  ['pg-promise', "import pgPromise from 'pg-promise';\nexport const db = pgPromise()({ connectionString: 'URL', «WRITTEN» });"],
  ['Knex', "import knex from 'knex';\nexport const db = knex({ client: 'pg', connection: { connectionString: 'URL', «WRITTEN» } });"],
  ['TypeORM', "import { DataSource } from 'typeorm';\nexport const db = new DataSource({ type: 'postgres', url: 'URL', extra: { «WRITTEN» } });"],
  ['TypeORM in Nest', "import { TypeOrmModule } from '@nestjs/typeorm';\nexport const db = TypeOrmModule.forRoot({ type: 'postgres', url: 'URL', extra: { «WRITTEN» } });"],
  ['Sequelize', "import { Sequelize } from 'sequelize';\nexport const db = new Sequelize('URL', { dialectOptions: { «WRITTEN» } });"],
  ['PrismaPg', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg({ connectionString: 'URL', «WRITTEN» });"],
  ['pg-boss', "import PgBoss from 'pg-boss';\nexport const boss = new PgBoss({ connectionString: 'URL', «WRITTEN» });"],
  ['@neondatabase/serverless', "import { Pool } from '@neondatabase/serverless';\nexport const pool = new Pool({ connectionString: 'URL', «WRITTEN» });"],
  ['drizzle on node-postgres', "import { drizzle } from 'drizzle-orm/node-postgres';\nexport const db = drizzle({ connection: { connectionString: 'URL', «WRITTEN» } });"],
  ['postgres.js', "import postgres from 'postgres';\nexport const sql = postgres('URL', { prepare: false, connection: { «WRITTEN» } });"],
];
const sentOptions = ['statement_timeout: 5000', 'lock_timeout: 5000', 'idle_in_transaction_session_timeout: 5000', "options: '-c work_mem=8MB'"];
const keptOptions = ["application_name: 'app'", "client_encoding: 'UTF8'"];

/** The same in the URL. */
const urlsOf: readonly Snippet[] = [
  ['pg', "import { Pool } from 'pg';\nexport const pool = new Pool({ connectionString: 'URL?«WRITTEN»' });"],
  ['pg-promise', "import pgPromise from 'pg-promise';\nexport const db = pgPromise()('URL?«WRITTEN»');"],
  ['Knex', "import knex from 'knex';\nexport const db = knex({ client: 'pg', connection: 'URL?«WRITTEN»' });"],
  ['TypeORM', "import { DataSource } from 'typeorm';\nexport const db = new DataSource({ type: 'postgres', url: 'URL?«WRITTEN»' });"],
  ['Sequelize', "import { Sequelize } from 'sequelize';\nexport const db = new Sequelize('URL?«WRITTEN»');"],
  ['PrismaPg', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const adapter = new PrismaPg({ connectionString: 'URL?«WRITTEN»' });"],
  ['postgres.js', "import postgres from 'postgres';\nexport const sql = postgres('URL?«WRITTEN»', { prepare: false });"],
  ['Bun', "import { SQL } from 'bun';\nexport const sql = new SQL('URL?«WRITTEN»', { prepare: false });"],
];
const slonikUrl = "import { createPool } from 'slonik';\nexport const pool = await createPool('URL?«options=-c%20work_mem%3D8MB»', { statementTimeout: 'DISABLE_TIMEOUT', idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT' });";

describe('row 9', () => {
  const written = (code: string, option: string) => code.replace('WRITTEN', option);
  const asParameter = (option: string) => option.replace(/: '?([^']*)'?/, (_all, value: string) => `=${encodeURIComponent(value)}`);
  check([
    ...optionsOf.flatMap(([name, code]) => [
      ...sentOptions.flatMap((option): Case[] => [
        ...refusing.map((pooler): Case => [`${name}: ${option} on ${pooler}`, at(written(code, option), pooler), 'startupParam', strict]),
        ...supavisors.map((pooler): Case => [`${name}: ${option} on ${pooler}: ignored`, at(written(code, option), pooler), 'startupParamIgnored', strict]),
        ...isDirect.map((pooler): Case => [`${name}: ${option} on ${pooler}`, unmarked(at(written(code, option), pooler))]),
      ]),
      ...keptOptions.flatMap((option) => refusing.map((pooler): Case => [`${name}: ${option} on ${pooler}`, unmarked(at(written(code, option), pooler))])),
    ]),
    ...urlsOf.flatMap(([name, code]) => [
      ...sentOptions.map(asParameter).flatMap((parameter): Case[] => [
        [`${name}: ?${parameter}`, at(written(code, parameter), 'fly'), 'startupParam'],
        [`${name}: ?${parameter}, ignored`, at(written(code, parameter), 'supavisor'), 'startupParamIgnored', strict],
        [`${name}: ?${parameter}, without a pooler`, unmarked(at(written(code, parameter), 'direct'))],
      ]),
      [`${name}: ?application_name`, unmarked(at(written(code, 'application_name=a'), 'fly'))],
    ] as Case[]),
    ['slonik: ?options', at(slonikUrl, 'fly'), 'startupParam'],
    ['slonik: ?options without a pooler', unmarked(at(slonikUrl, 'direct'))],
    ...['search_path=app', 'options=-c%20search_path%3Dapp'].map((parameter): Case => [`?${parameter} is read by Supavisor`, `import postgres from 'postgres';\nexport const sql = postgres('{supavisor}?${parameter}', { prepare: false });`]),
    ['options with a search_path are read by Supavisor', "import { Pool } from 'pg';\nexport const pool = new Pool({ connectionString: '{supavisor}', options: '-c search_path=app' });"],
  ]);
});

/** `host` and `port` instead of a URL, with what the driver must not be given there. */
describe('host and port', () => {
  const address = "host: 'db.abcdefghijklmnopqrst.supabase.co', port: 6543";
  const direct = address.replace('6543', '5432');
  const forms: readonly (readonly [string, string, string])[] = [
    ['postgres.js', `import postgres from 'postgres';\nexport const sql = «postgres»({ ${address} });`, 'cacheOn'],
    ['drizzle on postgres.js', `import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = «drizzle»({ connection: { ${address} } });`, 'cacheSleeps'],
    ['Bun', `import { SQL } from 'bun';\nexport const sql = new «SQL»({ hostname: 'db.abcdefghijklmnopqrst.supabase.co', port: 6543 });`, 'cacheOn'],
    ['pg', `import { Pool } from 'pg';\nconst pool = new Pool({ ${address} });\nawait pool.query({ «name: 'a'», text: 'b' });`, 'namedStatement'],
    ['pg-promise', `import pgPromise from 'pg-promise';\nconst db = pgPromise()({ ${address} });\nawait db.any({ «name: 'a'», text: 'b' });`, 'namedStatement'],
    ['drizzle on node-postgres', `import { drizzle } from 'drizzle-orm/node-postgres';\nconst db = drizzle({ connection: { ${address} } });\nexport const q = db.select().from(a).«prepare»('b');`, 'namedStatement'],
    ['PrismaPg', `import { PrismaPg } from '@prisma/adapter-pg';\nexport const a = new PrismaPg({ ${address} }, { «statementNameGenerator» });`, 'namedStatement'],
    ['Knex', `import knex from 'knex';\nexport const db = knex({ client: 'pg', connection: { ${address}, «lock_timeout: 5» } });`, 'startupParam'],
    ['TypeORM', `import { DataSource } from 'typeorm';\nexport const db = new DataSource({ type: 'postgres', ${address}, extra: { «lock_timeout: 5» } });`, 'startupParam'],
    ['Sequelize', `import { Sequelize } from 'sequelize';\nexport const db = new Sequelize({ dialect: 'postgres', ${address}, dialectOptions: { «lock_timeout: 5» } });`, 'startupParam'],
    ['Sequelize by position', `import { Sequelize } from 'sequelize';\nexport const db = new Sequelize('app', 'user', secret, { dialect: 'postgres', ${address}, dialectOptions: { «lock_timeout: 5» } });`, 'startupParam'],
    ['Kysely', `import { Pool } from 'pg';\nimport { Kysely, Migrator, PostgresDialect } from 'kysely';\nexport const m = new «Migrator»({ db: new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ ${address} }) }) }), provider });`, 'needsDirect'],
    ['drizzle-kit', `import { defineConfig } from 'drizzle-kit';\nexport default «defineConfig»({ dialect: 'postgresql', dbCredentials: { ${address} } });`, 'needsDirect'],
  ];
  check(forms.flatMap(([name, code, message]): Case[] => [
    [name, code, message, strict],
    [`${name} without the pooler`, unmarked(code).replace(address, direct).replace('port: 6543', 'port: 5432')],
  ]));
});

describe('row 13: more of what needs the database itself', () => {
  const transaction = [...losesStatements, ...keepsStatements];
  const snippets: readonly Snippet[] = [
    ['subscribe of postgres.js', "import postgres from 'postgres';\nconst sql = postgres('URL', { prepare: false });\nawait «sql.subscribe»('*', handle);"],
    ['LISTEN in a transaction of pg', "import { Pool } from 'pg';\nconst pool = new Pool({ connectionString: 'URL' });\nconst client = await pool.connect();\nawait «client.query»('listen jobs');"],
    ['pg-listen', "import createSubscriber from 'pg-listen';\nexport const s = createSubscriber({ connectionString: «'URL'» });".replace('«', '').replace('»', '').replace('= createSubscriber', '= «createSubscriber»')],
    ['Kysely on postgres.js', "import postgres from 'postgres';\nimport { Kysely, Migrator } from 'kysely';\nimport { PostgresJSDialect } from 'kysely-postgres-js';\nconst db = new Kysely({ dialect: new PostgresJSDialect({ postgres: postgres('URL', { prepare: false }) }) });\nexport const migrator = new «Migrator»({ db, provider });"],
    ['Kysely, by its own entry point', "import { Pool } from 'pg';\nimport { Kysely, PostgresDialect } from 'kysely';\nimport { Migrator } from 'kysely/migration';\nconst db = new Kysely({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: 'URL' }) }) });\nexport const migrator = new «Migrator»({ db, provider });"],
    ['Graphile Worker around a pool', "import { Pool } from 'pg';\nimport { run } from 'graphile-worker';\nconst pgPool = new Pool({ connectionString: 'URL' });\nawait «run»({ pgPool, noPreparedStatements: true });"],
  ];
  check([
    ...snippets.flatMap(([name, code]): Case[] => [
      ...transaction.map((pooler): Case => [`${name} on ${pooler}`, at(code, pooler), 'needsDirect']),
      ...isDirect.map((pooler): Case => [`${name} on ${pooler}`, unmarked(at(code, pooler))]),
    ]),
    ['migrations of Knex lock a table', "import knex from 'knex';\nconst db = knex({ client: 'pg', connection: '{supavisor}' });\nawait db.migrate.latest();"],
    ['migrations of TypeORM', "import { DataSource } from 'typeorm';\nconst db = new DataSource({ type: 'postgres', url: '{supavisor}' });\nawait db.runMigrations();"],
    ['migrations of drizzle in code', "import { drizzle } from 'drizzle-orm/node-postgres';\nimport { migrate } from 'drizzle-orm/node-postgres/migrator';\nawait migrate(drizzle('{supavisor}'), { migrationsFolder: 'drizzle' });"],
    ['pg-boss', "import { PgBoss } from 'pg-boss';\nconst boss = new PgBoss({ connectionString: '{supavisor}' });\nawait boss.start();"],
    ['an event emitter that listens', "import { Pool } from 'pg';\nnew Pool({ connectionString: '{supavisor}' });\nserver.listen(3000);"],
  ]);
});

describe('the other rows', () => {
  check([
    ['3: of drizzle on Bun', "import { drizzle } from 'drizzle-orm/bun-sql';\nexport const db = drizzle('{direct}?«pgbouncer=true»');", 'deadUrlParam'],
    ['3: of drizzle, in a connection', "import { drizzle } from 'drizzle-orm/postgres-js';\nexport const db = drizzle({ connection: { url: '{direct}?«connection_limit=1»' } });", 'deadUrlParam'],
    ['3: not of drizzle on node-postgres', "import { drizzle } from 'drizzle-orm/node-postgres';\nexport const db = drizzle('{direct}?pgbouncer=true');"],
    ['4: of drizzle on Bun', "import { drizzle } from 'drizzle-orm/bun-sql';\nexport const db = drizzle({ connection: { url, «prepare: 0» } });", 'lookAlikeKnob'],
    ['4: in .env', 'DATABASE_URL="{direct}?«prepare=off»"', 'lookAlikeKnob', { file: '.env' }],
    ['4: in .env, where it may be meant for Bun', 'DATABASE_URL="{direct}?prepare=0"', [], { file: '.env' }],
    ['4: false in .env', 'DATABASE_URL="{direct}?prepare=false"', [], { file: '.env' }],
    ['4: of MySQL in .env', 'DATABASE_URL="mysql://u:p@host/db?prepare=0"', [], { file: '.env' }],
    ['5: of Bun', "import { SQL } from 'bun';\nexport const sql = new SQL('{direct}?prepare=0', { «prepare: true» });", 'knobsDisagree'],
    ['5: not where the option turns it off', "import { SQL } from 'bun';\nexport const sql = new SQL('{direct}?prepare=true', { prepare: false });"],
    ['6: by a string', "«process.env['PGPREPARE'] = 'false'»;", 'lookAlikeKnob'],
    ['6: true in .env', 'PGPREPARE=true\nPGPREPARE=\n', [], { file: '.env' }],
    ['12: the URL alone', "import { PrismaPg } from '@prisma/adapter-pg';\nexport const a = new PrismaPg('{direct}?«schema=app»');", 'ignoredByAdapter', strict],
    ['12: not where the engine reads it', "import { PrismaClient } from '@prisma/client';\nexport const a = new PrismaClient({ datasourceUrl: '{direct}?schema=app&connection_limit=1' });"],
    ['16: mysql2 by its URL', "import mysql from 'mysql2/promise';\nconst c = await mysql.createConnection('mysql://u:p@acme.proxy-abc123.eu-west-1.rds.amazonaws.com/app');\nawait c.«execute»('select 1');", 'pins', strict],
    ['16: mariadb by its URL', "import * as mariadb from 'mariadb';\nconst pool = mariadb.createPool('mariadb://u:p@acme.proxy-abc123.eu-west-1.rds.amazonaws.com/app');\nawait pool.«execute»('select 1');", 'pins', strict],
    ['16: pg-promise with a name', "import pgPromise from 'pg-promise';\nconst db = pgPromise()('{rdsProxy}');\nawait db.any({ «name: 'a'», text: 'b' });", 'pins', strict],
    ['16: SET of a client', "import { Client } from 'pg';\nconst client = new Client('{rdsProxy}');\nawait client.«query»('set search_path to app');", 'pins', strict],
    ['17: through drizzle', "import postgres from 'postgres';\nimport { drizzle } from 'drizzle-orm/postgres-js';\nexport const f = (env) => drizzle(postgres(env.DB_HYPERDRIVE.connectionString, { «prepare: false» }));", 'hyperdriveWantsPrepare', strict],
    ['17: pg has nothing to remove', "import { Client } from 'pg';\nexport const f = (env) => new Client({ connectionString: env.HYPERDRIVE.connectionString });"],
    ['18: of a connection', "import mysql from 'mysql2';\nexport const c = mysql.createConnection({ host: 'h', «maxPreparedStatements: 0» });", 'lookAlikeKnob'],
  ]);
});
