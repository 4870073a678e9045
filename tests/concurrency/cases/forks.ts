/** Where branches start: every shape of a fork, and what only looks like one. */
import type { Table } from '../case.js';

const prelude = `import { PrismaClient, type Prisma } from './generated-prisma/client.js';
import { Pool, type PoolClient } from 'pg';
import type { Kysely, Transaction } from 'kysely';
declare const prisma: PrismaClient;
declare const pool: Pool;
declare const ids: readonly number[];
declare const maybe: boolean;
declare function save(tx: Prisma.TransactionClient, id: number): Promise<number>;
declare function remove(client: PoolClient, id: number): Promise<void>;
declare function timeout(ms: number): Promise<never>;`;

export const forks: Table = {
  about: 'forks',
  prelude,
  cases: [
    {
      title: 'Promise.allSettled',
      code: `await prisma.$transaction(async (tx) => {
  const settled = await «Promise.allSettled»([save(tx, 1), save(tx, 2)]);
  return settled.length;
});`,
      expect: 'losesWrites',
      why: 'it waits for all of them, and they still run at the same time',
    },
    {
      title: 'Promise.race',
      code: `await prisma.$transaction(async (tx) => «Promise.race»([save(tx, 1), save(tx, 2)]));`,
      expect: 'losesWrites',
      why: 'two branches on one session',
    },
    {
      title: 'Promise.any',
      code: `await prisma.$transaction(async (tx) => «Promise.any»(ids.map((id) => save(tx, id))));`,
      expect: 'losesWrites',
      why: 'one branch per id',
    },
    {
      title: 'expression-bodied callback',
      code: `await prisma.$transaction((tx) => «Promise.all»(ids.map((id) => save(tx, id))));`,
      expect: 'losesWrites',
      why: 'no block around it',
    },
    {
      title: 'mapped before, joined later',
      code: `await prisma.$transaction(async (tx) => {
  const pending = ids.map((id) => save(tx, id));
  console.log('saving', ids.length);
  await «Promise.all»(pending);
});`,
      expect: 'losesWrites',
      why: 'the array holds started promises',
    },
    {
      title: 'the join is a variable, too',
      code: `await prisma.$transaction(async (tx) => {
  const all = «Promise.all»([save(tx, 1), save(tx, 2)]);
  const [a, b] = await all;
  return a + b;
});`,
      expect: 'losesWrites',
      why: 'awaited later',
    },
    {
      title: 'an array of calls in a constant',
      code: `await prisma.$transaction(async (tx) => {
  const tasks = [save(tx, 1), save(tx, 2)];
  await «Promise.all»(tasks);
});`,
      expect: 'losesWrites',
      why: 'the elements are under way',
    },
    {
      title: 'two started promises',
      code: `await prisma.$transaction(async (tx) => {
  const one = save(tx, 1);
  const two = save(tx, 2);
  await «Promise.all»([one, two]);
});`,
      expect: 'losesWrites',
      why: 'both were started before',
    },
    {
      title: 'pushed in a loop',
      code: `await prisma.$transaction(async (tx) => {
  const pending: Promise<unknown>[] = [];
  for (const id of ids) {
    if (id > 1) pending.push(save(tx, id));
  }
  await «Promise.all»(pending);
});`,
      expect: 'losesWrites',
      why: 'one branch for each turn',
    },
    {
      title: 'pushed conditionally',
      code: `await prisma.$transaction(async (tx) => {
  const pending: Promise<unknown>[] = [];
  if (maybe) pending.push(save(tx, 1));
  pending.push(save(tx, 2));
  await «Promise.all»(pending);
});`,
      expect: 'losesWrites',
      why: 'two branches where the condition holds',
    },
    {
      title: 'pushed in forEach',
      code: `await prisma.$transaction(async (tx) => {
  const pending: Promise<unknown>[] = [];
  ids.forEach((id) => { pending.push(save(tx, id)); });
  await «Promise.all»(pending);
});`,
      expect: 'losesWrites',
      why: 'one branch for each item',
    },
    {
      title: 'spread lists',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»([...ids.map((id) => save(tx, id)), ...ids.map((id) => save(tx, -id))]);
});`,
      expect: 'losesWrites',
      why: 'the lists are one list',
    },
    {
      title: 'concatenated and filtered lists',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(ids.map((id) => save(tx, id)).concat(save(tx, 0)).filter(Boolean));
});`,
      expect: 'losesWrites',
      why: 'concat and filter hand the promises on',
    },
    {
      title: 'a join within a join',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»([save(tx, 1), Promise.all([save(tx, 2), save(tx, 3)])]);
});`,
      expect: 'losesWrites',
      why: 'said once, of the outer one',
    },
    {
      title: 'conditional elements',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»([maybe ? 0 : save(tx, 1), ids.length > 0 && save(tx, 2)]);
});`,
      expect: 'losesWrites',
      why: 'both may run',
    },
    {
      title: 'a function passed by name',
      code: `await prisma.$transaction(async (tx) => {
  const one = async (id: number) => { await tx.user.delete({ where: { id } }); };
  await «Promise.all»(ids.map(one));
});`,
      expect: 'losesWrites',
      why: 'it closes over the session',
    },
    {
      title: 'a bound function',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(ids.map(save.bind(null, tx)));
});`,
      expect: 'losesWrites',
      why: 'bind carries the session',
    },
    {
      title: 'flatMap',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(ids.flatMap((id) => [save(tx, id), save(tx, -id)]));
});`,
      expect: 'losesWrites',
      why: 'as map',
    },
    {
      title: 'Array.from with a function',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(Array.from({ length: 3 }, (_, id) => save(tx, id)));
});`,
      expect: 'losesWrites',
      why: 'as map',
    },
    {
      title: 'the values of an object',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(Object.values({ a: save(tx, 1), b: save(tx, 2) }));
});`,
      expect: 'losesWrites',
      why: 'both are under way',
    },
    {
      title: 'forEach with an async function',
      code: `await prisma.$transaction(async (tx) => {
  ids.«forEach»(async (id) => { await save(tx, id); });
});`,
      expect: 'losesWrites',
      why: 'nobody waits, and all run at once',
    },
    {
      title: 'Array.fromAsync of started promises',
      code: `await prisma.$transaction(async (tx) => «Array.fromAsync»(ids.map((id) => save(tx, id))));`,
      expect: 'losesWrites',
      why: 'measured: five in flight',
    },
    {
      title: 'Array.fromAsync with a function',
      code: `await prisma.$transaction(async (tx) => Array.fromAsync(ids, (id) => save(tx, id)));`,
      why: 'measured: one in flight',
    },
    {
      title: 'for await over started promises',
      code: `await prisma.$transaction(async (tx) => {
  for await (const n of «ids.map((id) => save(tx, id))») console.log(n);
});`,
      expect: 'losesWrites',
      why: 'measured: five in flight',
    },
    {
      title: 'for await over an async generator',
      code: `await prisma.$transaction(async (tx) => {
  async function* all() { for (const id of ids) yield await save(tx, id); }
  for await (const n of all()) console.log(n);
});`,
      why: 'measured: one in flight',
    },
    {
      title: 'reduce whose accumulator has a dollar in its name, and is awaited first',
      code: `await prisma.$transaction(async (tx) => {
  await ids.reduce(async ($before, id) => {
    await $before;
    await save(tx, id);
  }, Promise.resolve());
});`,
      why: 'one after another',
    },
    {
      title: 'reduce that awaits the accumulator last',
      code: `await prisma.$transaction(async (tx) => {
  await ids.«reduce»(async (before, id) => {
    await save(tx, id);
    await before;
  }, Promise.resolve());
});`,
      expect: 'losesWrites',
      why: 'measured: five in flight',
    },
    {
      title: 'reduce that awaits the accumulator first',
      code: `await prisma.$transaction(async (tx) => {
  await ids.reduce(async (before, id) => {
    await before;
    await save(tx, id);
  }, Promise.resolve());
});`,
      why: 'measured: one in flight',
    },
    {
      title: 'reduce that chains with then',
      code: `await prisma.$transaction(async (tx) => {
  await ids.reduce((before, id) => before.then(() => save(tx, id)), Promise.resolve(0));
});`,
      why: 'one after another',
    },
    {
      title: 'started, and awaited after the next statement',
      code: `export async function both(client: PoolClient) {
  const first = «client.query('DELETE FROM a')»;
  await client.query('DELETE FROM b');
  await first;
}`,
      expect: 'escapesRollback',
      why: 'pg starts when called: the second query runs beside the first',
    },
    {
      title: 'started inside of try, and awaited after the next statement',
      code: `export async function both(client: PoolClient) {
  try {
    const first = «client.query('DELETE FROM a')»;
    await client.query('DELETE FROM b');
    await first;
  } catch (error) {
    console.error(error);
  }
}`,
      expect: 'escapesRollback',
      why: 'a block is like another',
    },
    {
      title: 'started in one block, and awaited in another',
      code: `export async function both(client: PoolClient) {
  if (maybe) {
    const first = client.query('DELETE FROM a');
    await first;
  }
  await client.query('DELETE FROM b');
}`,
      why: 'nothing runs between start and await',
    },
    {
      title: 'both started, then awaited in turn',
      code: `export async function both(client: PoolClient) {
  const first = «remove(client, 1)»;
  const second = remove(client, 2);
  await first;
  await second;
}`,
      expect: 'escapesRollback',
      why: 'the first await does not keep the second from running',
    },
    {
      title: 'race against a timer: the loser goes on',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.race»([save(tx, 1), timeout(1000)]);
});`,
      expect: 'leftBehind',
      why: 'when the timer wins, the work goes on after the transaction has ended',
    },
    {
      title: 'race against a timer, aborted',
      code: `declare function saveUntil(tx: Prisma.TransactionClient, signal: AbortSignal): Promise<void>;
await prisma.$transaction(async (tx) => {
  const controller = new AbortController();
  await Promise.race([saveUntil(tx, controller.signal), timeout(1000)]).finally(() => { controller.abort(); });
});`,
      why: 'the loser is told to stop',
    },
    {
      title: 'recursion',
      code: `interface Node { readonly id: number; readonly children: readonly Node[] }
async function store(tx: Prisma.TransactionClient, node: Node): Promise<void> {
  await tx.user.delete({ where: { id: node.id } });
  await «Promise.all»(node.children.map((child) => store(tx, child)));
}`,
      expect: 'losesWrites',
      why: 'each child does it again, at the same time',
    },
    {
      title: 'chunks',
      code: `declare const chunks: readonly number[][];
await prisma.$transaction(async (tx) => {
  for (const chunk of chunks) await «Promise.all»(chunk.map((id) => save(tx, id)));
});`,
      expect: 'losesWrites',
      why: 'one chunk after another, the items of a chunk at once',
    },
    {
      title: 'a list from a helper of the file',
      code: `const jobs = (tx: Prisma.TransactionClient) => ids.map((id) => save(tx, id));
await prisma.$transaction(async (tx) => {
  await «Promise.all»(jobs(tx));
});`,
      expect: 'losesWrites',
      why: 'the helper starts them',
    },
    {
      title: 'elements with then',
      code: `await prisma.$transaction(async (tx) => {
  const [a, b] = await «Promise.all»([save(tx, 1).then((n) => n + 1), save(tx, 2).catch(() => 0)]);
  return a + b;
});`,
      expect: 'losesWrites',
      why: 'then and catch do not wait',
    },
    {
      title: 'an async function called in place',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»([(async () => { await save(tx, 1); })(), save(tx, 2)]);
});`,
      expect: 'losesWrites',
      why: 'it starts at once',
    },
    {
      title: 'elements that are awaited',
      code: `await prisma.$transaction(async (tx) => {
  const [a, b] = await Promise.all([await save(tx, 1), await save(tx, 2)]);
  return a + b;
});`,
      why: 'measured: one in flight',
    },
    {
      title: 'one element',
      code: `await prisma.$transaction(async (tx) => {
  await Promise.all([save(tx, 1)]);
  await Promise.all([save(tx, 1).then(() => save(tx, 2))]);
});`,
      why: 'nothing runs beside it',
    },
    {
      title: 'only comments in the list',
      code: `await prisma.$transaction(async (tx) => {
  await save(tx, 1);
  await Promise.all([
    // save(tx, 2),
    // save(tx, 3),
  ]);
});`,
      why: 'commented-out code does not run',
    },
    {
      title: 'one item to map',
      code: `await prisma.$transaction(async (tx) => {
  await Promise.all([1].map((id) => save(tx, id)));
});`,
      why: 'one branch',
    },
    {
      title: 'the array is awaited in a loop',
      code: `await prisma.$transaction(async (tx) => {
  const jobs = ids.map((id) => () => save(tx, id));
  for (const job of jobs) await job();
});`,
      why: 'functions, called one after another',
    },
    {
      title: 'a map that sends nothing',
      code: `await prisma.$transaction(async (tx) => {
  const users = await tx.user.findMany();
  const names = await Promise.all(users.map(async (user) => (await fetch(user.name)).text()));
  await tx.user.createMany({ data: names.map((name) => ({ name })) });
});`,
      why: 'the branches do not use the session',
    },
    {
      title: 'an own Promise',
      code: `declare const Promise: { all(list: unknown[]): globalThis.Promise<void> };
await prisma.$transaction(async (tx) => { await Promise.all([save(tx, 1), save(tx, 2)]); });`,
      why: 'not the language’s',
    },
    {
      title: 'eager queries in a Kysely transaction',
      code: `export async function both(db: Kysely<{ a: { id: number } }>) {
  await db.transaction().execute(async (trx: Transaction<{ a: { id: number } }>) => {
    const first = «trx.deleteFrom('a').execute()»;
    await trx.insertInto('a').values({ id: 1 }).execute();
    await first;
  });
}`,
      expect: 'escapesRollback',
      why: 'execute() starts it',
    },
  ],
};
