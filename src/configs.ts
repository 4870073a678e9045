import type { ESLint, Linter } from 'eslint';
import { rules } from '../rules/index.js';
import type { RuleDocs, RuleInConfig } from './create-rule.js';
import { NAMESPACE } from './namespace.js';

/**
 * A config is one plain object, because that is what a flat config takes everywhere: as an element, in `extends`, by
 * name, and as `{ ...config, files }`. (An array would only be accepted by `defineConfig`.) It can be iterated too, and
 * yields itself, so that `...config` works for those who are used to configs that are arrays.
 */
export type SessionConfig = Linter.Config & { readonly rules: Linter.RulesRecord } & Iterable<Linter.Config>;

export type ConfigName = 'recommended' | 'strict' | 'all';

/**
 * Files of other ESLint languages. ESLint refuses to run a JavaScript rule on them, and a config without `files` would
 * otherwise reach them. `files` is no answer: it would make ESLint lint extensions that the user never asked for.
 */
const filesOfOtherLanguages = [
  '**/*.{json,jsonc,json5,md,markdown,mdx,css,scss,less,html,htm,xml,svg,yaml,yml,toml,graphql,gql,sql,prisma,env}',
  '**/.env',
  '**/.env.*',
];

/** Which of a rule's entries decides in a config; the first that is there. */
const entriesOf: Readonly<Record<ConfigName, (docs: RuleDocs) => RuleInConfig | undefined>> = {
  recommended: ({ configs }) => configs.recommended,
  strict: ({ configs }) => configs.strict ?? configs.recommended,
  all: ({ configs }) => configs.strict ?? configs.recommended ?? true,
};

/**
 * Makes the plugin's configs out of what the rules say of themselves.
 *
 * @param plugin - The plugin that the configs switch on.
 * @returns One config for each name.
 */
export function makeConfigs(plugin: ESLint.Plugin): Record<ConfigName, SessionConfig> {
  const make = (name: ConfigName): SessionConfig =>
    iterable({
      name: `${NAMESPACE}/${name}`,
      ignores: filesOfOtherLanguages,
      plugins: { [NAMESPACE]: plugin },
      rules: rulesOf(name),
    });
  return { recommended: make('recommended'), strict: make('strict'), all: make('all') };
}

function rulesOf(config: ConfigName): Linter.RulesRecord {
  const record: Linter.RulesRecord = {};
  for (const [name, rule] of Object.entries(rules)) {
    const entry = entriesOf[config](rule.meta.docs as RuleDocs);
    if (entry !== undefined) record[`${NAMESPACE}/${name}`] = entry === true ? 'error' : ['error', ...entry];
  }
  return record;
}

/** Not enumerable, so that ESLint and `{ ...config }` see a plain config object. */
function iterable<Config extends Linter.Config>(config: Config): Config & Iterable<Linter.Config> {
  return Object.defineProperty(config, Symbol.iterator, {
    value: () => [config][Symbol.iterator](),
  }) as Config & Iterable<Linter.Config>;
}
