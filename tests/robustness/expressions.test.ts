/** Every regular expression of the plugin, written or put together at run time: its time does not grow faster than the text. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { describe, expect, it, vi } from 'vitest';
import { draw } from './draw.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Expression {
  readonly source: string;
  readonly flags: string;
}

const files = ['src', 'rules'].flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => path.join(root, folder, name)));

/** Those that are written in a file; and how many are made there. */
function writtenIn(file: string): { readonly written: Expression[]; readonly made: ts.NewExpression[] } {
  const written: Expression[] = [];
  const made: ts.NewExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
      written.push({ source, flags });
    }
    if (ts.isNewExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'RegExp') made.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true));
  return { written, made };
}

/** Those that are made when the plugin is loaded, and when it lints what they are made for. */
async function madeAtRunTime(): Promise<{ readonly expressions: Expression[]; readonly calls: Set<string> }> {
  const expressions: Expression[] = [];
  const calls = new Set<string>();
  const Recording = new Proxy(RegExp, {
    construct(target, given: ConstructorParameters<typeof RegExp>) {
      const made = new target(...given);
      const [, , caller = ''] = (new Error().stack ?? '').split('\n');
      const place = /(?:src|rules)\/[\w/-]+\.ts/.exec(caller)?.[0];
      if (place !== undefined) {
        calls.add(place);
        expressions.push({ source: made.source, flags: made.flags });
      }
      return made;
    },
  });
  vi.stubGlobal('RegExp', Recording);
  try {
    vi.resetModules();
    const { lint } = await import('./every-rule.js');
    const { collectSeeds } = await import('./seeds.js');
    for (const { each: { code, extension } } of draw('expressions', collectSeeds(), 1 / 10)) lint(code, `/project/a.${extension}`);
  } finally {
    vi.unstubAllGlobals();
  }
  return { expressions, calls };
}

const unique = (expressions: readonly Expression[]): Map<string, Expression> => new Map(expressions.map((expression) => [`/${expression.source}/${expression.flags}`, expression]));

function verdictOf({ source, flags }: Expression): string {
  const { status, ...rest } = checkSync(source, flags, { timeout: 30_000 });
  return status === 'vulnerable' && 'complexity' in rest ? `vulnerable: ${rest.complexity.summary}` : status;
}

describe('written', () => {
  const expressions = unique(files.flatMap((file) => writtenIn(file).written));
  it('are many', () => { expect(expressions.size).toBeGreaterThan(150); });
  it.each([...expressions])('%s', (_text, expression) => { expect(verdictOf(expression)).toBe('safe'); });
});

describe('made at run time', () => {
  it('are linear too', async () => {
    const { expressions, calls } = await madeAtRunTime();
    const places = files.filter((file) => writtenIn(file).made.length > 0).map((file) => path.relative(root, file));
    expect([...calls].toSorted()).toEqual(expect.arrayContaining(places.filter((place) => !place.startsWith('src/cli')).toSorted()));
    const verdicts = [...unique(expressions)].map(([text, expression]) => `${verdictOf(expression)}: ${text.slice(0, 200)}`);
    expect(verdicts.filter((verdict) => !verdict.startsWith('safe'))).toEqual([]);
  }, 240_000);
});
