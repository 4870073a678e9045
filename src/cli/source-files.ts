import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isInOwnLanguage } from '../languages/file-names.js';
import type { IgnoreFiles } from './gitignore.js';
import { ignoreFilesAbove, isIgnored, withIgnoreFileOf } from './gitignore.js';

/** A path that could not be scanned, and why. */
export interface PathProblem {
  readonly path: string;
  readonly reason: string;
}

/** What {@link findSourceFiles} found. */
export interface SourceFiles {
  /** Absolute paths, each once, in a stable order. */
  readonly files: readonly string[];
  readonly problems: readonly PathProblem[];
}

/** Extensions of JavaScript and TypeScript, for glob patterns too. */
export const EXTENSIONS = ['js', 'cjs', 'mjs', 'jsx', 'ts', 'cts', 'mts', 'tsx'] as const;

const sourceFile = new RegExp(`\\.(?:${EXTENSIONS.join('|')})$`);
const writtenByTools = /\.(?:min\.[cm]?js|d\.[cm]?ts)$/;
const foldersOfTools = new Set(['node_modules', '.git', 'dist', 'build', '.next', 'coverage']);

/**
 * Finds the files to scan: JavaScript, TypeScript, .env files and Prisma's schemas.
 *
 * What a user names is scanned even if it is ignored or the work of a tool; inside a folder both are left out.
 * Symbolic links inside a folder are not followed.
 *
 * @param paths - Files and folders.
 * @param cwd - What they are relative to.
 * @returns The files, and the paths that led to none.
 */
export async function findSourceFiles(paths: readonly string[], cwd: string): Promise<SourceFiles> {
  const files = new Set<string>();
  const problems: PathProblem[] = [];
  for (const written of paths) {
    const named = path.resolve(cwd, written);
    try {
      if ((await stat(named)).isDirectory()) {
        const before = files.size + problems.length;
        await walk(named, await rulesFor(named), files, problems);
        if (files.size + problems.length === before && !containsAny(named, files)) {
          problems.push({ path: named, reason: 'no files to scan in this folder (see --help for what is left out)' });
        }
      } else if (sourceFile.test(named) || isInOwnLanguage(path.basename(named))) files.add(named);
      else problems.push({ path: named, reason: 'not a JavaScript, TypeScript, .env or .prisma file' });
    } catch (error) {
      problems.push({ path: named, reason: reasonOf(error) });
    }
  }
  return { files: [...files], problems };
}

/** The rules above a folder do not count if they ignore the folder itself: the user named it. */
async function rulesFor(named: string): Promise<IgnoreFiles> {
  const above = await ignoreFilesAbove(named);
  return isIgnored(named, true, above) ? [] : above;
}

async function walk(folder: string, outer: IgnoreFiles, files: Set<string>, problems: PathProblem[]): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    problems.push({ path: folder, reason: reasonOf(error) });
    return;
  }
  const rules = await withIgnoreFileOf(folder, outer);
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!foldersOfTools.has(entry.name) && !isIgnored(full, true, rules)) await walk(full, rules, files, problems);
    } else if (entry.isFile() && isSource(entry.name) && !isIgnored(full, false, rules)) {
      files.add(full);
    }
  }
}

function isSource(name: string): boolean {
  return isInOwnLanguage(name) || (sourceFile.test(name) && !writtenByTools.test(name));
}

function containsAny(folder: string, files: ReadonlySet<string>): boolean {
  return [...files].some((file) => file.startsWith(folder + path.sep));
}

/**
 * @param error - What a call of the file system threw.
 * @returns Why, in a few words and without the path.
 */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  return message;
}
