/** Programs as deep and as long as one likes. `npm run check:hostile` takes them very deep and very long. */

export const head = "import { PrismaClient } from '@prisma/client';\nimport { Pool, type PoolClient } from 'pg';\nimport pLimit from 'p-limit';\nimport pMap from 'p-map';\nconst prisma = new PrismaClient();\nconst pool = new Pool();\n";
export const bug = 'export const found = prisma.$transaction(async (tx) => { await Promise.all([tx.user.create({ data: {} }), tx.post.create({ data: {} })]); });';

/** Nested `depth` deep, around or beside the use of a session. */
export const nested: Readonly<Record<string, (depth: number) => string>> = {
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
  'classes that extend the one before': (depth) => `class C0 extends PrismaClient {} ${Array.from({ length: depth }, (_, at) => `class C${at + 1} extends C${at} {}`).join(' ')} const c = new C${depth}(); await c.user.create();`,
};

/** With as much white space as code has that somebody wrote: what has none is taken for minified, and not looked at. */
export function written(code: string): string {
  return code + '\n'.repeat(code.length / 10);
}

/** In a transaction, and something to find behind it. */
export function around(inside: string): string {
  return written(`${head}export const run = (xs, options) => prisma.$transaction(async (tx) => { ${inside} });\n${bug}`);
}

interface Long {
  readonly code: (count: number) => string;
  /** How much is found in it, as long as every piece is looked at. */
  readonly finds: (count: number) => number;
}

const each = (count: number, text: (index: number) => string): string => Array.from({ length: count }, (_, index) => text(index)).join(' ');
const inTransaction = (code: string): string => `export const run = (xs) => prisma.$transaction(async (tx) => { ${code} });`;
const inFunction = (code: string): string => `export async function run(x, req, res) { ${code} }`;
const checkedOut = (code: string): string => inFunction(`const c = await pool.connect(); ${code} c.release();`);
const none = (): number => 0;
const one = (): number => 1;
const all = (count: number): number => count;

/** The same thing many times in one file, or in one function: what grows with the square of that shows. */
export const long: Readonly<Record<string, Long>> = {
  'statements of no interest': { code: (count) => 'f(a.b,c);'.repeat(count), finds: none },
  'branches of one join': { code: (count) => inTransaction(`await Promise.all([${'tx.user.create({ data: {} }),'.repeat(count)}]);`), finds: one },
  'awaited elements of one join': { code: (count) => inTransaction(`await Promise.all([${'await tx.a.create({}), '.repeat(count)}]);`), finds: none },
  'joins of one transaction': { code: (count) => inTransaction('await Promise.all([tx.a.create({}), tx.b.create({})]);'.repeat(count)), finds: all },
  'promises that are pushed': { code: (count) => inTransaction(`const ps = []; ${'ps.push(tx.a.create({}));'.repeat(count)} await Promise.all(ps);`), finds: one },
  'promises that are started, and joined': { code: (count) => inTransaction(`${each(count, (at) => `const p${at} = tx.a.create({});`)} await Promise.all([${each(count, (at) => `p${at},`)}]);`), finds: one },
  'promises that are started, and awaited later': { code: (count) => inTransaction(`${each(count, (at) => `const p${at} = tx.a.create({});`)} ${each(count, (at) => `await p${at};`)}`), finds: none },
  'helpers that are called by one join': { code: (count) => `${each(count, (at) => `async function h${at}(tx) { await tx.a.create({}); }`)} ${inTransaction(`await Promise.all([${each(count, (at) => `h${at}(tx),`)}]);`)}`, finds: one },
  transactions: { code: (count) => each(count, (at) => `export const f${at} = () => prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); tx.b.create({ data: {} }); });`), finds: all },
  'transactions of one function': { code: (count) => inFunction('await prisma.$transaction(async (tx) => { await tx.a.create({ data: {} }); await prisma.a.create({ data: {} }); });'.repeat(count)), finds: all },
  'statements of one transaction': { code: (count) => inTransaction('await tx.a.create({ data: {} }); f(a.b, c); '.repeat(count)), finds: none },
  'promises that one transaction drops': { code: (count) => inTransaction('tx.a.create({ data: {} }); '.repeat(count)), finds: all },
  'timers of one transaction': { code: (count) => inTransaction('setTimeout(() => tx.a.create({}), 5);'.repeat(count)), finds: all },
  'places where one transaction is kept': { code: (count) => `const m = new Map(); ${inTransaction('m.set(1, tx); '.repeat(count))}`, finds: all },
  'rows of a literal': { code: (count) => inTransaction(`const data = [${'1,'.repeat(count)}]; await Promise.all([tx.a.create({ data }), tx.b.create({ data })]);`), finds: one },
  checkouts: { code: (count) => each(count, (at) => `export async function f${at}() { const c = await pool.connect(); await c.query('UPDATE a'); c.release(); }`), finds: all },
  // Each is a question of its own to the whole function; from some number on none is asked any more.
  'checkouts of one function': { code: (count) => inFunction(each(count, (at) => `const c${at} = await pool.connect(); try { await c${at}.query('UPDATE a'); } finally { c${at}.release(); }`)), finds: none },
  'checkouts of one function that nobody releases': { code: (count) => inFunction(each(count, (at) => `const c${at} = await pool.connect(); await c${at}.query('UPDATE a');`)), finds: all },
  'methods that check out': { code: (count) => `class A { constructor(private pool: Pool) {} ${each(count, (at) => `async m${at}() { const c = await this.pool.connect(); try { await this.m${at}(c); } finally { c.release(); } }`)} }`, finds: none },
  'queries of one connection, most of them dropped': { code: (count) => checkedOut(each(count, (at) => `c.query('a${at}'); await c.query('b'); void g${at}(c);`)), finds: (count) => 2 * count + 1 },
  'listeners of one connection': { code: (count) => inFunction(`const c = await pool.connect(); ${'res.on("close", () => c.release()); c.on("error", () => {}); '.repeat(count)}`), finds: none },
  'conditions beside one connection': { code: (count) => checkedOut('if (x) { await c.query("UPDATE a"); } '.repeat(count)), finds: one },
  'cases beside one connection': { code: (count) => checkedOut(`switch (x) { ${each(count, (at) => `case ${at}: await c.query("UPDATE a"); break;`)} }`), finds: one },
  'names that one pattern takes out': { code: (count) => checkedOut(`const { ${each(count, (at) => `a${at},`)} } = c; ${each(count, (at) => `a${at}.query(a${at});`)}`), finds: one },
  'fields of one class': { code: (count) => `class A { ${each(count, (at) => `a${at} = new Pool(); m${at}() { return this.a${at}.connect(); }`)} }`, finds: none },
  pools: { code: (count) => each(count, (at) => `const p${at} = new Pool({ connectionString: 'postgres://u:p@h:6543/d' }); p${at}.query({ name: 'a', text: 'SELECT 1' });`), finds: all },
  'statements on a pool': { code: (count) => inFunction(`await pool.query('BEGIN');`.repeat(count)), finds: all },
  middleware: { code: (count) => 'app.use(async (req, res, next) => { req.db = await pool.connect(); next(); });'.repeat(count), finds: none },
  'handlers of one middleware': { code: (count) => `${'app.get("/", async (req, res) => { await req.db.query("UPDATE a"); req.db.query("b"); });'.repeat(count)} app.use(async (req, res, next) => { req.db = await pool.connect(); next(); });`, finds: all },
  imports: { code: (count) => each(count, (at) => `import { a${at} } from 'm${at}'; a${at}();`), finds: none },
};
