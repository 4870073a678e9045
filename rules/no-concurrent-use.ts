import type { OutcomeKind } from '../src/libraries/library.js';
import { createRule } from '../src/create-rule.js';
import { inSequence } from '../src/concurrency/in-sequence.js';
import { sharedSessions, type SharedSession } from '../src/concurrency/shared.js';
import { describeShared } from '../src/concurrency/words.js';
import { inFilesWithSessions } from '../src/sessions/model.js';

type Options = readonly [{ readonly reads: boolean }];
type MessageId = 'losesWrites' | 'escapesRollback' | 'hangs' | 'rejects' | 'undefinedBehaviour' | 'queues' | 'parallelNested' | 'leftBehind' | 'parallelReads' | 'awaitInTurn' | 'loopInTurn';

const shared = '{{session}} ({{what}}) is used by {{branches}} at the same time: {{outcome}}. Instead, {{instead}}.';

const messageOf: Readonly<Record<Exclude<OutcomeKind, 'safe'>, MessageId>> = {
  'loses-writes': 'losesWrites',
  'escapes-rollback': 'escapesRollback',
  hangs: 'hangs',
  rejects: 'rejects',
  'undefined-behaviour': 'undefinedBehaviour',
  queues: 'queues',
};

export default createRule<Options, MessageId>({
  name: 'no-concurrent-use',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow using one database session in several branches that run at the same time',
      configs: { recommended: true, strict: [{ reads: true }] },
    },
    languages: ['js/js'],
    hasSuggestions: true,
    defaultOptions: [{ reads: false }],
    schema: [
      {
        type: 'object',
        properties: {
          reads: {
            type: 'boolean',
            description: 'Also report branches that only read, where the library merely queues them.',
          },
        },
        additionalProperties: false,
      },
    ],
    messages: {
      losesWrites: shared,
      escapesRollback: shared,
      hangs: shared,
      rejects: shared,
      undefinedBehaviour: shared,
      queues: shared,
      parallelNested: 'Nested transactions on {{session}} ({{what}}) are opened by {{branches}} at the same time: {{outcome}}. Instead, open them one after another.',
      leftBehind: 'The loser of this race goes on using {{session}} ({{what}}) after the race is decided and its transaction has ended. Instead, abort the work when the race is lost, or await it before the transaction ends.',
      parallelReads: '{{session}} ({{what}}) is read by {{branches}} at the same time: one connection runs one statement at a time, so the reads queue and nothing is gained. Await them one after another.',
      awaitInTurn: 'Await them one after another.',
      loopInTurn: 'Do it in a loop, one after another.',
    },
  },
  create(context, given) {
    return inFilesWithSessions(context, (model) => {
      const [options] = given();
      for (const found of sharedSessions(model)) {
        if (found.harmless && !options.reads) continue;
        const rewriting = found.leftBehind ? undefined : inSequence(model.file, found.fork);
        context.report({
          node: found.fork.node,
          messageId: messageIdOf(found),
          data: describeShared(model, found),
          suggest: rewriting ? [{ messageId: rewriting.messageId, fix: (fixer) => fixer.replaceText(rewriting.target, rewriting.text) }] : [],
        });
      }
    });
  },
});

function messageIdOf(found: SharedSession): MessageId {
  if (found.leftBehind) return 'leftBehind';
  if (found.nested) return 'parallelNested';
  if (found.harmless) return 'parallelReads';
  return found.outcome.kind === 'safe' ? 'queues' : messageOf[found.outcome.kind];
}
