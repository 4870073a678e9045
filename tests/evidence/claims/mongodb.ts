import assert from 'node:assert/strict';
import { MongoClient, type ClientSession, type Collection } from 'mongodb';
import { onNothing, type LibraryClaims } from '../claim.js';
import { startMongoStub, type MongoStub } from '../databases/mongo-stub.js';
import { Declined, errorOf, gate } from '../order.js';

/** The driver is real; only the server is a stand-in. */
async function withNotes(program: (client: MongoClient, notes: Collection, server: MongoStub) => Promise<void>): Promise<void> {
  const server = await startMongoStub();
  const client = new MongoClient(server.url, { serverSelectionTimeoutMS: 5000 });
  try {
    await client.connect();
    await program(client, client.db().collection('note'), server);
  } finally {
    await client.close();
    await server.stop();
  }
}

const inserts = (server: MongoStub) => server.log.filter(({ name }) => name === 'insert');

export const mongodb: LibraryClaims = {
  library: 'mongodb',
  packages: ['mongodb'],
  claims: onNothing({
    'mongodb/parallel-operations': {
      says: 'two parallel first operations of a transaction both tell the server to start it, which no server accepts',
      harm: () =>
        withNotes(async (client, notes, server) => {
          const session = client.startSession();
          session.startTransaction();
          server.answerTogether('insert', 2);
          await Promise.all([notes.insertOne({ text: 'a' }, { session }), notes.insertOne({ text: 'b' }, { session })]);
          const sent = inserts(server);
          assert.deepEqual(sent.map(({ startTransaction }) => startTransaction), [true, true]);
          assert.equal(sent[0]!.session, sent[1]!.session);
          assert.equal(sent[0]!.txnNumber, sent[1]!.txnNumber);
          await session.abortTransaction();
          await session.endSession();
        }),
      instead: () =>
        withNotes(async (client, notes, server) => {
          await client.withSession((session) =>
            session.withTransaction(async () => {
              await notes.insertOne({ text: 'a' }, { session });
              await notes.insertOne({ text: 'b' }, { session });
            }),
          );
          assert.deepEqual(inserts(server).map(({ startTransaction }) => startTransaction), [true, false]);
          assert.ok(server.log.some(({ name }) => name === 'commitTransaction'));
        }),
    },

    'mongodb/parallel-with-transaction': {
      says: 'a second withTransaction on a session at the same time rejects with "Transaction already in progress"',
      harm: () =>
        withNotes(async (client, notes) => {
          const session = client.startSession();
          const firstIsOpen = gate();
          const secondEnded = gate();
          const first = session.withTransaction(async () => {
            await notes.insertOne({ text: 'a' }, { session });
            firstIsOpen.open();
            await secondEnded.opened;
          });
          await firstIsOpen.opened;
          const failed = await errorOf(session.withTransaction(() => notes.insertOne({ text: 'b' }, { session })));
          assert.match(failed.message, /Transaction already in progress/);
          secondEnded.open();
          await first;
          await session.endSession();
        }),
      instead: () =>
        withNotes(async (client, notes, server) => {
          await Promise.all(
            ['a', 'b'].map((text) => client.withSession((session) => session.withTransaction(() => notes.insertOne({ text }, { session })))),
          );
          const [first, second] = inserts(server);
          assert.notEqual(first!.session, second!.session);
        }),
    },

    'mongodb/outer-client': {
      says: 'an operation without the session option is not part of the transaction',
      harm: () =>
        withNotes(async (client, notes, server) => {
          await client.withSession((session) =>
            session.withTransaction(async () => {
              await notes.insertOne({ text: 'inside' }, { session });
              await notes.insertOne({ text: 'outside' });
            }),
          );
          assert.deepEqual(inserts(server).map(({ inTransaction }) => inTransaction), [true, false]);
        }),
      instead: () =>
        withNotes(async (client, notes, server) => {
          await client.withSession((session) =>
            session.withTransaction(async () => {
              await notes.insertOne({ text: 'first' }, { session });
              await notes.insertOne({ text: 'second' }, { session });
            }),
          );
          assert.deepEqual(inserts(server).map(({ inTransaction }) => inTransaction), [true, true]);
        }),
    },

    'mongodb/retried-callback': {
      says: 'the callback of withTransaction runs again after a transient error: its side effects repeat',
      harm: () =>
        withNotes(async (client, notes, server) => {
          server.fail('insert', { code: 112, errmsg: 'WriteConflict', errorLabels: ['TransientTransactionError'] }, 2);
          const mails: string[] = [];
          await client.withSession((session) =>
            session.withTransaction(async () => {
              mails.push('your order');
              await notes.insertOne({ text: 'order' }, { session });
            }),
          );
          assert.equal(mails.length, 3);
        }),
      instead: () =>
        withNotes(async (client, notes, server) => {
          server.fail('insert', { code: 112, errmsg: 'WriteConflict', errorLabels: ['TransientTransactionError'] }, 2);
          const mails: string[] = [];
          await client.withSession((session) => session.withTransaction(() => notes.insertOne({ text: 'order' }, { session })));
          mails.push('your order');
          assert.equal(mails.length, 1);
        }),
    },

    'mongodb/swallowed-error': {
      says: 'an error that the callback hides makes the driver run the transaction again and again',
      harm: () =>
        withNotes(async (client, notes, server) => {
          server.fail('insert', { code: 11000, errmsg: 'duplicate key' }, Infinity);
          server.fail('commitTransaction', { code: 251, errmsg: 'no such transaction', errorLabels: ['TransientTransactionError'] }, Infinity);
          let calls = 0;
          const failed = await errorOf(
            client.withSession((session) =>
              session.withTransaction(async () => {
                // Only this line ends the program: the driver would go on for 120 s.
                if (++calls === 6) throw new Declined();
                await notes.insertOne({ text: 'taken' }, { session }).catch(() => undefined);
              }),
            ),
          );
          assert.ok(failed instanceof Declined);
          assert.equal(calls, 6);
        }),
      instead: () =>
        withNotes(async (client, notes, server) => {
          server.fail('insert', { code: 11000, errmsg: 'duplicate key' }, Infinity);
          let calls = 0;
          const failed = await errorOf(
            client.withSession((session) =>
              session.withTransaction(async () => {
                calls++;
                await notes.insertOne({ text: 'taken' }, { session });
              }),
            ),
          );
          assert.equal(failed.code, 11000);
          assert.equal(calls, 1);
          assert.ok(server.log.some(({ name }) => name === 'abortTransaction'));
        }),
    },

    'mongodb/use-after-end': {
      says: 'an operation with a session that has ended rejects with "Use of expired sessions is not permitted"',
      harm: () =>
        withNotes(async (client, notes, server) => {
          let kept!: ClientSession;
          await client.withSession(async (session) => void (kept = session));
          const failed = await errorOf(notes.insertOne({ text: 'late' }, { session: kept }));
          assert.match(failed.message, /Use of expired sessions is not permitted|Cannot use a session that has ended/);
          assert.equal(inserts(server).length, 0);
        }),
      instead: () =>
        withNotes(async (client, notes, server) => {
          await client.withSession((session) => notes.insertOne({ text: 'in time' }, { session }));
          assert.equal(inserts(server).length, 1);
        }),
    },

    'mongodb/never-ended': {
      says: 'commit does not give the session back: only endSession, withSession or `await using` does',
      harm: () =>
        withNotes(async (client, notes, server) => {
          for (const text of ['a', 'b', 'c']) {
            const session = client.startSession();
            await session.withTransaction(() => notes.insertOne({ text }, { session }));
          }
          assert.equal(new Set(inserts(server).map(({ session }) => session)).size, 3);
        }),
      instead: () =>
        withNotes(async (client, notes, server) => {
          for (const text of ['a', 'b', 'c']) {
            await using session = client.startSession();
            await session.withTransaction(() => notes.insertOne({ text }, { session }));
          }
          assert.equal(new Set(inserts(server).map(({ session }) => session)).size, 1, 'the server session is used again');
        }),
    },
  }),
};
