/** What the law about acquired sessions finds in a file. */
import type { SessionModel } from '../sessions/model.js';

export interface Strictness {
  /** Any call may throw, not only what is awaited. */
  readonly anyCall: boolean;
  /** A class that stores a session has to release it somewhere. */
  readonly stored: boolean;
}

export interface Finding {
  readonly node: never;
}

export function unreleased(model: SessionModel, strictness: Strictness): Finding[] {
  return model.file.calls.length === 0 || strictness.anyCall ? [] : [];
}
