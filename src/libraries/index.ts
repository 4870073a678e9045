import type { Library } from './library.js';
import { arangojs } from './arangojs.js';
import { betterSqlite3 } from './better-sqlite3.js';
import { bookshelf } from './bookshelf.js';
import { bunSql } from './bun-sql.js';
import { cassandra } from './cassandra.js';
import { couchbase } from './couchbase.js';
import { datastore } from './datastore.js';
import { dgraph } from './dgraph.js';
import { drizzle } from './drizzle.js';
import { effectSql } from './effect-sql.js';
import { fastifyPostgres } from './fastify-postgres.js';
import { firestore } from './firestore.js';
import { gel } from './gel.js';
import { ioredis } from './ioredis.js';
import { knex } from './knex.js';
import { kysely } from './kysely.js';
import { libsql } from './libsql.js';
import { loopback } from './loopback.js';
import { lucid } from './lucid.js';
import { mariadb } from './mariadb.js';
import { mikroOrm } from './mikro-orm.js';
import { mongodb } from './mongodb.js';
import { mongoose } from './mongoose.js';
import { mssql } from './mssql.js';
import { mysql2 } from './mysql2.js';
import { neo4j } from './neo4j.js';
import { neon } from './neon.js';
import { nestjsCls } from './nestjs-cls.js';
import { nodeSqlite } from './node-sqlite.js';
import { objection } from './objection.js';
import { oracledb } from './oracledb.js';
import { pg } from './pg.js';
import { pgPromise } from './pg-promise.js';
import { postgresJs } from './postgres-js.js';
import { prisma } from './prisma.js';
import { redis } from './redis.js';
import { sequelize } from './sequelize.js';
import { slonik } from './slonik.js';
import { spanner } from './spanner.js';
import { tedious } from './tedious.js';
import { typedb } from './typedb.js';
import { typeorm } from './typeorm.js';
import { typeormTransactional } from './typeorm-transactional.js';
import { vendure } from './vendure.js';
import { vercelPostgres } from './vercel-postgres.js';

/** The catalogue: every page of this folder, in the order of the file names. */
export const libraries: readonly Library[] = [
  arangojs,
  betterSqlite3,
  bookshelf,
  bunSql,
  cassandra,
  couchbase,
  datastore,
  dgraph,
  drizzle,
  effectSql,
  fastifyPostgres,
  firestore,
  gel,
  ioredis,
  knex,
  kysely,
  libsql,
  loopback,
  lucid,
  mariadb,
  mikroOrm,
  mongodb,
  mongoose,
  mssql,
  mysql2,
  neo4j,
  neon,
  nestjsCls,
  nodeSqlite,
  objection,
  oracledb,
  pg,
  pgPromise,
  postgresJs,
  prisma,
  redis,
  sequelize,
  slonik,
  spanner,
  tedious,
  typedb,
  typeorm,
  typeormTransactional,
  vendure,
  vercelPostgres,
];

export const librariesById: ReadonlyMap<string, Library> = new Map(libraries.map((library) => [library.id, library]));
