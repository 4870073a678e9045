import knex from 'knex';

const db = knex({ client: 'pg', connection: process.env['DATABASE_URL'] ?? '' });

export async function transfer(from: number, to: number, amount: number): Promise<void> {
  await db.transaction(async (trx) => {
    await trx('ledger').insert({ from, to, amount });
    await trx('accounts').where({ id: from }).decrement('balance', amount);
    await trx('accounts').where({ id: to }).increment('balance', amount);
  });
}

export async function close(id: number): Promise<void> {
  await db.transaction(async (trx) => {
    await trx('cards').where({ account: id }).delete();
    await trx('accounts').where({ id }).delete();
  });
}

export async function settle(id: number): Promise<string> {
  const trx = await db.transaction();
  try {
    await trx('accounts').where({ id }).update({ settled: true });
    await trx.commit();
    return 'settled';
  } catch (error) {
    await trx.rollback();
    throw error;
  }
}

/** The bank first, under a key that makes a second attempt the same charge; then the short transaction. */
export async function charge(id: number, amount: number, key: string): Promise<void> {
  await fetch('https://bank.example/charge', { method: 'POST', headers: { 'Idempotency-Key': key }, body: JSON.stringify({ id, amount }) });
  await db.transaction(async (trx) => {
    await trx('charges').insert({ key, id, amount });
    await trx('accounts').where({ id }).increment('balance', amount);
  });
}
