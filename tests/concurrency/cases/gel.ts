import type { Table } from '../case.js';

export const gel: Table = {
  about: 'Gel',
  prelude: `import { createClient } from 'gel';
const client = createClient();
declare const names: readonly string[];`,
  cases: [
    {
      title: 'two writes',
      code: `await client.transaction(async (tx) => {
  await «Promise.all»([tx.execute('insert A'), tx.execute('insert B')]);
});`,
      expect: 'rejects',
      why: 'InterfaceError: Another query is in progress',
    },
    {
      title: 'even reads, with options on the client',
      code: `await client.withRetryOptions({ attempts: 3 }).transaction(async (tx) => «Promise.all»([tx.query('select A'), tx.querySingle('select B limit 1')]));`,
      expect: 'rejects',
      why: 'reads are refused as well',
    },
    {
      title: 'queries that run on what they are given',
      code: `declare const insertA: { run(on: unknown): Promise<void> };
await client.transaction(async (tx) => {
  await «Promise.all»(names.map(() => insertA.run(tx)));
});`,
      expect: 'rejects',
      why: 'the session is the argument of run',
    },
    {
      title: 'the client',
      code: `await Promise.all(names.map((name) => client.query('select A filter .name = <str>$name', { name })));`,
      why: 'a pool: "Use the query methods on Client to run queries concurrently"',
    },
    {
      title: 'one after another',
      code: `await client.transaction(async (tx) => {
  for (const name of names) await tx.execute('insert A { name := <str>$name }', { name });
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(names.map((name) => client.transaction(async (tx) => {
  await tx.execute('insert A { name := <str>$name }', { name });
  await tx.execute('insert B { name := <str>$name }', { name });
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
