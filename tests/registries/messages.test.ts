import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import type { registryMessages } from '../../src/registries/reports.js';

const typeorm = `import { DataSource } from 'typeorm'; const ds = new DataSource({ type: 'postgres' });`;
const pg = `import { Pool } from 'pg'; const pool = new Pool();`;

/** For each message a piece of code that has this finding and no other, and the suggestion that comes with it. */
const cases: Readonly<Record<keyof typeof registryMessages, readonly [code: string, suggestion?: string]>> = {
  kept: [`import { MikroORM } from '@mikro-orm/core'; const orm = await MikroORM.init(); const ems = new Map(); export const of = (id) => { ems.set(id, orm.em.fork()); };`],
  perhapsKept: [`${typeorm} export const open = new Map(); export const of = (id) => { open.set(id, ds.createQueryRunner()); };`],
  staleKept: [`${pg} const open = new Map(); export async function run(id, work) { const client = await pool.connect(); open.set(id, client); try { await work(); } finally { client.release(); } }`],
  weak: [`${pg} const open = new WeakMap(); export async function m(req, res, next) { open.set(req, await pool.connect()); next(); }`],
  evicted: [`${typeorm} import { LRUCache } from 'lru-cache'; const open = new LRUCache({ max: 100 }); export const of = (id) => { open.set(id, ds.createQueryRunner()); };`],
  neverRemoved: [`${typeorm} const open = new Map(); function get(id) { open.set(id, ds.createQueryRunner()); return open.get(id); } function remove(id) { open.delete(id); } export const run = async (id) => { await get(id).query('SELECT 1'); };`],
  scopeLeft: [`${typeorm} const open = new Map(); export async function m(req, res, next) { open.set(req.id, ds.createQueryRunner()); await next(); open.delete(req.id); }`],
  storeKept: [`import { AsyncLocalStorage } from 'node:async_hooks'; ${pg} const storage = new AsyncLocalStorage(); export async function m(req, res, next) { const client = await pool.connect(); storage.run({ client }, next); }`],
  scopeKept: [`${typeorm} import { createContainer, asFunction } from 'awilix'; const container = createContainer(); container.register({ db: asFunction(() => ds.createQueryRunner()).scoped().disposer((db) => db.release()) }); export function m(req, res, next) { req.scope = container.createScope(); next(); }`],
  scopeLeftOpen: [`${typeorm} import { createContainer, asFunction } from 'awilix'; const container = createContainer(); container.register({ db: asFunction(() => ds.createQueryRunner()).scoped().disposer((db) => db.release()) }); export async function m(work) { const scope = container.createScope(); await work(); await scope.dispose(); }`],
  finishOnly: [`${pg} export async function m(req, res, next) { const client = await pool.connect(); req.db = client; res.on('finish', () => client.release()); next(); }`, 'onceClose'],
  finishAndClose: [`${pg} export async function m(req, res, next) { req.db = await pool.connect(); res.on('finish', () => req.db.release()); res.on('close', () => req.db.release()); next(); }`],
  uncalled: [`import { MongoClient } from 'mongodb'; const client = new MongoClient(''); export function f(work) { const session = client.startSession(); return work(session).finally(() => session.endSession); }`, 'callIt'],
  operatorOnly: [`${typeorm} import { concatMap } from 'rxjs'; export async function i(context, next) { const qr = ds.createQueryRunner(); return next.handle().pipe(concatMap(async (value) => { await qr.release(); return value; })); }`],
  requestFactory: [`import { Scope } from '@nestjs/common'; ${pg} export const provider = { provide: 'TX', scope: Scope.REQUEST, useFactory: () => pool.connect() };`],
  requestHook: [`import { Injectable, Scope } from '@nestjs/common'; ${typeorm} @Injectable({ scope: Scope.REQUEST }) export class Tx { private qr = ds.createQueryRunner(); async onModuleDestroy() { await this.qr.release(); } }`],
};

const onlyStrict: ReadonlySet<string> = new Set(['perhapsKept', 'staleKept']);

function lint(code: string, level: 'recommended' | 'strict'): Linter.LintMessage[] {
  return new Linter().verify(code, [{ files: ['**/*.ts'], languageOptions: { parser }, plugins: { 'db-session': plugin }, rules: { 'db-session/require-release': plugin.configs[level].rules['db-session/require-release'] } }], 'a.ts');
}

describe.each(Object.entries(cases))('%s', (messageId, [code, suggestion]) => {
  it('is said once, in full', () => {
    const strict = lint(code, 'strict');
    expect(strict.map((message) => message.messageId)).toEqual([messageId]);
    expect(strict[0]?.message).not.toMatch(/\{\{|\}\}|undefined|\.\.|``/);
    expect((strict[0]?.suggestions ?? []).map((each) => each.messageId)).toEqual(suggestion === undefined ? [] : [suggestion]);
    expect(lint(code, 'recommended').map((message) => message.messageId)).toEqual(onlyStrict.has(messageId) ? [] : [messageId]);
  });
});

it('says what to do', () => {
  expect(lint(cases.kept[0], 'recommended')[0]?.message).toBe('Nothing in this file takes a session out of `ems` again: every new key leaves a MikroORM entity manager there for as long as the process runs, with all that it has loaded. Remove the entry in a `finally` of the scope that the key stands for.');
  expect(lint(cases.finishOnly[0], 'recommended')[0]?.message).toBe("`res` emits no `finish` when the client goes away first, only `close`: then nobody releases `client` (node-postgres pooled client), and the client never comes back: when the pool is empty `connect()` waits for ever, and so does `pool.end()`. Release it by `once('close', …)`, which comes in both cases.");
});

describe('what the suggestions of a leak are', () => {
  it.each([
    ['the managed helper first', `import { Sequelize } from 'sequelize'; const sequelize = new Sequelize(''); export async function f(work) { const t = await sequelize.transaction(); await work(t); await t.commit(); }`, ['useManaged']],
    ['a finally', `${pg} export async function f() { const client = await pool.connect(); await client.query('SELECT 1'); client.release(); }`, ['wrapInFinally']],
    ['nothing where it would be a guess', `${pg} export async function f(a) { const client = await pool.connect(); await client.query('SELECT 1'); if (a) client.release(); }`, []],
    ['an await', `${pg} export async function f() { const client = await pool.connect(); try { return client.query('SELECT 1'); } finally { client.release(); } }`, ['returnAwait']],
  ])('%s', (_title, code, suggestions) => {
    const messages = lint(code, 'recommended');
    expect(messages).toHaveLength(1);
    expect((messages[0]?.suggestions ?? []).map((each) => each.messageId)).toEqual(suggestions);
  });
});
