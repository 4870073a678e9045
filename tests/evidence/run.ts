/**
 * `npm run evidence`                 proves every claim and prints the table
 * `npm run evidence -- pg drizzle`   only these libraries, or single claims by their id
 * `npm run evidence -- --latest`     the same with the newest versions, in a temporary folder, and what changed
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { LibraryClaims } from './claim.js';
import { files } from './claims/index.js';
import { Suite } from './databases/suite.js';
import { proveWithLatest } from './latest.js';
import { notRunnable } from './not-runnable.js';
import { blameProgram, prove } from './prove.js';
import { printRow, printSummary, rowOf, type Row } from './table.js';
import { versionOf } from './versions.js';

const { values, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { latest: { type: 'boolean', default: false }, json: { type: 'string' } },
});

/** Errors that nobody caught while no program was running. */
const strays: Error[] = [];

async function proveAll(): Promise<Row[]> {
  const suite = new Suite();
  const rows: Row[] = [];
  const add = (row: Row) => {
    rows.push(row);
    printRow(row);
  };
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (isStopped) return;
      isStopped = true;
      void suite.stop().finally(() => process.exit(1));
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: Error) => {
      if (blameProgram(error)) return;
      console.error(`After ${rows.at(-1)?.id ?? 'nothing'}, between two programs:`, error);
      strays.push(error);
    });
  }
  try {
    for (const [file, load] of Object.entries(files).filter(([name]) => mayHoldChosen(name))) {
      let libraries: readonly LibraryClaims[];
      try {
        libraries = await load();
        for (const library of libraries) await library.prepare?.();
      } catch (error) {
        add({ library: file, version: '', id: `${file}/*`, says: '', kind: 'refuted', harm: '-', fix: '-', why: `cannot be loaded: ${String(error)}`, seconds: 0 });
        continue;
      }
      for (const library of libraries) {
        for (const claim of library.claims.filter(({ id }) => isChosen(library, id))) {
          const start = performance.now();
          const verdict = await prove(claim, suite);
          add(rowOf(library.library, versionOf(library.packages[0]!), claim, verdict, (performance.now() - start) / 1000));
        }
      }
    }
    console.log(`\nOn ${(await suite.versions()).join(', ') || 'no server'}, Node ${process.versions.node}`);
    return rows;
  } finally {
    await suite.stop();
  }
}

function isChosen({ library }: LibraryClaims, id: string): boolean {
  return chosen.length === 0 || chosen.includes(library) || chosen.includes(id);
}

/** A file need not be loaded when all that is chosen stands in files of other names. */
function mayHoldChosen(file: string): boolean {
  const names = chosen.map((name) => name.split('/')[0]!);
  return chosen.length === 0 || names.includes(file) || names.some((name) => !(name in files));
}

if (values.latest) {
  process.exitCode = await proveWithLatest(chosen);
} else {
  const rows = await proveAll();
  if (values.json) writeFileSync(values.json, JSON.stringify(rows));
  const isComplete = printSummary(rows);
  for (const { library, why } of notRunnable) console.log(`not run: ${library} (${why})`);
  process.exitCode = isComplete && strays.length === 0 ? 0 : 1;
}
// A program that hangs may leave a socket or a timer behind, and they must not keep this process.
process.exit();
