/** The API server, as it is now. One option, and the one that the driver reads. */
import postgres from 'postgres';

const pooled = 'postgresql://postgres.ref:[YOUR-PASSWORD]@aws-0-eu-west-1.pooler.supabase.com:6543/postgres';

export const sql = postgres(pooled, { max: 10, idle_timeout: 20, prepare: false });

export const reports = postgres(process.env.REPORTS_URL ?? '', { max: 2, prepare: false });

export const lambda = postgres(pooled, { max: 1, prepare: false });

export function invoicesOf(account: string): Promise<{ id: string }[]> {
  return sql`select id from invoice where account = ${account}`;
}
