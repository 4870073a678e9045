import type { TSESLint } from '@typescript-eslint/utils';
import { createRule } from '../src/create-rule.js';
import { EnvFiles } from '../src/languages/env-files.js';
import type { Document } from '../src/languages/nodes.js';
import type { Finding } from '../src/poolers/finding.js';
import { findInCode, opensConnections } from '../src/poolers/in-code.js';
import { findInDotenv } from '../src/poolers/in-dotenv.js';
import { findInPrismaSchema } from '../src/poolers/in-prisma-schema.js';
import { messages, suggestionMessages, type MessageId, type SuggestionId } from '../src/poolers/messages.js';
import { isMinified } from '../src/sessions/evidence.js';
import { sessionsOf } from '../src/sessions/model.js';
import { readSettings } from '../src/settings.js';

type Option = { readonly unknownPoolers: 'ignore' | 'hosts' | 'all'; readonly notes: boolean };

export default createRule<readonly [Option], MessageId | SuggestionId>({
  name: 'no-pooled-statement-cache',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow prepared statements, and settings that look as if they turned them off, behind a pooler that loses them',
      configs: { recommended: true, strict: [{ unknownPoolers: 'hosts', notes: true }] },
    },
    // One law, three languages: the URL stands in code, in .env files and in Prisma's schema.
    languages: ['js/js', 'db-session/dotenv', 'db-session/prisma'],
    fixable: 'code',
    hasSuggestions: true,
    defaultOptions: [{ unknownPoolers: 'ignore', notes: false }],
    schema: [
      {
        type: 'object',
        properties: {
          unknownPoolers: {
            type: 'string',
            enum: ['ignore', 'hosts', 'all'],
            description: 'Poolers of which it is not known whether they keep named statements: report none, those recognised by host or port, or also those that only the name of a variable suggests.',
          },
          notes: {
            type: 'boolean',
            description: 'Also report what does no harm yet, or costs something: ignored parameters, a missing directUrl, pinned connections.',
          },
        },
        additionalProperties: false,
      },
    ],
    messages: { ...messages, ...suggestionMessages },
  },
  create(context, given) {
    const report = (found: Iterable<Finding>): void => {
      const [options] = given();
      for (const finding of found) if (isWanted(finding, options)) context.report(descriptorOf(finding, context.sourceCode));
    };
    const settings = readSettings(context.settings);
    const envFiles = settings.readEnvFiles ? new EnvFiles(context.filename, context.cwd) : undefined;
    const document = context.sourceCode.ast as unknown as Document | { readonly type: 'Program' };
    switch (document.type) {
      case 'EnvDocument':
        return { EnvDocument: () => { report(findInDotenv(document, settings)); } };
      case 'PrismaDocument':
        return { PrismaDocument: () => { report(findInPrismaSchema(document, settings, envFiles)); } };
      case 'Program':
        if (!opensConnections(context.sourceCode) || isMinified(context.sourceCode.text)) return {};
        return { 'Program:exit': () => { report(findInCode(sessionsOf(context), envFiles)); } };
    }
  },
});

function isWanted({ certainty }: Finding, { unknownPoolers, notes }: Option): boolean {
  switch (certainty) {
    case 'certain':
      return true;
    case 'note':
      return notes;
    case 'unknown-pooler':
      return unknownPoolers !== 'ignore';
    case 'unknown-by-name':
      return unknownPoolers === 'all';
  }
}

type Descriptor = TSESLint.ReportDescriptor<MessageId | SuggestionId>;

function descriptorOf({ range, messageId, data, fix, suggest = [] }: Finding, sourceCode: Readonly<TSESLint.SourceCode>): Descriptor {
  const apply = (edits: NonNullable<typeof fix>): TSESLint.ReportFixFunction => (fixer) =>
    edits.map((edit) => fixer.replaceTextRange([edit.range[0], edit.range[1]], edit.text));
  return {
    loc: { start: sourceCode.getLocFromIndex(range[0]), end: sourceCode.getLocFromIndex(range[1]) },
    messageId,
    data,
    fix: fix ? apply(fix) : null,
    suggest: suggest.map((each) => ({ messageId: each.messageId, data: each.data ?? {}, fix: apply(each.edits) })),
  };
}
