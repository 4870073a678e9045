/** Every library with claims, in the order of the printed table. */
import type { LibraryClaims } from '../claim.js';
import { bookshelf } from './bookshelf.js';
import { drizzle } from './drizzle.js';
import { knex } from './knex.js';
import { kysely } from './kysely.js';
import { mikroOrm } from './mikro-orm.js';
import { objection } from './objection.js';
import { pgClaims } from './pg.js';
import { postgresJs } from './postgres-js.js';
import { prisma } from './prisma.js';
import { sequelize } from './sequelize.js';
import { typeorm } from './typeorm.js';

export const libraries: readonly LibraryClaims[] = [prisma, drizzle, typeorm, kysely, knex, objection, bookshelf, sequelize, mikroOrm, pgClaims, postgresJs];
