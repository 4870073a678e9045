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
  const colon = written.indexOf(':');
  const name = colon < 0 ? written.trim() : unquoted(written.slice(0, colon).trim());
  return { [`${NAMESPACE}/${knownRule(name)}`]: entryOf(colon < 0 ? '' : written.slice(colon + 1).trim(), written) };
}

function unquoted(text: string): string {
  return text.replaceAll(/^["']|["']$/g, '');
}

function knownRule(written: string): string {
  const name = written.startsWith(`${NAMESPACE}/`) ? written.slice(NAMESPACE.length + 1) : written;
  const names = Object.keys(plugin.rules);
  if (names.includes(name)) return name;
  throw new UsageError(`There is no rule '${written}'. ${suggestName(name, names)}`);
}

function entryOf(value: string, written: string): Linter.RuleEntry {
  const list = value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1) : undefined;
  const comma = list?.indexOf(',') ?? -1;
  const severity = list === undefined ? value : comma < 0 ? list : list.slice(0, comma);
  const options = list === undefined || comma < 0 ? undefined : list.slice(comma + 1);
  const word = unquoted(severity.trim());
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
