/** Every library with claims, in the order of the printed table. */
import type { LibraryClaims } from '../claim.js';
import { betterSqlite3 } from './better-sqlite3.js';
import { bookshelf } from './bookshelf.js';
import { drizzle } from './drizzle.js';
import { knex } from './knex.js';
import { kysely } from './kysely.js';
import { libsql } from './libsql.js';
import { mariadbClaims } from './mariadb.js';
import { mikroOrm } from './mikro-orm.js';
import { mssql } from './mssql.js';
import { mysql2 } from './mysql2.js';
import { neonClaims } from './neon.js';
import { nodeSqlite } from './node-sqlite.js';
import { objection } from './objection.js';
import { pgClaims } from './pg.js';
import { pgPromiseClaims } from './pg-promise.js';
import { postgresJs } from './postgres-js.js';
import { prisma } from './prisma.js';
import { sequelize } from './sequelize.js';
import { slonik } from './slonik.js';
import { tedious } from './tedious.js';
import { typeorm } from './typeorm.js';
import { typeormTransactional } from './typeorm-transactional.js';

export const libraries: readonly LibraryClaims[] = [prisma, drizzle, typeorm, typeormTransactional, kysely, knex, objection, bookshelf, sequelize, mikroOrm, pgClaims, postgresJs, pgPromiseClaims, slonik, neonClaims, mysql2, mariadbClaims, mssql, tedious, betterSqlite3, nodeSqlite, libsql];
