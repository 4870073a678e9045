/** PgBouncer in transaction mode, with two server connections for each database, in front of the PostgreSQL of the suite, where the machine has it. */
import { execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { until } from '../order.js';
import { findProgram, freePort, openFolder, userFor } from './machine.js';
import { poolerUser, type PostgresDatabase, type PostgresServer } from './postgres.js';

/** A database of the suite and the pooler's address of it. */
export interface PooledPostgres {
  /** Past the pooler. */
  readonly direct: PostgresDatabase;
  /** Through the pooler. */
  readonly url: string;
  /** How many clients wait for a server connection. */
  waitingClients(): Promise<number>;
  drop(): Promise<void>;
}

export interface Pooler {
  readonly version: string;
  fresh(): Promise<PooledPostgres>;
  stop(): Promise<void>;
}

export const pgbouncerIsInstalled = () => findProgram('pgbouncer') !== undefined;

export async function startPgBouncer(postgres: PostgresServer): Promise<Pooler> {
  const program = findProgram('pgbouncer')!;
  const folder = openFolder('pgbouncer');
  const port = await freePort();
  const ini = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    ini,
    `[databases]
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
logfile = ${folder}/log
`,
    { mode: 0o644 },
  );
  const server = spawn(program, ['-q', ini], { stdio: 'ignore', ...userFor('postgres') });
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
    version: /\d+\.\d+\.\d+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))![0],
    async fresh() {
      const direct = await postgres.fresh();
      return {
        direct,
        url: `postgres://postgres@127.0.0.1:${port}/${direct.name}`,
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
