#!/usr/bin/env node
import process from 'node:process';

// `… | head` closes the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  // Imported here, so that a missing or unfit ESLint or TypeScript is said in words and not as a stack.
  const { scan } = await import('./scan.js');
  process.exitCode = await scan(process.argv.slice(2), {
    cwd: process.cwd(),
    out: process.stdout,
    log: process.stderr,
  });
} catch (error) {
  process.stderr.write(`eslint-plugin-db-session: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
