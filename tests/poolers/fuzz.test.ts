/** Random and mutated texts: nothing throws, and time grows with length and no faster. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDotenv } from '../../src/languages/dotenv-parser.js';
import { parsePrisma } from '../../src/languages/prisma-parser.js';
import { findInDotenv } from '../../src/poolers/in-dotenv.js';
import { findInPrismaSchema } from '../../src/poolers/in-prisma-schema.js';
import { poolerAt } from '../../src/poolers/recognise.js';
import { parseUrl } from '../../src/poolers/url.js';
import { readSettings } from '../../src/settings.js';
import { addresses, fixed, lint } from './lint.js';

const settings = readSettings({});
const pieces = ['postgres://', 'user', ':', '@', '/', '?', '&', '=', '#', '[', ']', '<', '>', '${', '}', '{{', '}}', '$', '"', "'", '`', '\\', '\n', '\r\n', ' ', '6543', 'pooler.supabase.com', '-pooler.', 'neon.tech', 'pgbouncer=true', 'prepare=0', 'export ', 'DIRECT_URL=', 'PRISMA_URL=', 'A', 'datasource db {', 'generator c {', 'model A {', 'url = ', 'env("A")', '//', '/*', '*/', '# eslint-disable', '(', ')', ',', '%E0%A4', '\uFEFF', '😀'];
const text = fc.array(fc.oneof(fc.constantFrom(...pieces, ...Object.values(addresses)), fc.string({ maxLength: 6, unit: 'binary' })), { maxLength: 24 }).map((parts) => parts.join(''));

/** One of the addresses with a part cut out, doubled or replaced. */
const mutated = fc.tuple(fc.constantFrom(...Object.values(addresses)), fc.nat(80), fc.nat(20), fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 }))).map(([url, at, length, put]) => url.slice(0, at) + put + url.slice(at + length));

function isInside(ranges: readonly (readonly [number, number] | undefined)[], length: number): boolean {
  return ranges.every((range) => range === undefined || (range[0] >= 0 && range[0] <= range[1] && range[1] <= length));
}

const asDotenv = (source: string): void => {
  const parsed = parseDotenv(source);
  if (!parsed.ok) {
    expect(parsed.errors[0].line).toBeLessThanOrEqual(source.split('\n').length);
    return;
  }
  for (const { range, fix = [], suggest = [] } of findInDotenv(parsed.ast, settings)) {
    if (!isInside([range, ...fix.map((edit) => edit.range), ...suggest.flatMap(({ edits }) => edits.map((edit) => edit.range))], source.length)) throw new Error('a range outside of the text');
  }
};
const asSchema = (source: string): void => {
  const parsed = parsePrisma(source);
  if (!parsed.ok) return;
  for (const { range, fix = [], suggest = [] } of findInPrismaSchema(parsed.ast, settings, undefined)) {
    if (!isInside([range, ...fix.map((edit) => edit.range), ...suggest.flatMap(({ edits }) => edits.map((edit) => edit.range))], source.length)) throw new Error('a range outside of the text');
  }
};
const asUrl = (source: string): void => {
  const url = parseUrl(source);
  if (!url) return;
  poolerAt(url);
  if (!isInside([url.hostRange, url.portRange, url.query, ...url.parameters.map(({ range }) => range)], source.length)) throw new Error('a range outside of the text');
};

describe('100,000 texts and more', () => {
  const runs = { numRuns: 25_000 };
  it('as URLs', () => { fc.assert(fc.property(fc.oneof(mutated, text), asUrl), { numRuns: 50_000 }); });
  it('as .env files', () => { fc.assert(fc.property(fc.oneof(text, mutated.map((url) => `DIRECT_URL="${url}"\nPRISMA_URL=${url}`)), asDotenv), runs); });
  it('as addresses in code, which fixes leave code', () => {
    fc.assert(fc.property(fc.oneof(mutated, text), (url) => {
      const source = `import postgres from 'postgres';\nexport const sql = postgres(${JSON.stringify(url)}, { max: 1 });\n`;
      const left = lint(fixed(source, { file: 'a.js', config: 'everything' }), { file: 'a.js', config: 'everything' });
      expect(left.filter(({ fatal, fix }) => fatal === true || fix !== undefined)).toEqual([]);
    }), { numRuns: 500 });
  });
  it('as schemas', () => { fc.assert(fc.property(fc.oneof(text, mutated.map((url) => `datasource db {\n  provider = "postgresql"\n  url = "${url}"\n}`)), asSchema), runs); });
});

describe('time is linear', () => {
  const nasty = ['[', '<', '${', '{{', '$A', 'a@', ':', '?a=b&', '&', "A='x\n", 'A="\\"\n', 'A=`', 'A=${A}\n', 'A=${B}\nB=${A}${A}\n', '#', '\n', 'export ', 'datasource db {\n}\n', '{', 'a = [', '"\n', '//\n', '/**/', 'model A {', '(', '\\'];
  const programs = { url: (unit: string, n: number) => parseUrl(`postgres://${unit.repeat(n)}`), dotenv: (unit: string, n: number) => { asDotenv(`A="${unit.repeat(n)}`); asDotenv(unit.repeat(n)); }, schema: (unit: string, n: number) => { asSchema(unit.repeat(n)); asSchema(`datasource db {\n a = ${unit.repeat(n)}`); } };

  // Less than a second on a quiet machine; quadratic time would take minutes for a single one of them.
  it.each(Object.entries(programs))('%s', (_name, program) => { for (const unit of nasty) program(unit, 50_000); }, 60_000);
});
