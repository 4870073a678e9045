/** Files that other plugins take code out of, or read with a parser of their own. */
import { describe, expect, it } from 'vitest';
import { findings, makeProject } from './project.js';
import { CONFIG, ENV, SHARED } from './sources.js';

const CONFIGURED = `import dbSession from 'eslint-plugin-db-session';
import markdown from '@eslint/markdown';
import svelte from 'eslint-plugin-svelte';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

export default [
  ...vue.configs['flat/base'],
  ...svelte.configs.base,
  { files: ['**/*.{vue,svelte}'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  // Markdown is read for the code in it here; it can be a language of its own too.
  ...markdown.configs.processor,
  ...dbSession.configs.all,
];
`;

const AS_LANGUAGE = `import dbSession from 'eslint-plugin-db-session';
import markdown from '@eslint/markdown';

export default [...markdown.configs.recommended, ...dbSession.configs.all];
`;

const indent = (code: string) => code.trim().replaceAll(/^(?=.)/gm, '  ');
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

const VUE = `<script setup lang="ts">
${SHARED.trim()}
const message: string = 'done';
</script>

<template>
  <p v-for="each in [message]" :key="each" @click="() => console.log(each)">
    {{ each ?? message }}
  </p>
</template>
`;

const SVELTE = `<script lang="ts">
  let { message = $bindable('done') }: { message?: string } = $props();
${indent(SHARED)}
</script>

{#each [message] as each (each)}
  <p onclick={() => console.log(each)}>{@html each ?? message}</p>
{/each}
`;

const MARKDOWN = `# A page

\`\`\`js
${SHARED.trim()}
\`\`\`

\`\`\`ts
not a program
\`\`\`

\`\`\`dotenv
${ENV}\`\`\`
`;

describe('virtual files', () => {
  const project = () => makeProject('eslint10', { 'a.vue': VUE, 'a.svelte': SVELTE, 'a.md': MARKDOWN, 'eslint.config.js': CONFIGURED });

  it('are linted where their code is, at its place', () => {
    const opened = project();
    expect(findings(opened.run('eslint --format json .'), opened.folder)).toEqual([
      `a.md:${lineOf(MARKDOWN, 'Promise.all')}:9 db-session/no-concurrent-use`,
      `a.svelte:${lineOf(SVELTE, 'Promise.all')}:11 db-session/no-concurrent-use`,
      `a.vue:${lineOf(VUE, 'Promise.all')}:9 db-session/no-concurrent-use`,
    ]);
  });

  it('are left alone by --fix', () => {
    const opened = project();
    expect(opened.run('eslint --fix .').status).toBe(1);
    expect([opened.read('a.vue'), opened.read('a.svelte'), opened.read('a.md')]).toEqual([VUE, SVELTE, MARKDOWN]);
  });

  it('are left alone in another language', () => {
    const opened = makeProject('eslint10', { 'a.md': MARKDOWN, 'eslint.config.js': AS_LANGUAGE });
    expect(findings(opened.run('eslint --format json .'), opened.folder)).toEqual([]);
  });

  it('are not asked for by the plugin', () => {
    const opened = makeProject('eslint10', { 'a.vue': VUE, 'a.md': MARKDOWN, 'a.svelte': SVELTE, 'a.ts': SHARED, 'a.js': SHARED, 'eslint.config.js': CONFIG });
    expect(findings(opened.run('eslint --format json .'), opened.folder)).toEqual(['a.js:5:9 db-session/no-concurrent-use']);
  });
});
