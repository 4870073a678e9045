import knex from 'knex';

const db = knex({ client: 'pg', connection: process.env['DATABASE_URL'] ?? '' });

export async function transfer(from: number, to: number, amount: number): Promise<void> {
  await db.transaction(async (trx) => {
    await db('ledger').insert({ from, to, amount });
    await trx('accounts').where({ id: from }).decrement('balance', amount);
    await trx('accounts').where({ id: to }).increment('balance', amount);
  });
}

export async function close(id: number): Promise<void> {
  await db.transaction(async () => {
    await db('cards').where({ account: id }).delete();
    await db('accounts').where({ id }).delete();
  });
}

export async function settle(id: number): Promise<string> {
  const trx = await db.transaction();
  try {
    await trx('accounts').where({ id }).update({ settled: true });
    trx.commit();
    return 'settled';
  } catch (error) {
    await trx.rollback();
    throw error;
  }
}

export async function charge(id: number, amount: number): Promise<void> {
  await db.transaction(async (trx) => {
    await trx('accounts').where({ id }).forUpdate();
    await fetch('https://bank.example/charge', { method: 'POST', body: JSON.stringify({ id, amount }) });
    await trx('accounts').where({ id }).increment('balance', amount);
  });
}
