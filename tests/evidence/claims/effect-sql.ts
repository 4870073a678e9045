import assert from 'node:assert/strict';
import { PgClient } from '@effect/sql-pg';
import * as Effect from 'effect/Effect';
import * as Fiber from 'effect/Fiber';
import * as ManagedRuntime from 'effect/ManagedRuntime';
import * as Redacted from 'effect/Redacted';
import { onPostgres, type LibraryClaims } from '../claim.js';
import type { PostgresDatabase } from '../databases/postgres.js';
import { Declined, gate } from '../order.js';

type Sql = PgClient.PgClient;
type Run = <A, E>(effect: Effect.Effect<A, E>) => Promise<A>;

async function withSql(database: PostgresDatabase, program: (sql: Sql, run: Run) => Promise<void>): Promise<void> {
  const runtime = ManagedRuntime.make(PgClient.layer({ url: Redacted.make(database.url) }));
  try {
    await program(await runtime.runPromise(PgClient.PgClient), (effect) => runtime.runPromise(effect));
  } finally {
    await runtime.dispose();
  }
}

const insert = (sql: Sql, text: string) => sql`insert into note (text) values (${text})`;
const declined = Effect.fail(new Declined());

export const effectSql: LibraryClaims = {
  library: 'effect-sql',
  packages: ['effect', '@effect/sql-pg'],
  claims: onPostgres({
    'effect-sql/siblings-interrupted': {
      says: 'when one branch fails the others are interrupted, and nothing is stored',
      harmless: true,
      harm: (database) =>
        withSql(database, async (sql, run) => {
          const lock = await database.holdLock();
          const slow = Effect.andThen(sql.unsafe(database.passLock), insert(sql, 'late'));
          const failing = Effect.andThen(
            Effect.promise(() => lock.untilAwaited()),
            declined,
          );
          // The transaction ends while the lock is still held: the slow branch does not go on.
          await assert.rejects(run(sql.withTransaction(Effect.all([slow, failing], { concurrency: 'unbounded' }))), Declined);
          await lock.letGo();
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSql(database, async (sql, run) => {
          await run(sql.withTransaction(Effect.all([insert(sql, 'first'), insert(sql, 'second')])));
          assert.deepEqual(await database.notes(), ['first', 'second']);
        }),
    },

    'effect-sql/parallel-nested': {
      says: 'nested transactions are run one after another: a failing one takes nothing from its siblings',
      harmless: true,
      harm: (database) =>
        withSql(database, async (sql, run) => {
          const nested = (text: string) =>
            Effect.exit(sql.withTransaction(Effect.andThen(insert(sql, text), text === 'b' ? declined : Effect.void)));
          await run(sql.withTransaction(Effect.all(['a', 'b', 'c'].map(nested), { concurrency: 'unbounded' })));
          assert.deepEqual(await database.notes(), ['a', 'c']);
        }),
      instead: (database) =>
        withSql(database, async (sql, run) => {
          await run(sql.withTransaction(Effect.all(['a', 'b'].map((text) => sql.withTransaction(insert(sql, text))))));
          assert.deepEqual(await database.notes(), ['a', 'b']);
        }),
    },

    'effect-sql/detached-fiber': {
      says: 'a query of a detached fiber after the transaction fails with "Pinned connection was released"',
      harm: (database) =>
        withSql(database, async (sql, run) => {
          const committed = gate();
          const late = Effect.andThen(
            Effect.promise(() => committed.opened),
            insert(sql, 'late'),
          );
          const fiber = await run(sql.withTransaction(Effect.forkDetach(late)));
          committed.open();
          const exit = await run(Fiber.await(fiber));
          assert.match(exit._tag === 'Failure' ? String(exit.cause) : '', /Pinned connection was released/);
          assert.deepEqual(await database.notes(), []);
        }),
      instead: (database) =>
        withSql(database, async (sql, run) => {
          await run(sql.withTransaction(insert(sql, 'in time')));
          await run(insert(sql, 'after'));
          assert.deepEqual(await database.notes(), ['after', 'in time']);
        }),
    },

    'effect-sql/run-promise-escapes': {
      says: 'an effect started with runPromise inside the transaction is outside it: its row survives the rollback',
      harm: (database) =>
        withSql(database, async (sql, run) => {
          const order = Effect.andThen(
            Effect.promise(() => run(insert(sql, 'escaped'))),
            declined,
          );
          await assert.rejects(run(sql.withTransaction(order)), Declined);
          assert.deepEqual(await database.notes(), ['escaped']);
        }),
      instead: (database) =>
        withSql(database, async (sql, run) => {
          await assert.rejects(run(sql.withTransaction(Effect.andThen(insert(sql, 'inside'), declined))), Declined);
          assert.deepEqual(await database.notes(), []);
        }),
    },

    'effect-sql/swallowed-error': {
      says: 'a transaction in which an error was swallowed fails with "COMMIT rolled back an aborted transaction"',
      harm: (database) =>
        withSql(database, async (sql, run) => {
          await run(insert(sql, 'taken'));
          const order = Effect.andThen(insert(sql, 'order'), Effect.exit(insert(sql, 'taken')));
          await assert.rejects(run(sql.withTransaction(order)), /COMMIT rolled back an aborted transaction/);
          assert.deepEqual(await database.notes(), ['taken']);
        }),
      instead: (database) =>
        withSql(database, async (sql, run) => {
          await run(insert(sql, 'taken'));
          const order = Effect.andThen(insert(sql, 'order'), Effect.exit(sql.withTransaction(insert(sql, 'taken'))));
          await run(sql.withTransaction(order));
          assert.deepEqual(await database.notes(), ['order', 'taken']);
        }),
    },
  }),
};
