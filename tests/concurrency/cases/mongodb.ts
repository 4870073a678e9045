import type { Table } from '../case.js';

export const mongodb: Table = {
  about: 'mongodb',
  prelude: `import { type ClientSession, MongoClient } from 'mongodb';
const client = new MongoClient('mongodb://localhost');
const users = client.db('app').collection<{ _id: number; n: number }>('users');
declare const ids: readonly number[];`,
  cases: [
    {
      title: 'two writes in withTransaction',
      code: `const session = client.startSession();
try {
  await session.withTransaction(async () => {
    await «Promise.all»([users.insertOne({ _id: 1, n: 1 }, { session }), users.updateOne({ _id: 2 }, { $inc: { n: 1 } }, { session })]);
  });
} finally {
  await session.endSession();
}`,
      expect: 'undefinedBehaviour',
      why: 'parallel operations in a transaction are undefined behaviour, says the driver',
    },
    {
      title: 'even reads',
      code: `const session = client.startSession();
session.startTransaction();
const [one, n] = await «Promise.all»([users.findOne({ _id: 1 }, { session }), users.countDocuments({}, { session })]);
await session.commitTransaction();
await session.endSession();`,
      expect: 'undefinedBehaviour',
      why: 'reads of a transaction, too',
    },
    {
      title: 'the session is the callback’s parameter',
      code: `await client.withSession(async (session) => {
  await session.withTransaction(async (s) => {
    await «Promise.all»(ids.map((_id) => users.deleteOne({ _id }, { session: s })));
  });
});`,
      expect: 'undefinedBehaviour',
      why: 'withTransaction hands the session to its callback',
    },
    {
      title: 'a parameter of type ClientSession',
      code: `async function save(session: ClientSession) {
  await «Promise.all»(ids.map((_id) => users.deleteOne({ _id }, { session })));
}`,
      expect: 'undefinedBehaviour',
      why: 'the annotation names a session',
    },
    {
      title: 'transactions side by side',
      code: `async function save(session: ClientSession) {
  await «Promise.all»(ids.map((_id) => session.withTransaction(async () => { await users.deleteOne({ _id }, { session }); })));
}`,
      expect: 'parallelNested',
      why: 'Transaction already in progress',
    },
    {
      title: 'a session without a transaction',
      code: `const session = client.startSession();
await Promise.all(ids.map((_id) => users.deleteOne({ _id }, { session })));
await session.endSession();`,
      why: 'only transactions forbid it',
    },
    {
      title: 'without the option',
      code: `await Promise.all(ids.map((_id) => users.deleteOne({ _id })));`,
      why: 'every operation takes a connection of the pool',
    },
    {
      title: 'one after another',
      code: `await client.withSession((session) => session.withTransaction(async () => {
  for (const _id of ids) await users.deleteOne({ _id }, { session });
}));`,
      why: 'nothing runs at the same time',
    },
    {
      title: 'a session for each branch',
      code: `await Promise.all(ids.map((_id) => client.withSession((session) => session.withTransaction(async () => {
  await users.deleteOne({ _id }, { session });
  await users.insertOne({ _id, n: 1 }, { session });
}))));`,
      why: 'each branch opens its own session',
    },
  ],
};
