/** `npm run check:packages`: every rule over what others wrote. Fails if a rule throws, or takes far longer than the parser. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check, emptyTally, filesBelow, packagesOf, spread } from './foreign-code.js';

const help = `Usage: npm run check:packages -- [folders] [--each <number>] [--places]

Runs every rule over all source files of the folders; without any, over those of each package in node_modules.

  --each <number>  at most so many files of each folder, spread evenly; of a package: 30 unless told; 0: all
  --places         print where something was found
`;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { each: { type: 'string' }, places: { type: 'boolean' }, help: { type: 'boolean' } } });

if (values.help) console.log(help);
else {
  const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const folders = positionals.length > 0 ? positionals.map((folder) => path.resolve(folder)) : packagesOf(nodeModules);
  const each = Number(values.each ?? (positionals.length > 0 ? 0 : 30)) || Infinity;
  const tally = emptyTally();
  let withSource = 0;
  for (const folder of folders) {
    if (!statSync(folder).isDirectory()) continue;
    const files = spread([...filesBelow(folder)], each);
    if (files.length > 0) withSource += 1;
    for (const file of files) check(file, tally);
  }
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const shorten = (file: string) => path.relative(process.cwd(), file);
  console.log(`${withSource} folders, ${tally.files} files, ${(tally.bytes / 1e6).toFixed(0)} MB; ${tally.unparsable.length} that no parser reads`);
  console.log(`parsing ${seconds(tally.parse)}, all rules ${seconds(tally.rules)}: ${((100 * tally.rules) / tally.parse).toFixed(1)} % of it`);
  if (tally.worst) console.log(`longest: ${tally.worst.rules.toFixed(0)} ms, parsed in ${tally.worst.parse.toFixed(0)} ms: ${shorten(tally.worst.file)}`);
  for (const [rule, count] of [...tally.findings].toSorted(([a], [b]) => (a < b ? -1 : 1))) console.log(`  ${String(count).padStart(5)} ${rule}`);
  if (values.places) for (const place of tally.places) console.log(`  ${place}`);
  for (const { file, parse, rules } of tally.slow) console.log(`TOO SLOW: ${rules.toFixed(0)} ms, parsed in ${parse.toFixed(0)} ms: ${shorten(file)}`);
  for (const { file, error } of tally.crashes) console.log(`CRASH: ${shorten(file)}\n${error}`);
  console.log(`${tally.crashes.length} crashes, ${tally.slow.length} too slow`);
  process.exitCode = tally.crashes.length + tally.slow.length > 0 ? 1 : 0;
}
