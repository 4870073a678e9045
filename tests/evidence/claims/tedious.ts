import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Connection, Request } from 'tedious';
import { onNothing, type LibraryClaims } from '../claim.js';
import { startTdsStub, type TdsStub } from '../databases/tds-stub.js';
import { errorOf, until } from '../order.js';
import { hasNoDispose } from '../scenes.js';

/** The whole of tedious is real; only the server is a stand-in. */
async function withConnection(program: (connection: Connection, server: TdsStub) => Promise<void>): Promise<void> {
  const server = await startTdsStub();
  const connection = new Connection({
    server: '127.0.0.1',
    authentication: { type: 'default', options: { userName: 'sa', password: 'secret' } },
    options: { port: server.port, encrypt: false, trustServerCertificate: true },
  });
  const connected = once(connection, 'connect');
  connection.connect();
  const [error] = (await connected) as [Error | undefined];
  if (error) throw error;
  try {
    await program(connection, server);
  } finally {
    connection.close();
    await server.stop();
  }
}

const run = (connection: Connection, text: string) =>
  new Promise<void>((resolve, reject) => connection.execSqlBatch(new Request(text, (error) => (error ? reject(error) : resolve()))));

export const tedious: LibraryClaims = {
  library: 'tedious',
  packages: ['tedious'],
  claims: onNothing({
    'tedious/second-request-rejects': {
      says: 'the second request at the same time fails with EINVALIDSTATE',
      harm: () =>
        withConnection(async (connection, server) => {
          const first = run(connection, 'wait');
          const failed = await errorOf(run(connection, 'select 2'));
          assert.equal(failed.code, 'EINVALIDSTATE');
          assert.match(failed.message, /Requests can only be made in the LoggedIn state, not the SentClientRequest state/);
          await until('the first request is at the server', () => server.waiting() === 1);
          server.letGo();
          await first;
        }),
      instead: () =>
        withConnection(async (connection) => {
          await run(connection, 'select 1');
          await run(connection, 'select 2');
        }),
    },

    'tedious/no-dispose': {
      says: '`await using` of a connection throws a TypeError: it has no Symbol.asyncDispose',
      harm: () => withConnection((connection) => hasNoDispose(connection)),
      instead: () => withConnection((connection) => run(connection, 'select 1')),
    },
  }),
};
