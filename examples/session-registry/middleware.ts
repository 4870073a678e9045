import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { Pool, type PoolClient } from 'pg';

const pool = new Pool();
const sessions = new Map<string, PoolClient>();
const currentRequest = new AsyncLocalStorage<string>();

/** The session of the request, opened when it is first asked for. */
async function session(): Promise<PoolClient> {
  const request = currentRequest.getStore();
  if (request === undefined) throw new Error('There is no request here.');
  let client = sessions.get(request);
  if (!client) {
    client = await pool.connect();
    sessions.set(request, client);
  }
  return client;
}

function remove(request: string): void {
  const client = sessions.get(request);
  sessions.delete(request);
  client?.release();
}

export const app = new Hono();

/** The outermost scope: however the handlers below end, their session is removed. */
app.use(async (_context, next) => {
  const request = randomUUID();
  try {
    await currentRequest.run(request, next);
  } finally {
    remove(request);
  }
});

app.get('/products', async (context) => {
  const client = await session();
  const { rows } = await client.query<{ name: string }>('SELECT name FROM products');
  return context.json(rows);
});
