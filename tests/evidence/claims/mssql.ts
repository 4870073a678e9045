import assert from 'node:assert/strict';
import sql from 'mssql';
import { onNothing, type LibraryClaims } from '../claim.js';
import { startTdsStub, type TdsStub } from '../databases/tds-stub.js';
import { Declined, errorOf, until, watch } from '../order.js';
import { hasNoDispose } from '../scenes.js';

/** The whole of mssql and tedious is real; only the server is a stand-in. */
async function withPool(program: (pool: sql.ConnectionPool, server: TdsStub) => Promise<void>): Promise<void> {
  const server = await startTdsStub();
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    user: 'sa',
    password: 'secret',
    pool: { max: 2, acquireTimeoutMillis: 1000 },
    options: { encrypt: false, trustServerCertificate: true },
  });
  await pool.connect();
  try {
    await program(pool, server);
  } finally {
    // Closing waits for every connection to come back: one that is held for ever never does.
    void pool.close();
    await server.stop();
  }
}

/** How many connections of the pool are in somebody's hands. */
const held = (pool: sql.ConnectionPool) => (pool as unknown as { pool: { numUsed(): number } }).pool.numUsed();
const code = (error: unknown) => (error as { code?: string }).code;

export const mssql: LibraryClaims = {
  library: 'mssql',
  packages: ['mssql', 'tedious'],
  claims: onNothing({
    'mssql/second-request-rejects': {
      says: 'the second request of a transaction at the same time rejects with EREQINPROG, and so does the rollback: the connection is held for ever',
      harm: () =>
        withPool(async (pool, server) => {
          const transaction = pool.transaction();
          const failed = await errorOf(
            (async () => {
              await transaction.begin();
              try {
                await Promise.all([transaction.request().batch("waitfor delay '1'"), transaction.request().batch('select 2')]);
                await transaction.commit();
              } catch (error) {
                assert.equal(code(error), 'EREQINPROG');
                assert.match(String(error), /Can't acquire connection for the request\. There is another request in progress\./);
                await transaction.rollback();
              }
            })(),
          );
          assert.equal(code(failed), 'EREQINPROG');
          assert.match(failed.message, /Can't rollback transaction\. There is a request in progress\./);
          await until('the first request reached the server', () => server.waiting() === 1);
          server.letGo();
          await until('the first request has ended', () => server.waiting() === 0);
          assert.equal(held(pool), 1);
          assert.deepEqual(server.log.filter((step) => step !== 'statement'), ['begin']);
        }),
      instead: () =>
        withPool(async (pool, server) => {
          const transaction = pool.transaction();
          await transaction.begin();
          await transaction.request().batch('select 1');
          await transaction.request().batch('select 2');
          await transaction.commit();
          assert.equal(held(pool), 0);
          assert.deepEqual(server.log.filter((step) => step !== 'statement'), ['begin', 'commit']);
        }),
    },

    'mssql/pool-requests': {
      says: 'requests of the pool at the same time each take a connection of their own',
      harmless: true,
      harm: () =>
        withPool(async (pool, server) => {
          const requests = Promise.all([pool.request().batch('wait 1'), pool.request().batch('wait 2')]);
          await until('both are at the server', () => server.waiting() === 2);
          assert.equal(held(pool), 2);
          server.letGo();
          await requests;
        }),
      instead: () =>
        withPool(async (pool) => {
          await pool.request().batch('select 1');
          assert.equal(held(pool), 0);
        }),
    },

    'mssql/double-rollback': {
      says: 'a second rollback rejects with ENOTBEGUN',
      harm: () =>
        withPool(async (pool) => {
          const transaction = pool.transaction();
          await transaction.begin();
          await transaction.rollback();
          const failed = await errorOf(transaction.rollback());
          assert.equal(code(failed), 'ENOTBEGUN');
          assert.match(failed.message, /Transaction has not begun\. Call begin\(\) first\./);
        }),
      instead: () =>
        withPool(async (pool) => {
          const transaction = pool.transaction();
          await transaction.begin();
          await transaction.rollback();
          assert.equal(held(pool), 0);
        }),
    },

    'mssql/use-after-rollback': {
      says: 'a request after the rollback rejects with ENOTBEGUN',
      harm: () =>
        withPool(async (pool) => {
          const transaction = pool.transaction();
          await transaction.begin();
          await transaction.rollback();
          const failed = await errorOf(transaction.request().batch('select 1'));
          assert.equal(code(failed), 'ENOTBEGUN');
        }),
      instead: () =>
        withPool(async (pool) => {
          const transaction = pool.transaction();
          await transaction.begin();
          await transaction.request().batch('select 1');
          await transaction.commit();
        }),
    },

    'mssql/never-released': {
      says: 'a transaction without commit or rollback holds its connection for ever',
      harm: () =>
        withPool(async (pool, server) => {
          const failed = await errorOf(
            (async () => {
              const transaction = pool.transaction();
              await transaction.begin();
              throw new Declined();
            })(),
          );
          assert.ok(failed instanceof Declined);
          assert.equal(held(pool), 1);
          const second = pool.transaction();
          await second.begin();
          assert.match(String(await errorOf(pool.request().batch('select 1'))), /Failed to acquire a connection from the pool/);
          assert.ok(!server.log.includes('rollback'));
        }),
      instead: () =>
        withPool(async (pool, server) => {
          const transaction = pool.transaction();
          await transaction.begin();
          try {
            throw new Declined();
          } catch {
            await transaction.rollback();
          }
          assert.equal(held(pool), 0);
          assert.ok(server.log.includes('rollback'));
        }),
    },

    'mssql/never-unprepared': {
      says: 'a prepared statement that is never unprepared holds its connection for ever',
      harm: () =>
        withPool(async (pool) => {
          const statement = new sql.PreparedStatement(pool);
          statement.input('id', sql.Int);
          await statement.prepare('select @id');
          assert.equal(held(pool), 1);
        }),
      instead: () =>
        withPool(async (pool) => {
          const statement = new sql.PreparedStatement(pool);
          statement.input('id', sql.Int);
          await statement.prepare('select @id');
          await statement.unprepare();
          assert.equal(held(pool), 0);
        }),
    },

    'mssql/outer-client': {
      says: 'a request without the transaction uses another connection of the pool and is not part of it',
      harm: () =>
        withPool(async (pool, server) => {
          const transaction = pool.transaction();
          await transaction.begin();
          const outside = watch(new sql.Request(pool).batch('wait'));
          await until('the request is at the server', () => server.waiting() === 1);
          assert.equal(held(pool), 2);
          // It does not even keep the transaction from being rolled back.
          await transaction.rollback();
          server.letGo();
          assert.equal((await outside.outcome()).state, 'fulfilled');
        }),
      instead: () =>
        withPool(async (pool, server) => {
          const transaction = pool.transaction();
          await transaction.begin();
          const inside = watch(new sql.Request(transaction).batch('wait'));
          await until('the request is at the server', () => server.waiting() === 1);
          assert.equal(held(pool), 1);
          server.letGo();
          assert.equal((await inside.outcome()).state, 'fulfilled');
          await transaction.rollback();
        }),
    },

    'mssql/no-dispose': {
      says: '`await using` of a transaction throws a TypeError: it has no Symbol.asyncDispose',
      harm: () =>
        withPool(async (pool) => {
          const transaction = pool.transaction();
          await transaction.begin();
          await hasNoDispose(transaction);
          assert.equal(held(pool), 1);
          await transaction.rollback();
        }),
      instead: () =>
        withPool(async (pool) => {
          const transaction = pool.transaction();
          await transaction.begin();
          try {
            await transaction.request().batch('select 1');
            await transaction.commit();
          } catch (error) {
            await transaction.rollback();
            throw error;
          }
          assert.equal(held(pool), 0);
        }),
    },
  }),
};
