/**
 * What outlives the scope it is called in, as data: the package, the function or method, the argument that goes on
 * living, and for how long. Read in the packages' own declarations (Node.js 20 to 24, Next.js 16, Hono 4, BullMQ 6,
 * Bull 4, bee-queue 2, pg-boss 10, graphile-worker 0.17, agenda 6, Inngest 4, Trigger.dev 4, Temporal 1.24, node-cron 4,
 * cron 4, croner 11, node-schedule 2, p-queue 9, fastq 1, piscina 5, tinypool 1, workerpool 10, rxjs 7, effect 3 and 4,
 * Bluebird 3); what a timer or listener inherits, and that a session cannot be cloned, was measured on Node.js 20.
 */

/** Which argument: its index, all from an index on, or a property of the object at an index. Of a list, all its elements. */
export type Place = number | { readonly from: number } | { readonly at: number; readonly property: string };

/**
 * `later`: by design after the code around it. `unless-awaited`: the call returns a promise of the work, and whoever
 * awaits it (or one of `joins`) waits. `elsewhere`: in another process or thread, where no session can go.
 */
export type Lifetime = 'later' | 'unless-awaited' | 'elsewhere';

export interface BackgroundApi {
  /** Packages; `global` for what needs no import; `any` for a method whose name and arguments say enough by themselves. */
  readonly from: readonly string[];
  /** For methods: what their receiver is made by or typed as, an export of the package. */
  readonly of?: readonly string[];
  /** Exported names (`default` too, `process.nextTick` dotted), or names of methods. */
  readonly called: readonly string[];
  readonly form: 'function' | 'method' | 'constructor' | 'decorator';
  /** Arguments that are work: functions that run later, promises of work that goes on. */
  readonly runs?: readonly Place[];
  /** Arguments that are handed to that work. */
  readonly hands?: readonly Place[];
  /** With an argument at this index it is unknown what is taken along: the replacer of `JSON.stringify`. */
  readonly unlessGiven?: number;
  /** The first argument must be one of these strings. */
  readonly events?: readonly string[];
  /** The receiver must be the request or the response of a server. */
  readonly onRequest?: true;
  readonly lifetime: Lifetime;
  /** Methods of the same receiver that wait for all its work when awaited. */
  readonly joins?: readonly string[];
  /** Functions that call it off when they are given what it returned. */
  readonly cancelledBy?: readonly string[];
  /** A clause that follows "which": when the work runs. */
  readonly when: string;
  /**
   * An ambient session does not reach the work: it runs in the asynchronous context of whoever emits the event or sends
   * the response, not of whoever registers it.
   */
  readonly contextOfCaller?: true;
  /** It does not inherit an ambient session of the library either: an effect that is run has a context of its own. */
  readonly ownContext?: true;
  /** Also without a call, as a step of a pipe: `effect.pipe(Effect.forkDaemon)` works on what is piped into it. */
  readonly piped?: true;
  /** Reported in `strict` only: whether it is a fault depends on what listens. */
  readonly unsure?: true;
}

const timers = ['global', 'timers', 'node:timers'];
const nextTurn = 'runs in a later turn of the event loop';
const onceOut = 'cannot take it along: a session cannot be serialised';

export const backgroundApis: readonly BackgroundApi[] = [
  // Timers and the microtask queue
  { from: timers, called: ['setTimeout', 'setInterval'], form: 'function', runs: [0], hands: [{ from: 2 }], lifetime: 'later', cancelledBy: ['clearTimeout', 'clearInterval'], when: nextTurn },
  { from: timers, called: ['setImmediate'], form: 'function', runs: [0], hands: [{ from: 1 }], lifetime: 'later', cancelledBy: ['clearImmediate'], when: nextTurn },
  { from: ['global', 'process', 'node:process'], called: ['process.nextTick', 'nextTick'], form: 'function', runs: [0], hands: [{ from: 1 }], lifetime: 'later', when: 'runs when the code around it has returned' },
  { from: ['global'], called: ['queueMicrotask'], form: 'function', runs: [0], lifetime: 'later', when: 'runs when the code around it has returned' },

  // Emitters
  { from: ['any'], called: ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'], form: 'method', events: ['finish', 'close', 'end'], onRequest: true, runs: [1], lifetime: 'later', contextOfCaller: true, when: 'runs when the response has been sent' },
  { from: ['events', 'node:events', 'eventemitter3', 'eventemitter2', '@nestjs/event-emitter'], of: ['EventEmitter', 'default', 'EventEmitter2'], called: ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'many', 'onAny'], form: 'method', runs: [{ from: 0 }], lifetime: 'later', contextOfCaller: true, when: 'runs whenever the event is emitted' },
  { from: ['any'], called: ['emitAsync'], form: 'method', hands: [{ from: 1 }], lifetime: 'unless-awaited', when: 'goes on in the listeners' },
  { from: ['events', 'node:events', 'eventemitter3', 'eventemitter2', '@nestjs/event-emitter'], of: ['EventEmitter', 'default', 'EventEmitter2'], called: ['emit'], form: 'method', hands: [{ from: 1 }], lifetime: 'later', when: 'waits for no asynchronous listener', unsure: true },
  { from: ['on-finished'], called: ['default'], form: 'function', runs: [1], lifetime: 'later', contextOfCaller: true, when: 'runs when the response has been sent' },

  // Servers and serverless platforms
  { from: ['any'], called: ['addHook'], form: 'method', events: ['onResponse', 'onTimeout', 'onRequestAbort'], runs: [1], lifetime: 'later', contextOfCaller: true, when: 'runs when the response has been sent' },
  { from: ['next/server', 'next/server.js'], called: ['after', 'unstable_after'], form: 'function', runs: [0], lifetime: 'later', when: 'runs when the request is finished' },
  { from: ['@vercel/functions', 'cloudflare:workers'], called: ['waitUntil'], form: 'function', runs: [0], lifetime: 'later', when: 'goes on when the response has been sent' },
  { from: ['any'], called: ['waitUntil'], form: 'method', runs: [0], lifetime: 'later', when: 'goes on when the response has been sent' },

  // Job queues: the data is serialised
  { from: ['bullmq'], of: ['Queue', 'QueuePro'], called: ['add', 'addBulk', 'upsertJobScheduler'], form: 'method', hands: [{ from: 0 }], lifetime: 'elsewhere', when: onceOut },
  { from: ['bullmq'], of: ['FlowProducer'], called: ['add', 'addBulk'], form: 'method', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['bullmq'], of: ['Relay'], called: ['publish'], form: 'method', hands: [1], lifetime: 'elsewhere', when: onceOut },
  { from: ['bull', '@nestjs/bull'], of: ['default', 'Queue'], called: ['add', 'addBulk'], form: 'method', hands: [{ from: 0 }], lifetime: 'elsewhere', when: onceOut },
  { from: ['bee-queue'], of: ['default'], called: ['createJob'], form: 'method', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['pg-boss'], of: ['default', 'PgBoss'], called: ['send', 'sendAfter', 'sendThrottled', 'sendDebounced', 'publish'], form: 'method', hands: [1], lifetime: 'elsewhere', when: onceOut },
  { from: ['pg-boss'], of: ['default', 'PgBoss'], called: ['schedule'], form: 'method', hands: [2], lifetime: 'elsewhere', when: onceOut },
  { from: ['pg-boss'], of: ['default', 'PgBoss'], called: ['insert'], form: 'method', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['graphile-worker'], of: ['WorkerUtils', 'makeWorkerUtils', 'JobHelpers', 'run', 'Runner'], called: ['addJob'], form: 'method', hands: [1], lifetime: 'elsewhere', when: onceOut },
  { from: ['graphile-worker'], called: ['quickAddJob', 'addJobAdhoc'], form: 'function', hands: [2], lifetime: 'elsewhere', when: onceOut },
  { from: ['agenda', '@hokify/agenda'], of: ['Agenda', 'default'], called: ['now', 'create'], form: 'method', hands: [1], lifetime: 'elsewhere', when: onceOut },
  { from: ['agenda', '@hokify/agenda'], of: ['Agenda', 'default'], called: ['schedule', 'every'], form: 'method', hands: [2], lifetime: 'elsewhere', when: onceOut },
  { from: ['agenda', '@hokify/agenda'], of: ['Agenda', 'default'], called: ['define'], form: 'method', runs: [{ from: 1 }], lifetime: 'later', contextOfCaller: true, when: 'runs for each job' },
  { from: ['inngest'], of: ['Inngest'], called: ['send'], form: 'method', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['@trigger.dev/sdk', '@trigger.dev/sdk/v3'], called: ['tasks.trigger', 'tasks.batchTrigger', 'tasks.triggerAndWait', 'tasks.triggerAndPoll'], form: 'function', hands: [1], lifetime: 'elsewhere', when: onceOut },
  { from: ['@temporalio/client'], of: ['Client', 'WorkflowClient'], called: ['start', 'execute', 'signalWithStart', 'executeUpdate', 'startUpdate'], form: 'method', hands: [{ at: 1, property: 'args' }, { at: 1, property: 'signalArgs' }], lifetime: 'elsewhere', when: onceOut },
  { from: ['@temporalio/client'], of: ['Client', 'WorkflowClient'], called: ['signal', 'query'], form: 'method', hands: [{ from: 1 }], lifetime: 'elsewhere', when: onceOut },

  // Clocks
  { from: ['node-cron'], called: ['schedule', 'createTask', 'default.schedule', 'default.createTask'], form: 'function', runs: [1], lifetime: 'later', when: 'runs on a schedule' },
  { from: ['node-schedule'], called: ['scheduleJob', 'default.scheduleJob'], form: 'function', runs: [1, 2], lifetime: 'later', when: 'runs on a schedule' },
  { from: ['cron'], called: ['CronJob'], form: 'constructor', runs: [1, 2], lifetime: 'later', when: 'runs on a schedule' },
  { from: ['cron'], called: ['CronJob.from'], form: 'function', runs: [{ at: 0, property: 'onTick' }], lifetime: 'later', when: 'runs on a schedule' },
  { from: ['croner'], called: ['Cron', 'default'], form: 'constructor', runs: [1, 2], lifetime: 'later', when: 'runs on a schedule' },
  { from: ['croner'], called: ['Cron', 'default'], form: 'function', runs: [1, 2], lifetime: 'later', when: 'runs on a schedule' },
  { from: ['@nestjs/schedule'], called: ['Cron', 'Interval', 'Timeout'], form: 'decorator', lifetime: 'later', when: 'runs on a schedule and outside any request' },

  // Queues in the process
  { from: ['p-queue'], of: ['default', 'PQueue'], called: ['add', 'addAll'], form: 'method', runs: [0], lifetime: 'unless-awaited', joins: ['onIdle', 'onEmpty', 'onSizeLessThan'], when: 'runs when its turn comes' },
  { from: ['p-limit'], of: ['default'], called: [''], form: 'method', runs: [0], hands: [{ from: 1 }], lifetime: 'unless-awaited', when: 'runs when its turn comes' },
  { from: ['fastq'], of: ['default', 'promise', 'default.promise'], called: ['push', 'unshift'], form: 'method', hands: [0], lifetime: 'unless-awaited', joins: ['drained', 'drain'], when: 'runs when its turn comes' },
  { from: ['async', 'async-es'], of: ['queue', 'priorityQueue', 'default.queue'], called: ['push', 'unshift', 'pushAsync'], form: 'method', hands: [0], lifetime: 'unless-awaited', joins: ['drain'], when: 'runs when its turn comes' },
  { from: ['bottleneck'], of: ['default'], called: ['schedule', 'submit'], form: 'method', runs: [0], hands: [{ from: 1 }], lifetime: 'unless-awaited', joins: ['stop'], when: 'runs when its turn comes' },
  { from: ['better-queue'], of: ['default'], called: ['push'], form: 'method', hands: [0], lifetime: 'later', when: 'runs when its turn comes' },

  // Threads and processes
  { from: ['worker_threads', 'node:worker_threads', 'global'], called: ['Worker'], form: 'constructor', hands: [{ at: 1, property: 'workerData' }], lifetime: 'elsewhere', when: onceOut },
  { from: ['any'], called: ['postMessage'], form: 'method', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['global'], called: ['JSON.stringify'], form: 'function', hands: [0], unlessGiven: 1, lifetime: 'elsewhere', when: onceOut },
  { from: ['global'], called: ['structuredClone'], form: 'function', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['child_process', 'node:child_process'], of: ['fork', 'default.fork', 'ChildProcess'], called: ['send'], form: 'method', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['piscina', 'tinypool'], of: ['default', 'Piscina', 'Tinypool'], called: ['run', 'runTask'], form: 'method', hands: [0], lifetime: 'elsewhere', when: onceOut },
  { from: ['workerpool'], of: ['pool', 'default.pool'], called: ['exec'], form: 'method', hands: [1], lifetime: 'elsewhere', when: onceOut },

  // Streams of events and fibers
  { from: ['rxjs'], of: ['*'], called: ['subscribe'], form: 'method', runs: [0, 1, 2, { at: 0, property: 'next' }, { at: 0, property: 'complete' }], lifetime: 'later', when: 'is awaited by nobody' },
  { from: ['rxjs', 'rxjs/operators'], called: ['tap'], form: 'function', runs: [0, { at: 0, property: 'next' }, { at: 0, property: 'complete' }], lifetime: 'later', when: 'is awaited by nobody' },
  { from: ['effect', 'effect/Effect'], called: ['Effect.forkDaemon', 'Effect.forkDetach', 'forkDaemon', 'forkDetach'], form: 'function', runs: [0], lifetime: 'later', piped: true, when: 'goes on when the fiber around it has ended' },
  { from: ['effect', 'effect/Effect'], called: ['Effect.runFork', 'Effect.runCallback', 'runFork', 'runCallback'], form: 'function', runs: [0], lifetime: 'later', ownContext: true, piped: true, when: 'runs in a fiber of its own' },
  { from: ['effect', 'effect/Effect'], called: ['Effect.runPromise', 'Effect.runPromiseExit', 'runPromise', 'runPromiseExit'], form: 'function', runs: [0], lifetime: 'unless-awaited', ownContext: true, piped: true, when: 'runs in a fiber of its own' },
];

/** Every package that a row names. */
export const backgroundPackages: ReadonlySet<string> = new Set(backgroundApis.flatMap((api) => api.from.filter((name) => name !== 'global' && name !== 'any')));
