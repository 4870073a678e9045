import * as parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, expect, it } from 'vitest';
import { libraries } from '../../src/libraries/index.js';
import type { Library, SessionFacts } from '../../src/libraries/library.js';
import plugin from '../../src/plugin.js';
import { acquireRows, callbackWays, otherWays, type AcquireRow } from './release-rows.js';
import { withSuggestions } from './suggested.js';

RuleTester.describe = describe;
RuleTester.it = it;

const rule = plugin.rules['require-release'];
const tester = new RuleTester({ languageOptions: { parser } });
const strict = [{ anyCall: true, stored: true }];

// ----- every acquirer of the catalogue, in the shapes that tell right from wrong

interface Acquirer {
  readonly id: string;
  readonly library: Library;
  readonly facts: SessionFacts;
}

const acquirers: readonly Acquirer[] = libraries.flatMap((library) =>
  library.sessions.flatMap((facts) => (facts.release && facts.origins.some(({ kind }) => kind === 'acquire' || kind === 'constructed') ? [{ id: `${library.id}/${facts.id}`, library, facts }] : [])),
);

describe('the rows of this test', () => {
  it('are those of the catalogue', () => {
    expect(Object.keys(acquireRows).toSorted()).toEqual(acquirers.map(({ id }) => id).toSorted());
  });
});

interface Shape {
  readonly name: string;
  readonly body: (row: AcquireRow, release: string) => string;
  /** What is found; undefined where the shape is right. */
  readonly breach: 'leftByThrow' | 'left' | 'neverReleased' | undefined;
}

const shapes: readonly Shape[] = [
  { name: 'finally', body: ({ acquire, work }, release) => `${acquire} try { ${work} return 1; } finally { ${release}; }`, breach: undefined },
  { name: 'on every path', body: ({ acquire, work }, release) => `${acquire} try { ${work} ${release}; } catch (error) { ${release}; throw error; }`, breach: undefined },
  { name: 'escape', body: ({ acquire }) => `${acquire} return c;`, breach: undefined },
  { name: 'stored', body: ({ acquire }) => `${acquire} registry.set(1, c);`, breach: undefined },
  { name: 'gap', body: ({ acquire, work }, release) => `${acquire} await other(); ${work} try { ${work} } finally { ${release}; }`, breach: 'leftByThrow' },
  { name: 'no try', body: ({ acquire, work }, release) => `${acquire} ${work} ${release};`, breach: 'leftByThrow' },
  { name: 'early return', body: ({ acquire, work }, release) => `${acquire} try { ${work} if (missing) return 0; ${release}; } catch (error) { ${release}; throw error; }`, breach: 'left' },
  { name: 'swallowed error', body: ({ acquire, work }, release) => `${acquire} try { ${work} ${release}; } catch (error) { console.error(error); }`, breach: 'left' },
  { name: 'never', body: ({ acquire, work }) => `${acquire} ${work}`, breach: 'neverReleased' },
];

const isTransaction = ({ facts }: Acquirer): boolean => facts.release?.methods.some((method) => /^(?:commit|rollback|abort|discard)$/.test(method)) ?? false;

function releaseOf({ facts }: Acquirer, method: string): string {
  const { promised, needs } = facts.release ?? { promised: false, needs: undefined };
  return `${promised ? 'await ' : ''}c.${method}()${needs === undefined ? '' : `.${needs}()`}`;
}

function casesOf(acquirer: Acquirer) {
  const rows = [acquireRows[acquirer.id], ...Object.entries(otherWays).flatMap(([way, row]) => (way.startsWith(`${acquirer.id} `) ? [row] : []))];
  return rows.flatMap((row) => (row ? casesOfRow(acquirer, row) : []));
}

function casesOfRow(acquirer: Acquirer, row: AcquireRow) {
  const { methods = [] } = acquirer.facts.release ?? {};
  return methods.flatMap((method) =>
    shapes.filter(({ name }) => !(name === 'never' && row.guessed)).map(({ name, body, breach }) => {
      const before = `${row.setup} export async function f() { `;
      const code = `${before}${body(row, releaseOf(acquirer, method))} }`;
      const column = code.indexOf(row.found, before.length) + 1;
      const messageId = breach === 'left' ? (isTransaction(acquirer) ? 'leftOpen' : 'leftOnPath') : breach;
      return { name: `${acquirer.id}, ${row.found}, ${method}: ${name}`, code, filename: 'a.ts', ...(messageId ? { errors: [{ messageId, line: 1, column, endColumn: column + row.found.length }] } : {}) };
    }),
  );
}

type Case = ReturnType<typeof casesOf>[number];
const isInvalid = (each: Case): each is Case & { errors: NonNullable<Case['errors']> } => 'errors' in each;

for (const acquirer of acquirers) {
  const seen = new Set<string>();
  const cases = casesOf(acquirer).filter(({ code }) => !seen.has(code) && seen.add(code));
  tester.run(`require-release: ${acquirer.id}`, rule, { valid: cases.filter((each) => !isInvalid(each)), invalid: cases.filter(isInvalid).map((each) => withSuggestions('require-release', each)) });
}

describe('every way to acquire', () => {
  const ways = acquirers.flatMap(({ id, facts }) => facts.origins.flatMap((origin) => (origin.kind === 'acquire' || origin.kind === 'constructed' ? (origin.kind === 'acquire' ? origin.methods : origin.classes).map((name) => ({ way: `${id} ${name}`, id, name, origin })) : [])));

  it('has a row', () => {
    const covered = ways.filter(({ way, id, name }) => way in otherWays || acquireRows[id]?.acquire.includes(name.split('.').at(-1) ?? name));
    expect(ways.filter((way) => !covered.includes(way)).map(({ way }) => way)).toEqual([]);
    expect(Object.keys(otherWays).filter((way) => !ways.some((each) => each.way === way))).toEqual([]);
  });

  it('that hands the session to a callback has a row', () => {
    const byCallback = new Set(ways.filter(({ origin }) => origin.kind === 'acquire' && origin.callbackParam !== undefined).map(({ id }) => id));
    expect(Object.keys(callbackWays).map((way) => way.split(' ')[0]).toSorted()).toEqual([...byCallback].toSorted());
  });
});

for (const [way, [setup, call]] of Object.entries(callbackWays)) {
  const acquirer = acquirers.find(({ id }) => way.startsWith(`${id} `));
  const release = `c.${acquirer?.facts.release?.methods[0] ?? ''}()`;
  const left = acquirer && isTransaction(acquirer) ? 'leftOpen' : 'leftOnPath';
  const found = (name: string, code: string, messageId: string) => {
    const column = code.lastIndexOf(`${call}(`) + 1;
    return withSuggestions('require-release', { name, code, filename: 'a.ts', errors: [{ messageId, line: 1, column }] } as { name: string; code: string; filename: string; errors: object[] });
  };
  const inside = (body: string): string => `${setup} export function f(missing, next) { ${call}((error, c) => { if (error) return next(error); ${body} }); }`;
  tester.run(`require-release, callback style: ${way}`, rule, {
    valid: [{ name: 'on every path', code: inside(`if (missing) { ${release}; return next(); } ${release}; next();`), filename: 'a.ts' }, { name: 'escape', code: inside('next(null, c);'), filename: 'a.ts' }],
    invalid: [found('early return', inside(`if (missing) return next(); ${release}; next();`), left), found('never', inside('c.on; next();'), 'neverReleased')],
  });
}

// ----- shapes of their own

const pg = "import { Pool, Client } from 'pg'; const pool = new Pool();\n";
const typeorm = "import { DataSource } from 'typeorm'; const source = new DataSource({});\n";
const sequelize = "import { Sequelize } from 'sequelize'; const sequelize = new Sequelize('');\n";
const knex = "import makeKnex from 'knex'; const knex = makeKnex({});\n";
const mongo = "import { MongoClient } from 'mongodb'; const client = new MongoClient('');\n";
const mysql = "import mysql from 'mysql2/promise'; const pool = mysql.createPool({});\n";
const mysqlCallbacks = "import mysql from 'mysql2'; const pool = mysql.createPool({});\n";
const kysely = "import { Kysely } from 'kysely'; const db = new Kysely({});\n";
const work = "await c.query('SELECT 1');";

const ok = (name: string, code: string, options: typeof strict | [] = [], filename = 'a.ts') => ({ name, code, filename, options });

interface Expected {
  readonly messageId: string;
  /** The text that is underlined. */
  readonly at: string;
  readonly message?: RegExp;
  readonly output?: string;
}
const bug = (name: string, code: string, found: Expected | readonly Expected[], options: typeof strict | [] = []) => ({
  name,
  code,
  filename: 'a.ts',
  options,
  errors: (Array.isArray(found) ? (found as readonly Expected[]) : [found as Expected]).map(({ messageId, at, output }) => {
    const start = code.lastIndexOf(at);
    const before = code.slice(0, start).split('\n');
    return { messageId, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, ...(output === undefined ? {} : { suggestions: [{ messageId: 'returnAwait', output }] }) };
  }),
});
const connect = 'pool.connect()';
const begin = 'sequelize.transaction()';

tester.run('require-release', rule, {
  valid: [
    ok("the shape of TypeORM's documentation", `${typeorm}export async function f() { const qr = source.createQueryRunner(); await qr.connect(); await qr.startTransaction(); try { await qr.manager.save(a); await qr.commitTransaction(); } catch (e) { await qr.rollbackTransaction(); throw e; } finally { await qr.release(); } }`),
    ok('a runner that nothing has asked for a connection yet', `${typeorm}export async function f(id) { const qr = source.createQueryRunner(); if (!id) return; await other(); await qr.connect(); try { await qr.query('SELECT 1'); } finally { await qr.release(); } }`),
    ok('a helper that begins', `${typeorm}export async function f() { const qr = source.createQueryRunner(); await startTransaction(qr); try { await qr.manager.save(a); } finally { await qr.release(); } }`),
    ok('a release that is asked for its state', `${typeorm}export async function f() { let qr; try { qr = source.createQueryRunner(); await qr.query('SELECT 1'); } finally { if (qr && !qr.isReleased) await qr.release(); } }`),
    ok('a release that depends on the transaction around', `${typeorm}export async function f(manager) { let qr = manager?.queryRunner; if (!qr) qr = source.createQueryRunner(); try { await qr.manager.save(a); } finally { if (!qr.isTransactionActive) await qr.release(); } }`),
    ok('only the client is asked for', `${typeorm}export const f = () => source.createQueryRunner('master').connection;`),
    ok('through the manager', `${typeorm}export async function f() { const qr = source.createQueryRunner(); try { await qr.manager.save(a); } finally { await qr.manager.queryRunner.release(); } }`),
    ok('BEGIN in front of the try', `${pg}export async function f() { const c = await pool.connect(); await c.query('BEGIN'); try { ${work} await c.query('COMMIT'); } catch (e) { await c.query('ROLLBACK'); throw e; } finally { c.release(); } }`),
    ok('a probe', `${pg}export async function f() { const c = await pool.connect(); c.release(); }`),
    ok('a probe in one expression', `${pg}export async function f() { (await pool.connect()).release(); }`),
    ok('a probe with then', `${pg}export const f = () => pool.connect().then((c) => c.release());`),
    ok('released with its error', `${pg}export async function f() { const c = await pool.connect(); try { ${work} c.release(); } catch (e) { c.release(true); throw e; } }`),
    ok('released when the promise has settled', `${pg}export async function f() { const c = await pool.connect(); const q = c.query('SELECT 1'); q.finally(() => { c.release(); }); return q; }`),
    ok('released by reference', `${knex}export async function f() { const t = await knex.transaction(); return t('a').insert({}).then(t.commit).catch(t.rollback); }`),
    ok('ended through a method that is chosen', `${knex}export async function f(ok) { const t = await knex.transaction(); try { await t('a').insert({}); } catch (e) { log(e); } const finish = ok ? t.commit : t.rollback; await finish(); }`),
    ok('then and finally', `${pg}export const f = () => pool.connect().then((c) => c.query('SELECT 1').finally(() => c.release()));`),
    ok('rxjs finalize', `import { finalize } from 'rxjs';\n${typeorm}export function f(next) { const qr = source.createQueryRunner(); qr.query('SELECT 1'); return next.handle().pipe(finalize(() => qr.release())); }`),
    ok('released with the response', `${pg}export async function f(req, res, next) { const c = await pool.connect(); res.once('close', () => c.release()); next(); }`),
    ok('waitUntil', `${pg}export default { async fetch(request, env, ctx) { const c = new Client(env.URL); await c.connect(); try { return Response.json(await c.query('SELECT 1')); } finally { ctx.waitUntil(c.end()); } } };`),
    ok('Effect.acquireRelease', `import { Effect } from 'effect';\n${pg}export const f = Effect.acquireRelease(Effect.promise(() => pool.connect()), (c) => Effect.sync(() => c.release()));`),
    ok('Effect.ensuring', `import { Effect } from 'effect';\n${pg}export async function f() { const c = await pool.connect(); return Effect.promise(() => c.query('SELECT 1')).pipe(Effect.ensuring(Effect.sync(() => c.release()))); }`),
    ok('a helper that releases what it is given', `${pg}function done(client) { try { client.release(); } catch (e) { log(e); } }\nexport async function f() { const c = await pool.connect(); try { ${work} } finally { done(c); } }`),
    ok('a method that releases what it is given', `${pg}export class A { free(client) { client.release(); } async f() { const c = await pool.connect(); try { ${work} } finally { this.free(c); } } }`),
    ok('a helper that releases what it is given in an object', `${pg}function done({ client }) { client.release(); }\nexport async function f() { const c = await pool.connect(); try { ${work} } finally { done({ client: c }); } }`),
    ok('a helper that captures', `${pg}export async function f() { const c = await pool.connect(); const done = () => c.release(); try { ${work} } finally { done(); } }`),
    ok('a clean-up that is handed out', `${pg}export async function f() { const c = await pool.connect(); const done = () => c.release(); return { run: () => c.query('SELECT 1'), done }; }`),
    ok('released by the pool', `${mysqlCallbacks}export async function f() { const c = await pool.promise().getConnection(); try { await c.query('SELECT 1'); } finally { pool.releaseConnection(c); } }`),
    ok('a flag', `${pg}export async function f() { const c = await pool.connect(); let released = false; try { ${work} c.release(); released = true; } finally { if (!released) c.release(); } }`),
    ok('conditional ownership', `${sequelize}export async function f(given) { const t = given ?? await sequelize.transaction(); try { await User.create({}, { transaction: t }); if (!given) await t.commit(); } catch (e) { if (!given) await t.rollback(); throw e; } }`),
    ok('conditional ownership with a flag', `${knex}export async function f(t = null) { const own = !t; if (own) t = await knex.transaction(); try { await t('a').insert({}); if (own) await t.commit(); } catch (e) { if (own) await t.rollback(); throw e; } }`),
    ok('rolled back unless finished', `${sequelize}export async function f() { const t = await sequelize.transaction(); try { await User.create({}, { transaction: t }); await t.commit(); await notify(); } catch (e) { if (!t.finished) await t.rollback(); throw e; } }`, strict),
    ok('options in a variable', `${sequelize}export async function f() { const t = await sequelize.transaction(); const options = { transaction: t }; try { await User.create({}, options); await t.commit(); } catch (e) { await t.rollback(); throw e; } }`),
    ok('ended by what the parameters are given to', `${sequelize}export async function f() { const t = await sequelize.transaction(); const params = { transaction: t, id: 1 }; try { await load(onChunk(params), onEnd({ ...params })); } catch (e) { await t.rollback(); } }`),
    ok('a function of another file takes it over', `${pg}import { run } from './run.js';\nexport async function f() { const c = await pool.connect(); await run(c); }`),
    ok('a function of another file takes it over, unless something fails', `${pg}import { wrap } from './wrap.js';\nexport async function f() { const c = await pool.connect(); try { return wrap(c); } catch (e) { c.release(); throw e; } }`),
    ok('an owner', `${pg}export async function f() { const c = await pool.connect(); try { await c.query('BEGIN'); return new PgTransaction(c); } catch (e) { c.release(); throw e; } }`),
    ok('a factory', `${pg}export async function f() { const c = new Client(); try { await c.connect(); return c; } catch (e) { await c.end(); throw e; } }`),
    ok('a singleton', `${pg}let shared; async function get() { if (!shared) shared = await pool.connect(); return shared; }\nexport async function f() { const c = await get(); ${work} }`),
    ok('a connection that listens', `${pg}export async function f() { const c = await pool.connect(); c.on('notification', handle); await c.query('LISTEN a'); }`),
    ok('a connection that listens is stored before it connects', `${pg}let current; export async function f() { const c = new Client(); current = c; try { await c.connect(); await c.query('LISTEN a'); } catch (e) { await c.end(); throw e; } go(); }`),
    ok('a duplicate that subscribes', "import { createClient } from 'redis'; const redis = createClient();\nexport async function f() { const c = redis.duplicate(); await c.connect(); await c.subscribe('a', handle); }"),
    ok('a cursor', `import Cursor from 'pg-cursor';\n${pg}export async function f() { const c = await pool.connect(); const rows = await c.query(new Cursor('SELECT 1')); try { await rows.read(10); } finally { c.release(); } }`),
    ok('a generator', `${pg}export async function* f() { const c = await pool.connect(); try { yield await c.query('SELECT 1'); } finally { c.release(); } }`),
    ok('the main function of a script', `${pg}async function main() { const c = new Client(); await c.connect(); await c.query('SELECT 1'); await c.end(); }\nmain();`),
    ok('a test', `${pg}it('reads', async () => { const c = await pool.connect(); ${work} c.release(); });`),
    ok('a script', `${pg}const c = new Client(); await c.connect(); ${work} await c.end();`),
    ok('the end of the process', `${pg}export async function f() { const c = await pool.connect(); if (!c) process.exit(1); try { ${work} } catch (e) { process.exit(1); } c.release(); }`),
    ok('a function that never returns', `${pg}function fail(): never { throw new Error(); }\nexport async function f() { const c = await pool.connect(); try { ${work} } catch (e) { c.release(); fail(); } c.release(); }`),
    ok('callback style', `${pg}pool.connect((error, c, done) => { if (error) return report(error); c.query('SELECT 1', (failure, result) => { done(failure); if (failure) return report(failure); show(result); }); });`),
    ok('callback style, released by the client', `${mysqlCallbacks}export function f(next) { pool.getConnection((error, c) => { if (error) return next(error); c.query('SELECT 1', (failure, rows) => { c.release(); next(failure, rows); }); }); }`),
    ok('callback style, in a promise', `${mysqlCallbacks}export const f = () => new Promise((resolve, reject) => pool.getConnection((error, c) => (error ? reject(error) : resolve(c))));`),
    ok('managed', `${sequelize}export const f = () => sequelize.transaction(async (t) => { await User.create({}, { transaction: t }); });`),
    ok('a helper that manages', `${pg}export async function f(run) { const c = await pool.connect(); try { return await run(c); } finally { c.release(); } }`),
    ok('await using where the library implements it', `${mysql}export async function f() { await using c = await pool.getConnection(); await c.query('SELECT 1'); }`),
    ok('await using without a transaction', `${typeorm}export async function f() { await using qr = source.createQueryRunner(); await qr.query('SELECT 1'); }`),
    ok('mongo, ended in finally', `${mongo}export async function f() { const s = client.startSession(); try { await s.withTransaction(async () => { await users.insertOne({}, { session: s }); }); } finally { await s.endSession(); } }`),
    ok("mongo's beginning sends nothing", `${mongo}export async function f() { const s = client.startSession(); s.startTransaction(); try { await users.insertOne({}, { session: s }); await s.commitTransaction(); } finally { await s.endSession(); } }`, strict),
    ok('a client of the whole program', `${mongo}export async function f() { await client.connect(); await client.db().collection('a').findOne(); }`),
    ok('a client that is closed', "import { MongoClient } from 'mongodb';\nexport async function f() { const c = new MongoClient(''); try { await c.connect(); await c.db().collection('a').findOne(); } finally { await c.close(); } }"),
    ok('a field that a method releases', `${pg}export class A { async open() { this.client = await pool.connect(); } close() { this.client.release(); } }`, strict),
    ok('a field that is handed on', `${pg}export class A { async open() { this.client = await pool.connect(); } close() { free(this.client); } }`, strict),
    ok('a field, where nobody asked', `${pg}export class A { async open() { this.client = await pool.connect(); } run() { return this.client.query('SELECT 1'); } }`),
    ok('Kysely', `${kysely}export async function f() { const t = await db.startTransaction().execute(); try { await t.insertInto('a').values({}).execute(); await t.commit().execute(); } catch (e) { await t.rollback().execute(); throw e; } }`),
    ok('releasing twice where that does nothing', `${typeorm}export async function f() { const qr = source.createQueryRunner(); await qr.query('SELECT 1').finally(() => qr.release()); await qr.release(); }`),
    ok('given to others in a loop', `${typeorm}export async function f(migrations) { const qr = source.createQueryRunner(); for (const migration of migrations) await migration.up(qr); await seed(); }`),
    ok('functions that call each other', `${pg}export async function f() { const c = await pool.connect(); function a(x) { if (x) queue.each(b); c.query('SELECT 1'); } function b(x) { queue.each(a); a(x); } keep(a); try { a(1); } finally { c.release(); } }`),
    ok('a protocol connection of the driver', "import PgConnection from 'pg/lib/connection';\nexport function f() { const c = new PgConnection(); c.connect(5432, 'a'); }"),
    ok('a helper of tests', `${pg}export async function f() { const c = await pool.connect(); ${work} c.release(); }`, [], 'src/__tests__/a.ts'),
    ok('a provider that is called in several places', `${knex}export async function f(a) { const provider = knex.transactionProvider(); if (a) return provider(); const t = await provider(); await t.commit(); }`),
    ok('a provider that is handed on', `${knex}export async function f(run) { const provider = knex.transactionProvider(); await run(provider); }`),
    ok('another library', "import { Pool } from 'pg'; import { Kafka } from 'kafkajs'; const kafka = new Kafka({});\nexport async function f() { const c = kafka.producer(); await c.connect(); await c.send({}); }"),
    ok('IndexedDB', "import { Sequelize } from 'sequelize';\nexport async function f(idb) { const t = idb.transaction('store', 'readwrite'); await t.store.put(1); }"),
  ],
  invalid: [
    bug('never released, of a class under another name', `import { Client as PgClient } from 'pg'; export async function f() { const c = new PgClient(); await c.connect(); return (await c.query('SELECT 1')).rows; }`, { messageId: 'neverReleased', at: 'new PgClient()' }),
    bug('never released, of a function under another name', "const { createConnection: open } = require('mysql2/promise'); exports.f = async function () { const c = await open({}); const [rows] = await c.query('SELECT 1'); return rows; };", { messageId: 'neverReleased', at: 'open({})' }),
    bug('never released', `${pg}export async function f() { const c = await pool.connect(); return (await c.query('SELECT 1')).rows; }`, { messageId: 'neverReleased', at: connect }),
    bug('discarded', `${pg}export async function f() { await pool.connect(); }`, { messageId: 'discarded', at: connect }),
    bug('discarded, in a file that requires late', "exports.f = async function () { const { Pool } = require('pg'); const pool = new Pool(); await pool.connect(); return pool; };", { messageId: 'discarded', at: connect }),
    bug('discarded by then', `${pg}pool.connect().then(() => { console.log('connected'); });`, { messageId: 'discarded', at: connect }),
    bug('discarded in callback style', `${pg}pool.connect((error) => { if (error) throw error; console.log('connected'); });`, { messageId: 'discarded', at: 'pool.connect(' }),
    bug('chained', `${typeorm}export const f = (e) => source.createQueryRunner('master').manager.getRepository(e);`, { messageId: 'chained', at: "source.createQueryRunner('master')" }),
    bug('chained behind await', `${pg}export const f = async () => (await pool.connect()).query('SELECT 1');`, { messageId: 'chained', at: connect }),
    bug('when the module is loaded', `${pg}const c = await pool.connect();\nexport function f() { return c.query('SELECT 1'); }`, { messageId: 'moduleLevel', at: connect }),
    bug('when the module is loaded, neo4j', "import neo4j from 'neo4j-driver'; const driver = neo4j.driver(''); const c = driver.session();\napp.get('/', async (req, res) => { res.json(await c.run('RETURN 1')); });", { messageId: 'moduleLevel', at: 'driver.session()' }),
    bug('an early return', `${sequelize}export async function f(req, res) { const t = await sequelize.transaction(); const user = await User.findOne({ transaction: t });\nif (!user) return res.status(404).end();\nawait t.commit(); }`, { messageId: 'leftOpen', at: begin }),
    bug('an explicit throw', `${knex}export async function f(a) { const t = await knex.transaction(); if (!a) throw new Error(); await t.commit(); }`, { messageId: 'leftOpen', at: 'knex.transaction()' }),
    bug('continue', `${pg}export async function f(xs) { for (const x of xs) { const c = await pool.connect(); if (x) continue; c.release(); } }`, { messageId: 'leftOnPath', at: connect }),
    bug('overwritten', `${pg}export async function f(xs) { let c; for (const x of xs) { c = await pool.connect(); } c.release(); }`, [{ messageId: 'leftOnPath', at: connect }]),
    bug('a callback that swallows', `${pg}export const f = () => pool.connect().then((c) => c.query('SELECT 1').then(() => c.release()).catch(console.error));`, { messageId: 'leftOnPath', at: connect }),
    bug('callback style, a path without release', `${mysqlCallbacks}export function f(next) { pool.getConnection((error, c) => { if (error) return next(error); c.query('SELECT 1', (failure, rows) => { if (failure) return next(failure); c.release(); next(null, rows); }); }); }`, { messageId: 'leftOnPath', at: 'pool.getConnection(' }),
    bug('callback style, never', `${mysqlCallbacks}export function f(next) { pool.getConnection((error, c) => { if (error) return next(error); c.query('SELECT 1', next); }); }`, { messageId: 'neverReleased', at: 'pool.getConnection(' }),
    bug('only when the stream ends', `${pg}export async function f() { const c = await pool.connect(); const stream = c.query(new QueryStream('SELECT 1')); stream.on('end', () => c.release()); stream.pipe(out); }`, { messageId: 'inCallback', at: connect }),
    bug('the transaction only', `${mongo}export async function f() { const s = client.startSession(); s.startTransaction(); await users.insertOne({}, { session: s }); await s.commitTransaction(); }`, { messageId: 'endedOnly', at: 'client.startSession()' }),
    bug('COMMIT only', `${pg}export async function f() { const c = await pool.connect(); await c.query('BEGIN'); ${work} await c.query('COMMIT'); }`, { messageId: 'endedOnly', at: connect }),
    bug('a session that is made in the place of a missing one', `${mongo}export async function f(given) { const s = given ?? client.startSession(); await users.insertOne({}, { session: s }); }`, { messageId: 'neverReleased', at: 'client.startSession()' }),
    bug('a function of the file acquires', `${pg}async function get() { const c = await pool.connect(); await c.query('SET a = 1'); return c; }\nexport async function f() { const c = await get(); ${work} }`, { messageId: 'neverReleased', at: 'get()' }),
    bug('a helper that does not release', `${pg}async function run(client) { await client.query('SELECT 1'); }\nexport async function f() { const c = await pool.connect(); await run(c); }`, { messageId: 'neverReleased', at: connect }),
    bug('work in front of the try', `${knex}export async function f(user) { const t = await knex.transaction(); await follow(user); try { await t('a').insert({}); await t.commit(); } catch (e) { await t.rollback(); throw e; } }`, { messageId: 'leftByThrow', at: 'knex.transaction()' }),
    bug('any call, where asked', `${pg}export async function f(text) { const c = await pool.connect(); const parsed = parse(text); try { await c.query(parsed); } finally { c.release(); } }`, { messageId: 'leftByThrow', at: connect }, strict),
    bug('BEGIN in front of the try, where asked', `${pg}export async function f() { const c = await pool.connect(); await c.query('BEGIN'); try { ${work} } finally { c.release(); } }`, { messageId: 'leftByThrow', at: connect }, strict),
    bug('an error that is thrown on', `${pg}export async function f() { const c = await pool.connect(); try { ${work} } catch (e) { await c.query('ROLLBACK'); throw e; } c.release(); }`, { messageId: 'leftByThrow', at: connect }),
    bug('a clean-up that may fail, where asked', `${pg}export async function f() { const c = await pool.connect(); try { ${work} c.release(); } catch (e) { await c.query('ROLLBACK'); c.release(); throw e; } }`, { messageId: 'leftByThrow', at: connect }, strict),
    bug('released twice', `${pg}export async function f() { const c = await pool.connect(); try { ${work} c.release(); } finally { c.release(); } }`, { messageId: 'releasedTwice', at: 'c.release()' }),
    bug('committed and rolled back, where asked', `${sequelize}export async function f() { const t = await sequelize.transaction(); try { await t.commit(); await notify(); } catch (e) { await t.rollback(); } }`, { messageId: 'releasedTwice', at: 't.rollback()' }, strict),
    bug('used after its release', `${pg}export async function f() { const c = await pool.connect(); c.release(); await c.query('SELECT 1'); }`, { messageId: 'usedAfterRelease', at: "c.query('SELECT 1')" }),
    bug('released in a loop', `${mongo}export async function f(xs) { const s = client.startSession(); for (const x of xs) { await s.withTransaction(async () => { await users.insertOne(x, { session: s }); }); await s.endSession(); } }`, [{ messageId: 'leftOnPath', at: 'client.startSession()' }, { messageId: 'usedAfterRelease', at: 's.withTransaction(async () => { await users.insertOne(x, { session: s }); })' }]),
    bug('returned without await', `${pg}export async function f() { const c = await pool.connect(); try { return c.query('SELECT 1'); } finally { c.release(); } }`, {
      messageId: 'returnedInUse',
      at: "c.query('SELECT 1')",
      output: `${pg}export async function f() { const c = await pool.connect(); try { return await c.query('SELECT 1'); } finally { c.release(); } }`,
    }),
    bug('handed on without await', `${pg}export async function f(run) { const c = await pool.connect(); try { return run(c); } finally { c.release(); } }`, {
      messageId: 'returnedInUse',
      at: 'run(c)',
      output: `${pg}export async function f(run) { const c = await pool.connect(); try { return await run(c); } finally { c.release(); } }`,
    }),
    bug('returned out of await using', `${mysql}export async function f() { await using c = await pool.getConnection(); return c.query('SELECT 1'); }`, {
      messageId: 'returnedInUse',
      at: "c.query('SELECT 1')",
      output: `${mysql}export async function f() { await using c = await pool.getConnection(); return await c.query('SELECT 1'); }`,
    }),
    bug('await using where the library has nothing', `${pg}export async function f() { await using c = await pool.connect(); ${work} }`, { messageId: 'notDisposable', at: connect }),
    bug('using where the library has something else', `${mongo}export async function f() { using s = client.startSession(); await users.insertOne({}, { session: s }); }`, { messageId: 'notDisposable', at: 'client.startSession()' }),
    bug('await using that commits', `${typeorm}export async function f() { await using qr = source.createQueryRunner(); await qr.startTransaction(); await qr.manager.save(a); await qr.commitTransaction(); }`, { messageId: 'harmfulDispose', at: 'source.createQueryRunner()' }),
    bug('await using that throws', `${kysely}export async function f() { await using t = await db.startTransaction().execute(); await t.insertInto('a').values({}).execute(); await t.commit().execute(); }`, { messageId: 'harmfulDispose', at: 'db.startTransaction().execute()' }),
    bug('a command that is not run', `${kysely}export async function f() { const t = await db.startTransaction().execute(); await t.insertInto('a').values({}).execute(); await t.commit(); }`, { messageId: 'neverReleased', at: 'db.startTransaction().execute()' }),
    bug('a client that is not closed on every path', "import { MongoClient } from 'mongodb';\nexport async function f() { const c = new MongoClient(''); await c.connect(); const found = await c.db().collection('a').findOne(); await c.close(); return found; }", { messageId: 'leftByThrow', at: "new MongoClient('')" }),
    bug('a field that nothing releases, where asked', `${pg}export class A { async open() { this.client = await pool.connect(); } run() { return this.client.query('SELECT 1'); } }`, { messageId: 'stored', at: connect }, strict),
    bug('two of one', `${pg}export async function f() { const a = await pool.connect(); const b = await pool.connect(); try { await a.query('SELECT 1'); } finally { a.release(); b.release(); } }`, { messageId: 'leftByThrow', at: 'pool.connect(); const b' }),
  ].map((each) => withSuggestions('require-release', each)),
});
