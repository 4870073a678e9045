/**
 * Libraries of the catalogue that no program of the suite runs, and why. Their outcomes are documented with a source,
 * or were measured by hand on the version that the catalogue names.
 */
export interface NotRunnable {
  readonly library: string;
  readonly why: string;
}

export const notRunnable: readonly NotRunnable[] = [
  { library: 'bun-sql', why: 'part of Bun: runs in no version of Node (what it does behind a pooler is proved, by a Bun from npm: claims/pooled-bun.ts)' },
  { library: 'oracledb', why: 'needs an Oracle server' },
];
