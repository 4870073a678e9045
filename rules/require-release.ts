import type { TSESLint } from '@typescript-eslint/utils';
import { createRule } from '../src/create-rule.js';
import { unreleased, type Breach, type Finding, type Strictness } from '../src/lifetime/findings.js';
import { inFilesWithSessions } from '../src/sessions/model.js';
import { enclosingFunction } from '../src/sessions/syntax.js';

type Options = readonly [Strictness];
type MessageId = Breach | 'returnAwait';

export default createRule<Options, MessageId>({
  name: 'require-release',
  meta: {
    type: 'problem',
    docs: {
      description: 'require that every acquired database session is released, on every path',
      configs: { recommended: true, strict: [{ anyCall: true, stored: true }] },
    },
    languages: ['js/js'],
    hasSuggestions: true,
    defaultOptions: [{ anyCall: false, stored: false }],
    schema: [
      {
        type: 'object',
        properties: {
          anyCall: { type: 'boolean', description: 'Any call may throw, not only what is awaited.' },
          stored: { type: 'boolean', description: 'Also report a class that keeps a session in a field and has no method that releases it.' },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      neverReleased: '{{session}} ({{what}}) is never released: {{outcome}}. {{instead}}.',
      leftOnPath: '{{session}} ({{what}}) is still held {{witness}}: {{outcome}}. {{instead}}.',
      leftByThrow: '{{session}} ({{what}}) stays held {{witness}}: {{outcome}}. {{instead}}.',
      leftOpen: '{{session}} ({{what}}) is neither committed nor rolled back {{witness}}: {{outcome}}. {{instead}}.',
      inCallback: '{{session}} ({{what}}) is only released {{witness}}: {{outcome}}. {{instead}}.',
      releasedTwice: '{{session}} ({{what}}) has been released already{{witness}}: {{outcome}}. Release it once.',
      usedAfterRelease: '{{session}} ({{what}}) is used after its release{{witness}}: {{outcome}}. Release it when the work is done.',
      returnedInUse: 'This promise still uses {{session}} ({{what}}) when it leaves, and {{witness}} does not wait for it: {{outcome}}. Return it with `await`.',
      endedOnly: '{{session}} ({{what}}) is never released, for {{ended}} ends the transaction only: {{outcome}}. {{instead}}.',
      discarded: 'Nobody can release this {{what}}, for the result is dropped: {{outcome}}. {{instead}}.',
      chained: 'Nobody can release this {{what}}, for only `{{part}}` of it is kept: {{outcome}}. {{instead}}.',
      moduleLevel: '{{session}} ({{what}}) is acquired when the module is loaded, and `{{user}}` uses it whenever it is called: all callers share it, and it is never released. Acquire it where it is used, and release it there.',
      stored: '{{session}} ({{what}}) is kept in `{{field}}`, and no method of the class releases it: {{outcome}}. Add a method that does.',
      notDisposable: '{{session}} ({{what}}) cannot be disposed of: {{outcome}}. {{instead}}.',
      harmfulDispose: 'Do not leave the end of {{session}} ({{what}}) to `await using`: {{outcome}}. {{instead}}.',
      returnAwait: 'Return it with `await`.',
    },
  },
  create(context, [options]) {
    return inFilesWithSessions(context, (model) => {
      for (const found of unreleased(model, options)) {
        context.report({ node: found.node, messageId: found.breach, data: found.data, suggest: suggestionsFor(found) });
      }
    });
  },
});

function suggestionsFor({ breach, node }: Finding) {
  if (breach !== 'returnedInUse' || enclosingFunction(node)?.async !== true) return [];
  return [{ messageId: 'returnAwait' as const, fix: (fixer: TSESLint.RuleFixer) => fixer.insertTextBefore(node, 'await ') }];
}
