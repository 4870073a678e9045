/**
 * A world is one way in which the program may stand at a point: how the session stands, whether an exception has been
 * thrown since, and what is known of the flags. It is packed into an integer, so that sets of worlds are cheap to
 * compare and a statement's result can be remembered for each world.
 */

export type World = number;
export type Worlds = ReadonlySet<World>;

/** How the session stands. */
export const Holding = { notHeld: 0, held: 1, released: 2, escaped: 3 } as const;
export type Holding = (typeof Holding)[keyof typeof Holding];

/** What is known of a flag. */
export const Truth = { unknown: 0, yes: 1, no: 2 } as const;
export type Truth = (typeof Truth)[keyof typeof Truth];

const HOLDING_BITS = 0b011;
const EXCEPTION_BIT = 0b100;
const FIRST_FLAG_BIT = 3;

/** As many flags as fit into a small integer of the engine beside the three bits above. */
export const MOST_FLAGS = 13;

export const nowhere: Worlds = new Set();

export function holdingOf(world: World): Holding {
  return (world & HOLDING_BITS) as Holding;
}

/** A session that changes hands starts afresh: exceptions from before do not explain what happens after. */
export function withHolding(world: World, holding: Holding): World {
  return (world & ~(HOLDING_BITS | EXCEPTION_BIT)) | holding;
}

export function isAfterException(world: World): boolean {
  return (world & EXCEPTION_BIT) !== 0;
}

/** Before the acquisition and after an escape an exception explains nothing; not marking it keeps worlds few. */
export function withException(world: World): World {
  const holding = holdingOf(world);
  return holding === Holding.held || holding === Holding.released ? world | EXCEPTION_BIT : world;
}

export function truthOf(world: World, flag: number): Truth {
  return ((world >> (FIRST_FLAG_BIT + 2 * flag)) & 0b11) as Truth;
}

export function withTruth(world: World, flag: number, truth: Truth): World {
  const shift = FIRST_FLAG_BIT + 2 * flag;
  return (world & ~(0b11 << shift)) | (truth << shift);
}

export function union(left: Worlds, right: Worlds): Worlds {
  if (left === right || right.size === 0) return left;
  if (left.size === 0) return right;
  const both = new Set(left);
  for (const world of right) both.add(world);
  return both;
}

/** Keeps the identity of a set that does not change: that is how the caller sees that nothing happened. */
export function mapWorlds(worlds: Worlds, change: (world: World) => World): Worlds {
  let changed = false;
  const mapped = new Set<World>();
  for (const world of worlds) {
    const next = change(world);
    changed ||= next !== world;
    mapped.add(next);
  }
  return changed ? mapped : worlds;
}
