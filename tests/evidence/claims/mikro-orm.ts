import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { EntitySchema, MikroORM, RequestContext, type SqlEntityManager } from '@mikro-orm/postgresql';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, gate, turns, watch } from '../order.js';
import { failsWithDeclined, parallelNested, siblingAfterRollback, siblingWithSecondStep, taskAfterCommit } from '../scenes.js';
import { isAtLeast, versionOf } from '../versions.js';

/** MikroORM 6 works through knex, which guards and serialises its transactions; 7 through Kysely. */
const isSeven = isAtLeast(versionOf('@mikro-orm/core'), '7.0.0');

interface Note {
  id: number;
  text: string;
}
const Note = new EntitySchema<Note>({
  name: 'Note',
  tableName: 'note',
  properties: { id: { type: 'number', primary: true, autoincrement: true }, text: { type: 'string', unique: true } },
});

async function withOrm(database: PostgresDatabase, program: (orm: MikroORM) => Promise<void>, max = 5): Promise<void> {
  const orm = await MikroORM.init({
    clientUrl: database.url,
    entities: [Note],
    pool: { min: 0, max, acquireTimeoutMillis: 3000 },
    discovery: { warnWhenNoEntities: false },
    connect: false,
  });
  try {
    await program(orm);
  } finally {
    // Closing waits for every connection to come back: that of a transaction that hangs never does.
    await Promise.race([orm.close(true), pause(1000)]);
  }
}

const insert = (text: string) => (em: SqlEntityManager) => em.insert(Note, { text });
const inTransaction = (em: SqlEntityManager) => (run: (em: SqlEntityManager) => Promise<unknown>) => em.transactional((inner) => run(inner));

/** Nothing runs on the server and nothing is left to do in this process, and yet the promise is pending. */
async function neverSettles(database: PostgresDatabase, promise: { readonly state: string }): Promise<void> {
  await database.untilBackends(0, 'are busy', (backend) => backend.state === 'active');
  await turns(100);
  assert.equal(promise.state, 'pending');
}

export const mikroOrm: LibraryClaims = {
  library: 'mikro-orm',
  packages: ['@mikro-orm/core', '@mikro-orm/postgresql', 'knex', 'pg'],
  claims: onPostgres({
    'mikro-orm/parallel-flush': {
      says: 'flushes of one entity manager queue; when one rejects, those behind it never settle',
      harm: (database) =>
        withOrm(database, async (orm) => {
          await insert('taken')(orm.em.fork());
          const em = orm.em.fork();
          em.create(Note, { text: 'taken' } as Note, { persist: true });
          const first = watch(em.flush());
          const second = watch(em.flush());
          assert.equal((await first.outcome()).state, 'rejected');
          await neverSettles(database, second);
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          await insert('taken')(orm.em.fork());
          const branch = async (text: string) => {
            const em = orm.em.fork();
            em.create(Note, { text } as Note, { persist: true });
            await em.flush();
          };
          const ends = await Promise.allSettled([branch('taken'), branch('other')]);
          assert.deepEqual(ends.map(({ status }) => status), ['rejected', 'fulfilled']);
          assert.deepEqual(await database.notes(), ['other', 'taken']);
        }),
    },

    'mikro-orm/unit-of-work-mixing': {
      says: "the flush of one branch stores what another branch has created so far, also when that one fails before its own flush",
      harm: (database) =>
        withOrm(database, async (orm) => {
          const em = orm.em.fork();
          const failing = async () => {
            em.create(Note, { text: 'half done' } as Note, { persist: true });
            throw new Declined();
          };
          const other = async () => {
            em.create(Note, { text: 'other' } as Note, { persist: true });
            await em.flush();
          };
          const ends = await Promise.allSettled([failing(), other()]);
          assert.deepEqual(ends.map(({ status }) => status), ['rejected', 'fulfilled']);
          assert.deepEqual(await database.notes(), ['half done', 'other']);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          const failing = async () => {
            orm.em.fork().create(Note, { text: 'half done' } as Note, { persist: true });
            throw new Declined();
          };
          const other = async () => {
            const em = orm.em.fork();
            em.create(Note, { text: 'other' } as Note, { persist: true });
            await em.flush();
          };
          await Promise.allSettled([failing(), other()]);
          assert.deepEqual(await database.notes(), ['other']);
        }),
    },

    'mikro-orm/parallel-reads': {
      says: 'outside a transaction parallel finds of one entity manager take separate connections of the pool; inside one they queue',
      harm: (database) =>
        withOrm(database, async (orm) => {
          const lock = await database.holdLock();
          let read!: ReturnType<typeof watch>;
          const transaction = orm.em.fork().transactional(async (em) => {
            const blocked = em.execute(database.passLock);
            read = watch(em.find(Note, {}));
            await blocked;
          });
          await lock.untilAwaited();
          await turns();
          assert.equal(read.state, 'pending');
          assert.equal((await database.backends()).length, 1);
          await lock.letGo();
          await transaction;
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          const em = orm.em.fork();
          const lock = await database.holdLock();
          const blocked = em.execute(database.passLock);
          await lock.untilAwaited();
          await em.find(Note, {});
          await lock.letGo();
          await blocked;
        }),
    },

    'mikro-orm/flush-hang-in-transaction': {
      says: 'a flush queued behind one that rejects never settles: the request hangs and its transaction stays open on the server',
      harm: (database) =>
        withOrm(database, async (orm) => {
          await insert('taken')(orm.em.fork());
          let queued!: ReturnType<typeof watch>;
          const request = watch(
            orm.em.fork().transactional(async (em) => {
              em.create(Note, { text: 'taken' } as Note, { persist: true });
              const flushes = [em.flush(), em.flush()];
              queued = watch(flushes[1]!);
              await Promise.allSettled(flushes);
            }),
          );
          assert.ok(await database.isStuck(request));
          await neverSettles(database, queued);
          // The connection cannot be had back; close() would wait for it.
          await database.endBackends();
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          await insert('taken')(orm.em.fork());
          await errorOf(
            orm.em.fork().transactional(async (em) => {
              em.create(Note, { text: 'order' } as Note, { persist: true });
              em.create(Note, { text: 'taken' } as Note, { persist: true });
              await em.flush();
            }),
          );
          assert.deepEqual(await database.notes(), ['taken']);
        }),
    },

    'mikro-orm/sibling-after-rollback': {
      says: isSeven
        ? 'what a sibling sends while the ROLLBACK is on its way runs behind it and is committed on its own; later it rejects'
        : 'a sibling that goes on after the rollback has begun is rejected, and nobody sees that',
      harm: (database) =>
        withOrm(database, async (orm) => {
          const behind = await siblingWithSecondStep<SqlEntityManager>(
            database,
            inTransaction(orm.em.fork()),
            (em) => em.execute(database.passLock),
            insert('behind'),
          );
          if (isSeven) assert.equal(behind.state, 'fulfilled');
          else assert.match(behind.state === 'rejected' ? behind.reason.message : '', /Transaction query already complete/);
          const later = await siblingAfterRollback<SqlEntityManager>(inTransaction(orm.em.fork()), insert('later'));
          assert.match(later.state === 'rejected' ? later.reason.message : '', isSeven ? /Transaction is already rolled back/ : /Transaction query already complete/);
          assert.deepEqual(await database.notes(), isSeven ? ['behind'] : []);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          await failsWithDeclined(
            orm.em.fork().transactional(async (em) => {
              await insert('rolled back')(em);
              throw new Declined();
            }),
          );
          await orm.em.fork().transactional(async (em) => {
            em.create(Note, { text: 'first' } as Note, { persist: true });
            em.create(Note, { text: 'second' } as Note, { persist: true });
          });
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'mikro-orm/parallel-nested': {
      says: isSeven
        ? 'when one of two parallel nested transactions fails, the row of the other one, which has resolved, is lost too'
        : 'nested transactions are run one after another: a failing one takes nothing from its siblings',
      ...(isSeven ? {} : { harmless: true as const }),
      harm: (database) =>
        withOrm(database, async (orm) => {
          if (isSeven) {
            await orm.em.fork().transactional(async (em) => {
              const ends = await parallelNested<SqlEntityManager>(inTransaction(em), insert('resolved'));
              assert.deepEqual([ends.wrote.state, ends.failed.state], ['fulfilled', 'rejected']);
            });
            assert.deepEqual(await database.notes(), []);
            return;
          }
          // The second savepoint is opened only when the first one has ended.
          await orm.em.fork().transactional(async (em) => {
            const firstIsOpen = gate();
            const goOn = gate();
            let secondIsOpen = false;
            const first = watch(
              em.transactional(async () => {
                firstIsOpen.open();
                await goOn.opened;
                throw new Declined();
              }),
            );
            const second = watch(
              em.transactional(async (inner) => {
                secondIsOpen = true;
                await insert('kept')(inner);
              }),
            );
            await firstIsOpen.opened;
            await turns();
            assert.equal(secondIsOpen, false);
            goOn.open();
            assert.equal((await first.outcome()).state, 'rejected');
            assert.equal((await second.outcome()).state, 'fulfilled');
          });
          assert.deepEqual(await database.notes(), ['kept']);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          await orm.em.fork().transactional(async (em) => {
            await em.transactional((inner) => insert('resolved')(inner));
            await failsWithDeclined(em.transactional(() => Promise.reject(new Declined())));
          });
          assert.deepEqual(await database.notes(), ['resolved']);
        }),
    },

    'mikro-orm/use-after-commit': {
      says: 'a query on the transactional entity manager after it was committed rejects',
      harm: (database) =>
        withOrm(database, async (orm) => {
          const late = await taskAfterCommit<SqlEntityManager>(inTransaction(orm.em.fork()), insert('late'));
          assert.match(late.state === 'rejected' ? late.reason.message : '', isSeven ? /Transaction is already committed/ : /Transaction query already complete/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          await orm.em.fork().transactional((em) => insert('in time')(em));
          await insert('after')(orm.em.fork());
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'mikro-orm/context-after-commit': {
      says: 'work that is started inside a transaction finds it in its context when it is over: the global entity manager rejects, also inside a new request context and inside a transaction of its own; a fork does not',
      harm: (database) =>
        withOrm(database, async (orm) => {
          const works: ((em: SqlEntityManager) => Promise<unknown>)[] = [
            insert('late'),
            (em) => RequestContext.create(em, () => insert('in a new context')(em)),
            (em) => em.transactional(insert('in its own transaction')),
          ];
          for (const work of works) {
            const late = await taskAfterCommit<SqlEntityManager>(inTransaction(orm.em.fork()), () => work(orm.em));
            assert.match(late.state === 'rejected' ? late.reason.message : '', isSeven ? /Transaction is already committed/ : /Transaction query already complete/);
          }
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          const late = await taskAfterCommit<SqlEntityManager>(inTransaction(orm.em.fork()), () => insert('forked')(orm.em.fork()));
          assert.equal(late.state, 'fulfilled');
          const outside = watch(RequestContext.create(orm.em, () => turns().then(() => insert('in a request')(orm.em))));
          assert.equal((await outside.outcome()).state, 'fulfilled');
          assert.deepEqual(await database.notes(), ['forked', 'in a request']);
        }),
    },

    'mikro-orm/global-em-redirected': {
      says: 'the entity manager of the request context is redirected to the transaction around it; a fork of it is not, and its write survives the rollback',
      harm: (database) =>
        withOrm(database, async (orm) => {
          await failsWithDeclined(
            RequestContext.create(orm.em, () =>
              orm.em.transactional(async (em) => {
                await insert('inside')(em);
                await insert('forked')(orm.em.fork());
                throw new Declined();
              }),
            ),
          );
          assert.deepEqual(await database.notes(), ['forked']);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          await failsWithDeclined(
            RequestContext.create(orm.em, () =>
              orm.em.transactional(async (em) => {
                await insert('inside')(em);
                await insert('global')(orm.em);
                throw new Declined();
              }),
            ),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'mikro-orm/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withOrm(database, async (orm) => {
          await insert('taken')(orm.em.fork());
          const result = await orm.em.fork().transactional(async (em) => {
            await insert('order')(em);
            await insert('taken')(em).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          await insert('taken')(orm.em.fork());
          await orm.em.fork().transactional(async (em) => {
            await insert('order')(em);
            await em.transactional((inner) => insert('taken')(inner)).catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'mikro-orm/parallel-begin': {
      says: 'the second begin on one entity manager takes the place of the first: one branch rejects although its row is committed, and a connection stays idle in transaction',
      harm: (database) =>
        withOrm(database, async (orm) => {
          const em = orm.em.fork();
          const bothHaveBegun = gate();
          const firstEnded = gate();
          const first = (async () => {
            await em.begin();
            await bothHaveBegun.opened;
            await insert('first')(em);
            await em.commit();
          })().finally(firstEnded.open);
          const second = (async () => {
            await em.begin();
            bothHaveBegun.open();
            await firstEnded.opened;
            await insert('second')(em);
            await em.commit();
          })();
          const ends = await Promise.allSettled([first, second]);
          assert.equal(ends[0].status, 'fulfilled');
          assert.match(ends[1].status === 'rejected' ? String(ends[1].reason) : '', /An open transaction is required for this operation/);
          assert.deepEqual(await database.notes(), ['first', 'second']);
          await database.untilIdleInTransaction();
          await database.endBackends();
        }),
      instead: (database) =>
        withOrm(database, async (orm) => {
          const branch = (text: string) => orm.em.fork().transactional((em) => insert(text)(em));
          await Promise.all([branch('a'), branch('b')]);
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'mikro-orm/never-ended': {
      says: 'a transaction that is begun and neither committed nor rolled back stays idle in transaction, and its connection is missing from the pool',
      harm: (database) =>
        withOrm(
          database,
          async (orm) => {
            const em = orm.em.fork();
            await em.begin();
            await insert('a')(em);
            await database.untilIdleInTransaction();
            const next = watch(insert('b')(orm.em.fork()));
            await turns(100);
            assert.equal(next.state, 'pending');
            await em.rollback();
            assert.equal((await next.outcome()).state, 'fulfilled');
            assert.deepEqual(await database.notes(), ['b']);
          },
          1,
        ),
      instead: (database) =>
        withOrm(
          database,
          async (orm) => {
            await orm.em.fork().transactional((em) => insert('a')(em));
            await insert('b')(orm.em.fork());
            assert.deepEqual(await database.notes(), ['a', 'b']);
          },
          1,
        ),
    },
  }),
};
