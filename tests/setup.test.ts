import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rules } from '../rules/index.js';
import plugin from '../src/plugin.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const namesIn = (folder: string, ending: string) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith(ending) && file !== 'index.ts')
    .map((file) => file.slice(0, -ending.length))
    .toSorted();

const names = Object.keys(rules).toSorted();
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  bin: Record<string, string>;
  files: readonly string[];
  repository: { readonly url: string };
  dependencies: Record<string, string>;
};

describe('every rule', () => {
  it('of the folder is in the index', () => {
    expect(names).toEqual(namesIn('rules', '.ts'));
  });

  it('has a page', () => {
    expect(namesIn('docs/rules', '.md')).toEqual(names);
  });

  it('has a test', () => {
    expect(namesIn('tests/rules', '.test.ts')).toEqual(expect.arrayContaining(names));
  });

  it('is in the table of the README', () => {
    const table = read('README.md');
    const inTable = [...table.matchAll(/^\| \[([\w-]+)\]\(docs\/rules\/\1\.md\)/gm)].map(([, name]) => name);
    expect(inTable.toSorted()).toEqual(names);
  });
});

describe.each(Object.entries(rules))('%s', (name, rule) => {
  it('is called so', () => {
    expect(rule.name).toBe(name);
  });

  it('says what it is about and where to read on', () => {
    expect(rule.meta.docs?.description).toMatch(/^(disallow|require|enforce) .*[^.]$/);
    expect(rule.meta.docs?.url).toBe(`https://github.com/eslint-plugin-db-session/eslint-plugin-db-session/blob/main/docs/rules/${name}.md`);
  });

  it('says which languages it is for', () => {
    expect(rule.meta.languages).toContain('js/js');
  });

  it('has defaults for its options, and a description for each', () => {
    const schema = rule.meta.schema as readonly Schema[];
    expect(rule.meta.defaultOptions ?? []).toHaveLength(schema.length);
    for (const [property, each] of schema.flatMap(propertiesOf)) {
      expect(each.description, property).toMatch(/\.$/);
    }
  });
});

/** As much of a JSON schema as matters here. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Every property in a schema, however deep. */
function propertiesOf({ properties = {}, items = [], anyOf = [], oneOf = [] }: Schema): [string, Schema][] {
  const own = Object.entries(properties);
  const inside = [...Object.values(properties), ...[items].flat(), ...anyOf, ...oneOf];
  return [...own, ...inside.flatMap(propertiesOf)];
}

describe('the package', () => {
  it('gives two commands that exist, each on a line of its own', () => {
    for (const script of ['setup-and-scan', 'setup-and-test']) {
      expect(read('README.md').split('\n')).toContain(`npm run ${script}`);
      expect(manifest.scripts[script]).toMatch(/^npm ci /);
    }
    expect(statSync(path.join(root, '.ci/run')).mode & 0o111).toBe(0o111);
  });

  it('has one name for the command and for itself', () => {
    expect(Object.keys(manifest.bin)).toEqual([plugin.meta.name]);
  });

  it('says in the changelog what its version brings', () => {
    expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## (Unreleased|${plugin.meta.version.replaceAll('.', '\\.')})`, 'm'));
  });
});

describe('what users install', () => {
  /** What the lockfile says of a package; as much as matters here. */
  interface Locked {
    readonly integrity?: string;
    readonly resolved?: string;
    readonly link?: boolean;
    readonly dev?: boolean;
    readonly optional?: boolean;
    readonly devOptional?: boolean;
    readonly peer?: boolean;
    readonly hasInstallScript?: boolean;
  }
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
  const locked = Object.entries(packages).filter(([place]) => place !== '');
  const installed = locked.filter(([, { dev, devOptional }]) => !dev && !devOptional);

  it('runs no script when it is installed, and neither does any package below it', () => {
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?(install|prepare)$|^prepublish$/.test(name))).toEqual([]);
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([place]) => place)).toEqual([]);
  });

  it('are few packages, each with its reason', () => {
    const [, table = ''] = read('CONTRIBUTING.md').split('## Dependencies that users install');
    const explained = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    expect(explained.toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
    // With everything below them, without the peers.
    expect(installed.filter(([, { peer }]) => !peer).length).toBeLessThan(40);
  });

  it('comes from the registry, and is the same every time', () => {
    expect(locked.filter(([, { link, integrity }]) => !link && !integrity?.startsWith('sha512-')).map(([place]) => place)).toEqual([]);
    expect(locked.filter(([, { resolved = '' }]) => resolved !== '' && !resolved.startsWith('https://registry.npmjs.org/')).map(([place]) => place)).toEqual([]);
  });

  it('is what is built, and what says what it is', () => {
    expect(manifest.files).toEqual(['dist/bundle', 'dist/**/*.d.ts', 'README.md', 'CHANGELOG.md', 'LICENSE']);
  });
});

describe('the workflows', () => {
  /** As much of a workflow as matters here. */
  interface Workflow {
    readonly permissions: Readonly<Record<string, string>>;
    readonly jobs: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>>; readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>>;
  }
  const workflow = (name: string) => parse(read(`.github/workflows/${name}.yml`)) as Workflow;
  const runs = (name: string, job: string) => workflow(name).jobs[job]!.steps.map(({ run, uses }) => run ?? uses!);

  it('publish what was tested, by trust in the workflow and not by a token, with its provenance', () => {
    const { jobs, permissions } = workflow('publish');
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs.publish?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const steps = runs('publish', 'publish');
    expect(steps.at(-1)).toBe('npm publish --provenance --access public');
    expect(steps).toContain('npm run setup-and-test');
    expect(read('.github/workflows/publish.yml')).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/);
    // npm compares it with the repository that the workflow runs in.
    expect(manifest.repository.url).toBe('git+https://github.com/eslint-plugin-db-session/eslint-plugin-db-session.git');
  });

  it('look at the dependencies, apart from the tests', () => {
    expect(runs('ci', 'dependencies')).toEqual(expect.arrayContaining(['npm audit signatures', 'npm audit --omit=dev --audit-level=low', 'npm sbom --omit=dev --sbom-format=cyclonedx > sbom.cdx.json']));
    expect(runs('ci', 'test').at(-1)).toBe('.ci/run');
    expect([read('.ci/run'), manifest.scripts['setup-and-test'], manifest.scripts.verify].join('\n')).not.toMatch(/npm (audit|sbom|publish)/);
  });

  it.each(['ci', 'publish'])('may do no more than they say: %s', (name) => {
    expect(workflow(name).permissions).toEqual({ contents: 'read' });
  });
});
