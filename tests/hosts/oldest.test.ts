/** The oldest ESLint that the package says it works with. */
import { expect, it } from 'vitest';
import { findings, makeProject } from './project.js';
import { CLEAN, CONFIG, POOLED, SHARED, SHARED_AT } from './sources.js';

const config = CONFIG.replace('...', '');

it('ESLint 9.0 takes a config as an element', () => {
  const project = makeProject('oldest', { 'eslint.config.js': config, 'src/shared.js': SHARED, 'src/clean.js': CLEAN, 'src/pooled.js': POOLED });
  expect(project.run('eslint --version').stdout).toBe('v9.0.0\n');
  expect(findings(project.run('eslint --format json .'), project.folder)).toEqual(['src/pooled.js:2:20 db-session/no-pooled-statement-cache', `src/shared.js:${SHARED_AT}`]);
});
