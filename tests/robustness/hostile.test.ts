/** Code that nobody would write by hand: as large, as deep, as circular and as broken as files get. */
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { configOf, lint, linter } from './every-rule.js';

const head = "import { PrismaClient } from '@prisma/client';\nimport { Pool, type PoolClient } from 'pg';\nimport pLimit from 'p-limit';\nimport pMap from 'p-map';\nconst prisma = new PrismaClient();\nconst pool = new Pool();\n";
const bug = 'export const found = prisma.$transaction(async (tx) => { await Promise.all([tx.user.create({ data: {} }), tx.post.create({ data: {} })]); });';

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

  it('of a hundred thousand statements in one line', () => {
    const statements = 'f(a.b,c);'.repeat(100_000);
    expect(rulesOf(survive(`${head}${statements}${bug}`))).toEqual(['db-session/no-concurrent-use']);
  });

  it('with five thousand branches in one join', () => {
    const branches = 'tx.user.create({ data: {} }),'.repeat(5000);
    expect(rulesOf(survive(`${head}prisma.$transaction(async (tx) => { await Promise.all([${branches}]); });`))).toEqual(['db-session/no-concurrent-use']);
  });

  it('with a thousand transactions', () => {
    const transactions = Array.from({ length: 1000 }, (_, at) => `export const f${at} = () => prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); tx.b.create({ data: {} }); });`).join('');
    expect(survive(head + transactions).length).toBe(1000);
  });
});

/** Nested `depth` deep, around or beside the use of a session. */
const nested: Readonly<Record<string, (depth: number) => string>> = {
  calls: (depth) => `await ${'f('.repeat(depth)}tx.user.create({ data: {} })${')'.repeat(depth)};`,
  'chains of calls': (depth) => `await tx${'.user()'.repeat(depth)};`,
  'chains of members': (depth) => `await tx${'.user'.repeat(depth)}.create();`,
  'chains of then': (depth) => `await save(tx)${'.then(() => save(tx))'.repeat(depth)};`,
  'optional chains': (depth) => `await tx${'?.user'.repeat(depth)}?.create();`,
  sums: (depth) => `await tx.$executeRawUnsafe(${"'a' + ".repeat(depth)}'b');`,
  'logical chains': (depth) => `const x = ${'a ?? '.repeat(depth)}tx; await x.user.create();`,
  conditionals: (depth) => `const x = ${'a ? b : '.repeat(depth)}tx; await x.user.create();`,
  arrays: (depth) => `await Promise.all(${'['.repeat(depth)}tx.user.create()${']'.repeat(depth)});`,
  'joins in joins': (depth) => `await ${'Promise.all(['.repeat(depth)}tx.user.create()${', tx.post.create()])'.repeat(depth)};`,
  objects: (depth) => `await save(${'{ a: '.repeat(depth)}tx${' }'.repeat(depth)});`,
  functions: (depth) => `await ${'(() => '.repeat(depth)}tx.user.create()${')'.repeat(depth)}();`,
  'called functions': (depth) => `await ${'(async () => '.repeat(depth)}tx.user.create()${')()'.repeat(depth)};`,
  blocks: (depth) => `${'{'.repeat(depth)} tx.user.create(); ${'}'.repeat(depth)}`,
  loops: (depth) => `${'for (const x of xs) '.repeat(depth)} await tx.user.create();`,
  'else if': (depth) => `${'if (a) await tx.a.create(); else '.repeat(depth)} await tx.b.create();`,
  try: (depth) => `${'try {'.repeat(depth)} await tx.a.create(); ${'} finally { f(); }'.repeat(depth)}`,
  parentheses: (depth) => `await ${'('.repeat(depth)}tx.a.create()${')'.repeat(depth)};`,
  'unary operators': (depth) => `f(${'!'.repeat(depth)}tx.a.create());`,
  awaits: (depth) => `${'await '.repeat(depth)} tx.a.create();`,
  assertions: (depth) => `await (tx${' as any'.repeat(depth)}).a.create();`,
  'non-null assertions': (depth) => `await tx${'!'.repeat(depth)}.a.create();`,
  templates: (depth) => `await tx.$queryRawUnsafe(${'`${'.repeat(depth)}a${'}`'.repeat(depth)});`,
  types: (depth) => `const x: ${'Promise<'.repeat(depth)}PoolClient${'>'.repeat(depth)} = f(); await x.query('DELETE FROM a');`,
  unions: (depth) => `const x: ${'A | '.repeat(depth)}PoolClient = f(); await x.query('DELETE FROM a');`,
  classes: (depth) => `${'class A { a = '.repeat(depth)}tx${' }'.repeat(depth).replace(/ \}/g, ' }')}`.replace(/ = class A/g, ' = class'),
  'destructuring patterns': (depth) => `const ${'{ a: '.repeat(depth)}x${' }'.repeat(depth)} = tx; await x.create();`,
  spreads: (depth) => `await save(${'{ ...'.repeat(depth)}options${' }'.repeat(depth)});`,
  assignments: (depth) => `let a; ${'a = '.repeat(depth)} tx; await a.user.create();`,
  'comma expressions': (depth) => `await (${'f(), '.repeat(depth)} tx.user.create());`,
  aliases: (depth) => `const a0 = tx; ${Array.from({ length: depth }, (_, at) => `const a${at + 1} = a${at};`).join(' ')} await Promise.all([a${depth}.x.create(), a${depth}.y.create()]);`,
  'objects that spread the one before twice': (depth) => `const o0 = { b: 1 }; ${Array.from({ length: depth }, (_, at) => `const o${at + 1} = { ...o${at}, ...o${at} };`).join(' ')} await o${depth}.tx.create();`,
  'functions that call the next': (depth) => `${Array.from({ length: depth }, (_, at) => `function f${at}(t) { return f${at + 1}(t); }`).join(' ')} function f${depth}(t) { return t.a.create(); } await Promise.all([f0(tx), f0(tx)]);`,
  'functions that call the next twice': (depth) => `${Array.from({ length: depth }, (_, at) => `async function f${at}(t) { await f${at + 1}(t); await f${at + 1}(t); }`).join(' ')} function f${depth}(t) { return t.a.create(); } await Promise.all([f0(tx), f0(tx)]);`,
  // Each checkout is a question of its own to the whole function.
  'checkouts one after another': (depth) => Array.from({ length: Math.min(depth, 200) }, (_, at) => `if (a${at}) { const c = await pool.connect(); if (b${at}) c.release(); }`).join(' '),
  'classes that extend the one before': (depth) => `class C0 extends PrismaClient {} ${Array.from({ length: depth }, (_, at) => `class C${at + 1} extends C${at} {}`).join(' ')} const c = new C${depth}(); await c.user.create();`,
};

/** The depth that ESLint, with its parser and no rule at all, gets by with: the stack is only so high. */
function deepest(program: (depth: number) => string): number {
  const bare = new Linter({ cwd: '/' });
  for (const depth of [10_000, 2500, 600]) {
    try {
      if (!bare.verify(program(depth), configOf({ rules: {} }), { filename: '/project/a.ts' }).some(({ fatal }) => fatal)) return depth;
    } catch {
      // Not so deep then.
    }
  }
  return 150;
}

describe('as deep as ESLint itself goes, up to 10,000', () => {
  it.each(Object.entries(nested))('%s', (_name, inside) => {
    const program = (depth: number) => `${head}export const run = (xs, options) => prisma.$transaction(async (tx) => { ${inside(depth)} });\n${bug}`;
    const depth = deepest(program);
    // A little less: a rule is called from within ESLint.
    expect(rulesOf(survive(program(Math.floor(depth * 0.9))))).toContain('db-session/no-concurrent-use');
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
