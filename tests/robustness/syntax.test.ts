/** Every kind of syntax that is in the language, or at stage 4: what stands beside it is found, by either parser. */
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { configOf, lint, linter, type Reading } from './every-rule.js';

const head = "import { PrismaClient } from '@prisma/client';\nimport { Pool } from 'pg';\nconst prisma = new PrismaClient();\nconst pool = new Pool();\n";
const bug = 'export const found = prisma.$transaction(async (tx) => { await Promise.all([tx.user.create({ data: {} }), tx.post.create({ data: {} })]); });';

/** Syntax that stands in an async function, with a session `tx`. */
const statements: Readonly<Record<string, string>> = {
  'using': 'using a = f(); using b = tx, c = f();',
  'await using': 'await using a = await pool.connect(); for (await using b of f()) g(b);',
  'using in a loop': 'for (using a of f()) a; for await (using b of f()) b;',
  'top-level forms of await': 'await 1; for await (const a of f()) a; await (async () => { await tx; })();',
  'private names, and in': 'class A { #a = tx; static #b() {} #c; get #d() { return this.#c; } static has(o) { return #a in o; } m() { return this.#a?.user.findMany(); } }',
  'static blocks': 'class A { static a; static { this.a = tx; { await1(this.a); } } }',
  'auto-named and computed class members': "class A { ['a' + 1] = tx; 'b c' = 1; 42 = 2; static async *[Symbol.iterator]() { yield* f(tx); } get ['d']() { return 1; } }",
  'logical assignment': 'let a; a ??= tx; a ||= tx; a &&= tx; this?.b; f.a ??= tx.user;',
  'nullish and optional calls': 'tx?.user?.["findMany"]?.({}); f?.(tx); (tx ?? prisma)?.user; delete tx?.a;',
  'exponents and big integers': 'let a = 2 ** 3; a **= 2; 10n ** 20n; 1_000_000 + 0xFF_FF + 0b1_0 + 0o7_7 + 1_0.0_1e1_0;',
  'object rest and spread': 'const { a, ...rest } = tx; const [b, , ...c] = [...f(), ...a]; f({ ...rest, a, ["x" + 1]: tx, async *g() {}, get h() { return 1; }, set h(v) {}, __proto__: null });',
  'optional catch binding': 'try { f(tx); } catch { g(); } finally { h(); }',
  'templates and tags': 'f`a${tx}b`; String.raw`\\u{`; tx.$queryRaw`SELECT ${1}`; f``.g`${{}}`; `${`${tx}`}`;',
  'regular expressions': '/(?<year>\\d{4})-(?<!a)b\\k<year>/dgimsuy.test("x"); /[\\p{L}--[a-z]&&[\\w]]/v; /(?i:a)(?<a>x)|(?<a>y)/; /[\\p{RGI_Emoji}]/v;',
  'generators': 'function* g() { const a = yield; yield* g(); return yield tx; } async function* h() { for await (const a of h()) yield await a; }',
  'labels, with no effect': 'a: for (;;) { b: { break b; } continue a; }',
  'new.target and import.meta': 'function F() { return new.target; } import.meta.url; import.meta?.env?.A;',
  'dynamic imports': "await import('./a'); await import('./b', { with: { type: 'json' } }); (await import('pg')).default;",
  'sequence, void, in, instanceof': "(f(), g()); void tx.user; 'a' in tx; tx instanceof Object; typeof tx === 'object';",
  'getters and setters with strange names': "({ get get() { return 1; }, set set(a) {}, async async() {}, await: 1, static: 2, of: 3, let: 4, 'a-b': 5, 1e3: 6 });",
  'names in Unicode': 'const ünï = tx, \\u{61}bc = 1, 变量 = ünï; 变量.user; \\u0061bc;',
  'HTML-like text': 'const a = "<!--"; const b = a; b + "-->";',
  'switch with everything': 'switch (f(tx)) { case 1: { break; } default: case g(): let a; const b = tx; }',
  'array methods of today': 'Array.fromAsync(f(tx)); [1].at(-1); Object.groupBy([], (x) => x); [].toSorted(); Promise.try(() => f(tx)); Promise.withResolvers(); new Set().union(new Set()); Iterator.from([]).map((x) => x);',
  'error causes': 'try { f(); } catch (cause) { throw new Error("x", { cause }); }',
  'empty things': ';;; {} if (1); else; for (;;) break; while (0); (() => {})(); class A {} function f1() {} ({}); [];',
};

/** Syntax at the top of a module. */
const modules: Readonly<Record<string, string>> = {
  'import attributes': "import a from './a.json' with { type: 'json' }; export { b } from './b.json' with { type: 'json' }; export * from './c' with {};",
  'string names of exports': "import { 'a b' as ab } from './a'; export { ab as 'c d' }; export * as 'e f' from './e'; export { 'g' as 'h' } from './g';",
  'all kinds of imports': "import './a'; import a from './b'; import * as c from './c'; import d, { e, f as g, default as h } from './d'; import i, * as j from './e';",
  'all kinds of exports': 'export default async function* () {} export class A {} export const { b, c: [d] } = {}; export function e() {} export { b as f }; export * from "./x"; export * as g from "./y";',
  'await at the top': 'const a = await f(); for await (const b of a) b; if (a) await a; await using c = f();',
  'a hash bang': '',
};

/** Syntax of TypeScript alone. */
const typescript: Readonly<Record<string, string>> = {
  'old decorators': '@A @B() @c.d(1) class C { @A() a: string; @A b() {} constructor(@A() private readonly c: Pool, @B d?: string) {} @A() static e = 1; @A get f() { return 1; } }',
  'new decorators': '@(f()) @a.b class C { @a accessor b = 1; @(x ? y : z) #c = 2; @a static { } static accessor #d; }'.replace('@a static { } ', ''),
  'enums, namespaces, modules': 'enum A { B = 1, C = "c", D = B << 2 } const enum E { F } namespace N.M { export const a = 1; } declare module "x" { export const y: string; } declare global { interface Window { a: 1 } }',
  'types of every kind': 'type A<in out T extends string = "a", const U = T> = T extends `${infer X extends string}-${infer Y}` ? { readonly [K in keyof T as `get${K & string}`]?: T[K] } : U extends new (...a: any[]) => infer R ? R : never; type B = abstract new () => void; type C = asserts; type D = typeof import("pg"); type E = unique symbol; type F = [a: string, b?: number, ...c: boolean[]]; type G = A["x"]["y"]; type H = import("pg", { with: { "resolution-mode": "import" } }).Pool;',
  'functions with types': 'function f(this: Pool, a?: string, ...b: number[]): asserts a is string; function f(this: Pool, a?: any): void {} abstract class A<T> { abstract a: T; protected abstract b(): void; declare c: string; override d!: number; readonly [k: string]: unknown; constructor(public e = 1, readonly g?: string) { } static async *h<const T>(this: void) {} }',
  'assertions': 'const a = <any>f(); const b = f() as const; const c = f()! as unknown as Pool; const d = f() satisfies Pool; const e = f<string>; new Map<string, Pool>(); (a as any) = 1; a! += 1;',
  'imports and exports of types': 'import type A from "./a"; import { type B, type C as D } from "./b"; import type * as E from "./c"; import F = require("./d"); import G = F.H; export type { B }; export type * from "./e"; export import I = F.J; export type * as K from "./f";',
  'export =': '',
  'overloads and index signatures': 'declare function a(x: string): void; declare function a(x: number): void; interface I { (x: string): void; new (x: string): I; readonly [x: string]: any; get a(): string; set a(v: string); m?(): void }',
  'satisfies in a chain': 'await (prisma satisfies PrismaClient).$transaction(async (tx) => { await tx.user.create({ data: {} }); });',
};

const jsx = 'const a = <A b="c" {...tx} d={async () => { await tx.user; }} e=<B/>><>{...f()}{/* c */}text &amp; <x.y.z/><a:b c:d="e"/></></A>;';

const espree: Reading = { languageOptions: { ecmaVersion: 'latest', sourceType: 'module', parserOptions: { ecmaFeatures: { jsx: true } } } };
const expected = ['db-session/no-concurrent-use'];

/** What is found in the known mistake; more may be found in the syntax beside it. */
function inBug(code: string, filename: string, reading?: Reading): (string | null)[] {
  const line = code.split('\n').length;
  return lint(code, filename, reading).filter((message) => message.line === line).map(({ ruleId }) => ruleId);
}

/** Whether ESLint's own parser, or TypeScript's, reads it. */
function parses(code: string, filename: string, reading?: Reading): boolean {
  return !linter.verify(code, configOf({ ...reading, rules: {} }), { filename }).some(({ fatal }) => fatal);
}

const programs = [
  ...Object.entries(statements).map(([name, code]) => [name, `${head}export const around = () => prisma.$transaction(async (tx) => { ${code} });\n${bug}`] as const),
  ...Object.entries(modules).map(([name, code]) => [name, `${name === 'a hash bang' ? '#!/usr/bin/env -S node --strip-types\n' : ''}${head}${code}\n${bug}`] as const),
];

describe('JavaScript', () => {
  it.each(programs)('%s', (name, code) => {
    const readings: readonly (readonly [string, Reading?])[] = [['/project/a.js', espree], ['/project/a.mjs', espree], ['/project/a.ts'], ['/project/a.js']];
    const read = readings.filter(([file, reading]) => parses(code, file, reading));
    expect(read.length, name).toBeGreaterThan(0);
    for (const [file, reading] of read) expect(inBug(code, file, reading), file).toEqual(expected);
  });

  it('as a script and as CommonJS', () => {
    const code = "'use strict';\nconst { PrismaClient } = require('@prisma/client');\nconst prisma = new PrismaClient();\nwith_(0777); return_();\nexports.found = prisma.$transaction(async (tx) => { await Promise.all([tx.user.create({ data: {} }), tx.post.create({ data: {} })]); });".replace('0777', '7');
    for (const sourceType of ['script', 'commonjs'] as const) expect(inBug(code, '/project/a.cjs', { languageOptions: { ecmaVersion: 'latest', sourceType } })).toEqual(expected);
  });

  it('of the time before classes', () => {
    const code = "var p = require('@prisma/client'); var prisma = new p.PrismaClient();\nwith (a) { b; } var c = 010; label: { delete c; } function d(e, e) { arguments[0] = 1; return d.caller; }\nmodule.exports = function () { return prisma.$transaction(function (tx) { return Promise.all([tx.user.create({ data: {} }), tx.post.create({ data: {} })]); }); };";
    expect(inBug(code, '/project/a.js', { languageOptions: { ecmaVersion: 2017, sourceType: 'script' } })).toEqual(expected);
  });
});

describe('TypeScript', () => {
  it.each(Object.entries(typescript))('%s', (name, code) => {
    const program = name === 'export =' ? `${head}const a = 1;\n${bug.replace('export ', '')} export = a;` : `${head}${code}\n${bug}`;
    expect(inBug(program, '/project/a.ts')).toEqual(expected);
  });
});

describe('JSX', () => {
  it('with either parser', () => {
    const code = `${head}export const around = () => prisma.$transaction(async (tx) => { ${jsx} });\n${bug}`;
    expect(inBug(code, '/project/a.tsx')).toEqual(expected);
    expect(inBug(code.replace('{...f()}', ''), '/project/a.jsx', espree)).toEqual(expected);
  });
});

describe('parsers with a syntax tree of their own', () => {
  it('may leave out what only TypeScript has, and everything that is optional', () => {
    // ESLint's parser knows no decorators, no types and no modifiers: nothing may be taken for granted.
    const code = `${head}class A extends Pool { a; #b = 1; static { } m() { this.a = pool.connect(); } get c() { return this.a; } constructor() { super(); } }\nnew A().m();\n${bug}`;
    expect(inBug(code, '/project/a.js', espree)).toEqual(expected);
    expect(new Linter().verify(code, configOf(espree), { filename: 'a.js' }).filter(({ fatal }) => fatal)).toEqual([]);
  });
});
