import { createRule } from '../src/create-rule.js';
import { stateOnPools } from '../src/pool-state/on-pool.js';
import type { StateKind } from '../src/pool-state/statements.js';
import { inFilesWithSessions, type SessionModel } from '../src/sessions/model.js';

type MessageId = StateKind | 'measured';

const sent = '{{statement}} is sent through `{{name}}`, which takes whichever connection is free';

/** What to write instead, for each kind of statement. */
const instead: Readonly<Record<StateKind, string>> = {
  transaction: "use the library's transaction, or check out one connection for all of it",
  setting: 'set it where connections are made, or on one checked-out connection, or with SET LOCAL inside a transaction',
  local: 'send it inside the transaction that it is for',
  lock: 'lock and unlock on one checked-out connection, or take a lock that ends with the transaction',
  temporary: 'create and use it on one checked-out connection',
  listen: 'listen on a connection of its own, outside the pool',
};

export default createRule<readonly [], MessageId>({
  name: 'no-session-state-on-pool',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow statements that belong to one connection on a client that takes another for each',
      configs: { recommended: true },
    },
    languages: ['js/js'],
    schema: [],
    messages: {
      measured: '{{statement}} is sent through `{{name}}`: {{outcome}}. Instead, {{instead}}.',
      transaction: `${sent}: what follows is not inside the transaction. Instead, {{instead}}.`,
      setting: `${sent}: the statements it is meant for may use another, and somebody else may get this one. Instead, {{instead}}.`,
      local: `${sent}: outside a transaction it has no effect on the statements that follow. Instead, {{instead}}.`,
      lock: `${sent}: the lock stays with that connection, and an unlock sent the same way may reach another. Instead, {{instead}}.`,
      temporary: `${sent}: the next statement may use another, which has no such table. Instead, {{instead}}.`,
      listen: `${sent}: when the pool closes that connection, notifications stop without an error. Instead, {{instead}}.`,
    },
  },
  create(context) {
    const analyse = (model: SessionModel): void => {
      for (const { node, kind, name, statement, outcome } of stateOnPools(model)) {
        // The measured texts speak of transactions and settings; what becomes of the rest is one for all libraries.
        const measured = outcome && (kind === 'transaction' || kind === 'setting');
        context.report({ node, messageId: measured ? 'measured' : kind, data: { name, statement, outcome: outcome?.text ?? '', instead: instead[kind] } });
      }
    };
    return inFilesWithSessions(context, analyse, analyse);
  },
});
