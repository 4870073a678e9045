import { AsyncLocalStorage } from 'node:async_hooks';
import { DataSource, type QueryRunner } from 'typeorm';

const dataSource = new DataSource({ type: 'postgres', url: process.env['DATABASE_URL'] ?? '' });

/** The session of whatever is running, so that nobody has to pass it around. */
const currentSession = new AsyncLocalStorage<QueryRunner>();

function session(): QueryRunner {
  const queryRunner = currentSession.getStore();
  if (!queryRunner) throw new Error('There is no session here: call this below a @Transactional() method.');
  return queryRunner;
}

/** Opens a transaction for the method, and commits it when the method is done. */
function Transactional() {
  return <This, Args extends unknown[], Result>(method: (this: This, ...args: Args) => Promise<Result>) =>
    async function (this: This, ...args: Args): Promise<Result> {
      const queryRunner = dataSource.createQueryRunner();
      try {
        await queryRunner.startTransaction();
        const result = await currentSession.run(queryRunner, () => method.apply(this, args));
        await queryRunner.commitTransaction();
        return result;
      } catch (error) {
        if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
        throw error;
      } finally {
        await queryRunner.release();
      }
    };
}

async function test(name: string): Promise<void> {
  await session().query('INSERT INTO runs (name) VALUES ($1)', [name]);
  await session().query('UPDATE totals SET runs = runs + 1 WHERE name = $1', [name]);
}

export class Tests {
  /** One session: one after another. On one connection that takes no longer, and a failure stops what follows. */
  @Transactional()
  async run(): Promise<void> {
    await test('login');
    await test('search');
    await test('checkout');
  }

  /** At the same time: a session for each. A failure undoes its own branch, and only that one. */
  async runAtOnce(): Promise<void> {
    await Promise.all([this.runOne('login'), this.runOne('search'), this.runOne('checkout')]);
  }

  @Transactional()
  private async runOne(name: string): Promise<void> {
    await test(name);
  }
}
