import assert from 'node:assert/strict';
import { neon, neonConfig, Pool, type PoolClient } from '@neondatabase/serverless';
import WebSocket from 'ws';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { startWebSocketProxy } from '../databases/websocket.js';
import { Declined, errorOf, turns, until, watch } from '../order.js';
import { failsWithDeclined, hasNoDispose, siblingAfterRollback } from '../scenes.js';

export async function withNeonPool(database: PostgresDatabase, program: (pool: Pool) => Promise<void>, max = 5): Promise<void> {
  const proxy = await startWebSocketProxy(database.port);
  Object.assign(neonConfig, {
    webSocketConstructor: WebSocket,
    wsProxy: () => proxy.address,
    useSecureWebSocket: false,
    pipelineConnect: false,
    pipelineTLS: false,
  });
  const pool = new Pool({ connectionString: database.url, max });
  try {
    await program(pool);
  } finally {
    await pool.end();
    await proxy.stop();
  }
}

const insert = (text: string) => (on: Pool | PoolClient) => on.query('insert into note (text) values ($1)', [text]);

const inTransaction =
  (pool: Pool) =>
  async (run: (client: PoolClient) => Promise<unknown>): Promise<unknown> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await run(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  };

/** Counts the requests that neon() would send over HTTP, and answers each of them with no rows. */
async function requestsOf(program: (sql: ReturnType<typeof neon>) => Promise<void>): Promise<object[]> {
  const requests: object[] = [];
  const before = neonConfig.fetchFunction;
  neonConfig.fetchFunction = async (_url: string, { body }: { body: string }) => {
    const query = JSON.parse(body) as { queries?: unknown[] };
    requests.push(query);
    const result = { command: 'INSERT', rowCount: 1, fields: [], rows: [] };
    return new Response(JSON.stringify(query.queries ? { results: query.queries.map(() => result) } : result));
  };
  try {
    await program(neon('postgres://user:secret@ep-test.example.neon.tech/main'));
  } finally {
    neonConfig.fetchFunction = before;
  }
  return requests;
}

export const neonClaims: LibraryClaims = {
  library: 'neon',
  packages: ['@neondatabase/serverless', 'ws'],
  claims: onPostgres({
    'neon/sibling-after-rollback': {
      says: 'a sibling that goes on after the rollback writes outside the transaction: its row stays, without an error',
      harm: (database) =>
        withNeonPool(database, async (pool) => {
          const late = await siblingAfterRollback<PoolClient>(inTransaction(pool), insert('late'));
          assert.equal(late.state, 'fulfilled');
          assert.deepEqual(await database.notes(), ['late']);
        }),
      instead: (database) =>
        withNeonPool(database, async (pool) => {
          await failsWithDeclined(
            inTransaction(pool)(async (client) => {
              await insert('rolled back')(client);
              throw new Declined();
            }),
          );
          await inTransaction(pool)(async (client) => {
            await insert('first')(client);
            await insert('second')(client);
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'neon/queues': {
      says: 'parallel queries on one client run one after another',
      harm: (database) =>
        withNeonPool(database, async (pool) => {
          const client = await pool.connect();
          const lock = await database.holdLock();
          const blocked = client.query(database.passLock);
          const next = watch(client.query('select 1'));
          await lock.untilAwaited();
          await turns();
          assert.equal(next.state, 'pending');
          assert.equal((await database.backends()).length, 1);
          await lock.letGo();
          await blocked;
          await next.outcome();
          client.release();
        }),
      instead: (database) =>
        withNeonPool(database, async (pool) => {
          const lock = await database.holdLock();
          const blocked = pool.query(database.passLock);
          await lock.untilAwaited();
          await pool.query('select 1');
          await lock.letGo();
          await blocked;
        }),
    },

    'neon/double-release': {
      says: 'a second release throws',
      harm: (database) =>
        withNeonPool(database, async (pool) => {
          const client = await pool.connect();
          client.release();
          assert.throws(() => client.release(), /Release called on client which has already been released to the pool\./);
        }),
      instead: (database) =>
        withNeonPool(database, async (pool) => {
          const client = await pool.connect();
          try {
            await client.query('select 1');
          } finally {
            client.release();
          }
        }),
    },

    'neon/use-after-release': {
      says: "a query on a released client runs without an error, perhaps inside another request's transaction",
      harm: (database) =>
        withNeonPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            client.release();
            await failsWithDeclined(
              inTransaction(pool)(async () => {
                await insert('lost')(client);
                throw new Declined();
              }),
            );
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ),
      instead: (database) =>
        withNeonPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            try {
              await insert('kept')(client);
            } finally {
              client.release();
            }
            await failsWithDeclined(inTransaction(pool)(() => Promise.reject(new Declined())));
            assert.deepEqual(await database.notes(), ['kept']);
          },
          1,
        ),
    },

    'neon/never-released': {
      says: 'a client that is never released is missing: connect() waits for ever',
      harm: (database) =>
        withNeonPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            const next = watch(pool.connect());
            await until('the next request waits', () => pool.waitingCount === 1);
            await turns(100);
            assert.equal(next.state, 'pending');
            client.release();
            const outcome = await next.outcome();
            if (outcome.state === 'fulfilled') outcome.value.release();
          },
          1,
        ),
      instead: (database) =>
        withNeonPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            client.release();
            (await pool.connect()).release();
          },
          1,
        ),
    },

    'neon/release-open-transaction': {
      says: 'the release resets nothing: the next borrower is inside the open transaction, and its write is lost',
      harm: (database) =>
        withNeonPool(
          database,
          async (pool) => {
            const client = await pool.connect();
            await client.query('BEGIN');
            client.release();
            await insert('next request')(pool);
            await database.untilIdleInTransaction();
            assert.deepEqual(await database.notes(), []);
          },
          1,
        ).then(async () => assert.deepEqual(await database.notes(), [])),
      instead: (database) =>
        withNeonPool(
          database,
          async (pool) => {
            await failsWithDeclined(inTransaction(pool)(() => Promise.reject(new Declined())));
            await insert('next request')(pool);
            assert.deepEqual(await database.notes(), ['next request']);
          },
          1,
        ),
    },

    'neon/http-never-sent': {
      says: 'a query of neon() that is not awaited is never sent',
      harm: async () => {
        const requests = await requestsOf(async (sql) => {
          void sql`insert into note (text) values ('forgotten')`;
          await turns();
        });
        assert.equal(requests.length, 0);
      },
      instead: async () => {
        const requests = await requestsOf(async (sql) => void (await sql`insert into note (text) values ('awaited')`));
        assert.equal(requests.length, 1);
      },
    },

    'neon/http-async-callback': {
      says: 'transaction() of neon() throws when its callback is async',
      harm: async () => {
        const requests = await requestsOf(async (sql) => {
          const failed = await errorOf((async () => sql.transaction((async (txn: typeof sql) => [txn`select 1`]) as never))());
          assert.match(failed.message, /transaction\(\) expects an array of queries, or a function returning an array of queries/);
        });
        assert.equal(requests.length, 0);
      },
      instead: async () => {
        const requests = await requestsOf(async (sql) => {
          await sql.transaction((txn) => [txn`insert into note (text) values ('a')`, txn`insert into note (text) values ('b')`]);
        });
        assert.equal(requests.length, 1, 'one request, one transaction');
      },
    },

    'neon/no-dispose': {
      says: '`await using` of a pooled client throws a TypeError: it has no Symbol.asyncDispose',
      harm: (database) =>
        withNeonPool(database, async (pool) => {
          const client = await pool.connect();
          await hasNoDispose(client);
          client.release();
        }),
      instead: (database) =>
        withNeonPool(database, async (pool) => {
          await inTransaction(pool)(insert('a'));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },
  }),
};
