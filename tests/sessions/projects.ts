/** Folders with a package.json, and maybe with installed packages, for what depends on their versions. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Projects {
  /** Makes a folder and answers with the path of a file in it, which does not exist. */
  readonly project: (name: string, manifest: unknown, packages?: Readonly<Record<string, string>>) => string;
  readonly remove: () => void;
}

export function projects(): Projects {
  const home = mkdtempSync(path.join(tmpdir(), 'db-session-projects-'));
  const write = (folder: string, content: unknown): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(content));
  };
  return {
    project: (name, manifest, packages = {}) => {
      const root = path.join(home, name);
      write(root, manifest);
      for (const [each, version] of Object.entries(packages)) write(path.join(root, 'node_modules', each), { version });
      return path.join(root, 'a.ts');
    },
    remove: () => { rmSync(home, { recursive: true, force: true }); },
  };
}
