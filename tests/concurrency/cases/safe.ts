/** Libraries that support it by design, or do not have sessions to share: nothing is to be said. */
import type { Table } from '../case.js';

export const cassandra: Table = {
  about: 'Cassandra',
  checked: false,
  prelude: `import { Client } from 'cassandra-driver';
const client = new Client({ contactPoints: ['localhost'] });
declare const ids: readonly number[];`,
  cases: [
    { title: 'queries in Promise.all', code: `await Promise.all(ids.map((id) => client.execute('DELETE FROM a WHERE id = ?', [id])));`, why: 'the client is made for concurrent use; there is no session' },
    { title: 'a parameter of type Client', code: `async function save(client: Client) { await Promise.all([client.execute('DELETE FROM a'), client.batch(['DELETE FROM b'])]); }`, why: 'as above' },
    { title: 'forEach', code: `async function save() { ids.forEach(async (id) => { await client.execute('DELETE FROM a WHERE id = ?', [id]); }); }`, why: 'as above' },
  ],
};

export const firestore: Table = {
  about: 'Firestore',
  checked: false,
  prelude: `import { Firestore, type Transaction } from '@google-cloud/firestore';
const db = new Firestore();
declare const refs: readonly FirebaseFirestore.DocumentReference[];`,
  cases: [
    { title: 'reads of a transaction', code: `await db.runTransaction(async (t) => {
  const [a, b] = await Promise.all([t.get(refs[0]), t.get(refs[1])]);
  t.set(refs[2], { n: a.data().n + b.data().n });
});`, why: 'documented and recommended' },
    { title: 'a parameter of type Transaction', code: `async function read(t: Transaction) { return Promise.all(refs.map((ref) => t.get(ref))); }`, why: 'documented and recommended' },
    { title: 'writes are buffered', code: `await db.runTransaction(async (t) => { await Promise.all(refs.map(async (ref) => { t.delete(ref); })); });`, why: 'set, update and delete send nothing before the commit' },
  ],
};

export const spanner: Table = {
  about: 'Spanner',
  checked: false,
  prelude: `import { Spanner } from '@google-cloud/spanner';
const database = new Spanner().instance('i').database('d');`,
  cases: [
    { title: 'queries of a transaction', code: `await database.runTransactionAsync(async (transaction) => {
  await Promise.all([transaction.run('SELECT 1'), transaction.run('SELECT 2')]);
  await transaction.commit();
});`, why: 'each is a stream of its own' },
    { title: 'a snapshot', code: `const [snapshot] = await database.getSnapshot();
await Promise.all([snapshot.run('SELECT 1'), snapshot.read('a', { keys: ['1'], columns: ['n'] })]);
snapshot.end();`, why: 'each is a stream of its own' },
    { title: 'the database', code: `await Promise.all([database.run('SELECT 1'), database.run('SELECT 2')]);`, why: 'a pool of sessions' },
  ],
};

export const datastore: Table = {
  about: 'Datastore',
  checked: false,
  prelude: `import { Datastore } from '@google-cloud/datastore';
const datastore = new Datastore();`,
  cases: [
    { title: 'reads of a transaction', code: `const transaction = datastore.transaction();
await transaction.run();
await Promise.all([transaction.get(datastore.key(['A', 1])), transaction.get(datastore.key(['A', 2]))]);
await transaction.commit();`, why: 'supported' },
    { title: 'writes are buffered', code: `const transaction = datastore.transaction();
await Promise.all([1, 2].map(async (id) => { transaction.save({ key: datastore.key(['A', id]), data: {} }); }));
await transaction.commit();`, why: 'nothing is sent before the commit' },
    { title: 'the client', code: `await Promise.all([datastore.get(datastore.key(['A', 1])), datastore.get(datastore.key(['A', 2]))]);`, why: 'no session' },
  ],
};

export const effectSql: Table = {
  about: 'Effect SQL',
  checked: false,
  prelude: `import { Effect } from 'effect';
import { SqlClient } from '@effect/sql';
declare const ids: readonly number[];`,
  cases: [
    { title: 'unbounded branches of a transaction', code: `export const save = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient;
  yield* sql.withTransaction(Effect.forEach(ids, (id) => sql\`DELETE FROM a WHERE id = \${id}\`, { concurrency: 'unbounded' }));
});`, why: 'a semaphore lets one statement run at a time' },
    { title: 'Effect.all', code: `export const save = (sql: SqlClient.SqlClient) => sql.withTransaction(Effect.all([sql\`DELETE FROM a\`, sql\`DELETE FROM b\`], { concurrency: 2 }));`, why: 'as above' },
    { title: 'nested', code: `export const save = (sql: SqlClient.SqlClient) => sql.withTransaction(Effect.forEach(ids, (id) => sql.withTransaction(sql\`DELETE FROM a WHERE id = \${id}\`)));`, why: 'one after another, and guarded' },
  ],
};

export const unmeasured: Table = {
  about: 'where nobody measured',
  checked: false,
  prelude: `import { connect } from 'couchbase';
import { DgraphClient } from 'dgraph-js';
import { TypeDB } from 'typedb-driver';
import { DefaultTransactionalRepository } from '@loopback/repository';`,
  cases: [
    { title: 'Couchbase', code: `const cluster = await connect('couchbase://localhost');
await cluster.transactions().run(async (attempt) => { await Promise.all([attempt.insert(a, 'a', {}), attempt.insert(a, 'b', {})]); });`, why: 'unknown is silent' },
    { title: 'Dgraph', code: `const txn = new DgraphClient().newTxn();
await Promise.all([txn.query('{ a }'), txn.query('{ b }')]);
await txn.discard();`, why: 'unknown is silent' },
    { title: 'TypeDB', code: `const driver = await TypeDB.coreDriver('localhost');
const session = await driver.session('db', 0);
const tx = await session.transaction(1);
await Promise.all([tx.query.insert('a'), tx.query.insert('b')]);`, why: 'unknown is silent' },
    { title: 'LoopBack', code: `export async function save(repository: DefaultTransactionalRepository<any, any>) {
  const transaction = await repository.beginTransaction();
  await Promise.all([repository.create({}, { transaction }), repository.create({}, { transaction })]);
  await transaction.commit();
}`, why: 'unknown is silent' },
  ],
};

export const redis: Table = {
  about: 'Redis',
  checked: false,
  prelude: `import { createClient, createClientPool } from 'redis';
import { Redis } from 'ioredis';
const client = createClient();
const pool = createClientPool();
const ioredis = new Redis();`,
  cases: [
    { title: 'WATCH in branches of one isolated client', code: `await pool.execute(async (own) => {
  await «Promise.all»(['a', 'b'].map(async (key) => { await own.watch(key); await own.multi().set(key, '1').exec(); }));
});`, expect: 'undefinedBehaviour', why: 'WATCH belongs to the connection: the branches watch for each other' },
    { title: 'WATCH twice', code: `await pool.execute(async (own) => { await «Promise.all»([own.watch('a'), own.watch('b')]); });`, expect: 'undefinedBehaviour', why: 'as above' },
    { title: 'commands of one isolated client', code: `await pool.execute(async (own) => { await Promise.all([own.get('a'), own.set('b', '1')]); });`, why: 'commands are pipelined' },
    { title: 'the shared client', code: `await Promise.all([client.get('a'), client.set('b', '1'), client.multi().set('c', '1').exec()]);`, why: 'a pipeline and a queued MULTI are made for it' },
    { title: 'ioredis', code: `await Promise.all([ioredis.get('a'), ioredis.multi().set('b', '1').exec()]);`, why: 'as above' },
  ],
};
