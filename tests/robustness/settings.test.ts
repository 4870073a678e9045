/** Settings and options that are wrong in every way: a clear error that names what is wrong, or silence. */
import type { Linter } from 'eslint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import { configOf, linter, ruleIds } from './every-rule.js';
import { more, seed } from './size.js';

const code = "import { PrismaClient } from '@prisma/client';\nimport { Pool } from 'pg';\nconst prisma = new PrismaClient(), pool = new Pool('postgres://u:p@aws-0-eu.pooler.supabase.com:6543/db');\nexport const f = () => prisma.$transaction(async (tx) => { await Promise.all([tx.a.create({}), prisma.b.create({})]); await fetch('x'); tx.c.create({}); });\nexport async function g() { const c = await pool.connect(); await c.query('BEGIN'); c.query('COMMIT'); }";
const keys = ['wrappers', 'sessionTypes', 'clients', 'ambientDecorators', 'ignoredLibraries', 'pooler', 'readEnvFiles', 'readReplicas', 'externalIo', 'name', 'from', 'library', 'sessionParam', 'clientArg', 'modules', 'names', 'allow', '__proto__', 'constructor', '', 'wrapers'];
const words = fc.oneof(fc.constantFrom('pg', 'prisma', 'supavisor', 'none', 'fetch', 'tx', 'db', './db', '(', '[', '\\', '$&', '', '*', '__proto__', 'error'), fc.string({ unit: 'binary', maxLength: 8 }));
const anything = fc.anything({ key: fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 5 })), values: [words, fc.boolean(), fc.integer(), fc.double(), fc.constant(null), fc.constant(undefined)], maxDepth: 4, withNullPrototype: true, withObjectString: true, withSparseArray: true });
/** Nearly right: known keys, with values of which some fit. */
const named = fc.record({ name: words, from: words, library: words, sessionParam: fc.oneof(fc.integer({ min: -1, max: 9 }), words), clientArg: fc.oneof(fc.integer({ min: -1, max: 9 }), words) }, { requiredKeys: [] });
const nearly = fc.record(
  {
    wrappers: fc.array(fc.oneof(named, anything), { maxLength: 2 }),
    sessionTypes: fc.array(named, { maxLength: 2 }),
    clients: fc.array(named, { maxLength: 2 }),
    ambientDecorators: fc.array(named, { maxLength: 2 }),
    ignoredLibraries: fc.array(words, { maxLength: 2 }),
    pooler: fc.oneof(words, fc.dictionary(words, words)),
    readEnvFiles: fc.oneof(fc.boolean(), anything),
    readReplicas: fc.array(words, { maxLength: 2 }),
    externalIo: fc.oneof(fc.record({ modules: fc.array(fc.record({ from: words, names: fc.array(words) }, { requiredKeys: [] })), allow: fc.array(words) }, { requiredKeys: [] }), anything),
    unknown: anything,
  },
  { requiredKeys: [] },
);

/** Messages that ESLint adds to an error: where, and which rule. */
const said = (error: unknown): string => (error instanceof Error ? (error.message.split('\nOccurred while linting')[0] ?? '') : String(error));

describe('settings', () => {
  it.each([['anything', anything], ['nearly right', nearly]] as const)('of which is %s', (_what, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (own) => {
        try {
          linter.verify(code, configOf({ settings: { 'db-session': own as Record<string, unknown> } }), { filename: '/project/a.ts' });
        } catch (error) {
          // What is no setting at all, ESLint itself turns away.
          expect(said(error)).toMatch(/settings\['db-session'\]|settings/i);
          expect(said(error)).not.toMatch(/is not a function|undefined \(reading|not iterable|Cannot (?:read|convert)/);
        }
      }),
      { numRuns: Math.ceil(400 * more), seed },
    );
  });

  it('with getters, cycles and things that JSON does not know', () => {
    const cycle: Record<string, unknown> = {};
    cycle['wrappers'] = cycle;
    const odd: readonly unknown[] = [cycle, { wrappers: new Set() }, { wrappers: { length: 1, 0: { name: 'a' } } }, { pooler: new Map() }, { pooler: Symbol('a') }, { clients: [() => 1] }, { readEnvFiles: 1n }, { wrappers: [{ name: Symbol('a') }] }, new Date(0), /a/, () => ({}), new Proxy({}, {}), Object.create({ wrappers: 1 }), Object.create(null), [[]], 'x', 0, NaN, Symbol('a'), 1n];
    for (const own of odd) {
      try {
        linter.verify(code, configOf({ settings: { 'db-session': own as Record<string, unknown> } }), { filename: '/project/a.ts' });
      } catch (error) {
        expect(said(error)).toMatch(/settings/i);
        expect(said(error)).not.toMatch(/is not a function|undefined \(reading|not iterable|Cannot (?:read|convert)/);
      }
    }
  });
});

describe('options', () => {
  it.each(ruleIds)('of %s', (ruleId) => {
    const options = fc.array(fc.oneof(anything, fc.dictionary(fc.constantFrom('retriedOnly', 'everyCall', 'unknownPoolers', 'notes', '__proto__', 'constructor', 'events', 'x'), fc.oneof(fc.boolean(), fc.constantFrom('ignore', 'hosts', 'all'), anything))), { maxLength: 3 });
    fc.assert(
      fc.property(options, fc.constantFrom('error', 'warn', 'off', 2, 3, -1, 'x', null), (given, severity) => {
        try {
          linter.verify(code, configOf({ rules: { [ruleId]: [severity, ...given] as unknown as Linter.RuleEntry } }), { filename: '/project/a.ts' });
        } catch (error) {
          // By the schema, before the rule is asked. ESLint says which rule it is.
          expect(said(error)).toMatch(/rules|Key "rules"|severity/i);
          expect((error as Error).stack).not.toMatch(/\/(?:src|rules)\/[\w/-]+\.ts:/);
        }
      }),
      { numRuns: Math.ceil(60 * more), seed },
    );
  });

  it('are all closed: an unknown key is an error', () => {
    for (const [name, rule] of Object.entries(plugin.rules)) {
      const schema = rule.meta?.schema as readonly Record<string, unknown>[];
      if (schema.length === 0) continue;
      expect(() => linter.verify(code, configOf({ rules: { [`db-session/${name}`]: ['error', { thereIsNone: true }] } }), { filename: '/project/a.ts' }), name).toThrow(/thereIsNone/);
    }
  });
});
