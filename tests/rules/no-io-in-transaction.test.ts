import parser from '@typescript-eslint/parser';
import { RuleTester } from 'eslint';
import { describe, expect, it } from 'vitest';
import { externalModules, notExternal } from '../../src/external-io/modules.js';
import plugin from '../../src/plugin.js';
import { managed } from './transaction-rows.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const tester = new RuleTester({ languageOptions: { parser } });
const rule = plugin.rules['no-io-in-transaction'];

const prisma = (work: string, head = ''): string => `import { prisma } from './db'; ${head} export const f = (id) => prisma.$transaction(async (tx) => { await tx.order.update({ where: { id } }); ${work} });`;
const held = [{ messageId: 'held' }];

describe('every library', () => {
  tester.run('no-io-in-transaction', rule, {
    valid: managed.map(({ label, head, wrap }) => ({ name: `${label}, after the callback`, code: `${head} ${wrap('await work(s);').replace(/;$/, '')}.then(() => fetch('https://example.org'));` })),
    invalid: managed.map(({ label, head, wrap, facts }) => ({
      name: `${label}, a request`,
      code: `${head} ${wrap("await work(s); await fetch('https://example.org');")}`,
      errors: [{ messageId: facts.origins.some((origin) => origin.kind === 'callback' && origin.retried && label.endsWith(`: ${origin.methods.find((method) => label.endsWith(`: ${method}`)) ?? '?'}`)) ? 'repeated' : 'held' }],
    })),
  });
  tester.run('retriedOnly', rule, {
    valid: managed.filter(({ facts }) => !facts.origins.some((origin) => origin.kind === 'callback' && origin.retried)).map(({ label, head, wrap }) => ({ name: `${label}, which is not retried`, code: `${head} ${wrap("await work(s); await fetch('https://example.org');")}`, options: [{ retriedOnly: true }] })),
    invalid: [
      ...managed.filter(({ facts, library }) => ['neo4j', 'firestore', 'spanner', 'gel'].includes(library.id) && facts.origins.some((origin) => origin.kind === 'callback' && origin.retried)).map(({ label, head, wrap }) => ({ name: `${label}, which is`, code: `${head} ${wrap("await work(s); await fetch('https://example.org');")}`, options: [{ retriedOnly: true }], errors: [{ messageId: 'repeated' }] })),
      { name: 'mongodb, withTransaction', code: `import { MongoClient } from 'mongodb'; import { Resend } from 'resend'; const resend = new Resend(''); export const f = (client: MongoClient) => client.withSession((session) => session.withTransaction(async () => { await client.db().collection('a').insertOne({}, { session }); await resend.emails.send({}); }));`, options: [{ retriedOnly: true }], errors: [{ message: '`resend.emails.send` is sending a message in the callback of a MongoDB driver client session, which MongoDB driver may run several times: it is done again with every retry. Do it after the commit.' }] },
      { name: 'mongoose, connection.transaction', code: `import mongoose from 'mongoose'; export const f = () => mongoose.connection.transaction(async (session) => { await User.create([{}], { session }); void fetch('https://example.org'); });`, options: [{ retriedOnly: true }], errors: [{ messageId: 'repeated' }] },
    ],
  });
});

describe('every module of the table', () => {
  it('stands there once', () => {
    const all = externalModules.flatMap(({ modules }) => modules);
    expect(all.filter((module, at) => all.indexOf(module) !== at)).toEqual([]);
  });
  const named = externalModules.flatMap((entry) => entry.modules.map((module) => ({ entry, module: module.replace('*', 'x') })));
  tester.run('no-io-in-transaction', rule, {
    valid: [
      ...named.map(({ module, entry }) => ({ name: `${module}, allowed`, code: prisma(`await client.${entry.only?.[0] ?? 'call'}(id);`, `import client from '${module}';`), settings: { 'db-session': { externalIo: { allow: [module] } } } })),
      ...notExternal.map((module) => ({ name: module, code: prisma('await client.send(id);', `import client from '${module.replace('*', 'x')}';`) })),
      ...externalModules.filter(({ except }) => except).map((entry) => ({ name: `${entry.what}: ${entry.except?.[0] ?? ''} is none`, code: prisma(`await client.${entry.except?.[0] ?? ''}(id);`, `import client from '${entry.modules[0] ?? ''}';`) })),
    ],
    invalid: named.map(({ module, entry }) => ({ name: module, code: prisma(`await client.${entry.only?.[0] ?? 'call'}(id);`, `import client from '${module}';`), errors: [{ messageId: entry.publishes ? 'published' : 'held' }] })),
  });
});

describe('shapes', () => {
  tester.run('no-io-in-transaction', rule, {
    valid: [
      { name: 'before', code: `import { prisma } from './db'; import axios from 'axios'; export async function f() { const { data } = await axios.get('/'); await prisma.$transaction(async (tx) => { await tx.a.create({ data }); }); }` },
      { name: 'logging that nobody waits for', code: prisma("fetch('https://log.example.org');") },
      { name: 'put off until after the commit', code: prisma('tx.afterCommit(async () => { await axios.post("/"); }); notes.push(async () => { await axios.post("/"); });', "import axios from 'axios';") },
      { name: 'a table that is called so', code: prisma('await models.Notification.create({ data: {} }); await tx.mailerLog.create({ data: {} }); await this.webhookPrisma.update({}); await emailToken.delete(tx);') },
      { name: 'a function that is called so', code: prisma("await sendMail(id); await stripe.charge(id); await queue.add(id);") },
      { name: 'a local module that is called so', code: prisma('await stripe.customers.create({});', "import stripe from './lib/stripe';") },
      { name: 'the data of a request', code: `import { prisma } from './db'; import axios from 'axios'; export async function f() { const { data } = await axios.get('/'); await prisma.$transaction(async (tx) => { await tx.a.create({ data: await data.rows.map((row) => row) }); }); }` },
      { name: 'a type of the package', code: prisma('await res.save(tx);', "import type { AxiosResponse } from 'axios'; declare const res: AxiosResponse;") },
      { name: 'a signature that is checked', code: prisma('await stripe.webhooks.constructEventAsync(id);', "import Stripe from 'stripe'; const stripe = new Stripe('');") },
      { name: 'a URL that is signed', code: prisma('await getSignedUrl(id);', "import { getSignedUrl } from '@aws-sdk/s3-request-presigner';") },
      { name: 'a timer in a race', code: prisma('await Promise.race([tx.a.findMany(), new Promise((resolve) => setTimeout(resolve, 1000))]);') },
      { name: 'letting others run', code: prisma('await new Promise((resolve) => setTimeout(resolve, 0)); await new Promise((resolve) => setImmediate(resolve));') },
      { name: 'an outbox in the transaction', code: prisma("await boss.send('mail', {}, { db: tx });", "import PgBoss from 'pg-boss'; const boss = new PgBoss('');") },
      { name: 'a job that is read', code: prisma('await queue.getJob(id);', "import { Queue } from 'bullmq'; const queue = new Queue('a');") },
      { name: 'a fetch of its own', code: prisma('await fetch(id);', "import { fetch } from './cache';") },
      { name: 'after the commit of an unmanaged transaction', code: `import knex from 'knex'; const db = knex({}); export async function f() { const trx = await db.transaction(); await trx('a').insert({}); await trx.commit(); await fetch('/'); }` },
      { name: 'on a connection without a transaction', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await fetch('/'); c.release(); }` },
      { name: 'a batch', code: `import { prisma } from './db'; export const f = () => prisma.$transaction([prisma.a.create({ data: {} })]);` },
      { name: 'a pause in a test of locks', code: `import { prisma } from './db'; it('waits for the lock', async () => { await prisma.$transaction(async (tx) => { await tx.job.update({ where: {}, data: {} }); await new Promise((resolve) => setTimeout(resolve, 100)); }); });` },
      { name: 'allowed: fetch and pauses', code: prisma("await fetch('/'); await new Promise((r) => setTimeout(r, 100));"), settings: { 'db-session': { externalIo: { allow: ['fetch', 'sleep'] } } } },
      { name: 'a module of the settings, another export', code: prisma('await format(id);', "import { format } from '@app/mailer';"), settings: { 'db-session': { externalIo: { modules: [{ from: '@app/mailer', names: ['sendMail'] }] } } } },
      { name: 'no transaction of a database', code: `import axios from 'axios'; import { ledger } from './ledger'; export const f = () => ledger.transaction(async (entry) => { await axios.get('/'); });` },
    ],
    invalid: [
      { name: 'fetch', code: prisma("await fetch('https://example.org');"), errors: [{ message: "`fetch` is an HTTP request while the Prisma interactive transaction is open: its connection and its locks are held until the other side answers, and a rollback does not undo it. Do it before the transaction or after the commit.", line: 1, column: 142, endLine: 1, endColumn: 147 }] },
      { name: 'a client that was made', code: prisma('await http.get("/");', "import axios from 'axios'; const http = axios.create({});"), errors: held },
      { name: 'a class of the SDK', code: prisma('await stripe.refunds.create({});', "import Stripe from 'stripe'; const stripe = new Stripe('');"), errors: held },
      { name: 'require', code: prisma('await stripe.refunds.create({});', "const stripe = require('stripe')('');"), errors: held },
      { name: 'a field by its type', code: `import Stripe from 'stripe'; class S { constructor(private readonly stripe: Stripe) {} f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.stripe.refunds.create({}); }); } }`, errors: held },
      { name: 'a field by its value', code: `import { S3Client } from '@aws-sdk/client-s3'; class S { private s3 = new S3Client({}); f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.s3.send({}); }); } }`, errors: held },
      { name: 'a field by the constructor', code: `import nodemailer from 'nodemailer'; class S { constructor() { this.mail = nodemailer.createTransport({}); } f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.mail.sendMail({}); }); } }`, errors: held },
      { name: 'an injected queue', code: `import { InjectQueue } from '@nestjs/bullmq'; import { Queue } from 'bullmq'; class S { constructor(@InjectQueue('mail') private readonly queue: Queue) {} f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.queue.add('mail', {}); }); } }`, errors: [{ messageId: 'published' }] },
      { name: 'a parameter by its type', code: `import OpenAI from 'openai'; import { prisma } from './db'; export const f = (ai: OpenAI) => prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await ai.chat.completions.create({}); });`, errors: held },
      { name: 'the file imports the types of the package', code: prisma('await stripe.customers.create({});', "import stripe from './lib/stripe'; import type Stripe from 'stripe';"), errors: held },
      { name: 'in Promise.all', code: prisma('await Promise.all([tx.a.create({ data: {} }), axios.post("/")]);', "import axios from 'axios';"), errors: held },
      { name: 'in a loop over rows', code: prisma('await Promise.all(id.map(async (each) => { await axios.post("/", each); }));', "import axios from 'axios';"), errors: held },
      { name: 'rxjs of NestJS', code: `import { HttpService } from '@nestjs/axios'; import { firstValueFrom } from 'rxjs'; class S { constructor(private readonly http: HttpService) {} f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.http.axiosRef.get('/'); }); } }`, errors: held },
      { name: 'a helper of the file', code: `import axios from 'axios'; import { prisma } from './db'; async function notify(id) { await axios.post('/', { id }); } export const f = (id) => prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await notify(id); });`, errors: [{ messageId: 'held', column: 220 }] },
      { name: 'a helper of the class', code: `import axios from 'axios'; class S { f() { return this.prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await this.notify(); }); } async notify() { return axios.post('/'); } }`, errors: held },
      { name: 'between begin and commit', code: `import knex from 'knex'; const db = knex({}); export async function f() { const trx = await db.transaction(); await trx('a').insert({}); await fetch('/'); await trx.commit(); }`, errors: held },
      { name: 'between BEGIN and COMMIT', code: `import { Pool } from 'pg'; const pool = new Pool(); export async function f() { const c = await pool.connect(); await c.query('BEGIN'); await fetch('/'); await c.query('COMMIT'); c.release(); }`, errors: held },
      { name: 'a pause', code: prisma('await new Promise((resolve) => setTimeout(resolve, 1000));'), errors: [{ messageId: 'paused' }] },
      { name: 'a pause in a helper of a file that has no tests', code: `import { prisma } from './db'; export const it = (name, work) => work(); it('waits', async () => { await prisma.$transaction(async (tx) => { await tx.job.update({ where: {}, data: {} }); await new Promise((resolve) => setTimeout(resolve, 100)); }); });`, errors: [{ messageId: 'paused' }] },
      { name: 'a request in a test', code: `import { prisma } from './db'; it('sends', async () => { await prisma.$transaction(async (tx) => { await tx.job.update({ where: {}, data: {} }); await fetch('/'); }); });`, errors: [{ messageId: 'held' }] },
      { name: 'a pause of timers/promises', code: prisma('await setTimeout(1000);', "import { setTimeout } from 'node:timers/promises';"), errors: [{ messageId: 'paused' }] },
      { name: 'a pause of the file', code: prisma('await sleep(100);', 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));'), errors: [{ messageId: 'paused' }] },
      { name: 'a module of the settings', code: prisma('await sendMail(id);', "import { sendMail } from '@app/mailer';"), settings: { 'db-session': { externalIo: { modules: [{ from: '@app/mailer', names: ['sendMail'] }] } } }, errors: held },
      { name: 'a job', code: prisma("await queue.add('mail', {});", "import { Queue } from 'bullmq'; const queue = new Queue('mail');"), errors: [{ messageId: 'published' }] },
    ],
  });
});
