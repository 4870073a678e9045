import type { Output } from './terminal.js';

const REDRAW_AFTER_MS = 100;

/** A line that says how far the scan is. */
export interface Progress {
  show(done: number, file: string): void;
  clear(): void;
}

/**
 * @param log - Where the line is drawn; nothing is drawn unless a person is watching.
 * @param total - How many files there are.
 * @returns The line.
 */
export function makeProgress(log: Output, total: number): Progress {
  if (!log.isTTY) return { show: () => undefined, clear: () => undefined };
  let drawnAt = 0;
  return {
    show(done, file) {
      const now = Date.now();
      if (now - drawnAt < REDRAW_AFTER_MS) return;
      drawnAt = now;
      const line = `Scanning ${String(done)}/${String(total)} ${file}`;
      log.write(`\r\u001B[2K${line.slice(0, (log.columns ?? 80) - 1)}`);
    },
    clear() {
      log.write('\r\u001B[2K');
    },
  };
}
