import eslintPlugin from 'eslint-plugin-eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
// The project's own plugin, as built: `npm run build` comes first.
import dbSession from './dist/src/plugin.js';

export default defineConfig(
  globalIgnores(['dist', 'coverage', 'examples', '**/generated-prisma']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,mjs}'],
    extends: [tseslint.configs.strictTypeChecked, dbSession.configs.all],
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.mjs', '*.ts', 'scripts/*.mjs'] } },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['rules/*.ts'],
    extends: [eslintPlugin.configs['rules-recommended']],
    rules: {
      'eslint-plugin/meta-property-ordering': [
        'error',
        ['type', 'docs', 'languages', 'fixable', 'hasSuggestions', 'schema', 'defaultOptions', 'messages'],
      ],
      'eslint-plugin/prefer-placeholders': 'error',
      'eslint-plugin/require-meta-default-options': 'error',
      'eslint-plugin/require-meta-docs-description': ['error', { pattern: '^(disallow|require|enforce) ' }],
      'eslint-plugin/require-meta-languages': 'error',
      'eslint-plugin/require-meta-schema-description': 'error',
    },
  },
  { files: ['tests/**/*.ts'], extends: [eslintPlugin.configs['tests-recommended']] },
  {
    // To spread a config like an object is what these are about.
    files: ['tests/configs.test.ts', 'tests/types/*.ts'],
    rules: { '@typescript-eslint/no-misused-spread': 'off' },
  },
  {
    // The programs there misuse sessions on purpose, to show what comes of it.
    files: ['tests/evidence/**/*.ts'],
    rules: Object.fromEntries(Object.keys(dbSession.configs.all.rules).map((rule) => [rule, 'off'])),
  },
);
