import type { TSESTree } from '@typescript-eslint/utils';
import { createRule } from '../src/create-rule.js';

type Options = readonly [{ readonly reads: boolean }];

/**
 * Placeholder: holds the name, the options and the place in the configs until the law itself is written, and reports a
 * `Promise.all([…])` inside a `$transaction(…)` or inside a `@Transactional()` method.
 */
export default createRule<Options, 'shared'>({
  name: 'no-concurrent-use',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow using one database session in several branches that run at the same time',
      configs: { recommended: true, strict: [{ reads: true }] },
    },
    languages: ['js/js'],
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
    defaultOptions: [{ reads: false }],
    messages: { shared: 'One session is used by several branches.' },
  },
  create: (context) => ({
    ':matches(CallExpression[callee.property.name="$transaction"], MethodDefinition[decorators.length>0]) CallExpression[callee.object.name="Promise"][arguments.0.type="ArrayExpression"]'(
      node: TSESTree.CallExpression,
    ) {
      context.report({ node: node.callee, messageId: 'shared' });
    },
  }),
});
