/**
 * The scenes that every library goes through, each with a forced order of events. A claim says in the library's own
 * words how a transaction is opened and how a row is written; the scene tells what became of the branch in question.
 */
import assert from 'node:assert/strict';
import type { PostgresDatabase } from './databases/postgres.js';
import { Declined, errorOf, gate, turns, unhandledRejections, until, watch } from './order.js';

/** Runs a callback in a transaction: commits when its promise resolves, rolls back when it rejects. */
export type Transaction<Tx> = (run: (tx: Tx) => Promise<unknown>) => PromiseLike<unknown>;
type Write<Tx> = (tx: Tx) => PromiseLike<unknown>;

/** Two branches: one fails at once, the other writes when the transaction has already been rolled back. */
export async function siblingAfterRollback<Tx>(transaction: Transaction<Tx>, write: Write<Tx>) {
  const branch = await failedWithSibling(transaction, write);
  branch.goOn();
  return branch.outcome();
}

/**
 * The same with a pool of one connection, and the next request has already begun its transaction on that connection
 * when the late sibling of the first request writes. The second request is then rolled back.
 */
export async function siblingInOtherTransaction<Tx>(transaction: Transaction<Tx>, write: Write<Tx>) {
  const branch = await failedWithSibling(transaction, write);
  await failsWithDeclined(
    transaction(async () => {
      branch.goOn();
      await branch.outcome();
      throw new Declined();
    }),
  );
  return branch.outcome();
}

async function failedWithSibling<Tx>(transaction: Transaction<Tx>, write: Write<Tx>) {
  const door = gate();
  let branch!: ReturnType<typeof watch>;
  await failsWithDeclined(
    transaction((tx) => {
      const steps = door.opened.then(() => write(tx));
      branch = watch(steps);
      return Promise.all([steps, Promise.reject(new Declined())]);
    }),
  );
  return { goOn: door.open, outcome: () => branch.outcome() };
}

/** A task that nobody in the transaction waits for writes after the commit. */
export async function taskAfterCommit<Tx>(transaction: Transaction<Tx>, write: Write<Tx>) {
  const door = gate();
  let task!: ReturnType<typeof watch>;
  await transaction(async (tx) => {
    task = watch(door.opened.then(() => write(tx)));
  });
  door.open();
  return task.outcome();
}

/**
 * Two nested transactions at the same time. One is opened first and fails last; in between the other one is opened,
 * writes and ends well. Tells how both ended.
 */
export async function parallelNested<Tx>(nested: Transaction<Tx>, write: Write<Tx>) {
  const isOpen = gate();
  const otherEnded = gate();
  const failing = watch(
    nested(async () => {
      isOpen.open();
      await otherEnded.opened;
      throw new Declined();
    }),
  );
  await isOpen.opened;
  const writing = watch(nested(async (tx) => void (await write(tx))));
  const wrote = await writing.outcome();
  otherEnded.open();
  return { wrote, failed: await failing.outcome() };
}

export async function failsWithDeclined(transaction: PromiseLike<unknown>): Promise<void> {
  const error = await errorOf(transaction);
  assert.ok(error instanceof Declined, `expected the business error, got: ${error.stack ?? error.message}`);
  await turns();
}

/**
 * Three branches: one waits in the server, one fails, so that the ROLLBACK is queued behind the first, and one writes
 * before the ROLLBACK has come back: its statement is queued behind the ROLLBACK on the same connection.
 */
export async function siblingBehindRollback<Tx>(database: PostgresDatabase, transaction: Transaction<Tx>, slow: Write<Tx>, write: Write<Tx>) {
  const lock = await database.holdLock();
  const declined = lock.untilAwaited().then(() => {
    throw new Declined();
  });
  const rollbackIsQueued = gate();
  let branch!: ReturnType<typeof watch>;
  const failing = watch(
    transaction((tx) => {
      const steps = rollbackIsQueued.opened.then(() => write(tx));
      branch = watch(steps);
      return Promise.all([slow(tx), steps, declined]);
    }),
  );
  await errorOf(declined);
  await turns();
  rollbackIsQueued.open();
  await turns();
  await lock.letGo();
  const failed = await failing.outcome();
  assert.ok(failed.state === 'rejected' && failed.reason instanceof Declined);
  return branch.outcome();
}

/** Two branches: one fails while the other's first statement runs in the server; then that goes on with its second one. */
export async function siblingWithSecondStep<Tx>(database: PostgresDatabase, transaction: Transaction<Tx>, slow: Write<Tx>, write: Write<Tx>) {
  const lock = await database.holdLock();
  const declined = lock.untilAwaited().then(() => {
    throw new Declined();
  });
  let branch!: ReturnType<typeof watch>;
  const failing = watch(
    transaction((tx) => {
      const steps = (async () => {
        await slow(tx);
        await write(tx);
      })();
      branch = watch(steps);
      return Promise.all([steps, declined]);
    }),
  );
  await errorOf(declined);
  await turns();
  await lock.letGo();
  const failed = await failing.outcome();
  assert.ok(failed.state === 'rejected' && failed.reason instanceof Declined);
  return branch.outcome();
}

/**
 * As many requests as the pool has connections, each uses the root client inside when all transactions are open.
 * Shows that none of them can move; then the program's own time limit for a connection ends them. Returns the errors.
 */
export async function fullPool(database: PostgresDatabase, size: number, request: (allAreOpen: () => Promise<void>) => PromiseLike<unknown>) {
  const allOpen = gate();
  let open = 0;
  const arrive = () => {
    if (++open === size) allOpen.open();
    return allOpen.opened;
  };
  const requests = watch(Promise.allSettled(Array.from({ length: size }, () => request(arrive))));
  assert.ok(await database.isStuck(requests, size), 'the requests are not stuck');
  const outcome = await requests.outcome();
  assert.ok(outcome.state === 'fulfilled');
  return outcome.value.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
}

export interface Begun {
  write(sql: string): PromiseLike<unknown>;
  commit(): unknown;
}

/** A transaction whose COMMIT fails (see `takeTakenSeat`), with a commit that nobody waits for. */
export async function floatingCommit(database: PostgresDatabase, begin: () => Promise<Begun>): Promise<void> {
  const answers: string[] = [];
  const unhandled = await unhandledRejections(async (seen) => {
    const transaction = await begin();
    await transaction.write(database.takeTakenSeat);
    void transaction.commit();
    answers.push('your seat is booked');
    await until('the rejection has come', () => seen.length > 0);
  });
  assert.deepEqual(answers, ['your seat is booked']);
  assert.match(unhandled.map(String).join('\n'), /duplicate key value|SequelizeUniqueConstraintError/);
}

/** The same commit, awaited: the caller learns of it. */
export async function awaitedCommit(database: PostgresDatabase, begin: () => Promise<Begun>): Promise<void> {
  const transaction = await begin();
  await transaction.write(database.takeTakenSeat);
  const failed = await errorOf((async () => transaction.commit())());
  assert.match(String(failed), /duplicate key value|SequelizeUniqueConstraintError/);
}

/** `await using` on a session that implements neither symbol: the block throws, and nothing has been released. */
export async function hasNoDispose(session: object): Promise<void> {
  assert.deepEqual([Symbol.asyncDispose in session, Symbol.dispose in session], [false, false]);
  const failed = await errorOf(
    (async () => {
      await using scoped = session as AsyncDisposable;
      void scoped;
    })(),
  );
  assert.ok(failed instanceof TypeError);
}
