import type { Table } from '../case.js';
import { mariadb } from './mariadb.js';
import { mysql2 } from './mysql2.js';
import { neon } from './neon.js';
import { pg } from './pg.js';
import { pgPromise } from './pg-promise.js';
import { postgresJs } from './postgres-js.js';
import { prisma } from './prisma.js';
import { slonik } from './slonik.js';
import { vercelPostgres } from './vercel-postgres.js';

export const tables: readonly Table[] = [mariadb, mysql2, neon, pg, pgPromise, postgresJs, prisma, slonik, vercelPostgres];
