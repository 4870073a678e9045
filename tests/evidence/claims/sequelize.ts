import assert from 'node:assert/strict';
import { DataTypes, Sequelize, type ModelStatic, type Model, type Transaction } from 'sequelize';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, errorOf, unhandledRejections, until } from '../order.js';
import { awaitedCommit, failsWithDeclined, floatingCommit, fullPool, hasNoDispose, parallelNested, siblingAfterRollback, siblingBehindRollback, taskAfterCommit, type Begun } from '../scenes.js';

type Note = ModelStatic<Model<{ id?: number; text: string }>>;

async function withSequelize(database: PostgresDatabase, program: (sequelize: Sequelize, Note: Note) => Promise<void>, max = 5): Promise<void> {
  const sequelize = new Sequelize(database.url, { logging: false, pool: { max, acquire: 3000 } });
  const Note: Note = sequelize.define('note', { text: DataTypes.STRING }, { tableName: 'note', timestamps: false });
  try {
    await program(sequelize, Note);
  } finally {
    await sequelize.close();
  }
}

const inTransaction = (sequelize: Sequelize) => (run: (t: Transaction) => Promise<unknown>) => sequelize.transaction(run);

async function begin(sequelize: Sequelize): Promise<Begun> {
  const transaction = await sequelize.transaction();
  return { write: (sql) => sequelize.query(sql, { transaction }), commit: () => transaction.commit() };
}

export const sequelize: LibraryClaims = {
  library: 'sequelize',
  packages: ['sequelize', 'pg'],
  claims: onPostgres({
    'sequelize/sibling-after-rollback': {
      says: 'a sibling that goes on after the rollback has begun is rejected, and nobody sees that; nothing is stored',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          const behind = await siblingBehindRollback<Transaction>(
            database,
            inTransaction(sequelize),
            (transaction) => sequelize.query(database.passLock, { transaction }),
            (transaction) => Note.create({ text: 'behind' }, { transaction }),
          );
          assert.match(behind.state === 'rejected' ? behind.reason.message : '', /rollback has been called on this transaction\(.*\), you can no longer use it/);
          const later = await siblingAfterRollback<Transaction>(inTransaction(sequelize), (transaction) => Note.create({ text: 'later' }, { transaction }));
          assert.match(later.state === 'rejected' ? later.reason.message : '', /rollback has been called on this transaction/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await failsWithDeclined(
            sequelize.transaction(async (transaction) => {
              await Note.create({ text: 'rolled back' }, { transaction });
              throw new Declined();
            }),
          );
          await sequelize.transaction(async (transaction) => {
            await Note.create({ text: 'first' }, { transaction });
            await Note.bulkCreate([{ text: 'second' }, { text: 'third' }], { transaction });
          });
          assert.deepEqual(await database.notes(), ['first', 'second', 'third']);
        }),
    },

    'sequelize/parallel-nested': {
      says: 'when one of two parallel nested transactions fails, the row of the other one, which has resolved, is lost too',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await sequelize.transaction(async (outer) => {
            const ends = await parallelNested<Transaction>(
              (run) => sequelize.transaction({ transaction: outer }, run),
              (transaction) => Note.create({ text: 'resolved' }, { transaction }),
            );
            assert.deepEqual([ends.wrote.state, ends.failed.state], ['fulfilled', 'rejected']);
          });
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await sequelize.transaction(async (outer) => {
            await sequelize.transaction({ transaction: outer }, async (transaction) => void (await Note.create({ text: 'resolved' }, { transaction })));
            await failsWithDeclined(sequelize.transaction({ transaction: outer }, () => Promise.reject(new Declined())));
          });
          assert.deepEqual(await database.notes(), ['resolved']);
        }),
    },

    'sequelize/use-after-commit': {
      says: 'a query with the transaction after it was committed rejects',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          const late = await taskAfterCommit<Transaction>(inTransaction(sequelize), (transaction) => Note.create({ text: 'late' }, { transaction }));
          assert.match(late.state === 'rejected' ? late.reason.message : '', /commit has been called on this transaction\(.*\), you can no longer use it/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await sequelize.transaction(async (transaction) => void (await Note.create({ text: 'in time' }, { transaction })));
          await Note.create({ text: 'after' });
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'sequelize/floating-call': {
      says: 'a call that is not awaited loses the race with COMMIT: its row is lost and its rejection is unhandled',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          const unhandled: Error[] = await unhandledRejections(async () => {
            await sequelize.transaction(async (transaction) => {
              void Note.create({ text: 'forgotten' }, { transaction });
            });
          });
          assert.match(String(unhandled[0]), /commit has been called on this transaction/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await sequelize.transaction(async (transaction) => {
            await Note.create({ text: 'awaited' }, { transaction });
          });
          await until('the row is stored', async () => (await database.notes()).length === 1);
        }),
    },

    'sequelize/outer-client': {
      says: 'a call without { transaction } runs on another connection: its write survives the rollback',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await failsWithDeclined(
            sequelize.transaction(async (transaction) => {
              await Note.create({ text: 'inside' }, { transaction });
              await Note.create({ text: 'outside' });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['outside']);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await failsWithDeclined(
            sequelize.transaction(async (transaction) => {
              await Note.create({ text: 'first' }, { transaction });
              await Note.create({ text: 'second' }, { transaction });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'sequelize/outer-client-full-pool': {
      says: 'with as many transactions as the pool has connections, each with a call without { transaction }, all of them wait until "Operation timeout"',
      harm: (database) =>
        withSequelize(
          database,
          async (sequelize, Note) => {
            const errors = await fullPool(database, 2, (allAreOpen) =>
              sequelize.transaction(async (transaction) => {
                await Note.findAll({ transaction });
                await allAreOpen();
                await Note.findAll();
              }),
            );
            assert.match(String(errors[0]), /SequelizeConnectionAcquireTimeoutError.*Operation timeout/);
          },
          2,
        ),
      instead: (database) =>
        withSequelize(
          database,
          async (sequelize, Note) => {
            const request = () =>
              sequelize.transaction(async (transaction) => {
                await Note.findAll({ transaction });
                await Note.findAll({ transaction });
              });
            await Promise.all([request(), request(), request()]);
          },
          2,
        ),
    },

    'sequelize/option-in-wrong-place': {
      says: 'the transaction in an argument that the method does not have is ignored: the call runs outside the transaction',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await Note.create({ text: 'kept' });
          await failsWithDeclined(
            sequelize.transaction(async (transaction) => {
              // The types know of one argument only; from JavaScript nobody says so.
              await Reflect.apply(Note.destroy, Note, [{ where: { text: 'kept' } }, { transaction }] as never);
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await Note.create({ text: 'kept' });
          await failsWithDeclined(
            sequelize.transaction(async (transaction) => {
              await Note.destroy({ where: { text: 'kept' }, transaction });
              throw new Declined();
            }),
          );
          assert.deepEqual(await database.notes(), ['kept']);
        }),
    },

    'sequelize/swallowed-error': {
      says: 'an error that is swallowed inside the transaction makes COMMIT a silent ROLLBACK: everything resolves and nothing is stored',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await Note.create({ text: 'taken' });
          const result = await sequelize.transaction(async (transaction) => {
            await Note.create({ text: 'order' }, { transaction });
            await Note.create({ text: 'taken' }, { transaction }).catch(() => undefined);
            return 'done';
          });
          assert.equal(result, 'done');
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await Note.create({ text: 'taken' });
          await sequelize.transaction(async (outer) => {
            await Note.create({ text: 'order' }, { transaction: outer });
            await sequelize
              .transaction({ transaction: outer }, async (transaction) => void (await Note.create({ text: 'taken' }, { transaction })))
              .catch(() => undefined);
          });
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },

    'sequelize/rollback-after-commit': {
      says: 'a rollback of a committed transaction rejects: with commit and rollback in one try/catch it hides the real error',
      harm: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          const failed = await errorOf(
            (async () => {
              const transaction = await sequelize.transaction();
              try {
                await Note.create({ text: 'a' }, { transaction });
                await transaction.commit();
                throw new Declined();
              } catch (error) {
                await transaction.rollback();
                throw error;
              }
            })(),
          );
          assert.match(failed.message, /Transaction cannot be rolled back because it has been finished with state: commit/);
          assert.deepEqual(await database.notes(), ['a']);
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await sequelize.transaction(async (transaction) => void (await Note.create({ text: 'a' }, { transaction })));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },

    'sequelize/never-released': {
      says: 'an unmanaged transaction without commit or rollback stays idle in transaction, and its connection is missing from the pool',
      harm: (database) =>
        withSequelize(
          database,
          async (sequelize, Note) => {
            const transaction = await sequelize.transaction();
            await Note.create({ text: 'a' }, { transaction });
            await database.untilIdleInTransaction();
            assert.match(String(await errorOf(Note.create({ text: 'b' }))), /Operation timeout/);
            await transaction.rollback();
          },
          1,
        ),
      instead: (database) =>
        withSequelize(
          database,
          async (sequelize, Note) => {
            const transaction = await sequelize.transaction();
            try {
              await Note.create({ text: 'a' }, { transaction });
              throw new Declined();
            } catch {
              await transaction.rollback();
            }
            await Note.create({ text: 'b' });
            assert.deepEqual(await database.notes(), ['b']);
          },
          1,
        ),
    },

    'sequelize/floating-commit': {
      says: 'a commit that nobody waits for fails, and the caller has been told that all is well: the rejection is unhandled',
      harm: (database) => withSequelize(database, (sequelize) => floatingCommit(database, () => begin(sequelize))),
      instead: (database) => withSequelize(database, (sequelize) => awaitedCommit(database, () => begin(sequelize))),
    },

    'sequelize/no-dispose': {
      says: '`await using` of a transaction throws a TypeError: it has no Symbol.asyncDispose',
      harm: (database) =>
        withSequelize(database, async (sequelize) => {
          const transaction = await sequelize.transaction();
          await hasNoDispose(transaction);
          await transaction.rollback();
        }),
      instead: (database) =>
        withSequelize(database, async (sequelize, Note) => {
          await sequelize.transaction(async (transaction) => void (await Note.create({ text: 'a' }, { transaction })));
          assert.deepEqual(await database.notes(), ['a']);
        }),
    },
  }),
};
