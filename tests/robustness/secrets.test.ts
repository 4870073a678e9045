/** Nothing that stands in quotes gets into a message, whatever rule speaks; nor into a report or the cache by the plugin's doing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, it, onTestFinished } from 'vitest';
import { draw, drawSome } from './draw.js';
import { configOf, lint, ruleIds } from './every-rule.js';
import { programOf } from './program.js';
import { hidings, secret } from './secrets.js';
import { collectSeeds, identityOf, type Seed } from './seeds.js';
import { more } from './size.js';

const seeds = collectSeeds();
const ways = Object.entries(hidings);

/** What is said of a program with secrets in it; nothing where it no longer parses. */
function messagesOf(each: Seed, hide: (typeof ways)[number][1]): Linter.LintMessage[] {
  try {
    return lint(hide(programOf(each)), `/project/a.${each.extension}`, each.settings ? { settings: each.settings } : {});
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Parsing error')) return [];
    throw error;
  }
}

/** Some cases of each rule, so that all have their say whatever is drawn. */
const someOfEach = ruleIds.flatMap((id) => {
  const own = seeds.filter(({ name }) => name.includes(id.slice('db-session/'.length)));
  return drawSome(`secrets for ${id}`, own, 12, identityOf);
});

describe('messages', () => {
  const heard = new Set<string>();
  it.each(ways)('hold no secret that stands %s', (way, hide) => {
    const check = (each: Seed): void => {
      for (const { ruleId, message, suggestions = [] } of messagesOf(each, hide)) {
        if (ruleId !== null) heard.add(ruleId);
        for (const text of [message, ...suggestions.map(({ desc }) => desc)]) expect(text, each.code).not.toMatch(secret);
      }
    };
    for (const each of someOfEach) check(each);
    // Nothing but the program is drawn: once is enough for each.
    for (const { each } of draw(`secrets ${way}`, seeds, Math.min(1, more / 9))) check(each);
  });

  it('of all rules were among them', () => {
    expect([...heard].toSorted()).toEqual(ruleIds.toSorted());
  });
});

describe('reports and the cache', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'db-session-secrets-'));
  const plain = seeds.filter(({ extension, settings }) => extension === 'ts' && settings === undefined);
  const programs = draw('reports', plain, 1 / 40).flatMap(({ each }) => ways.map(([, hide]) => hide(programOf(each))));
  const cacheLocation = path.join(folder, '.eslintcache');

  it('hold what ESLint itself takes from the file, and no more', async () => {
    onTestFinished(() => { rmSync(folder, { recursive: true, force: true }); });
    for (const [index, code] of programs.entries()) writeFileSync(path.join(folder, `a${index}.ts`), code);
    const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: configOf(), cache: true, cacheLocation });
    const results = await eslint.lintFiles(['*.ts']);
    expect(results.flatMap(({ messages }) => messages).length).toBeGreaterThan(100);
    for (const format of ['stylish', 'html']) expect(await (await eslint.loadFormatter(format)).format(results), format).not.toMatch(secret);
    // JSON repeats the source, and how a fix changes it: that is code, and nothing that the plugin says.
    const json = JSON.parse(await (await eslint.loadFormatter('json')).format(results), (key, value: unknown) => (key === 'source' || key === 'fix' ? undefined : value)) as unknown;
    expect(JSON.stringify(json)).not.toMatch(secret);
    // The cache keeps messages with their fixes. It is a list in which every text stands once.
    const fixes = new Set(results.flatMap(({ messages }) => messages.flatMap(({ fix, suggestions = [] }) => [fix?.text, ...suggestions.map((suggestion) => suggestion.fix.text)])));
    const texts = (JSON.parse(readFileSync(cacheLocation, 'utf8')) as unknown[]).filter((text): text is string => typeof text === 'string');
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((text) => secret.test(text) && !fixes.has(text))).toEqual([]);
  });
});
