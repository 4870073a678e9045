import { describe, expect, it } from 'vitest';
import { containerFindings } from '../../src/registries/containers.js';
import { storeFindings } from '../../src/registries/stores.js';
import { listenerFindings } from '../../src/release-idioms/listeners.js';
import { operatorFindings } from '../../src/release-idioms/operators.js';
import { providerFindings } from '../../src/release-idioms/request-providers.js';
import { uncalledReleases } from '../../src/release-idioms/uncalled.js';
import type { SessionModel } from '../../src/sessions/model.js';
import { find } from '../registries/find.js';

/** What it is; the code; what is found: the fault, and what is underlined. */
type Row = readonly [about: string, code: string, ...found: string[]];

const pg = `import { Pool } from 'pg'; const pool = new Pool();`;
const typeorm = `import { DataSource } from 'typeorm'; const ds = new DataSource({ type: 'postgres' });`;
const mongo = `import { MongoClient } from 'mongodb'; const client = new MongoClient('');`;
const sequelize = `import { Sequelize } from 'sequelize'; const sequelize = new Sequelize('');`;
const rx = `import { tap, catchError, finalize, concatMap, lastValueFrom, throwError } from 'rxjs';`;
const nest = `import { Injectable, Scope } from '@nestjs/common';`;
const als = `import { AsyncLocalStorage } from 'node:async_hooks'; const storage = new AsyncLocalStorage();`;
const awilix = `import { createContainer, asFunction } from 'awilix'; const container = createContainer(); container.register({ db: asFunction(() => ds.createQueryRunner()).scoped().disposer((db) => db.release()) });`;

const tables: Readonly<Record<string, readonly [(model: SessionModel) => readonly { readonly node: never; readonly fault: string }[], readonly Row[]]>> = {
  'events of a response': [
    listenerFindings as never,
    [
      ['finish alone', `${pg} export async function m(req, res, next) { req.db = await pool.connect(); res.on('finish', () => req.db.release()); next(); }`, `finishOnly: res.on('finish', () => req.db.release())`],
      ['once', `${pg} export async function m(req, res, next) { const c = await pool.connect(); res.once('finish', () => { c.release(); }); next(); }`, `finishOnly: res.once('finish', () => { c.release(); })`],
      ['a named listener', `${pg} export async function m(req, res, next) { const c = await pool.connect(); const done = () => { c.release(); }; res.on('finish', done); next(); }`, `finishOnly: res.on('finish', done)`],
      ['finish and error', `${pg} export async function m(req, res, next) { const c = await pool.connect(); res.on('finish', () => c.release()); res.on('error', () => c.release()); next(); }`, `finishOnly: res.on('finish', () => c.release())`],
      ['finish, and a catch', `${pg} export async function m(req, res, next) { const c = await pool.connect(); try { res.on('finish', () => c.release()); next(); } catch (error) { c.release(); throw error; } }`, `finishOnly: res.on('finish', () => c.release())`],
      ['by type', `${pg} import type { Response } from 'express'; export async function m(_: unknown, answer: Response) { const c = await pool.connect(); answer.on('finish', () => c.release()); }`, `finishOnly: answer.on('finish', () => c.release())`],
      ['Koa', `${pg} export async function m(ctx, next) { ctx.db = await pool.connect(); ctx.res.on('finish', () => ctx.db.release()); await next(); }`, `finishOnly: ctx.res.on('finish', () => ctx.db.release())`],
      ['Fastify', `${pg} export async function m(request, reply) { const c = await pool.connect(); reply.raw.on('finish', () => c.release()); }`, `finishOnly: reply.raw.on('finish', () => c.release())`],
      ['close', `${pg} export async function m(req, res, next) { req.db = await pool.connect(); res.once('close', () => req.db.release()); next(); }`],
      ['finish, and close of the request', `${pg} export async function m(req, res, next) { const c = await pool.connect(); let open = true; const done = () => { if (open) c.release(); open = false; }; res.on('finish', done); req.on('close', done); next(); }`],
      ['finish and close', `${pg} export async function m(req, res, next) { const c = await pool.connect(); res.on('finish', () => c.release()); res.on('close', () => c.release()); next(); }`, `finishAndClose: res.on('close', () => c.release())`],
      ['finish and close, one function', `${pg} export async function m(req, res, next) { const c = await pool.connect(); const done = () => { c.release(); }; res.on('finish', done); res.on('close', done); next(); }`, `finishAndClose: res.on('close', done)`],
      ['commit on finish, rollback on close', `${sequelize} export async function m(req, res, next) { const t = await sequelize.transaction(); res.on('finish', () => t.commit()); res.on('close', () => t.rollback()); next(); }`, `finishAndClose: res.on('close', () => t.rollback())`],
      ['finish and close, guarded', `${pg} export async function m(req, res, next) { const c = await pool.connect(); let done = false; const release = () => { if (done) return; done = true; c.release(); }; res.on('finish', release); res.on('close', release); next(); }`],
      ['finish and close, with a condition on something else', `${pg} export async function m(req, res, next) { const c = await pool.connect(); const done = () => { for (const each of hooks) { if (!each.active) continue; switch (each.kind) { case 1: each.run(); break; default: } } c.release(); }; res.on('finish', done); res.on('close', done); next(); }`, `finishAndClose: res.on('close', done)`],
      ['finish and close, guarded in a loop', `${pg} export async function m(req, res, next) { const c = await pool.connect(); let open = true; const done = () => { for (const each of [c]) { if (!open) continue; open = false; each.release(); c.release(); } }; res.on('finish', done); res.on('close', done); next(); }`],
      ['finish and close, guarded by a label', `${pg} export async function m(req, res, next) { const c = await pool.connect(); let open = true; const done = () => { all: { for (const each of [1]) { if (!open) break all; } open = false; c.release(); } }; res.on('finish', done); res.on('close', done); next(); }`],
      ['finish and close, guarded by an error', `${pg} export async function m(req, res, next) { const c = await pool.connect(); let open = true; const done = () => { if (!open) throw new Error(); open = false; c.release(); }; res.on('finish', done); res.on('close', done); next(); }`],
      ['finish and close, guarded by another', `${sequelize} export async function m(req, res, next) { const t = await sequelize.transaction(); res.on('finish', () => t.commit()); res.on('close', () => { if (!t.finished) t.rollback(); }); next(); }`],
      ['finish and close, a second release does no harm', `${mongo} export async function m(req, res, next) { const s = client.startSession(); res.on('finish', () => s.endSession()); res.on('close', () => s.endSession()); next(); }`],
      ['only one of the two runs', `${pg} export async function m(req, res, next) { const c = await pool.connect(); const done = () => { res.off('close', done); c.release(); }; res.on('finish', done); res.on('close', done); next(); }`],
      ['a stream', `${pg} import { createWriteStream } from 'node:fs'; export async function m(file) { const c = await pool.connect(); const out = createWriteStream(file); out.on('finish', () => c.release()); }`],
      ['a log line', `${pg} export async function m(req, res, next) { const c = await pool.connect(); res.on('finish', () => console.log('done')); res.once('close', () => c.release()); next(); }`],
      ['released elsewhere too', `${pg} export async function m(req, res, next) { const c = await pool.connect(); res.on('finish', () => c.release()); req.socket.setTimeout(10, () => c.release()); next(); }`],
    ],
  ],
  'a release that is not called': [
    uncalledReleases as never,
    [
      ['in finally', `${mongo} export function f(work) { const session = client.startSession(); return work(session).finally(() => session.endSession); }`, 'uncalled: session.endSession'],
      ['as a statement', `${pg} export async function f() { const c = await pool.connect(); await c.query('SELECT 1'); c.release; }`, 'uncalled: c.release'],
      ['awaited', `${typeorm} export async function f() { const qr = ds.createQueryRunner(); await qr.query('SELECT 1'); await qr.release; }`, 'uncalled: qr.release'],
      ['in a listener', `${pg} export async function m(req, res, next) { const c = await pool.connect(); res.once('close', () => c.release); next(); }`, 'uncalled: c.release'],
      ['called', `${mongo} export function f(work) { const session = client.startSession(); return work(session).finally(() => session.endSession()); }`],
      ['handed over', `${pg} export async function f() { const c = await pool.connect(); return { c, release: c.release }; }`],
      ['returned for later', `${pg} export async function f(list) { const c = await pool.connect(); list.push(() => c.release); }`],
      ['another object’s', `${pg} export async function f(lock) { const c = await pool.connect(); try { lock.release; } finally { c.release(); } }`],
    ],
  ],
  'operators of rxjs': [
    operatorFindings as never,
    [
      ['tap and catchError', `${typeorm} ${rx} export class I { async intercept(context, next) { const qr = ds.createQueryRunner(); await qr.startTransaction(); return next.handle().pipe(catchError(async (e) => { await qr.release(); throw e; }), tap(async () => { await qr.release(); })); } }`, 'operatorOnly: qr.release()'],
      ['concatMap', `${typeorm} ${rx} export class I { async intercept(context, next) { const qr = ds.createQueryRunner(); return next.handle().pipe(concatMap(async (v) => { await qr.commitTransaction(); await qr.release(); return v; })); } }`, 'operatorOnly: qr.release()'],
      ['started in a try', `${typeorm} ${rx} export class I { async intercept(context, next) { const qr = ds.createQueryRunner(); try { await qr.connect(); return next.handle().pipe(tap(() => qr.release())); } catch (e) { await qr.release(); throw e; } } }`, 'operatorOnly: qr.release()'],
      ['finalize', `${typeorm} ${rx} export class I { async intercept(context, next) { const qr = ds.createQueryRunner(); return next.handle().pipe(concatMap(async (v) => { await qr.commitTransaction(); return v; }), finalize(() => qr.release())); } }`],
      ['tap with finalize', `${typeorm} ${rx} export class I { async intercept(context, next) { const qr = ds.createQueryRunner(); return next.handle().pipe(tap({ finalize: () => qr.release() })); } }`],
      ['turned into a promise', `${typeorm} ${rx} export class I { async intercept(context, next) { const qr = ds.createQueryRunner(); return lastValueFrom(next.handle().pipe(tap(() => qr.release()))); } }`],
      ['when the response is closed', `${typeorm} ${rx} export class I { async intercept(context, next) { const qr = ds.createQueryRunner(); context.res.once('close', () => qr.release()); return next.handle().pipe(tap(async () => { await qr.commitTransaction(); })); } }`],
      ['a commit in tap, which another law reports', `${sequelize} ${rx} export class I { async intercept(context, next) { const t = await sequelize.transaction(); return next.handle().pipe(tap(async () => { await t.commit(); }), catchError(async (e) => { await t.rollback(); throw e; })); } }`],
      ['operators of another library', `${typeorm} import { tap, pipe } from './fp.js'; export function f(x) { const qr = ds.createQueryRunner(); return x.pipe(tap(() => qr.release())); }`],
    ],
  ],
  'providers of a request': [
    providerFindings as never,
    [
      ['a factory', `${nest} ${pg} export const provider = { provide: 'TX', scope: Scope.REQUEST, useFactory: () => pool.connect() };`, 'requestFactory: pool.connect()'],
      ['an asynchronous factory', `${nest} ${typeorm} export const provider = { provide: 'TX', scope: Scope.REQUEST, inject: [], useFactory: async () => { const qr = ds.createQueryRunner(); await qr.connect(); return qr; } };`, 'requestFactory: ds.createQueryRunner()'],
      ['what the factory is given', `${nest} import { DataSource } from 'typeorm'; export const provider = { provide: 'TX', scope: Scope.REQUEST, inject: [DataSource], useFactory: (source: DataSource) => source.createQueryRunner() };`, 'requestFactory: source.createQueryRunner()'],
      ['a factory that watches the request', `${nest} ${pg} export const provider = { provide: 'TX', scope: Scope.REQUEST, inject: [], useFactory: async (req) => { const c = await pool.connect(); req.res.once('close', () => c.release()); return c; } };`],
      ['a factory that gives a root client', `${nest} ${pg} export const provider = { provide: 'DB', scope: Scope.REQUEST, useFactory: () => pool };`],
      ['one for the process', `${nest} ${pg} export const provider = { provide: 'DB', useFactory: () => pool.connect() };`],
      ['a hook that is not called', `${nest} ${typeorm} @Injectable({ scope: Scope.REQUEST }) export class Tx { private qr = ds.createQueryRunner(); async onModuleDestroy() { await this.qr.release(); } }`, 'requestHook: onModuleDestroy'],
      ['a method besides the hook', `${nest} ${typeorm} @Injectable({ scope: Scope.REQUEST }) export class Tx { private qr = ds.createQueryRunner(); async end() { await this.qr.release(); } async onModuleDestroy() { await this.qr.release(); } }`],
      ['a hook of the process', `${nest} ${typeorm} @Injectable() export class Tx { private qr = ds.createQueryRunner(); async onModuleDestroy() { await this.qr.release(); } }`],
    ],
  ],
  'AsyncLocalStorage': [
    storeFindings as never,
    [
      ['nobody releases', `${als} ${pg} export async function m(req, res, next) { const c = await pool.connect(); storage.run({ c }, next); } export const q = (sql) => { const s = storage.getStore(); s.c.query(sql); };`, 'storeKept: storage.run({ c }, next)'],
      ['enterWith', `${als} ${pg} export async function m() { storage.enterWith(await pool.connect()); }`, 'storeKept: storage.enterWith(await pool.connect())'],
      ['everybody can ask', `${als} ${pg} export async function m(req, res, next) { const c = await pool.connect(); storage.run({ c }, next); } export const current = () => storage.getStore();`, 'storePerhapsKept: storage.run({ c }, next)'],
      ['released when the callback is done', `${als} ${pg} export async function m(req, res, next) { const c = await pool.connect(); try { await storage.run({ c }, next); } finally { c.release(); } }`],
      ['through the store', `${als} ${pg} export async function m(next) { await storage.run({ c: await pool.connect() }, async () => { try { await next(); } finally { storage.getStore().c.release(); } }); }`],
      ['it is handed to what ends it', `${als} ${pg} import { finish } from './finish.js'; export async function m(next) { const c = await pool.connect(); try { await storage.run(c, next); } finally { finish(c); } }`],
      ['no session', `${als} ${pg} export const m = (next) => storage.run({ pool, id: 1 }, next);`],
      ['nothing to release', `${als} import { MikroORM } from '@mikro-orm/core'; const orm = await MikroORM.init(); export const m = (next) => storage.run(orm.em.fork(), next);`],
    ],
  ],
  'child containers': [
    containerFindings as never,
    [
      ['never disposed of', `${typeorm} ${awilix} export function m(req, res, next) { req.scope = container.createScope(); next(); }`, 'scopeKept: container.createScope()'],
      ['never disposed of, a variable', `${typeorm} ${awilix} export async function run(id) { const scope = container.createScope(); await scope.resolve('db').query('SELECT 1'); }`, 'scopeKept: container.createScope()'],
      ['the parent is', `${typeorm} ${awilix} export function m(req, res, next) { req.scope = container.createScope(); next(); } process.on('exit', () => container.dispose());`, 'scopeKept: container.createScope()'],
      ['on the success path', `${typeorm} ${awilix} export async function run(id) { const scope = container.createScope(); await scope.resolve('db').query('SELECT 1'); await scope.dispose(); }`, 'scopeLeftOpen: container.createScope()'],
      ['in finally', `${typeorm} ${awilix} export async function run(id) { const scope = container.createScope(); try { await scope.resolve('db').query('SELECT 1'); } finally { await scope.dispose(); } }`],
      ['when the response is closed', `${typeorm} ${awilix} export function m(req, res, next) { req.scope = container.createScope(); res.once('close', () => req.scope.dispose()); next(); }`],
      ['handed on', `${typeorm} ${awilix} import { serve } from './serve.js'; export function m() { const scope = container.createScope(); serve(scope); }`],
      ['nothing in it has to be disposed of', `${typeorm} import { createContainer, asFunction } from 'awilix'; const container = createContainer(); container.register({ log: asFunction(() => console).scoped() }); export function m(req) { req.scope = container.createScope(); ds.createQueryRunner(); }`],
      ['a pool for the process', `${pg} import { createContainer, asFunction } from 'awilix'; const container = createContainer(); container.register({ pool: asFunction(() => new Pool()).singleton().disposer((p) => p.end()) }); export function m(req) { req.scope = container.createScope(); }`],
      ['another createScope', `${typeorm} ${awilix} import { other } from './other.js'; export function m(req) { req.scope = other.createScope(); }`],
    ],
  ],
};

describe.each(Object.entries(tables))('%s', (_about, [ask, rows]) => {
  it.each(rows)('%s', (_title, code, ...found) => {
    expect(find(code, ask)).toEqual(found);
  });
});
