import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { DataSource, type QueryRunner } from 'typeorm';

const dataSource = new DataSource({ type: 'postgres', url: process.env['DATABASE_URL'] ?? '' });

/** A session for each task: whoever asks in the same task gets the same one. */
class ScopedSessions {
  readonly #sessions = new Map<string, QueryRunner>();

  get(task: string): QueryRunner {
    let session = this.#sessions.get(task);
    if (!session) {
      session = dataSource.createQueryRunner();
      this.#sessions.set(task, session);
    }
    return session;
  }

  async remove(task: string): Promise<void> {
    const session = this.#sessions.get(task);
    this.#sessions.delete(task);
    if (session?.isTransactionActive) await session.rollbackTransaction();
    await session?.release();
  }
}

const sessions = new ScopedSessions();
const currentTask = new AsyncLocalStorage<string>();

function session(): QueryRunner {
  const task = currentTask.getStore();
  if (task === undefined) throw new Error('There is no task here.');
  return sessions.get(task);
}

/** Runs the work of a group at the same time, each in a session of its own; all are committed, or none. */
export async function runGroup(group: readonly (() => Promise<void>)[]): Promise<void> {
  const tasks = group.map((work) => ({ id: randomUUID(), work }));
  try {
    for (const { id } of tasks) await sessions.get(id).startTransaction();
    const results = await Promise.allSettled(tasks.map(({ id, work }) => currentTask.run(id, work)));
    const failure = results.find((result) => result.status === 'rejected');
    for (const { id } of tasks) {
      if (failure) await sessions.get(id).rollbackTransaction();
      else await sessions.get(id).commitTransaction();
    }
    if (failure) throw failure.reason;
  } finally {
    // All of them, also when one cannot be removed.
    await Promise.allSettled(tasks.map(({ id }) => sessions.remove(id)));
  }
}

export async function importProducts(names: readonly string[]): Promise<void> {
  await runGroup(
    names.map((name) => async () => {
      await session().query('INSERT INTO products (name) VALUES ($1)', [name]);
    }),
  );
}
