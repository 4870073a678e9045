import type { TSESLint } from '@typescript-eslint/utils';
import { createRule } from '../src/create-rule.js';
import { inFilesWithSessions } from '../src/sessions/model.js';
import { droppedTransactions } from '../src/transactions/dropped.js';
import { floatingEnds, type FloatingEnd } from '../src/transactions/floating-ends.js';
import { describeEnd, kindOfTransaction } from '../src/transactions/words.js';

type Fixer = TSESLint.RuleFixer;
type MessageId = 'commit' | 'rollback' | 'release' | 'dropped' | 'tapped' | 'notRun' | 'await' | 'run';

export default createRule<readonly [], MessageId>({
  name: 'no-floating-transaction-end',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow commits, rollbacks and releases that nobody waits for',
      configs: { recommended: true },
    },
    languages: ['js/js'],
    hasSuggestions: true,
    schema: [],
    messages: {
      commit: 'Nobody waits for `{{name}}`: the code after it runs before the {{what}} is committed, and when the commit fails the caller has been told that all is well and {{failure}}. {{instead}}.',
      rollback: 'Nobody waits for `{{name}}`: the code after it runs while the {{what}} still holds its locks and its connection, and when the rollback fails {{failure}}. {{instead}}.',
      release: 'Nobody waits for `{{name}}`: the caller goes on while the {{what}} is still held, and when the release fails {{failure}}. {{instead}}.',
      dropped: 'Nobody waits for the {{what}} that `{{name}}` opens: the code after it runs before it is committed, and when it fails the caller has been told that all is well and the process gets an unhandled rejection. Await it.',
      tapped: '`{{name}}` is awaited by a callback that `{{operator}}` does not wait for: the response leaves before the {{what}} has ended, and when that fails {{failure}}. {{instead}}.',
      notRun: '`{{name}}` only builds a command: without `.{{needs}}()` nothing is sent, and the {{what}} stays open. {{instead}}.',
      await: 'Await it.',
      run: 'Add `.{{needs}}()`.',
    },
  },
  create(context) {
    return inFilesWithSessions(context, (model) => {
      for (const end of floatingEnds(model)) {
        const data = describeEnd(model, end);
        context.report({ node: end.node, messageId: end.how === 'floats' ? end.ends : end.how, data, suggest: suggestions(end, data) });
      }
      for (const { scope, call } of droppedTransactions(model)) {
        const data = { name: model.file.nameOf(scope.opener), what: kindOfTransaction(scope) };
        context.report({ node: scope.opener, messageId: 'dropped', data, suggest: [{ messageId: 'await', fix: (fixer) => fixer.insertTextBefore(call, 'await ') }] });
      }
    });
  },
});

function suggestions(end: FloatingEnd, data: Record<string, string>) {
  if (end.how === 'notRun') {
    return [
      {
        messageId: 'run' as const,
        data,
        fix: (fixer: Fixer) => [...(end.canAwait ? [fixer.insertTextBefore(end.node, 'await ')] : []), fixer.insertTextAfter(end.node, `.${data['needs'] ?? ''}()`)],
      },
    ];
  }
  if (end.how !== 'floats' || !end.canAwait) return null;
  // In place of a `void`, or in front.
  const { parent } = end.node;
  const keyword = parent?.type === 'UnaryExpression' ? parent : undefined;
  return [
    {
      messageId: 'await' as const,
      fix: (fixer: Fixer) => (keyword ? fixer.replaceTextRange([keyword.range[0], keyword.range[0] + 'void'.length], 'await') : fixer.insertTextBefore(end.node, 'await ')),
    },
  ];
}
