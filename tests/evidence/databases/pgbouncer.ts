/**
 * PgBouncer in transaction mode, with two server connections for each database, in front of the PostgreSQL of the suite,
 * where the machine has it; without statement tracking, and with it, which versions before 1.21 do not have.
 */
import { execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { until } from '../order.js';
import { endWithProcess, findProgram, freePort, openFolder, userFor } from './machine.js';
import { poolerUser, type PostgresDatabase, type PostgresServer } from './postgres.js';

/** A database of the suite and the pooler's address of it. */
export interface PooledPostgres {
  /** Past the pooler. */
  readonly direct: PostgresDatabase;
  /** Through the pooler. */
  readonly url: string;
  /** Through the same pooler in session mode: a client keeps its server connection. */
  readonly sessionUrl: string;
  /** How many clients wait for a server connection. */
  waitingClients(): Promise<number>;
  drop(): Promise<void>;
}

export interface Pooler {
  readonly version: string;
  fresh(): Promise<PooledPostgres>;
  stop(): Promise<void>;
}

interface Program {
  readonly path: string;
  readonly version: string;
}

/** The first PgBouncer of the machine that will do: the release's own, or the newer one that .ci/install-statement-tracking puts beside it. */
export function findPgBouncer(tracking: boolean): Program | undefined {
  for (const name of ['pgbouncer', 'pgbouncer-tracking']) {
    const program = findProgram(name);
    const version = program && /\d+\.\d+\.\d+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0];
    if (version && (!tracking || minor(version) >= 21)) return { path: program, version };
  }
  return undefined;
}

function minor(version: string): number {
  const [major = 0, second = 0] = version.split('.').map(Number);
  return major > 1 ? Infinity : second;
}

/** Since 1.24 statements are tracked unless the owner says no; then the default is what is proved. */
function trackingOf({ version }: Program, tracking: boolean): string {
  if (minor(version) < 21) return '';
  if (!tracking) return 'max_prepared_statements = 0';
  return minor(version) < 24 ? 'max_prepared_statements = 200' : '';
}

export async function startPgBouncer(postgres: PostgresServer, tracking: boolean): Promise<Pooler> {
  const program = findPgBouncer(tracking)!;
  const folder = openFolder('pgbouncer');
  const port = await freePort();
  const ini = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    ini,
    `[databases]
session = host=127.0.0.1 port=${postgres.port} user=${poolerUser} dbname=postgres pool_mode=session
* = host=127.0.0.1 port=${postgres.port} user=${poolerUser}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
admin_users = postgres
pool_mode = transaction
default_pool_size = 2
server_round_robin = 1
server_login_retry = 1
${trackingOf(program, tracking)}
logfile = ${folder}/log
`,
    { mode: 0o644 },
  );
  const server = spawn(program.path, ['-q', ini], { stdio: 'ignore', ...userFor('postgres') });
  endWithProcess(server, folder);
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await until('PgBouncer answers', async () => {
    const client = new pg.Client({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres` });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  }, 60_000);
  return {
    version: program.version,
    async fresh() {
      const direct = await postgres.fresh();
      return {
        direct,
        url: `postgres://postgres@127.0.0.1:${port}/${direct.name}`,
        sessionUrl: `postgres://postgres@127.0.0.1:${port}/session`,
        drop: () => direct.drop(),
        async waitingClients() {
          const console = new pg.Client({ connectionString: `postgres://postgres@127.0.0.1:${port}/pgbouncer` });
          await console.connect();
          const { rows } = await console.query<{ database: string; cl_waiting: string }>('show pools');
          await console.end();
          return rows.filter(({ database }) => database === direct.name).reduce((sum, row) => sum + Number(row.cl_waiting), 0);
        },
      };
    },
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
