import { access } from 'node:fs/promises';
import path from 'node:path';
import type { ParserOptions } from '@typescript-eslint/parser';
import type { ScanOptions } from './command-line.js';
import { UsageError } from './usage-error.js';

/**
 * @param types - What the user asked for.
 * @param cwd - The folder that the tsconfig is relative to.
 * @returns The parser options that bring it about; undefined for none.
 * @throws {UsageError} If the tsconfig is not there.
 */
export async function typeOptionsFor(types: ScanOptions['types'], cwd: string): Promise<ParserOptions | undefined> {
  if (types === 'none') return undefined;
  if (types === 'nearest') return { projectService: true, tsconfigRootDir: cwd };
  const tsconfig = path.resolve(cwd, types.tsconfig);
  try {
    await access(tsconfig);
  } catch {
    throw new UsageError(`--project '${types.tsconfig}': no such file.`);
  }
  return { project: [tsconfig], tsconfigRootDir: path.dirname(tsconfig) };
}
