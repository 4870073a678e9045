/** The same program, written otherwise: nothing throws, and the same is found. */
import fc from 'fast-check';
import { format, type Options } from 'prettier';
import { describe, expect, it } from 'vitest';
import { libraries } from '../../src/libraries/index.js';
import plugin from '../../src/plugin.js';
import { assertForDrawn } from './draw.js';
import { blocks, encoding, isNamedFunction, isPlainName, moreCode, parentheses, renaming, spaces, type Mutation } from './mutations.js';
import { findingsIn, parses, programOf, type Program } from './program.js';
import { collectSeeds, type Seed } from './seeds.js';

const seeds = collectSeeds();
const programs = new Map<Seed, Program>();
const findings = new Map<Seed, readonly string[]>();

const programOfSeed = (each: Seed): Program => remembered(programs, each, programOf);
const findingsOf = (each: Seed): readonly string[] => remembered(findings, each, () => findingsIn({ code: each.code, foreign: [] }, each));

function remembered<Of, Value>(known: Map<Of, Value>, of: Of, make: (of: Of) => Value): Value {
  const value = known.get(of) ?? make(of);
  known.set(of, value);
  return value;
}

const rulesOf = (found: readonly string[]): string[] => found.map((finding) => finding.split(' ', 1)[0] ?? '');

const anyChoices = fc.oneof(fc.array(fc.tuple(fc.nat(100_000), fc.nat(1000)), { minLength: 1, maxLength: 4 }), fc.array(fc.tuple(fc.nat(100_000), fc.nat(1000)), { minLength: 5, maxLength: 60 }));

describe('the programs to start from', () => {
  it('are many, and of every library', () => {
    expect(seeds.length).toBeGreaterThan(1200);
    const code = seeds.map((each) => each.code).join('\n');
    for (const library of libraries) expect(library.packages.some((name) => code.includes(`'${name.replace('/*', '')}`)) || (library.localModules ?? []).some((name) => code.includes(name)), library.id).toBe(true);
  });

  it('have findings of every rule', () => {
    const rules = new Set(seeds.flatMap(findingsOf).map((finding) => finding.split(' ')[0]));
    expect([...rules].toSorted()).toEqual(Object.keys(plugin.rules).map((name) => `db-session/${name}`).toSorted());
  });
});

describe('the same is found', () => {
  const mutations: Readonly<Record<string, Mutation>> = {
    'with other white space and comments': spaces,
    'with parentheses': parentheses,
    'with Windows line ends and a byte order mark': encoding,
    'with other code around': moreCode,
    'with bodies in a block of their own': blocks,
  };
  it.each(Object.entries(mutations))('%s', async (name, mutate) => {
    await assertForDrawn(name, seeds, 1 / 9, anyChoices, (each, choices) => {
      const mutant = mutate(programOfSeed(each), choices);
      fc.pre(parses({ ...each, code: mutant.code }));
      expect(findingsIn(mutant, each), mutant.code).toEqual(findingsOf(each));
    });
  });

  it('with other names of variables', async () => {
    const mutate = renaming(isPlainName);
    // A setting names what it means.
    const unset = seeds.filter(({ settings }) => settings === undefined);
    await assertForDrawn('other names', unset, 1 / 6, anyChoices, (each, choices) => {
      const mutant = mutate(programOfSeed(each), choices);
      expect(findingsIn(mutant, each), mutant.code).toEqual(findingsOf(each));
    });
  });

  it('as another printer prints it', async () => {
    const anyOptions: fc.Arbitrary<Options> = fc.record({
      printWidth: fc.constantFrom(20, 40, 80, 1000),
      semi: fc.boolean(),
      singleQuote: fc.boolean(),
      useTabs: fc.boolean(),
      bracketSpacing: fc.boolean(),
      trailingComma: fc.constantFrom('all', 'es5', 'none'),
      arrowParens: fc.constantFrom('always', 'avoid'),
      quoteProps: fc.constantFrom('as-needed', 'consistent', 'preserve'),
      endOfLine: fc.constantFrom('lf', 'crlf', 'cr'),
      objectWrap: fc.constantFrom('preserve', 'collapse'),
    });
    await assertForDrawn('another printer', seeds, 1 / 9, anyOptions, async (each, options) => {
      const code = await format(each.code, { ...options, parser: 'typescript', embeddedLanguageFormatting: 'off' });
      expect(findingsIn({ code, foreign: [] }, each), code).toEqual(findingsOf(each));
    });
  });
});

describe('nothing is found in addition', () => {
  it('where names no longer say what they stand for', async () => {
    const mutate = renaming((definition) => !isNamedFunction(definition));
    await assertForDrawn('names that say nothing', seeds, 1 / 6, anyChoices, (each, choices) => {
      const mutant = mutate(programOfSeed(each), choices);
      // By rule: where less is known, a rule may say it in other words.
      const left = rulesOf(findingsOf(each));
      for (const rule of rulesOf(findingsIn(mutant, each))) {
        expect(left, mutant.code).toContain(rule);
        left.splice(left.indexOf(rule), 1);
      }
    });
  });
});
