/** Programs behind a pooler with two server connections: which of them a statement gets, and many queries at once. */
import assert from 'node:assert/strict';
import pg from 'pg';
import type { PooledPostgres } from './databases/pgbouncer.js';

export async function connect(url: string | pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Takes one of the two server connections and keeps it: no other client gets it until it is let go. */
export async function pin(pooler: PooledPostgres) {
  const client = await connect(pooler.url);
  await client.query('BEGIN');
  return {
    async letGo() {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

/** Runs the first step on one server connection of the pooler, the second step on the other one. */
export async function onTwoServers<A, B>(pooler: PooledPostgres, first: () => PromiseLike<A>, second: () => PromiseLike<B>, between?: () => PromiseLike<unknown>) {
  let pinned = await pin(pooler);
  try {
    const firstResult = await first();
    await between?.();
    const other = await pin(pooler);
    await pinned.letGo();
    pinned = other;
    return { first: firstResult, second: await second() };
  } finally {
    await pinned.letGo();
  }
}

export async function withClients(pooler: PooledPostgres, program: (a: pg.Client, b: pg.Client) => Promise<void>): Promise<void> {
  const clients = [await connect(pooler.url), await connect(pooler.url)] as const;
  try {
    await program(...clients);
  } finally {
    for (const client of clients) await client.end();
  }
}

/** One row; the server connection that it came from shows that the pooler was at work. */
export interface Answer {
  readonly n: number;
  readonly pid: number;
}

/** What {@link runClean} has sent: text for drivers with numbered parameters. */
export const answerText = 'select $1::int as n, pg_backend_pid() as pid';

const callers = 12;

/**
 * 400 queries, 12 at a time: each must bring the answer to itself. For a third of them each server connection of the
 * pooler is taken in turn, so that what a driver has prepared on one is asked for on the other.
 *
 * @param pooler - The pooler whose server connections are taken; without one the queries go as they come.
 * @param send - Sends the query of that number.
 */
export async function runClean(pooler: PooledPostgres | undefined, send: (n: number) => PromiseLike<Answer | undefined>): Promise<void> {
  const servers = new Set<number>();
  const run = async (from: number, to: number): Promise<void> => {
    let next = from;
    const call = async (): Promise<void> => {
      for (let n = next++; n < to; n = next++) {
        const answer = await send(n);
        assert.equal(Number(answer?.n), n, 'the answer to another query');
        servers.add(Number(answer?.pid));
      }
    };
    await Promise.all(Array.from({ length: callers }, call));
  };
  if (!pooler) return run(0, 400);
  let pinned = await pin(pooler);
  try {
    await run(0, 150);
    const other = await pin(pooler);
    await pinned.letGo();
    pinned = other;
    await run(150, 300);
  } finally {
    await pinned.letGo();
  }
  await run(300, 400);
  assert.ok(servers.size >= 2, 'one server connection alone proves nothing');
}
