/** What is suggested, to the letter, and where nothing may be. */
import type { Table } from '../case.js';

export const suggestions: Table = {
  about: 'suggestions',
  prelude: `import type { PoolClient } from 'pg';
declare function save(client: PoolClient, id: number): Promise<number>;
declare function load(client: PoolClient): Promise<string>;
declare const ids: readonly number[];
declare const maybe: boolean;`,
  cases: [
    {
      title: 'a list whose results are not used',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»([save(client, 1), save(client, 2)]);
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  await save(client, 1);
  await save(client, 2);
}`,
      why: 'one statement for each',
    },
    {
      title: 'a list that is destructured',
      code: `export async function all(client: PoolClient) {
  const [n, text] = await «Promise.all»([
    save(client, 1),
    load(client),
  ]);
  return n + text.length;
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  const n = await save(client, 1);
  const text = await load(client);
  return n + text.length;
}`,
      why: 'one declaration for each',
    },
    {
      title: 'a list that is destructured with holes and patterns',
      code: `export async function all(client: PoolClient) {
  const [{ rows }, , n] = await «Promise.all»([client.query('DELETE FROM a RETURNING *'), load(client), save(client, 1)]);
  return rows.length + n;
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  const { rows } = await client.query('DELETE FROM a RETURNING *');
  await load(client);
  const n = await save(client, 1);
  return rows.length + n;
}`,
      why: 'what nobody takes is awaited all the same',
    },
    {
      title: 'a list that is destructured with let',
      code: `export async function all(client: PoolClient) {
  let [a, b] = await «Promise.all»([save(client, 1), save(client, 2)]);
  a += b++;
  return a;
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  let a = await save(client, 1);
  let b = await save(client, 2);
  a += b++;
  return a;
}`,
      why: 'let stays let',
    },
    {
      title: 'a list that is returned',
      code: `export async function all(client: PoolClient): Promise<[number, string]> {
  return «Promise.all»([save(client, 1), load(client)]);
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient): Promise<[number, string]> {
  return [await save(client, 1), await load(client)] satisfies [unknown, unknown];
}`,
      why: 'satisfies keeps the tuple',
    },
    {
      title: 'a list that is returned with await',
      code: `export async function all(client: PoolClient) {
  return await «Promise.all»([save(client, 1), load(client)]);
}
export const first = async (client: PoolClient): Promise<string> => (await all(client))[1];`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  return [await save(client, 1), await load(client)] satisfies [unknown, unknown];
}
export const first = async (client: PoolClient): Promise<string> => (await all(client))[1];`,
      why: 'the inferred type is a tuple before and after',
    },
    {
      title: 'a list that is an arrow function’s body',
      code: `export const all = async (client: PoolClient) => «Promise.all»([save(client, 1), load(client)]);`,
      expect: 'escapesRollback',
      suggestion: `export const all = async (client: PoolClient) => [await save(client, 1), await load(client)] satisfies [unknown, unknown];`,
      why: 'as a return',
    },
    {
      title: 'returned in plain JavaScript',
      extension: 'js',
      prelude: false,
      code: `import { Pool } from 'pg';
export const all = async () => {
  const client = await new Pool().connect();
  await client.query('BEGIN');
  return «Promise.all»([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
};`,
      expect: 'escapesRollback',
      suggestion: `import { Pool } from 'pg';
export const all = async () => {
  const client = await new Pool().connect();
  await client.query('BEGIN');
  return [await client.query('DELETE FROM a'), await client.query('DELETE FROM b')];
};`,
      why: 'no types, no satisfies',
    },
    {
      title: 'comments in a list',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»([
    // the first
    save(client, 1),
    /* the second */ save(client, 2), // behind
    // the end
  ]);
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  // the first
  await save(client, 1);
  /* the second */
  await save(client, 2);
  // behind
  // the end
}`,
      why: 'none is lost',
    },
    {
      title: 'a comment to the end of the line, with code behind the statement',
      code: `export async function all(client: PoolClient) { await «Promise.all»([save(client, 1), save(client, 2) // the end
  ]); return true; }`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) { await save(client, 1);
await save(client, 2);
// the end
 return true; }`,
      why: 'the code behind it is no part of the comment',
    },
    {
      title: 'conditional elements',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»([maybe ? save(client, 1) : 0, maybe && save(client, 2)]);
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  await (maybe ? save(client, 1) : 0);
  await (maybe && save(client, 2));
}`,
      why: 'in parentheses',
    },
    {
      title: 'then and catch in a list',
      code: `export async function all(client: PoolClient) {
  const [a] = await «Promise.all»([save(client, 1).catch(() => 0), save(client, 2).then(String)]);
  return a;
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  const a = await save(client, 1).catch(() => 0);
  await save(client, 2).then(String);
  return a;
}`,
      why: 'they stay',
    },
    {
      title: 'map with an expression',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(ids.map((id) => save(client, id)));
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  for (const id of ids) {
    await save(client, id);
  }
}`,
      why: 'a loop',
    },
    {
      title: 'map with an async expression',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(ids.map(async (id) => await save(client, id)));
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  for (const id of ids) {
    await save(client, id);
  }
}`,
      why: 'await is not said twice',
    },
    {
      title: 'map with a block and comments',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(
    ids.map(async (id) => {
      // look first
      const text = await load(client);
      if (text) await save(client, id); /* then save */
    }),
  );
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  for (const id of ids) {
    // look first
    const text = await load(client);
    if (text) await save(client, id); /* then save */
  }
}`,
      why: 'the block becomes the body of the loop',
    },
    {
      title: 'map whose results are kept',
      code: `export async function all(client: PoolClient) {
  const saved = await «Promise.all»(ids.map((id) => save(client, id)));
  return saved.length;
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  const saved = [];
  for (const id of ids) {
    saved.push(await save(client, id));
  }
  return saved.length;
}`,
      why: 'one expression gives each of them',
    },
    {
      title: 'map to an object, which there is nothing to await of',
      code: `export async function all(client: PoolClient) {
  const saved = await «Promise.all»(ids.map(async (id) => ({ id, text: await save(client, id) })));
  return saved.length;
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  const saved = [];
  for (const id of ids) {
    saved.push({ id, text: await save(client, id) });
  }
  return saved.length;
}`,
      why: 'the object is no promise',
    },
    {
      title: 'map over entries, destructured',
      code: `export async function all(client: PoolClient, rows: Record<string, number>) {
  await «Promise.all»(Object.entries(rows).map(async ([name, id]) => { console.log(name); await save(client, id); }));
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient, rows: Record<string, number>) {
  for (const [name, id] of Object.entries(rows)) { console.log(name); await save(client, id); }
}`,
      why: 'the pattern stays',
    },
    {
      title: 'forEach with an async function',
      code: `export async function all(client: PoolClient) {
  ids.«forEach»(async (id) => {
    await save(client, id);
  });
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  for (const id of ids) {
    await save(client, id);
  }
}`,
      why: 'a loop, and somebody waits',
    },
    {
      title: 'map with the index',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(ids.map((id, index) => save(client, id + index)));
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'for…of has no index',
    },
    {
      title: 'map with a return in its block',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(ids.map(async (id) => {
    if (id < 0) return;
    await save(client, id);
  }));
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'return would leave the function around',
    },
    {
      title: 'map with var in its block',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(ids.map(async (id) => {
    var n = await save(client, id);
    console.log(n);
  }));
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'var would leave the loop',
    },
    {
      title: 'a function passed by name',
      code: `export async function all(client: PoolClient) {
  const one = (id: number) => save(client, id);
  await «Promise.all»(ids.map(one));
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'nothing to take the body from',
    },
    {
      title: 'the callback’s parameter is called like the list',
      code: `export async function all(client: PoolClient, id: { id: number }[]) {
  await «Promise.all»(id.map((id) => save(client, id.id)));
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'for (const id of id) reads it before it has a value',
    },
    {
      title: 'the callback writes to its parameter',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(ids.map(async (id) => { id += 1; await save(client, id); }));
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'const cannot be written to',
    },
    {
      title: 'promises that were started before',
      code: `export async function all(client: PoolClient) {
  const one = save(client, 1);
  const two = save(client, 2);
  await «Promise.all»([one, two]);
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'to await them in turn would not help',
    },
    {
      title: 'a spread in the list',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»([save(client, 1), ...ids.map((id) => save(client, id))]);
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'nobody knows how many there are',
    },
    {
      title: 'a name that the list uses and the pattern declares',
      code: `declare const n: number;
export async function all(client: PoolClient) {
  {
    const [a, b] = await «Promise.all»([save(client, 1), save(client, n)]);
    console.log(a, b);
  }
}
export async function shadowed(client: PoolClient, make: () => Promise<{ save: typeof save }>) {
  await make();
  const [{ length: load2 }, n2] = await «Promise.all»([load(client), save(client, 1)]);
  return [load2, n2];
}`,
      expect: ['escapesRollback', 'escapesRollback'],
      why: 'no overlap: offered, and right',
    },
    {
      title: 'Promise.allSettled, race and any',
      code: `export async function all(client: PoolClient) {
  await «Promise.allSettled»([save(client, 1), save(client, 2)]);
  await «Promise.race»([save(client, 1), save(client, 2)]);
  await «Promise.any»([save(client, 1), save(client, 2)]);
}`,
      expect: ['escapesRollback', 'escapesRollback', 'escapesRollback'],
      suggestion: false,
      why: 'what they make of results and errors has no short form',
    },
    {
      title: 'the results are an argument',
      code: `export async function all(client: PoolClient) {
  console.log(await «Promise.all»([save(client, 1), save(client, 2)]));
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'no statement of its own',
    },
    {
      title: 'returned from a function that is not async',
      code: `export function all(client: PoolClient) {
  return «Promise.all»([save(client, 1), save(client, 2)]);
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'await has no place there',
    },
    {
      title: 'a statement without braces',
      code: `export async function all(client: PoolClient) {
  if (maybe) await «Promise.all»([save(client, 1), save(client, 2)]);
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'two statements would need a block',
    },
    {
      title: 'then on the join',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»([save(client, 1), save(client, 2)]).then(console.log);
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'the list of results is used',
    },
    {
      title: 'a typed pattern',
      code: `export async function all(client: PoolClient) {
  const [a, b]: [number, number] = await «Promise.all»([save(client, 1), save(client, 2)]);
  return a + b;
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'the annotation belongs to the whole',
    },
    {
      title: 'a rest element',
      code: `export async function all(client: PoolClient) {
  const [a, ...rest] = await «Promise.all»([save(client, 1), save(client, 2)]);
  return a + rest.length;
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'the rest is a list',
    },
    {
      title: 'a comment beside the list',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»(/* in parallel */ [save(client, 1), save(client, 2)]);
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'it would be lost',
    },
    {
      title: 'forEach outside of an async function',
      code: `export function all(client: PoolClient) {
  ids.«forEach»(async (id) => { await save(client, id); });
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'await has no place there',
    },
    {
      title: 'results of a block',
      code: `export async function all(client: PoolClient) {
  const found = await «Promise.all»(ids.map(async (id) => {
    const n = await save(client, id);
    return n + 1;
  }));
  return found;
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'the return would have to become a push',
    },
    {
      title: 'no semicolons',
      code: `export async function all(client: PoolClient) {
  await «Promise.all»([save(client, 1), save(client, 2)])
  const [a] = await «Promise.all»([save(client, 3), save(client, 4)])
  return a
}`,
      expect: ['escapesRollback', 'escapesRollback'],
      why: 'whatever the style, it has to parse',
    },
    {
      title: 'a template literal over several lines',
      code: `export async function all(client: PoolClient) {
    await «Promise.all»(
        ids.map(async (id) => {
            await client.query(\`DELETE
  FROM a WHERE id = $1\`, [id]);
        }),
    );
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
    for (const id of ids) {
            await client.query(\`DELETE
  FROM a WHERE id = $1\`, [id]);
        }
}`,
      why: 'its lines are text: they are not moved',
    },
    {
      title: 'map with a generic function and a this',
      code: `export class Store {
  constructor(private readonly client: PoolClient) {}
  async all(offset: number) {
    await «Promise.all»(ids.map(async (id) => { await this.one(id + offset); }));
  }
  private async one(id: number) { await this.client.query('DELETE FROM a WHERE id = $1', [id]); }
}`,
      expect: 'escapesRollback',
      suggestion: `export class Store {
  constructor(private readonly client: PoolClient) {}
  async all(offset: number) {
    for (const id of ids) { await this.one(id + offset); }
  }
  private async one(id: number) { await this.client.query('DELETE FROM a WHERE id = $1', [id]); }
}`,
      why: 'arrow functions have the same this',
    },
    {
      title: 'break out of a loop around',
      code: `export async function all(client: PoolClient) {
  for (;;) {
    await «Promise.all»(ids.map(async (id) => {
      for (const other of ids) { if (other === id) break; await save(client, other); }
    }));
    break;
  }
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient) {
  for (;;) {
    for (const id of ids) {
      for (const other of ids) { if (other === id) break; await save(client, other); }
    }
    break;
  }
}`,
      why: 'its own breaks are of its own loops',
    },
    {
      title: 'the body declares what the loop would be over',
      code: `export async function all(client: PoolClient, rows: { ids: number[] }[]) {
  await «Promise.all»(rows.map(async ({ ids }) => { const rows = ids.length; await save(client, rows); }));
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient, rows: { ids: number[] }[]) {
  for (const { ids } of rows) { const rows = ids.length; await save(client, rows); }
}`,
      why: 'a block’s own name shadows only in the block',
    },
    {
      title: 'a set',
      code: `export async function all(client: PoolClient, set: Set<number>) {
  set.«forEach»(async (id) => { await save(client, id); });
}`,
      expect: 'escapesRollback',
      suggestion: `export async function all(client: PoolClient, set: Set<number>) {
  for (const id of set) { await save(client, id); }
}`,
      why: 'iterable as well',
    },
    {
      title: 'a map',
      code: `export async function all(client: PoolClient, map: Map<string, number>) {
  map.«forEach»(async (id) => { await save(client, id); });
}`,
      expect: 'escapesRollback',
      suggestion: false,
      why: 'its forEach gives values, its iterator entries: types would break',
    },
  ],
};
