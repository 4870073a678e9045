/** A real MariaDB server, where the machine has one: loopback only, gone at the end. */
import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import mysql from 'mysql2/promise';
import { until } from '../order.js';
import { endWithProcess, findProgram, freePort, isRoot, openFolder } from './machine.js';

export interface MariaServer {
  readonly version: string;
  fresh(): Promise<MariaDatabase>;
  stop(): Promise<void>;
}

export const mariadbIsInstalled = () => findProgram('mariadbd') !== undefined && findProgram('mariadb-install-db') !== undefined;

export async function startMariaDB(): Promise<MariaServer> {
  const folder = openFolder('mariadb');
  const data = path.join(folder, 'data');
  const port = await freePort();
  const user = isRoot ? ['--user=mysql'] : [];
  execFileSync(findProgram('mariadb-install-db')!, ['--no-defaults', ...user, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'], { stdio: 'pipe' });
  const server = spawn(
    findProgram('mariadbd')!,
    ['--no-defaults', ...user, `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${folder}/socket`, '--innodb-flush-log-at-trx-commit=0', '--innodb-lock-wait-timeout=5', '--max-connections=40'],
    { stdio: 'ignore' },
  );
  endWithProcess(server, folder);
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const connect = (database?: string) => mysql.createConnection({ host: '127.0.0.1', port, user: 'root', multipleStatements: true, ...(database && { database }) });
  let admin!: mysql.Connection;
  await until('MariaDB answers', async () => {
    try {
      admin = await connect();
      return true;
    } catch {
      return false;
    }
  }, 60_000);
  const [[first]] = await admin.query<mysql.RowDataPacket[]>('select version() as version');

  let count = 0;
  return {
    version: String(first?.['version']),
    async fresh() {
      const name = `evidence_${++count}`;
      await admin.query(`create database ${name}`);
      const observer = await connect(name);
      await observer.query(`
        create table note (id int auto_increment primary key, text varchar(100) not null unique) engine=InnoDB;
        create table account (id int primary key, balance int not null) engine=InnoDB;
        insert into account values (1, 100), (2, 100)`);
      return new MariaDatabase(name, port, observer, async () => {
        // An open transaction of a connection that the program leaked would block the drop for ever.
        const [others] = await admin.query<mysql.RowDataPacket[]>('select id from information_schema.processlist where db = ?', [name]);
        for (const { id } of others) await admin.query(`kill ${Number(id)}`).catch(() => {});
        await admin.query(`drop database ${name}`);
        observer.destroy();
      });
    },
    async stop() {
      await admin.end();
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One database, seen by an observer who is not part of the program under test. */
export class MariaDatabase {
  readonly host = '127.0.0.1';
  readonly user = 'root';
  readonly url: string;

  constructor(
    readonly name: string,
    readonly port: number,
    private readonly observer: mysql.Connection,
    readonly drop: () => Promise<void>,
  ) {
    this.url = `mysql://root@127.0.0.1:${port}/${name}`;
  }

  get options() {
    return { host: this.host, port: this.port, user: this.user, database: this.name };
  }

  async rows<R>(sql: string, values: string[] = []): Promise<R[]> {
    return (await this.observer.query<mysql.RowDataPacket[]>(sql, values))[0] as unknown as R[];
  }

  /** The texts of the notes that are really stored, in order of the text. */
  async notes(): Promise<string[]> {
    return (await this.rows<{ text: string }>('select text from note order by binary text')).map((row) => row.text);
  }

  async balance(id = 1): Promise<number | undefined> {
    return (await this.rows<{ balance: number }>('select balance from account where id = ?', [String(id)]))[0]?.balance;
  }

  /** Holds a lock that {@link passLock} of the program under test has to wait for. */
  async holdLock(): Promise<{ letGo(): Promise<void>; untilAwaited(): Promise<void> }> {
    const name = `lock_${this.name}`;
    await this.rows('select get_lock(?, 0)', [name]);
    return {
      letGo: async () => void (await this.rows('select release_lock(?)', [name])),
      untilAwaited: () =>
        until('somebody waits for the lock', async () => {
          const waiting = await this.rows("select id from information_schema.processlist where db = ? and state = 'User lock'", [this.name]);
          return waiting.length === 1;
        }),
    };
  }

  /** The statement of a branch that takes as long as the program wants it to. */
  get passLock(): string {
    return `select get_lock('lock_${this.name}', 20)`;
  }

  private async ids(): Promise<number[]> {
    const rows = await this.rows<{ id: number }>('select id from information_schema.processlist where db = ? and id <> connection_id()', [this.name]);
    return rows.map(({ id }) => id);
  }

  /** How many connections the program has. */
  async connections(): Promise<number> {
    return (await this.ids()).length;
  }

  /** Breaks the program's connections, as a server does that goes away. */
  async endConnections(): Promise<void> {
    for (const id of await this.ids()) await this.rows(`kill ${id}`);
    await until('the connections have gone', async () => (await this.ids()).length === 0);
  }

  /** How many connections of the program have an open transaction. */
  async openTransactions(): Promise<number> {
    const rows = await this.rows('select trx_id from information_schema.innodb_trx join information_schema.processlist on id = trx_mysql_thread_id where db = ?', [this.name]);
    return rows.length;
  }
}
