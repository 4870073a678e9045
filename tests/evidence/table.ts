/** The table that `npm run evidence` prints. */
import type { Claim } from './claim.js';
import type { Verdict } from './prove.js';

export interface Row {
  readonly library: string;
  readonly version: string;
  readonly id: string;
  readonly says: string;
  readonly kind: Verdict['kind'];
  /** Was the harm seen, was the fix seen to be one: yes, NO, none (the library is safe here), or - (not run). */
  readonly harm: string;
  readonly fix: string;
  readonly why: string;
  readonly seconds: number;
}

export function rowOf(library: string, version: string, { id, says, harmless }: Claim, verdict: Verdict, seconds: number): Row {
  const row = { library, version, id, says, kind: verdict.kind, seconds };
  const shown = harmless ? 'none' : 'yes';
  switch (verdict.kind) {
    case 'proved':
      return { ...row, harm: shown, fix: 'yes', why: '' };
    case 'refuted':
      return { ...row, harm: verdict.program === 'harm' ? 'NO' : shown, fix: verdict.program === 'harm' ? '-' : 'NO', why: verdict.error.message };
    default:
      return { ...row, harm: '-', fix: '-', why: verdict.why };
  }
}

let header = true;

export function printRow(row: Row): void {
  const line = (library: string, version: string, claim: string, harm: string, fix: string, why: string) =>
    console.log(`${library.padEnd(22)} ${version.padEnd(15)} ${claim.padEnd(44)} ${harm.padEnd(11)} ${fix.padEnd(10)} ${why}`.trimEnd());
  if (header) {
    header = false;
    line('library', 'version', 'claim', 'harm shown', 'fix shown', '');
  }
  const why = row.why.split('\n').map((text) => text.trim()).filter(Boolean).join(' ');
  line(row.library, row.version, row.id, row.harm, row.fix, row.kind === 'proved' ? '' : `${row.kind}: ${why}`);
}

/** Prints the counts; true when nothing is refuted, and nothing is missing that CI must have. */
export function printSummary(rows: readonly Row[]): boolean {
  const count = (kind: Verdict['kind']) => rows.filter((row) => row.kind === kind).length;
  const missing = count('skipped');
  console.log(`${rows.length} claims: ${count('proved')} proved, ${count('refuted')} refuted, ${missing} skipped for want of a database, ${count('impossible')} impossible here`);
  if (missing > 0 && process.env['CI']) console.log('CI must have every database: run .ci/install-databases first');
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  const slowest = [...rows].sort((a, b) => b.seconds - a.seconds).slice(0, 3);
  console.log(`in ${seconds.toFixed(0)} s; the slowest: ${slowest.map((row) => `${row.id} ${row.seconds.toFixed(1)} s`).join(', ')}`);
  return count('refuted') === 0 && !(missing > 0 && process.env['CI']);
}
