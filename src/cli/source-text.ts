import { readFile, stat } from 'node:fs/promises';

const LARGEST_FILE = 10 * 1024 * 1024;

/**
 * Reads a source file, whether it is UTF-8 or UTF-16. (Bytes that are neither stand in comments and strings, as a rule,
 * and do not hinder the scan.)
 *
 * @param file - An absolute path.
 * @returns The text.
 * @throws {Error} If the file cannot be read, or is too large to be source: a video can be called `.ts` too.
 */
export async function readSourceText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > LARGEST_FILE) throw new Error(`larger than ${String(LARGEST_FILE / 1024 / 1024)} MB`);
  const bytes = await readFile(file);
  return new TextDecoder(encodingOf(bytes), { ignoreBOM: true }).decode(bytes);
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
