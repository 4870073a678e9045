import type { TSESLint } from '@typescript-eslint/utils';
import type { RuleModule, RuleWithMetaAndName } from '@typescript-eslint/utils/eslint-utils';

/**
 * What a config says about a rule: `true` switches it on with its default options, a list switches it on with these
 * options.
 */
export type RuleInConfig<Options extends readonly unknown[] = readonly unknown[]> = true | Options;

/** What every rule says of itself besides ESLint's own `meta`. */
export interface RuleDocs<Options extends readonly unknown[] = readonly unknown[]> {
  /**
   * The configs that the rule is in. `strict` takes over what `recommended` says unless the rule says something of its
   * own there. `all` switches every rule on, as `strict` has it or else with its default options.
   */
  readonly configs: {
    readonly recommended?: RuleInConfig<Options>;
    readonly strict?: RuleInConfig<Options>;
  };
}

/** A rule as {@link createRule} gives it back. */
export type SessionRule<Options extends readonly unknown[], MessageIds extends string> = RuleModule<
  MessageIds,
  Options,
  RuleDocs<Options>
> & { readonly name: string };

/** A rule as its file writes it. Its options are a question: most files are none of a rule's business, whatever they are. */
interface WrittenRule<Options extends readonly unknown[], MessageIds extends string> extends Omit<Readonly<RuleWithMetaAndName<Options, MessageIds, RuleDocs<Options>>>, 'create'> {
  readonly create: (context: Readonly<TSESLint.RuleContext<MessageIds, Options>>, options: () => Options) => TSESLint.RuleListener;
}

/**
 * Makes a rule of the plugin. Not by typescript-eslint's `RuleCreator`, which copies the default options anew for each
 * rule and file: in files that a rule has nothing to say about, that was most of its cost.
 *
 * @param rule - Name, meta and `create` of the rule. `meta.docs.url` is added, and `meta.defaultOptions` (not a
 *   `defaultOptions` beside `meta`) states the defaults.
 * @returns The rule, ready for `rules/index.ts`.
 */
export function createRule<Options extends readonly unknown[], MessageIds extends string>({ name, meta, create }: WrittenRule<Options, MessageIds>): SessionRule<Options, MessageIds> {
  return {
    name,
    meta: { ...meta, docs: { ...meta.docs, url: urlOfRule(name) } },
    create: (context) => create(context, () => withDefaults(meta.defaultOptions, context.options)),
  };
}

/** ESLint fills in the defaults itself since 9.15; before that, what the user left out is filled in here. */
function withDefaults<Options extends readonly unknown[]>(defaults: Options | undefined, given: Options): Options {
  if (!defaults || defaults.every((option, at) => isComplete(option, given[at]))) return given;
  return defaults.map((option, at) => {
    const own: unknown = given[at];
    if (own === undefined) return option;
    return isRecord(option) && isRecord(own) ? { ...option, ...own } : own;
  }) as unknown as Options;
}

/** Whether what is given says everything that the default says. */
function isComplete(option: unknown, own: unknown): boolean {
  if (!isRecord(option) || !isRecord(own)) return own !== undefined;
  for (const key in option) if (!(key in own)) return false;
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function urlOfRule(name: string): string {
  return `https://github.com/eslint-plugin-db-session/eslint-plugin-db-session/blob/main/docs/rules/${name}.md`;
}
