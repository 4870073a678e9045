/** What becomes of a program by the fixes and suggestions that are offered for it. */
import type { Linter } from 'eslint';
import plugin from '../../src/plugin.js';
import { lint, type Reading } from './every-rule.js';

export interface Repair {
  readonly message: Linter.LintMessage;
  readonly code: string;
}

const readingOf = (settings: Readonly<Record<string, unknown>> | undefined): Reading => (settings ? { settings } : {});

/** Each fix and each suggestion, carried out alone. Their ranges count without a byte order mark. */
export function repairsOf(written: string, filename: string, settings?: Readonly<Record<string, unknown>>): { readonly before: readonly Linter.LintMessage[]; readonly repairs: readonly Repair[] } {
  const code = written.replace(/^\uFEFF/, '');
  const before = lint(written, filename, readingOf(settings));
  const repairs = before.flatMap((message) =>
    [message.fix, ...(message.suggestions ?? []).map(({ fix }) => fix)].flatMap((fix) => (fix ? [{ message, code: code.slice(0, fix.range[0]) + fix.text + code.slice(fix.range[1]) }] : [])),
  );
  return { before, repairs };
}

/** Of a session the worst is said: that an exception passes by its release, or its rollback, comes up when it has one. */
const nextToSay: ReadonlySet<string> = new Set(['db-session/require-release leftByThrow', 'db-session/require-release releasedOpen']);

/**
 * What is wrong with a repair; nothing if all is well. What only `strict` reports may come up: a call that is awaited at
 * last is one that the transaction waits for.
 */
export function faultsOf({ message, code }: Repair, before: readonly Linter.LintMessage[], filename: string, settings?: Readonly<Record<string, unknown>>): string[] {
  let after: readonly Linter.LintMessage[];
  try {
    after = lint(code, filename, readingOf(settings));
  } catch (error) {
    return [`does not parse: ${String(error)}`];
  }
  const left = before.map(keyOf);
  const surfaced = after.map(keyOf).filter((key) => {
    const at = left.indexOf(key);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const recommended = surfaced.length > 0 ? lint(code, filename, { ...readingOf(settings), rules: plugin.configs.recommended.rules }).map(keyOf) : [];
  const added = surfaced.filter((key) => recommended.includes(key) && !nextToSay.has(key));
  return [...added.map((key) => `adds ${key}`), ...(left.includes(keyOf(message)) ? [] : [`leaves ${keyOf(message)}`])];
}

const keyOf = ({ ruleId, messageId }: Linter.LintMessage): string => `${String(ruleId)} ${String(messageId)}`;
