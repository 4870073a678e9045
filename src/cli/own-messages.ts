import path from 'node:path';
import type { ESLint, Linter } from 'eslint';
import { isInOwnLanguage } from '../languages/file-names.js';
import { NAMESPACE } from '../namespace.js';

/** Whether a rule is the plugin's. */
export function isOwnRule(ruleId: string | null): boolean {
  return ruleId?.startsWith(`${NAMESPACE}/`) ?? false;
}

/** Whether a message says that the file could not be parsed. (ESLint calls mistakes in its comments fatal too.) */
export function isParseFailure({ fatal, message }: Linter.LintMessage): boolean {
  return fatal === true && message.startsWith('Parsing error');
}

/**
 * Keeps what a scan is about: findings of the plugin, and that a file does not parse. Comments in the files may speak of
 * rules that are not loaded; what ESLint says of those is dropped.
 *
 * @param result - What ESLint found in a file.
 * @returns The same without foreign messages, counts included.
 */
export function keepOwnMessages(result: ESLint.LintResult): ESLint.LintResult {
  const isOwn = (message: Linter.LintMessage) => isParseFailure(message) || isOwnRule(message.ruleId);
  return {
    ...withMessages(result, result.messages.filter(isOwn)),
    suppressedMessages: result.suppressedMessages.filter(isOwn),
  };
}

/**
 * Some formatters print the whole file, and a file that holds connection strings must not be printed.
 *
 * @param result - What was found in a file.
 * @returns The same, without the text if it is a .env file or a schema.
 */
export function withoutSecrets(result: ESLint.LintResult): ESLint.LintResult {
  if (!isInOwnLanguage(path.basename(result.filePath))) return result;
  const rest = { ...result };
  delete rest.source;
  delete rest.output;
  return rest;
}

/**
 * @param result - What was found in a file.
 * @returns The same without warnings.
 */
export function keepErrors(result: ESLint.LintResult): ESLint.LintResult {
  return withMessages(result, result.messages.filter(({ severity }) => severity === 2));
}

function withMessages(result: ESLint.LintResult, messages: Linter.LintMessage[]): ESLint.LintResult {
  const count = (test: (message: Linter.LintMessage) => boolean) => messages.filter(test).length;
  return {
    ...result,
    messages,
    errorCount: count(({ severity }) => severity === 2),
    warningCount: count(({ severity }) => severity === 1),
    fatalErrorCount: count(isParseFailure),
    fixableErrorCount: count(({ severity, fix }) => severity === 2 && fix !== undefined),
    fixableWarningCount: count(({ severity, fix }) => severity === 1 && fix !== undefined),
  };
}
