import type { Table } from '../case.js';

export const neo4j: Table = {
  about: 'Neo4j',
  prelude: `import neo4j, { type ManagedTransaction, type Session } from 'neo4j-driver';
const driver = neo4j.driver('neo4j://localhost');
declare const names: readonly string[];`,
  cases: [
    {
      title: 'queries of one session',
      code: `const session = driver.session();
await «Promise.all»([session.run('CREATE (:A)'), session.run('CREATE (:B)')]);
await session.close();`,
      expect: 'rejects',
      why: 'Queries cannot be run directly on a session with ongoing work',
    },
    {
      title: 'transactions of one session',
      code: `const session = driver.session({ database: 'app' });
await «Promise.all»(names.map((name) => session.executeWrite((tx) => tx.run('CREATE (:A {name: $name})', { name }))));
await session.close();`,
      expect: 'parallelNested',
      why: 'the second rejects: a session has at most one transaction at a time',
    },
    {
      title: 'a parameter of type Session, reading',
      code: `async function read(session: Session) {
  return «Promise.all»([session.run('MATCH (n) RETURN n'), session.run('MATCH (m) RETURN m')]);
}`,
      expect: 'rejects',
      why: 'reads are refused as well',
    },
    {
      title: 'queries of one transaction',
      code: `const session = driver.session();
await session.executeWrite(async (tx) => {
  await Promise.all([tx.run('CREATE (:A)'), tx.run('CREATE (:B)')]);
});
async function both(tx: ManagedTransaction) {
  await Promise.all(names.map((name) => tx.run('CREATE (:A {name: $name})', { name })));
}`,
      why: 'the driver sends them one after another; a transaction supports it',
    },
    {
      title: 'a session for each branch',
      code: `await Promise.all(names.map(async (name) => {
  const session = driver.session();
  try {
    await session.run('CREATE (:A {name: $name})', { name });
    await session.run('CREATE (:B {name: $name})', { name });
  } finally {
    await session.close();
  }
}));`,
      why: 'each branch opens its own session',
    },
    {
      title: 'the driver',
      code: `await Promise.all(names.map((name) => driver.executeQuery('CREATE (:A {name: $name})', { name })));`,
      why: 'the driver manages the sessions',
    },
    {
      title: 'one after another',
      code: `const session = driver.session();
for (const name of names) await session.run('CREATE (:A {name: $name})', { name });
await session.close();`,
      why: 'nothing runs at the same time',
    },
  ],
};
