/** Every fix and every suggestion of every rule: it parses, removes its finding, adds none, and is not offered again. */
import path from 'node:path';
import fc from 'fast-check';
import type ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { errorsIn, folder, programOf as typedProgramOf } from '../concurrency/program.js';
import { configOf, linter } from './every-rule.js';
import { blocks, encoding, moreCode, parentheses, renaming, spaces, type Mutation } from './mutations.js';
import { programOf } from './program.js';
import { faultsOf, repairsOf } from './repairs.js';
import { collectSeeds } from './seeds.js';
import { more, seed } from './size.js';

const seeds = collectSeeds();
const fileOf = (extension: string): string => `/project/a.${extension}`;
const withRepairs = seeds.filter(({ code, extension, settings }) => repairsOf(code, fileOf(extension), settings).repairs.length > 0);

describe('repairs', () => {
  it('are offered by all rules that say so', () => {
    const offered = new Set(withRepairs.flatMap(({ code, extension, settings }) => repairsOf(code, fileOf(extension), settings).repairs.map(({ message }) => message.ruleId)));
    const promised = Object.entries(configOf()[2]?.plugins?.['db-session']?.rules ?? {}).filter(([, rule]) => 'meta' in rule && (rule.meta.hasSuggestions ?? rule.meta.fixable) !== undefined).map(([name]) => `db-session/${name}`);
    expect(promised.length).toBeGreaterThan(3);
    expect([...offered].toSorted()).toEqual(promised.toSorted());
  });

  it('do what they are for, in every case that there is', () => {
    for (const { code, extension, settings } of withRepairs) {
      const { before, repairs } = repairsOf(code, fileOf(extension), settings);
      for (const repair of repairs) expect(faultsOf(repair, before, fileOf(extension), settings), `${code}\n=>\n${repair.code}`).toEqual([]);
    }
  });

  const mutations: Readonly<Record<string, Mutation>> = { 'white space and comments': spaces, parentheses, 'other line ends': encoding, 'other code around': moreCode, 'bodies in blocks': blocks, 'other names': renaming(() => true) };
  it.each(Object.entries(mutations))('do so with %s', (_name, mutate) => {
    const anyChoices = fc.array(fc.tuple(fc.nat(100_000), fc.nat(1000)), { minLength: 1, maxLength: 50, size: 'max' });
    fc.assert(
      fc.property(fc.constantFrom(...withRepairs), anyChoices, (each, choices) => {
        const { code } = mutate(programOf(each), choices);
        const { before, repairs } = repairsOf(code, fileOf(each.extension), each.settings);
        for (const repair of repairs) expect(faultsOf(repair, before, fileOf(each.extension), each.settings), `${code}\n=>\n${repair.code}`).toEqual([]);
      }),
      { numRuns: Math.ceil(120 * more), seed },
    );
  });

  it('come to an end: after all fixes there is nothing more to fix', () => {
    for (const { code, extension, settings } of withRepairs) {
      const config = configOf(settings ? { settings } : {});
      const { output } = linter.verifyAndFix(code, config, { filename: fileOf(extension) });
      expect(linter.verifyAndFix(output, config, { filename: fileOf(extension) }).output).toBe(output);
    }
  });
});

describe('types', () => {
  it('are as right after a repair as before it', () => {
    // Of each rule and message some; all of them where more is asked for.
    const most = 3 * more;
    const counts = new Map<string, number>();
    const files = new Map<string, string>();
    const pairs: { readonly from: string; readonly to: string }[] = [];
    for (const [index, { code, extension, settings }] of withRepairs.entries()) {
      for (const [nth, { message, code: repaired }] of repairsOf(code, fileOf(extension), settings).repairs.entries()) {
        const key = `${String(message.ruleId)} ${String(message.messageId)}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        if ((counts.get(key) ?? 0) > most) continue;
        const from = path.join(folder, `before-${index}.${extension}`);
        const to = path.join(folder, `after-${index}-${nth}.${extension}`);
        files.set(from, code);
        files.set(to, repaired);
        pairs.push({ from, to });
      }
    }
    expect(pairs.length).toBeGreaterThan(40);
    const program: ts.Program = typedProgramOf(files);
    for (const { from, to } of pairs) {
      // Without the line: a repair may move it.
      const known = errorsIn(program, from).map(withoutLine);
      // A case without its declarations: the parameter of a callback has no type because its client has none.
      const isUntyped = known.some((error) => error.startsWith('Cannot find name'));
      const fresh = errorsIn(program, to).map(withoutLine).filter((error) => {
        if (isUntyped && error.includes("implicitly has an 'any' type")) return false;
        const at = known.indexOf(error);
        if (at >= 0) known.splice(at, 1);
        return at < 0;
      });
      expect(fresh, `${files.get(from) ?? ''}\n=>\n${files.get(to) ?? ''}`).toEqual([]);
    }
  }, 300_000);
});

const withoutLine = (error: string): string => error.replace(/^\d+: /, '');
