/** What very large, very deep and very branching code costs: nothing may overflow or explode, and a doubt is said. */
import type { TSESTree } from '@typescript-eslint/utils';
import { describe, expect, test } from 'vitest';
import { interpretLifetime } from '../../src/lifetime/interpret.js';
import type { LifetimeQuestion } from '../../src/lifetime/lifetime.js';
import { ask, wording } from './ask.js';

type Node = TSESTree.Node;

/** Deeper than any parser goes, so the tree is made by hand. */
function nested(depth: number, wrap: (inner: Node) => object): LifetimeQuestion {
  const at = { range: [0, 10] };
  const acquisition = { type: 'Identifier', name: 'acquire', ...at } as unknown as TSESTree.Expression;
  let inner = { type: 'ExpressionStatement', expression: acquisition, ...at } as unknown as Node;
  for (let level = 0; level < depth; level += 1) inner = { ...wrap(inner), ...at } as unknown as Node;
  const scope = { type: 'BlockStatement', body: [inner], ...at } as unknown as TSESTree.BlockStatement;
  return { scope, acquisition, isSession: () => false, classify: () => undefined, throws: 'awaited' };
}

describe('depth', () => {
  const block = (...body: Node[]): object => ({ type: 'BlockStatement', body, range: [0, 10] });
  const test_ = { type: 'Identifier', name: 'a', range: [0, 1] };
  const shapes: Record<string, (inner: Node) => object> = {
    blocks: (inner) => block(inner),
    'try and finally': (inner) => ({ type: 'TryStatement', block: block(inner), handler: null, finalizer: block() }),
    'finally in finally': (inner) => ({ type: 'TryStatement', block: block(), handler: null, finalizer: block(inner) }),
    loops: (inner) => ({ type: 'WhileStatement', test: test_, body: inner }),
    labels: (inner) => ({ type: 'LabeledStatement', label: { type: 'Identifier', name: 'x', range: [0, 1] }, body: inner }),
    ifs: (inner) => ({ type: 'IfStatement', test: test_, consequent: inner, alternate: null }),
    'tries in loops': (inner) => ({
      type: 'ForOfStatement',
      await: true,
      left: test_,
      right: test_,
      body: { type: 'TryStatement', block: block(inner), handler: { type: 'CatchClause', param: null, body: block(), range: [0, 1] }, finalizer: block(), range: [0, 10] },
    }),
    awaits: (inner) => ({ type: 'ExpressionStatement', expression: { type: 'AwaitExpression', argument: 'expression' in inner ? inner.expression : test_, range: [0, 10] } }),
  };

  test.each(Object.entries(shapes))('10,000 nested %s are too deep to tell', { timeout: 60_000 }, (_name, wrap) => {
    expect(interpretLifetime(nested(10_000, wrap)).abstained).toBe(true);
  });

  test.each(Object.entries(shapes))('60 nested %s are not', (_name, wrap) => {
    const { abstained, leaks } = interpretLifetime(nested(60, wrap));
    expect(abstained).toBe(false);
    expect(leaks.length).toBeGreaterThan(0);
  });

  test('the deepest that is interpreted fits into the stack of a host that is deep itself', { timeout: 60_000 }, () => {
    const wrap = shapes['tries in loops'] as (inner: Node) => object;
    const below = (frames: number): void => {
      if (frames > 0) { below(frames - 1); return; }
      for (let depth = 10; depth < 500; depth += 10) interpretLifetime(nested(depth, wrap));
    };
    expect(() => { below(1500); }).not.toThrow();
  });

  test('depth without interest costs nothing', () => {
    const sum = Array.from({ length: 450 }, (_, index) => `a${index}`).join(' + ');
    expect(wording(ask(`const c = await pool.acquire(); const s = ${sum}; c.release()`))).toEqual([]);
  });
});

describe('cost', () => {
  test('loops in loops with a clean-up each are not a power of their depth', { timeout: 60_000 }, () => {
    let code = 'await c.q(); if (a) break; if (b) continue; if (k) return 1;';
    for (let depth = 0; depth < 25; depth += 1) code = `for (const x${depth} of xs) { try { ${code} } finally { await w(); } }`;
    expect(wording(ask(`const c = await pool.acquire(); try { ${code} } finally { c.release() }`))).toEqual([]);
  });

  test('thousands of statements take time in proportion', { timeout: 60_000 }, () => {
    const part = 'try { if (a) await c.q(); else log(1); for (const x of xs) { if (b) continue; await c.q(); } } catch (e) { log(e) }';
    const milliseconds = (parts: number): number => {
      const code = `const c = await pool.acquire(); try { ${Array.from({ length: parts }, () => part).join('\n')} } finally { c.release() }`;
      const started = performance.now();
      expect(wording(ask(code))).toEqual([]);
      return performance.now() - started;
    };
    milliseconds(50);
    const [small, large] = [milliseconds(150), milliseconds(600)];
    expect(large).toBeLessThan(small * 16 + 1000);
  });

  test('each of hundreds of unprotected calls is a witness', () => {
    const code = Array.from({ length: 300 }, () => 'await c.q();').join('\n');
    const { lifetime } = ask(`const c = await pool.acquire(); ${code} c.release()`);
    expect(lifetime.leaks).toHaveLength(300);
  });
});

describe('too many correlated conditions', () => {
  const guarded = (count: number): string => {
    const names = Array.from({ length: count }, (_, index) => `f${index}`);
    return names.map((name) => `if (${name}) await w(); if (${name}) log(1);`).join('\n');
  };

  test('the conditions that decide over the session are kept', () => {
    const { lifetime } = ask(`let c; if (a) c = await pool.acquire(); ${guarded(40)} if (a) c.release()`);
    expect(lifetime.abstained).toBe(false);
    expect(lifetime.leaks.filter(({ kind }) => kind === 'path')).toEqual([]);
  });

  test('it says when some were let go', () => {
    const flags = Array.from({ length: 20 }, (_, index) => `f${index}`);
    const code = `let c; ${flags.map((flag) => `if (${flag}) { c = await pool.acquire(); c.release() }`).join('\n')} ${flags.map((flag) => `if (${flag}) c?.release();`).join('\n')}`;
    const { lifetime } = ask(code);
    expect(lifetime.abstained || lifetime.coarse).toBe(true);
  });
});
