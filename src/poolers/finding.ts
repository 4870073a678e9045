/** What a law finds, in any of the languages: where, which message, and how to change the text. */
import type { PoolerKind } from './kinds.js';
import type { MessageId, SuggestionId } from './messages.js';
import type { Range } from '../pieced-text.js';

export interface Edit {
  readonly range: Range;
  readonly text: string;
}

export interface Suggestion {
  readonly messageId: SuggestionId;
  readonly data?: Readonly<Record<string, string>>;
  readonly edits: readonly Edit[];
}

/** `certain` is always reported; the others only where the options ask for them. */
export type Certainty = 'certain' | 'unknown-pooler' | 'unknown-by-name' | 'note';

export interface Finding {
  readonly range: Range;
  readonly messageId: MessageId;
  /** Names only: no URL, no host, no user, no password. */
  readonly data: Readonly<Record<string, string>>;
  readonly certainty: Certainty;
  readonly fix?: readonly Edit[] | undefined;
  readonly suggest?: readonly Suggestion[];
}

/** How sure it is that a pooler does what the message says, where the pooler's owner chooses. */
export function certaintyOf(pooler: PoolerKind, aspect: 'mode' | 'statements' | 'startup'): Certainty {
  if (pooler[aspect] !== 'unknown') return 'certain';
  return pooler.id === 'pooler-name' ? 'unknown-by-name' : 'unknown-pooler';
}

/** A name at the beginning of a sentence: `this URL` gets its capital, `DATABASE_URL` stays. */
export function sentence(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
