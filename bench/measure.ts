/** One measurement in a process of its own, so that none warms up another. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Linter } from 'eslint';
import { configOf, type Rival } from './subjects.js';

export interface Job {
  readonly files: readonly string[];
  readonly rival: Rival;
  /** The root of the project, where types are to be used. */
  readonly typedIn?: string | undefined;
  /** The rule that is asked last. */
  readonly last?: string;
}

export interface Measured {
  /** Seconds of processor time, of the whole process, while it linted. */
  readonly cpu: number;
  readonly wall: number;
  readonly memory: number;
  /** Milliseconds that `--stats` gives to rules, and to everything. */
  readonly rules: number;
  readonly total: number;
  readonly byRule: Readonly<Record<string, number>>;
  readonly findings: number;
}

/** Lints in this process. */
function lint({ files, rival, typedIn, last }: Job): Measured {
  const linter = new Linter({ configType: 'flat', cwd: '/' });
  const config = configOf(rival, typedIn, last);
  const byRule: Record<string, number> = {};
  let [rules, total, findings] = [0, 0, 0];
  const [cpuBefore, wallBefore] = [process.cpuUsage(), performance.now()];
  for (const filename of files) {
    const { messages } = linter.verifyAndFix(readFileSync(filename, 'utf8'), config, { filename, fix: false, stats: true } as Linter.FixOptions);
    // What does not parse is not linted.
    if (messages.some(({ fatal }) => fatal)) continue;
    findings += messages.filter(({ ruleId }) => ruleId !== null).length;
    const { passes } = linter.getTimes();
    if (passes.length === 0) throw new Error(`${filename} was not linted: ${messages[0]?.message ?? ''}`);
    for (const pass of passes) {
      total += pass.total;
      for (const [name, time] of Object.entries(pass.rules ?? {})) {
        rules += time.total;
        byRule[name] = (byRule[name] ?? 0) + time.total;
      }
    }
  }
  const cpu = process.cpuUsage(cpuBefore);
  return { cpu: (cpu.user + cpu.system) / 1e6, wall: (performance.now() - wallBefore) / 1e3, memory: process.resourceUsage().maxRSS / 1024, rules, total, byRule, findings };
}

const here = fileURLToPath(import.meta.url);

/**
 * Lints in processes of their own, and keeps the median by processor time.
 *
 * @throws Error when a process fails; the message is what it wrote
 */
export function measure(job: Job, repetitions: number): Measured {
  const runs = Array.from({ length: repetitions }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=6144', '--import', 'tsx', here], { input: JSON.stringify(job), encoding: 'utf8', maxBuffer: 1e9 });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Measured;
  }).toSorted((a, b) => a.cpu - b.cpu);
  const median = runs[Math.floor(runs.length / 2)];
  if (!median) throw new Error('nothing was measured');
  return median;
}

if (process.argv[1] === here) process.stdout.write(JSON.stringify(lint(JSON.parse(readFileSync(0, 'utf8')) as Job)));
