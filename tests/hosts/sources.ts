/** Files of projects: what a user would write. */
import { CLEAN, SHARED } from '../cli/project.js';

export { CLEAN, SHARED };

/** Where {@link SHARED} has its one finding. */
export const SHARED_AT = '5:9 db-session/no-concurrent-use';

/** A module that hands out sessions; nothing in it is reported. */
export const DATABASE = `import { Pool, type PoolClient } from 'pg';

const pool = new Pool();
export const open = (): Promise<PoolClient> => pool.connect();
`;

/** Shares what {@link DATABASE} handed out: only the type checker knows what that is. */
export const TYPED_ONLY = `import type { QueryResult } from 'pg';
import { open } from './database.js';

export async function empty(): Promise<QueryResult[]> {
  const client = await open();
  try {
    return await Promise.all([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
  } finally {
    client.release();
  }
}
`;

/** Where {@link TYPED_ONLY} has its one finding. */
export const TYPED_ONLY_AT = '7:18 db-session/no-concurrent-use';

/** A password as it must not get into any report, and a URL with it that is reported. */
export const SECRET = 'hunter2-s3cret';
export const ENV = `DATABASE_URL=postgres://app:${SECRET}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres
DIRECT_URL=postgres://app:${SECRET}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres
`;

/** The same in code. */
export const POOLED = `import postgres from 'postgres';
export const sql = postgres('postgres://app:${SECRET}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres');
`;

/** The compiler options of a project that uses types. */
export const TSCONFIG = JSON.stringify({
  compilerOptions: { strict: true, target: 'ES2023', module: 'NodeNext', noEmit: true, skipLibCheck: true, types: ['node'] },
});

/** A config, in the form of an ES module. */
export const CONFIG = `import dbSession from 'eslint-plugin-db-session';

export default [...dbSession.configs.recommended];
`;

/** A config for TypeScript without type information. */
export const UNTYPED_CONFIG = `import dbSession from 'eslint-plugin-db-session';
import tseslint from 'typescript-eslint';

export default [{ ...tseslint.configs.base, files: ['**/*.{ts,tsx,mts,cts}'] }, ...dbSession.configs.recommended];
`;

/** A config for TypeScript with type information. */
export const TYPED_CONFIG = `import dbSession from 'eslint-plugin-db-session';
import tseslint from 'typescript-eslint';

export default [
  {
    ...tseslint.configs.base,
    files: ['**/*.{ts,tsx,mts,cts}'],
    languageOptions: { ...tseslint.configs.base.languageOptions, parserOptions: { projectService: true } },
  },
  ...dbSession.configs.recommended,
];
`;
