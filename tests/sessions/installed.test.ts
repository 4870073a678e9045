import { afterAll, expect, it } from 'vitest';
import { areAfter, areAtLeast, areBefore, versionsFor } from '../../src/sessions/installed.js';
import { projects } from './projects.js';

const { project, remove } = projects();
afterAll(remove);

/** What a manifest asks for, the lowest version, and the first that is not allowed. */
it.each([
  ['1.2.3', '1.2.3', '1.2.4'],
  ['=1.2.3', '1.2.3', '1.2.4'],
  ['v1.2', '1.2.0', '1.3.0'],
  ['1', '1.0.0', '2.0.0'],
  ['^1.2.3', '1.2.3', '2.0.0'],
  ['^0.3.20', '0.3.20', '0.4.0'],
  ['^0.0.3', '0.0.3', '0.0.4'],
  ['^0.0', '0.0.0', '0.1.0'],
  ['^0', '0.0.0', '1.0.0'],
  ['~1.2.3', '1.2.3', '1.3.0'],
  ['~1', '1.0.0', '2.0.0'],
  ['>=1.2', '1.2.0', undefined],
])('%s', (range, from, below) => {
  const found = versionsFor(project(`range-${range}`, { dependencies: { a: range } }), 'a');
  expect([found?.from.join('.'), found?.below?.join('.')]).toEqual([from, below]);
});

it.each(['*', 'latest', '^1.2.3 || ^2.0.0', '>=1 <3', 'workspace:*', '1.2.3-beta.1', ''])('nothing can be said of "%s"', (range) => {
  expect(versionsFor(project(`open-${String(range.length)}-${encodeURIComponent(range.slice(0, 3))}`, { dependencies: { a: range } }), 'a')).toBeUndefined();
});

it('what is installed counts, not what is asked for', () => {
  expect(versionsFor(project('both', { dependencies: { a: '^1.0.0' } }, { a: '1.7.2' }), 'a')).toEqual({ from: [1, 7, 2], below: [1, 7, 3] });
});

it('compares with versions that leave out their last numbers', () => {
  const exactly = { from: [8, 23, 1], below: [8, 23, 2] } as const;
  const caret = { from: [8, 16, 0], below: [9, 0, 0] } as const;
  const open = { from: [8, 16, 0], below: undefined } as const;
  expect([areAtLeast(exactly, '8.23'), areAtLeast(exactly, '8.24'), areAtLeast(caret, '8.23')]).toEqual([true, false, false]);
  expect([areBefore(exactly, '8.24'), areBefore(exactly, '8.23'), areBefore(caret, '9.0'), areBefore(open, '99')]).toEqual([true, false, true, false]);
  expect([areAfter(exactly, '8.22'), areAfter(exactly, '8.23'), areAfter(open, '8')]).toEqual([true, false, false]);
});
