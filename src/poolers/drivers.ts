/** The drivers: whether they name statements, which switch turns that off, and the forms in which code hands them a URL. */

export type DriverId =
  | 'postgres-js' | 'bun-sql' | 'pg' | 'pg-promise' | 'slonik' | 'neon-http' | 'neon' | 'vercel-postgres'
  | 'knex' | 'typeorm' | 'sequelize' | 'mikro-orm' | 'prisma-engine' | 'prisma-adapter' | 'graphile-worker' | 'pg-boss'
  | 'mysql2' | 'mariadb' | 'prisma-config' | 'drizzle-kit' | 'pg-listen';

export interface Driver {
  readonly name: string;
  /**
   * Which statements it names: `all` it sends, those of `tags` (a tagged template), those whose name was `asked` for, or
   * `none`.
   */
  readonly names: 'all' | 'tags' | 'asked' | 'none';
  /** What is seen where statements are lost. */
  readonly outcome?: string;
  /** Whether it sends every URL parameter that it does not know as a start-up parameter. */
  readonly sendsParameters?: true;
  /** Options (and URL parameters) that become start-up parameters; `options` of slonik go without being asked for. */
  readonly startup?: readonly string[];
  /** What it is and what it does, for the page. */
  readonly knob: string;
  readonly lookAlikes?: string;
  readonly checked: string;
}

const PG_STARTUP = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'options'] as const;
const named = 'queries fail with "prepared statement … already exists", or return the rows of another query of the same name';

export const drivers: Readonly<Record<DriverId, Driver>> = {
  'postgres-js': {
    name: 'postgres.js',
    names: 'tags',
    outcome: 'queries fail with "prepared statement … does not exist", and after that they hang',
    sendsParameters: true,
    knob: '`prepare: false`, or `?prepare=false`',
    lookAlikes: "`prepare: 'false'`, `?prepare=0`, `PGPREPARE=false`, `pgbouncer`, `statement_cache_size`, `max: 1`",
    checked: 'postgres 3.4.9',
  },
  'bun-sql': {
    name: 'Bun.sql',
    names: 'all',
    outcome: 'queries fail with "prepared statement … already exists", or return the rows of another query',
    sendsParameters: true,
    knob: '`prepare: false`, or `?prepare=false`',
    lookAlikes: '`prepare: 0`, `prepare: undefined`, `no_prepare: true`, `?prepare=disable`, `PGPREPARE=false`',
    checked: 'Bun 1.4.5',
  },
  pg: { name: 'node-postgres', names: 'asked', outcome: named, startup: PG_STARTUP, knob: 'no `name` in the query', lookAlikes: '`?prepare=false` and `?pgbouncer=true` are ignored', checked: 'pg 8.23.1' },
  neon: { name: '@neondatabase/serverless', names: 'asked', outcome: named, startup: PG_STARTUP, knob: 'no `name` in the query', checked: '@neondatabase/serverless 1.2.0' },
  'neon-http': { name: 'neon()', names: 'none', knob: 'none needed: each query is a request', checked: '@neondatabase/serverless 1.2.0' },
  'vercel-postgres': { name: '@vercel/postgres', names: 'asked', outcome: named, startup: PG_STARTUP, knob: 'no `name` in the query', checked: '@vercel/postgres 0.10.0' },
  'pg-promise': { name: 'pg-promise', names: 'asked', outcome: named, startup: PG_STARTUP, knob: 'no `PreparedStatement`, no `name` in the query', checked: 'pg-promise 12.7.1' },
  slonik: { name: 'slonik', names: 'none', startup: ['options'], knob: "none needed, but `statementTimeout` and `idleInTransactionSessionTimeout` must be `'DISABLE_TIMEOUT'` to connect at all", checked: 'slonik 47.3.2' },
  knex: { name: 'Knex', names: 'none', startup: PG_STARTUP, knob: 'none needed', checked: 'knex 3.3.0' },
  typeorm: { name: 'TypeORM', names: 'none', startup: PG_STARTUP, knob: 'none needed', checked: 'typeorm 1.1.1' },
  sequelize: { name: 'Sequelize', names: 'none', startup: PG_STARTUP, knob: 'none needed', checked: 'sequelize 6.37.8' },
  'mikro-orm': { name: 'MikroORM', names: 'none', knob: 'none needed: it sends its queries through Knex or Kysely', checked: 'documented, not measured' },
  'prisma-engine': { name: "Prisma's engine", names: 'all', outcome: 'queries fail with "prepared statement \\"s0\\" already exists"', knob: '`?pgbouncer=true`, and `directUrl` for migrations', lookAlikes: '`connection_limit=1` alone', checked: 'Prisma up to 6, documented, not measured' },
  'prisma-adapter': { name: '@prisma/adapter-pg', names: 'asked', outcome: named, startup: PG_STARTUP, knob: 'no `statementNameGenerator`', lookAlikes: '`pgbouncer`, `connection_limit`, `pool_timeout` and `schema` in the URL are ignored', checked: '@prisma/adapter-pg 7.10.1' },
  'graphile-worker': { name: 'Graphile Worker', names: 'all', outcome: 'jobs fail with "prepared statement … already exists" and are tried again without end', knob: '`noPreparedStatements: true`', checked: 'graphile-worker 0.17.3' },
  'pg-boss': { name: 'pg-boss', names: 'none', startup: PG_STARTUP, knob: 'none needed', checked: 'pg-boss 10.4.2' },
  mysql2: { name: 'mysql2', names: 'asked', knob: '`query()` instead of `execute()`', lookAlikes: '`maxPreparedStatements: 0` means 16000', checked: 'mysql2 3.24.6' },
  mariadb: { name: 'mariadb', names: 'asked', knob: '`prepareCacheLength: 0`', checked: 'mariadb 3.5.4' },
  'prisma-config': { name: 'Prisma Migrate', names: 'all', knob: 'the direct URL', checked: 'documented' },
  'drizzle-kit': { name: 'drizzle-kit', names: 'none', knob: 'the direct URL', checked: 'documented' },
  'pg-listen': { name: 'LISTEN', names: 'none', knob: 'the direct URL', checked: 'measured with pg' },
};

/**
 * One way in which code opens a connection. Paths begin with the index of an argument: `0.connection.url` is the `url` of
 * the `connection` of the first argument.
 */
export interface Form {
  readonly driver: DriverId;
  /** Modules, as `plainSpecifier` gives them. */
  readonly from: readonly string[];
  readonly exports: readonly string[];
  readonly how: 'call' | 'new' | 'either';
  /** How many arguments there must be at least. */
  readonly least?: number;
  /** Where the URL may be. */
  readonly urls: readonly string[];
  /** Objects that may hold `host` (or `hostname`) and `port`. */
  readonly endpoints?: readonly string[];
  /** Objects that hold the driver's own options. */
  readonly options?: readonly string[];
  /** The form is not this driver's where one of these says something else. */
  readonly only?: readonly { readonly path: string; readonly values: readonly string[] }[];
}

const POSTGRES = ['postgres', 'postgresql', 'pg', 'cockroachdb', 'aurora-postgres'];
const SEQUELIZE = ['sequelize', 'sequelize-typescript', '@sequelize/core'];

/** The order matters for one call that several forms fit: the first whose URL or endpoint is there. */
export const forms: readonly Form[] = [
  { driver: 'postgres-js', from: ['postgres'], exports: ['default'], how: 'call', urls: ['0'], endpoints: ['0', '1'], options: ['1', '0'] },
  { driver: 'bun-sql', from: ['bun'], exports: ['SQL'], how: 'new', urls: ['0', '0.url'], endpoints: ['0', '1'], options: ['1', '0'], only: [{ path: '0.adapter', values: ['postgres'] }] },
  { driver: 'pg', from: ['pg', 'pg-pool', 'pg-native'], exports: ['Pool', 'Client', 'default', 'native.Pool', 'native.Client'], how: 'new', urls: ['0', '0.connectionString'], endpoints: ['0'], options: ['0'] },
  { driver: 'neon', from: ['@neondatabase/serverless'], exports: ['Pool', 'Client'], how: 'new', urls: ['0', '0.connectionString'], endpoints: ['0'], options: ['0'] },
  { driver: 'neon-http', from: ['@neondatabase/serverless'], exports: ['neon'], how: 'call', urls: ['0'] },
  { driver: 'vercel-postgres', from: ['@vercel/postgres'], exports: ['createPool', 'createClient'], how: 'call', urls: ['0.connectionString'], options: ['0'] },
  { driver: 'slonik', from: ['slonik'], exports: ['createPool'], how: 'call', urls: ['0'], options: ['1'] },
  { driver: 'knex', from: ['knex'], exports: ['default', 'knex'], how: 'either', urls: ['0.connection', '0.connection.connectionString'], endpoints: ['0.connection'], options: ['0.connection'], only: [{ path: '0.client', values: POSTGRES }] },
  { driver: 'typeorm', from: ['typeorm'], exports: ['DataSource', 'createConnection'], how: 'either', urls: ['0.url'], endpoints: ['0'], options: ['0.extra'], only: [{ path: '0.type', values: POSTGRES }] },
  { driver: 'typeorm', from: ['@nestjs/typeorm'], exports: ['TypeOrmModule.forRoot'], how: 'call', urls: ['0.url'], endpoints: ['0'], options: ['0.extra'], only: [{ path: '0.type', values: POSTGRES }] },
  // `new Sequelize(database, user, password, { host, port })`
  { driver: 'sequelize', from: SEQUELIZE, exports: ['Sequelize', 'default'], how: 'new', least: 3, urls: [], endpoints: ['3'], options: ['3.dialectOptions'], only: [{ path: '3.dialect', values: POSTGRES }] },
  { driver: 'sequelize', from: SEQUELIZE, exports: ['Sequelize', 'default'], how: 'new', urls: ['0', '0.url'], endpoints: ['0', '1'], options: ['1.dialectOptions', '0.dialectOptions'], only: [{ path: '0.dialect', values: POSTGRES }, { path: '1.dialect', values: POSTGRES }] },
  { driver: 'mikro-orm', from: ['@mikro-orm/postgresql', '@mikro-orm/core'], exports: ['MikroORM.init', 'MikroORM.initSync', 'defineConfig'], how: 'call', urls: ['0.clientUrl'], endpoints: ['0'] },
  { driver: 'prisma-adapter', from: ['@prisma/adapter-pg'], exports: ['PrismaPg'], how: 'new', urls: ['0', '0.connectionString'], endpoints: ['0'], options: ['1', '0'] },
  { driver: 'graphile-worker', from: ['graphile-worker'], exports: ['run', 'runOnce', 'runMigrations', 'makeWorkerUtils', 'quickAddJob'], how: 'call', urls: ['0.connectionString'], options: ['0'] },
  { driver: 'pg-boss', from: ['pg-boss'], exports: ['default', 'PgBoss'], how: 'new', urls: ['0', '0.connectionString'], endpoints: ['0'], options: ['0'] },
  { driver: 'mysql2', from: ['mysql2', 'mysql2/promise'], exports: ['createPool', 'createConnection', 'createPoolCluster'], how: 'call', urls: ['0', '0.uri'], endpoints: ['0'], options: ['0'] },
  { driver: 'mariadb', from: ['mariadb', 'mariadb/callback'], exports: ['createPool', 'createConnection'], how: 'call', urls: ['0'], endpoints: ['0'], options: ['0'] },
  // Drizzle opens the client itself.
  { driver: 'postgres-js', from: ['drizzle-orm/postgres-js'], exports: ['drizzle'], how: 'call', urls: ['0', '0.connection', '0.connection.url'], endpoints: ['0.connection'], options: ['0.connection'] },
  { driver: 'pg', from: ['drizzle-orm/node-postgres'], exports: ['drizzle'], how: 'call', urls: ['0', '0.connection', '0.connection.connectionString'], endpoints: ['0.connection'], options: ['0.connection'] },
  { driver: 'bun-sql', from: ['drizzle-orm/bun-sql'], exports: ['drizzle'], how: 'call', urls: ['0', '0.connection', '0.connection.url'], endpoints: ['0.connection'], options: ['0.connection'] },
  { driver: 'neon', from: ['drizzle-orm/neon-serverless'], exports: ['drizzle'], how: 'call', urls: ['0', '0.connection', '0.connection.connectionString'] },
  { driver: 'neon-http', from: ['drizzle-orm/neon-http'], exports: ['drizzle'], how: 'call', urls: ['0', '0.connection'] },
  // Tools that need the database itself.
  { driver: 'prisma-config', from: ['prisma/config', '@prisma/config'], exports: ['defineConfig'], how: 'call', urls: ['0.datasource.url'] },
  { driver: 'drizzle-kit', from: ['drizzle-kit'], exports: ['defineConfig'], how: 'call', urls: ['0.dbCredentials.url', '0.dbCredentials.connectionString'], endpoints: ['0.dbCredentials'], only: [{ path: '0.dialect', values: POSTGRES }, { path: '0.driver', values: ['pg'] }] },
  { driver: 'pg-listen', from: ['pg-listen', 'pg-pubsub'], exports: ['default'], how: 'either', urls: ['0', '0.connectionString'] },
];

/** A generated Prisma client may lie at any path; its class has this name everywhere. */
export const prismaClient: Form = { driver: 'prisma-engine', from: [], exports: ['PrismaClient'], how: 'new', urls: ['0.datasourceUrl', '0.datasources.db.url'], options: ['0'] };

/** What a function returns that a module exports: `pgp = require('pg-promise')()`. */
export const pgPromise: Form = { driver: 'pg-promise', from: ['pg-promise'], exports: ['default'], how: 'call', urls: ['0', '0.connectionString'], endpoints: ['0'], options: ['0'] };

/** `drizzle(client)`, `new PostgresJSDialect({ postgres })`: they send unnamed statements through a client that they are given. */
export const wrappers: readonly { readonly from: RegExp; readonly exports: readonly string[]; readonly clients: readonly string[]; readonly names: 'none' | 'asked' }[] = [
  { from: /^drizzle-orm\/(?:postgres-js|node-postgres|neon-serverless|vercel-postgres)$/, exports: ['drizzle'], clients: ['0', '0.client'], names: 'asked' },
  { from: /^kysely-postgres-js$/, exports: ['PostgresJSDialect'], clients: ['0.postgres'], names: 'none' },
  { from: /^kysely$/, exports: ['PostgresDialect'], clients: ['0.pool'], names: 'none' },
  { from: /^kysely$/, exports: ['Kysely'], clients: ['0.dialect'], names: 'none' },
  { from: /^@prisma\/adapter-pg$/, exports: ['PrismaPg'], clients: ['0'], names: 'none' },
  { from: /^graphile-worker$/, exports: ['run', 'runOnce', 'makeWorkerUtils', 'runMigrations', 'quickAddJob'], clients: ['0.pgPool'], names: 'none' },
];
