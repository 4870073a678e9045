import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ESLint } from 'eslint';
import plugin from '../plugin.js';
import type { ScanOptions } from './command-line.js';
import { readCommandLine } from './command-line.js';
import { loadFormatter } from './formatter.js';
import { help } from './help.js';
import { makeLinter } from './linter.js';
import { keepErrors, keepOwnMessages, withoutSecrets } from './own-messages.js';
import { makeParser } from './parser.js';
import { makeProgress } from './progress.js';
import type { PathProblem } from './source-files.js';
import { findSourceFiles, reasonOf } from './source-files.js';
import { readSourceText } from './source-text.js';
import { summarise } from './summary.js';
import type { ExitCode, Terminal } from './terminal.js';
import { typeOptionsFor } from './type-options.js';
import { UsageError } from './usage-error.js';

/**
 * Runs the command `eslint-plugin-db-session`.
 *
 * @param args - The command line, without node and script.
 * @param terminal - Where it runs and what it writes to.
 * @returns The exit code. Mistakes on the command line are written to the log, not thrown.
 */
export async function scan(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const command = readCommandLine(args);
    if (command === 'help') terminal.out.write(help);
    else if (command === 'version') terminal.out.write(`${plugin.meta.version}\n`);
    else return await scanPaths(command, terminal);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.log.write(`${error.message}\nTry --help.\n`);
    return 2;
  }
}

async function scanPaths(options: ScanOptions, terminal: Terminal): Promise<ExitCode> {
  const start = performance.now();
  const { files, problems: badPaths } = await findSourceFiles(options.paths, terminal.cwd);
  const parser = makeParser(await typeOptionsFor(options.types, terminal.cwd));
  const linter = makeLinter(files, terminal.cwd, options, parser);
  // Before the work, so that a slip in its name costs no time.
  const formatter = await loadFormatter(options.format, terminal.cwd, linter);

  const { results, problems } = await lint(files, linter, terminal);
  const warnings = results.reduce((sum, { warningCount }) => sum + warningCount, 0);
  const errors = results.reduce((sum, { errorCount }) => sum + errorCount, 0);
  const tooManyWarnings = warnings > options.maxWarnings;

  const reported = options.quiet && !tooManyWarnings ? results.map(keepErrors) : results;
  const resultsMeta = tooManyWarnings
    ? { maxWarningsExceeded: { maxWarnings: options.maxWarnings, foundWarnings: warnings } }
    : {};
  await deliver(await formatter.format(reported, resultsMeta), options.outputFile, terminal);

  const outcome = {
    results: reported,
    problems: [...badPaths, ...problems],
    filesWithoutTypes: parser.filesWithoutTypes(),
    seconds: (performance.now() - start) / 1000,
  };
  terminal.log.write(summarise(outcome, (file) => shorten(file, terminal.cwd)));
  if (tooManyWarnings) terminal.log.write(`More warnings (${String(warnings)}) than allowed (${String(options.maxWarnings)}).\n`);
  if (outcome.problems.length > 0) return 2;
  return errors > 0 || tooManyWarnings ? 1 : 0;
}

/** One file after another: a file that cannot be read, or that a rule fails on, does not take the others with it. */
async function lint(files: readonly string[], linter: ESLint, terminal: Terminal) {
  const results: ESLint.LintResult[] = [];
  const problems: PathProblem[] = [];
  const progress = makeProgress(terminal.log, files.length);
  for (const [index, file] of files.entries()) {
    progress.show(index, shorten(file, terminal.cwd));
    try {
      const text = await readSourceText(file);
      results.push(...(await linter.lintText(text, { filePath: file })).map(keepOwnMessages).map(withoutSecrets));
    } catch (error) {
      problems.push({ path: file, reason: reasonOf(error) });
    }
  }
  progress.clear();
  return { results, problems };
}

async function deliver(report: string, outputFile: string | undefined, { cwd, out }: Terminal): Promise<void> {
  if (outputFile === undefined) {
    if (report !== '') out.write(report.endsWith('\n') ? report : `${report}\n`);
    return;
  }
  const target = path.resolve(cwd, outputFile);
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, report);
  } catch (error) {
    throw new UsageError(`--output-file '${outputFile}' cannot be written: ${reasonOf(error)}.`);
  }
}

function shorten(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative === '' ? '.' : relative;
}
