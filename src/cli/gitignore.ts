import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ignore } from 'ignore';
import ignore from 'ignore';

/** The rules of one `.gitignore`, and the folder that they are relative to. */
interface IgnoreFile {
  readonly folder: string;
  readonly rules: Ignore;
}

/** The `.gitignore` files that are in force in a folder, outermost first. */
export type IgnoreFiles = readonly IgnoreFile[];

/**
 * @param folder - An absolute path.
 * @param outer - Those in force in the folder around it.
 * @returns Those in force in the folder: its own, if it has one, comes last.
 */
export async function withIgnoreFileOf(folder: string, outer: IgnoreFiles): Promise<IgnoreFiles> {
  try {
    const text = await readFile(path.join(folder, '.gitignore'), 'utf8');
    return [...outer, { folder, rules: ignore({ ignorecase: false }).add(text) }];
  } catch {
    return outer;
  }
}

/**
 * @param folder - An absolute path.
 * @returns The ignore files of the folders above it, up to the root of its repository; none outside of a repository.
 */
export async function ignoreFilesAbove(folder: string): Promise<IgnoreFiles> {
  const above: string[] = [];
  for (let at = folder; !(await exists(path.join(at, '.git'))); at = path.dirname(at)) {
    const parent = path.dirname(at);
    if (parent === at) return [];
    above.unshift(parent);
  }
  let files: IgnoreFiles = [];
  for (const each of above) files = await withIgnoreFileOf(each, files);
  return files;
}

/**
 * @param entry - The absolute path of a file or folder.
 * @param isFolder - Which of the two it is.
 * @param files - The ignore files in force around it.
 * @returns Whether git ignores it. As with git, the innermost rule that says anything decides.
 */
export function isIgnored(entry: string, isFolder: boolean, files: IgnoreFiles): boolean {
  for (const { folder, rules } of files.toReversed()) {
    const relative = path.relative(folder, entry).replaceAll(path.sep, '/');
    const verdict = rules.test(isFolder ? `${relative}/` : relative);
    if (verdict.ignored || verdict.unignored) return verdict.ignored;
  }
  return false;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
