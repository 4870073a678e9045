import { backgroundUses, droppedQueries, type Finding } from '../src/background/findings.js';
import { headOf } from '../src/background/head.js';
import { waitingFor } from '../src/background/rewriting.js';
import { describeEnding, describeNeverRun, describeSession, describeStart } from '../src/background/words.js';
import { createRule } from '../src/create-rule.js';
import { inFilesWithSessions, type SessionModel } from '../src/sessions/model.js';

type Options = readonly [{ readonly events: boolean }];
type MessageId = 'outlives' | 'floating' | 'neverRuns' | 'cannotTravel' | 'stored' | 'returned' | 'handler' | 'leftBehind' | 'awaitIt' | 'executeIt' | 'returnIt' | 'loopInTurn';

export default createRule<Options, MessageId>({
  name: 'no-background-use',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow using a database session in work that outlives it',
      configs: { recommended: true, strict: [{ events: true }] },
    },
    languages: ['js/js'],
    hasSuggestions: true,
    defaultOptions: [{ events: false }],
    schema: [
      {
        type: 'object',
        properties: {
          events: {
            type: 'boolean',
            description: 'Also report sessions that are handed to `emit`, which waits for no asynchronous listener.',
          },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      outlives: '{{session}} ({{what}}) is used by `{{task}}`, which {{when}}: {{end}}. After that, {{outcome}}. Instead, open a session inside the task, await the work, or enqueue it after the commit.',
      floating: 'Nobody waits for this call, which uses {{session}} ({{what}}): {{end}}. Then {{outcome}}. Await it, return it, or give it a session of its own.',
      neverRuns: 'This {{library}} query is built and dropped: {{outcome}}. {{instead}}.',
      cannotTravel: '{{session}} ({{what}}) is among the data of `{{task}}`, which {{when}}. Send what the work needs to know, and open a session where it runs.',
      stored: '{{session}} ({{what}}) is kept in {{where}} and used after its callback: {{end}}. After that, {{outcome}}. Do the work inside the callback.',
      returned: '{{session}} ({{what}}) is returned from its callback: {{end}}. After that, {{outcome}}. Do the work inside the callback, and return its result.',
      handler: '{{session}} ({{what}}) is attached for a handler that runs too late: {{where}}, and {{end}}. After that, {{outcome}}. Open the transaction in the handler, or keep it open until the response has been sent.',
      leftBehind: 'This branch of `{{join}}` may be left running, and it uses {{session}} ({{what}}): {{end}}. Then {{outcome}}. Wait until all branches have settled, or abort this one.',
      awaitIt: 'Await it.',
      executeIt: 'Execute and await it.',
      returnIt: 'Return it.',
      loopInTurn: 'Do it in a loop, one after another.',
    },
  },
  create(context, given) {
    const report = (model: SessionModel, findings: readonly Finding[]): void => {
      const [options] = given();
      for (const found of findings) {
        if (found.kind === 'outlives' && found.unsure && !options.events) continue;
        const rewriting = 'discarded' in found ? waitingFor(model.file, found.discarded, found.kind === 'neverRuns' ? found.query : undefined) : undefined;
        context.report({
          loc: headOf(model.file, found.node),
          ...messageOf(found),
          suggest: rewriting ? [{ messageId: rewriting.messageId, fix: (fixer) => fixer.replaceTextRange(rewriting.range, rewriting.text) }] : [],
        });
      }
    };
    return inFilesWithSessions(
      context,
      (model) => { report(model, backgroundUses(model)); },
      (model) => { report(model, droppedQueries(model)); },
    );
  },
});

function messageOf(found: Finding): { messageId: MessageId; data: Record<string, string> } {
  switch (found.kind) {
    case 'outlives':
      return { messageId: 'outlives', data: { ...describeSession(found.session), task: found.task.name, when: found.task.api.when, end: describeEnding(found.session, found.ending), outcome: found.outcome } };
    case 'floating':
      return { messageId: 'floating', data: { ...describeSession(found.session), end: describeEnding(found.session, found.ending), outcome: found.outcome } };
    case 'neverRuns':
      return { messageId: 'neverRuns', data: { library: found.query.library.name, outcome: describeNeverRun(found.query), instead: describeStart(found.query) } };
    case 'cannotTravel':
      return { messageId: 'cannotTravel', data: { ...describeSession(found.session), task: found.task.name, when: found.task.api.when } };
    case 'escapes':
      return { messageId: found.how, data: { ...describeSession(found.session), where: found.where, end: describeEnding(found.session, 'callback'), outcome: found.outcome } };
    case 'leftBehind':
      return { messageId: 'leftBehind', data: { ...describeSession(found.session), join: found.join, end: describeEnding(found.session, found.ending), outcome: found.outcome } };
  }
}
