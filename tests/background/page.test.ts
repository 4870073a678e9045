import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findings } from './lint.js';

const page = readFileSync(new URL('../../docs/rules/no-background-use.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');

/** What the page takes for granted. */
const before = [
  "import { PrismaClient } from '@prisma/client'; const prisma = new PrismaClient();",
  "import { Pool } from 'pg'; const pool = new Pool(); import { Queue } from 'bullmq'; const queue = new Queue('mail');",
  "import { audit } from './audit'; async function save(tx, x) { await tx.order.create({ data: x }); } async function deleteData(data, db) { await db.query('DELETE', data); }",
].join(' ');
const around = (block: string) => (block.includes('this.em') ? `import { EntityManager } from '@mikro-orm/core'; class Orders { constructor(private readonly em: EntityManager) {} async f() {\n${block}} }` : `${before}\n${block}`);

describe('the page of no-background-use', () => {
  it('shows what is wrong and what is right', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(3);
  });

  it.each(blocks)('%s', (block) => {
    const marked = block.split('\n').flatMap((line, index) => (line.includes('✗') ? [index + 2] : []));
    expect(findings(around(block)).map((found) => Number(found.split(' ')[0]))).toEqual(marked);
  });
});
