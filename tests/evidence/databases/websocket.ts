/** What Neon's servers do for its driver: a WebSocket in front of PostgreSQL's port. */
import { connect, type AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export async function startWebSocketProxy(port: number): Promise<{ address: string; stop(): Promise<void> }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  server.on('connection', (webSocket) => {
    const tcp = connect(port, '127.0.0.1');
    webSocket.on('message', (data: Buffer) => tcp.write(data));
    tcp.on('data', (data) => webSocket.send(data));
    webSocket.on('close', () => tcp.end());
    tcp.on('close', () => webSocket.close());
    tcp.on('error', () => webSocket.close());
    webSocket.on('error', () => tcp.destroy());
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    stop: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
}
