import type { Library } from './library.js';

export const ioredis: Library = {
  id: 'ioredis',
  name: 'ioredis',
  checked: '6.0.0 (read)',
  packages: ['ioredis', 'ioredis/*'],
  clients: { constructed: ['Redis', 'Cluster', 'default'], types: ['Redis', 'Cluster'] },
  sessions: [],
  note: '`multi()` and `pipeline()` collect their commands locally: they may be used by any number of branches, and without `exec()` nothing is sent. Only `multi({ pipeline: false })` opens the transaction on the shared connection at once, so that every other user of the client lands inside it.',
  sources: ['README of ioredis 6.0.0'],
};
