import assert from 'node:assert/strict';
import { createClient, type Client } from 'gel';
import { onNothing, type LibraryClaims } from '../claim.js';
import { errorOf, gate, watch } from '../order.js';

/** The client is real; its connections are stand-ins that record the queries and keep a `wait` until told otherwise. */
async function withClient(program: (client: Client, server: { log: string[]; letGo(): void }) => Promise<void>): Promise<void> {
  const log: string[] = [];
  const door = gate();
  const connection = {
    isClosed: () => false,
    close: async () => {},
    resetState: async () => {},
    connAbortWaiter: { wait: () => new Promise(() => {}) },
    getConnAbortError: () => new Error('aborted'),
    fetch: async (query: string) => {
      log.push(query.trim());
      if (query === 'wait') await door.opened;
      return { result: [], warnings: [] };
    },
  };
  const client = createClient({ dsn: 'gel://nobody@127.0.0.1:1/main', tlsSecurity: 'insecure' });
  Object.assign((client as unknown as { pool: object }).pool, { getNewConnection: async () => connection });
  await program(client, { log, letGo: door.open });
}

const isEnd = (query: string) => query === 'COMMIT' || query === 'ROLLBACK';

export const gel: LibraryClaims = {
  library: 'gel',
  packages: ['gel'],
  claims: onNothing({
    'gel/second-query-rejects': {
      says: 'a second query of a transaction at the same time rejects, and the ROLLBACK is not even sent',
      harm: () =>
        withClient(async (client, server) => {
          const failed = await errorOf(client.transaction((tx) => Promise.all([tx.execute('wait'), tx.execute('insert b')])));
          assert.match(failed.message, /Another query is in progress\. Use the query methods on 'Client' to run queries concurrently\./);
          assert.deepEqual(server.log.filter(isEnd), []);
          server.letGo();
        }),
      instead: () =>
        withClient(async (client, server) => {
          await client.transaction(async (tx) => {
            await tx.execute('insert a');
            await tx.execute('insert b');
          });
          assert.deepEqual(server.log.slice(1), ['insert a', 'insert b', 'COMMIT']);
        }),
    },

    'gel/floating-query': {
      says: 'a query that is still running when the callback returns makes the transaction reject, and the COMMIT is not sent',
      harm: () =>
        withClient(async (client, server) => {
          let floating!: ReturnType<typeof watch>;
          const failed = await errorOf(
            client.transaction(async (tx) => {
              floating = watch(tx.execute('wait'));
            }),
          );
          assert.match(failed.message, /A query is still in progress after transaction block has returned\./);
          assert.deepEqual(server.log.filter(isEnd), []);
          server.letGo();
          await floating.outcome();
        }),
      instead: () =>
        withClient(async (client, server) => {
          await client.transaction(async (tx) => {
            await tx.execute('insert a');
          });
          assert.deepEqual(server.log.filter(isEnd), ['COMMIT']);
        }),
    },

    'gel/use-after-commit': {
      says: 'a query on the transaction after it was committed rejects',
      harm: () =>
        withClient(async (client) => {
          let kept!: { execute(query: string): Promise<void> };
          await client.transaction(async (tx) => void (kept = tx));
          assert.match((await errorOf(kept.execute('insert late'))).message, /cannot execute; the transaction is already committed/);
        }),
      instead: () =>
        withClient(async (client, server) => {
          await client.transaction((tx) => tx.execute('insert in time'));
          await client.execute('insert after');
          assert.deepEqual(server.log.slice(1), ['insert in time', 'COMMIT', 'insert after']);
        }),
    },
  }),
};
