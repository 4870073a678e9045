/** A stream that `scan` writes to. */
export interface Output {
  write(text: string): unknown;
  /** A person is watching: progress may be shown. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where `scan` runs and what it writes to. */
export interface Terminal {
  /** The folder that paths are relative to. */
  readonly cwd: string;
  /** For the report, and nothing else. */
  readonly out: Output;
  /** For progress, problems and the closing summary. */
  readonly log: Output;
}

/** As ESLint: 0 nothing to report, 1 findings or files that do not parse, 2 something could not be done. */
export type ExitCode = 0 | 1 | 2;
