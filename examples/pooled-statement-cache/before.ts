/** The API server, as it was deployed. Every line was in some documentation. */
import postgres from 'postgres';

// "Behind the pooler, add pgbouncer=true: it turns prepared statements off." It does, for Prisma.
const pooled = 'postgresql://postgres.ref:[YOUR-PASSWORD]@aws-0-eu-west-1.pooler.supabase.com:6543/postgres?pgbouncer=true';

export const sql = postgres(pooled, { max: 10, idle_timeout: 20 });

// "Set the statement cache to 0." An option of another driver; here nobody reads it. (The cast is what hid it from TypeScript.)
export const reports = postgres(process.env.REPORTS_URL ?? '', { max: 2, statement_cache_size: 0 } as postgres.Options<Record<string, never>>);

// "In serverless, use one connection." There is one of these in each of five hundred processes.
export const lambda = postgres('postgresql://postgres.ref:[YOUR-PASSWORD]@aws-0-eu-west-1.pooler.supabase.com:6543/postgres', { max: 1 });

export function invoicesOf(account: string): Promise<{ id: string }[]> {
  return sql`select id from invoice where account = ${account}`;
}
