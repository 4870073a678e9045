/** Runs one claim: the harm on a fresh database, then what the message tells the user to write on another. */
import type { Claim } from './claim.js';
import type { Suite } from './databases/suite.js';

export type Verdict =
  | { readonly kind: 'proved' }
  | { readonly kind: 'refuted'; readonly program: 'harm' | 'instead'; readonly error: Error }
  /** Could run here, if something were installed: an error in CI. */
  | { readonly kind: 'skipped'; readonly why: string }
  | { readonly kind: 'impossible'; readonly why: string };

/** Much longer than any program takes: a program that reaches it hangs, which no program does on purpose. */
const limit = 60_000;

export function cannotRun(claim: Claim, suite: Suite): Extract<Verdict, { why: string }> | undefined {
  if (claim.impossible) return { kind: 'impossible', why: claim.impossible };
  const missing = suite.missing(claim.needs);
  return missing ? { kind: 'skipped', why: missing } : undefined;
}

export async function prove(claim: Claim, suite: Suite): Promise<Verdict> {
  const reason = cannotRun(claim, suite);
  if (reason) return reason;
  for (const program of ['harm', 'instead'] as const) {
    const database = await suite.fresh(claim.needs);
    try {
      await ended(claim[program](database as never).finally(() => database?.drop()));
    } catch (error) {
      return { kind: 'refuted', program, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
  return { kind: 'proved' };
}

let failProgram: ((error: Error) => void) | undefined;

/** An error that nobody caught refutes the claim whose program is running; false when none is. */
export function blameProgram(error: Error): boolean {
  failProgram?.(error);
  return failProgram !== undefined;
}

async function ended(program: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stray = new Promise<never>((_, reject) => (failProgram = reject));
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the program did not end within ${limit / 1000} s`)), limit);
  });
  try {
    await Promise.race([program, late, stray]);
  } finally {
    failProgram = undefined;
    clearTimeout(timer);
  }
}
