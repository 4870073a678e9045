/** A SQLite file in a folder of its own. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { openFolder } from './machine.js';

export class SqliteDatabase {
  private readonly folder = openFolder('sqlite');
  readonly file = path.join(this.folder, 'evidence.db');

  constructor() {
    this.look((database) => {
      database.exec('create table note (id integer primary key, text text not null unique)');
      database.exec('create table account (id integer primary key, balance integer not null)');
      database.exec('insert into account values (1, 100), (2, 100)');
    });
  }

  private look<T>(use: (database: Sqlite.Database) => T): T {
    const database = new Sqlite(this.file);
    try {
      return use(database);
    } finally {
      database.close();
    }
  }

  async notes(): Promise<string[]> {
    return this.look((database) => database.prepare('select text from note order by text').pluck().all() as string[]);
  }

  async balance(id = 1): Promise<number | undefined> {
    return this.look((database) => database.prepare('select balance from account where id = ?').pluck().get(id) as number | undefined);
  }

  async drop(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
