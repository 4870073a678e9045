/** URL parameters and options: whose they are, and what postgres.js, Bun and PgBouncer make of them. */

/** Not sent to the server by postgres.js and Bun, or sent and accepted everywhere. Anything else is a start-up parameter. */
const understood = new Set([
  'host', 'port', 'hostname', 'user', 'username', 'password', 'pass', 'db', 'database', 'dbname', 'path',
  'sslmode', 'ssl', 'tls', 'application_name', 'client_encoding', 'max', 'idle_timeout', 'connect_timeout', 'max_lifetime',
  'max_pipeline', 'backoff', 'keep_alive', 'prepare', 'debug', 'fetch_types', 'publications', 'target_session_attrs',
  'sslnegotiation', 'sslrootcert',
  // Neon's strings carry it; whether Neon takes it off was not measured.
  'channel_binding',
  // Supabase's own mark in the strings that it hands to Vercel.
  'supa',
]);

/** PgBouncer keeps track of these. */
const trackedByPgBouncer = new Set(['application_name', 'client_encoding', 'datestyle', 'timezone', 'standard_conforming_strings', 'intervalstyle', 'replication']);

/** Parameters of other drivers, by what they are of. The server knows none of them and refuses the connection. */
export const foreignParameters: ReadonlyMap<string, string> = new Map([
  ...['pgbouncer', 'connection_limit', 'pool_timeout', 'schema', 'sslaccept', 'sslidentity', 'socket_timeout'].map((name) => [name, 'Prisma'] as const),
  ...['statement_cache_size', 'prepared_statement_cache_size', 'prepared_statement_name_func'].map((name) => [name, 'asyncpg and SQLAlchemy'] as const),
  ...['preparethreshold', 'preparedstatementcachequeries', 'directconnection'].map((name) => [name, 'another driver'] as const),
  ...['prepared_statements'].map((name) => [name, 'ActiveRecord'] as const),
  ...['default_query_exec_mode', 'statement_cache_capacity'].map((name) => [name, 'pgx'] as const),
  ...['binary_parameters'].map((name) => [name, 'lib/pq'] as const),
  ...['no_prepare', 'preparedstatements'].map((name) => [name, 'an option'] as const),
  ...['uselibpqcompat'].map((name) => [name, 'node-postgres'] as const),
  ...['pool_mode'].map((name) => [name, 'PgBouncer'] as const),
  ...['workaround'].map((name) => [name, 'Supabase'] as const),
]);

/** Settings of PostgreSQL that URLs are seen to carry. A direct connection takes them. */
export const serverSettings = new Set(['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'options', 'search_path', 'role', 'work_mem', 'jit', 'default_transaction_isolation']);

export function isUnderstood(parameter: string): boolean {
  return understood.has(parameter.toLowerCase());
}

export function isTrackedByPgBouncer(parameter: string): boolean {
  return trackedByPgBouncer.has(parameter.toLowerCase());
}

/** Whose a parameter is that the driver does not know; undefined if it is not one of another driver. */
export function ownerOf(parameter: string): string | undefined {
  return foreignParameters.get(parameter.toLowerCase());
}

/** Options that look as if they turned the cache of postgres.js or Bun off; with the values that are meant to. */
export const lookAlikeOptions: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['statement_cache_size', [0]],
  ['prepared_statements', [false, 0]],
  ['preparedStatements', [false, 0]],
  ['pgbouncer', [true]],
  ['prepareThreshold', [0]],
]);

/** What Prisma's engine reads in a URL and `@prisma/adapter-pg` ignores, with what to write instead. */
export const ignoredByAdapter: ReadonlyMap<string, string> = new Map([
  ['pgbouncer', 'nothing: the adapter names no statements'],
  ['connection_limit', '`max` beside `connectionString`'],
  ['pool_timeout', '`connectionTimeoutMillis` beside `connectionString`'],
  ['schema', '`{ schema }` as second argument'],
]);
