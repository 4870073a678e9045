import type { Library } from './library.js';

export const ioredis: Library = {
  id: 'ioredis',
  name: 'ioredis',
  checked: '6.0.0 (read)',
  packages: ['ioredis', 'ioredis/*'],
  clients: { constructed: ['Redis', 'Cluster', 'default'], types: ['Redis', 'Cluster'] },
  sessions: [
    {
      id: 'duplicate',
      noun: 'duplicated client',
      origins: [{ kind: 'acquire', methods: ['duplicate'], on: 'client', promised: false }],
      builders: 'eager',
      operations: { local: ['on', 'once', 'off', 'addListener', 'removeListener'] },
      concurrentUse: {
        kind: 'safe',
        text: 'a client may be shared',
        versions: '6.0',
        status: 'documented',
        source: 'README of ioredis 6.0.0',
      },
      release: {
        methods: ['quit', 'disconnect'],
        keptBy: ['subscribe', 'psubscribe', 'ssubscribe', 'monitor', 'on(message)', 'on(pmessage)', 'on(messageBuffer)'],
        promised: true,
        never: {
          kind: 'undefined-behaviour',
          text: 'its connection to the server stays open for as long as the process runs',
          versions: '6.0',
          status: 'documented',
          source: 'README of ioredis 6.0.0',
        },
      },
      instead: 'await them one after another',
    },
  ],
  note: '`multi()` and `pipeline()` collect their commands locally: they may be used by any number of branches, and without `exec()` nothing is sent. Only `multi({ pipeline: false })` opens the transaction on the shared connection at once, so that every other user of the client lands inside it.',
  sources: ['README of ioredis 6.0.0'],
};
