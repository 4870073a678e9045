/**
 * Functions that run several computations, as data: where the items and the worker stand, and how many run at a time.
 * What is concurrent by default and what is not was measured by counting the calls in flight over five items
 * (p-map 7, p-all 5, p-limit 7, p-queue 9, async 3, Bluebird 3.7, radash 12, es-toolkit 1, modern-async 2, rxjs 7,
 * effect 3, fp-ts 2, neverthrow 8, emittery, eventemitter2).
 */

/** Where a combinator's branches come from. */
export interface Combinator {
  /** An array (or spread list) of started promises or of thunks; `started`: of what each argument has under way already. */
  readonly branches?: number | 'all-arguments' | 'started';
  /** A collection, each item of which goes through `worker`. */
  readonly worker?: number;
  /** Where the number of concurrent branches is given: the argument, and the property of an options object. */
  readonly limit?: { readonly argument: number; readonly property?: string };
  /** What holds without that argument. */
  readonly byDefault: 'concurrent' | 'sequential';
}

type Table = Readonly<Record<string, Combinator>>;

const list = (branches: number, limitAt?: number): Combinator => ({ branches, byDefault: 'concurrent', ...(limitAt === undefined ? {} : { limit: { argument: limitAt, property: 'concurrency' } }) });
const each = (worker: number, limitAt?: number): Combinator => ({ worker, byDefault: 'concurrent', ...(limitAt === undefined ? {} : { limit: { argument: limitAt, property: 'concurrency' } }) });

const asyncWorkers = ['each', 'forEach', 'eachOf', 'forEachOf', 'map', 'mapValues', 'filter', 'reject', 'select', 'concat', 'flatMap', 'some', 'any', 'every', 'all', 'detect', 'find', 'groupBy', 'sortBy'];
const asyncTable: Table = {
  ...Object.fromEntries(asyncWorkers.map((name) => [name, each(1)])),
  ...Object.fromEntries(asyncWorkers.map((name) => [`${name}Limit`, { worker: 2, byDefault: 'concurrent', limit: { argument: 1 } } satisfies Combinator])),
  times: each(1),
  timesLimit: { worker: 2, byDefault: 'concurrent', limit: { argument: 1 } },
  parallel: list(0),
  parallelLimit: { branches: 0, byDefault: 'concurrent', limit: { argument: 1 } },
  race: list(0),
  auto: list(0),
};

const bluebird: Table = {
  all: list(0),
  allSettled: list(0),
  any: list(0),
  race: list(0),
  some: list(0),
  props: list(0),
  join: { branches: 'all-arguments', byDefault: 'concurrent' },
  map: each(1, 2),
  filter: each(1, 2),
};

const effect: Table = {
  all: { branches: 0, byDefault: 'sequential', limit: { argument: 1, property: 'concurrency' } },
  forEach: { worker: 1, byDefault: 'sequential', limit: { argument: 2, property: 'concurrency' } },
  zip: { branches: 'all-arguments', byDefault: 'sequential', limit: { argument: 2, property: 'concurrent' } },
  raceAll: list(0),
};

const esToolkit: Table = { mapAsync: each(1, 2), forEachAsync: each(1, 2), filterAsync: each(1, 2), flatMapAsync: each(1, 2), allKeyed: list(0) };

const fpTs: Table = {
  sequenceArray: list(0),
  traverseArray: each(0),
  traverseArrayWithIndex: each(0),
};

const rxjs: Table = {
  forkJoin: list(0),
  combineLatest: list(0),
  merge: { branches: 'all-arguments', byDefault: 'concurrent' },
  zip: { branches: 'all-arguments', byDefault: 'concurrent' },
  race: { branches: 'all-arguments', byDefault: 'concurrent' },
  concat: { branches: 'started', byDefault: 'concurrent' },
  switchMap: each(0),
  expand: each(0),
  mergeMap: { worker: 0, byDefault: 'concurrent', limit: { argument: 1 } },
  flatMap: { worker: 0, byDefault: 'concurrent', limit: { argument: 1 } },
};

/** Combinators by package and exported name. */
export const combinators: Readonly<Record<string, Table>> = {
  'p-map': { default: each(1, 2), pMapIterable: each(1, 2), pMapSettled: each(1, 2) },
  'p-all': { default: list(0, 1) },
  'p-settle': { default: list(0, 1) },
  'p-props': { default: list(0, 1) },
  'p-times': { default: each(1, 2) },
  'p-filter': { default: each(1, 2) },
  async: asyncTable,
  'async-es': asyncTable,
  bluebird,
  radash: { all: list(0), parallel: { worker: 2, byDefault: 'concurrent', limit: { argument: 0 } } },
  'es-toolkit': esToolkit,
  'es-toolkit/array': esToolkit,
  'es-toolkit/promise': esToolkit,
  'tiny-async-pool': { default: { worker: 2, byDefault: 'concurrent', limit: { argument: 0 } } },
  'modern-async': { asyncMap: { worker: 1, byDefault: 'sequential', limit: { argument: 2 } }, asyncForEach: { worker: 1, byDefault: 'sequential', limit: { argument: 2 } } },
  effect,
  'effect/Effect': effect,
  'fp-ts/TaskEither': fpTs,
  'fp-ts/Task': fpTs,
  'fp-ts/ReaderTaskEither': fpTs,
  'fp-ts/lib/TaskEither': fpTs,
  'fp-ts/lib/Task': fpTs,
  'fp-ts/lib/ReaderTaskEither': fpTs,
  neverthrow: { 'ResultAsync.combine': list(0), 'ResultAsync.combineWithAllErrors': list(0) },
  rxjs,
  'rxjs/operators': rxjs,
};

/** Methods of what a package's function or class makes. */
export interface Maker {
  /** Exported names, dotted for a static method. */
  readonly made: readonly string[];
  /** Where the number of concurrent branches is given when it is made. */
  readonly limit?: Combinator['limit'];
  /** It is given to this method of the chain instead. */
  readonly limitedBy?: string;
  readonly methods: Table;
}

const stream: Maker = {
  made: ['Readable.from', 'Readable'],
  methods: Object.fromEntries(['map', 'filter', 'forEach', 'flatMap'].map((name) => [name, { worker: 0, byDefault: 'sequential', limit: { argument: 1, property: 'concurrency' } } satisfies Combinator])),
};

export const makers: Readonly<Record<string, Maker>> = {
  'p-limit': { made: ['default'], limit: { argument: 0, property: 'concurrency' }, methods: { map: each(1) } },
  'p-queue': { made: ['default'], limit: { argument: 0, property: 'concurrency' }, methods: { addAll: list(0) } },
  bluebird: { made: ['resolve', 'all', 'map', 'Promise.resolve', 'Promise.all', 'Promise.map'], methods: { map: each(0, 1), filter: each(0, 1) } },
  '@supercharge/promise-pool': { made: ['PromisePool.for', 'PromisePool.withConcurrency', 'for', 'withConcurrency'], limit: { argument: 0 }, limitedBy: 'withConcurrency', methods: { process: each(0) } },
  'node:stream': stream,
  stream,
};

/**
 * Names under which a combinator may be called: the last step of an exported name, for a quick look. A default import
 * has any name, so local names of those count too: see {@link combinatorNames}.
 */
const exportedNames = new Set([...Object.values(combinators), ...Object.values(makers).map((maker) => maker.methods)].flatMap((table) => Object.keys(table).map((name) => name.split('.').at(-1) ?? name)));

/** Whether a callee of this name may be a combinator. */
export const combinatorNames = { has: (name: string): boolean => exportedNames.has(name) || /^(?:p[A-Z]\w*|map|all|pool|asyncPool)$/.test(name) };

/** The four joins of the language. */
export const promiseJoins: ReadonlySet<string> = new Set(['all', 'allSettled', 'race', 'any']);

/** Packages that make a limiter: calls of what they return run at most so many at a time. */
export const limiters: Readonly<Record<string, { readonly made: 'called' | 'constructed'; readonly names: readonly string[]; readonly limit: { readonly argument: number; readonly property: string }; readonly byDefault: 'concurrent' | 'sequential' }>> = {
  'p-limit': { made: 'called', names: ['default', 'limitFunction'], limit: { argument: 0, property: 'concurrency' }, byDefault: 'concurrent' },
  'p-queue': { made: 'constructed', names: ['default'], limit: { argument: 0, property: 'concurrency' }, byDefault: 'concurrent' },
  'async-mutex': { made: 'constructed', names: ['Mutex'], limit: { argument: 0, property: '' }, byDefault: 'sequential' },
  bottleneck: { made: 'constructed', names: ['default'], limit: { argument: 0, property: 'maxConcurrent' }, byDefault: 'concurrent' },
};
