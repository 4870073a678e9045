import assert from 'node:assert/strict';
import { Mongoose, type ClientSession, type Connection, type Model } from 'mongoose';
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

    'mongoose/never-sent': {
      says: 'a query that is not awaited is never sent, without an error',
      harm: () =>
        withNotes(async (connection, Note, server) => {
          await connection.transaction(async (session) => {
            Note.updateOne({ text: 'a' }, { text: 'b' }, { session });
            await Note.findOne({ text: 'a' }, null, { session });
          });
          assert.deepEqual(server.log.filter(({ name }) => name === 'update'), []);
        }),
      instead: () =>
        withNotes(async (connection, Note, server) => {
          await connection.transaction(async (session) => {
            await Note.updateOne({ text: 'a' }, { text: 'b' }, { session });
          });
          assert.equal(server.log.filter(({ name }) => name === 'update').length, 1);
        }),
    },

    'mongoose/retried-callback': {
      says: 'the callback of connection.transaction runs again after a transient error: its side effects repeat',
      harm: () =>
        withNotes(async (connection, Note, server) => {
          server.fail('insert', { code: 112, errmsg: 'WriteConflict', errorLabels: ['TransientTransactionError'] }, 2);
          const mails: string[] = [];
          await connection.transaction(async (session) => {
            mails.push('your order');
            await Note.create([{ text: 'order' }], { session });
          });
          assert.equal(mails.length, 3);
        }),
      instead: () =>
        withNotes(async (connection, Note, server) => {
          server.fail('insert', { code: 112, errmsg: 'WriteConflict', errorLabels: ['TransientTransactionError'] }, 2);
          const mails: string[] = [];
          await connection.transaction((session) => Note.create([{ text: 'order' }], { session }));
          mails.push('your order');
          assert.equal(mails.length, 1);
        }),
    },

    'mongoose/use-after-end': {
      says: 'a query with a session that has ended rejects with "Use of expired sessions is not permitted", a document with "Cannot set a document\'s session to a session that has ended"',
      harm: () =>
        withNotes(async (connection, Note, server) => {
          let kept!: ClientSession;
          await connection.withSession(async (session) => void (kept = session));
          const failed = await errorOf(Note.updateOne({ text: 'a' }, { text: 'late' }, { session: kept }));
          assert.match(failed.message, /Use of expired sessions is not permitted/);
          assert.match((await errorOf(Note.create([{ text: 'late' }], { session: kept }))).message, /Cannot set a document's session to a session that has ended/);
          assert.equal(server.log.filter(({ name }) => name === 'update' || name === 'insert').length, 0);
        }),
      instead: () =>
        withNotes(async (connection, Note, server) => {
          await connection.withSession((session) => Note.create([{ text: 'in time' }], { session }));
          assert.equal(inserts(server).length, 1);
        }),
    },
  }),
};
