import type { Linter } from 'eslint';
import { NAMESPACE } from '../namespace.js';
import { suggestName } from '../nearest-name.js';
import plugin from '../plugin.js';
import { UsageError } from './usage-error.js';

const severities = ['off', 'warn', 'error', '0', '1', '2'];

/**
 * Reads the value of `--rule`.
 *
 * @param written - `name: severity` or `name: [severity, options]`, the options as JSON; the name may go without prefix.
 * @returns The setting, for an ESLint config.
 * @throws {UsageError} If the rule is not the plugin's, or the setting is none.
 */
export function parseRuleSetting(written: string): Linter.RulesRecord {
  const [, name = written.trim(), value = ''] = /^\s*["']?([^:"']+?)["']?\s*:\s*(.*?)\s*$/s.exec(written) ?? [];
  return { [`${NAMESPACE}/${knownRule(name)}`]: entryOf(value, written) };
}

function knownRule(written: string): string {
  const name = written.startsWith(`${NAMESPACE}/`) ? written.slice(NAMESPACE.length + 1) : written;
  const names = Object.keys(plugin.rules);
  if (names.includes(name)) return name;
  throw new UsageError(`There is no rule '${written}'. ${suggestName(name, names)}`);
}

function entryOf(value: string, written: string): Linter.RuleEntry {
  const [, severity = value, options] = /^\[\s*([^,\]]+?)\s*(?:,(.*))?\]$/s.exec(value) ?? [];
  const word = severity.replaceAll(/["']/g, '');
  if (!severities.includes(word)) {
    throw new UsageError(`--rule '${written}' lacks a severity: write 'name: error', 'name: warn' or 'name: off'.`);
  }
  const level = (/^\d$/.test(word) ? Number(word) : word) as Linter.RuleSeverity;
  return options === undefined ? level : [level, ...optionsOf(options, written)];
}

function optionsOf(json: string, written: string): unknown[] {
  try {
    return JSON.parse(`[${json}]`) as unknown[];
  } catch {
    throw new UsageError(`The options in --rule '${written}' are not JSON.`);
  }
}
