/** A text out of pieces: what stands in the file, and what only running the program would tell. */

/** Stands for characters that are not known. It is in no script, so no real text has it. */
export const HOLE = '\uE000';

export interface Piece {
  readonly text: string;
  /** Offset in the file of the first character; undefined where the characters do not stand there one by one. */
  readonly at: number | undefined;
}

export type Range = readonly [start: number, end: number];

/** No connection string is longer; what is cut off is not known. */
const LONGEST = 4096;

export class Text {
  readonly value: string;
  readonly #pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
    const value = pieces.map((piece) => piece.text).join('');
    this.value = value.length > LONGEST ? value.slice(0, LONGEST) + HOLE : value;
  }

  static whole(text: string, at: number | undefined): Text {
    return new Text([{ text, at }]);
  }

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  /** Where a part of the text stands in the file, if it stands there in one piece. */
  rangeOf(start: number, end: number): Range | undefined {
    let offset = 0;
    for (const { text, at } of this.#pieces) {
      if (start >= offset && end <= offset + text.length && (start < offset + text.length || start === end)) {
        if (at !== undefined) return [at + start - offset, at + end - offset];
        if (start < offset + text.length) return undefined;
      }
      offset += text.length;
    }
    return undefined;
  }
}
