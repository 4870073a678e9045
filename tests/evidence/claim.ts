/**
 * A claim is one sentence of the catalogue, with two programs that prove it on a real database: `harm` shows what goes
 * wrong when the code is written as a rule forbids, `instead` shows that it goes right when written as the message says.
 * Both throw when the world is not as the sentence says; then the claim is refuted, and the catalogue has to change.
 */
import type { MariaDatabase } from './databases/mariadb.js';
import type { PooledPostgres } from './databases/pgbouncer.js';
import type { PostgresDatabase } from './databases/postgres.js';
import type { SqliteDatabase } from './databases/sqlite.js';

/** What a program is given; each program gets a fresh one, with the tables `note` and `account`. */
export interface Databases {
  readonly postgres: PostgresDatabase;
  /** The same server behind PgBouncer in transaction mode. */
  readonly pooler: PooledPostgres;
  /** The same, and PgBouncer tracks prepared statements. */
  readonly 'tracking pooler': PooledPostgres;
  readonly mariadb: MariaDatabase;
  readonly sqlite: SqliteDatabase;
  /** The library's own behaviour, without a server. */
  readonly nothing: undefined;
}

export type DatabaseName = keyof Databases;

export interface Programs<D> {
  readonly says: string;
  /** The outcome is `safe`: the program named harm does what would be wrong elsewhere, and shows that nothing is lost here. */
  readonly harmless?: true;
  harm(database: D): Promise<void>;
  instead(database: D): Promise<void>;
}

export interface Claim extends Programs<never> {
  /** `<library>/<claim>`, as the catalogue names it in `evidence`. */
  readonly id: string;
  readonly needs: DatabaseName;
  /** Why it cannot run on this machine whatever is installed: "needs Node 22". Never a reason that installing cures. */
  readonly impossible?: string | undefined;
}

/** The claims about one library. */
export interface LibraryClaims {
  readonly library: string;
  /** The packages whose versions the proof is about; the first is the library itself. */
  readonly packages: readonly string[];
  readonly claims: readonly Claim[];
  /** Run once before the first claim: Prisma's generated client. */
  prepare?(): Promise<void>;
}

export type Table<D> = Readonly<Record<string, Programs<D>>>;

function claimsOn<N extends DatabaseName>(needs: N, table: Table<Databases[N]>, impossible?: string): Claim[] {
  return Object.entries(table).map(([id, programs]) => ({ ...programs, id, needs, impossible }));
}

export const onPostgres = (table: Table<PostgresDatabase>) => claimsOn('postgres', table);
export const onPooler = (table: Table<PooledPostgres>) => claimsOn('pooler', table);
export const onTrackingPooler = (table: Table<PooledPostgres>) => claimsOn('tracking pooler', table);
export const onMariaDB = (table: Table<MariaDatabase>) => claimsOn('mariadb', table);
export const onSqlite = (table: Table<SqliteDatabase>, impossible?: string) => claimsOn('sqlite', table, impossible);
export const onNothing = (table: Table<undefined>) => claimsOn('nothing', table);
