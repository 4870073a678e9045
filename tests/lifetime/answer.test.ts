/** What the answer holds besides the findings that the shapes spell out. */
import { expect, test } from 'vitest';
import { interpretLifetime } from '../../src/lifetime/interpret.js';
import { ask, parseWithParents, questionAbout } from './ask.js';

test('the worst leak comes first: a path, a swallowed error, an exception', () => {
  const { lifetime, text } = ask(`
    const c = await pool.acquire();
    await c.begin();
    try { await c.q() } catch (e) { return null }
    if (a) return 1;
    c.release();
  `);
  expect(lifetime.leaks.map(({ kind, afterException, node }) => [kind, afterException, text(node)])).toEqual([
    ['path', false, 'return 1;'],
    ['path', true, 'return null'],
    ['throws', true, 'await c.begin()'],
  ]);
});

test('a leak in front of the protecting try names the try', () => {
  const { lifetime, text } = ask('const c = await pool.acquire(); await c.begin(); try { await c.q() } finally { c.release() }');
  const [leak] = lifetime.leaks;
  expect(leak?.place).toBe('before-try');
  expect(leak?.protection && text(leak.protection)).toBe('try { await c.q() } finally { c.release() }');
});

test('a leak in the clean-up names the try whose clean-up it is', () => {
  const { lifetime } = ask("const c = await pool.acquire(); try { await c.q() } finally { await c.q('UNLOCK'); c.release() }");
  expect(lifetime.leaks.map(({ place }) => place)).toEqual(['in-cleanup']);
  expect(lifetime.leaks[0]?.protection?.type).toBe('TryStatement');
});

test('running off the end is witnessed by the scope, or by the block in which the session lives', () => {
  expect(ask('const c = await pool.acquire(); c.q()').lifetime.leaks.map(({ node }) => node.type)).toEqual(['FunctionDeclaration']);
  const { lifetime, text } = ask('for (const x of xs) { const c = await pool.acquire(); if (x) c.release() }');
  expect(lifetime.leaks.map(({ departure, node }) => [departure, text(node)])).toEqual([['end', '{ const c = await pool.acquire(); if (x) c.release() }']]);
});

test('releases in functions that are not run here are told apart', () => {
  const { lifetime, text } = ask("const c = await pool.acquire(); res.on('finish', () => c.release())");
  expect(lifetime.leaks.map(({ kind }) => kind)).toEqual(['never-released']);
  expect(lifetime.releasesInCallbacks.map(text)).toEqual(['c.release()']);
});

test.each([
  ['always releases', 'try { await c.q() } finally { c.release() }', ['released']],
  ['sometimes releases', 'if (a) c.release()', ['released', 'held']],
  ['keeps', 'this.kept.push(c)', ['escaped']],
  ['only uses', 'await c.q()', ['held']],
])('the endings summarise a helper that %s its parameter', (_what, code, endings) => {
  expect([...ask(code, { entry: true }).lifetime.endings].sort()).toEqual([...endings].sort());
});

test('the scope may be a file, a static block, or the body of an arrow function', () => {
  const endingsOf = (source: string, pick: 'body' | 'file'): unknown => {
    const { program, parents } = parseWithParents(source);
    const arrow = [...parents.keys()].find((node) => node.type === 'ArrowFunctionExpression' || node.type === 'StaticBlock');
    const scope = pick === 'file' ? program : arrow;
    if (scope?.type !== 'Program' && scope?.type !== 'ArrowFunctionExpression' && scope?.type !== 'StaticBlock') throw new Error('no scope');
    const lifetime = interpretLifetime(questionAbout(scope, parents));
    return lifetime.leaks.map(({ departure, node }) => `${departure} ${node.type}`);
  };
  expect(endingsOf('const c = await pool.acquire(); export const x = await c.q(); c.release()', 'file')).toEqual(['throw AwaitExpression']);
  expect(endingsOf('export const c = await pool.acquire()', 'file')).toEqual(['end Program']);
  expect(endingsOf('const f = async () => (await pool.acquire()).q()', 'body')).toEqual(['return CallExpression']);
  expect(endingsOf('class A { static { const c = pool.acquire(); if (a) c.release() } }', 'body')).toEqual(['end StaticBlock']);
});

test('each expression is asked about once, however often it is run', () => {
  const source = 'async function f(xs) { for (const x of xs) { const c = await pool.acquire(); try { if (x) break } finally { await c.q(); c.release() } } }';
  const { program, parents } = parseWithParents(source);
  const scope = program.body[0];
  if (scope?.type !== 'FunctionDeclaration') throw new Error('no function');
  const asked = new Map<unknown, number>();
  const question = questionAbout(scope, parents);
  interpretLifetime({
    ...question,
    classify: (node) => {
      asked.set(node, (asked.get(node) ?? 0) + 1);
      return question.classify(node);
    },
  });
  expect(Math.max(...asked.values())).toBe(1);
});
