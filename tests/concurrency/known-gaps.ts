/**
 * Cases that are judged wrongly today. Each is run all the same, and the test fails as soon as the case is judged
 * rightly: then its line goes.
 */
export interface KnownGap {
  readonly about: string;
  readonly title: string;
  /** Wrong only without, or only with type information. */
  readonly only?: 'untyped' | 'typed';
  readonly why: string;
}

export const knownGaps: readonly KnownGap[] = [
  {
    about: 'overlooked',
    title: 'a helper that is named series, and is parallel',
    why: 'A combinator of the file itself: what its function parameter is called from has to be followed back to its callers.',
  },
];
