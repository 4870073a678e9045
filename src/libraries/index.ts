import type { Library } from './library.js';
import { bookshelf } from './bookshelf.js';
import { drizzle } from './drizzle.js';
import { knex } from './knex.js';
import { kysely } from './kysely.js';
import { mikroOrm } from './mikro-orm.js';
import { mongodb } from './mongodb.js';
import { mongoose } from './mongoose.js';
import { objection } from './objection.js';
import { prisma } from './prisma.js';
import { sequelize } from './sequelize.js';
import { typeorm } from './typeorm.js';

export const libraries: readonly Library[] = [bookshelf, drizzle, knex, kysely, mikroOrm, mongodb, mongoose, objection, prisma, sequelize, typeorm];
