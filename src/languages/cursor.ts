/** A place in a text, and what a parser does there. Every step goes forward, so that parsing takes linear time. */
import type { Located, Position, SyntaxError } from './nodes.js';

/** Thrown by a parser, and caught by it: `parse` of a language must not throw. */
export class Failure extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

export class Cursor {
  readonly text: string;
  at = 0;
  readonly #lineStarts = [0];

  constructor(text: string) {
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  get char(): string {
    return this.text.charAt(this.at);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Moves over whatever a sticky expression matches, and gives it back. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [match = ''] = pattern.exec(this.text) ?? [];
    this.at += match.length;
    return match;
  }

  /** Where the line ends, before the line break. */
  get lineEnd(): number {
    const end = this.text.indexOf('\n', this.at);
    if (end < 0) return this.text.length;
    return end > this.at && this.text.charAt(end - 1) === '\r' ? end - 1 : end;
  }

  positionOf(at: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (this.#lineStarts[low] ?? 0) };
  }

  located(start: number, end: number): Located {
    return { range: [start, end], loc: { start: this.positionOf(start), end: this.positionOf(end) } };
  }

  errorAt({ at, message }: Failure): SyntaxError {
    return { message, ...this.positionOf(at) };
  }
}
