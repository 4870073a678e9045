/**
 * One interpretation of a scope: what it has found so far, where exits are collected at the moment, and how much it has
 * cost. The other files say what each kind of node does to the worlds that reach it.
 */
import { ExitCollector, ExitTable, type Completion, type Exit } from './exits.js';
import { Flags } from './flags.js';
import type { Departure, Effect, LifetimeQuestion } from './lifetime.js';
import { acquisitionOf, type Survey } from './survey.js';
import { contains, isFunction, type Node } from './syntax.js';
import {
  Holding,
  Truth,
  holdingOf,
  isAfterException,
  mapWorlds,
  nowhere,
  union,
  withException,
  withHolding,
  withTruth,
  type World,
  type Worlds,
} from './worlds.js';

/** Thrown when the code is too deep or too wide; the caller tries with fewer flags, or gives up. */
export class Exhausted extends Error {
  constructor(readonly by: 'depth' | 'steps') {
    super(by);
  }
}

/** Each level takes up to eight frames of the engine's stack, and a rule runs far down in its host's own recursion. */
const DEEPEST = 400;
/** Nodes times worlds. A function of a thousand lines with two flags takes about fifteen thousand. */
const MOST_STEPS = 200_000;

/** A departure while held, with both ways to get there seen apart. */
export interface Departed {
  readonly departure: Departure;
  readonly node: Node;
  readonly implied: boolean;
  straight: boolean;
}

/**
 * - `left`: the caller gets it, pending.
 * - `adopted`: a promise that is followed here takes it over, and is rejected with it.
 * - `awaited`: an async generator awaits what it returns, inside all its `try`s.
 */
export type Returning = 'adopted' | 'awaited' | 'left';

export class Run {
  readonly question: LifetimeQuestion;
  readonly survey: Survey;
  readonly flags: Flags;
  readonly acquisition: Node | undefined;
  readonly departed = new Map<string, Departed>();
  /** What has become of the session where its block was left, if that is not the whole scope. */
  readonly endingsOfBlock = new Set<Holding>();
  /** Value: it also happens without an exception. */
  readonly releasedTwice: Map<Node, boolean> = new Map();
  readonly usedAfterRelease: Map<Node, boolean> = new Map();
  /** Return statements whose value still works on the session, and those that a `finally` pulled it away from. */
  readonly pendingReturns: Map<Node, Node> = new Map();
  readonly returnedInUse: Map<Node, boolean> = new Map();
  /** What becomes of a returned promise; changes on the way into functions that are run where they are written. */
  returning: Returning;

  readonly #exitTable = new ExitTable();
  readonly #remembered = new Map<Node, Map<World, Completion>>();
  readonly #nodeNumbers = new Map<Node, number>();
  #collector = new ExitCollector();
  #depth = 0;
  #steps = 0;

  constructor(question: LifetimeQuestion, survey: Survey, mostFlags: number) {
    this.question = question;
    this.survey = survey;
    this.acquisition = acquisitionOf(question);
    const { scope } = question;
    this.returning = isFunction(scope) && scope.async && scope.generator ? 'awaited' : 'left';
    this.flags = new Flags(survey.flags.slice(0, mostFlags), question.isSession);
  }

  enter(worlds: Worlds): void {
    this.#depth += 1;
    this.#steps += worlds.size;
    if (this.#depth > DEEPEST) throw new Exhausted('depth');
    if (this.#steps > MOST_STEPS) throw new Exhausted('steps');
  }

  leaveNode(): void {
    this.#depth -= 1;
  }

  // Exits

  exit(node: Node, type: Exit['type'], worlds: Worlds): void {
    this.#collector.add(this.#exitTable.at(node, type), worlds);
  }

  /** Something threw, or a generator was abandoned, without anybody having written it. */
  impliedExit(node: Node, type: 'return' | 'throw', worlds: Worlds): void {
    this.#collector.add(this.impliedExitAt(node, type), mapWorlds(worlds, withException));
  }

  impliedExitAt(node: Node, type: 'return' | 'throw'): Exit {
    return this.#exitTable.at(node, type, true);
  }

  passOn(exit: Exit, worlds: Worlds): void {
    this.#collector.add(exit, worlds);
  }

  passAllOn(exits: Completion['exits']): void {
    for (const [exit, worlds] of exits) this.#collector.add(exit, worlds);
  }

  /** Interprets a part and keeps its exits apart, for a statement that does something with them. */
  capture(part: () => Worlds): Completion {
    const outer = this.#collector;
    const own = new ExitCollector();
    this.#collector = own;
    const normal = part();
    this.#collector = outer;
    return { normal, exits: own.exits };
  }

  /**
   * The completion of a node for one world, interpreted at most once. Loops in loops and `finally` in `finally` would
   * otherwise cost a power of their depth.
   */
  remember(node: Node, world: World, part: (worlds: Worlds) => Worlds): Completion {
    let byWorld = this.#remembered.get(node);
    if (!byWorld) this.#remembered.set(node, (byWorld = new Map<World, Completion>()));
    let completion = byWorld.get(world);
    if (!completion) {
      completion = this.capture(() => part(new Set([world])));
      byWorld.set(world, completion);
    }
    return completion;
  }

  rememberAll(node: Node, worlds: Worlds, part: (worlds: Worlds) => Worlds): Worlds {
    let normal = nowhere;
    for (const world of worlds) {
      const completion = this.remember(node, world, part);
      this.passAllOn(completion.exits);
      normal = union(normal, completion.normal);
    }
    return normal;
  }

  // Effects

  effectOf(node: Node): Effect | undefined {
    return this.survey.effects.get(node);
  }

  /** What completing this expression does; without the exceptions that calling or awaiting it may throw. */
  complete(node: Node, worlds: Worlds): Worlds {
    if (node === this.acquisition) return this.#acquire(node, worlds);
    switch (this.effectOf(node)) {
      case 'release':
        return this.#release(node, worlds);
      case 'escape':
        return mapWorlds(worlds, (world) => (holdingOf(world) === Holding.held ? withHolding(world, Holding.escaped) : world));
      case 'use':
      case 'pending-use':
        for (const world of worlds) if (holdingOf(world) === Holding.released) note(this.usedAfterRelease, node, world);
        return worlds;
      case 'never-returns':
        return nowhere;
      case 'always-throws':
        this.exit(node, 'throw', worlds);
        return nowhere;
      default:
        return worlds;
    }
  }

  #acquire(node: Node, worlds: Worlds): Worlds {
    // With several variables the older session may live on in another one.
    if (this.survey.sessionVariables.size <= 1) {
      for (const world of worlds) if (holdingOf(world) === Holding.held) this.depart('overwritten', node, false, world);
    }
    return mapWorlds(worlds, (world) => {
      let held = withHolding(world, Holding.held);
      // However it gets there, the variable that denotes the session is not empty now.
      for (const session of this.flags.sessions) held = withTruth(held, session, Truth.yes);
      return held;
    });
  }

  #release(node: Node, worlds: Worlds): Worlds {
    return mapWorlds(worlds, (world) => {
      if (holdingOf(world) === Holding.released) note(this.releasedTwice, node, world);
      return holdingOf(world) === Holding.held ? withHolding(world, Holding.released) : world;
    });
  }

  canThrow(node: Node): boolean {
    return this.effectOf(node) !== 'cannot-throw';
  }

  /** A release that failed has released, but releasing again is no mistake then: nobody can tell. */
  failed(node: Node, worlds: Worlds): Worlds {
    if (this.effectOf(node) !== 'release') return worlds;
    return mapWorlds(worlds, (world) => (holdingOf(world) === Holding.released ? withHolding(world, Holding.escaped) : world));
  }

  containsAcquisition(node: Node): boolean {
    return this.acquisition !== undefined && contains(node, this.acquisition);
  }

  forget(flags: readonly number[], worlds: Worlds): Worlds {
    if (flags.length === 0) return worlds;
    return mapWorlds(worlds, (world) => flags.reduce((known, flag) => withTruth(known, flag, Truth.unknown), world));
  }

  noteEndings(worlds: Worlds): void {
    for (const world of worlds) this.endingsOfBlock.add(holdingOf(world));
  }

  // Findings

  depart(departure: Departure, node: Node, implied: boolean, world: World): void {
    const key = `${departure} ${String(implied)} ${this.#numberOf(node)}`;
    const straight = !isAfterException(world);
    const known = this.departed.get(key);
    if (known) known.straight ||= straight;
    else this.departed.set(key, { departure, node, implied, straight });
  }

  departBy(exit: Exit, world: World): void {
    this.depart(exit.implied && exit.type === 'return' ? 'yield' : exit.type, exit.node, exit.implied, world);
  }

  /** A clean-up released the session while this exit was on its way. */
  cleanedUp(exit: Exit, before: World, after: World): void {
    const value = exit.type === 'return' ? this.pendingReturns.get(exit.node) : undefined;
    if (!value) return;
    if (holdingOf(before) === Holding.held && holdingOf(after) === Holding.released) note(this.returnedInUse, value, before);
  }

  #numberOf(node: Node): number {
    const known = this.#nodeNumbers.get(node);
    if (known !== undefined) return known;
    this.#nodeNumbers.set(node, this.#nodeNumbers.size);
    return this.#nodeNumbers.size - 1;
  }
}

function note(found: Map<Node, boolean>, node: Node, world: World): void {
  found.set(node, (found.get(node) ?? false) || !isAfterException(world));
}
