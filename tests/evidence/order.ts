/**
 * The order of events is forced, never hoped for: a program waits for a gate, for a lock on the server, or until the
 * server itself says that something waits. No program relies on one thing being faster than another.
 */
import { setTimeout as pause } from 'node:timers/promises';

/** A door that a branch waits at until the program opens it. */
export function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Long enough for everything that needs no I/O to have happened: all promise jobs, next ticks and immediates. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Polls until the answer is true; only a broken program reaches the limit. */
export async function until(what: string, answer: () => boolean | Promise<boolean>, within = 20_000): Promise<void> {
  const limit = Date.now() + within;
  while (!(await answer())) {
    if (Date.now() > limit) throw new Error(`never happened: ${what}`);
    await pause(5);
  }
}

export type Settled<T> = { state: 'pending' } | { state: 'fulfilled'; value: T } | { state: 'rejected'; reason: Error & { code?: unknown } };

/** Watches a promise without waiting for it; a rejection counts as handled. */
export function watch<T>(promise: PromiseLike<T>) {
  let settled: Settled<T> = { state: 'pending' };
  const end = Promise.resolve(promise).then(
    (value) => void (settled = { state: 'fulfilled', value }),
    (reason: unknown) => void (settled = { state: 'rejected', reason: reason as Error }),
  );
  return {
    get state() {
      return settled.state;
    },
    /** Its end, whichever way. */
    async outcome() {
      await end;
      return settled as Exclude<Settled<T>, { state: 'pending' }>;
    },
  };
}

/** The error that the promise rejects with; it is an error of the program when it does not. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<Error & { code?: unknown }> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error(`expected a rejection, but it resolved to ${JSON.stringify(value)}`);
}

/**
 * Collects the unhandled rejections (by default Node ends the process on the first) while the program runs. One that
 * comes with an answer of the server the program waits for: it is given what has been seen so far.
 */
export async function unhandledRejections(program: (seen: readonly Error[]) => Promise<void>): Promise<Error[]> {
  return collected('unhandledRejection', program);
}

/** Collects what is thrown where nobody can catch it, in an event listener say, while the program runs. */
export async function uncaughtExceptions(program: () => Promise<void>): Promise<Error[]> {
  return collected('uncaughtException', program);
}

async function collected(event: 'unhandledRejection' | 'uncaughtException', program: (seen: readonly Error[]) => Promise<void>): Promise<Error[]> {
  const before = process.listeners(event as 'uncaughtException');
  process.removeAllListeners(event);
  const seen: Error[] = [];
  process.on(event as 'uncaughtException', (reason: unknown) => seen.push(reason as Error));
  try {
    await program(seen);
    await turns();
    return seen;
  } finally {
    process.removeAllListeners(event);
    for (const listener of before) process.on(event as 'uncaughtException', listener);
  }
}

/** The error of the business code: nothing about it has to do with the database. */
export class Declined extends Error {
  constructor() {
    super('payment declined');
  }
}
