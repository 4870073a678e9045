/** PgBouncer in transaction mode in front of the PostgreSQL of the suite, where the machine has it. */
import { execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { until } from '../order.js';
import { findProgram, freePort, openFolder, userFor } from './machine.js';
import type { PostgresDatabase, PostgresServer } from './postgres.js';

/** A database of the suite and the pooler's address of it. */
export interface PooledPostgres {
  /** Past the pooler. */
  readonly direct: PostgresDatabase;
  /** Through the pooler. */
  readonly url: string;
  /** How many server connections the pooler has for the database. */
  readonly servers: number;
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
  const servers = 2;
  const ini = path.join(folder, 'pgbouncer.ini');
  writeFileSync(
    ini,
    `[databases]
* = host=127.0.0.1 port=${postgres.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${servers}
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
  });
  return {
    version: /\d+\.\d+\.\d+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))![0],
    async fresh() {
      const direct = await postgres.fresh();
      return { direct, servers, url: `postgres://postgres@127.0.0.1:${port}/${direct.name}`, drop: direct.drop };
    },
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
