import type { Library } from './library.js';

export const redis: Library = {
  id: 'redis',
  name: 'Redis',
  checked: '@redis/client 6.3.1 (read)',
  packages: ['redis', '@redis/client'],
  clients: { called: ['createClient', 'createClientPool'], types: ['RedisClientType', 'RedisClientPoolType'] },
  sessions: [
    {
      id: 'isolated-client',
      noun: 'isolated client',
      origins: [{ kind: 'callback', methods: ['execute', 'executeIsolated'], on: 'client', param: 0 }],
      builders: 'eager',
      operations: { onlyHazards: ['watch', 'unwatch', 'WATCH', 'UNWATCH'] },
      concurrentUse: {
        kind: 'undefined-behaviour',
        text: 'what WATCH sets is a state of the connection: two WATCH and MULTI flows on one client mix',
        versions: '6.3',
        status: 'documented',
        source: '@redis/client 6.3.1: lib/client (`isWatching`, `isDirtyWatch`)',
      },
      instead: 'give each WATCH flow its own client: `pool.execute(async (client) => …)`',
    },
    {
      id: 'duplicate',
      noun: 'duplicated client',
      origins: [{ kind: 'acquire', methods: ['duplicate'], on: 'client', promised: false, activatedBy: ['connect'] }],
      builders: 'eager',
      operations: { local: ['on', 'once', 'off', 'addListener', 'removeListener'] },
      concurrentUse: {
        kind: 'safe',
        text: 'a client may be shared',
        versions: '6.3',
        status: 'documented',
        source: 'README of redis',
      },
      release: {
        methods: ['close', 'destroy', 'quit', 'disconnect'],
        keptBy: ['subscribe', 'pSubscribe', 'sSubscribe', 'SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'monitor', 'MONITOR'],
        promised: true,
        after: {
          kind: 'rejects',
          text: 'the command rejects with "The client is closed"',
          versions: '6.3',
          status: 'documented',
          source: '@redis/client 6.3.1: lib/errors (`ClientClosedError`)',
        },
        never: {
          kind: 'undefined-behaviour',
          text: 'its connection to the server stays open for as long as the process runs',
          versions: '6.3',
          status: 'documented',
          source: 'README of redis',
        },
      },
      instead: 'await them one after another',
    },
  ],
  note: '`client.multi()…exec()` is sent as one block and may be used by any number of branches. A `duplicate()` needs `close()` or `destroy()`, unless it subscribes: then it is kept for the life of the process.',
  sources: ['@redis/client 6.3.1', 'README of redis'],
};
