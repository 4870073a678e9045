import { createRule } from '../src/create-rule.js';

type Options = readonly [{ readonly reads: boolean }];

/** Placeholder: holds the name, the options and the place in the configs until the law itself is written. */
export default createRule<Options, 'shared'>({
  name: 'no-concurrent-use',
  meta: {
    type: 'problem',
    docs: {
      description: 'disallow using one database session in several branches that run at the same time',
      configs: { recommended: true, strict: [{ reads: true }] },
    },
    languages: ['js/js'],
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
    messages: { shared: 'One session is used by several branches.' },
  },
  create: () => ({}),
});
