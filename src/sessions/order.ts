/** Things in source order, and where in it a place is. */

interface Ranged {
  readonly range: readonly [number, number];
}

/** What begins first comes first; what it contains comes after it. */
export function bySource(left: Ranged, right: Ranged): number {
  return left.range[0] - right.range[0] || right.range[1] - left.range[1];
}

/** @returns the index of the first that begins at `place` or behind it; as many as there are if none does */
export function indexFrom(sorted: readonly Ranged[], place: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle]?.range[0] ?? Infinity) < place) from = middle + 1;
    else to = middle;
  }
  return from;
}
