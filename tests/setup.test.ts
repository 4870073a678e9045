import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
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
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; bin: Record<string, string> };

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
