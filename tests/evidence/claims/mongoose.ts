import assert from 'node:assert/strict';
import { Mongoose, type Connection, type Model } from 'mongoose';
import { onNothing, type LibraryClaims } from '../claim.js';
import { startMongoStub, type MongoStub } from '../databases/mongo-stub.js';
import { errorOf, gate } from '../order.js';


interface Note {
  text: string;
}

/** Mongoose and the driver are real; only the server is a stand-in. */
async function withNotes(
  program: (connection: Connection, Note: Model<Note>, server: MongoStub) => Promise<void>,
  settings: Record<string, unknown> = {},
): Promise<void> {
  const server = await startMongoStub();
  const mongoose = new Mongoose(settings);
  const connection = mongoose.createConnection(server.url, { autoIndex: false, autoCreate: false });
  try {
    await connection.asPromise();
    const schema = new mongoose.Schema<Note>({ text: String });
    await program(connection, connection.model<Note>('note', schema), server);
  } finally {
    await connection.close();
    await server.stop();
  }
}

const inserts = (server: MongoStub) => server.log.filter(({ name }) => name === 'insert');

export const mongooseClaims: LibraryClaims = {
  library: 'mongoose',
  packages: ['mongoose', 'mongodb'],
  claims: onNothing({
    'mongoose/parallel-with-transaction': {
      says: 'a second withTransaction on a session at the same time rejects with "Transaction already in progress"',
      harm: () =>
        withNotes(async (connection, Note) => {
          const session = await connection.startSession();
          const firstIsOpen = gate();
          const secondEnded = gate();
          const first = session.withTransaction(async () => {
            await Note.create([{ text: 'a' }], { session });
            firstIsOpen.open();
            await secondEnded.opened;
          });
          await firstIsOpen.opened;
          const failed = await errorOf(session.withTransaction(() => Note.create([{ text: 'b' }], { session })));
          assert.match(failed.message, /Transaction already in progress/);
          secondEnded.open();
          await first;
          await session.endSession();
        }),
      instead: () =>
        withNotes(async (connection, Note, server) => {
          await Promise.all(['a', 'b'].map((text) => connection.transaction((session) => Note.create([{ text }], { session }))));
          const [first, second] = inserts(server);
          assert.notEqual(first!.session, second!.session);
        }),
    },

    'mongoose/create-several-with-session': {
      says: 'create([a, b], { session }) throws unless ordered: true is set',
      harm: () =>
        withNotes(async (connection, Note, server) => {
          const failed = await errorOf(connection.transaction((session) => Note.create([{ text: 'a' }, { text: 'b' }], { session })));
          assert.match(failed.message, /Cannot call `create\(\)` with a session and multiple documents unless `ordered: true` is set/);
          assert.equal(inserts(server).length, 0);
        }),
      instead: () =>
        withNotes(async (connection, Note, server) => {
          await connection.transaction((session) => Note.create([{ text: 'a' }, { text: 'b' }], { session, ordered: true }));
          assert.deepEqual(inserts(server).map(({ startTransaction }) => startTransaction), [true, false]);
        }),
    },

    'mongoose/ambient-session-shared': {
      says: 'with transactionAsyncLocalStorage the branches of Promise.all share the one session of connection.transaction, and both start it',
      harm: () =>
        withNotes(
          async (connection, Note, server) => {
            server.answerTogether('insert', 2);
            await connection.transaction(() => Promise.all([Note.create({ text: 'a' }), Note.create({ text: 'b' })]));
            const sent = inserts(server);
            assert.equal(sent[0]!.session, sent[1]!.session);
            assert.deepEqual(sent.map(({ startTransaction }) => startTransaction), [true, true]);
          },
          { transactionAsyncLocalStorage: true },
        ),
      instead: () =>
        withNotes(
          async (connection, Note, server) => {
            await connection.transaction(async () => {
              await Note.create({ text: 'a' });
              await Note.create({ text: 'b' });
            });
            assert.deepEqual(inserts(server).map(({ startTransaction }) => startTransaction), [true, false]);
          },
          { transactionAsyncLocalStorage: true },
        ),
    },

    'mongoose/outer-client': {
      says: 'an operation without the session option is not part of the transaction',
      harm: () =>
        withNotes(async (connection, Note, server) => {
          await connection.transaction(async (session) => {
            await Note.create([{ text: 'inside' }], { session });
            await Note.create({ text: 'outside' });
          });
          assert.deepEqual(inserts(server).map(({ inTransaction }) => inTransaction), [true, false]);
        }),
      instead: () =>
        withNotes(async (connection, Note, server) => {
          await connection.transaction(async (session) => {
            await Note.create([{ text: 'first' }], { session });
            await new Note({ text: 'second' }).save({ session });
          });
          assert.deepEqual(inserts(server).map(({ inTransaction }) => inTransaction), [true, true]);
        }),
    },
  }),
};
