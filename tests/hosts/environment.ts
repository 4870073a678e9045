/**
 * The environment of a user's shell: without what npm, vitest, a git hook or a CI service set around the tests. Each of
 * these changes what the programs do.
 *
 * @param more - Variables to set besides.
 * @returns The variables for a child process.
 */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_(lifecycle|package|command|execpath|config_legacy_peer_deps)|VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|GIT_|CI$|CI_|GITHUB_|GITLAB_|ESLINT_|SARIF_|FORCE_COLOR$|INIT_CWD$)/i.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...more };
}
