/** Names that every object has. A table that is asked for one without care answers with a function. */
import { describe, expect, it } from 'vitest';
import { lint, ruleIds } from './every-rule.js';

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable', 'toLocaleString', '__defineGetter__', '__lookupSetter__', 'length', 'name', 'then', 'undefined', 'arguments', 'eval', 'async', 'get', 'of', 'let', 'static'];
const identifiers = names.filter((name) => !['arguments', 'eval', 'let', 'static', 'undefined'].includes(name));

const head = "import { PrismaClient } from '@prisma/client';\nimport knexFactory from 'knex';\nimport { Sequelize } from 'sequelize';\nimport { Pool } from 'pg';\nimport pLimit from 'p-limit';\nimport postgres from 'postgres';\nconst prisma = new PrismaClient(), knex = knexFactory({}), sequelize = new Sequelize(''), pool = new Pool(), sql = postgres('postgres://u:p@aws-0-eu.pooler.supabase.com:6543/db');\n";
const bug = 'export const found = prisma.$transaction(async (tx) => { await Promise.all([tx.user.create({ data: {} }), tx.post.create({ data: {} })]); });';

function findsBeside(code: string): void {
  const program = `${head}${code}\n${bug}`;
  const line = program.split('\n').length;
  expect(lint(program).filter((message) => message.line === line).map(({ ruleId }) => ruleId), code).toEqual(['db-session/no-concurrent-use']);
}

describe.each(names)('%s', (name) => {
  it('as a property, a method, a key', () => {
    const text = JSON.stringify(name);
    findsBeside(`
prisma.$transaction(async (tx) => { await tx.${name}; await tx.${name}(); await tx.${name}.create({}); await tx[${text}](); f({ ${text}: tx }); f({ ...{ ${text}: tx } }); tx.${name} = tx; await prisma.${name}.create({}); });
knex.transaction(async (trx) => { trx.${name}(); trx('a').${name}({}); trx.${name}('b').insert({}); await Promise.all([trx.${name}(), trx.${name}.${name}()]); });
sequelize.transaction(async (t) => { User.${name}({}, { transaction: t }); User.create({}, { ${text}: t }); User.update({}, { ${text}: 1, transaction: t }); });
const o = { ${text}: pool, other: { ${text}: 1 } }; o.${name}.query('BEGIN'); o.other[${text}](); const { ${text}: renamed } = o; renamed.query('x'); f(o.${name}?.${name}?.());
class A { ${name === 'constructor' ? `[${text}]` : text} = pool; m() { this.${name} = pool.connect(); this.${name}.query('x'); this[${text}](); } static ${name === 'prototype' ? 'x' : name === 'constructor' ? 'y' : text}() { return A.${name}; } }
new A().${name}; A.${name}(); sql.${name}; sql.${name}(); pool.${name}('BEGIN'); prisma.${name}(async (tx) => { tx.a.create(); });
const env = process.env.${name}; postgres(process.env[${text}], { ${text}: false }); new Pool({ ${text}: 1, connectionString: env });
Promise.${name}([pool.query('x')]); Promise[${text}]([pool.query('x')]); app.locals.${name} = pool; app.get('/', (req, res) => { setImmediate(() => req.${name}.query('x')); res.${name}(); });`);
  });

  it('as a module, and what it exports', () => {
    for (const from of [name, `./${name}`, `@${name}/${name}`, `node:${name}`, `npm:${name}@1`, `pg/${name}`, 'pg', 'knex', 'async', 'p-limit', 'rxjs', '@prisma/client', 'bluebird']) {
      const exported = JSON.stringify(name);
      findsBeside(`
import d from '${from}'; import * as n from '${from}'; import { ${exported} as e } from '${from}'; const r = require('${from}'); const { ${exported}: s } = require('${from}'); const i = await import('${from}');
for (const x of [d, n, e, r, s, i]) { x(); }
prisma.$transaction(async (tx) => { const l = d(1); new d(); new e({}); await Promise.all([d(() => tx.a.create()), e(tx), n.${name}(tx), r.${name}.${name}([tx.a.create()]), s(tx, async () => { await tx.b.create(); }), l(() => tx.c.create()), l.${name}([1], () => tx.d.create())]); d.${name}(1).map([1], () => tx.e.create()); n.${name}.for([1]).process(() => tx.f.create()); });
export const made = d.${name}(), x = new n.${name}(), y = new i.default(), z = e\`x\`;`);
    }
  });

  it('as a word of SQL, of a URL, of a directive', () => {
    findsBeside(`
'${name}'; pool.query('${name}'); pool.query(\`${name} \${1}\`); sql\`${name}\`; pool.query({ text: '${name}', name: '${name}' });
new Pool('postgres://${name}:${name}@${name}:6543/${name}?${name}=${name}&pgbouncer=${name}'); new Pool({ host: '${name}', port: '${name}' });
prisma.$transaction(async (tx) => { await tx.a.create(); }, { isolationLevel: '${name}', ${JSON.stringify(name)}: 1 });`);
  });
});

describe.each(identifiers)('%s', (name) => {
  it('as the name of everything', () => {
    findsBeside(`
{ const ${name} = await pool.connect(); try { await ${name}.query('BEGIN'); await ${name}.query('COMMIT'); } finally { ${name}.release(); } }
{ function f(${name}, { ${name}: a } = ${name}) { return ${name}.query(a); } f(pool); }
prisma.$transaction(async (${name}) => { await ${name}.user.create({ data: {} }); helper(${name}); await f({ ${name} }); });
{ class C { #${name === 'constructor' ? 'c' : name} = 1; } try { f(); } catch (${name}) { g(${name}); } for (const ${name} of []) ${name}(); }
knex.transaction(async (trx) => { const { ${name} } = trx; await ${name}('a'); const limit = pLimit(${name}); await limit(() => trx('a')); });
${name === 'async' ? '' : `${name}(async (tx) => { await tx.a.create({}); });`} new Pool(${name}); setTimeout(${name}, 1);
app.get('/', async (${name}, res) => { setImmediate(() => ${name}.db.query('x')); ${name}.db = pool; });`);
  });
});

it.each(names)('%s as a setting and in settings', (name) => {
  const own = (value: unknown) => ({ settings: { 'db-session': value as Record<string, unknown> } });
  const program = `${head}${identifiers.includes(name) ? `${name}(async (tx) => { await tx.user.create({ data: {} }); });` : ''}\n${bug}`;
  for (const setting of [{ wrappers: [{ name }] }, { clients: [{ name, from: name }] }, { sessionTypes: [{ name }] }, { ambientDecorators: [{ name, from: name }] }, { readReplicas: [name] }, { externalIo: { modules: [{ from: name, names: [name] }], allow: [name] } }, JSON.parse(`{"pooler":{"${name}":"pgbouncer"}}`) as unknown]) {
    expect(lint(program, '/project/a.ts', own(setting)).some(({ ruleId }) => ruleId === 'db-session/no-concurrent-use')).toBe(true);
  }
  for (const setting of [JSON.parse(`{"${name}":1}`) as unknown, { ignoredLibraries: [name] }, { wrappers: [{ name: 'a', library: name }] }, { pooler: name }, { pooler: { A: name } }, { externalIo: JSON.parse(`{"${name}":[]}`) as unknown }]) {
    expect(() => lint(program, '/project/a.ts', own(setting)), JSON.stringify(setting)).toThrow(/settings\['db-session'\]/);
  }
});

it('all rules were there', () => {
  expect(ruleIds.length).toBeGreaterThan(6);
});
