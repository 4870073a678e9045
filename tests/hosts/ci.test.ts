/** The recipes of docs/ci.md, run as they stand there. */
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { findings, makeProject } from './project.js';
import { CLEAN, ENV, POOLED, SECRET, SHARED, SHARED_AT, UNTYPED_CONFIG } from './sources.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/ci.md', import.meta.url)), 'utf8');

/** The blocks of code of the page. */
const blocks = (language: string) => [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, name, code]) => (name === language ? [code!] : []));

/** Every command of the page that lints, in the order of the page. */
const written = [...page.matchAll(/^(?: *- (?:run: )?)?(npx .*)$/gm)].map(([, command]) => command!);

const commands = {
  annotations: 'npx eslint --max-warnings 0 .',
  oxlintAnnotations: 'npx oxlint --format github',
  sarif: 'npx eslint --format @microsoft/eslint-formatter-sarif --output-file eslint.sarif .',
  oxlintSarif: 'npx oxlint --format sarif > oxlint.sarif',
  gitlab: 'npx eslint --format gitlab .',
  oxlintGitlab: 'npx oxlint --format gitlab > gl-codequality.json',
  suppress: 'npx eslint --suppress-all .',
  suppressed: 'npx eslint .',
  prune: 'npx eslint --prune-suppressions .',
  hook: 'npx lint-staged',
  scan: 'npx eslint-plugin-db-session --quiet src',
};

const files = {
  'eslint.config.js': UNTYPED_CONFIG,
  '.oxlintrc.json': JSON.stringify({ categories: { correctness: 'off' }, jsPlugins: ['eslint-plugin-db-session'], rules: plugin.configs.recommended.rules }),
  'src/shared.ts': SHARED,
  'src/pooled.ts': POOLED,
  'src/clean.ts': CLEAN,
  '.env': ENV,
};
const rulePage = 'https://github.com/eslint-plugin-db-session/eslint-plugin-db-session/blob/main/docs/rules/no-concurrent-use.md';

/** As much of SARIF 2.1.0 as code scanning needs. */
interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules?: readonly { readonly id: string; readonly helpUri?: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: { readonly startLine: number; readonly startColumn: number } } }[];
      readonly suppressions?: readonly unknown[];
    }[];
  }[];
}

/** Each result of a SARIF report as `file:line:column rule`. */
function resultsOf(sarif: Sarif): string[] {
  expect(sarif.version).toBe('2.1.0');
  return sarif.runs.flatMap(({ results }) =>
    results.map(({ ruleId, level, message, locations: [location], suppressions }) => {
      expect(level).toBe('error');
      expect(message.text).not.toBe('');
      const { artifactLocation, region } = location!.physicalLocation;
      return `${path.basename(artifactLocation.uri)}:${region.startLine}:${region.startColumn} ${ruleId}${suppressions ? ' (suppressed)' : ''}`;
    }),
  );
}

/** As much of GitLab's report as its page asks for. */
interface CodeQuality {
  readonly check_name: string;
  readonly description: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines?: { readonly begin: number }; readonly positions?: { readonly begin: { readonly line: number } } };
}

const inCode = ['pooled.ts:2:20 db-session/no-pooled-statement-cache', `shared.ts:${SHARED_AT}`];

describe('docs/ci.md', () => {
  it('has these commands', () => {
    expect(written).toEqual(Object.values(commands));
  });

  it('annotations: the output is what the problem matcher of actions/setup-node reads', () => {
    const { status, stdout } = makeProject('eslint10', files).run(commands.annotations);
    expect(status).toBe(1);
    // A file on a line of its own, then its findings: the form that the matcher "eslint-stylish" is written for.
    const annotations: string[] = [];
    let file = '';
    for (const line of stdout.split('\n')) {
      const finding = /^\s+(?<line>\d+):(?<column>\d+)\s+(?:error|warning|info)\s+(?<message>.*)\s\s+(?<code>.*)$/.exec(line)?.groups;
      if (finding) {
        expect(finding.message).not.toBe('');
        annotations.push(`${path.basename(file)}:${finding.line}:${finding.column} ${finding.code}`);
      } else if (/^\s*\S/.test(line)) file = line.trim();
    }
    expect(annotations).toEqual(['.env:2:12 db-session/no-pooled-statement-cache', ...inCode]);
    expect(stdout).not.toContain(SECRET);
  });

  it('annotations by oxlint: a workflow command for each finding', () => {
    const { status, stdout } = makeProject('eslint10', files).run(commands.oxlintAnnotations);
    expect(status).toBe(1);
    const annotations = [...stdout.matchAll(/^::error file=([^,]+),line=(\d+),.*?col=(\d+),/gm)].map(([, file, line, column]) => `${file}:${line}:${column}`);
    expect(annotations.toSorted()).toEqual(['src/pooled.ts:2:20', 'src/shared.ts:5:9']);
    expect(stdout).not.toContain(SECRET);
  });

  it('code scanning: results with their places, rules with their pages, and what is suppressed', () => {
    const project = makeProject('eslint10', { ...files, 'src/accepted.ts': SHARED.replace('  await', '  // eslint-disable-next-line db-session/no-concurrent-use -- why\n  await') });
    expect(project.run(commands.sarif).status).toBe(1);
    const report = project.read('eslint.sarif');
    const sarif = JSON.parse(report) as Sarif;
    expect(resultsOf(sarif)).toEqual(['.env:2:12 db-session/no-pooled-statement-cache', 'accepted.ts:6:9 db-session/no-concurrent-use (suppressed)', ...inCode]);
    expect(sarif.runs[0]!.tool.driver.rules).toContainEqual(expect.objectContaining({ id: 'db-session/no-concurrent-use', helpUri: rulePage }));
    expect(report).not.toContain(SECRET);
    project.run(commands.sarif, { env: { SARIF_ESLINT_IGNORE_SUPPRESSED: 'true' } });
    expect(project.read('eslint.sarif')).not.toContain('accepted.ts:6');
    expect(resultsOf(JSON.parse(project.read('eslint.sarif')) as Sarif)).toHaveLength(3);
  });

  it('code scanning by oxlint', () => {
    const project = makeProject('eslint10', files);
    expect(project.run(commands.oxlintSarif).status).toBe(1);
    const report = project.read('oxlint.sarif');
    expect(resultsOf(JSON.parse(report) as Sarif).toSorted()).toEqual(inCode.map((finding) => finding.replace(/db-session\/(.*)/, 'db-session($1)')));
    expect(report).not.toContain(SECRET);
  });

  it.each([
    ['GitLab', commands.gitlab, 3],
    ['GitLab by oxlint', commands.oxlintGitlab, 2],
  ])('%s: a report on code quality', (_name, command, count) => {
    const job = blocks('yaml').find((block) => block.includes('# .gitlab-ci.yml'));
    const project = makeProject('eslint10', { ...files, '.gitlab-ci.yml': job! });
    const { status, stdout } = project.run(command, { env: { CI: 'true', GITLAB_CI: 'true', CI_JOB_NAME: 'eslint', CI_PROJECT_DIR: project.folder } });
    expect(status).toBe(1);
    const report = project.read('gl-codequality.json');
    const issues = JSON.parse(report) as CodeQuality[];
    expect(issues).toHaveLength(count);
    for (const issue of issues) {
      expect(issue.check_name).toMatch(/^db-session/);
      expect(issue.description).not.toBe('');
      expect(issue.severity).toMatch(/^(info|minor|major|critical|blocker)$/);
      expect(issue.location.path).toMatch(/^(src\/\w+\.ts|\.env)$/);
      expect(issue.location.lines?.begin ?? issue.location.positions?.begin.line).toBeGreaterThan(0);
    }
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(count);
    expect(report + stdout).not.toContain(SECRET);
  });

  it('new findings only: what is there is accepted; one more shows all of its sort; what is repaired is taken out', () => {
    const project = makeProject('eslint10', files);
    const found = () => findings(project.run('npx eslint --format json .'), project.folder);
    expect(project.run(commands.suppress).status).toBe(0);
    expect(project.read('eslint-suppressions.json')).not.toContain(SECRET);
    expect(project.run(commands.suppressed)).toMatchObject({ status: 0, stdout: '' });

    project.write('src/shared.ts', `${SHARED}\nawait prisma.$transaction((tx) => Promise.all([tx.a.create({ data: {} }), tx.b.create({ data: {} })]));\n`);
    expect(found()).toHaveLength(2);

    project.write('src/shared.ts', CLEAN);
    expect(project.run(commands.suppressed).status).not.toBe(0);
    expect(project.run(commands.prune).status).toBe(0);
    expect(project.read('eslint-suppressions.json')).not.toContain('shared.ts');
    expect(project.run(commands.suppressed).status).toBe(0);
    project.write('src/shared.ts', SHARED);
    expect(found()).toEqual([`src/shared.ts:${SHARED_AT}`]);
  });

  it('before a commit: a finding stops it, clean code does not', () => {
    const manifest = blocks('json').find((block) => block.includes('"lint-staged"'))!;
    const hook = blocks('sh').find((block) => block.includes('pre-commit'))!;
    const project = makeProject('eslint10', { ...files, 'package.json': JSON.stringify({ type: 'module', ...(JSON.parse(manifest) as object) }), '.husky/pre-commit': hook });
    chmodSync(path.join(project.folder, '.husky/pre-commit'), 0o755);
    const git = (args: string) => project.run(`git -c user.name=A -c user.email=a@example.com -c commit.gpgsign=false -c core.hooksPath=.husky ${args}`);
    expect(git('init --quiet --initial-branch=main').status).toBe(0);
    git('add src/shared.ts');
    const stopped = git('commit --quiet --message finding');
    expect(stopped.stdout + stopped.stderr).toContain('db-session/no-concurrent-use');
    expect(stopped.status).not.toBe(0);
    git('rm --quiet --cached src/shared.ts');
    git('add src/clean.ts');
    expect(git('commit --quiet --message clean').status).toBe(0);
    expect(git('log --format=%s').stdout).toBe('clean\n');
  });

  it('without any configuration', () => {
    const { status, stdout } = makeProject('eslint10', { 'src/shared.ts': SHARED, 'src/pooled.ts': POOLED }).run(commands.scan);
    expect(status).toBe(1);
    expect(stdout).toContain('db-session/no-concurrent-use');
    expect(stdout).not.toContain(SECRET);
  });

  it('reports that have source text in them are those that the page names', () => {
    const project = makeProject('eslint10', files);
    expect(project.run('npx eslint --format json .').stdout).toContain(SECRET);
    expect(project.run('npx oxlint').stdout).toContain(SECRET);
    project.run(commands.sarif, { env: { SARIF_ESLINT_EMBED: 'true' } });
    expect(project.read('eslint.sarif')).toContain(SECRET);
  });
});
