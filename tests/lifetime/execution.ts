/**
 * Runs a random program for real, with an instrumented session, through as many of its choices as can be afforded: each
 * condition either way, each awaited call fulfilled or rejected, each yield resumed, ended or thrown at.
 */
import { MARKS, PARAMETERS, parametersOf, type RandomProgram } from './random-programs.js';

/** What was seen, by the number of the statement. The value: whether it was also seen without an exception before. */
export interface Seen {
  readonly leaks: Map<string, boolean>;
  readonly releasedTwice: Map<string, boolean>;
  readonly usedAfterRelease: Map<string, boolean>;
  readonly usedByReturned: Map<string, boolean>;
  readonly endings: Set<string>;
}

export interface Budget {
  readonly systematic: number;
  readonly random: number;
  /** Rounds of all loops together in one run. */
  readonly rounds: number;
}

/** Runs in portions, so that the caller can stop when nothing is left to be seen. Answers whether all choices were tried. */
export class Executions {
  readonly seen: Seen = {
    leaks: new Map(),
    releasedTwice: new Map(),
    usedAfterRelease: new Map(),
    usedByReturned: new Map(),
    endings: new Set(),
  };
  runs = 0;
  readonly #program: RandomProgram;
  readonly #start: (...args: unknown[]) => unknown;
  readonly #random: () => number;
  readonly #situations = new Set<number>();
  readonly #notable: number[][] = [];

  constructor(program: RandomProgram, seed: number) {
    this.#program = program;
    this.#random = generator(seed);
    const body = Object.entries(MARKS).reduce((text, [mark, code]) => text.replaceAll(mark, code), program.body);
    const Maker = program.isGenerator ? AsyncGeneratorFunction : AsyncFunction;
    this.#start = Maker(...parametersOf(program), body);
  }

  async explore(budget: Budget): Promise<boolean> {
    let script: number[] | undefined = [];
    for (let count = 0; count < budget.systematic && script; count += 1) {
      const execution: Execution = new Execution(this.#program, this.seen, budget.rounds, script, () => 0);
      await execution.run(this.#start);
      this.runs += 1;
      script = execution.nextScript();
    }
    if (!script) return true;
    for (let count = 0; count < budget.random; count += 1) {
      const execution = new Execution(this.#program, this.seen, budget.rounds, this.#beginning(), this.#random);
      await execution.run(this.#start);
      this.runs += 1;
      this.#keepIfNew(execution);
    }
    return false;
  }

  /** Mostly the beginning of a run that came to something new: the way into a rare state is long. */
  #beginning(): number[] {
    if (this.#notable.length === 0 || this.#random() < 0.25) return [];
    const script = this.#notable[Math.floor(this.#random() * this.#notable.length)] ?? [];
    return script.slice(0, Math.ceil(this.#random() * script.length));
  }

  #keepIfNew(execution: Execution): void {
    const before = this.#situations.size;
    for (const situation of execution.situations) this.#situations.add(situation);
    if (this.#situations.size > before) this.#notable.push(execution.script);
  }
}

type Maker = (...args: string[]) => (...args: unknown[]) => unknown;
const AsyncFunction = async function () {}.constructor as Maker;
const AsyncGeneratorFunction = async function* () {}.constructor as Maker;

/** A fault of the program under test; `implied` when nobody wrote a `throw`. */
class Fault {
  constructor(readonly id: number, readonly implied: boolean) {}
}

const MOST_CHOICES = 80;

class Execution {
  readonly #program: RandomProgram;
  readonly #seen: Seen;
  readonly #script: number[];
  readonly #arities: number[] = [];
  readonly #random: () => number;
  /** Where the run came by, and how the session stood there. */
  readonly situations = new Set<number>();
  #rounds: number;
  #choices = 0;
  /** The constants of this run as one number: what is new under one setting is not known under another. */
  #constants = 1;
  #current: Session | undefined;
  #abandon: () => void = () => {};

  constructor(program: RandomProgram, seen: Seen, rounds: number, script: number[], random: () => number) {
    this.#program = program;
    this.#seen = seen;
    this.#rounds = rounds;
    this.#script = script;
    this.#random = random;
  }

  get script(): number[] {
    return this.#script.slice(0, this.#choices);
  }

  /** The next branch of the tree of choices, depth first. */
  nextScript(): number[] | undefined {
    const script = this.#script.slice(0, this.#choices);
    while (script.length > 0) {
      const last = (script.pop() ?? 0) + 1;
      if (last < (this.#arities[script.length] ?? 0)) return [...script, last];
    }
    return undefined;
  }

  choose(arity: number, at: number, rare = false): number {
    if (this.#choices >= MOST_CHOICES) return 0;
    const index = this.#choices;
    this.#choices += 1;
    this.situations.add((this.#constants * 1024 + at) * 16 + (this.#current?.number ?? 0));
    this.#arities[index] = arity;
    if (index >= this.#script.length) {
      const random = this.#random();
      this.#script.push(rare ? (random > 0.75 ? 1 : 0) : Math.floor(random * arity));
    }
    return this.#script[index] ?? 0;
  }

  /** Whether something is called that fails now; the session remembers that an exception was thrown. */
  fails(at: number): boolean {
    if (this.choose(2, at, true) === 0) return false;
    this.#current?.sawException();
    return true;
  }

  callMayThrow(id: number): void {
    if (this.#program.throws === 'any-call' && this.fails(id)) throw new Fault(id, true);
  }

  async run(start: (...args: unknown[]) => unknown): Promise<void> {
    const args = this.#arguments();
    await new Promise<void>((resolve) => {
      this.#abandon = resolve;
      const settled = this.#program.isGenerator
        ? this.#consume(start(...args) as AsyncGenerator<number, unknown>)
        : (start(...args) as Promise<unknown>);
      settled.then(
        (value) => {
          this.#ended(value);
          resolve();
        },
        (error: unknown) => {
          this.#threw(error);
          resolve();
        },
      );
    });
  }

  /** The consumer of the generator goes on, walks away, or throws. */
  async #consume(generated: AsyncGenerator<number, unknown>): Promise<unknown> {
    let step = await generated.next();
    for (let count = 0; !step.done; count += 1) {
      if (count > 8) return this.#hang();
      const choice = this.choose(3, step.value);
      if (choice === 0) {
        step = await generated.next();
        continue;
      }
      this.#current?.sawException();
      step = choice === 1 ? await generated.return({ abandonedAt: step.value }) : await generated.throw(new Fault(step.value, true));
    }
    return step.value;
  }

  #hang(): Promise<never> {
    this.#abandon();
    return new Promise<never>(() => {});
  }

  // Observations

  #ended(value: unknown): void {
    this.#seen.endings.add(this.#current?.state ?? 'not-held');
    if (this.#current?.state !== 'held') return;
    if (value === undefined) this.#leak('end');
    else if (typeof value === 'number') this.#leak(`return ${value}`);
    else this.#leak(`yield ${(value as { abandonedAt: number }).abandonedAt}`);
  }

  #threw(error: unknown): void {
    if (this.#current?.state === 'held') this.#leak(faultName(error));
  }

  #leak(how: string): void {
    if (this.#current) note(this.#seen.leaks, how, this.#current.afterException);
  }

  releasedTwice(id: number, session: Session): void {
    note(this.#seen.releasedTwice, String(id), session.afterException);
  }

  used(id: number, session: Session): void {
    note(this.#seen.usedAfterRelease, String(id), session.afterException);
  }

  usedByReturned(id: number, afterException: boolean): void {
    note(this.#seen.usedByReturned, String(id), afterException);
  }

  // What the program sees

  #overwritten(id: number): void {
    if (this.#current?.state === 'held') this.#leak(`overwritten ${id}`);
    this.#current = undefined;
  }

  #arguments(): unknown[] {
    const among = (name: string, count: number): number => {
      const choice = this.#program.constants.includes(name) ? this.choose(count, 0) : 0;
      this.#constants = this.#constants * count + choice;
      return choice;
    };
    const constant = (name: string): boolean => among(name, 2) === 1;
    const fails = async (id: number): Promise<number> => {
      if (this.fails(id)) throw new Fault(id, true);
      return id;
    };
    const error = this.#program.entry && constant('error') ? {} : null;
    if (this.#program.entry && !error) this.#current = new Session(this);
    const environment: Record<(typeof PARAMETERS)[number], unknown> = {
      pool: {
        acquire: async (id: number) => {
          if (this.fails(id)) throw new Fault(id, true);
          this.#overwritten(id);
          this.#current = new Session(this);
          return this.#current;
        },
      },
      w: fails,
      wc: async (id: number) => {
        await fails(id);
        return this.choose(2, -id) === 1;
      },
      s: (id: number) => { this.callMayThrow(id); },
      cond: (id: number) => this.choose(2, id) === 1,
      pick: (id: number) => this.choose(3, id),
      iter: (id: number) => this.#iterate(id),
      aiter: (id: number) => this.#iterateAsync(id),
      turn: async () => {
        this.#rounds -= 1;
        if (this.#rounds < 0) await this.#hang();
      },
      err: (id: number) => new Fault(id, false),
      sink: (session: unknown) => {
        if (session instanceof Session) session.escape();
      },
      at: (id: number, value: unknown) => { this.#overwrittenIfMarked(id, value); },
      other: (id: number) => {
        this.#overwritten(id);
        return this.choose(2, id) === 1 ? new Session(this, 'foreign') : null;
      },
      exit: () => this.#hang(),
      fail: (id: number) => {
        throw new Fault(id, false);
      },
      left: (error: unknown) => {
        if (this.#current?.state === 'held') this.#leak(error === undefined ? 'left' : faultName(error));
        this.#current = undefined;
      },
      f0: constant('f0'),
      f1: constant('f1'),
      f2: constant('f2'),
      mode: ['a', 'b', 'z'][among('mode', 3)],
      given: constant('given') ? new Session(this, 'foreign') : null,
      error,
      session: this.#current,
    };
    return PARAMETERS.map((name) => environment[name]);
  }

  /** `c = (at(5), null)`: the text of the program tells which `at` stands in front of an overwriting. */
  #overwrittenIfMarked(id: number, value: unknown): void {
    if (!new RegExp(`[=:] \\(at\\(${id}\\b`).test(this.#program.body)) return;
    if (value || this.#current?.state === 'held') this.#overwritten(id);
  }

  *#iterate(id: number): Generator<number> {
    while (this.choose(2, id) === 1) yield 0;
  }

  #iterateAsync(id: number): unknown {
    const next = async (): Promise<{ done: boolean; value: number }> => {
      if (this.fails(id)) throw new Fault(id, true);
      return { done: this.choose(2, -id) === 0, value: 0 };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }
}

const STATES = ['escaped', 'foreign', 'held', 'released'] as const;

/** The instrumented session. */
class Session {
  state: (typeof STATES)[number];
  afterException = false;
  readonly #execution: Execution;

  constructor(execution: Execution, state: 'foreign' | 'held' = 'held') {
    this.#execution = execution;
    this.state = state;
  }

  /** All that a run can depend on. */
  get number(): number {
    return STATES.indexOf(this.state) * 2 + (this.afterException ? 1 : 0) + 2;
  }

  get isReleased(): boolean {
    return this.state === 'released';
  }

  sawException(): void {
    if (this.state === 'held' || this.state === 'released') this.afterException = true;
  }

  escape(): void {
    if (this.state === 'held') this.state = 'escaped';
  }

  #end(id: number): void {
    if (this.state === 'released') this.#execution.releasedTwice(id, this);
    if (this.state !== 'held') return;
    this.state = 'released';
    this.afterException = false;
  }

  /** A release that fails has released, but nobody can know. */
  #endFailing<T>(id: number, fails: () => T): T {
    this.#end(id);
    const before = this.state;
    if (before === 'released') this.state = 'escaped';
    const result = fails();
    if (before === 'released') this.state = 'released';
    return result;
  }

  release(id: number): void {
    this.#endFailing(id, () => { this.#execution.callMayThrow(id); });
  }

  async close(id: number): Promise<void> {
    this.#endFailing(id, () => {
      if (this.#execution.fails(id)) throw new Fault(id, true);
    });
  }

  async dispose(): Promise<void> {
    if (this.state !== 'held') return;
    this.state = 'released';
    this.afterException = false;
  }

  touch(id: number): void {
    if (this.state === 'released') this.#execution.used(id, this);
    this.#execution.callMayThrow(id);
  }

  async work(id: number): Promise<void> {
    if (this.state === 'released') this.#execution.used(id, this);
    if (this.#execution.fails(id)) throw new Fault(id, true);
  }

  /** A lazy query: it works on the session when somebody waits for it. */
  stay(id: number): unknown {
    const before = this.state;
    const { afterException } = this;
    if (before === 'released') this.#execution.used(id, this);
    this.#execution.callMayThrow(id);
    return {
      then: (resolve: (value: number) => void) => {
        if (before === 'held' && this.state === 'released') this.#execution.usedByReturned(id, afterException);
        resolve(id);
      },
    };
  }
}

function faultName(error: unknown): string {
  if (!(error instanceof Fault)) return `unexpected ${String(error)}`;
  return `${error.implied ? 'throws' : 'throw'} ${error.id}`;
}

function note(seen: Map<string, boolean>, what: string, afterException: boolean): void {
  seen.set(what, (seen.get(what) ?? false) || !afterException);
}

function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
