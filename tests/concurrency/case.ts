/** The form of the tables: a case is a row that a reader can check by eye. */
import type { Settings } from '../../src/settings.js';
import type { rules } from '../../rules/index.js';

export type MessageId = Exclude<keyof (typeof rules)['no-concurrent-use']['meta']['messages'], 'awaitInTurn' | 'loopInTurn'>;

export interface Case {
  /** The shape, in a few words; unique in its table. */
  readonly title: string;
  /** The code after the table's prelude. What has to be underlined stands between « and »; nothing else may be reported. */
  readonly code: string;
  /** What is said: once for all marks, or one for each. None: the case is silent. */
  readonly expect?: MessageId | readonly MessageId[];
  /** Why: the library's outcome, or what makes it harmless. */
  readonly why: string;
  /** What the code becomes by the suggestion; false: none may be offered. Left out: whatever is offered has to be right. */
  readonly suggestion?: string | false;
  /** Only `strict` reports it; `recommended` is silent. */
  readonly level?: 'strict';
  /** Default: `ts`. */
  readonly extension?: 'ts' | 'mts' | 'js' | 'mjs' | 'cjs';
  /** False: without the table's prelude (other imports, or plain JavaScript). */
  readonly prelude?: false;
  readonly settings?: Partial<Record<keyof Settings, unknown>>;
  /** Only type information shows it: without, it is silent. */
  readonly types?: 'needed';
  /** False: not to be type-checked, as a package of it is not installed. */
  readonly checked?: false;
}

export interface Table {
  /** What the rows are about: a library, a kind of shape. */
  readonly about: string;
  /** Imports and declarations in front of every row. */
  readonly prelude: string;
  /** False: the rows are not type-checked, as the package is not installed. */
  readonly checked?: false;
  readonly cases: readonly Case[];
}
