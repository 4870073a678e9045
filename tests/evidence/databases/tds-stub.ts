/**
 * A stand-in for SQL Server, of which there is none to install freely: it speaks just enough of the TDS protocol for
 * tedious to log in, to begin, commit and roll back, and to run statements that return nothing. What the claims show
 * is the state machine of the drivers, which is real. A statement with the word `wait` is answered when told so.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface TdsStub {
  readonly port: number;
  /** What reached the server, in order: begin, commit, rollback, statement. */
  readonly log: string[];
  /** How many statements wait for an answer. */
  waiting(): number;
  /** Answers the statements that wait. */
  letGo(): void;
  stop(): Promise<void>;
}

const packetType = { batch: 0x01, rpc: 0x03, response: 0x04, attention: 0x06, transaction: 0x0e, login: 0x10, prelogin: 0x12 };

function done(token = 0xfd, status = 0): Buffer {
  const buffer = Buffer.alloc(13);
  buffer[0] = token;
  buffer.writeUInt16LE(status, 1);
  return buffer;
}

const preloginAnswer = Buffer.from([
  ...[0x00, 0, 11, 0, 6], // the version stands at 11, 6 bytes
  ...[0x01, 0, 17, 0, 1], // encryption stands at 17, 1 byte
  0xff,
  ...[16, 0, 0, 0, 0, 0],
  2, // not supported
]);

function loginAnswer(): Buffer {
  const name = Buffer.from('stub', 'utf16le');
  const body = Buffer.concat([Buffer.from([1, 0x74, 0, 0, 4, name.length / 2]), name, Buffer.from([16, 0, 0, 0])]);
  const head = Buffer.from([0xad, 0, 0]);
  head.writeUInt16LE(body.length, 1);
  return Buffer.concat([head, body, done()]);
}

/** ENVCHANGE: a transaction began (8), was committed (9), was rolled back (10). */
function transactionAnswer(change: 8 | 9 | 10): Buffer {
  const descriptor = [8, 1, 0, 0, 0, 0, 0, 0, 0];
  const body = change === 8 ? [change, ...descriptor, 0] : [change, 0, ...descriptor];
  return Buffer.concat([Buffer.from([0xe3, body.length, 0, ...body]), done()]);
}

export async function startTdsStub(): Promise<TdsStub> {
  const log: string[] = [];
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];

  function answer(socket: Socket, payload: Buffer): void {
    const header = Buffer.from([packetType.response, 0x01, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(payload.length + 8, 2);
    if (!socket.destroyed) socket.write(Buffer.concat([header, payload]));
  }

  function receive(socket: Socket, type: number, payload: Buffer): void {
    switch (type) {
      case packetType.prelogin:
        { answer(socket, preloginAnswer); return; }
      case packetType.login:
        { answer(socket, loginAnswer()); return; }
      case packetType.transaction: {
        const kind = payload.readUInt16LE(payload.readUInt32LE(0));
        const [name, change] = ({ 5: ['begin', 8], 7: ['commit', 9], 8: ['rollback', 10] } as const)[kind] ?? (['unknown', 8] as const);
        log.push(name);
        answer(socket, transactionAnswer(change)); return;
      }
      case packetType.attention:
        { answer(socket, done(0xfd, 0x20)); return; }
      default: {
        const text = payload.toString('utf16le');
        const isSetUp = type === packetType.batch && /set\s+(textsize|quoted_identifier|ansi)/i.test(payload.subarray(payload.readUInt32LE(0)).toString('utf16le'));
        if (!isSetUp) log.push('statement');
        const reply = () => answer(socket, done(type === packetType.rpc ? 0xfe : 0xfd));
        const odd = payload.subarray(1).toString('utf16le');
        if (/wait/.test(text) || /wait/.test(odd)) waiting.push(reply);
        else reply();
      }
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let buffer = Buffer.alloc(0);
    let message: Buffer[] = [];
    socket.on('data', (data) => {
      buffer = Buffer.concat([buffer, data]);
      while (buffer.length >= 8 && buffer.length >= buffer.readUInt16BE(2)) {
        const length = buffer.readUInt16BE(2);
        message.push(buffer.subarray(8, length));
        const [type, status] = [buffer[0]!, buffer[1]!];
        buffer = buffer.subarray(length);
        if (status & 0x01) {
          const payload = Buffer.concat(message);
          message = [];
          receive(socket, type, payload);
        }
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    log,
    waiting: () => waiting.length,
    letGo() {
      for (const reply of waiting) reply();
      waiting = [];
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
