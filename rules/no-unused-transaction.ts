import { createRule } from '../src/create-rule.js';
import { inFilesWithSessions } from '../src/sessions/model.js';
import { unusedTransactions } from '../src/transactions/unused.js';
import { describeUnused } from '../src/transactions/words.js';

export default createRule<readonly [], 'unused'>({
  name: 'no-unused-transaction',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow transactions that no statement takes part in',
      configs: { recommended: true },
    },
    languages: ['js/js'],
    schema: [],
    defaultOptions: [],
    messages: {
      unused: 'No statement takes part in the {{what}} that `{{name}}` opens, so nothing in it is atomic: {{outcome}}. Do the work on the transaction, or drop it.',
    },
  },
  create(context) {
    return inFilesWithSessions(context, (model) => {
      for (const scope of unusedTransactions(model)) {
        context.report({ node: scope.opener, messageId: 'unused', data: describeUnused(model, scope) });
      }
    });
  },
});
