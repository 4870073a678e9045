import { describe, expect, it } from 'vitest';
import { backgroundApis, type BackgroundApi } from '../../src/background/apis.js';
import { findings, inTransaction } from './lint.js';

const keyOf = (api: BackgroundApi) => `${api.from[0] ?? ''} ${api.of?.[0] ?? ''} ${api.called[0] ?? ''} ${api.form}`.replace(/\s+/g, ' ');

/** For each row of the data one call of each name with the session `tx`; the same call with the root client is fine. */
const samples: Readonly<Record<string, { readonly imports?: string; readonly calls: readonly string[]; readonly fine?: readonly string[] }>> = {
  'global setTimeout function': {
    calls: ['setTimeout(() => save(tx, 1), 10);', 'setTimeout(save, 10, tx, 1);', 'setInterval(() => save(tx, 1), 10);', 'globalThis.setTimeout(() => save(tx, 1), 10);', 'setTimeout(save.bind(null, tx), 10);', 'const later = () => save(tx, 1); setTimeout(later, 10);'],
    fine: ['await new Promise((resolve) => setTimeout(resolve, 10)); await save(tx, 1);', 'await new Promise((resolve) => setTimeout(async () => { await save(tx, 1); resolve(1); }, 10));', 'const timer = setTimeout(() => save(tx, 1), 10); await save(tx, 2); clearTimeout(timer);'],
  },
  'global setImmediate function': { calls: ['setImmediate(() => save(tx, 1));', 'setImmediate(save, tx, 1);'], fine: ['await new Promise((resolve) => setImmediate(resolve));'] },
  'global process.nextTick function': { calls: ['process.nextTick(() => save(tx, 1));', 'process.nextTick(save, tx, 1);'] },
  'global queueMicrotask function': { calls: ['queueMicrotask(() => save(tx, 1));'] },
  'any on method': { calls: ["res.on('finish', () => save(tx, 1));", "res.once('close', async () => { await save(tx, 1); });"], fine: ["res.on('finish', () => log('done'));"] },
  'events EventEmitter on method': { imports: "import { EventEmitter } from 'node:events'; const bus = new EventEmitter();", calls: ["bus.on('x', () => save(tx, 1));", "bus.once('x', async () => { await save(tx, 1); });"] },
  'any emitAsync method': { calls: ["bus.emitAsync('x', { tx });", "void bus.emitAsync('x', tx);"], fine: ["await bus.emitAsync('x', { tx });", "const all = bus.emitAsync('x', { tx }); await all;"] },
  'events EventEmitter emit method': { imports: "import { EventEmitter } from 'node:events'; const bus = new EventEmitter();", calls: ["bus.emit('x', { tx });"] },
  'on-finished default function': { imports: "import onFinished from 'on-finished';", calls: ['onFinished(res, () => save(tx, 1));'], fine: ["onFinished(res, () => log('done'));"] },
  'any addHook method': { calls: ["app.addHook('onResponse', async () => { await save(tx, 1); });"] },
  'next/server after function': { imports: "import { after } from 'next/server';", calls: ['after(() => save(tx, 1));', 'after(save(tx, 1));'] },
  '@vercel/functions waitUntil function': { imports: "import { waitUntil } from '@vercel/functions';", calls: ['waitUntil(save(tx, 1));', 'const p = save(tx, 1); waitUntil(p);'] },
  'any waitUntil method': { calls: ['ctx.waitUntil(save(tx, 1));', 'c.executionCtx.waitUntil((async () => { await save(tx, 1); })());'], fine: ['await browser.waitUntil(() => save(tx, 1));'] },
  'bullmq Queue add method': { imports: "import { Queue } from 'bullmq'; const queue = new Queue('q');", calls: ["await queue.add('x', { tx });", "await queue.addBulk([{ name: 'x', data: { tx } }]);"], fine: ["await queue.add('x', { id: 1 });"] },
  'bullmq FlowProducer add method': { imports: "import { FlowProducer } from 'bullmq'; const flow = new FlowProducer();", calls: ["await flow.add({ name: 'x', data: { tx } });"] },
  'bull default add method': { imports: "import Queue from 'bull'; const queue = new Queue('q');", calls: ['await queue.add({ tx });', "await queue.add('x', { tx });"] },
  'bee-queue default createJob method': { imports: "import Queue from 'bee-queue'; const queue = new Queue('q');", calls: ['await queue.createJob({ tx }).save();'] },
  'pg-boss default send method': { imports: "import PgBoss from 'pg-boss'; const boss = new PgBoss('');", calls: ["await boss.send('q', { tx });"], fine: ["await boss.send('q', { id: 1 }, { db: fromPrisma(tx) });", "await boss.send('q', { id: 1 }, { db: tx });"] },
  'pg-boss default schedule method': { imports: "import PgBoss from 'pg-boss'; const boss = new PgBoss('');", calls: ["await boss.schedule('q', '* * * * *', { tx });"] },
  'pg-boss default insert method': { imports: "import PgBoss from 'pg-boss'; const boss = new PgBoss('');", calls: ["await boss.insert([{ name: 'q', data: { tx } }]);"] },
  'graphile-worker WorkerUtils addJob method': { imports: "import { makeWorkerUtils } from 'graphile-worker'; const utils = await makeWorkerUtils({});", calls: ["await utils.addJob('x', { tx });"], fine: ["await tx.$executeRaw`select graphile_worker.add_job('x', '{}')`;"] },
  'graphile-worker quickAddJob function': { imports: "import { quickAddJob } from 'graphile-worker';", calls: ["await quickAddJob({}, 'x', { tx });"] },
  'agenda Agenda now method': { imports: "import { Agenda } from 'agenda'; const agenda = new Agenda();", calls: ["await agenda.now('x', { tx });"] },
  'agenda Agenda schedule method': { imports: "import { Agenda } from 'agenda'; const agenda = new Agenda();", calls: ["await agenda.schedule('noon', 'x', { tx });", "await agenda.every('1 day', 'x', { tx });"] },
  'agenda Agenda define method': { imports: "import { Agenda } from 'agenda'; const agenda = new Agenda();", calls: ["agenda.define('x', async () => { await save(tx, 1); });"] },
  'inngest Inngest send method': { imports: "import { Inngest } from 'inngest'; const inngest = new Inngest({ id: 'a' });", calls: ["await inngest.send({ name: 'x', data: { tx } });"] },
  '@trigger.dev/sdk tasks.trigger function': { imports: "import { tasks } from '@trigger.dev/sdk';", calls: ["await tasks.trigger('x', { tx });"] },
  '@temporalio/client Client start method': { imports: "import { Client } from '@temporalio/client'; const client = new Client();", calls: ['await client.workflow.start(flow, { args: [tx] });', 'await client.workflow.execute(flow, { args: [{ tx }] });'] },
  'node-cron schedule function': { imports: "import cron from 'node-cron';", calls: ["cron.schedule('* * * * *', () => save(tx, 1));"] },
  'node-schedule scheduleJob function': { imports: "import { scheduleJob } from 'node-schedule';", calls: ["scheduleJob('* * * * *', () => save(tx, 1));"] },
  'cron CronJob constructor': { imports: "import { CronJob } from 'cron';", calls: ["new CronJob('* * * * *', () => save(tx, 1));"] },
  'cron CronJob.from function': { imports: "import { CronJob } from 'cron';", calls: ["CronJob.from({ cronTime: '* * * * *', onTick: () => save(tx, 1) });"] },
  'croner Cron constructor': { imports: "import { Cron } from 'croner';", calls: ["new Cron('* * * * *', () => save(tx, 1));"] },
  'croner Cron function': { imports: "import { Cron } from 'croner';", calls: ["Cron('* * * * *', () => save(tx, 1));"] },
  'p-queue default add method': { imports: "import PQueue from 'p-queue'; const queue = new PQueue();", calls: ['queue.add(() => save(tx, 1));', 'queue.add(() => save(tx, 1)).catch(log);'], fine: ['await queue.add(() => save(tx, 1));', 'queue.add(() => save(tx, 1)); await queue.onIdle();'] },
  'p-limit default method': { imports: "import pLimit from 'p-limit'; const limit = pLimit(2);", calls: ['limit(() => save(tx, 1));', 'void limit(save, tx, 1);'], fine: ['await limit(() => save(tx, 1));', 'const all = limit(() => save(tx, 1)); await all;'] },
  'fastq default push method': { imports: "import fastq from 'fastq'; const queue = fastq.promise(save, 1);", calls: ['queue.push(tx);'], fine: ['await queue.push(tx);', 'queue.push(tx); await queue.drained();'] },
  'async queue push method': { imports: "import { queue as makeQueue } from 'async'; const queue = makeQueue(save, 1);", calls: ['queue.push(tx);'], fine: ['queue.push(tx); await queue.drain();'] },
  'bottleneck default schedule method': { imports: "import Bottleneck from 'bottleneck'; const limiter = new Bottleneck();", calls: ['limiter.schedule(() => save(tx, 1));', 'limiter.schedule(save, tx, 1);'], fine: ['await limiter.schedule(() => save(tx, 1));'] },
  'better-queue default push method': { imports: "import Queue from 'better-queue'; const queue = new Queue(save);", calls: ['queue.push(tx);'] },
  'worker_threads Worker constructor': { imports: "import { Worker } from 'node:worker_threads';", calls: ["new Worker('./w.js', { workerData: { tx } });"], fine: ["new Worker('./w.js', { workerData: { id: 1 } });"] },
  'any postMessage method': { calls: ['worker.postMessage({ tx });'], fine: ['worker.postMessage({ id: 1 });'] },
  'global structuredClone function': { calls: ['structuredClone({ tx });'] },
  'child_process fork send method': { imports: "import { fork } from 'node:child_process'; const child = fork('./c.js');", calls: ['child.send({ tx });'] },
  'piscina default run method': { imports: "import Piscina from 'piscina'; const pool = new Piscina();", calls: ['await pool.run({ tx });'] },
  'workerpool pool exec method': { imports: "import workerpool from 'workerpool'; const pool = workerpool.pool('./w.js');", calls: ["await pool.exec('work', [tx]);"] },
  'rxjs * subscribe method': { imports: "import { interval, map } from 'rxjs';", calls: ['interval(10).pipe(map((x) => x)).subscribe(() => save(tx, 1));', 'interval(10).subscribe({ next: () => save(tx, 1) });'] },
  'rxjs tap function': { imports: "import { tap } from 'rxjs';", calls: ['source.pipe(tap(async () => { await save(tx, 1); }));'] },
  'effect Effect.forkDaemon function': { imports: "import { Effect } from 'effect';", calls: ['Effect.forkDaemon(Effect.promise(() => save(tx, 1)));', 'Effect.forkDetach(Effect.promise(() => save(tx, 1)));'] },
  'effect Effect.runFork function': { imports: "import { Effect } from 'effect';", calls: ['Effect.runFork(Effect.promise(() => save(tx, 1)));', 'Effect.runCallback(Effect.promise(() => save(tx, 1)));'] },
  'effect Effect.runPromise function': { imports: "import { Effect } from 'effect';", calls: ['Effect.runPromise(Effect.promise(() => save(tx, 1)));'], fine: ['await Effect.runPromise(Effect.promise(() => save(tx, 1)));'] },
};

describe('every row of the data', () => {
  it('has samples', () => {
    const keys = backgroundApis.filter((api) => api.form !== 'decorator').map(keyOf);
    expect(Object.keys(samples).toSorted()).toEqual(keys.toSorted());
  });

  describe.each(Object.entries(samples))('%s', (key, { imports = '', calls, fine = [] }) => {
    const elsewhere = backgroundApis.find((api) => keyOf(api) === key)?.lifetime === 'elsewhere';
    it.each(calls)('%s', (call) => {
      expect(findings(inTransaction(call, imports), { events: true })).toEqual([`3 ${elsewhere ? 'cannotTravel' : 'outlives'}`]);
    });
    it.each([...fine, ...calls.map((call) => call.replace(/\btx\b/g, 'prisma').replace('{ prisma }', '{ id: 1 }'))])('is silent: %s', (call) => {
      expect(findings(inTransaction(call, imports), { events: true })).toEqual([]);
    });
  });

  it('emit is reported in strict only', () => {
    expect(findings(inTransaction("bus.emit('x', { tx });", "import { EventEmitter } from 'node:events'; const bus = new EventEmitter();"))).toEqual([]);
  });

  it('a method that a clock runs, in a class that lives for one request', () => {
    const code = (scope: string) =>
      `import { Cron } from '@nestjs/schedule'; import type { QueryRunner } from 'typeorm';
@Injectable({ scope: Scope.${scope} }) export class Cleaner { constructor(private readonly runner: QueryRunner) {}
@Cron('0 * * * *') async clean() { await this.runner.query('DELETE FROM old'); } }`;
    expect(findings(code('REQUEST'))).toEqual(['3 outlives']);
    expect(findings(code('DEFAULT'))).toEqual([]);
  });

  it('timers/promises is a promise and no timer', () => {
    expect(findings(inTransaction('await setTimeout(1000); await save(tx, 1);', "import { setTimeout } from 'node:timers/promises';"))).toEqual([]);
  });
});
