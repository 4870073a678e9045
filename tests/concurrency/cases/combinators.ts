/**
 * Functions that run several computations, as they were measured: how many of five calls were in flight at once. What
 * is concurrent is reported, what is sequential is silent.
 */
import type { Table } from '../case.js';

const prelude = `import { PrismaClient, type Prisma } from './generated-prisma/client.js';
declare const prisma: PrismaClient;
declare const ids: number[];
declare function save(tx: Prisma.TransactionClient, id: number): Promise<number>;`;

export const combinators: Table = {
  about: 'combinators',
  // Most of the packages are not installed.
  checked: false,
  prelude,
  cases: [
    {
      title: 'p-map',
      code: `import pMap from 'p-map';
await prisma.$transaction(async (tx) => {
  await «pMap»(ids, (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight: the default is Infinity',
    },
    {
      title: 'p-map, concurrency 2',
      code: `import pMap from 'p-map';
await prisma.$transaction(async (tx) => {
  await «pMap»(ids, (id) => save(tx, id), { concurrency: 2 });
});`,
      expect: 'losesWrites',
      why: 'two in flight',
    },
    {
      title: 'p-map, concurrency 1',
      code: `import pMap from 'p-map';
await prisma.$transaction(async (tx) => {
  await pMap(ids, (id) => save(tx, id), { concurrency: 1 });
});`,
      why: 'one in flight',
    },
    {
      title: 'p-map, concurrency of a variable',
      code: `import pMap from 'p-map';
declare const concurrency: number;
await prisma.$transaction(async (tx) => {
  await pMap(ids, (id) => save(tx, id), { concurrency });
});`,
      why: 'nobody knows: it may be 1',
    },
    {
      title: 'p-map, pMapIterable',
      code: `import { pMapIterable } from 'p-map';
await prisma.$transaction(async (tx) => {
  for await (const n of «pMapIterable»(ids, (id) => save(tx, id))) console.log(n);
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-map, pMapSettled',
      code: `import { pMapSettled } from 'p-map';
await prisma.$transaction(async (tx) => {
  await «pMapSettled»(ids, (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-all',
      code: `import pAll from 'p-all';
await prisma.$transaction(async (tx) => {
  await «pAll»([() => save(tx, 1), () => save(tx, 2)]);
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-all, concurrency 1',
      code: `import pAll from 'p-all';
await prisma.$transaction(async (tx) => {
  await pAll([() => save(tx, 1), () => save(tx, 2)], { concurrency: 1 });
});`,
      why: 'one in flight',
    },
    {
      title: 'p-settle',
      code: `import pSettle from 'p-settle';
await prisma.$transaction(async (tx) => {
  await «pSettle»(ids.map((id) => save(tx, id)));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-props',
      code: `import pProps from 'p-props';
await prisma.$transaction(async (tx) => {
  await «pProps»({ a: save(tx, 1), b: save(tx, 2) });
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-times',
      code: `import pTimes from 'p-times';
await prisma.$transaction(async (tx) => {
  await «pTimes»(3, (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-each-series',
      code: `import pEachSeries from 'p-each-series';
await prisma.$transaction(async (tx) => {
  await pEachSeries(ids, (id) => save(tx, id));
});`,
      why: 'one in flight',
    },
    {
      title: 'p-series',
      code: `import pSeries from 'p-series';
await prisma.$transaction(async (tx) => {
  await pSeries([() => save(tx, 1), () => save(tx, 2)]);
});`,
      why: 'one in flight',
    },
    {
      title: 'p-limit, more than 1',
      code: `import pLimit from 'p-limit';
await prisma.$transaction(async (tx) => {
  const limit = pLimit(3);
  await «Promise.all»(ids.map((id) => limit(() => save(tx, id))));
});`,
      expect: 'losesWrites',
      why: 'three in flight',
    },
    {
      title: 'p-limit, 1',
      code: `import pLimit from 'p-limit';
await prisma.$transaction(async (tx) => {
  const limit = pLimit(1);
  await Promise.all(ids.map((id) => limit(() => save(tx, id))));
});`,
      why: 'one in flight: a popular way to take turns',
    },
    {
      title: 'p-limit, { concurrency: 1 }',
      code: `import pLimit from 'p-limit';
await prisma.$transaction(async (tx) => {
  const limit = pLimit({ concurrency: 1 });
  await Promise.all(ids.map((id) => limit(() => save(tx, id))));
});`,
      why: 'one in flight',
    },
    {
      title: 'p-limit, limit.map',
      code: `import pLimit from 'p-limit';
await prisma.$transaction(async (tx) => {
  const limit = pLimit(3);
  await «limit.map»(ids, (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'three in flight',
    },
    {
      title: 'p-limit, limit.map with 1',
      code: `import pLimit from 'p-limit';
await prisma.$transaction(async (tx) => {
  const limit = pLimit(1);
  await limit.map(ids, (id) => save(tx, id));
});`,
      why: 'one in flight',
    },
    {
      title: 'p-queue',
      code: `import PQueue from 'p-queue';
await prisma.$transaction(async (tx) => {
  const queue = new PQueue();
  await «Promise.all»(ids.map((id) => queue.add(() => save(tx, id))));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-queue, addAll',
      code: `import PQueue from 'p-queue';
await prisma.$transaction(async (tx) => {
  const queue = new PQueue();
  await «queue.addAll»(ids.map((id) => () => save(tx, id)));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'p-queue, concurrency 1',
      code: `import PQueue from 'p-queue';
await prisma.$transaction(async (tx) => {
  const queue = new PQueue({ concurrency: 1 });
  await Promise.all(ids.map((id) => queue.add(() => save(tx, id))));
});`,
      why: 'one in flight',
    },
    {
      title: 'a mutex',
      code: `import { Mutex } from 'async-mutex';
await prisma.$transaction(async (tx) => {
  const mutex = new Mutex();
  await Promise.all(ids.map((id) => mutex.runExclusive(() => save(tx, id))));
});`,
      why: 'one at a time',
    },
    {
      title: 'async, each',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await «async.each»(ids, async (id) => { await save(tx, id); });
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'async, map under another name',
      code: `import { map as each } from 'async';
await prisma.$transaction(async (tx) => {
  await «each»(ids, async (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'async, map by name',
      code: `import { map } from 'async';
await prisma.$transaction(async (tx) => {
  await «map»(ids, async (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'async, namespace and forEachOf',
      code: `import * as async from 'async';
await prisma.$transaction(async (tx) => {
  await «async.forEachOf»(ids, async (id) => { await save(tx, id); });
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'async, eachLimit',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await «async.eachLimit»(ids, 2, async (id) => { await save(tx, id); });
});`,
      expect: 'losesWrites',
      why: 'two in flight',
    },
    {
      title: 'async, mapLimit 1',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await async.mapLimit(ids, 1, async (id) => save(tx, id));
});`,
      why: 'one in flight',
    },
    {
      title: 'async, parallel',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await «async.parallel»([async () => save(tx, 1), async () => save(tx, 2)]);
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'async, auto',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await «async.auto»({ a: async () => save(tx, 1), b: async () => save(tx, 2) });
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'async, eachSeries',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await async.eachSeries(ids, async (id) => { await save(tx, id); });
});`,
      why: 'one in flight',
    },
    {
      title: 'async, series and waterfall',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await async.series([async () => save(tx, 1), async () => save(tx, 2)]);
  await async.waterfall([async () => save(tx, 1), async () => save(tx, 2)]);
});`,
      why: 'one in flight',
    },
    {
      title: 'async, reduce',
      code: `import async from 'async';
await prisma.$transaction(async (tx) => {
  await async.reduce(ids, 0, async (sum, id) => sum + await save(tx, id));
});`,
      why: 'one in flight',
    },
    {
      title: 'bluebird, map',
      code: `import Bluebird from 'bluebird';
await prisma.$transaction(async (tx) => {
  await «Bluebird.map»(ids, (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'bluebird, as Promise',
      code: `import Promise from 'bluebird';
await prisma.$transaction(async (tx) => {
  await «Promise.all»([save(tx, 1), save(tx, 2)]);
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'bluebird, join',
      code: `import Bluebird from 'bluebird';
await prisma.$transaction(async (tx) => {
  await «Bluebird.join»(save(tx, 1), save(tx, 2));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'bluebird, props',
      code: `import Bluebird from 'bluebird';
await prisma.$transaction(async (tx) => {
  await «Bluebird.props»({ a: save(tx, 1), b: save(tx, 2) });
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'bluebird, each and mapSeries',
      code: `import Bluebird from 'bluebird';
await prisma.$transaction(async (tx) => {
  await Bluebird.each(ids, (id) => save(tx, id));
  await Bluebird.mapSeries(ids, (id) => save(tx, id));
});`,
      why: 'one in flight',
    },
    {
      title: 'bluebird, map with concurrency 1',
      code: `import Bluebird from 'bluebird';
await prisma.$transaction(async (tx) => {
  await Bluebird.map(ids, (id) => save(tx, id), { concurrency: 1 });
});`,
      why: 'one in flight',
    },
    {
      title: 'bluebird, reduce',
      code: `import Bluebird from 'bluebird';
await prisma.$transaction(async (tx) => {
  await Bluebird.reduce(ids, async (sum, id) => sum + await save(tx, id), 0);
});`,
      why: 'one in flight',
    },
    {
      title: 'bluebird, on an instance',
      code: `import Bluebird from 'bluebird';
await prisma.$transaction(async (tx) => {
  await Bluebird.resolve(ids).«map»((id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'radash, all',
      code: `import { all } from 'radash';
await prisma.$transaction(async (tx) => {
  await «all»([save(tx, 1), save(tx, 2)]);
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'radash, parallel',
      code: `import { parallel } from 'radash';
await prisma.$transaction(async (tx) => {
  await «parallel»(3, ids, (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'three in flight',
    },
    {
      title: 'radash, map',
      code: `import { map } from 'radash';
await prisma.$transaction(async (tx) => {
  await map(ids, async (id) => save(tx, id));
});`,
      why: 'one in flight: the same name as elsewhere',
    },
    {
      title: 'radash, as a namespace',
      code: `import * as _ from 'radash';
await prisma.$transaction(async (tx) => {
  await _.map(ids, async (id) => save(tx, id));
  await _.reduce(ids, async (sum, id) => sum + await save(tx, id), 0);
});`,
      why: 'one in flight',
    },
    {
      title: 'es-toolkit, mapAsync',
      code: `import { mapAsync } from 'es-toolkit';
await prisma.$transaction(async (tx) => {
  await «mapAsync»(ids, (id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'es-toolkit, forEachAsync',
      code: `import { forEachAsync } from 'es-toolkit/array';
await prisma.$transaction(async (tx) => {
  await «forEachAsync»(ids, async (id) => { await save(tx, id); });
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'es-toolkit, concurrency 1',
      code: `import { mapAsync } from 'es-toolkit';
await prisma.$transaction(async (tx) => {
  await mapAsync(ids, (id) => save(tx, id), { concurrency: 1 });
});`,
      why: 'one in flight',
    },
    {
      title: 'es-toolkit, reduceAsync',
      code: `import { reduceAsync } from 'es-toolkit';
await prisma.$transaction(async (tx) => {
  await reduceAsync(ids, async (sum, id) => sum + await save(tx, id), 0);
});`,
      why: 'one in flight',
    },
    {
      title: 'promise-pool',
      code: `import { PromisePool } from '@supercharge/promise-pool';
await prisma.$transaction(async (tx) => {
  await PromisePool.for(ids).«process»((id) => save(tx, id));
});`,
      expect: 'losesWrites',
      why: 'five in flight: the default is 10',
    },
    {
      title: 'promise-pool, withConcurrency(1)',
      code: `import { PromisePool } from '@supercharge/promise-pool';
await prisma.$transaction(async (tx) => {
  await PromisePool.withConcurrency(1).for(ids).process((id) => save(tx, id));
});`,
      why: 'one in flight',
    },
    {
      title: 'tiny-async-pool',
      code: `import asyncPool from 'tiny-async-pool';
await prisma.$transaction(async (tx) => {
  for await (const n of «asyncPool»(2, ids, (id) => save(tx, id))) console.log(n);
});`,
      expect: 'losesWrites',
      why: 'two in flight',
    },
    {
      title: 'tiny-async-pool, 1',
      code: `import asyncPool from 'tiny-async-pool';
await prisma.$transaction(async (tx) => {
  for await (const n of asyncPool(1, ids, (id) => save(tx, id))) console.log(n);
});`,
      why: 'one in flight',
    },
    {
      title: 'modern-async',
      code: `import { asyncMap } from 'modern-async';
await prisma.$transaction(async (tx) => {
  await asyncMap(ids, (id) => save(tx, id));
});`,
      why: 'one in flight: the default is 1',
    },
    {
      title: 'modern-async, Infinity',
      code: `import { asyncMap } from 'modern-async';
await prisma.$transaction(async (tx) => {
  await «asyncMap»(ids, (id) => save(tx, id), Infinity);
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'neverthrow, combine',
      code: `import { ResultAsync } from 'neverthrow';
await prisma.$transaction(async (tx) => {
  await «ResultAsync.combine»(ids.map((id) => ResultAsync.fromSafePromise(save(tx, id))));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'neverthrow, andThen',
      code: `import { ResultAsync } from 'neverthrow';
await prisma.$transaction(async (tx) => {
  await ResultAsync.fromSafePromise(save(tx, 1)).andThen(() => ResultAsync.fromSafePromise(save(tx, 2)));
});`,
      why: 'one in flight',
    },
    {
      title: 'fp-ts, traverseArray',
      code: `import * as TE from 'fp-ts/TaskEither';
await prisma.$transaction(async (tx) => {
  await «TE.traverseArray»((id: number) => TE.tryCatch(() => save(tx, id), String))(ids)();
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'fp-ts, sequenceArray',
      code: `import * as TE from 'fp-ts/TaskEither';
await prisma.$transaction(async (tx) => {
  await «TE.sequenceArray»([TE.tryCatch(() => save(tx, 1), String), TE.tryCatch(() => save(tx, 2), String)])();
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'fp-ts, traverseSeqArray',
      code: `import * as TE from 'fp-ts/TaskEither';
await prisma.$transaction(async (tx) => {
  await TE.traverseSeqArray((id: number) => TE.tryCatch(() => save(tx, id), String))(ids)();
});`,
      why: 'one in flight',
    },
    {
      title: 'effect, all',
      code: `import { Effect } from 'effect';
await prisma.$transaction(async (tx) => {
  await Effect.runPromise(Effect.all([Effect.promise(() => save(tx, 1)), Effect.promise(() => save(tx, 2))]));
});`,
      why: 'one in flight: the default is sequential',
    },
    {
      title: 'effect, all with concurrency',
      code: `import { Effect } from 'effect';
await prisma.$transaction(async (tx) => {
  await Effect.runPromise(«Effect.all»([Effect.promise(() => save(tx, 1)), Effect.promise(() => save(tx, 2))], { concurrency: 'unbounded' }));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'effect, forEach with concurrency',
      code: `import { Effect } from 'effect';
await prisma.$transaction(async (tx) => {
  await Effect.runPromise(«Effect.forEach»(ids, (id) => Effect.promise(() => save(tx, id)), { concurrency: 2 }));
});`,
      expect: 'losesWrites',
      why: 'two in flight',
    },
    {
      title: 'effect, forEach',
      code: `import { Effect } from 'effect';
await prisma.$transaction(async (tx) => {
  await Effect.runPromise(Effect.forEach(ids, (id) => Effect.promise(() => save(tx, id))));
});`,
      why: 'one in flight',
    },
    {
      title: 'effect, zip concurrent',
      code: `import { Effect } from 'effect';
await prisma.$transaction(async (tx) => {
  await Effect.runPromise(«Effect.zip»(Effect.promise(() => save(tx, 1)), Effect.promise(() => save(tx, 2)), { concurrent: true }));
});`,
      expect: 'losesWrites',
      why: 'two in flight',
    },
    {
      title: 'effect, zip',
      code: `import { Effect } from 'effect';
await prisma.$transaction(async (tx) => {
  await Effect.runPromise(Effect.zip(Effect.promise(() => save(tx, 1)), Effect.promise(() => save(tx, 2))));
});`,
      why: 'one in flight',
    },
    {
      title: 'a stream with concurrency',
      code: `import { Readable } from 'node:stream';
await prisma.$transaction(async (tx) => {
  await Readable.from(ids).«map»((id: number) => save(tx, id), { concurrency: 3 }).toArray();
});`,
      expect: 'losesWrites',
      why: 'three in flight',
    },
    {
      title: 'a stream',
      code: `import { Readable } from 'node:stream';
await prisma.$transaction(async (tx) => {
  await Readable.from(ids).map((id: number) => save(tx, id)).toArray();
  await Readable.from(ids).forEach(async (id: number) => { await save(tx, id); });
});`,
      why: 'one in flight: the default is 1',
    },
  ],
};

export const rxjs: Table = {
  about: 'RxJS',
  prelude,
  cases: [
    {
      title: 'forkJoin',
      code: `import { forkJoin, from, lastValueFrom } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(«forkJoin»([from(save(tx, 1)), from(save(tx, 2))]));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'merge',
      code: `import { defer, lastValueFrom, merge } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(«merge»(defer(() => save(tx, 1)), defer(() => save(tx, 2))));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'mergeMap',
      code: `import { from, lastValueFrom, mergeMap } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(from(ids).pipe(«mergeMap»((id) => save(tx, id))));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
    {
      title: 'mergeMap from rxjs/operators, with a limit',
      code: `import { from, lastValueFrom } from 'rxjs';
import { mergeMap } from 'rxjs/operators';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(from(ids).pipe(«mergeMap»((id) => save(tx, id), 3)));
});`,
      expect: 'losesWrites',
      why: 'three in flight',
    },
    {
      title: 'mergeMap with 1',
      code: `import { from, lastValueFrom, mergeMap } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(from(ids).pipe(mergeMap((id) => save(tx, id), 1)));
});`,
      why: 'one in flight',
    },
    {
      title: 'concatMap',
      code: `import { concatMap, from, lastValueFrom } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(from(ids).pipe(concatMap((id) => save(tx, id))));
});`,
      why: 'one in flight',
    },
    {
      title: 'concat of deferred',
      code: `import { concat, defer, lastValueFrom } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(concat(defer(() => save(tx, 1)), defer(() => save(tx, 2))));
});`,
      why: 'one in flight',
    },
    {
      title: 'concat of started promises',
      code: `import { concat, from, lastValueFrom } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(«concat»(from(save(tx, 1)), from(save(tx, 2))));
});`,
      expect: 'losesWrites',
      why: 'five in flight: they are started before concat sees them',
    },
    {
      title: 'switchMap',
      code: `import { from, lastValueFrom, switchMap } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(from(ids).pipe(«switchMap»((id) => save(tx, id))));
});`,
      expect: 'losesWrites',
      why: 'five in flight: the promise that is switched away from goes on',
    },
    {
      title: 'exhaustMap',
      code: `import { exhaustMap, from, lastValueFrom } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(from(ids).pipe(exhaustMap((id) => save(tx, id))));
});`,
      why: 'one in flight',
    },
    {
      title: 'combineLatest',
      code: `import { combineLatest, from, lastValueFrom } from 'rxjs';
await prisma.$transaction(async (tx) => {
  await lastValueFrom(«combineLatest»([from(save(tx, 1)), from(save(tx, 2))]));
});`,
      expect: 'losesWrites',
      why: 'five in flight',
    },
  ],
};
