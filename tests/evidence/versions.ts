/** The versions of the installed packages. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Also of a package whose exports hide its package.json. */
export function versionOf(name: string): string {
  if (name.startsWith('node:')) return process.versions.node;
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'node_modules', name, 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    if (folder === path.dirname(folder)) return 'not installed';
  }
}

/** Whether a version is this one or a later one; what comes before a release (`-alpha.1`) counts as that release. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split('-')[0]!.split('.').map(Number)) as [number[], number[]];
  for (const i of b.keys()) if (a[i] !== b[i]) return (a[i] ?? 0) > b[i]!;
  return true;
}
