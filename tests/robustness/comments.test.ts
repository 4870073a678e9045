/**
 * Comments at every place of the few where names and the signs beside them are looked for in the text, before anything
 * is parsed: what is found without them is found with them.
 */
import { describe, expect, it } from 'vitest';
import { lint } from './every-rule.js';

const comments: Readonly<Record<string, string>> = {
  'a block': '/* a comment */',
  'a block with white space': '  /** a\n   * comment */ ',
  'a line': '// a comment\n',
  'lines of its own': '\n  // a comment, and\n  // another\n  ',
  'a line and a block': ' // tx\n /* . */ ',
};

/** Programs with a mark wherever a comment may stand. */
const programs: readonly (readonly [name: string, code: string, finds: string])[] = [
  ['a method that opens a transaction', "import { db } from './db'; export const f = () => db¤.¤transaction¤(¤async (own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); });", 'no-concurrent-use'],
  ['a method that one library has', "import { prisma } from './db'; export const f = () => prisma¤.¤$transaction¤(async (own) => { await Promise.all([own¤.¤user¤.¤create¤({ data: {} }), own.post.create({ data: {} })]); });", 'no-concurrent-use'],
  ['a method in brackets', "import { db } from './db'; export const f = () => db¤[¤'transaction'¤]¤(async (own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); });", 'no-concurrent-use'],
  ['a method with an assertion', "import { db } from './db'; export const f = () => (db¤.transaction/* c */as any)¤(async (own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); });", 'no-concurrent-use'],
  ['a method behind another', "import { db } from './db'; export const f = () => db¤.¤transaction¤(¤)¤.¤execute¤(async (own) => { await Promise.all([own.insertInto('a').values({}).execute(), own.insertInto('b').values({}).execute()]); });", 'no-concurrent-use'],
  ['an optional call', "import { prisma } from './db'; export const f = () => prisma¤?.¤$transaction¤?.¤(async (own) => { await Promise.all([own.user.create({ data: {} }), own.post.create({ data: {} })]); });", 'no-concurrent-use'],
  ['a wrapper', "import { withTransaction } from './db'; export const f = () => withTransaction¤(async (own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); });", 'no-concurrent-use'],
  ['a wrapper that is a method', "export class A { f() { return this¤.¤db¤.¤inTransaction¤(async (own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); }); } }", 'no-concurrent-use'],
  ['a wrapper with type arguments', "import { runInTx } from './db'; export const f = () => runInTx¤<void>¤(async (own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); });", 'no-concurrent-use'],
  ['a method with type arguments', "import { drizzle } from 'drizzle-orm/node-postgres'; import { a, b } from './schema'; const db = drizzle(''); export const f = () => db¤.¤transaction¤<void>¤(async (own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); });", 'no-concurrent-use'],
  ['an acquired session', "import { Pool } from 'pg'; const pool = new Pool(); export const f = async () => { const c = await pool¤.¤connect¤(); await c.query('x'); };", 'require-release'],
  ['a session that is constructed', "import * as pg from 'pg'; export const f = async () => { const c = new pg¤.¤Client¤(); await c¤.¤connect¤(); await c.query('x'); };", 'require-release'],
  ['a type of a namespace', "import pgPromise from 'pg-promise'; export const f = async (t: pgPromise¤.¤ITask<{}>) => { await Promise.all([t.none('insert'), t.none('insert')]); };", 'no-concurrent-use'],
  ['a type of a module', "export const f = async (c: import('pg')¤.¤PoolClient) => { await c.query('BEGIN'); await Promise.all([c.query('insert'), c.query('insert')]); };", 'no-concurrent-use'],
  ['the type of a parameter of a method', "import { drizzle } from 'drizzle-orm/node-postgres'; import { a, b } from './schema'; const db = drizzle(''); type Own = Parameters<Parameters<typeof¤ db¤.¤transaction¤>[0]>[0]; export const f = async (own: Own) => { await Promise.all([own.insert(a).values({}), own.insert(b).values({})]); };", 'no-concurrent-use'],
  ['a class that is renamed where it is required', "export const f = async (pool) => { const { Transaction¤:¤ Own } = await import('mssql'); const own = new Own(pool); await own.begin(); await own.commitLater(); };", 'require-release'],
  ['an option that is read', "import { Op } from 'sequelize'; import { x } from './x'; async function save(own) { await x(own); await x(own); } export const f = (options) => Promise.all([save(options¤.¤transaction¤), save(options¤.¤transaction)]);", 'no-concurrent-use'],
  ['a builder that is given the session', "import { db } from './db'; import type { Knex } from 'knex'; export const f = async (own) => { await Promise.all([db('a').insert({})¤.¤transacting¤(own), db('b').insert({})¤.¤transacting¤(own)]); };", 'no-concurrent-use'],
  ['a query that is given the session', "import { Model } from 'objection'; import { User } from './models'; export const f = async (trx) => { await Promise.all([User¤.¤query¤(¤trx¤).insert({}), User.query(trx).insert({})]); };", 'no-concurrent-use'],
  ['a statement on a pool', "import { Pool } from 'pg'; const pool = new Pool(); export const f = () => pool¤.¤query¤('BEGIN');", 'no-session-state-on-pool'],
  ['a connection of Bun', "export const sql = new Bun¤.¤SQL¤('postgres://postgres.ref:p@aws-0-eu-west-1.pooler.supabase.com:6543/postgres');", 'no-pooled-statement-cache'],
];

const found = (code: string): string[] => lint(code, '/project/a.ts').map(({ ruleId, messageId }) => `${String(ruleId)} ${String(messageId)}`).toSorted();

describe.each(programs)('%s', (_name, code, finds) => {
  const plain = found(code.replaceAll('¤', ''));
  it('is found', () => { expect(plain.some((each) => each.startsWith(`db-session/${finds} `)), plain.join()).toBe(true); });

  it.each(Object.entries(comments))('with %s', (_comment, text) => {
    // At one place after the other, and at all of them.
    const places = code.split('¤');
    for (let at = 1; at < places.length; at += 1) {
      const mutant = places.slice(0, at).join('') + text + places.slice(at).join('');
      expect(found(mutant), mutant).toEqual(plain);
    }
    expect(found(code.replaceAll('¤', text)), code).toEqual(plain);
  });
});

it.each(Object.entries(comments))('a script that ends its process needs no release, with %s', (_name, text) => {
  const script = (end: string): string => `import { Client } from 'pg'; async function main() { const c = new Client(); await c.connect(); await c.query('x'); ${end}; } main();`;
  expect(found(script('process.done()'))).toEqual(['db-session/require-release neverReleased']);
  expect(found(script('// process.exit()\n'))).toEqual(['db-session/require-release neverReleased']);
  for (const end of ['process.exit()', `process${text}.exit()`, `process.${text}exit()`, `process.exit${text}()`, `stop(process?.${text}exit)`]) expect(found(script(end)), end).toEqual([]);
});
