import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, unhandledRejections, until, watch } from '../order.js';

/** The part of the generated client that the programs use (the client itself exists only after `prisma generate`). */
interface Tx {
  note: {
    create(args: { data: { text: string } }): PromiseLike<{ text: string }> & { catch(f: () => unknown): Promise<unknown> };
    createMany(args: { data: { text: string }[] }): PromiseLike<{ count: number }>;
    findMany(): PromiseLike<{ text: string }[]>;
    findFirst(args: { where: { text: string } }): PromiseLike<{ text: string } | null>;
    findFirstOrThrow(args: { where: { text: string } }): PromiseLike<{ text: string }> & { catch<T>(f: () => T): Promise<T> };
    count(): PromiseLike<number>;
  };
  account: { update(args: { where: { id: number }; data: { balance: number } }): PromiseLike<unknown> };
  $queryRawUnsafe(sql: string): PromiseLike<unknown>;
  $transaction<T>(run: (tx: Tx) => Promise<T>, options?: { timeout?: number; maxWait?: number }): Promise<T>;
  $transaction(batch: PromiseLike<unknown>[]): Promise<unknown[]>;
}
interface Client extends Tx {
  $disconnect(): Promise<void>;
}

let PrismaClient: new (options: { adapter: PrismaPg }) => Client;

async function prepare(): Promise<void> {
  const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const schema = fileURLToPath(new URL('../schema.prisma', import.meta.url));
  // Generating needs no schema engine, but the command line downloads one unless it is told that there is one.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  execFileSync(process.execPath, [cli, 'generate', '--schema', schema], { env, stdio: 'pipe' });
  const generated = new URL('../generated-prisma/client.ts', import.meta.url).href;
  ({ PrismaClient } = (await import(generated)) as { PrismaClient: typeof PrismaClient });
}

async function withPrisma(database: PostgresDatabase, program: (prisma: Client) => Promise<void>, max = 5): Promise<void> {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max }, { onPoolError: () => {}, onConnectionError: () => {} }) });
  try {
    await program(prisma);
  } finally {
    await prisma.$disconnect();
  }
}

const note = (text: string) => ({ data: { text } });

export const prisma: LibraryClaims = {
  library: 'prisma',
  packages: ['@prisma/client', 'prisma', '@prisma/adapter-pg'],
  prepare,
  claims: onPostgres({
    'prisma/siblings-undefined': {
      says: 'when one of several parallel queries of a transaction fails, its siblings resolve to undefined and were never sent',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.note.create(note('stored'));
          const read = await prisma.$transaction((tx) =>
            Promise.all([tx.note.findFirstOrThrow({ where: { text: 'absent' } }).catch(() => null), tx.note.findMany(), tx.note.count()]),
          );
          assert.deepEqual(read, [null, undefined, undefined]);

          const written = await prisma.$transaction((tx) =>
            Promise.allSettled([tx.note.create(note('first')), tx.note.create(note('stored')), tx.note.create(note('third'))]),
          );
          assert.deepEqual(written.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
          assert.deepEqual(written[2], { status: 'fulfilled', value: undefined });
          assert.deepEqual(await db.notes(), ['stored']);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.note.create(note('stored'));
          const read = await prisma.$transaction(async (tx) => [
            await tx.note.findFirst({ where: { text: 'absent' } }),
            await tx.note.findMany(),
            await tx.note.count(),
          ]);
          assert.deepEqual(read, [null, [{ id: 1, text: 'stored' }], 1]);
          await prisma.$transaction(async (tx) => void (await tx.note.createMany({ data: [{ text: 'first' }, { text: 'third' }] })));
          assert.deepEqual(await db.notes(), ['first', 'stored', 'third']);
        }),
    },

    'prisma/sibling-after-rollback': {
      says: 'a sibling that goes on after the transaction was rolled back is rejected with P2028, and nobody sees that',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          const rolledBack = gate();
          let sibling!: ReturnType<typeof watch>;
          const failed = await errorOf(
            prisma.$transaction((tx) => {
              const steps = rolledBack.opened.then(() => tx.note.create(note('late')));
              sibling = watch(steps);
              return Promise.all([steps, Promise.reject(new Declined())]);
            }),
          );
          assert.ok(failed instanceof Declined);
          rolledBack.open();
          const late = await sibling.outcome();
          assert.equal(late.state === 'rejected' && late.reason.code, 'P2028');
          assert.deepEqual(await db.notes(), []);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          const failed = await errorOf(
            prisma.$transaction(async (tx) => {
              await tx.note.create(note('first'));
              throw new Declined();
            }),
          );
          assert.ok(failed instanceof Declined);
          assert.deepEqual(await db.notes(), []);
        }),
    },

    'prisma/parallel-nested': {
      says: 'of two nested transactions at the same time one is rejected, $transaction rejects too, and yet the row of the other one is committed',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          const failed = await errorOf(
            prisma.$transaction((tx) =>
              Promise.all([
                tx.$transaction(async (inner) => void (await inner.note.create(note('a')))),
                tx.$transaction(async (inner) => void (await inner.note.create(note('b')))),
              ]),
            ),
          );
          assert.match(failed.message, /Concurrent nested transactions are not supported/);
          // The rollback of the whole transaction is taken for one of the savepoint that the first branch has just opened.
          await until('the first branch committed', async () => (await db.notes()).length > 0);
          assert.deepEqual(await db.notes(), ['a']);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.$transaction(async (tx) => {
            await tx.$transaction(async (inner) => void (await inner.note.create(note('a'))));
            await tx.$transaction(async (inner) => void (await inner.note.create(note('b'))));
          });
          assert.deepEqual(await db.notes(), ['a', 'b']);
        }),
    },

    'prisma/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects with P2028; in a task that nobody waits for the rejection is unhandled',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          const committed = gate();
          const unhandled = await unhandledRejections(async () => {
            let task!: ReturnType<typeof watch>;
            await prisma.$transaction(async (tx) => {
              await tx.note.create(note('in time'));
              const late = (async () => {
                await committed.opened;
                await tx.note.create(note('too late'));
              })();
              task = watch(late.finally(() => {}));
              void late.then(() => {});
            });
            committed.open();
            await task.outcome();
          });
          assert.equal((unhandled[0] as { code?: string }).code, 'P2028');
          assert.match(unhandled[0]!.message, /Transaction already closed/);
          assert.deepEqual(await db.notes(), ['in time']);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.$transaction(async (tx) => void (await tx.note.create(note('in time'))));
          await prisma.note.create(note('after'));
          assert.deepEqual(await db.notes(), ['after', 'in time']);
        }),
    },

    'prisma/never-sent': {
      says: 'a query that is not awaited is never sent, without an error',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.$transaction(async (tx) => {
            tx.note.create(note('forgotten'));
          });
          assert.deepEqual(await db.notes(), []);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.$transaction(async (tx) => {
            await tx.note.create(note('awaited'));
          });
          assert.deepEqual(await db.notes(), ['awaited']);
        }),
    },

    'prisma/outer-client': {
      says: 'the root client inside a transaction writes on another connection: its write survives the rollback',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          await errorOf(
            prisma.$transaction(async (tx) => {
              await tx.note.create(note('in the transaction'));
              await prisma.note.create(note('outside'));
              throw new Declined();
            }),
          );
          assert.deepEqual(await db.notes(), ['outside']);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await errorOf(
            prisma.$transaction(async (tx) => {
              await tx.note.create(note('first'));
              await tx.note.create(note('second'));
              throw new Declined();
            }),
          );
          assert.deepEqual(await db.notes(), []);
        }),
    },

    'prisma/outer-client-full-pool': {
      says: 'the root client inside a transaction waits for a connection that only the end of the transaction frees, when the pool is full',
      harm: (db) =>
        withPrisma(
          db,
          async (prisma) => {
            const request = watch(
              prisma.$transaction(
                async (tx) => {
                  await tx.note.create(note('in the transaction'));
                  await prisma.note.create(note('outside'));
                },
                { timeout: 3000 },
              ),
            );
            assert.ok(await db.isStuck(request));
            // Prisma's own timeout of a transaction (5 s unless set) ends the wait, and only the outer write stays.
            const outcome = await request.outcome();
            assert.equal(outcome.state === 'rejected' && outcome.reason.code, 'P2028');
            assert.deepEqual(await db.notes(), ['outside']);
          },
          1,
        ),
      instead: (db) =>
        withPrisma(
          db,
          async (prisma) => {
            await prisma.$transaction(async (tx) => {
              await tx.note.create(note('first'));
              await tx.note.create(note('second'));
            });
            assert.deepEqual(await db.notes(), ['first', 'second']);
          },
          1,
        ),
    },

    'prisma/outer-client-own-lock': {
      says: 'the root client waits for a row lock that the transaction around it holds, until the transaction times out and only the outer write stays',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          const request = watch(
            prisma.$transaction(
              async (tx) => {
                await tx.account.update({ where: { id: 1 }, data: { balance: 1 } });
                await prisma.account.update({ where: { id: 1 }, data: { balance: 2 } });
              },
              { timeout: 1000 },
            ),
          );
          const [waiting] = await db.untilBackends(1, 'waits for a row lock', (backend) => backend.wait_event_type === 'Lock');
          const [holder] = await db.untilIdleInTransaction();
          assert.deepEqual(waiting!.blocked_by, [holder!.pid]);
          const outcome = await request.outcome();
          assert.equal(outcome.state === 'rejected' && outcome.reason.code, 'P2028');
          assert.equal(await db.balance(), 2);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.$transaction(async (tx) => {
            await tx.account.update({ where: { id: 1 }, data: { balance: 1 } });
            await tx.account.update({ where: { id: 1 }, data: { balance: 2 } });
          });
          assert.equal(await db.balance(), 2);
        }),
    },

    'prisma/nested-batch': {
      says: 'the array form of $transaction on a transaction runs on another connection: its rows stay when the transaction is rolled back',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          await errorOf(
            prisma.$transaction(async (tx) => {
              await tx.$transaction([tx.note.create(note('a')), tx.note.create(note('b'))]);
              throw new Declined();
            }),
          );
          assert.deepEqual(await db.notes(), ['a', 'b']);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await errorOf(
            prisma.$transaction(async (tx) => {
              await tx.$transaction(async (inner) => {
                await inner.note.create(note('a'));
                await inner.note.create(note('b'));
              });
              throw new Declined();
            }),
          );
          assert.deepEqual(await db.notes(), []);
        }),
    },

    'prisma/client-per-request': {
      says: 'a client per request opens a pool per request: the server soon answers P2037 "Too many database connections opened"',
      harm: async (db) => {
        const clients: Client[] = [];
        const request = async () => {
          const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: db.url }) });
          clients.push(client);
          await client.note.count();
        };
        const results = await Promise.allSettled(Array.from({ length: 45 }, request));
        const failed = results.find((result) => result.status === 'rejected');
        await Promise.all(clients.map((client) => client.$disconnect()));
        assert.equal((failed?.reason as { code?: string } | undefined)?.code, 'P2037');
        assert.match(String(failed?.reason), /Too many database connections opened/);
      },
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await Promise.all(Array.from({ length: 45 }, () => prisma.note.count()));
        }),
    },

    'prisma/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.note.create(note('taken'));
          const result = await prisma.$transaction(async (tx) => {
            await tx.note.create(note('order'));
            await tx.note.create(note('taken')).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await db.notes(), ['taken']);
        }),
      instead: (db) =>
        withPrisma(db, async (prisma) => {
          await prisma.note.create(note('taken'));
          const failed = await errorOf(
            prisma.$transaction(async (tx) => {
              await tx.note.create(note('order'));
              await tx.note.create(note('taken'));
            }),
          );
          assert.equal(failed.code, 'P2002');
          await prisma.$transaction(async (tx) => {
            await tx.note.create(note('order'));
            await tx.$transaction(async (inner) => void (await inner.note.create(note('taken')))).catch(() => undefined);
          });
          assert.deepEqual(await db.notes(), ['order', 'taken']);
        }),
    },
  }),
};
