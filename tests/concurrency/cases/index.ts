import type { Table } from '../case.js';
import { ambient } from './ambient.js';
import { arangojs } from './arangojs.js';
import { betterSqlite3 } from './better-sqlite3.js';
import { bookshelf } from './bookshelf.js';
import { bunSql } from './bun-sql.js';
import { combinators, rxjs } from './combinators.js';
import { drizzle } from './drizzle.js';
import { fastifyPostgres } from './fastify-postgres.js';
import { forks } from './forks.js';
import { gel } from './gel.js';
import { knex } from './knex.js';
import { kysely } from './kysely.js';
import { libsql } from './libsql.js';
import { lookAlikes, overlooked } from './look-alikes.js';
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
import { imports, origins } from './origins.js';
import { pgPromise } from './pg-promise.js';
import { pg } from './pg.js';
import { postgresJs } from './postgres-js.js';
import { prisma } from './prisma.js';
import { cassandra, datastore, effectSql, firestore, redis, spanner, unmeasured } from './safe.js';
import { sequelize } from './sequelize.js';
import { slonik } from './slonik.js';
import { suggestions } from './suggestions.js';
import { tedious } from './tedious.js';
import { travel } from './travel.js';
import { typeormTransactional } from './typeorm-transactional.js';
import { typeorm } from './typeorm.js';
import { vendure } from './vendure.js';
import { vercelPostgres } from './vercel-postgres.js';

/** Every table, in the order of the file names. */
export const tables: readonly Table[] = [
  ambient,
  arangojs,
  betterSqlite3,
  bookshelf,
  bunSql,
  combinators,
  rxjs,
  drizzle,
  fastifyPostgres,
  forks,
  gel,
  knex,
  kysely,
  libsql,
  lookAlikes,
  overlooked,
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
  imports,
  origins,
  pgPromise,
  pg,
  postgresJs,
  prisma,
  cassandra,
  firestore,
  spanner,
  datastore,
  effectSql,
  unmeasured,
  redis,
  sequelize,
  slonik,
  suggestions,
  tedious,
  travel,
  typeormTransactional,
  typeorm,
  vendure,
  vercelPostgres,
];
