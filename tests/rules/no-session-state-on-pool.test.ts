import parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, expect, it } from 'vitest';
import { libraries } from '../../src/libraries/index.js';
import plugin from '../../src/plugin.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const rule = plugin.rules['no-session-state-on-pool'];
const tester = new RuleTester({ languageOptions: { parser } });

/** How a client of each library comes to be, and how it sends SQL text. */
const clients: Readonly<Record<string, { readonly head: string; readonly send: (sql: string) => string; readonly name: string }>> = {
  pg: { head: "import { Pool } from 'pg'; const pool = new Pool();", send: (sql) => `await pool.query('${sql}');`, name: 'pool.query' },
  mysql2: { head: "import mysql from 'mysql2/promise'; const pool = mysql.createPool({});", send: (sql) => `await pool.query('${sql}');`, name: 'pool.query' },
  mariadb: { head: "import mariadb from 'mariadb'; const pool = mariadb.createPool({});", send: (sql) => `await pool.query('${sql}');`, name: 'pool.query' },
  'postgres-js': { head: "import postgres from 'postgres'; const sql = postgres('');", send: (sql) => `await sql\`${sql}\`;`, name: 'sql' },
  slonik: { head: "import { createPool, sql } from 'slonik'; const pool = await createPool('');", send: (sql) => `await pool.query(sql.unsafe\`${sql}\`);`, name: 'pool.query' },
  'bun-sql': { head: "import { SQL } from 'bun'; const db = new SQL('');", send: (sql) => `await db.unsafe('${sql}');`, name: 'db.unsafe' },
  libsql: { head: "import { createClient } from '@libsql/client'; const client = createClient({ url: '' });", send: (sql) => `await client.execute('${sql}');`, name: 'client.execute' },
};

const measured = libraries.filter((library) => library.clients?.sessionStatements);

describe('every library whose page says what becomes of it', () => {
  it('has its row', () => {
    expect(Object.keys(clients).toSorted()).toEqual(measured.map(({ id }) => id).toSorted());
  });
  tester.run('no-session-state-on-pool', rule, {
    valid: Object.entries(clients).map(([id, { head, send }]) => ({ name: `${id}: a query`, code: `${head} ${send('SELECT 1')}` })),
    invalid: measured.map(({ id, clients: facts }) => {
      const { head, send, name } = clients[id]!;
      return {
        name: `${id}: BEGIN`,
        code: `${head} ${send('BEGIN')}`,
        errors: [{ messageId: 'measured', data: { statement: 'BEGIN', name, outcome: facts!.sessionStatements!.text, instead: "use the library's transaction, or check out one connection for all of it" } }],
      };
    }),
  });
});

const pg = (code: string): string => `import { Pool, Client } from 'pg'; const pool = new Pool(); export async function f(id) { ${code} }`;
const prisma = (code: string): string => `import { PrismaClient } from '@prisma/client'; const prisma = new PrismaClient(); export async function f(id) { ${code} }`;
const knex = (code: string): string => `import knex from 'knex'; const db = knex({}); export async function f(id) { ${code} }`;
const sequelize = (code: string): string => `import { Sequelize } from 'sequelize'; const sequelize = new Sequelize(''); export async function f(t) { ${code} }`;
const typeorm = (code: string): string => `import { DataSource } from 'typeorm'; const ds = new DataSource({}); export async function f() { ${code} }`;

describe('kinds of statements', () => {
  tester.run('no-session-state-on-pool', rule, {
    valid: [
      { name: 'on a checked-out client', code: pg("const c = await pool.connect(); try { await c.query('BEGIN'); await c.query('COMMIT'); } finally { c.release(); }") },
      { name: 'on a client of its own', code: pg("const c = new Client(); await c.connect(); await c.query('LISTEN jobs');") },
      { name: 'on every new connection', code: pg("pool.on('connect', (c) => { c.query('SET search_path = a'); });") },
      { name: 'several statements in one text', code: pg("await pool.query('BEGIN; UPDATE a SET b = 1; COMMIT');") },
      { name: 'a pool of one', code: "import { Pool } from 'pg'; const pool = new Pool({ max: 1 }); await pool.query('BEGIN');" },
      { name: 'text that is not known', code: pg('await pool.query(id);') },
      { name: 'in a batch', code: prisma("await prisma.$transaction([prisma.$executeRawUnsafe('SET LOCAL a = 1'), prisma.$queryRaw`SELECT 1`]);") },
      { name: 'on the session', code: prisma('await prisma.$transaction(async (tx) => { await tx.$executeRaw`SET LOCAL a = 1`; });') },
      { name: 'given the transaction', code: sequelize("await sequelize.query('SELECT pg_advisory_xact_lock(1)', { transaction: t });") },
      { name: 'on a query runner', code: typeorm("const qr = ds.createQueryRunner(); await qr.query('SELECT pg_advisory_lock(1)'); await qr.release();") },
      { name: 'BEGIN where SQLite may be behind it', code: typeorm("await ds.query('BEGIN');") },
      { name: 'inside the transaction', code: knex("await db.transaction(async (trx) => { await trx.raw('SET LOCAL a = 1'); });") },
      { name: 'something else’s query', code: "import { client } from './search'; await client.query('SET a = 1');" },
    ],
    invalid: [
      { name: 'SET', code: pg("await pool.query('SET statement_timeout = 1');"), errors: [{ messageId: 'measured' }] },
      { name: 'a lock', code: pg("await pool.query('SELECT pg_advisory_lock($1)', [id]);"), errors: [{ messageId: 'lock', data: { statement: '`pg_advisory_lock`', name: 'pool.query', outcome: '', instead: 'lock and unlock on one checked-out connection, or take a lock that ends with the transaction' } }] },
      { name: 'a temporary table', code: pg('await pool.query(`CREATE TEMP TABLE a (b int)`);'), errors: [{ messageId: 'temporary' }] },
      { name: 'LISTEN', code: pg("await pool.query('LISTEN jobs');"), errors: [{ messageId: 'listen' }] },
      { name: 'SET LOCAL', code: prisma("await prisma.$executeRawUnsafe(`SET LOCAL statement_timeout = '5000'`);"), errors: [{ messageId: 'local', line: 1, column: 119, endColumn: 143 }] },
      { name: 'SET LOCAL as a tag', code: prisma('await prisma.$executeRaw`SET LOCAL statement_timeout = 5000`;'), errors: [{ messageId: 'local' }] },
      { name: 'a client of another file, by Prisma’s own method', code: "import { dbRead } from './db'; export async function f() { await dbRead.$executeRaw`SET LOCAL a = 1`; }", errors: [{ messageId: 'local' }] },
      { name: 'SET on a data source', code: typeorm("await ds.query('SET FOREIGN_KEY_CHECKS=0');"), errors: [{ messageId: 'setting' }] },
      { name: 'SET on Sequelize', code: sequelize("await sequelize.query('SET FOREIGN_KEY_CHECKS = 0');"), errors: [{ messageId: 'setting' }] },
      { name: 'a lock on Knex', code: knex("await db.raw('select pg_advisory_xact_lock(?)', [id]);"), errors: [{ messageId: 'local' }] },
    ],
  });
});
