import type { ESLint } from 'eslint';
import { isParseFailure } from './own-messages.js';
import type { PathProblem } from './source-files.js';

/** What a scan came to. */
export interface Outcome {
  /** One for each file that was linted; foreign messages dropped. */
  readonly results: readonly ESLint.LintResult[];
  /** Paths that could not be scanned. */
  readonly problems: readonly PathProblem[];
  readonly filesWithoutTypes: number;
  readonly seconds: number;
}

const MOST_PATHS_LISTED = 20;

/**
 * Says in a few lines what a scan came to.
 *
 * @param outcome - Of the scan.
 * @param shorten - Makes a path fit to be read.
 * @returns The lines.
 */
export function summarise(outcome: Outcome, shorten: (file: string) => string): string {
  const { results, problems, filesWithoutTypes, seconds } = outcome;
  const findings = results.flatMap(({ messages }) => messages).filter((message) => !isParseFailure(message));
  const suppressed = results.reduce((sum, result) => sum + result.suppressedMessages.length, 0);
  const lines = [
    `Scanned ${counted(results.length, 'file')} in ${seconds.toFixed(1)} s: ${counted(findings.length, 'finding')}` +
      (suppressed > 0 ? `, and ${String(suppressed)} more disabled by comments.` : '.'),
    ...perRule(findings.map(({ ruleId }) => ruleId ?? '')),
  ];
  if (filesWithoutTypes > 0) {
    lines.push(`${counted(filesWithoutTypes, 'file')} scanned without type information, because no tsconfig includes them.`);
  }
  const unparsed = results.flatMap(({ filePath, messages }) =>
    messages.filter(isParseFailure).map(({ line, column, message }) => `${shorten(filePath)}:${String(line)}:${String(column)}  ${message}`),
  );
  lines.push(...listed('could not be parsed', unparsed));
  lines.push(...listed('could not be scanned', problems.map(({ path, reason }) => `${shorten(path)}  ${reason}`)));
  return lines.map((line) => `${line}\n`).join('');
}

function perRule(ruleIds: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const ruleId of ruleIds) counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([ruleId, count]) => `  ${String(count).padStart(5)}  ${ruleId}`);
}

function listed(what: string, entries: readonly string[]): string[] {
  if (entries.length === 0) return [];
  const rest = entries.length - MOST_PATHS_LISTED;
  return [
    `${counted(entries.length, 'path')} ${what}:`,
    ...entries.slice(0, MOST_PATHS_LISTED).map((entry) => `  ${entry}`),
    ...(rest > 0 ? [`  and ${String(rest)} more`] : []),
  ];
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
