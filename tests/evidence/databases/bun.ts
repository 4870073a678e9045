/** Bun's own SQL client, from the npm package bun: a program of its own, which is told what to send. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface BunClient {
  /** A query as a tagged template; `?` stands for a value. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

interface Reply {
  readonly id: number;
  readonly rows?: unknown[];
  readonly error?: { readonly message: string; readonly code?: string };
}

/** `(undefined)` stands for undefined. */
export interface BunOptions {
  readonly url: string;
  readonly options?: object;
}

/**
 * Starts Bun with some clients, and ends it after the program.
 *
 * @param clients - How each is opened.
 * @param program - What they are used for.
 * @param environment - Variables that Bun sees, besides ours.
 */
export async function withBun(clients: readonly BunOptions[], program: (...clients: BunClient[]) => Promise<void>, environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const executable = path.join(path.dirname(createRequire(import.meta.url).resolve('bun/package.json')), 'bin/bun.exe');
  const script = fileURLToPath(new URL('../bun-sql.mjs', import.meta.url));
  const child = spawn(executable, [script, JSON.stringify(clients.map(({ url, options = {} }) => ({ url, options })))], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  const waiting = new Map<number, { resolve: (rows: unknown[]) => void; reject: (error: Error) => void }>();
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  child.once('error', fail);
  void exit.then(() => fail(new Error('Bun has ended')));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, rows, error } = JSON.parse(line) as Reply;
    const caller = waiting.get(id);
    waiting.delete(id);
    if (rows) caller?.resolve(rows);
    else caller?.reject(Object.assign(new Error(error?.message), { code: error?.code }));
  });
  let lastId = 0;
  const open = (client: number): BunClient => ({
    query: <Row>(text: string, values: readonly unknown[] = []) =>
      new Promise<Row[]>((resolve, reject) => {
        const id = (lastId += 1);
        waiting.set(id, { resolve: resolve as (rows: unknown[]) => void, reject });
        child.stdin.write(`${JSON.stringify({ id, client, text, values })}\n`);
      }),
  });
  try {
    await program(...clients.map((_, index) => open(index)));
  } finally {
    child.stdin.end();
    child.kill();
    await exit;
  }
}
