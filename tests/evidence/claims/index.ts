/** Every library with claims, in the order of the printed table. */
import type { LibraryClaims } from '../claim.js';

type Load = () => Promise<readonly LibraryClaims[]>;

/** By file. Loaded one by one, so that a version that does not run here is told of and does not hide the others. */
export const files: Readonly<Record<string, Load>> = {
  prisma: async () => [(await import('./prisma.js')).prisma],
  drizzle: async () => [(await import('./drizzle.js')).drizzle],
  typeorm: async () => [(await import('./typeorm.js')).typeorm],
  'typeorm-transactional': async () => [(await import('./typeorm-transactional.js')).typeormTransactional],
  kysely: async () => [(await import('./kysely.js')).kysely],
  knex: async () => [(await import('./knex.js')).knex],
  objection: async () => [(await import('./objection.js')).objection],
  bookshelf: async () => [(await import('./bookshelf.js')).bookshelf],
  sequelize: async () => [(await import('./sequelize.js')).sequelize],
  'mikro-orm': async () => [(await import('./mikro-orm.js')).mikroOrm],
  'effect-sql': async () => [(await import('./effect-sql.js')).effectSql],
  pg: async () => [(await import('./pg.js')).pgClaims],
  'postgres-js': async () => [(await import('./postgres-js.js')).postgresJs],
  'pg-promise': async () => [(await import('./pg-promise.js')).pgPromiseClaims],
  slonik: async () => [(await import('./slonik.js')).slonik],
  neon: async () => [(await import('./neon.js')).neonClaims],
  mysql2: async () => [(await import('./mysql2.js')).mysql2],
  mariadb: async () => [(await import('./mariadb.js')).mariadbClaims],
  mssql: async () => [(await import('./mssql.js')).mssql],
  tedious: async () => [(await import('./tedious.js')).tedious],
  'better-sqlite3': async () => [(await import('./better-sqlite3.js')).betterSqlite3],
  'node-sqlite': async () => [(await import('./node-sqlite.js')).nodeSqlite],
  libsql: async () => [(await import('./libsql.js')).libsql],
  mongodb: async () => [(await import('./mongodb.js')).mongodb],
  mongoose: async () => [(await import('./mongoose.js')).mongooseClaims],
  neo4j: async () => [(await import('./neo4j.js')).neo4jClaims],
  gel: async () => [(await import('./gel.js')).gel],
  poolers: async () => (await import('./poolers.js')).poolers,
  middleware: async () => (await import('./middleware.js')).middleware,
};

export async function allLibraries(): Promise<readonly LibraryClaims[]> {
  const loaded: LibraryClaims[] = [];
  for (const load of Object.values(files)) loaded.push(...(await load()));
  return loaded;
}
