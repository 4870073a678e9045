/**
 * Writes docs/libraries.md from the catalogue, or with `--check` fails when the file is stale.
 *
 *   npx tsc -p . && node scripts/generate-library-docs.mjs [--check] [--dist <folder of the build>]
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(root, 'docs', 'libraries.md');
const { values: options } = parseArgs({ options: { check: { type: 'boolean' }, dist: { type: 'string', default: path.join(root, 'dist') } } });

/** The outcomes of a session, in the order in which a reader asks for them. */
const sessionFacts = [
  ['concurrentUse', 'Shared by concurrent branches'],
  ['concurrentSingles', 'Branches of one statement each'],
  ['concurrentReads', 'Branches of one read each'],
  ['outsideTransaction', 'Shared while no transaction is open'],
  ['parallelNested', 'Nested transactions in parallel'],
  ['nestedBatch', 'A nested batch'],
  ['afterScope', 'Used after its scope'],
  ['floating', 'Used without `await`'],
  ['outerClient', 'The client used inside its scope'],
  ['swallowedError', 'An error caught and not rethrown'],
  ['asyncBody', 'An asynchronous body'],
];
const releaseFacts = [
  ['failure', 'An end that fails'],
  ['never', 'Never released'],
  ['twice', 'Released twice'],
  ['after', 'Used after the release'],
  ['openTransaction', 'Released inside a transaction'],
];
const clientFacts = [
  ['sessionStatements', 'BEGIN or SET sent through the client'],
  ['perRequest', 'A client for every request'],
];

const code = (text) => `\`${text}\``;
const list = (names) => names.map(code).join(', ');
const cell = (text) => text.replaceAll('|', '\\|');
const sentence = (text) => {
  const whole = text.startsWith('`') ? text : text[0].toUpperCase() + text.slice(1);
  return /[.!?]["']?$/.test(whole) ? whole : `${whole}.`;
};
const kindOf = (outcome) => (outcome === undefined ? '' : outcome.unknown ? 'not known' : outcome.kind.replaceAll('-', ' '));
/** Without a fact of their own, single reads wait for each other on a session that is not safe anyway. */
const readsOf = ({ concurrentUse, concurrentReads }) => (concurrentReads ? kindOf(concurrentReads) : concurrentUse.kind === 'safe' ? kindOf(concurrentUse) : 'queues');
/** The file with the program of a claim, from where the page stands. */
function programOf(claim) {
  const file = `tests/evidence/claims/${claim.split('/')[0]}.ts`;
  if (!existsSync(path.join(root, file))) throw new Error(`No program for ${claim}: there is no ${file}.`);
  return `../${file}`;
}
const provenance = (outcome) =>
  outcome.status === 'measured'
    ? `measured (${outcome.versions}): [${code(outcome.evidence)}](${programOf(outcome.evidence)})`
    : `documented (${outcome.versions}): ${outcome.source}`;

/** Every outcome below a page, wherever it stands. */
function outcomesIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  return [...('status' in value && 'text' in value ? [value] : []), ...Object.values(value).flatMap(outcomesIn)];
}

const row = (label, outcome) => (outcome === undefined ? [] : [`| ${label} | ${kindOf(outcome)} | ${cell(sentence(outcome.text))} | ${cell(provenance(outcome))} |`]);
const table = (rows) => (rows.length === 0 ? [] : ['| When | Outcome | What happens | Seen |', '| --- | --- | --- | --- |', ...rows, '']);

/** How the session comes to be, in the words of code. */
function originOf(origin) {
  switch (origin.kind) {
    case 'callback': {
      const call = (origin.after ?? []).map((name) => `${name}().`).join('') + origin.methods.join('/');
      return code(origin.param === 'none' ? `${call}(callback)` : `${call}((${'_, '.repeat(origin.param)}session) => …)`);
    }
    case 'acquire':
      return code((origin.after ?? []).map((name) => `${name}().`).join('') + `${origin.methods.join('/')}()`);
    case 'constructed':
      return origin.classes.map((name) => code(`new ${name}()`)).join(', ');
    case 'property':
      return origin.of.map((name) => code(`${name}.${origin.property}`)).join(', ');
    case 'ambient':
      return [
        ...(origin.decorators ?? []).map((name) => code(`@${name}()`)),
        ...(origin.functions ?? []).map((name) => code(`${name}(…)`)),
        ...(origin.methods ?? []).map((name) => code(`${name}(…)`) + (origin.switchedOnBy ? ` with ${code(origin.switchedOnBy)}` : '')),
      ].join(', ');
  }
}

function releaseOf(release) {
  const needs = release.needs === undefined ? '' : `, followed by ${code(`.${release.needs}()`)}`;
  const client = release.byClient === undefined ? '' : `, or ${list(release.byClient)} of the client`;
  const transaction = release.endsTransactionOnly === undefined ? '' : ` (${list(release.endsTransactionOnly)} end the transaction only)`;
  const { symbol, since, harm } = release.dispose ?? {};
  const disposal = {
    undefined: '',
    none: ' There is no `using`.',
    dispose: ` \`using\` releases it${since ? `, since ${since}` : ''}.`,
    asyncDispose: ` \`await using\` releases it${since ? `, since ${since}` : ''}.`,
    both: ` \`using\` and \`await using\` release it${since ? `, since ${since}` : ''}.`,
  }[harm ? 'undefined' : String(symbol)];
  return `Ends by ${list(release.methods)}${needs}${client}${transaction}.${disposal}`;
}

function sessionSection(session) {
  const types = [...(session.types ?? []).map(code), ...(session.typesOfParameters ?? []).map((name) => `${code(name)} as a function's parameter`)];
  return [
    `### ${session.noun}`,
    '',
    ...(session.origins.length === 0 ? [] : [`Comes from ${session.origins.map(originOf).join('; ')}.`]),
    ...(types.length === 0 ? [] : [`Types: ${types.join(', ')}.`]),
    ...(session.release ? [releaseOf(session.release)] : []),
    '',
    ...table([
      ...sessionFacts.flatMap(([field, label]) => row(label, session[field])),
      ...releaseFacts.flatMap(([field, label]) => row(label, session.release?.[field])),
      ...row('`await using`', session.release?.dispose?.harm),
    ]),
    `Instead: ${session.instead}.`,
    '',
    ...(session.byDriver ?? []).flatMap((driver) => [
      `On ${list(driver.modules)}:`,
      '',
      ...table(sessionFacts.flatMap(([field, label]) => row(label, driver[field]))),
      ...(driver.instead ? [`Instead: ${driver.instead}.`, ''] : []),
    ]),
  ];
}

function librarySection(library) {
  const clientRows = [
    ...clientFacts.flatMap(([field, label]) => row(label, library.clients?.[field])),
    ...row(`${list(library.clients?.absent?.methods ?? [])} of a client`, library.clients?.absent?.outcome),
  ];
  return [
    `## ${library.name}`,
    '',
    `Packages: ${list(library.packages)}. Checked: ${library.checked}.`,
    '',
    ...(library.note ? [library.note, ''] : []),
    ...table(clientRows),
    ...library.sessions.flatMap(sessionSection),
    'Sources:',
    '',
    ...library.sources.map((source) => `- ${source}`),
    '',
  ];
}

const anchor = (name) => name.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');

function status(library) {
  const outcomes = outcomesIn(library);
  const measured = outcomes.filter(({ status: seen }) => seen === 'measured');
  const files = [...new Set(measured.map(({ evidence }) => programOf(evidence)))].sort();
  const links = files.map((file) => `[${path.basename(file)}](${file})`).join(', ');
  const word = measured.length === 0 ? 'documented' : measured.length === outcomes.length ? 'measured' : 'measured in part';
  return `| [${library.name}](#${anchor(library.name)}) | ${cell(library.checked)} | ${word} | ${measured.length} | ${outcomes.length - measured.length} | ${links} |`;
}

function page(libraries) {
  const summary = libraries.flatMap((library) => {
    const link = `[${library.name}](#${anchor(library.name)})`;
    if (library.sessions.length === 0) return [`| ${link} | no session | | | | |`];
    return library.sessions.map(
      (session) =>
        `| ${link} | ${session.noun} | ${kindOf(session.concurrentUse)} | ${readsOf(session)} | ${kindOf(session.parallelNested)} | ${session.release ? list(session.release.methods) : ''} |`,
    );
  });
  return [
    '<!-- Generated by scripts/generate-library-docs.mjs from src/libraries. Do not edit. -->',
    '# Libraries',
    '',
    'What each library does when one session is shared, outlives its scope or is not released. A *measured* fact names the program',
    'in [tests/evidence](../tests/evidence) that shows it, on a real database (for SQL Server and MongoDB on a stand-in for the server,',
    'for Neo4j and Gel without one: there it is the part of the driver); CI runs them all. A *documented* fact names its source.',
    '',
    'The outcomes: **loses writes** (a write that seemed to succeed is gone), **escapes rollback** (a write survives the rollback of',
    'its transaction), **hangs**, **rejects**, **undefined behaviour**, **queues** (nothing is gained, nothing is lost), **safe**,',
    '**not known** (the library says nothing; nothing is reported). Where no method releases the session, its scope ends it.',
    '',
    '| Library | Session | Concurrent use | Parallel reads | Parallel nested | Released by |',
    '| --- | --- | --- | --- | --- | --- |',
    ...summary,
    '',
    'How far each page is proved: how many of its outcomes are shown by a program, and how many are taken from the source named.',
    '',
    '| Library | Checked | Status | Measured | Documented | Programs |',
    '| --- | --- | --- | --: | --: | --- |',
    ...libraries.map(status),
    '',
    ...libraries.flatMap(librarySection),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

const { libraries } = await import(pathToFileURL(path.resolve(options.dist, 'src/libraries/index.js')).href);
const byName = [...libraries].sort((a, b) => a.name.localeCompare(b.name, 'en'));
const wanted = page(byName);
const present = await readFile(target, 'utf8').catch(() => '');

if (options.check) {
  if (present !== wanted) {
    console.error('docs/libraries.md is stale: run `npx tsc -p . && node scripts/generate-library-docs.mjs`.');
    process.exitCode = 1;
  }
} else {
  await writeFile(target, wanted);
}
