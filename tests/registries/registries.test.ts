import { describe, expect, it } from 'vitest';
import { registryFindings } from '../../src/registries/registries.js';
import { find } from './find.js';

/** What it is; the code; what is found: the fault, and what is underlined. */
type Row = readonly [about: string, code: string, ...found: string[]];

const typeorm = `import { DataSource, QueryRunner } from 'typeorm'; const ds = new DataSource({ type: 'postgres' });`;
const pg = `import { Pool, PoolClient, Client } from 'pg'; const pool = new Pool();`;
const mikro = `import { MikroORM, EntityManager } from '@mikro-orm/core'; const orm = await MikroORM.init();`;
const mongo = `import { MongoClient, ClientSession } from 'mongodb'; const client = new MongoClient('');`;
const knex = `import knex from 'knex'; const db = knex({});`;
const neo4j = `import neo4j from 'neo4j-driver'; const driver = neo4j.driver('');`;

const tables: Readonly<Record<string, readonly Row[]>> = {
  'a registry from which nothing is removed': [
    ['a map of the module', `${typeorm} const runners = new Map(); export function runnerOf(id) { let own = runners.get(id); if (!own) { own = ds.createQueryRunner(); runners.set(id, own); } return own; }`, 'kept: runners.set(id, own)'],
    ['get ?? set', `${mikro} const ems = new Map(); export const emOf = (task) => ems.get(task) ?? ems.set(task, orm.em.fork()).get(task);`, 'kept: ems.set(task, orm.em.fork())'],
    ['if (!has) set', `${pg} const held = new Map<string, PoolClient>(); export async function take(id: string) { if (!held.has(id)) held.set(id, await pool.connect()); return held.get(id); }`, 'kept: held.set(id, await pool.connect())'],
    ['an object', `${knex} const open = {}; export async function begin(req) { open[req.id] = await db.transaction(); }`, 'kept: open[req.id] = await db.transaction()'],
    ['an object, ??=', `${typeorm} const open: Record<string, QueryRunner> = {}; export const of = (id: string) => (open[id] ??= ds.createQueryRunner());`, 'kept: open[id] ??= ds.createQueryRunner()'],
    ['a bare object', `${typeorm} const open = Object.create(null); export const of = (id) => (open[id] ||= ds.createQueryRunner());`, 'kept: open[id] ||= ds.createQueryRunner()'],
    ['a private field', `${typeorm} export class Runners { private readonly open = new Map<string, QueryRunner>(); of(id: string) { const own = this.open.get(id) ?? ds.createQueryRunner(); this.open.set(id, own); return own; } }`, 'kept: this.open.set(id, own)'],
    ['a hidden field', `${neo4j} export class Sessions { #open = new Map(); start(id) { const session = driver.session(); this.#open.set(id, session); return session; } }`, 'kept: this.#open.set(id, session)'],
    ['a field that the constructor fills', `${typeorm} class Runners { constructor() { this.open = new Map(); } of(id) { this.open.set(id, ds.createQueryRunner()); } } const runners = new Runners(); export const of = (id) => runners.of(id);`, 'kept: this.open.set(id, ds.createQueryRunner())'],
    ['a static field', `${knex} class Open { static #all = {}; static async begin(id) { Open.#all[id] = await db.transaction(); } static get(id) { return Open.#all[id]; } } export const begin = (id) => Open.begin(id);`, 'kept: Open.#all[id] = await db.transaction()'],
    ['a factory’s variable', `${typeorm} export function registry() { const open = new Map(); return { of(id) { open.set(id, ds.createQueryRunner()); return open.get(id); } }; }`, 'kept: open.set(id, ds.createQueryRunner())'],
    ['keyed by what an AsyncLocalStorage holds', `import { AsyncLocalStorage } from 'node:async_hooks'; ${typeorm} const context = new AsyncLocalStorage(); const open = new Map(); export function current() { const { id } = context.getStore(); if (!open.has(id)) open.set(id, ds.createQueryRunner()); return open.get(id); }`, 'kept: open.set(id, ds.createQueryRunner())'],
    ['the session and more', `${pg} const open = new Map(); export async function begin(id) { const client = await pool.connect(); open.set(id, { client, since: Date.now() }); }`, 'kept: open.set(id, { client, since: Date.now() })'],
    ['a promise of it', `${mongo} const open = new Map(); export const of = (id) => { open.set(id, client.startSession()); };`, 'kept: open.set(id, client.startSession())'],
    ['what the map’s type says', `import type { PoolClient } from 'pg'; import { borrow } from './pool.js'; const open = new Map<string, PoolClient>(); export async function begin(id: string) { open.set(id, await borrow()); }`, 'kept: open.set(id, await borrow())'],
    ['a session for each task', `${pg} const held = new Map<string, PoolClient>(); export async function runAll(tasks: { id: string }[]) { for (const task of tasks) held.set(task.id, await pool.connect()); for (const task of tasks) await held.get(task.id)!.query('COMMIT'); }`, 'kept: held.set(task.id, await pool.connect())'],
    ['only the transaction is ended', `${typeorm} const open = new Map<string, QueryRunner>(); export const begin = (id: string) => { open.set(id, ds.createQueryRunner()); }; export const commit = async (id: string) => { await open.get(id)?.commitTransaction(); };`, 'kept: open.set(id, ds.createQueryRunner())'],
    ['entries are only counted', `${typeorm} const open = new Map<string, QueryRunner>(); export const begin = (id: string) => { open.set(id, ds.createQueryRunner()); }; setInterval(() => { for (const id of open.keys()) console.log(id); console.log(open.size); }, 1000);`, 'kept: open.set(id, ds.createQueryRunner())'],
    ['said once', `${typeorm} const open = new Map(); export const a = (id) => { open.set(id, ds.createQueryRunner()); }; export const b = (id) => { open.set(id, ds.createQueryRunner('slave')); };`, 'kept: open.set(id, ds.createQueryRunner())'],
    ['own connections, under keys that never come again', `${pg} import { randomUUID } from 'node:crypto'; const open = new Map(); export async function start() { const id = randomUUID(); const client = new Client(); await client.connect(); open.set(id, client); return id; }`, 'kept: open.set(id, client)'],
  ],
  'a registry from which something is removed': [
    ['delete', `${typeorm} const open = new Map(); export const begin = (id) => { open.set(id, ds.createQueryRunner()); }; export const end = async (id) => { await open.get(id).release(); open.delete(id); };`],
    ['clear', `${typeorm} const open = new Map(); export const begin = (id) => { open.set(id, ds.createQueryRunner()); }; export const stop = () => { open.clear(); };`],
    ['delete of an object', `${knex} class Open { static all: { [id: string]: unknown } = {}; static async begin(id: string) { Open.all[id] = await db.transaction(); } static async end(id: string) { delete Open.all[id]; } } export { Open };`],
    ['nothing in its place', `${knex} const open = {}; export async function begin(id) { open[id] = await db.transaction(); } export function end(id) { open[id] = undefined; }`],
    ['delete, through the object', `${typeorm} class Runners { constructor() { this.open = new Map(); } of(id) { this.open.set(id, ds.createQueryRunner()); } } const runners = new Runners(); export const begin = (id) => runners.of(id); export const end = (id) => { runners.open.delete(id); };`],
    ['a new map', `${typeorm} let open = new Map(); export const begin = (id) => { open.set(id, ds.createQueryRunner()); }; export const reset = () => { open = new Map(); };`],
    ['when the response is closed', `${pg} const open = new Map(); export async function withSession(req, res, next) { const client = await pool.connect(); open.set(req.id, client); res.once('close', () => { open.delete(req.id); client.release(); }); next(); }`],
    ['a sweep', `${pg} const open = new Map(); export async function begin(id) { open.set(id, { client: await pool.connect(), at: Date.now() }); } setInterval(() => { for (const [id, { client, at }] of open) if (at < Date.now() - 1000) { client.release(); open.delete(id); } }, 1000);`],
    ['at the shutdown', `${pg} export class Open { private all = new Map<string, PoolClient>(); async begin(id: string) { this.all.set(id, await pool.connect()); } async onModuleDestroy() { for (const client of this.all.values()) client.release(); } }`],
    ['all at once', `${typeorm} const open = new Map(); export const begin = (id) => { open.set(id, ds.createQueryRunner()); }; export const stop = async () => { const all = [...open.values()]; await Promise.all(all.map((own) => own.release())); };`],
    ['Object.values', `${knex} const open = {}; export async function begin(id) { open[id] = await db.transaction(); } export async function stop() { for (const trx of Object.values(open)) await trx.rollback(); }`],
    ['in the finally of the scope', `${typeorm} const open = new Map(); export async function run(id, work) { open.set(id, ds.createQueryRunner()); try { await work(); } finally { await open.get(id).release(); open.delete(id); } }`],
    ['in .finally', `${typeorm} const open = new Map(); export function run(id, work) { open.set(id, ds.createQueryRunner()); return work().finally(() => { open.delete(id); }); }`],
    ['the session and more', `${pg} const open = new Map(); export async function begin(id) { open.set(id, { client: await pool.connect() }); } export function end(id) { const entry = open.get(id); entry.client.release(); open.delete(id); }`],
    ['to make room', `${typeorm} const open = new Map(); export function begin(id) { if (open.size > 100) { const [oldest] = open.keys(); open.delete(oldest); } open.set(id, ds.createQueryRunner()); }`],
  ],
  'where others may remove': [
    ['a subclass', `${typeorm} class Base { constructor() { this.open = new Map(); } of(id) { this.open.set(id, ds.createQueryRunner()); } } export class Runners extends Base { end(id) { this.open.delete(id); } }`, 'perhapsKept: this.open.set(id, ds.createQueryRunner())'],
    ['an object of nobody knows what', `${typeorm} class Runners { constructor() { this.open = new Map(); } of(id) { this.open.set(id, ds.createQueryRunner()); } } export const end = (runners, id) => runners.open.delete(id); export const make = () => new Runners();`, 'perhapsKept: this.open.set(id, ds.createQueryRunner())'],
    ['by another name', `${typeorm} const open = new Map(); const same = open; export const begin = (id) => { open.set(id, ds.createQueryRunner()); }; export const end = (id) => { same.delete(id); };`, 'perhapsKept: open.set(id, ds.createQueryRunner())'],
    ['it is exported', `${typeorm} export const open = new Map(); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`, 'perhapsKept: open.set(id, ds.createQueryRunner())'],
    ['it is exported by name', `${typeorm} const open = new Map(); export const begin = (id) => { open.set(id, ds.createQueryRunner()); }; export { open };`, 'perhapsKept: open.set(id, ds.createQueryRunner())'],
    ['module.exports', `const { DataSource } = require('typeorm'); const ds = new DataSource({}); const open = new Map(); const begin = (id) => { open.set(id, ds.createQueryRunner()); }; module.exports = { open, begin };`, 'perhapsKept: open.set(id, ds.createQueryRunner())'],
    ['a public field', `${typeorm} export class Runners { readonly open = new Map<string, QueryRunner>(); of(id: string) { this.open.set(id, ds.createQueryRunner()); } }`, 'perhapsKept: this.open.set(id, ds.createQueryRunner())'],
    ['it is handed to a sweeper', `${typeorm} import { sweep } from './sweep.js'; const open = new Map(); sweep(open); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`, 'perhapsKept: open.set(id, ds.createQueryRunner())'],
    ['the session comes from the caller', `${pg} export class Clients { private all = new Map<string, PoolClient>(); add(id: string, client: PoolClient) { this.all.set(id, client); } }`, 'perhapsKept: this.all.set(id, client)'],
    ['the session is ended, its entry stays', `${pg} const open = new Map<string, PoolClient>(); export async function begin(id: string) { open.set(id, await pool.connect()); } export function end(id: string) { open.get(id)?.release(); }`, 'staleKept: open.set(id, await pool.connect())'],
    ['by its first name', `${pg} const open = new Map(); export async function run(id, work) { const client = await pool.connect(); open.set(id, client); try { await work(); } finally { client.release(); } }`, 'staleKept: open.set(id, client)'],
  ],
  'what is no registry of sessions': [
    ['login sessions', `${pg} const sessions = new Map(); export function login(id, user) { sessions.set(id, { user, at: Date.now() }); }`],
    ['sockets', `${mongo} import type { Socket } from 'socket.io'; const clients = new Map<string, Socket>(); export function join(id: string, client: Socket) { clients.set(id, client); }`],
    ['a class of that name', `${mongo.replace(', ClientSession', '')} class ClientSession { send() {} } const sessions = new Map<string, ClientSession>(); export function join(id: string) { sessions.set(id, new ClientSession()); }`],
    ['a type of that name from elsewhere', `import { Pool } from 'pg'; import type { PoolClient } from './voice.js'; const all = new Map<string, PoolClient>(); export function join(id: string, make: () => PoolClient) { all.set(id, make()); }`],
    ['clients for tenants', `${knex} const tenants = new Map(); export function tenantDb(id) { if (!tenants.has(id)) tenants.set(id, knex({ client: 'pg' })); return tenants.get(id); }`],
    ['pools for tenants', `${pg} const pools = {}; export const poolOf = (tenant) => (pools[tenant] ??= new Pool({ database: tenant }));`],
    ['data sources for tenants', `${typeorm} const all = new Map<string, DataSource>(); export async function of(tenant: string) { const own = new DataSource({ type: 'postgres' }); all.set(tenant, await own.initialize()); return own; }`],
    ['rows', `${pg} const cache = new Map(); export async function user(id) { if (!cache.has(id)) cache.set(id, await pool.query('SELECT 1')); return cache.get(id); }`],
    ['repositories', `${typeorm} const repositories = new Map(); export function of(entity) { repositories.set(entity, ds.getRepository(entity)); }`],
    ['keys that the text names', `${typeorm} const open = new Map(); export const reader = () => { open.set('reader', ds.createQueryRunner('slave')); };`],
    ['keys of an enum', `${typeorm} enum Role { Reader, Writer } const open = new Map(); export const of = (role: Role) => { open.set(role, ds.createQueryRunner()); };`],
    ['keys of a union', `${typeorm} type Role = 'reader' | 'writer'; const open = new Map(); export const of = (role: Role) => { open.set(role, ds.createQueryRunner()); };`],
    ['keys of a table in the file', `${typeorm} const shards = ['a', 'b']; const open = new Map(); for (const shard of shards) open.set(shard, ds.createQueryRunner());`],
    ['keys of an imported table', `${typeorm} import { shards } from './config.js'; const open = new Map(); for (const [name] of Object.entries(shards)) open.set(name, ds.createQueryRunner());`],
    ['a local collection', `${pg} export async function all(ids) { const clients = new Map(); for (const id of ids) clients.set(id, await pool.connect()); return clients; }`],
    ['duplicates for channels', `import { createClient } from 'redis'; const redis = createClient(); const subscribers = new Map(); export async function listen(channel) { const own = redis.duplicate(); await own.connect(); subscribers.set(channel, own); }`],
    ['own connections for channels', `${pg} const listeners = new Map(); export async function listen(channel) { const client = new Client(); await client.connect(); listeners.set(channel, client); }`],
    ['entity managers of an object that goes', `${mikro} class Scope { private ems = new Map<string, EntityManager>(); of(name: string) { this.ems.set(name, orm.em.fork()); } } export const scope = () => new Scope();`],
    ['a transaction that ends with its callback', `${knex} const open = new Map(); export const run = (id) => db.transaction(async (trx) => { open.set(id, trx); });`],
    ['a map of something else in a file with sessions', `${typeorm} const names = new Map(); export function f(id) { const own = ds.createQueryRunner(); names.set(id, own.connection.name); return own; }`],
  ],
  'weak maps': [
    ['nobody ends the session', `${pg} const open = new WeakMap(); export async function withSession(req, res, next) { open.set(req, await pool.connect()); next(); } export const query = (req, sql) => open.get(req).query(sql);`, 'weak: open.set(req, await pool.connect())'],
    ['somebody does', `${pg} const open = new WeakMap(); export async function withSession(req, res, next) { open.set(req, await pool.connect()); res.once('close', () => open.get(req).release()); next(); }`],
    ['by its first name', `${pg} const open = new WeakMap(); export async function withSession(req, res, next) { const client = await pool.connect(); open.set(req, client); res.once('close', () => client.release()); next(); }`],
    ['whoever gets it may', `${pg} const open = new WeakMap(); export async function clientOf(req) { if (!open.has(req)) open.set(req, await pool.connect()); return open.get(req); }`],
    ['a function of the file gets it, and uses it', `${pg} const open = new WeakMap(); async function clientOf(req) { if (!open.has(req)) open.set(req, await pool.connect()); return open.get(req); } export async function f(req) { await (await clientOf(req)).query('SELECT 1'); }`, 'weak: open.set(req, await pool.connect())'],
    ['a function of the file gets it, and ends it', `${pg} const open = new WeakMap(); async function clientOf(req) { if (!open.has(req)) open.set(req, await pool.connect()); return open.get(req); } export async function f(req) { const c = await clientOf(req); try { await c.query('SELECT 1'); } finally { c.release(); } }`],
    ['nothing to end', `${mikro} const ems = new WeakMap(); export const emOf = (req) => { ems.set(req, orm.em.fork()); };`],
    ['no session', `${pg} const seen = new WeakMap(); export const f = (req) => { seen.set(req, new Date()); };`],
  ],
  'caches': [
    ['nothing is done with what is thrown out', `${typeorm} import { LRUCache } from 'lru-cache'; const open = new LRUCache({ max: 100 }); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`, 'evicted: open.set(id, ds.createQueryRunner())'],
    ['dispose', `${typeorm} import { LRUCache } from 'lru-cache'; const open = new LRUCache({ max: 100, dispose: (own) => own.release() }); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`],
    ['a method dispose', `${typeorm} import { LRUCache } from 'lru-cache'; const open = new LRUCache({ max: 100, dispose(own) { own.release(); } }); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`],
    ['options from elsewhere', `${typeorm} import { LRUCache } from 'lru-cache'; import { options } from './options.js'; const open = new LRUCache(options); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`],
    ['quick-lru', `${typeorm} import QuickLRU from 'quick-lru'; const open = new QuickLRU({ maxSize: 10 }); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`, 'evicted: open.set(id, ds.createQueryRunner())'],
    ['quick-lru, onEviction', `${typeorm} import QuickLRU from 'quick-lru'; const open = new QuickLRU({ maxSize: 10, onEviction: (id, own) => own.release() }); export const begin = (id) => { open.set(id, ds.createQueryRunner()); };`],
    ['nothing to end', `${mikro} import { LRUCache } from 'lru-cache'; const open = new LRUCache({ max: 100 }); export const begin = (id) => { open.set(id, orm.em.fork()); };`],
  ],
  'remove() that nobody calls': [
    ['a class', `${typeorm} class Sessions { #open = new Map<string, QueryRunner>(); get(id: string) { let own = this.#open.get(id); if (!own) { own = ds.createQueryRunner(); this.#open.set(id, own); } return own; } async remove(id: string) { await this.#open.get(id)?.release(); this.#open.delete(id); } } const sessions = new Sessions(); export async function run(id: string) { const own = sessions.get(id); await own.query('SELECT 1'); }`, 'neverRemoved: this.#open.set(id, own)'],
    ['functions', `${typeorm} const open = new Map(); function get(id) { open.set(id, ds.createQueryRunner()); return open.get(id); } function remove(id) { open.delete(id); } export async function run(id) { await get(id).query('SELECT 1'); }`, 'neverRemoved: open.set(id, ds.createQueryRunner())'],
    ['a field', `${typeorm} class Sessions { #open = new Map(); get(id) { this.#open.set(id, ds.createQueryRunner()); return this.#open.get(id); } remove(id) { this.#open.delete(id); } } export class Service { #sessions = new Sessions(); async run(id) { await this.#sessions.get(id).query('SELECT 1'); } }`, 'neverRemoved: this.#open.set(id, ds.createQueryRunner())'],
    ['the class is exported', `${typeorm} export class Sessions { #open = new Map(); get(id) { this.#open.set(id, ds.createQueryRunner()); return this.#open.get(id); } remove(id) { this.#open.delete(id); } } const sessions = new Sessions(); export const run = (id) => sessions.get(id).query('SELECT 1');`],
    ['the object is exported', `${typeorm} class Sessions { #open = new Map(); get(id) { this.#open.set(id, ds.createQueryRunner()); return this.#open.get(id); } remove(id) { this.#open.delete(id); } } export const sessions = new Sessions(); export const run = (id) => sessions.get(id).query('SELECT 1');`],
    ['the object is passed on', `${typeorm} import { start } from './server.js'; class Sessions { #open = new Map(); get(id) { this.#open.set(id, ds.createQueryRunner()); return this.#open.get(id); } remove(id) { this.#open.delete(id); } } const sessions = new Sessions(); start(sessions); export const run = (id) => sessions.get(id).query('SELECT 1');`],
    ['the function is exported', `${typeorm} const open = new Map(); export function get(id) { open.set(id, ds.createQueryRunner()); return open.get(id); } export function remove(id) { open.delete(id); }`],
    ['the function is passed on', `${typeorm} import { onClose } from './server.js'; const open = new Map(); function get(id) { open.set(id, ds.createQueryRunner()); return open.get(id); } function remove(id) { open.delete(id); } onClose(remove); export const run = (id) => get(id);`],
  ],
  'scopes that are closed on some ways only': [
    ['after the handler', `${typeorm} const open = new Map(); export async function middleware(req, res, next) { open.set(req.id, ds.createQueryRunner()); await next(); open.delete(req.id); }`, 'leftOpen: open.set(req.id, ds.createQueryRunner())'],
    ['an early return', `${typeorm} const open = new Map(); export async function run(id, work) { open.set(id, ds.createQueryRunner()); if (!work) return; try { await work(); } finally { open.delete(id); } }`, 'leftOpen: open.set(id, ds.createQueryRunner())'],
    ['through get and remove', `${typeorm} class Sessions { #open = new Map(); get(id) { this.#open.set(id, ds.createQueryRunner()); return this.#open.get(id); } remove(id) { this.#open.delete(id); } } const sessions = new Sessions(); export async function middleware(ctx, next) { ctx.state.db = sessions.get(ctx.id); await next(); sessions.remove(ctx.id); }`, 'leftOpen: sessions.get(ctx.id)'],
    ['through get and remove, in finally', `${typeorm} class Sessions { #open = new Map(); get(id) { this.#open.set(id, ds.createQueryRunner()); return this.#open.get(id); } remove(id) { this.#open.delete(id); } } const sessions = new Sessions(); export async function middleware(ctx, next) { ctx.state.db = sessions.get(ctx.id); try { await next(); } finally { sessions.remove(ctx.id); } }`],
    ['in the catch only, and at the end', `${typeorm} const open = new Map(); export async function run(id, work) { open.set(id, ds.createQueryRunner()); try { await work(); open.delete(id); } catch (error) { open.delete(id); throw error; } }`],
    ['the outermost scope closes', `${typeorm} const open = new Map(); function get(id) { open.set(id, ds.createQueryRunner()); return open.get(id); } function remove(id) { open.delete(id); } async function inner(id) { await get(id).query('SELECT 1'); } export async function outer(id) { try { await inner(id); } finally { remove(id); } }`],
    ['a branch opens and a branch closes', `${typeorm} const open = new Map(); export async function handle(op, id) { if (op === 'begin') { open.set(id, ds.createQueryRunner()); return; } if (op === 'end') { await open.get(id).release(); open.delete(id); } }`],
    ['a switch opens and closes', `${typeorm} const open = new Map(); export async function handle(op, id) { switch (op) { case 'begin': open.set(id, ds.createQueryRunner()); break; case 'end': open.delete(id); break; } }`],
    ['a loop opens and another closes', `${typeorm} const open = new Map(); export async function all(tasks) { for (const task of tasks) open.set(task.id, ds.createQueryRunner()); try { await work(tasks); } finally { for (const task of tasks) { await open.get(task.id).release(); open.delete(task.id); } } }`],
    ['a retry', `${typeorm} const open = new Map(); export async function run(id, work) { for (let i = 0; i < 3; i++) { try { open.set(id, ds.createQueryRunner()); await work(); return; } catch (error) { log(error); } finally { open.delete(id); } } }`],
    ['in the loop that opens', `${typeorm} const open = new Map(); export async function all(tasks) { for (const task of tasks) { open.set(task.id, ds.createQueryRunner()); await work(task); open.delete(task.id); } }`, 'leftOpen: open.set(task.id, ds.createQueryRunner())'],
    ['a listener closes', `${typeorm} const open = new Map(); export function middleware(req, res, next) { open.set(req.id, ds.createQueryRunner()); res.on('close', () => { open.delete(req.id); }); next(); }`],
  ],
};

describe.each(Object.entries(tables))('%s', (_about, rows) => {
  it.each(rows)('%s', (_title, code, ...found) => {
    expect(find(code, registryFindings)).toEqual(found);
    // Types say more, but what a session is does not hang on them.
    if (!/: \w+(?:<|\b)|import type|\benum\b|\bprivate\b|readonly|!\./.test(code)) expect(find(code, registryFindings, 'js')).toEqual(found);
  });
});
