import { createRequire } from 'node:module';
import type { ESLint, Rule } from 'eslint';
import { rules } from '../rules/index.js';
import type { ConfigName, SessionConfig } from './configs.js';
import { makeConfigs } from './configs.js';
import { languages } from './languages/index.js';
import { NAMESPACE } from './namespace.js';

/** The plugin as users see it. Only ESLint's own types, so that any `eslint.config.ts` accepts it without a cast. */
export interface DbSessionPlugin extends ESLint.Plugin {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: Record<keyof typeof rules, Rule.RuleModule>;
  readonly languages: Readonly<Record<keyof typeof languages, NonNullable<ESLint.Plugin['languages']>[string]>>;
  readonly configs: Record<ConfigName, SessionConfig>;
}

// By its own name, so that the sources and the built files, which lie at different depths, find the same manifest.
const manifest = createRequire(import.meta.url)('eslint-plugin-db-session/package.json') as {
  name: string;
  version: string;
};

const plugin: DbSessionPlugin = {
  meta: { name: manifest.name, version: manifest.version, namespace: NAMESPACE },
  // typescript-eslint's type of a rule knows more node types than ESLint's own, and is not assignable to it.
  rules: rules as unknown as DbSessionPlugin['rules'],
  languages,
  configs: {} as Record<ConfigName, SessionConfig>,
};
// The configs name the plugin that they belong to.
Object.assign(plugin.configs, makeConfigs(plugin));

export default plugin;
