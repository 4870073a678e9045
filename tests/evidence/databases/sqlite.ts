/** A SQLite file in a folder of its own. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { createClient, type Client } from '@libsql/client';
import { openFolder } from './machine.js';

export class SqliteDatabase {
  private constructor(
    private readonly folder: string,
    readonly file: string,
  ) {}

  static async fresh(): Promise<SqliteDatabase> {
    const folder = openFolder('sqlite');
    const database = new SqliteDatabase(folder, path.join(folder, 'evidence.db'));
    await database.look(async (client) => {
      await client.executeMultiple(`
        create table note (id integer primary key, text text not null unique);
        create table account (id integer primary key, balance integer not null);
        insert into account values (1, 100), (2, 100)`);
    });
    return database;
  }

  /** The observer's own connection, only for a moment: an open one would be in the way of the program. */
  private async look<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const client = createClient({ url: `file:${this.file}` });
    try {
      return await use(client);
    } finally {
      client.close();
    }
  }

  async notes(): Promise<string[]> {
    return this.look(async (client) => (await client.execute('select text from note order by text')).rows.map((row) => row['text'] as string));
  }

  async balance(id = 1): Promise<number> {
    return this.look(async (client) => Number((await client.execute({ sql: 'select balance from account where id = ?', args: [id] })).rows[0]?.['balance']));
  }

  async drop(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
