/**
 * A stand-in for a MongoDB replica set of one, where no server can be had: it answers the handshake and the commands
 * of the claims, and records what each command says about its session and transaction. What the claims show is the
 * driver, which is real.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { BSON } from 'mongodb';

export interface Command {
  readonly name: string;
  readonly session: string | undefined;
  readonly txnNumber: number | undefined;
  readonly startTransaction: boolean;
  readonly inTransaction: boolean;
}

type Document = Record<string, unknown>;

export interface MongoStub {
  readonly url: string;
  /** Every command after the handshake. */
  readonly log: Command[];
  /** Answers the next commands of the name with an error. */
  fail(name: string, error: Document, times: number): void;
  /** Keeps the answers of the commands of the name until so many wait. */
  answerTogether(name: string, count: number): void;
  stop(): Promise<void>;
}

export async function startMongoStub(): Promise<MongoStub> {
  const log: Command[] = [];
  const failures = new Map<string, { error: Document; left: number }>();
  const together = new Map<string, { count: number; waiting: (() => void)[] }>();
  const sockets = new Set<Socket>();
  let address = '';

  function replyTo(command: Document): Document {
    const name = Object.keys(command)[0]!;
    switch (name.toLowerCase()) {
      case 'hello':
      case 'ismaster':
        return {
          ...{ ismaster: true, isWritablePrimary: true, setName: 'rs', hosts: [address], me: address, primary: address },
          ...{ maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000 },
          ...{ logicalSessionTimeoutMinutes: 30, minWireVersion: 0, maxWireVersion: 21, readOnly: false, ok: 1 },
        };
      case 'find':
        return { cursor: { id: BSON.Long.ZERO, ns: 'test.note', firstBatch: [] }, ok: 1 };
      default:
        return { n: 1, ok: 1 };
    }
  }

  function receive(socket: Socket, message: Buffer): void {
    const requestId = message.readInt32LE(4);
    const isLegacy = message.readInt32LE(12) === 2004;
    const start = isLegacy ? message.indexOf(0, 20) + 9 : 21;
    const command = BSON.deserialize(message.subarray(start, start + message.readInt32LE(start)));
    const name = Object.keys(command)[0]!;
    const isHandshake = ['hello', 'ismaster'].includes(name.toLowerCase());
    if (!isHandshake) {
      const lsid = command['lsid'] as { id: { toString(encoding: string): string } } | undefined;
      log.push({
        name,
        session: lsid?.id.toString('hex'),
        txnNumber: command['txnNumber'] === undefined ? undefined : Number(command['txnNumber']),
        startTransaction: command['startTransaction'] === true,
        inTransaction: command['autocommit'] === false,
      });
    }
    let reply = replyTo(command);
    const failure = failures.get(name);
    if (failure && failure.left > 0) {
      failure.left--;
      reply = { ok: 0, ...failure.error };
    }
    const send = () => {
      const body = Buffer.from(BSON.serialize(reply));
      const payload = isLegacy ? Buffer.concat([Buffer.alloc(20), body]) : Buffer.concat([Buffer.alloc(5), body]);
      if (isLegacy) payload.writeInt32LE(1, 16);
      const header = Buffer.alloc(16);
      header.writeInt32LE(16 + payload.length, 0);
      header.writeInt32LE(requestId, 8);
      header.writeInt32LE(isLegacy ? 1 : 2013, 12);
      if (!socket.destroyed) socket.write(Buffer.concat([header, payload]));
    };
    const group = together.get(name);
    if (!group) { send(); return; }
    group.waiting.push(send);
    if (group.waiting.length === group.count) {
      together.delete(name);
      for (const answer of group.waiting) answer();
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let buffer = Buffer.alloc(0);
    socket.on('data', (data) => {
      buffer = Buffer.concat([buffer, data]);
      while (buffer.length >= 4 && buffer.length >= buffer.readInt32LE(0)) {
        const message = buffer.subarray(0, buffer.readInt32LE(0));
        buffer = buffer.subarray(message.length);
        receive(socket, message);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `mongodb://${address}/test?replicaSet=rs`,
    log,
    fail: (name, error, times) => void failures.set(name, { error, left: times }),
    answerTogether: (name, count) => void together.set(name, { count, waiting: [] }),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
