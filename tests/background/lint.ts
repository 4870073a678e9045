import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import plugin from '../../src/plugin.js';

const linter = new Linter({ cwd: '/project' });

/** What the rule finds in a piece of code, as `line messageId`, in source order. */
export function findings(code: string, options: { readonly events: boolean } = { events: false }): string[] {
  const messages = linter.verify(
    code,
    [{ files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser }, rules: { 'db-session/no-background-use': ['error', options] } }],
    { filename: '/project/a.ts' },
  );
  return messages.map((message) => {
    if (message.messageId === undefined) throw new Error(message.message);
    return `${String(message.line)} ${message.messageId}`;
  });
}

/** Code inside a Prisma transaction `tx`, on line 3; `prisma` is the root client, `save` an asynchronous helper. */
export function inTransaction(body: string, imports = ''): string {
  return [
    `import { PrismaClient } from '@prisma/client'; ${imports}`,
    'const prisma = new PrismaClient(); async function save(client, data) { await client.user.create({ data }); }',
    `export async function run(res, xs) { await prisma.$transaction(async (tx) => { ${body} }); }`,
  ].join('\n');
}
