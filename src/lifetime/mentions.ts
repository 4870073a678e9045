/** Where a session is named, and which pieces of the code name it: most pieces do not, and need no closer look. */
import { isFunction, type Node } from '../sessions/syntax.js';
import type { Subject } from './releasing.js';

export class Mentions {
  /** Of the session, and of the function that releases it; in no order. */
  readonly all: readonly Node[];
  readonly #starts: readonly number[];

  constructor({ holders, done }: Subject) {
    const mentions: Node[] = [...holders.mentions()];
    for (const { identifier } of done?.references ?? []) mentions.push(identifier);
    this.all = mentions;
    this.#starts = mentions.map((mention) => mention.range[0]).sort((a, b) => a - b);
  }

  /** Whether the session is named in this piece of code. */
  isIn({ range: [start, end] }: Node): boolean {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    const first = this.#starts[low];
    return first !== undefined && first < end;
  }

  /** Whether a function inside of this one names it. */
  isInFunctionsOf(scope: Node): boolean {
    return this.all.some((mention) => {
      for (let node = mention.parent; node && node !== scope; node = node.parent) if (isFunction(node)) return true;
      return false;
    });
  }
}
