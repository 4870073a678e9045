/** Every fix and every suggestion of every rule: it parses, removes its finding, adds none, and is not offered again. */
import path from 'node:path';
import fc from 'fast-check';
import type ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { errorsIn, folder, programOf as typedProgramOf } from '../concurrency/program.js';
import { assertForDrawn, drawSome } from './draw.js';
import { configOf, linter } from './every-rule.js';
import { blocks, encoding, moreCode, parentheses, renaming, spaces, type Mutation } from './mutations.js';
import { parses, programOf } from './program.js';
import { faultsOf, repairsOf } from './repairs.js';
import { collectSeeds } from './seeds.js';
import { more } from './size.js';

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
  it.each(Object.entries(mutations))('do so with %s', async (name, mutate) => {
    const anyChoices = fc.array(fc.tuple(fc.nat(100_000), fc.nat(1000)), { minLength: 1, maxLength: 50, size: 'max' });
    await assertForDrawn(`repairs with ${name}`, withRepairs, 1 / 5, anyChoices, (each, choices) => {
      const { code } = mutate(programOf(each), choices);
      fc.pre(parses({ ...each, code }));
      const { before, repairs } = repairsOf(code, fileOf(each.extension), each.settings);
      for (const repair of repairs) expect(faultsOf(repair, before, fileOf(each.extension), each.settings), `${code}\n=>\n${repair.code}`).toEqual([]);
    });
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
    // Of each rule and message some; more of them where more is asked for.
    const repaired = withRepairs.flatMap((each) => repairsOf(each.code, fileOf(each.extension), each.settings).repairs.map(({ message, code }) => ({ ...each, repaired: code, key: `${String(message.ruleId)} ${String(message.messageId)}` })));
    const some = [...new Set(repaired.map(({ key }) => key))].flatMap((key) => drawSome(`types after ${key}`, repaired.filter((each) => each.key === key), 3 * more, (each) => JSON.stringify([each.code, each.repaired])));
    const files = new Map<string, string>();
    const pairs: { readonly from: string; readonly to: string }[] = [];
    for (const [index, { code, extension, repaired }] of some.entries()) {
      const from = path.join(folder, `before-${index}.${extension}`);
      const to = path.join(folder, `after-${index}.${extension}`);
      files.set(from, code);
      files.set(to, repaired);
      pairs.push({ from, to });
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
