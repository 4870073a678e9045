import { createRequire } from 'node:module';
import path from 'node:path';
import type { ESLint } from 'eslint';
import { UsageError } from './usage-error.js';

/**
 * Loads an ESLint formatter.
 *
 * @param name - `stylish`, `json`, `html`, a path, or a package (`eslint-formatter-` may be left out).
 * @param cwd - The folder that a path is relative to, and that a package is looked up from.
 * @param linter - The linter whose results it will format.
 * @returns The formatter.
 * @throws {UsageError} If there is none of that name.
 */
export async function loadFormatter(name: string, cwd: string, linter: ESLint): Promise<ESLint.LoadedFormatter> {
  try {
    return await linter.loadFormatter(locate(name, cwd));
  } catch (error) {
    throw new UsageError(`The formatter '${name}' cannot be loaded. ${error instanceof Error ? error.message : ''}`);
  }
}

/** The linter may live in a folder above, so a path or a package of the user's folder is given to it in full. */
function locate(name: string, cwd: string): string {
  if (/^\.|^[^@].*[/\\]/.test(name)) return path.resolve(cwd, name);
  const resolve = createRequire(path.join(cwd, 'here.js')).resolve;
  for (const candidate of name.startsWith('@') ? [name] : [`eslint-formatter-${name}`, name]) {
    try {
      return resolve(candidate);
    } catch {
      // Not installed under this name.
    }
  }
  return name;
}
