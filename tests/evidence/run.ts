/**
 * `npm run evidence`                 proves every claim and prints the table
 * `npm run evidence -- pg drizzle`   only these libraries, or single claims by their id
 * `npm run evidence -- --latest`     the same with the newest versions, in a temporary folder, and what changed
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { LibraryClaims } from './claim.js';
import { libraries } from './claims/index.js';
import { Suite } from './databases/suite.js';
import { proveWithLatest } from './latest.js';
import { prove } from './prove.js';
import { printRow, printSummary, rowOf, type Row } from './table.js';
import { versionOf } from './versions.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { latest: { type: 'boolean', default: false }, json: { type: 'string' } },
});

async function proveAll(chosen: readonly string[]): Promise<Row[]> {
  const suite = new Suite();
  const rows: Row[] = [];
  const abandon = (reason: unknown) => {
    console.error('the run was abandoned:', reason);
    void suite.stop().finally(() => process.exit(1));
  };
  for (const event of ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM']) process.once(event, abandon);
  try {
    for (const library of libraries) {
      const claims = library.claims.filter((claim) => isChosen(library, claim.id, chosen));
      if (claims.length === 0) continue;
      await library.prepare?.();
      for (const claim of claims) {
        const row = rowOf(library.library, versionOf(library.packages[0]!), claim, await prove(claim, suite));
        rows.push(row);
        printRow(row);
      }
    }
    console.log(`\nOn ${(await suite.versions()).join(', ') || 'no server'}, Node ${process.versions.node}`);
    return rows;
  } finally {
    await suite.stop();
  }
}

function isChosen({ library }: LibraryClaims, id: string, chosen: readonly string[]): boolean {
  return chosen.length === 0 || chosen.includes(library) || chosen.includes(id);
}

if (values.latest) {
  process.exitCode = await proveWithLatest(positionals);
} else {
  const rows = await proveAll(positionals);
  if (values.json) writeFileSync(values.json, JSON.stringify(rows));
  const isComplete = printSummary(rows);
  process.exitCode = isComplete ? 0 : 1;
}
// A program that hangs may leave a socket or a timer behind, and they must not keep this process.
process.exit();
