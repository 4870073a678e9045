import type { Table } from '../case.js';

export const vendure: Table = {
  about: 'Vendure',
  checked: false,
  prelude: `import { Ctx, Product, RequestContext, Transaction, TransactionalConnection } from '@vendure/core';
import { Mutation, Resolver } from '@nestjs/graphql';
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'a decorated resolver',
      code: `@Resolver()
export class Products {
  constructor(private readonly connection: TransactionalConnection) {}
  @Transaction()
  @Mutation()
  async rename(@Ctx() ctx: RequestContext) {
    await «Promise.all»(ids.map((id) => this.connection.getRepository(ctx, Product).update(id, { name: 'a' })));
  }
}`,
      expect: 'escapesRollback',
      why: 'the context carries the transaction that the decorator opened',
    },
    {
      title: 'withTransaction',
      code: `export async function rename(connection: TransactionalConnection, outer: RequestContext) {
  await connection.withTransaction(outer, async (ctx) => {
    await «Promise.all»(ids.map((id) => connection.getRepository(ctx, Product).update(id, { name: 'a' })));
  });
}`,
      expect: 'escapesRollback',
      why: 'the callback is given the context with the transaction',
    },
    {
      title: 'a context without a transaction',
      code: `export class Products {
  constructor(private readonly connection: TransactionalConnection) {}
  async rename(ctx: RequestContext) {
    await Promise.all(ids.map((id) => this.connection.getRepository(ctx, Product).update(id, { name: 'a' })));
  }
}`,
      why: 'nothing says that the context carries one',
    },
    {
      title: 'one after another',
      code: `@Resolver()
export class Products {
  constructor(private readonly connection: TransactionalConnection) {}
  @Transaction()
  async rename(ctx: RequestContext) {
    for (const id of ids) await this.connection.getRepository(ctx, Product).update(id, { name: 'a' });
  }
}`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'the context is only asked for its data',
      code: `@Resolver()
export class Products {
  @Transaction()
  async names(ctx: RequestContext) {
    return Promise.all(ids.map(async (id) => \`\${ctx.languageCode}-\${ctx.translate('a')}-\${id}\`));
  }
}`,
      why: 'no I/O',
    },
  ],
};
