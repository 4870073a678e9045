/** Cases of the rule as tables: code with marks, what is said of it, and how it is asked. */
import { expect, it } from 'vitest';
import { hosts, lint, marked, written, type Asked, type Host } from './lint.js';

/** Code with marks, the messages in the order of the text, and how it is asked. No message: nothing is reported at all, whatever is asked. */
export type Case = readonly [name: string, code: string, messages?: string | readonly string[], asked?: Asked];

export function check(cases: readonly Case[], extra: Asked = {}): void {
  it.each(cases.map(([name, code, messages = [], asked = {}]) => ({ name, code, messages, asked })))('$name', ({ code, messages, asked }) => {
    const expected = [messages].flat();
    const plain = written(code.replaceAll(/[«»]/g, ''));
    for (const host of Object.keys(hosts) as Host[]) {
      const found = lint(plain, { ...(expected.length === 0 ? { config: 'everything' } : {}), ...extra, ...asked, host });
      expect(found.map(({ messageId }) => messageId), host).toEqual(expected);
      if (code.includes('«')) expect(marked(plain, found)).toBe(written(code));
    }
  });
}
