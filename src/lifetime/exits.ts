/**
 * Completions: besides going on, a statement can be left by `return`, `throw`, `break` and `continue`. An exit carries
 * the node that caused it all the way out, through every `finally`, so that a leak can name the statement.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { union, type World, type Worlds } from './worlds.js';

export interface Exit {
  readonly type: 'break' | 'continue' | 'return' | 'throw';
  readonly label: string | undefined;
  readonly node: TSESTree.Node;
  /** Nobody wrote it: a call that throws, a generator that is abandoned. */
  readonly implied: boolean;
}

export type Exits = ReadonlyMap<Exit, Worlds>;

/** All the ways in which a piece of code can end. */
export interface Completion {
  readonly normal: Worlds;
  readonly exits: Exits;
}

/** The same node and type always give the same object, so that exits can be keys. */
export class ExitTable {
  readonly #exits = new Map<TSESTree.Node, Exit[]>();

  at(node: TSESTree.Node, type: Exit['type'], implied = false): Exit {
    const known = this.#exits.get(node) ?? [];
    const found = known.find((exit) => exit.type === type && exit.implied === implied);
    if (found) return found;
    const label = node.type === 'BreakStatement' || node.type === 'ContinueStatement' ? node.label?.name : undefined;
    const exit: Exit = { type, label, node, implied };
    this.#exits.set(node, [...known, exit]);
    return exit;
  }
}

/** Exits as they are being collected. */
export class ExitCollector {
  readonly exits = new Map<Exit, Worlds>();

  add(exit: Exit, worlds: Worlds): void {
    if (worlds.size === 0) return;
    const known = this.exits.get(exit);
    this.exits.set(exit, known ? union(known, worlds) : worlds);
  }
}

/** The worlds of all exits of these kinds, and the exits that remain. */
export function takeExits(exits: Exits, taken: (exit: Exit) => boolean): { taken: Worlds; left: Exits } {
  const worlds = new Set<World>();
  const left = new Map<Exit, Worlds>();
  for (const [exit, at] of exits) {
    if (taken(exit)) for (const world of at) worlds.add(world);
    else left.set(exit, at);
  }
  return { taken: worlds, left };
}
