import type { ESLint, Linter } from 'eslint';
import { rules } from '../rules/index.js';
import type { RuleDocs, RuleInConfig } from './create-rule.js';
import { dotenvFiles, prismaFiles } from './languages/file-names.js';
import { NAMESPACE } from './namespace.js';

/**
 * A config is one plain object, because that is what a flat config takes everywhere: as an element, in `extends`, by
 * name, and as `{ ...config, files }`. (An array would only be accepted by `defineConfig`.) This object is for code.
 *
 * It can be iterated too, so that `...config` works as with configs that are arrays, and yields all parts of the config:
 * itself, then one part for each further language that the plugin knows.
 */
export type SessionConfig = OnePart & Iterable<Linter.Config>;

type OnePart = Linter.Config & { readonly rules: Linter.RulesRecord };

export type ConfigName = 'recommended' | 'strict' | 'all';

/** Which of a rule's entries decides in a config; the first that is there. */
const entryOf: Readonly<Record<ConfigName, (docs: RuleDocs) => RuleInConfig | undefined>> = {
  recommended: ({ configs }) => configs.recommended,
  strict: ({ configs }) => configs.strict ?? configs.recommended,
  all: ({ configs }) => configs.strict ?? configs.recommended ?? true,
};

/** The part of a config that is about one language. */
interface Part {
  /** As in `meta.languages` of the rules that it switches on. */
  readonly language: string;
  readonly where: Linter.Config;
}

const code: Part = {
  language: 'js/js',
  // ESLint refuses to run a JavaScript rule on other languages, and a config without `files` would reach them. To say
  // `files` here is no answer: it would make ESLint lint extensions that the user never asked for.
  where: {
    ignores: [
      '**/*.{json,jsonc,json5,md,markdown,mdx,css,scss,less,html,htm,xml,svg,yaml,yml,toml,graphql,gql,sql,prisma,env}',
      '**/.env*',
    ],
  },
};

const otherLanguages: readonly Part[] = [
  { language: `${NAMESPACE}/dotenv`, where: { ...dotenvFiles, language: `${NAMESPACE}/dotenv` } },
  { language: `${NAMESPACE}/prisma`, where: { ...prismaFiles, language: `${NAMESPACE}/prisma` } },
];

/**
 * Makes the plugin's configs out of what the rules say of themselves.
 *
 * @param plugin - The plugin that the configs switch on.
 * @returns One config for each name.
 */
export function makeConfigs(plugin: ESLint.Plugin): Record<ConfigName, SessionConfig> {
  const make = (name: ConfigName): SessionConfig => {
    const config = ({ language, where }: Part): OnePart => ({
      name: `${NAMESPACE}/${name}`,
      ...where,
      plugins: { [NAMESPACE]: plugin },
      rules: rulesOf(name, language),
    });
    const forCode = config(code);
    const all = [forCode, ...otherLanguages.map(config)];
    // Not enumerable, so that ESLint and `{ ...config }` see a plain object.
    return Object.defineProperty(forCode, Symbol.iterator, { value: () => all.values() }) as SessionConfig;
  };
  return { recommended: make('recommended'), strict: make('strict'), all: make('all') };
}

function rulesOf(config: ConfigName, language: string): Linter.RulesRecord {
  const record: Linter.RulesRecord = {};
  for (const [name, { meta }] of Object.entries(rules)) {
    if (!(meta.languages ?? []).includes(language)) continue;
    const entry = entryOf[config](meta.docs as RuleDocs);
    if (entry !== undefined) record[`${NAMESPACE}/${name}`] = entry === true ? 'error' : ['error', ...entry];
  }
  return record;
}
