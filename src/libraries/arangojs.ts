import type { Library } from './library.js';

export const arangojs: Library = {
  id: 'arangojs',
  name: 'arangojs',
  checked: '10.4.0 (types read; no server)',
  packages: ['arangojs', 'arangojs/*'],
  clients: { constructed: ['Database'], called: ['arangojs'], types: ['Database'], methods: ['database'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction'],
      origins: [
        { kind: 'acquire', methods: ['beginTransaction'], on: 'client', promised: true },
        // The parameter is the `step` function.
        { kind: 'callback', methods: ['withTransaction'], on: 'client', param: 0 },
      ],
      builders: 'eager',
      operations: { compound: ['step'], writes: ['commit', 'abort'], reads: ['get', 'exists'], local: ['id', 'isArangoTransaction'] },
      concurrentUse: {
        kind: 'undefined-behaviour',
        text: 'calls of `step` cannot run in parallel: the one transaction that is current is global',
        versions: '10.4',
        status: 'documented',
        source: 'arangojs 10.4.0: esm/transactions.d.ts, `step`',
      },
      concurrentReads: {
        kind: 'undefined-behaviour',
        text: 'calls of `step` cannot run in parallel: the one transaction that is current is global',
        versions: '10.4',
        status: 'documented',
        source: 'arangojs 10.4.0: esm/transactions.d.ts, `step`',
      },
      floating: {
        kind: 'undefined-behaviour',
        text: 'a `step` that is not awaited runs beside the next one',
        versions: '10.4',
        status: 'documented',
        source: 'arangojs 10.4.0: esm/transactions.d.ts, `step`',
      },
      release: { methods: ['commit', 'abort'], promised: true },
      instead: 'await one `step` after another, with one call in each',
    },
  ],
  note: 'Within a `step` only the first call belongs to the transaction: what follows an `await` is outside it.',
  sources: ['arangojs 10.4.0: esm/transactions.d.ts'],
};
