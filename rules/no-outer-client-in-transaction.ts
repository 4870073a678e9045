import { createRule } from '../src/create-rule.js';
import { inFilesWithSessions } from '../src/sessions/model.js';
import { outerUses, type OuterUse } from '../src/transactions/outer-clients.js';
import { insteadOf } from '../src/transactions/rewriting.js';
import { describeOuterUse } from '../src/transactions/words.js';

type Options = readonly [{ readonly everyCall: boolean }];
type MessageId = 'outerClient' | 'secondTransaction' | 'handed' | 'boundHelper' | 'missingOption' | 'missingArgument' | 'nestedBatch' | 'useSession' | 'giveSession';

const messageOf: Readonly<Record<OuterUse['how'], MessageId>> = {
  receiver: 'outerClient',
  second: 'secondTransaction',
  handed: 'handed',
  helper: 'boundHelper',
  option: 'missingOption',
  argument: 'missingArgument',
  batch: 'nestedBatch',
};

export default createRule<Options, MessageId>({
  name: 'no-outer-client-in-transaction',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow working with the root client inside a transaction',
      configs: { recommended: true, strict: [{ everyCall: true }] },
    },
    languages: ['js/js'],
    hasSuggestions: true,
    defaultOptions: [{ everyCall: false }],
    schema: [
      {
        type: 'object',
        properties: {
          everyCall: {
            type: 'boolean',
            description: 'Also report calls without the session option that may be meant so: no other call in the transaction is given the session, or they only read what it does not write.',
          },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      outerClient: '`{{name}}` is not part of the {{what}} around it: {{outcome}}. Use {{session}} instead.',
      secondTransaction: '`{{name}}` opens a second, independent transaction inside the {{what}}: {{outcome}}. Do its work on {{session}}, or open it after the first has ended.',
      handed: '`{{name}}` is handed to this call inside the {{what}}, whose work it is not part of: {{outcome}}. Hand over {{session}} instead.',
      boundHelper: '`{{name}}` writes through the root client inside the {{what}}: {{outcome}}. Give it {{session}} to work on.',
      missingOption: '`{{name}}` is not given `{ {{option}} }` inside the {{what}}: {{outcome}}. Pass {{session}} to it.',
      missingArgument: '`{{name}}` is not given {{session}} inside the {{what}}: {{outcome}}. Pass {{session}} as its {{place}} argument.',
      nestedBatch: '`{{name}}([…])` leaves the {{what}}: {{outcome}}. Await the queries on {{session}} one after another.',
      useSession: 'Write `{{text}}` instead.',
      giveSession: 'Add `{{text}}`.',
    },
  },
  create(context, given) {
    return inFilesWithSessions(context, (model) => {
      const [options] = given();
      for (const use of outerUses(model)) {
        if (!use.isForgotten && !options.everyCall) continue;
        const rewrite = insteadOf(model, use);
        context.report({
          node: use.node,
          messageId: messageOf[use.how],
          data: describeOuterUse(model, use),
          suggest: rewrite ? [{ messageId: use.missing ? 'giveSession' : 'useSession', data: { text: rewrite.text }, fix: rewrite.fix }] : null,
        });
      }
    });
  },
});
