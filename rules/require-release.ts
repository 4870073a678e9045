import type { TSESLint } from '@typescript-eslint/utils';
import { createRule } from '../src/create-rule.js';
import { unreleased, type Breach, type Finding } from '../src/lifetime/findings.js';
import type { Strictness } from '../src/lifetime/leaks.js';
import { mendingMessages, mendingsOf } from '../src/lifetime/mending.js';
import { mayEndClients } from '../src/lifetime/obligations.js';
import type { Rewriting } from '../src/lifetime/rewriting.js';
import { registryMessages, registryReports, type RegistryMessage } from '../src/registries/reports.js';
import { inFilesWithSessions, type SessionModel } from '../src/sessions/model.js';

type Options = readonly [Strictness & { readonly elsewhere: boolean }];
type MessageId = Breach | RegistryMessage | Rewriting['messageId'];

export default createRule<Options, MessageId>({
  name: 'require-release',
  meta: {
    type: 'problem',
    docs: {
      description: 'require that every acquired database session is released, on every path',
      configs: { recommended: true, strict: [{ anyCall: true, stored: true, elsewhere: true }] },
    },
    languages: ['js/js'],
    hasSuggestions: true,
    defaultOptions: [{ anyCall: false, stored: false, elsewhere: false }],
    schema: [
      {
        type: 'object',
        properties: {
          anyCall: { type: 'boolean', description: 'Any call may throw, not only what is awaited.' },
          stored: { type: 'boolean', description: 'Also report a class that keeps a session in a field and has no method that releases it.' },
          elsewhere: { type: 'boolean', description: 'Also report registries of sessions that another file could empty, and entries that stay when their session is over.' },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      neverReleased: '{{session}} ({{what}}) is never released: {{outcome}}. {{instead}}.',
      leftOnPath: '{{session}} ({{what}}) is still held {{witness}}: {{outcome}}. {{instead}}.',
      leftByThrow: '{{session}} ({{what}}) stays held {{witness}}: {{outcome}}. {{instead}}.',
      leftOpen: '{{session}} ({{what}}) is neither committed nor rolled back {{witness}}: {{outcome}}. {{instead}}.',
      releasedOpen: 'The transaction on {{session}} ({{what}}) is neither committed nor rolled back{{witness}}, and the release does not end it: {{outcome}}. {{instead}}.',
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
      ...registryMessages,
      ...mendingMessages,
    },
  },
  create(context, given) {
    const report = (model: SessionModel, found: Finding): void => {
      context.report({ node: found.node, messageId: found.breach, data: found.data, suggest: mendingsOf(model, found).map(suggestion) });
    };
    return inFilesWithSessions(
      context,
      (model) => {
        const [options] = given();
        const reports = registryReports(model, options.elsewhere);
        for (const { node, messageId, data, rewriting } of reports) context.report({ node, messageId, data, suggest: rewriting ? [suggestion(rewriting)] : [] });
        const said = new Set(reports.map(({ session }) => session));
        for (const found of unreleased(model, options)) if (isMisuse(found) || found.session === undefined || !said.has(found.session)) report(model, found);
      },
      (model) => {
        if (!mayEndClients(model)) return;
        const [options] = given();
        for (const found of unreleased(model, options)) report(model, found);
      },
    );
  },
});

/** Something is done with the session too late or twice, whatever becomes of it. */
function isMisuse({ breach }: Finding): boolean {
  return breach === 'releasedTwice' || breach === 'returnedInUse' || breach === 'usedAfterRelease';
}

function suggestion({ messageId, range, text }: Rewriting) {
  return { messageId, fix: (fixer: TSESLint.RuleFixer) => fixer.replaceTextRange(range, text) };
}
