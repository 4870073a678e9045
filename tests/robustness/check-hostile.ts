/**
 * `npm run check:hostile`: every rule over programs that are nested 10,000 deep and over files with 5,000 times the same.
 * Parsers need a high stack for that, which `package.json` gives them. Fails if a rule throws, finds nothing where there is something, or takes far longer than the parser.
 */
import { Linter } from 'eslint';
import { configOf, linter } from './every-rule.js';
import { around, bug, head, long, nested, written } from './hostile.js';

const DEPTH = 10_000;
const COUNT = 5000;

/** All rules together may take this many times as long as ESLint without any; what is over in no time is not looked at. */
const ALLOWED_RATIO = 10;
const NO_TIME = 2000;

interface Program {
  readonly name: string;
  readonly make: (size: number) => string;
  readonly size: number;
}

const programs: readonly Program[] = [
  ...Object.entries(nested).map(([name, inside]) => ({ name: `${name}, deep`, size: DEPTH, make: (size: number) => around(inside(size)) })),
  ...Object.entries(long).map(([name, { code }]) => ({ name, size: COUNT, make: (size: number) => written(`${head}${code(size)}\n${bug}`) })),
  { name: 'characters of one line, in a text', size: 10_000_000, make: (size) => `${head}const text = '${'postgres://user:secret@host/db?pgbouncer=true transaction tx '.repeat(size / 60)}';${bug}` },
];

function milliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** @returns what is wrong */
function check({ name, make, size }: Program): string | undefined {
  const code = make(size);
  const file = { filename: '/project/a.ts' };
  let found: readonly Linter.LintMessage[] = [];
  const bare = milliseconds(() => { found = new Linter({ cwd: '/' }).verify(code, configOf({ rules: {} }), file); });
  const unread = found.find(({ fatal }) => fatal);
  if (unread) return unread.message;
  const all = milliseconds(() => { found = linter.verify(code, configOf(), file); });
  const own = Math.max(0, all - bare);
  console.log(`${String(size).padStart(10)} ${name.padEnd(52)} ${bare.toFixed(0).padStart(7)} ms ${own.toFixed(0).padStart(7)} ms ${String(found.length).padStart(7)}`);
  if (!found.some(({ ruleId }) => ruleId === 'db-session/no-concurrent-use')) return 'what is wrong behind it is not found';
  return own > NO_TIME && own > ALLOWED_RATIO * bare ? 'takes too long' : undefined;
}

const only = process.argv[2] ?? '';
console.log('      size program                                              without rules   all rules findings');
for (const program of programs.filter(({ name }) => name.includes(only))) {
  let fault: string | undefined;
  try {
    fault = check(program);
  } catch (error) {
    fault = error instanceof Error ? error.stack ?? error.message : String(error);
  }
  if (fault === undefined) continue;
  console.log(`FAILED: ${program.name}: ${fault}`);
  process.exitCode = 1;
}
