import type { Table } from '../case.js';

export const tedious: Table = {
  about: 'tedious',
  prelude: `import { Connection, Request } from 'tedious';
declare const run: (connection: Connection, sql: string) => Promise<void>;
declare const statements: readonly string[];`,
  cases: [
    {
      title: 'statements through a helper',
      code: `const connection = new Connection({ server: 'localhost' });
connection.connect();
await «Promise.all»([run(connection, 'INSERT INTO a VALUES (1)'), run(connection, 'INSERT INTO b VALUES (1)')]);`,
      expect: 'rejects',
      why: 'requests can only be made in the LoggedIn state, not in the SentClientRequest state',
    },
    {
      title: 'a promise around each request',
      code: `async function all(connection: Connection) {
  await «Promise.all»(statements.map((text) => new Promise<void>((resolve, reject) => {
    connection.execSql(new Request(text, (error) => { if (error) reject(error); else resolve(); }));
  })));
}`,
      expect: 'rejects',
      why: 'the function that makes the promise runs at once',
    },
    {
      title: 'one after another',
      code: `async function all(connection: Connection) {
  for (const text of statements) await run(connection, text);
}`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a connection for each branch',
      code: `await Promise.all(statements.map(async (text) => {
  const connection = new Connection({ server: 'localhost' });
  connection.connect();
  await run(connection, text);
  await run(connection, 'SELECT 1');
  connection.close();
}));`,
      why: 'each branch opens its own session',
    },
    {
      title: 'only one branch uses the connection',
      code: `async function one(connection: Connection) {
  await Promise.all([run(connection, 'SELECT 1'), fetch('https://example.com')]);
}`,
      why: 'there is nothing to share',
    },
  ],
};
