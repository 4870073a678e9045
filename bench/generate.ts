/** Repositories of service code, made up from a seed: the same on every machine. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Mulberry32: small, and good enough to mix code. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Words {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.#next() * list.length)] ?? list[0];
  }

  count(from: number, to: number): number {
    return from + Math.floor(this.#next() * (to - from + 1));
  }

  noun(): string {
    return this.pick(['Order', 'Invoice', 'Account', 'Member', 'Shipment', 'Payment', 'Ticket', 'Course', 'Report', 'Device', 'Tenant', 'Project']);
  }

  verb(): string {
    return this.pick(['load', 'update', 'archive', 'export', 'import', 'merge', 'publish', 'refresh', 'assign', 'price', 'check', 'close']);
  }
}

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const times = (count: number, make: (at: number) => string): string => Array.from({ length: count }, (_, at) => make(at)).join('\n');

/** Code without a database: what most files of a repository are. */
function plainFile(words: Words): string {
  const noun = words.noun();
  return `import { join } from 'node:path';
import type { ${noun}Input } from './${lower(noun)}.types';

export interface ${noun}View { id: string; label: string; total: number; tags: readonly string[] }

${times(words.count(3, 14), (at) => {
    const verb = words.verb();
    return `export function ${verb}${noun}${at}(input: ${noun}Input, limit = ${at + 10}): ${noun}View {
  const tags = input.items.filter((item) => item.active && item.count > ${at}).map((item) => item.name.trim().toLowerCase());
  if (tags.length > limit) throw new Error(\`too many tags: \${tags.length}\`);
  const total = input.items.reduce((sum, item) => sum + item.price * item.count, 0);
  return { id: join(input.scope, String(input.id)), label: input.name ?? '${verb}', total: Math.round(total * 100) / 100, tags };
}
`;
  })}`;
}

/** A service that asks its client, and once in a while opens a transaction. */
function serviceFile(words: Words, methods: number): string {
  const noun = words.noun();
  const model = lower(noun);
  return `import type { PrismaClient } from '@prisma/client';
import { audit } from './audit';

export class ${noun}Service {
  constructor(private readonly prisma: PrismaClient, private readonly cache: Map<string, unknown>) {}

${times(methods, (at) => {
    const verb = words.verb();
    if (at % 4 !== 3) {
      return `  async ${verb}${noun}${at}(id: string, data: Record<string, unknown>) {
    const found = await this.prisma.${model}.findUnique({ where: { id }, include: { lines: true } });
    if (!found) throw new Error('no ${model} ' + id);
    const lines = found.lines.filter((line: { count: number }) => line.count > 0);
    this.cache.set(id, { found, lines, at: ${at} });
    await audit.record('${verb}', { id, changes: Object.keys(data) });
    return this.prisma.${model}.update({ where: { id }, data: { ...data, lines: { set: lines } } });
  }
`;
    }
    return `  async ${verb}${noun}${at}(ids: readonly string[], note: string) {
    return this.prisma.$transaction(async (tx) => {
      const rows = await tx.${model}.findMany({ where: { id: { in: [...ids] } } });
      for (const row of rows) await tx.${model}.update({ where: { id: row.id }, data: { note, revision: row.revision + 1 } });
      const total = await tx.${model}Line.count({ where: { ${model}Id: { in: [...ids] } } });
      await this.note${at}(tx, note, total);
      return { rows: rows.length, total };
    });
  }

  private async note${at}(tx: Parameters<Parameters<PrismaClient['$transaction']>[0]>[0], note: string, total: number) {
    await tx.auditLog.create({ data: { note, total, kind: '${verb}' } });
  }
`;
  })}}
`;
}

/** Knex or pg, in functions; one in ten shares its transaction. */
function repositoryFile(words: Words): string {
  const noun = words.noun();
  const table = `${noun.toLowerCase()}s`;
  return `import knexFactory from 'knex';

const knex = knexFactory({ client: 'pg', connection: process.env.DATABASE_URL });

${times(words.count(2, 6), (at) => {
    const verb = words.verb();
    const body =
      words.count(0, 9) === 0
        ? `await Promise.all(rows.map((row) => trx('${table}').where({ id: row.id }).update({ state: row.state })));`
        : `for (const row of rows) await trx('${table}').where({ id: row.id }).update({ state: row.state });`;
    return `export async function ${verb}${noun}${at}(rows: readonly { id: number; state: string }[]) {
  const before = await knex('${table}').whereIn('id', rows.map((row) => row.id)).select('id', 'state');
  await knex.transaction(async (trx) => {
    ${body}
    await trx('audit').insert({ table: '${table}', rows: rows.length, at: new Date() });
  });
  return before;
}
`;
  })}`;
}

function testFile(words: Words): string {
  const noun = words.noun();
  return `import { describe, expect, it, vi } from 'vitest';
import { ${noun}Service } from '../src/${lower(noun)}.service';

describe('${noun}Service', () => {
${times(words.count(4, 12), (at) => `  it('${words.verb()}s ${at}', async () => {
    const client = { find: vi.fn().mockResolvedValue([{ id: '${at}', lines: [] }]), update: vi.fn() };
    const service = new ${noun}Service(client as never, new Map());
    await service.run('${at}');
    expect(client.find).toHaveBeenCalledTimes(1);
    expect(client.update.mock.calls[0]?.[0]).toMatchObject({ where: { id: '${at}' } });
  });`)}
});
`;
}

/** One file of a mixed repository: seven in ten without a database. */
function fileOf(words: Words): { name: string; text: string } {
  const kind = words.count(0, 19);
  if (kind < 11) return { name: 'helpers', text: plainFile(words) };
  if (kind < 14) return { name: 'test', text: testFile(words) };
  if (kind < 17) return { name: 'service', text: serviceFile(words, words.count(3, 10)) };
  return { name: 'repository', text: repositoryFile(words) };
}

/**
 * Writes a repository.
 *
 * @param folder - Where; what is there is removed.
 * @param files - How many files it has.
 * @param modules - The `node_modules` that its imports are found in.
 */
export function generateRepository(folder: string, files: number, modules: string): void {
  rmSync(folder, { recursive: true, force: true });
  const words = new Words(files);
  for (let at = 0; at < files; at++) {
    const { name, text } = fileOf(words);
    const path = join(folder, 'src', `module${Math.floor(at / 40)}`, `${name}${at}.ts`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const manifest = { name: 'generated', private: true, type: 'module', dependencies: { '@prisma/client': '*', knex: '*' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, module: 'nodenext', target: 'es2023', skipLibCheck: true, types: ['node'] }, include: ['src'] }));
  symlinkSync(resolve(modules), join(folder, 'node_modules'));
}

/** A service of about so many lines. */
export function longFile(lines: number): string {
  const methods = Math.ceil(lines / 10.5);
  return serviceFile(new Words(lines), methods);
}

/** Functions in functions, each of which opens a transaction in the one around it. */
export function nestedFile(depth: number): string {
  const open = times(depth, (at) => `await ${at === 0 ? 'knex' : `t${at - 1}`}.transaction(async (t${at}) => {\nawait t${at}('a').insert({ at: ${at} });`);
  return `import knexFactory from 'knex';\nconst knex = knexFactory({});\nexport async function deep() {\n${open}\n${'});\n'.repeat(depth)}}\n`;
}

/** One `Promise.all` over so many statements of one transaction. */
export function wideFile(branches: number): string {
  return `import knexFactory from 'knex';\nconst knex = knexFactory({});\nexport const wide = () => knex.transaction(async (trx) => {\n  await Promise.all([\n${times(branches, (at) => `    trx('items').where({ id: ${at} }).update({ rank: ${at} }),`)}\n  ]);\n});\n`;
}
