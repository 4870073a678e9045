/** The poolers: how one is recognised, and what it does to statements, start-up parameters and session state. */
import type { Pooler as PoolerSetting } from '../settings.js';

export interface PoolerKind {
  readonly id: string;
  /** As messages and the page name it. */
  readonly name: string;
  /** `unknown` where the owner chooses. */
  readonly mode: 'transaction' | 'session' | 'unknown';
  /** What becomes of a named statement: `pinned` keeps it at the price of the pooling. */
  readonly statements: 'lost' | 'kept' | 'pinned' | 'unknown';
  /** What it does with start-up parameters that it does not know. */
  readonly startup: 'refused' | 'ignored' | 'accepted' | 'unknown';
  /** Recognised if one of these fits. Kinds are tried in order. */
  readonly signs: readonly Sign[];
  /** How its address becomes that of the database itself. */
  readonly direct?: DirectAddress;
  readonly source: string;
}

/** Everything that is named must fit. */
export interface Sign {
  readonly host?: RegExp;
  readonly ports?: readonly number[];
  readonly user?: RegExp;
  readonly database?: string;
  readonly parameter?: { readonly name: string; readonly value: RegExp };
  /** Not where the host is the machine itself: a port there is whatever the developer mapped. */
  readonly remote?: true;
}

export type DirectAddress = { readonly port: number } | { readonly host: readonly [from: string, to: string] };

const SUPAVISOR_HOST = /(?:^|\.)pooler\.supabase\.com$/;
const SUPABASE_HOST = /^db\.[^.]+\.supabase\.(?:co|com|net|red)$/;

const supavisor: PoolerKind = {
  id: 'supavisor',
  name: 'Supavisor in transaction mode',
  mode: 'transaction',
  statements: 'lost',
  startup: 'ignored',
  signs: [
    { host: SUPAVISOR_HOST, ports: [6543] },
    { user: /^postgres\.[^.]+$/, ports: [6543] },
    { parameter: { name: 'supa', value: /^base-pooler/ }, ports: [6543] },
    { host: /(?:^|[.-])supavisor(?:[.-]|$)/, ports: [6543] },
    // Self-hosted Supabase keeps the port.
    { host: /[.\uE000]/, ports: [6543], remote: true },
  ],
  direct: { port: 5432 },
  source: 'supabase.com/docs: disabling prepared statements; supavisor 2.9 docs: NAMED_PREPARED_STATEMENTS_ENABLED is false by default; client_handler: other start-up keys are dropped',
};

const pgbouncer: PoolerKind = {
  id: 'pgbouncer',
  name: 'PgBouncer without statement tracking',
  mode: 'transaction',
  statements: 'lost',
  startup: 'refused',
  signs: [],
  source: 'measured on 1.18.0 and on 1.25.2 with max_prepared_statements=0',
};

const trackingPgbouncer: PoolerKind = {
  ...pgbouncer,
  id: 'pgbouncer-statement-tracking',
  name: 'PgBouncer with statement tracking',
  statements: 'kept',
  source: 'measured on 1.25.2 with max_prepared_statements=200, the default since 1.24',
};

/** A pooler that hands out a server connection for as long as the client stays, or none at all: nothing is lost. */
const harmless = { mode: 'session', statements: 'kept', startup: 'accepted' } as const;

/** Recognised by address. The first kind with a fitting sign decides. */
export const poolerKinds: readonly PoolerKind[] = [
  {
    ...harmless,
    startup: 'ignored',
    id: 'supavisor-session',
    name: 'Supavisor in session mode',
    signs: [{ host: SUPAVISOR_HOST, ports: [5432] }],
    source: 'supabase.com/docs: connect to your database',
  },
  { ...harmless, id: 'supabase-direct', name: 'Supabase without a pooler', signs: [{ host: SUPABASE_HOST, ports: [5432] }], source: 'the same' },
  {
    id: 'supabase-dedicated',
    name: "Supabase's dedicated PgBouncer",
    mode: 'transaction',
    statements: 'lost',
    startup: 'refused',
    signs: [{ host: SUPABASE_HOST, ports: [6543] }],
    direct: { port: 5432 },
    source: 'supabase.com/docs: connecting to Postgres ("does not support prepared statements")',
  },
  {
    id: 'neon',
    name: "Neon's PgBouncer",
    mode: 'transaction',
    statements: 'kept',
    startup: 'refused',
    // Vercel Postgres was Neon under another name.
    signs: [{ host: /^[^.]+-pooler\..*\bneon\.tech$/ }, { host: /^[^.]+-pooler\..*\bpostgres\.vercel-storage\.com$/ }],
    direct: { host: ['-pooler.', '.'] },
    source: 'neon.com/docs/connect/connection-pooling',
  },
  {
    id: 'prisma-postgres',
    name: "Prisma Postgres' PgBouncer",
    mode: 'transaction',
    statements: 'unknown',
    startup: 'unknown',
    signs: [{ host: /^pooled\.db\.prisma\.io$/ }],
    direct: { host: ['pooled.', ''] },
    source: 'prisma.io/docs/postgres/database/connection-pooling',
  },
  {
    id: 'rds-proxy',
    name: 'RDS Proxy',
    mode: 'session',
    statements: 'pinned',
    startup: 'accepted',
    signs: [{ host: /\.proxy-[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com(?:\.cn)?$/ }],
    source: 'docs.aws.amazon.com: rds-proxy-pinning',
  },
  {
    id: 'azure',
    name: "Azure Flexible Server's PgBouncer",
    mode: 'transaction',
    statements: 'lost',
    startup: 'refused',
    signs: [{ host: /\.postgres\.database\.azure\.com$/, ports: [6432, 8432] }],
    direct: { port: 5432 },
    source: 'learn.microsoft.com: server parameters, pgbouncer.max_prepared_statements is 0 by default',
  },
  {
    id: 'fly',
    name: "Fly Managed Postgres' PgBouncer",
    mode: 'transaction',
    statements: 'lost',
    startup: 'refused',
    signs: [{ host: /^pgbouncer\.[^.]+\.flympg\.net$/ }],
    direct: { host: ['pgbouncer.', 'direct.'] },
    source: 'fly.io/docs/mpg/client-configuration',
  },
  {
    id: 'planetscale',
    name: "PlanetScale's PgBouncer",
    mode: 'transaction',
    statements: 'unknown',
    startup: 'refused',
    signs: [{ host: /\.psdb\.cloud$/, ports: [6432] }],
    direct: { port: 5432 },
    source: 'planetscale.com/docs/postgres/connecting/pgbouncer',
  },
  {
    id: 'timescale',
    name: "Tiger Cloud's transaction pool",
    mode: 'transaction',
    statements: 'unknown',
    startup: 'refused',
    signs: [{ host: /\.tsdb\.cloud\.timescale\.com$/, database: 'tsdb_transaction' }],
    source: 'tigerdata.com/docs: connection pooling',
  },
  {
    id: 'digitalocean',
    name: 'a DigitalOcean connection pool',
    mode: 'unknown',
    statements: 'unknown',
    startup: 'refused',
    signs: [{ host: /\.db\.ondigitalocean\.com$/, ports: [25061] }],
    direct: { port: 25060 },
    source: 'docs.digitalocean.com: manage connection pools',
  },
  supavisor,
  {
    id: 'pgdog',
    name: 'PgDog',
    mode: 'transaction',
    statements: 'kept',
    startup: 'unknown',
    signs: [{ host: /(?:^|[.-])pgdog(?:[.-]|$)/ }],
    source: 'docs.pgdog.dev: prepared statements',
  },
  {
    id: 'pgbouncer-host',
    name: 'what looks like a PgBouncer by its host name',
    mode: 'unknown',
    statements: 'unknown',
    startup: 'refused',
    signs: [{ host: /(?:^|[.-])pgbouncer(?:[.-]|$)/ }],
    source: 'pgbouncer.org: pool_mode and max_prepared_statements are the owner\'s choice',
  },
  {
    id: 'pooler-host',
    name: 'what looks like a pooler by its host name',
    mode: 'unknown',
    statements: 'unknown',
    startup: 'unknown',
    signs: [{ host: /(?:^|[.-])(?:pgcat|odyssey|pooler)(?:[.-]|$)/ }],
    source: 'PgCat and Odyssey keep named statements only when told to',
  },
  {
    id: 'pooler-port',
    name: 'what looks like a pooler by its port',
    mode: 'unknown',
    statements: 'unknown',
    startup: 'unknown',
    signs: [{ ports: [6432] }, { ports: [6543] }],
    source: 'PgBouncer, PgCat, PgDog and Odyssey listen on 6432 by default; Supabase pools on 6543',
  },
];

/** Recognised by nothing but the name of the environment variable. */
export const poolerByName: PoolerKind = {
  id: 'pooler-name',
  name: 'what looks like a pooler by the name of the variable',
  mode: 'unknown',
  statements: 'unknown',
  startup: 'unknown',
  signs: [],
  source: 'Vercel sets POSTGRES_PRISMA_URL, Heroku DATABASE_CONNECTION_POOL_URL',
};

/** What the settings can say. */
export const poolersOfSettings: Readonly<Record<PoolerSetting, PoolerKind>> = {
  supavisor,
  pgbouncer,
  'pgbouncer-statement-tracking': trackingPgbouncer,
  session: { ...harmless, id: 'session', name: 'a pooler in session mode', signs: [], source: 'the settings' },
  none: { ...harmless, id: 'none', name: 'no pooler', signs: [], source: 'the settings' },
};
