import { describe, expect, it } from 'vitest';
import { calledNames, mayWrap } from '../../src/sessions/called-names.js';

const known = new Set(['transaction', '$transaction', 'run', 'Client', 'tx']);

const called: readonly (readonly [code: string, ...names: string[]])[] = [
  ['db.transaction(work)', 'transaction'],
  ['db\n  .transaction(\n    work,\n  )', 'transaction'],
  ['db.transaction (work)', 'transaction'],
  ['db.$transaction([a, b])', '$transaction'],
  ['db.transaction<Result>(work)', 'transaction'],
  ['db.transaction<Map<string, (a: A) => Result>>(work)', 'transaction'],
  ['db.transaction <Result> (work)', 'transaction'],
  ['db.transaction!(work)', 'transaction'],
  ['new Client()', 'Client'],
  ['class A { async transaction(work) {} }', 'transaction'],
  ['// see run()', 'run'],
  ['db.tx(work); run(work)', 'tx', 'run'],
];

const none: readonly string[] = [
  '',
  'const transaction = 1;',
  'type Work = Parameters<typeof db.transaction>;',
  'db.retransaction(work)',
  'const f = (x) => !(x) && (y > (z), y / (z));',
  'const f = async <T>(transaction: T) => transaction;',
  'if (transaction) { (a, b); }',
  '<b>(transaction)</b>',
];

/** Called in another way than by a name: it cannot be told from this. */
const unclear: readonly string[] = ['(db.transaction as any)(work)', "db['transaction'](work)", 'db.transaction?.(work)', 'db.transaction /* all of it */ (work)', 'db.transaction // all of it\n  (work)', 'db.tx(\n// first\n(t) => t)', 'db.transaction\u00a0(work)', 'db.transaction\u2028(work)', 'db.transaction!<Result>(work)', `db.transaction<${'A | '.repeat(200)}B>(work)`];

describe('calledNames', () => {
  it.each(called)('%s', (code, ...names) => {
    expect([...(calledNames(code, known) ?? [])].sort()).toEqual([...names].sort());
  });

  it.each(none)('finds none in %s', (code) => {
    expect(calledNames(code, known)?.size).toBe(0);
  });

  it.each(unclear)('does not know of %s', (code) => {
    expect(calledNames(code, known)).toBeUndefined();
  });
});

describe('mayWrap', () => {
  it.each(['withTransaction(f)', 'transactional(f)', 'inTx(f)', '$tx(f)', 'txScope(f)', 'withTrx(f)'])('%s', (code) => {
    expect(mayWrap(code)).toBe(true);
  });

  it.each(['', 'x', 'const box = max(index);', 'const action = 1;'])('not %s', (code) => {
    expect(mayWrap(code)).toBe(false);
  });
});
