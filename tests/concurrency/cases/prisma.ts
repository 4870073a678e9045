import type { Table } from '../case.js';

export const prisma: Table = {
  about: 'Prisma',
  prelude: `import { Prisma, PrismaClient } from './generated-prisma/client.js';
declare const prisma: PrismaClient;
declare const names: readonly string[];`,
  cases: [
    {
      title: 'two writes in Promise.all',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»([tx.user.create({ data: { name: 'a' } }), tx.user.update({ where: { id: 1 }, data: { balance: 1 } })]);
});`,
      expect: 'losesWrites',
      why: 'when one fails its siblings resolve to undefined and were never sent',
    },
    {
      title: 'two reads in Promise.all',
      code: `const [users, posts] = await prisma.$transaction(async (tx) => «Promise.all»([tx.user.findMany(), tx.post.count()]));`,
      expect: 'losesWrites',
      why: 'Prisma makes even reads wrong: siblings resolve to undefined',
    },
    {
      title: 'mapped writes',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(names.map((name) => tx.user.create({ data: { name } })));
}, { isolationLevel: Prisma.TransactionIsolationLevel.Serializable });`,
      expect: 'losesWrites',
      why: 'one branch per name, all on one session',
    },
    {
      title: 'nested transactions side by side',
      code: `await prisma.$transaction(async (tx) => {
  await «Promise.all»(names.map((name) => tx.$transaction(async (inner) => { await inner.user.create({ data: { name } }); })));
});`,
      expect: 'parallelNested',
      why: 'all but one reject: "Concurrent nested transactions are not supported"',
    },
    {
      title: 'a helper with Prisma.TransactionClient',
      code: `async function rename(tx: Prisma.TransactionClient, id: number, name: string) {
  const [user] = await «Promise.all»([tx.user.update({ where: { id }, data: { name } }), tx.post.updateMany({ where: { authorId: id }, data: { title: name } })]);
  return user;
}`,
      expect: 'losesWrites',
      why: 'the annotation names a session',
    },
    {
      title: 'a helper with Omit<PrismaClient, …>',
      code: `async function rename(tx: Omit<PrismaClient, '$connect' | '$disconnect' | '$on' | '$use' | '$extends' | '$transaction'>, ids: number[]) {
  await «Promise.all»(ids.map((id) => tx.user.delete({ where: { id } })));
}`,
      expect: 'losesWrites',
      why: 'that is how the parameter of the callback is typed',
    },
    {
      title: 'one after another',
      code: `await prisma.$transaction(async (tx) => {
  for (const name of names) await tx.user.create({ data: { name } });
  const user = await tx.user.findFirst();
  const posts = await tx.post.findMany({ where: { authorId: user?.id ?? 0 } });
});`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'the batch form',
      code: `await prisma.$transaction([prisma.user.create({ data: { name: 'a' } }), prisma.user.create({ data: { name: 'b' } })]);
await prisma.$transaction(names.map((name) => prisma.user.create({ data: { name } })));`,
      why: 'lazy queries, sent one after another in one transaction',
    },
    {
      title: 'the root client',
      code: `await Promise.all([prisma.user.create({ data: { name: 'a' } }), prisma.user.create({ data: { name: 'b' } })]);
await Promise.all(names.map((name) => prisma.user.create({ data: { name } })));`,
      why: 'every query takes a connection of its own from the pool',
    },
    {
      title: 'a transaction for each branch',
      code: `await Promise.all(names.map((name) => prisma.$transaction(async (tx) => {
  await tx.user.create({ data: { name } });
  await tx.post.count();
})));`,
      why: 'each branch opens its own session',
    },
    {
      title: 'lazy queries made early and awaited in turn',
      code: `await prisma.$transaction(async (tx) => {
  const a = tx.user.create({ data: { name: 'a' } });
  const b = tx.user.create({ data: { name: 'b' } });
  await a;
  await b;
});`,
      why: 'a Prisma query starts when it is awaited',
    },
    {
      title: 'one branch on the session, the other elsewhere',
      code: `await prisma.$transaction(async (tx) => {
  await Promise.all([tx.user.create({ data: { name: 'a' } }), fetch('https://example.com')]);
});`,
      why: 'only one branch uses the session',
    },
  ],
};
