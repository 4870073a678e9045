/** Code that nobody would write by hand: as large, as deep, as circular and as broken as files get. */
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { configOf, lint, linter } from './every-rule.js';
import { around, bug, head, long, nested, written } from './hostile.js';

/** How much of the same is in a file. */
const COUNT = 200;

/** What a rule throws is thrown; that the parser gives up is fine. */
function survive(code: string, filename = '/project/a.ts'): Linter.LintMessage[] {
  return linter.verify(code, configOf(), { filename });
}

const rulesOf = (messages: readonly Linter.LintMessage[]) => messages.map(({ ruleId }) => ruleId);

describe('large files', () => {
  it('of 10 MB in one line', () => {
    const literal = `const text = '${'postgres://user:secret@host/db?pgbouncer=true transaction tx '.repeat(170_000)}';`;
    expect(literal.length).toBeGreaterThan(10_000_000);
    expect(rulesOf(survive(`${head}${literal} ${bug}`))).toEqual(['db-session/no-concurrent-use']);
  });

  // Very many take `npm run check:hostile`.
  it.each(Object.entries(long))('of many: %s', (_name, { code, finds }) => {
    expect(survive(written(`${head}${code(COUNT)}`))).toHaveLength(finds(COUNT));
  });
});

/** The depth that ESLint, with its parser and no rule at all, gets by with: the stack is only so high. */
function deepest(program: (depth: number) => string): number {
  const bare = new Linter({ cwd: '/' });
  for (const depth of [1000, 500, 250]) {
    try {
      if (!bare.verify(program(depth), configOf({ rules: {} }), { filename: '/project/a.ts' }).some(({ fatal }) => fatal)) return depth;
    } catch {
      // Not so deep then.
    }
  }
  return 125;
}

describe('as deep as ESLint itself goes', () => {
  it.each(Object.entries(nested))('%s', (_name, inside) => {
    const program = (depth: number) => around(inside(depth));
    // A little less: a rule is called from within ESLint.
    expect(rulesOf(survive(program(Math.floor(deepest(program) * 0.9))))).toContain('db-session/no-concurrent-use');
  });
});

describe('what leads back to itself', () => {
  const circular: Readonly<Record<string, string>> = {
    'two variables': 'let a = b; let b = a; a.query("x"); Promise.all([a.query("x"), b.query("y")]);',
    'a variable': 'const a = a; const { b = b } = b; a.query(); b.query();',
    'a default that is the parameter': 'function f(a = a, { b } = b) { return a.query(b); } f();',
    'fields of classes': 'class A { a = this.b; b = this.a; c = new B().c; m() { return this.a.query(this.c); } } class B { c = new A().c; } new A().m();',
    'fields that are made of each other': 'class A { b = new B(); } class B { a = new A(); } new A().b.a.b.a.query();',
    'getters': 'class A { get a() { return this.b; } get b() { return this.a; } m() { return this.a.query(); } }',
    'classes that extend themselves': 'class A extends A {} class B extends C {} class C extends B {} new A().query(); new B().query(); B.startTransaction();',
    'functions that return each other': 'function a() { return b(); } function b() { return a(); } const c = () => c; a().query(); c()()().query(); await Promise.all([a(), b()]);',
    'functions that call each other': 'async function a(tx) { await b(tx); } async function b(tx) { await a(tx); await tx.user.create(); } export const run = () => prisma.$transaction(async (tx) => { await Promise.all([a(tx), b(tx)]); });',
    'a callback that is its own caller': 'const run = (cb) => run((tx) => cb(tx)); run(async (tx) => { await tx.user.create(); }); const w = (cb) => prisma.$transaction(w); w(w);',
    'objects': 'const a = { b }; const b = { a, ...a, c: { ...b } }; a.b.a.b.query(); b.c.c.c.query();',
    'arrays': 'const a = [b]; const b = [a, ...b]; Promise.all(a); Promise.all(b); Promise.all([...a, ...b, ...a.map((x) => a)]);',
    'an array that is filled with itself': 'const a = []; a.push(Promise.all(a)); a.push(...a); await Promise.all(a);',
    types: 'type A = B; type B = A; type C = { c: C } | C[] | Promise<C>; interface D extends D { d: D } function f(a: A, c: C, d: D, e: A | B | C | D) { a.query(); c.c.c.query(); d.d.query(); e.query(); }',
    'types of values': 'const a: typeof b = f(); const b: typeof a = f(); type T = typeof a["x"]["y"]; function g(t: T, u: Parameters<typeof g>[0]) { t.query(); u.query(); } a.query();',
    'generic types': 'type A<T> = A<A<T>>; function f(a: A<PoolClient>) { a.query("x"); } class B<T extends B<T>> { b: T; m() { this.b.b.b.query(); } }',
    'options that pass themselves on': 'function f(options = {}) { return f({ ...options, transaction: options.transaction }); } f({ ...f });',
    'imports of the own names': 'import { x as x } from "./a"; export { x }; export * from "./a"; x.query();',
    'a session that is its own client': 'const c = await c.connect(); c.release(); pool.connect = () => pool.connect(); const d = await (await (await pool.connect()).connect()).connect(); d.release();',
    'limits that limit themselves': 'const limit = pLimit(limit); await Promise.all([1].map(() => limit(() => limit(() => pool.query("x"))))); pMap(pMap, pMap); for (const x of x) await limit(x);',
    'conditions': 'let c; while (c) { c = c ? await pool.connect() : c; if (c) continue; c.release(); break; } do c = c; while (c = c);',
    'labels': 'a: b: for (;;) { c: { const x = await pool.connect(); if (x) break a; if (y) continue b; break c; } }',
    'unreachable code': 'function f() { return; const c = pool.connect(); c.query(); throw c; for (;;) {} } function g() { throw f(); } for (;;) { } f();',
  };
  it.each(Object.entries(circular))('%s', (_name, code) => {
    const inFunction = code.includes('import ') ? [] : [`export async function around(tx: PoolClient) { ${code.replaceAll('export ', '')} }`];
    for (const inside of [code, ...inFunction]) {
      const messages = survive(`${head}${inside}\n${bug}`);
      expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
      expect(rulesOf(messages)).toContain('db-session/no-concurrent-use');
    }
  });
});

describe('broken encodings', () => {
  const odd = ['\uD800', '\uDFFF', '\uD800\uD800', '\0', '\uFEFF', '\u2028', '\u2029', '\u0085', '\u200B', '\uFFFF', '\u202E', '\x1B[2J', '😀', 'e\u0301'];
  it.each(odd.map((text) => [JSON.stringify(text), text] as const))('%s in texts, names, comments and between', (_name, text) => {
    for (const code of [`const a = '${text}';`, `const a = \`${text}\`;`, `// ${text}\n`, `/* ${text} */`, text, `const a${text}b = 1;`, `a.${text};`, `a['${text}'].query();`, `import x from '${text}';`, `/${text}/u;`, `const u = 'postgres://${text}:${text}@${text}:6543/${text}?${text}=${text}';`, `pool.query('${text}BEGIN');`]) {
      survive(`${head}${code}\n${bug}`);
      survive(`${code}\n${head}${bug}`);
    }
    // In a text it does no harm.
    if (text !== '\u2028' && text !== '\u2029') expect(rulesOf(survive(`${head}const a = '${text}';\n${bug}`))).toContain('db-session/no-concurrent-use');
  });

  it.each(['DATABASE_URL', 'DIRECT_URL'])('in .env files and schemas (%s)', (name) => {
    for (const text of odd) {
      survive(`${name}="postgres://u${text}:p@h:6543/${text}"\n${text}=1\n`, '/project/.env');
      survive(`datasource db {\n  provider = "postgresql"\n  url = "postgres://${text}@h:6543/a"\n ${text}\n}\n`, '/project/schema.prisma');
    }
  });

  it('finds the same behind a byte order mark, and at the same place', () => {
    expect(survive(`\uFEFF${head}${bug}`)).toEqual(survive(`${head}${bug}`));
  });
});

describe('files that are none', () => {
  const files = ['', ' ', '\n', '#!/usr/bin/env node', '#!', '// @flow\ntype A = {| a: 1 |};', '<template></template>', '{ "a": 1 }', 'PK\u0003\u0004', '<<<<<<< HEAD\nconst a = 1;\n=======\nconst b = 2;\n>>>>>>> x', 'export default', 'import', '`', "'", '/*', '(', '}', 'await', 'class', '@', '#a', '<A', '\\u{', '0b2', '/(/'];
  it.each(files.map((code) => [JSON.stringify(code), code] as const))('%s', (_name, code) => {
    for (const text of [code, head + code, `${code}\n${head}`]) for (const extension of ['js', 'cjs', 'mjs', 'jsx', 'ts', 'cts', 'mts', 'tsx']) survive(text, `/project/a.${extension}`);
  });

  it('are named as such where the text is to be code', () => {
    expect(() => lint('type A = {| a: 1 |};')).toThrow(/^Parsing error/);
  });
});
