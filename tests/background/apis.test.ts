import { describe, expect, it } from 'vitest';
import { backgroundApis, type BackgroundApi } from '../../src/background/apis.js';
import { findings, inTransaction } from './lint.js';

const keyOf = (api: BackgroundApi) => `${api.from[0] ?? ''} ${api.of?.[0] ?? ''} ${api.called[0] ?? ''} ${api.form}`.replace(/\s+/g, ' ');

interface Sample {
  /** Calls of `CALL` with the session `tx`, each of which is reported. The first is made for every name, package and export of the row. */
  readonly calls: readonly string[];
  /** The same, where somebody waits or the session stays here. */
  readonly fine?: readonly string[];
  /** For methods of anything: what they are called on. */
  readonly on?: readonly string[];
}

/** For each row of the data its samples; each call is fine with the root client in the session's place. */
const samples: Readonly<Record<string, Sample>> = {
  'global setTimeout function': {
    calls: ['CALL(() => save(tx, 1), 10);', 'CALL(save, 10, tx, 1);', 'CALL(save.bind(null, tx), 10);', 'const later = () => save(tx, 1); CALL(later, 10);'],
    fine: ['await new Promise((resolve) => CALL(resolve, 10)); await save(tx, 1);', 'await new Promise((resolve) => CALL(async () => { await save(tx, 1); resolve(1); }, 10));', 'const timer = CALL(() => save(tx, 1), 10); await save(tx, 2); clearTimeout(timer);'],
  },
  'global setImmediate function': { calls: ['CALL(() => save(tx, 1));', 'CALL(save, tx, 1);'], fine: ['await new Promise((resolve) => CALL(resolve));'] },
  'global process.nextTick function': { calls: ['CALL(() => save(tx, 1));', 'CALL(save, tx, 1);'], fine: ['await new Promise((resolve) => CALL(resolve));'] },
  'global queueMicrotask function': { calls: ['CALL(() => save(tx, 1));'], fine: ['await new Promise((resolve) => CALL(resolve));'] },
  'any on method': { on: ['res', 'req', 'reply.raw', 'ctx.res'], calls: ["CALL('finish', () => save(tx, 1));", "CALL('close', async () => { await save(tx, 1); });", "CALL('end', () => save(tx, 1));"], fine: ["CALL('finish', () => log('done'));", "CALL('close', () => tx.release());"] },
  'events EventEmitter on method': { calls: ["CALL('x', () => save(tx, 1));", "CALL('x', async () => { await save(tx, 1); });"], fine: ["CALL('x', () => log('done'));"] },
  'any emitAsync method': { on: ['bus', 'this.events'], calls: ["CALL('x', { tx });", "void CALL('x', tx);", "CALL('x', { tx }).catch(log);"], fine: ["await CALL('x', { tx });", "const all = CALL('x', { tx }); await all;"] },
  'events EventEmitter emit method': { calls: ["CALL('x', { tx });"], fine: ["CALL('x', { id: 1 });"] },
  'on-finished default function': { calls: ['CALL(res, () => save(tx, 1));'], fine: ["CALL(res, () => log('done'));", 'CALL(res, () => tx.release());'] },
  'any addHook method': { on: ['app', 'fastify'], calls: ["CALL('onResponse', async () => { await save(tx, 1); });", "CALL('onTimeout', () => save(tx, 1));", "CALL('onRequestAbort', () => save(tx, 1));"], fine: ["CALL('onResponse', () => tx.release());"] },
  'next/server after function': { calls: ['CALL(() => save(tx, 1));', 'CALL(save(tx, 1));'], fine: ["CALL(() => log('done'));", 'CALL(() => tx.release());'] },
  '@vercel/functions waitUntil function': { calls: ['CALL(save(tx, 1));', 'const p = save(tx, 1); CALL(p);'], fine: ['CALL(tx.release());', 'CALL(tx.end());'] },
  'any waitUntil method': { on: ['ctx', 'c.executionCtx', 'c.event', 'event', 'context', 'state', 'getContext()'], calls: ['CALL(save(tx, 1));', 'CALL((async () => { await save(tx, 1); })());'], fine: ['await CALL(() => save(tx, 1));', 'CALL(tx.end());'] },
  'bullmq Queue add method': { calls: ["await CALL('x', { tx });", "await CALL([{ name: 'x', data: { tx } }]);"], fine: ["await CALL('x', { id: 1 });"] },
  'bullmq FlowProducer add method': { calls: ["await CALL({ name: 'x', data: { tx } });"], fine: ["await CALL({ name: 'x', data: { id: 1 } });"] },
  'bullmq Relay publish method': { calls: ["await CALL('x', { tx });"], fine: ["await CALL('x', { id: 1 });"] },
  'bull default add method': { calls: ['await CALL({ tx });', "await CALL('x', { tx });"], fine: ['await CALL({ id: 1 });'] },
  'bee-queue default createJob method': { calls: ['await CALL({ tx }).save();'], fine: ['await CALL({ id: 1 }).save();'] },
  'pg-boss default send method': { calls: ["await CALL('q', { tx });"], fine: ["await CALL('q', { id: 1 }, { db: fromPrisma(tx) });", "await CALL('q', { id: 1 }, { db: tx });"] },
  'pg-boss default schedule method': { calls: ["await CALL('q', '* * * * *', { tx });"], fine: ["await CALL('q', '* * * * *', { id: 1 });"] },
  'pg-boss default insert method': { calls: ["await CALL([{ name: 'q', data: { tx } }]);"], fine: ["await CALL([{ name: 'q', data: { id: 1 } }], { db: tx });"] },
  'graphile-worker WorkerUtils addJob method': { calls: ["await CALL('x', { tx });"], fine: ["await CALL('x', { id: 1 });", "await tx.$executeRaw`select graphile_worker.add_job('x', '{}')`;"] },
  'graphile-worker quickAddJob function': { calls: ["await CALL({}, 'x', { tx });"], fine: ["await CALL({}, 'x', { id: 1 });"] },
  'agenda Agenda now method': { calls: ["await CALL('x', { tx });"], fine: ["await CALL('x', { id: 1 });"] },
  'agenda Agenda schedule method': { calls: ["await CALL('noon', 'x', { tx });"], fine: ["await CALL('noon', 'x', { id: 1 });"] },
  'agenda Agenda define method': { calls: ["CALL('x', async () => { await save(tx, 1); });", "CALL('x', {}, async () => { await save(tx, 1); });"], fine: ["CALL('x', () => log('x'));"] },
  'inngest Inngest send method': { calls: ["await CALL({ name: 'x', data: { tx } });"], fine: ["await CALL({ name: 'x', data: { id: 1 } });"] },
  '@trigger.dev/sdk tasks.trigger function': { calls: ["await CALL('x', { tx });"], fine: ["await CALL('x', { id: 1 });"] },
  '@temporalio/client Client start method': { calls: ['await CALL(flow, { args: [tx] });', 'await CALL(flow, { args: [{ tx }] });', 'await CALL(flow, { signalArgs: [tx] });'], fine: ['await CALL(flow, { args: [1] });'] },
  '@temporalio/client Client signal method': { calls: ["await CALL('x', tx);"], fine: ["await CALL('x', 1);"] },
  'node-cron schedule function': { calls: ["CALL('* * * * *', () => save(tx, 1));"], fine: ["CALL('* * * * *', () => log('x'));"] },
  'node-schedule scheduleJob function': { calls: ["CALL('* * * * *', () => save(tx, 1));", "CALL('x', '* * * * *', () => save(tx, 1));"], fine: ["CALL('* * * * *', () => log('x'));"] },
  'cron CronJob constructor': { calls: ["new CALL('* * * * *', () => save(tx, 1));"], fine: ["new CALL('* * * * *', () => log('x'));"] },
  'cron CronJob.from function': { calls: ["CALL({ cronTime: '* * * * *', onTick: () => save(tx, 1) });"], fine: ["CALL({ cronTime: '* * * * *', onTick: () => log('x') });"] },
  'croner Cron constructor': { calls: ["new CALL('* * * * *', () => save(tx, 1));", "new CALL('* * * * *', {}, () => save(tx, 1));"], fine: ["new CALL('* * * * *', () => log('x'));"] },
  'croner Cron function': { calls: ["CALL('* * * * *', () => save(tx, 1));"], fine: ["CALL('* * * * *', () => log('x'));"] },
  'p-queue default add method': { calls: ['CALL(() => save(tx, 1));', 'CALL([() => save(tx, 1)]);', 'CALL(xs.map((x) => () => save(tx, x)));', 'CALL(() => save(tx, 1)).catch(log);'], fine: ['await CALL(() => save(tx, 1));', 'CALL(() => save(tx, 1)); await made.onIdle();', 'CALL(() => save(tx, 1)); await made.onEmpty();'] },
  'p-limit default method': { calls: ['CALL(() => save(tx, 1));', 'void CALL(save, tx, 1);'], fine: ['await CALL(() => save(tx, 1));', 'const all = CALL(() => save(tx, 1)); await all;'] },
  'fastq default push method': { calls: ['CALL(tx);'], fine: ['await CALL(tx);', 'CALL(tx); await made.drained();'] },
  'async queue push method': { calls: ['CALL(tx);'], fine: ['CALL(tx); await made.drain();'] },
  'bottleneck default schedule method': { calls: ['CALL(() => save(tx, 1));', 'CALL(save, tx, 1);'], fine: ['await CALL(() => save(tx, 1));', 'CALL(() => save(tx, 1)); await made.stop();'] },
  'better-queue default push method': { calls: ['CALL(tx);'], fine: ['CALL(1);'] },
  'worker_threads Worker constructor': { calls: ["new CALL('./w.js', { workerData: { tx } });"], fine: ["new CALL('./w.js', { workerData: { id: 1 } });"] },
  'any postMessage method': { on: ['worker', 'port', 'parentPort'], calls: ['CALL({ tx });', 'CALL(tx);'], fine: ['CALL({ id: 1 });'] },
  'global JSON.stringify function': { calls: ["await redis.set('x', CALL({ tx }));", 'CALL(tx);'], fine: ['CALL({ id: 1 });', 'CALL(await tx.user.findMany());', 'CALL({ tx }, replacer);'] },
  'global structuredClone function': { calls: ['CALL({ tx });'], fine: ['CALL({ id: 1 });', 'CALL(await tx.user.findMany());'] },
  'child_process fork send method': { calls: ['CALL({ tx });'], fine: ['CALL({ id: 1 });'] },
  'piscina default run method': { calls: ['await CALL({ tx });'], fine: ['await CALL({ id: 1 });'] },
  'workerpool pool exec method': { calls: ["await CALL('work', [tx]);"], fine: ["await CALL('work', [1]);"] },
  'rxjs * subscribe method': { on: ['interval(10)', 'interval(10).pipe(map((x) => x))', 'source.pipe(map((x) => x))'], calls: ['CALL(() => save(tx, 1));', 'CALL({ next: () => save(tx, 1) });', 'CALL({ complete: () => save(tx, 1) });'], fine: ['CALL((x) => log(x));'] },
  'rxjs tap function': { calls: ['source.pipe(CALL(async () => { await save(tx, 1); }));', 'source.pipe(CALL({ next: async () => { await save(tx, 1); } }));'], fine: ['source.pipe(CALL((x) => log(x)));'] },
  'effect Effect.forkDaemon function': { calls: ['CALL(Effect.promise(() => save(tx, 1)));', 'await Effect.runPromise(Effect.promise(() => save(tx, 1)).pipe(CALL));', 'await Effect.runPromise(pipe(Effect.promise(() => save(tx, 1)), CALL));'], fine: ['await Effect.runPromise(Effect.promise(() => save(tx, 1)).pipe(Effect.map((x) => x)));'] },
  'effect Effect.runFork function': { calls: ['CALL(Effect.promise(() => save(tx, 1)));', 'Effect.promise(() => save(tx, 1)).pipe(CALL);'], fine: ['CALL(Effect.log(1));'] },
  'effect Effect.runPromise function': { calls: ['CALL(Effect.promise(() => save(tx, 1)));', 'Effect.promise(() => save(tx, 1)).pipe(CALL);'], fine: ['await CALL(Effect.promise(() => save(tx, 1)));', 'await Effect.promise(() => save(tx, 1)).pipe(CALL);'] },
};

/** How the call is written for one name of a row, with one package and export of it. */
interface Way {
  readonly imports: string;
  readonly callee: string;
}

const given = "import { interval, map } from 'rxjs'; import { Effect, pipe } from 'effect'; ";
const importing = (name: string, specifier: string, as: string) => (name === 'default' ? `import ${as} from '${specifier}';` : `import { ${name} as ${as} } from '${specifier}';`);

/** `default.schedule` of a package: the import, and what the file calls. */
function imported(dotted: string, specifier: string): Way {
  const [name = '', ...rest] = dotted.split('.');
  return { imports: importing(name, specifier, 'lib'), callee: ['lib', ...rest].join('.') };
}

function ways(api: BackgroundApi, on: readonly string[] | undefined): Way[] {
  if (api.form !== 'method') {
    const hasDotted = api.called.some((name) => /^(?:process|JSON)\./.test(name));
    return api.from.flatMap((specifier): Way[] => {
      if (specifier === 'any') return (on ?? []).flatMap((receiver) => api.called.map((name) => ({ imports: '', callee: `${receiver}.${name}` })));
      if (specifier !== 'global') return api.called.filter((name) => !/^(?:process|JSON)\./.test(name)).map((name) => imported(name, specifier));
      return api.called.flatMap((name) => (name.includes('.') ? [{ imports: '', callee: name }] : hasDotted ? [] : [{ imports: '', callee: name }, { imports: '', callee: `globalThis.${name}` }]));
    });
  }
  if (on) return on.flatMap((receiver) => api.called.map((name) => ({ imports: '', callee: `${receiver}.${name}` })));
  const [first] = api.called;
  const makers = api.from.flatMap((specifier) => (api.of ?? []).map((maker) => imported(maker, specifier)));
  return makers.flatMap(({ imports, callee: maker }, index) =>
    (index === 0 ? api.called : [first ?? '']).map((name) => ({ imports: `${imports} const made = new ${maker}();`, callee: name === '' ? 'made' : `made.${name}` })),
  );
}

const rows = backgroundApis.filter((api) => api.form !== 'decorator');

describe('every row of the data', () => {
  it('has samples', () => {
    expect(Object.keys(samples).toSorted()).toEqual(rows.map(keyOf).toSorted());
  });

  it('has a sample that is reported and one that is not', () => {
    expect(Object.entries(samples).filter(([, { calls, fine }]) => calls.length === 0 || !fine || fine.length === 0).map(([key]) => key)).toEqual([]);
  });

  describe.each(rows.map((api) => [keyOf(api), api] as const))('%s', (key, api) => {
    const { calls, fine = [], on } = samples[key] ?? { calls: [] };
    const all = ways(api, on);
    const expected = [`3 ${api.lifetime === 'elsewhere' ? 'cannotTravel' : 'outlives'}`];
    const report = (call: string, { imports, callee }: Way) => findings(inTransaction(call.replace('CALL', callee), given + imports), { events: true });

    it('can be called', () => {
      expect(all.length).toBeGreaterThanOrEqual(api.called.length - (api.called.some((name) => name.startsWith('process.')) ? 1 : 0));
    });

    it.each(all.map((way) => [`${way.imports} ${way.callee}`, way] as const))('by every name: %s', (_, way) => {
      expect(report(calls[0] ?? '', way)).toEqual(expected);
    });
    it.each(calls)('%s', (call) => {
      expect(report(call, all[0] as Way)).toEqual(expected);
    });
    it.each([...fine, ...calls.map((call) => call.replace(/\btx\b/g, 'prisma').replace('{ prisma }', '{ id: 1 }'))])('is silent: %s', (call) => {
      expect(report(call, all[0] as Way)).toEqual([]);
    });
    it.each(api.joins ?? [])('is silent when joined by %s', (join) => {
      expect(report(`${calls[0] ?? ''} await made.${join}();`, all[0] as Way)).toEqual([]);
    });
    it.each(api.events ?? [])('for the event %s', (event) => {
      expect(report(`CALL('${event}', () => save(tx, 1));`, all[0] as Way)).toEqual(expected);
    });
  });

  it('emit is reported in strict only', () => {
    expect(findings(inTransaction("bus.emit('x', { tx });", "import { EventEmitter } from 'node:events'; const bus = new EventEmitter();"))).toEqual([]);
  });

  it.each(backgroundApis.filter((api) => api.form === 'decorator').flatMap((api) => api.called))('@%s: a method that a clock runs, in a class that lives for one request', (name) => {
    const code = (scope: string) =>
      `import { ${name} } from '@nestjs/schedule'; import type { QueryRunner } from 'typeorm';
@Injectable({ scope: Scope.${scope} }) export class Cleaner { constructor(private readonly runner: QueryRunner) {}
@${name}('0 * * * *') async clean() { await this.runner.query('DELETE FROM old'); } }`;
    expect(findings(code('REQUEST'))).toEqual(['3 outlives']);
    expect(findings(code('DEFAULT'))).toEqual([]);
  });

  it('timers/promises is a promise and no timer', () => {
    expect(findings(inTransaction('await setTimeout(1000); await save(tx, 1);', "import { setTimeout } from 'node:timers/promises';"))).toEqual([]);
    expect(findings(inTransaction('setTimeout(1000).then(() => save(tx, 1));', "import { setTimeout } from 'node:timers/promises';"))).toEqual(['3 floating']);
  });
});
