import type { Table } from '../case.js';

export const fastifyPostgres: Table = {
  about: '@fastify/postgres',
  checked: false,
  prelude: `import fastifyPostgres, { type PostgresDb } from '@fastify/postgres';
import type { FastifyInstance, FastifyRequest } from 'fastify';
declare const app: FastifyInstance & { pg: PostgresDb };
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'transact',
      code: `export const save = (pg: PostgresDb) => pg.transact(async (client) => {
  await «Promise.all»(ids.map((id) => client.query('DELETE FROM a WHERE id = $1', [id])));
});`,
      expect: 'escapesRollback',
      why: 'one client, as pg',
    },
    {
      title: 'the client of the request',
      code: `export async function handler(request: FastifyRequest) {
  await «Promise.all»([request.pg.query('INSERT INTO a VALUES (1)'), request.pg.query('INSERT INTO b VALUES (1)')]);
}`,
      expect: 'escapesRollback',
      why: 'with transact: true, request.pg is one client in a transaction',
    },
    {
      title: 'the plugin is a pool',
      code: `export async function handler(pg: PostgresDb) {
  await Promise.all(ids.map((id) => pg.query('DELETE FROM a WHERE id = $1', [id])));
}`,
      why: 'every query takes a connection of its own',
    },
    {
      title: 'one after another',
      code: `export const save = (pg: PostgresDb) => pg.transact(async (client) => {
  for (const id of ids) await client.query('DELETE FROM a WHERE id = $1', [id]);
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a client for each branch',
      code: `export const save = (pg: PostgresDb) => Promise.all(ids.map((id) => pg.transact(async (client) => {
  await client.query('DELETE FROM a WHERE id = $1', [id]);
  await client.query('DELETE FROM b WHERE id = $1', [id]);
})));`,
      why: 'each branch opens its own session',
    },
  ],
};
