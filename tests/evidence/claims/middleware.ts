/** Transactions and connections in the middleware of server frameworks: who waits for the handler, and who sees its error. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { initTRPC } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import express, { type Express, type Request } from 'express';
import { Hono } from 'hono';
import pg from 'pg';
import { catchError, concatMap, defer, finalize, firstValueFrom, from, lastValueFrom, NEVER, of, tap, throwError } from 'rxjs';
import { onNothing, onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, turns, uncaughtExceptions, unhandledRejections, until, watch } from '../order.js';

type Client = pg.PoolClient;

async function withPool(database: PostgresDatabase, program: (pool: pg.Pool) => Promise<void>, max = 5): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url, max });
  try {
    await program(pool);
  } finally {
    await pool.end();
  }
}

const insert = (text: string) => (client: Client) => client.query('insert into note (text) values ($1)', [text]);

async function transaction<T>(pool: pg.Pool, run: (client: Client) => Promise<T>): Promise<T> {
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
}

async function served(app: Express, use: (url: string) => Promise<void>): Promise<void> {
  app.use((_error: Error, _request: Request, response: express.Response, next: express.NextFunction) => {
    // Express knows the handler of errors by its four parameters.
    void next;
    response.status(500).end();
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Sends a request and goes away before the answer, when the handler has begun. */
async function abortedRequest(url: string, handlerBegan: Promise<void>): Promise<void> {
  const request = http.get(url);
  request.on('error', () => {});
  await handlerBegan;
  request.destroy();
}

const expressClaims: LibraryClaims = {
  library: 'express',
  packages: ['express', 'pg'],
  claims: onPostgres({
    'express/next-returns-early': {
      says: 'next() returns before the handler has ended, also with await or return: the transaction is committed first, and the row of a handler that fails stays',
      harm: async (database) => {
        const forms: ((next: () => unknown) => Promise<unknown>)[] = [
          async (next) => void next(),
          async (next) => next(),
          async (next) => await next(),
        ];
        for (const [i, callNext] of forms.entries()) {
          await withPool(database, async (pool) => {
            const committed = gate();
            const app = express();
            app.use((request, _response, next) => {
              void transaction(pool, (tx) => {
                (request as unknown as { tx: Client }).tx = tx;
                return callNext(next);
              }).then(committed.open);
            });
            app.get('/', async (request) => {
              await committed.opened;
              await insert(`form ${i}`)((request as unknown as { tx: Client }).tx);
              throw new Declined();
            });
            await served(app, async (url) => assert.equal((await fetch(url)).status, 500));
          });
        }
        assert.deepEqual(await database.notes(), ['form 0', 'form 1', 'form 2']);
      },
      instead: (database) =>
        withPool(database, async (pool) => {
          const inTransaction = (handler: (tx: Client, response: express.Response) => Promise<void>) => (_request: Request, response: express.Response) =>
            transaction(pool, (tx) => handler(tx, response));
          const app = express();
          app.get('/', inTransaction(async (tx) => {
            await insert('rolled back')(tx);
            throw new Declined();
          }));
          await served(app, async (url) => assert.equal((await fetch(url)).status, 500));
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'express/release-on-finish': {
      says: "a release on 'finish' never comes when the client goes away first: only 'close' is emitted, and the connection is missing",
      harm: (database) =>
        withPool(
          database,
          async (pool) => {
            const began = gate();
            const closed = gate();
            let leaked!: Client;
            const app = express();
            app.get('/', async (_request, response) => {
              const client = await pool.connect();
              leaked = client;
              response.on('finish', () => client.release());
              response.on('close', closed.open);
              began.open();
            });
            await served(app, async (url) => {
              await abortedRequest(url, began.opened);
              await closed.opened;
              await turns();
              const next = watch(pool.connect());
              await turns();
              assert.equal(next.state, 'pending');
              leaked.release();
              const outcome = await next.outcome();
              if (outcome.state === 'fulfilled') outcome.value.release();
            });
          },
          1,
        ),
      instead: (database) =>
        withPool(
          database,
          async (pool) => {
            const began = gate();
            const app = express();
            app.get('/abort', async (_request, response) => {
              const client = await pool.connect();
              response.once('close', () => client.release());
              began.open();
            });
            app.get('/answer', async (_request, response) => {
              const client = await pool.connect();
              response.once('close', () => client.release());
              response.end();
            });
            await served(app, async (url) => {
              await abortedRequest(`${url}/abort`, began.opened);
              await until('the client is back', () => pool.idleCount === 1);
              assert.equal((await fetch(`${url}/answer`)).status, 200);
              await until('the client is back', () => pool.idleCount === 1);
            });
          },
          1,
        ),
    },

    'express/release-on-finish-and-close': {
      says: "a release on 'finish' and on 'close' releases twice: it throws in an event listener, which ends the process",
      harm: (database) =>
        withPool(database, async (pool) => {
          const thrown = await uncaughtExceptions(async () => {
            const closed = gate();
            const app = express();
            app.get('/', async (_request, response) => {
              const client = await pool.connect();
              response.on('finish', () => client.release());
              response.on('close', () => setImmediate(closed.open));
              response.on('close', () => client.release());
              response.end();
            });
            await served(app, async (url) => {
              await fetch(url);
              await closed.opened;
            });
          });
          assert.match(String(thrown[0]), /Release called on client which has already been released to the pool\./);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const thrown = await uncaughtExceptions(async () => {
            const closed = gate();
            const app = express();
            app.get('/', async (_request, response) => {
              const client = await pool.connect();
              response.once('close', () => client.release());
              response.once('close', () => setImmediate(closed.open));
              response.end();
            });
            await served(app, async (url) => {
              await fetch(url);
              await closed.opened;
            });
          });
          assert.deepEqual(thrown, []);
        }),
    },
  }),
};

type HonoEnvironment = { Variables: { tx: Client } };

const honoClaims: LibraryClaims = {
  library: 'hono',
  packages: ['hono', 'pg'],
  claims: onPostgres({
    'hono/next-never-throws': {
      says: 'await next() resolves when the handler throws: the transaction around it is committed, and the answer is 500',
      harm: (database) =>
        withPool(database, async (pool) => {
          const app = new Hono<HonoEnvironment>();
          app.onError((_error, c) => c.text('failed', 500));
          app.use((c, next) =>
            transaction(pool, async (tx) => {
              c.set('tx', tx);
              await next();
            }),
          );
          app.get('/', async (c) => {
            await insert('half done')(c.var.tx);
            throw new Declined();
          });
          assert.equal((await app.request('/')).status, 500);
          assert.deepEqual(await database.notes(), ['half done']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const app = new Hono<HonoEnvironment>();
          app.onError((_error, c) => c.text('failed', 500));
          app.use((c, next) =>
            transaction(pool, async (tx) => {
              c.set('tx', tx);
              await next();
              if (c.error) throw c.error;
            }),
          );
          app.get('/', async (c) => {
            await insert('half done')(c.var.tx);
            throw new Declined();
          });
          assert.equal((await app.request('/')).status, 500);
          assert.deepEqual(await database.notes(), []);
        }),
    },
  }),
};

const t = initTRPC.context<{ client?: Client; tx?: Client }>().create();

const trpcClaims: LibraryClaims = {
  library: 'trpc',
  packages: ['@trpc/server', 'pg'],
  claims: onPostgres({
    'trpc/next-never-throws': {
      says: 'next() resolves with { ok: false } when the procedure throws: the transaction around it is committed',
      harm: (database) =>
        withPool(database, async (pool) => {
          const inTransaction = t.procedure.use(({ next }) => transaction(pool, (tx) => next({ ctx: { tx } })));
          const router = t.router({
            order: inTransaction.mutation(async ({ ctx }) => {
              await insert('half done')(ctx.tx);
              throw new Declined();
            }),
          });
          await errorOf(t.createCallerFactory(router)({}).order());
          assert.deepEqual(await database.notes(), ['half done']);
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const inTransaction = t.procedure.use(({ next }) =>
            transaction(pool, async (tx) => {
              const result = await next({ ctx: { tx } });
              if (!result.ok) throw result.error;
              return result;
            }),
          );
          const router = t.router({
            order: inTransaction.mutation(async ({ ctx }) => {
              await insert('half done')(ctx.tx);
              throw new Declined();
            }),
          });
          await errorOf(t.createCallerFactory(router)({}).order());
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'trpc/context-shared-by-batch': {
      says: 'the procedures of a batched request run at the same time on one context: a session made in createContext is shared',
      harm: (database) =>
        withPool(database, async (pool) => {
          const both = gate();
          let running = 0;
          const seen = new Set<Client>();
          const router = t.router({
            read: t.procedure.query(async ({ ctx }) => {
              seen.add(ctx.client!);
              if (++running === 2) both.open();
              await both.opened;
              return 'read';
            }),
          });
          const client = await pool.connect();
          const response = await fetchRequestHandler({
            router,
            endpoint: '/trpc',
            req: new Request_('http://localhost/trpc/read,read?batch=1&input=%7B%7D'),
            createContext: () => ({ client }),
          });
          assert.equal(response.status, 200);
          assert.equal(running, 2);
          assert.equal(seen.size, 1);
          client.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const both = gate();
          let running = 0;
          const seen = new Set<Client>();
          const router = t.router({
            read: t.procedure.query(() =>
              transaction(pool, async (tx) => {
                seen.add(tx);
                if (++running === 2) both.open();
                await both.opened;
                return 'read';
              }),
            ),
          });
          await fetchRequestHandler({
            router,
            endpoint: '/trpc',
            req: new Request_('http://localhost/trpc/read,read?batch=1&input=%7B%7D'),
            createContext: () => ({}),
          });
          assert.equal(seen.size, 2);
        }),
    },
  }),
};

/** The interceptor's part: the handler is an observable, and the transaction is ended when it has emitted. */
const rxjsClaims: LibraryClaims = {
  library: 'rxjs',
  packages: ['rxjs', 'pg'],
  claims: onPostgres({
    'rxjs/commit-in-tap': {
      says: 'tap(async …) is not waited for: the answer goes out before the commit, an error of the commit is unhandled, and an abort leaks the connection',
      harm: (database) =>
        withPool(database, async (pool) => {
          // The answer is there before the row.
          const lock = await database.holdLock();
          const client = await pool.connect();
          await client.query('BEGIN');
          let ended!: Promise<void>;
          const answer = await firstValueFrom(
            from(insert('order')(client)).pipe(
              tap(() => {
                ended = (async () => {
                  await client.query(database.passLock);
                  await client.query('COMMIT');
                  client.release();
                })();
              }),
            ),
          );
          assert.equal(answer.rowCount, 1);
          assert.deepEqual(await database.notes(), []);
          await lock.letGo();
          await ended;

          // catchError does not see an error of the commit.
          let caught = false;
          const unhandled = await unhandledRejections(async () => {
            const commit = async () => {
              throw new Error('commit failed');
            };
            await lastValueFrom(
              of('answer').pipe(
                // eslint-disable-next-line @typescript-eslint/no-misused-promises -- that nobody waits for it is the claim
                tap(async () => commit()),
                catchError((error: Error) => {
                  caught = true;
                  return throwError(() => error);
                }),
              ),
            );
          });
          assert.equal(caught, false);
          assert.match(String(unhandled[0]), /commit failed/);

          // A request that is given up emits nothing and fails with nothing.
          const second = await pool.connect();
          let released = false;
          const subscription = NEVER.pipe(
            // eslint-disable-next-line @typescript-eslint/no-misused-promises -- that nobody waits for it is the claim
            tap(async () => void (released = true)),
            catchError(() => {
              released = true;
              return of('failed');
            }),
          ).subscribe();
          subscription.unsubscribe();
          await turns();
          assert.equal(released, false);
          second.release();
        }),
      instead: (database) =>
        withPool(database, async (pool) => {
          const intercept = (handler: (client: Client) => ReturnType<typeof insert> extends (c: Client) => infer R ? R : never) =>
            defer(async () => {
              const client = await pool.connect();
              await client.query('BEGIN');
              return client;
            }).pipe(
              concatMap((client) =>
                from(handler(client)).pipe(
                  concatMap(async (value) => {
                    await client.query('COMMIT');
                    return value;
                  }),
                  finalize(() => client.release()),
                ),
              ),
            );
          await lastValueFrom(intercept(insert('order')));
          assert.deepEqual(await database.notes(), ['order']);
          assert.equal(pool.idleCount, 1);

          const client = await pool.connect();
          NEVER.pipe(finalize(() => client.release())).subscribe().unsubscribe();
          assert.equal(pool.idleCount, 1);
        }),
    },
  }),
};

const nodeClaims: LibraryClaims = {
  library: 'node',
  packages: ['node:process', 'pg'],
  claims: onNothing({
    'node/session-serialised': {
      says: 'a client of pg in the data of a job: structuredClone and postMessage throw, JSON.stringify writes junk without an error',
      harm: async () => {
        const client = new pg.Client();
        assert.throws(() => structuredClone(client), /could not be cloned/);
        const text = JSON.stringify({ orderId: 7, client });
        assert.ok(text.length > 500);
        assert.equal((JSON.parse(text) as { client: { query?: unknown } }).client.query, undefined);
      },
      instead: async () => {
        assert.deepEqual(structuredClone({ orderId: 7 }), { orderId: 7 });
      },
    },
  }),
};

/** The Request of the fetch API; Express has one of its own. */
const Request_ = globalThis.Request;

export const middleware: readonly LibraryClaims[] = [expressClaims, honoClaims, trpcClaims, rxjsClaims, nodeClaims];
