/** Where a session is named, and which pieces of the code name it: most pieces do not, and need no closer look. */
import { bySource, indexFrom } from '../sessions/order.js';
import { isFunction, type Node } from '../sessions/syntax.js';
import type { Subject } from './releasing.js';

export class Mentions {
  /** Of the session, and of the function that releases it; in the order of the source. */
  readonly all: readonly Node[];

  constructor({ holders, done }: Subject) {
    const mentions: Node[] = [...holders.mentions()];
    for (const { identifier } of done?.references ?? []) mentions.push(identifier);
    this.all = mentions.sort(bySource);
  }

  /** Whether the session is named in this piece of code. */
  isIn(part: Node): boolean {
    const first = this.all[indexFrom(this.all, part.range[0])];
    return first !== undefined && first.range[0] < part.range[1];
  }

  /** Whether a function inside of this one names it. */
  isInFunctionsOf(scope: Node): boolean {
    return this.all.some((mention) => {
      for (let node = mention.parent; node && node !== scope; node = node.parent) if (isFunction(node)) return true;
      return false;
    });
  }
}
