import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { scan } from '../../src/cli/scan.js';

/** What a scan said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly log: string;
}

/** A folder of its own for one test. */
export interface Project {
  readonly folder: string;
  /** Runs the command there, or in a folder inside. */
  scan(args: readonly string[], inside?: string): Promise<Said>;
}

/** Source that has a finding. */
export const SHARED = `
import { PrismaClient } from '@prisma/client';
const prisma = new PrismaClient();
await prisma.$transaction(async (tx) => {
  await Promise.all([tx.user.create({ data: {} }), tx.post.create({ data: {} })]);
});
`;

/** Source that has none. */
export const CLEAN = SHARED.replace('Promise.all([', '').replace('), tx', '); await tx').replace(']);', ';');

/**
 * @param files - Contents by path.
 * @returns A folder with these files; it is removed after the test.
 */
export function makeProject(files: Readonly<Record<string, string | Buffer>>): Project {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'db-session-')));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return {
    folder,
    async scan(args, inside = '.') {
      let out = '';
      let log = '';
      const code = await scan(args, {
        cwd: path.join(folder, inside),
        out: { write: (text) => (out += text) },
        log: { write: (text) => (log += text) },
      });
      return { code, out, log };
    },
  };
}
