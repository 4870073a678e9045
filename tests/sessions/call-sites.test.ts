import { describe, expect, it } from 'vitest';
import { callSites, mayWrap } from '../../src/sessions/call-sites.js';

const names = new Set(['transaction', '$transaction', 'run', 'Client', 'tx']);
const sitesOf = (code: string): number[] => callSites(code, (name) => names.has(name));

/** Each `¦` stands before a parenthesis that calls one of the names. */
const called: readonly string[] = [
  'db.transaction¦(work)',
  'db\n  .transaction¦(\n    work,\n  )',
  'db.transaction ¦(work)',
  'db.$transaction¦([a, b])',
  'db.transaction<Result>¦(work)',
  'db.transaction<Map<string, (a: A) => Result>>¦(work)',
  'db.transaction <Result> ¦(work)',
  `db.transaction<${'A | '.repeat(200)}B>¦(work)`,
  'db.transaction!¦(work)',
  'db.transaction!<Result>¦(work)',
  'db.transaction?.¦(work)',
  '(db.transaction as any)¦(work)',
  "db['transaction']¦(work)",
  'db.transaction /* all of it */ ¦(work)',
  'db.transaction // all of it\n  ¦(work)',
  'db.transaction // all of it\n  <Result>¦(work)',
  'db.transaction<Result> // all of it\n  ¦(work)',
  'db.transaction\u00a0¦(work)',
  'db.transaction\u2028¦(work)',
  'new Client¦()',
  'db.tx¦(work); run¦(work); walk(work)',
  // What only looks like it.
  'class A { async transaction¦(work) {} }',
  '// see run¦()',
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

describe('callSites', () => {
  it.each(called)('%s', (marked) => {
    const sites: number[] = [];
    for (let at = marked.indexOf('¦'); at >= 0; at = marked.indexOf('¦', at + 1)) sites.push(at - sites.length);
    expect(sitesOf(marked.replaceAll('¦', ''))).toEqual(sites);
  });

  it.each(none)('finds none in %s', (code) => {
    expect(sitesOf(code)).toEqual([]);
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
