import type { Table } from '../case.js';

export const mongoose: Table = {
  about: 'Mongoose',
  prelude: `import mongoose, { type ClientSession } from 'mongoose';
const User = mongoose.model('User', new mongoose.Schema({ name: String, n: Number }));
declare const names: readonly string[];`,
  cases: [
    {
      title: 'writes in connection.transaction',
      code: `await mongoose.connection.transaction(async (session) => {
  await «Promise.all»([User.updateOne({ name: 'a' }, { n: 1 }, { session }), User.deleteMany({ name: 'b' }, { session })]);
});`,
      expect: 'undefinedBehaviour',
      why: 'parallel operations in a transaction are undefined behaviour',
    },
    {
      title: 'an acquired session with withTransaction',
      code: `const session = await mongoose.startSession();
await session.withTransaction(async () => {
  await «Promise.all»(names.map((name) => User.create([{ name }], { session })));
});
await session.endSession();`,
      expect: 'undefinedBehaviour',
      why: 'the outer variable is the session',
    },
    {
      title: 'queries with .session(), even reads',
      code: `async function read(session: ClientSession) {
  return «Promise.all»([User.findOne({ name: 'a' }).session(session), User.find().session(session).lean()]);
}`,
      expect: 'undefinedBehaviour',
      why: 'the builder method takes the session',
    },
    {
      title: 'documents saved with the option',
      code: `const session = await User.startSession();
session.startTransaction();
const docs = await User.find().session(session);
await «Promise.all»(docs.map((doc) => doc.save({ session })));
await session.commitTransaction();
await session.endSession();`,
      expect: 'undefinedBehaviour',
      why: 'one branch per document, all on one session',
    },
    {
      title: 'a parameter of type mongoose.ClientSession',
      code: `async function save(session: mongoose.ClientSession) {
  await «Promise.all»(names.map((name) => User.deleteOne({ name }, { session })));
}`,
      expect: 'undefinedBehaviour',
      why: 'the annotation names a session',
    },
    {
      title: 'ambient: transactionAsyncLocalStorage',
      code: `mongoose.set('transactionAsyncLocalStorage', true);
await mongoose.connection.transaction(async () => {
  await «Promise.all»(names.map((name) => User.updateOne({ name }, { n: 1 })));
});`,
      expect: 'undefinedBehaviour',
      why: 'every operation in the callback joins the session of the context',
    },
    {
      title: 'without a session',
      code: `await Promise.all(names.map((name) => User.updateOne({ name }, { n: 1 })));
await Promise.all(names.map((name) => new User({ name }).save()));`,
      why: 'every operation takes a connection of the pool',
    },
    {
      title: 'without the setting the context carries nothing',
      code: `await mongoose.connection.transaction(async () => {
  await Promise.all(names.map((name) => User.updateOne({ name }, { n: 1 })));
});`,
      why: 'these operations run outside of the transaction: another law',
    },
    {
      title: 'a session without a transaction',
      code: `const session = await mongoose.startSession();
await Promise.all(names.map((name) => User.deleteOne({ name }, { session })));
await session.endSession();`,
      why: 'only transactions forbid it',
    },
    {
      title: 'one after another',
      code: `await mongoose.connection.transaction(async (session) => {
  for (const name of names) await User.updateOne({ name }, { n: 1 }, { session });
});`,
      why: 'nothing runs at the same time',
    },
  ],
};
