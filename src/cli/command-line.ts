import { parseArgs } from 'node:util';
import type { Linter } from 'eslint';
import type { ConfigName } from '../configs.js';
import { suggestName } from '../nearest-name.js';
import plugin from '../plugin.js';
import { parseRuleSetting } from './rule-setting.js';
import { UsageError } from './usage-error.js';

/** What to scan, and how to report it. */
export interface ScanOptions {
  readonly paths: readonly string[];
  readonly config: ConfigName;
  /** Settings of single rules, on top of the config. */
  readonly rules: Linter.RulesRecord;
  /** Type information: none, that of the tsconfig next to each file, or that of the tsconfig named. */
  readonly types: 'none' | 'nearest' | { readonly tsconfig: string };
  readonly format: string;
  readonly outputFile: string | undefined;
  readonly quiet: boolean;
  readonly maxWarnings: number;
}

export type Command = 'help' | 'version' | ScanOptions;

const options = {
  config: { type: 'string', short: 'c', default: 'recommended' },
  rule: { type: 'string', multiple: true, default: [] as string[] },
  project: { type: 'string' },
  format: { type: 'string', short: 'f', default: 'stylish' },
  'output-file': { type: 'string', short: 'o' },
  quiet: { type: 'boolean', default: false },
  'max-warnings': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/**
 * @param args - The command line, without node and script.
 * @returns What it asks for.
 * @throws {UsageError} If it asks for something that is not there.
 */
export function readCommandLine(args: readonly string[]): Command {
  const { values, positionals } = parse(withProjectValue(args));
  if (values.help) return 'help';
  if (values.version) return 'version';
  return {
    paths: positionals.length > 0 ? positionals : ['.'],
    config: readConfigName(values.config),
    rules: Object.assign({}, ...values.rule.map(parseRuleSetting)) as Linter.RulesRecord,
    types: readTypes(values.project),
    format: values.format,
    outputFile: values['output-file'],
    quiet: values.quiet,
    maxWarnings: readMaxWarnings(values['max-warnings']),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const unknown = /^Unknown option '--?([^']*)'/.exec(error.message)?.[1];
    if (unknown === undefined) throw new UsageError(error.message);
    throw new UsageError(`There is no option '--${unknown}'. ${suggestName(unknown, Object.keys(options))}`);
  }
}

/** `--project` may stand alone; what follows is its value only if it looks like a tsconfig. */
function withProjectValue(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (args[index - 1] === '--project' && arg.endsWith('.json')) return [];
    if (arg !== '--project') return arg;
    const next = args[index + 1] ?? '';
    return `--project=${next.endsWith('.json') ? next : ''}`;
  });
}

function readTypes(project: string | undefined): ScanOptions['types'] {
  if (project === undefined) return 'none';
  return project === '' ? 'nearest' : { tsconfig: project };
}

function readConfigName(written: string): ConfigName {
  if (Object.hasOwn(plugin.configs, written)) return written as ConfigName;
  throw new UsageError(`There is no config '${written}'. ${suggestName(written, Object.keys(plugin.configs))}`);
}

function readMaxWarnings(written: string | undefined): number {
  if (written === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d+$/.test(written)) return Number(written);
  throw new UsageError(`--max-warnings must be a whole number, but is '${written}'.`);
}
