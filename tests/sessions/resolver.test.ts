import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolve } from './resolve.js';

const prisma = `import { Prisma, PrismaClient } from '@prisma/client';\nconst prisma = new PrismaClient();\n`;
const pg = `import { Pool, PoolClient } from 'pg';\nconst pool = new Pool();\n`;
const sequelize = `import { Model, Sequelize, Transaction } from 'sequelize';\nclass User extends Model {}\nconst sequelize = new Sequelize();\n`;

/** The session of Prisma's callback, of a typed parameter, of a checkout. */
const managed = 'prisma transaction, managed-callback #1';
const typed = 'prisma transaction, typed #1';
const acquired = 'pg pooled-client, acquired #1';

type Row = readonly [title: string, code: string, answers: readonly string[]];

const tables: Record<string, readonly Row[]> = {
  'variables': [
    ['a client', `${prisma}«prisma»;`, ['prisma client']],
    ['a const alias', `${prisma}prisma.$transaction((tx) => { const a = tx; const b = a; «b»; «tx»; });`, [managed, managed]],
    ['a let that is assigned once', `${pg}let c; c = await pool.connect(); «c»;`, [acquired]],
    ['a let in a try block', `${pg}let c: PoolClient | undefined; try { c = await pool.connect(); «c»; } finally { c?.release(); }`, [acquired]],
    ['a let that is emptied again', `${pg}let c = null; c = await pool.connect(); c = null; «c»;`, [acquired]],
    ['a let of a client or a session', `${pg}let c = pool; c = await pool.connect(); «c»;`, ['either']],
    ['a cycle', 'let a = b; var b = a; «a»;', ['-']],
    ['an object that is spread into itself', 'function f(o) { f({ ...o }); return «o.x»; }', ['-']],
    ['a global', '«foo»;', ['global']],
    ['shadowing', `${prisma}prisma.$transaction((prisma) => { «prisma»; }); «prisma»;`, [managed, 'prisma client']],
    ['shadowing by a block', `${prisma}prisma.$transaction((tx) => { { const tx = 1; «tx»; } «tx»; });`, ['-', managed]],
  ],
  'destructuring': [
    ['a parameter', `${sequelize}function f({ transaction }: { transaction: Transaction }) { «transaction»; }`, ['sequelize transaction, typed #1']],
    ['renamed', `${sequelize}function f({ transaction: t }: { transaction: Transaction }) { «t»; }`, ['sequelize transaction, typed #1']],
    ['nested', `${prisma}function f({ ctx: { tx } }: { ctx: { tx: Prisma.TransactionClient } }) { «tx»; }`, [typed]],
    ['of an object literal', `${prisma}prisma.$transaction((tx) => { const { db } = { db: tx }; «db»; });`, [managed]],
    ['of a spread', `${prisma}prisma.$transaction((tx) => { const o = { db: tx }; const { db } = { ...o, a: 1 }; «db»; });`, [managed]],
    ['of a spread that leads back to itself', `${pg}function open(given) { const options = read(given); if (options.again) return open({ ...options, again: false }); «options.client»; } function read(given) { return given; }`, ['-']],
    ['of an array', `${prisma}prisma.$transaction((tx) => { const [a, b] = [tx, 1]; «a»; «b»; });`, [managed, '-']],
    ['with a default of the client', `${prisma}function f({ db = prisma }: { db?: Prisma.TransactionClient }) { «db»; }`, ['either']],
    ['options that travel', `${sequelize}async function f(options) { const { transaction } = options; await User.create({}, { transaction }); «transaction»; }`, ['sequelize transaction, used-as #1']],
  ],
  'expressions': [
    ['a ?? b of sessions and clients', `${prisma}function f(tx?: Prisma.TransactionClient) { «tx ?? prisma»; }`, [typed]],
    ['a || b', `${prisma}function f(tx?: Prisma.TransactionClient) { «tx || prisma»; }`, [typed]],
    ['a && b', `${prisma}function f(tx?: Prisma.TransactionClient) { «tx && tx»; }`, [typed]],
    ['await', `${pg}«await pool.connect()»;`, [acquired]],
    ['as', `${prisma}function f(tx: Prisma.TransactionClient) { («tx as any»); }`, [typed]],
    ['!', `${prisma}function f(tx?: Prisma.TransactionClient) { «tx!»; }`, [typed]],
    ['satisfies', `${prisma}function f(tx: Prisma.TransactionClient) { («tx satisfies object»); }`, [typed]],
    ['a sequence', `${prisma}function f(tx: Prisma.TransactionClient) { («0, tx»); }`, [typed]],
    ['an assignment', `${pg}let c; («c = await pool.connect()»);`, [acquired]],
    ['an optional chain', `${prisma}function f(o?: { tx: Prisma.TransactionClient }) { «o?.tx»; }`, [typed]],
  ],
  'classes': [
    ['a typed field', `${pg}class A { private c: PoolClient; f() { «this.c»; } }`, ['pg pooled-client, typed #1']],
    ['a parameter property', `${pg}class A { constructor(private readonly c: PoolClient) {} f() { «this.c»; } }`, ['pg pooled-client, typed #1']],
    ['a field set in the constructor', `${pg}class A { constructor(c: PoolClient) { this.c = c; } f() { «this.c»; } }`, ['pg pooled-client, typed #1']],
    ['a private field set in a method', `${pg}class A { #c; async open() { this.#c = await pool.connect(); } f() { «this.#c»; } }`, [acquired]],
    ['a getter', `${pg}class A { get c(): PoolClient { return this.x; } f() { «this.c»; } }`, ['pg pooled-client, typed #1']],
    ['an injected repository', `import { Repository } from 'typeorm'; import { InjectRepository } from '@nestjs/typeorm'; class A { constructor(@InjectRepository(User) private users: Repository<User>) {} f() { «this.users»; } }`, ['typeorm client']],
    ['an injected manager, and one that is handed in', `import { EntityManager } from 'typeorm'; class A { constructor(private em: EntityManager) {} f(em: EntityManager) { «this.em»; «em»; } }`, ['typeorm client', 'typeorm transaction, typed #1']],
    ['a subclass of a client', `${prisma}class Db extends PrismaClient { f() { «this»; } } «new Db()»;`, ['instance', 'prisma client']],
    ['a method is not a field', `${pg}class A { c() {} f() { «this.c»; } }`, ['function']],
  ],
  'parameters': [
    ['a default of nothing', `${prisma}function f(tx: Prisma.TransactionClient | null = null) { «tx»; }`, [typed]],
    ['a default of the client', `${prisma}function f(tx: Prisma.TransactionClient = prisma) { «tx»; }`, ['either']],
    ['a union with the client', `${prisma}function f(tx: Prisma.TransactionClient | PrismaClient) { «tx»; }`, ['either']],
    ['an intersection', `${prisma}function f(tx: Prisma.TransactionClient & { a: 1 }) { «tx»; }`, [typed]],
    ['a promise of one', `${prisma}async function f(p: Promise<Prisma.TransactionClient>) { «await p»; }`, [typed]],
    ['a local alias', `${prisma}type A = Prisma.TransactionClient; type B = A | undefined; function f(tx: B) { «tx»; }`, [typed]],
    ['an interface that extends it', `${prisma}import type { TransactionClient as T } from '@prisma/client'; interface A extends T {} function f(tx: A) { «tx»; }`, [typed]],
    ['Omit without the openers', `${prisma}function f(tx: Omit<PrismaClient, '$transaction' | '$connect'>) { «tx»; }`, [typed]],
    ['Omit of something else', `${prisma}function f(tx: Omit<PrismaClient, 'user'>) { «tx»; }`, ['either']],
    ['Parameters<Parameters<…>>', `${prisma}type Tx = Parameters<Parameters<typeof prisma.$transaction>[0]>[0]; function f(tx: Tx) { «tx»; }`, [typed]],
    ['typeof a client', `${prisma}function f(db: typeof prisma) { «db»; }`, ['prisma client']],
    ['any', `${prisma}function f(tx: any) { «tx»; }`, ['-']],
    ['a type of a local module', `import type { PoolClient } from './game'; function f(c: PoolClient) { «c»; }`, ['-']],
    ['filled by a caller of the file', `${prisma}function f(db) { «db»; } prisma.$transaction((tx) => f(tx));`, ['prisma transaction, passed-in #1']],
    ['filled by callers with this and that', `${prisma}function f(db) { «db»; } prisma.$transaction((tx) => f(tx)); f(prisma);`, ['-']],
  ],
  'callbacks': [
    ['written in place', `${prisma}prisma.$transaction(async (tx) => { «tx»; }, { timeout: 1 });`, [managed]],
    ['declared elsewhere', `${prisma}async function run(tx) { «tx»; } prisma.$transaction(run);`, [managed]],
    ['an arrow function in a constant', `${prisma}const run = async (tx) => { «tx»; }; prisma.$transaction(run);`, [managed]],
    ['options first', `import { createPool } from 'slonik'; import pgp from 'pg-promise'; const db = pgp()(''); db.tx({ mode }, (t) => { «t»; });`, ['pg-promise task, managed-callback #1']],
    ['a chain in between', `import { Kysely } from 'kysely'; const db = new Kysely({}); db.transaction().setIsolationLevel('serializable').execute((trx) => { «trx»; });`, ['kysely transaction, managed-callback #1']],
    ['callback style', `${pg}pool.connect((error, client, release) => { «error»; «client»; «release»; });`, ['-', acquired, '-']],
    ['of the settings', `import { x } from './x'; unit((ctx, t) => { «ctx»; «t»; });`, ['-', 'knex transaction, wrapper #1']],
    ['a wrapper of the file', `${pg}async function scoped(run) { const c = await pool.connect(); await run(c); } scoped((c) => { «c»; });`, ['pg pooled-client, wrapper #1']],
    ['named like a wrapper, with a library’s calls', `import { withTx } from './db'; withTx((db) => { «db»; db.user.findMany({}); });`, ['prisma transaction, wrapper #1']],
    ['called with a table, and asked for an operation', `import db from '@acme/database'; db.knex.transaction(async (trx) => { «trx»; await trx(TABLE).where({ id }).update(row); });`, ['knex transaction, managed-callback #1']],
    ['select and from with texts', `import db from '@acme/database'; db.main.transaction(async (trx) => { «trx»; await trx.select('a').from('t'); });`, ['knex transaction, managed-callback #1']],
    ['select and from without texts', `import db from '@acme/database'; db.main.transaction(async (tx) => { «tx»; await tx.select({ a }).from(t); });`, ['drizzle transaction, managed-callback #1']],
    ['called, and asked for nothing known', `import { ledger } from './ledger'; ledger.transaction(async (entry) => { «entry»; await entry(ACCOUNT).book(1); });`, ['-']],
    ['acquired, and asked whether it is completed', `const db = require('../db'); async function f() { const t = await db.transaction(); «t»; if (!t.isCompleted()) await t.commit(); }`, ['knex transaction or lucid transaction, acquired #1']],
    ['acquired, and asked nothing of its own', `const ledger = require('../ledger'); async function f() { const t = await ledger.transaction(); «t»; if (t.isCompleted) await t.commit(); }`, ['-']],
    ['named like a wrapper, and nothing known', `import { withTx } from './ledger'; withTx((entry) => { «entry»; entry.post(); });`, ['-']],
  ],
  'derived objects': [
    ['a property', `import { DataSource } from 'typeorm'; const r = new DataSource({}).createQueryRunner(); «r»; «r.manager»;`, ['typeorm query-runner, acquired #1', 'typeorm query-runner, acquired #1']],
    ['a method', `import { DataSource } from 'typeorm'; const r = new DataSource({}).createQueryRunner(); «r.manager.getRepository(User)»;`, ['typeorm query-runner, acquired #1']],
    ['new X(tx)', `${prisma}prisma.$transaction(async (tx) => { const repo = new Repo(tx); await repo.save(); «repo»; });`, [managed]],
    ['a call that takes it', `${prisma}prisma.$transaction(async (tx) => { const q = queries(tx); await q.save(); «q»; });`, [managed]],
    ['a call that is awaited', `${prisma}prisma.$transaction(async (tx) => { const user = await find(tx); user.notify(); «user»; });`, ['-']],
    ['a call whose result is only read', `${prisma}prisma.$transaction(async (tx) => { const n = count(tx); log(n); «n»; });`, ['-']],
    ['a model', `${prisma}prisma.$transaction(async (tx) => { const users = tx.user; «users»; });`, [managed]],
    ['a fork has its own', `import { MikroORM } from '@mikro-orm/core'; const orm = await MikroORM.init(); orm.em.transactional(async (em) => { const own = em.fork(); await own.flush(); «own»; });`, ['mikro-orm entity-manager, acquired #1']],
    ['a helper of the file that returns it', `${prisma}prisma.$transaction(async (tx) => { const get = () => tx; «get()»; });`, [managed]],
  ],
  'ambient': [
    ['getStore', `${pg}import { AsyncLocalStorage } from 'node:async_hooks'; const als = new AsyncLocalStorage(); async function f() { const c = await pool.connect(); als.run(c, g); } function g() { «als.getStore()»; }`, [acquired]],
    ['its accessor', `${pg}import { AsyncLocalStorage } from 'node:async_hooks'; const als = new AsyncLocalStorage(); const get = () => als.getStore(); async function f() { als.run(await pool.connect(), g); } function g() { «get()»; }`, [acquired]],
    ['in an object', `${pg}import { AsyncLocalStorage } from 'node:async_hooks'; const als = new AsyncLocalStorage(); async function f() { const c = await pool.connect(); als.run({ c }, g); } function g() { const { c } = als.getStore(); «c»; }`, [acquired]],
    ['enterWith', `${pg}import { AsyncLocalStorage } from 'node:async_hooks'; const als = new AsyncLocalStorage(); async function f() { als.enterWith(await pool.connect()); «als.getStore()»; }`, [acquired]],
    ['something else is stored', `${pg}import { AsyncLocalStorage } from 'node:async_hooks'; const als = new AsyncLocalStorage(); als.run('id', () => { «als.getStore()»; });`, ['-']],
    ['another class of that name', `${pg}import { AsyncLocalStorage } from './als'; const als = new AsyncLocalStorage(); als.run(await pool.connect(), () => { «als.getStore()»; });`, ['-']],
  ],
};

/** One setting for all rows: only one of them uses it. */
const settings = { wrappers: [{ name: 'unit', sessionParam: 1, library: 'knex' }] };

describe.each(Object.entries(tables))('%s', (_about, rows) => {
  it.each(rows.map((row) => [...row] as const))('%s', (_title, code, answers) => {
    expect(resolve(code, settings)).toEqual(answers);
  });
});

describe('the settings', () => {
  const f = 'export function f(t: UnitOfWork) { «t»; }';

  it('name own session types, by module', () => {
    const own = { sessionTypes: [{ name: 'UnitOfWork', from: './uow', library: 'typeorm' }] };
    expect(resolve(`import type { UnitOfWork } from './uow'; ${f}`, own)).toEqual(['typeorm query-runner, typed #1']);
    expect(resolve(`import type { UnitOfWork } from './other'; ${f}`, own)).toEqual(['-']);
  });

  it('name own clients', () => {
    expect(resolve(`import { Database } from './db'; «new Database()»;`, { clients: [{ name: 'Database', from: './db', library: 'knex' }] })).toEqual(['knex client']);
  });

  it('name libraries to ignore', () => {
    expect(resolve(`${prisma}prisma.$transaction((tx) => { «tx»; });`, { ignoredLibraries: ['prisma'] })).toEqual(['-']);
  });
});

describe('the nearest package.json', () => {
  /** A file in a project with these dependencies. */
  function fileIn(dependencies: Record<string, string>): string {
    const project = mkdtempSync(path.join(tmpdir(), 'db-session-'));
    onTestFinished(() => {
      rmSync(project, { recursive: true, force: true });
    });
    writeFileSync(path.join(project, 'package.json'), JSON.stringify({ dependencies }));
    mkdirSync(path.join(project, 'src'));
    return path.join(project, 'src/a.ts');
  }
  const code = `import { db } from './connection'; db.transaction(async (x) => { «x»; await run(x); });`;

  it('says which library an unknown client belongs to', () => {
    expect(resolve(code, {}, fileIn({ knex: '3' }))).toEqual(['knex transaction, managed-callback #1']);
  });

  it('says nothing of a project without a database', () => {
    expect(resolve(code, {}, fileIn({ express: '5' }))).toEqual(['-']);
  });

  it('is not asked where the file imports a library', () => {
    expect(resolve(`import { Sequelize } from 'sequelize'; declare const s: Sequelize; s.transaction(async (x) => { «x»; });`, {}, fileIn({ knex: '3' }))).toEqual(['sequelize transaction, managed-callback #1']);
  });
});
