// Run by Bun: opens the clients that its first argument lists, and sends what it reads, one line of JSON at a time.
// `{ "id": 1, "client": 0, "text": "…", "values": [] }` is answered by `{ "id": 1, "rows": […] }` or `{ "id": 1, "error": {…} }`.
import { SQL } from 'bun';

const clients = JSON.parse(process.argv[2]).map(({ url, options }) => new SQL(url, decoded(options)));

/** JSON has no undefined. */
function decoded(options) {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value === '(undefined)' ? undefined : value]));
}

async function answer(line) {
  const { id, client, text, values } = JSON.parse(line);
  try {
    // A tagged template, made by hand.
    const parts = text.split('?');
    const strings = Object.defineProperty(parts, 'raw', { value: parts });
    const rows = await clients[client](strings, ...values);
    process.stdout.write(`${JSON.stringify({ id, rows: [...rows] })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, error: { message: error.message, code: error.errno ?? error.code } })}\n`);
  }
}

for await (const line of console) void answer(line);
process.exit();
