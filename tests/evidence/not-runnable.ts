/**
 * Libraries of the catalogue that no program of the suite runs, and why. Their outcomes are documented, with a source.
 */
export interface NotRunnable {
  readonly library: string;
  readonly why: string;
}

const server = (name: string) => `needs ${name} server`;
const shell = (name: string) => `its sessions are those of ${name}, where they are run`;

export const notRunnable: readonly NotRunnable[] = [
  { library: 'arangojs', why: server('an ArangoDB') },
  { library: 'bun-sql', why: 'part of Bun: runs in no version of Node (what it does behind a pooler is proved, by a Bun from npm: claims/pooled-bun.ts)' },
  { library: 'cassandra', why: 'has no session' },
  { library: 'couchbase', why: server('a Couchbase') },
  { library: 'datastore', why: server("Google's") },
  { library: 'dgraph', why: server('a Dgraph') },
  { library: 'fastify-postgres', why: shell('pg') },
  { library: 'firestore', why: server("Google's") },
  { library: 'ioredis', why: 'has no session' },
  { library: 'loopback', why: 'what it does is up to the connector' },
  { library: 'lucid', why: shell('Knex') },
  { library: 'nestjs-cls', why: 'its sessions are those of the library that it is used with' },
  { library: 'oracledb', why: server('an Oracle') },
  { library: 'redis', why: 'its only session is a connection with WATCH' },
  { library: 'spanner', why: server("Google's") },
  { library: 'typedb', why: server('a TypeDB') },
  { library: 'vendure', why: shell('TypeORM') },
  { library: 'vercel-postgres', why: shell('@neondatabase/serverless') },
];
