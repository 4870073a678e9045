/** All databases of the suite: started once, on first need; a program gets a fresh database each time. */
import type { Databases, DatabaseName } from '../claim.js';
import { mariadbIsInstalled, startMariaDB } from './mariadb.js';
import { findPgBouncer, startPgBouncer } from './pgbouncer.js';
import { startPostgres } from './postgres.js';
import { SqliteDatabase } from './sqlite.js';

export class Suite {
  private readonly stops: (() => Promise<void>)[] = [];
  private readonly postgres = once(() => this.started(startPostgres()));
  private readonly mariadb = once(() => this.started(startMariaDB()));
  private readonly pooler = once(async () => this.started(startPgBouncer(await this.postgres(), false)));
  private readonly trackingPooler = once(async () => this.started(startPgBouncer(await this.postgres(), true)));

  /** Why there is no such database here; installing something cures it (.ci/install-databases). */
  missing(name: DatabaseName): string | undefined {
    if (name === 'mariadb' && !mariadbIsInstalled()) return 'no mariadbd on this machine';
    if (name === 'pooler' && !findPgBouncer(false)) return 'no pgbouncer on this machine';
    if (name === 'tracking pooler' && !findPgBouncer(true)) return `no pgbouncer of 1.21 or later on this machine (${findPgBouncer(false)?.version ?? 'none'})`;
    return undefined;
  }

  async fresh(name: DatabaseName): Promise<Databases[DatabaseName]> {
    switch (name) {
      case 'postgres':
        return (await this.postgres()).fresh();
      case 'pooler':
        return (await this.pooler()).fresh();
      case 'tracking pooler':
        return (await this.trackingPooler()).fresh();
      case 'mariadb':
        return (await this.mariadb()).fresh();
      case 'sqlite':
        return SqliteDatabase.fresh();
      case 'nothing':
        return undefined;
    }
  }

  /** The servers that ran, with their versions. */
  async versions(): Promise<string[]> {
    const asked = [
      ['PostgreSQL', this.postgres.begun],
      ['PgBouncer without statement tracking', this.pooler.begun],
      ['PgBouncer with statement tracking', this.trackingPooler.begun],
      ['MariaDB', this.mariadb.begun],
    ] as const;
    return Promise.all(asked.flatMap(([name, begun]) => (begun ? [begun.then(({ version }) => `${name} ${version}`)] : [])));
  }

  async stop(): Promise<void> {
    for (const stop of this.stops.reverse()) await stop();
  }

  private async started<S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> {
    const server = await starting;
    this.stops.push(() => server.stop());
    return server;
  }
}

type Once<S> = (() => Promise<S>) & { begun?: Promise<S> };

function once<S>(start: () => Promise<S>): Once<S> {
  const ask: Once<S> = () => (ask.begun ??= start());
  return ask;
}
