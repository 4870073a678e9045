import type { RuleModule, RuleWithMetaAndName } from '@typescript-eslint/utils/eslint-utils';
import { RuleCreator } from '@typescript-eslint/utils/eslint-utils';

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

/**
 * Makes a rule of the plugin.
 *
 * @param rule - Name, meta and `create` of the rule. `meta.docs.url` is added, and `meta.defaultOptions` (not a
 *   `defaultOptions` beside `meta`) states the defaults.
 * @returns The rule, ready for `rules/index.ts`.
 */
export function createRule<Options extends readonly unknown[], MessageIds extends string>(
  rule: Readonly<RuleWithMetaAndName<Options, MessageIds, RuleDocs<Options>>>,
): SessionRule<Options, MessageIds> {
  return RuleCreator<RuleDocs<Options>>(urlOfRule)(rule);
}

function urlOfRule(name: string): string {
  return `https://github.com/eslint-plugin-db-session/eslint-plugin-db-session/blob/main/docs/rules/${name}.md`;
}
