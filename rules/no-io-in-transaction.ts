import { createRule } from '../src/create-rule.js';
import { externalUses, type ExternalUse } from '../src/external-io/in-transactions.js';
import { inFilesWithSessions } from '../src/sessions/model.js';
import { kindOfTransaction } from '../src/transactions/words.js';

type Options = readonly [{ readonly retriedOnly: boolean }];
type MessageId = 'held' | 'published' | 'paused' | 'repeated';

export default createRule<Options, MessageId>({
  name: 'no-io-in-transaction',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow slow work outside the database while a transaction is open',
      configs: { recommended: [{ retriedOnly: true }], strict: [{ retriedOnly: false }] },
    },
    languages: ['js/js'],
    defaultOptions: [{ retriedOnly: false }],
    schema: [
      {
        type: 'object',
        properties: {
          retriedOnly: {
            type: 'boolean',
            description: 'Only report work in callbacks that the library may run several times.',
          },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      held: '`{{name}}`{{by}} is {{io}} while the {{what}} is open: its connection and its locks are held until the other side answers, and a rollback does not undo it. Do it before the transaction or after the commit.',
      published: '`{{name}}`{{by}} is {{io}} while the {{what}} is open: others see it before the commit, and it stays when the transaction is rolled back. Do it after the commit, or write an outbox row in the transaction.',
      paused: '`{{name}}`{{by}} waits while the {{what}} is open: its connection and its locks are held for nothing. Wait before the transaction or after the commit.',
      repeated: '`{{name}}`{{by}} is {{io}} in the callback of a {{what}}, which {{library}} may run several times: it is done again with every retry. Do it after the commit.',
    },
  },
  create(context, given) {
    return inFilesWithSessions(context, (model) => {
      const [options] = given();
      for (const use of externalUses(model)) {
        const messageId = messageIdOf(use);
        if (options.retriedOnly && messageId !== 'repeated') continue;
        context.report({
          node: use.node,
          messageId,
          data: {
            name: model.file.nameOf(use.node),
            by: use.by ? `, by way of \`${model.file.nameOf(use.by)}\`,` : '',
            io: use.call.what,
            what: kindOfTransaction(use.scope),
            library: use.scope.kinds[0]?.library.name ?? 'the library',
          },
        });
      }
    });
  },
});

function messageIdOf({ scope, call }: ExternalUse): MessageId {
  if (call.from === 'sleep') return 'paused';
  if (scope.retried) return 'repeated';
  return call.publishes ? 'published' : 'held';
}
