// The project's own plugin, as users load it: `npm run build` comes first.
import dbSession from 'eslint-plugin-db-session';
import eslintPlugin from 'eslint-plugin-eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['dist', 'coverage', 'examples', '**/generated-prisma']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mjs}'],
    extends: [tseslint.configs.strictTypeChecked, dbSession.configs.all],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', 'scripts/*.mjs', 'vitest.*.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Node types are compared with their names: to load the enum at run time would load all of typescript-eslint.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    },
  },
  { files: ['**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['rules/*.ts'],
    extends: [eslintPlugin.configs['rules-recommended']],
    rules: {
      'eslint-plugin/meta-property-ordering': [
        'error',
        ['type', 'docs', 'languages', 'fixable', 'hasSuggestions', 'defaultOptions', 'schema', 'messages'],
      ],
      'eslint-plugin/prefer-placeholders': 'error',
      'eslint-plugin/require-meta-default-options': 'error',
      'eslint-plugin/require-meta-docs-description': ['error', { pattern: '^(disallow|require|enforce) ' }],
      'eslint-plugin/require-meta-languages': 'error',
      'eslint-plugin/require-meta-schema-description': 'error',
    },
  },
  {
    // A number in a template reads as it is meant.
    files: ['**/*.ts'],
    rules: { '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }] },
  },
  {
    // The executor stands in for an awaited call: async without await, and it throws what the programs throw.
    files: ['tests/lifetime/execution.ts'],
    rules: { '@typescript-eslint/require-await': 'off', '@typescript-eslint/only-throw-error': 'off' },
  },
  {
    files: ['tests/**/*.ts'],
    extends: [eslintPlugin.configs['tests-recommended']],
    // A test that is wrong about what is there fails.
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // To spread a config like an object is what these are about.
    files: ['tests/configs.test.ts', 'tests/types/*.ts', 'tests/robustness/every-rule.ts'],
    rules: { '@typescript-eslint/no-misused-spread': 'off' },
  },
  {
    // The programs there misuse sessions on purpose, to show what comes of it.
    files: ['tests/evidence/**/*.ts'],
    rules: {
      ...Object.fromEntries(Object.keys(dbSession.configs.all.rules).map((rule) => [rule, 'off'])),
      // They leave out an await where that is the point, and hand on what a driver gives as `any`.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
