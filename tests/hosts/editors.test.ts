/** What editors do: VS Code and others run the ESLint language server, and oxlint is one itself. */
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';
import type { Host } from './installation.js';
import { startEditor, type Editor } from './language-server.js';
import { makeProject, type HostedProject } from './project.js';
import { ENV, SECRET, TSCONFIG, TYPED_CONFIG } from './sources.js';

const EMPTY = `import { Pool } from 'pg';

const pool = new Pool();

export async function empty(): Promise<void> {
  const client = await pool.connect();
  try {
    await Promise.all([client.query('DELETE FROM a'), client.query('DELETE FROM b')]);
  } finally {
    client.release();
  }
}
`;

const files = { 'eslint.config.js': TYPED_CONFIG, 'tsconfig.json': TSCONFIG, 'src/empty.ts': EMPTY, '.env': ENV };
const page = (rule: keyof typeof plugin.rules) => plugin.rules[rule].meta?.docs?.url;

/** What VS Code's extension and nvim-lspconfig tell the server, where the user has set nothing. */
const settings = {
  validate: 'on',
  run: 'onType',
  nodePath: null,
  workingDirectory: { mode: 'location' },
  options: {},
  rulesCustomizations: [],
  problems: { shortenToSingleLine: false },
  experimental: {},
  codeAction: { disableRuleComment: { enable: true, location: 'separateLine' }, showDocumentation: { enable: true } },
  codeActionOnSave: { mode: 'all' },
  onIgnoredFiles: 'off',
  quiet: false,
  format: false,
};

function eslintServer(project: HostedProject): Promise<Editor> {
  const workspaceFolder = { uri: new URL(`file://${project.folder}`).href, name: 'project' };
  return startEditor(project, ['vscode-langservers-extracted/bin/vscode-eslint-language-server', '--stdio'], { ...settings, workspaceFolder });
}

describe.each<Host>(['eslint9', 'eslint10'])('the ESLint language server with %s', (host) => {
  it('shows a finding with its page, offers what the rule suggests, applies it, and lints again', async () => {
    const project = makeProject(host, files);
    const document = await (await eslintServer(project)).open('src/empty.ts', 'typescript');
    const [finding, ...others] = await document.diagnostics();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      code: 'db-session/no-concurrent-use',
      codeDescription: { href: page('no-concurrent-use') },
      severity: 1,
      range: { start: { line: 7, character: 10 }, end: { line: 7, character: 21 } },
    });

    const actions = await document.actions(finding!);
    const titles = actions.map(({ title }) => title);
    expect(titles).toContain('Show documentation for db-session/no-concurrent-use');
    expect(titles).toContain('Disable db-session/no-concurrent-use for this line');
    const suggestion = actions.find(({ title }) => title.endsWith('(db-session/no-concurrent-use)'));
    expect(suggestion?.title).toMatch(/^Await/);

    await document.apply(suggestion!);
    expect(document.text()).toContain("await client.query('DELETE FROM a');\n    await client.query('DELETE FROM b');");
    expect(await document.diagnostics()).toEqual([]);
    project.write('src/empty.ts', document.text());
    expect(project.run('tsc --project .')).toMatchObject({ status: 0, stdout: '' });

    await document.change(EMPTY);
    expect(await document.diagnostics()).toEqual([expect.objectContaining({ code: 'db-session/no-concurrent-use' })]);
  });

  it('says nothing of a file while it is being typed and does not parse', async () => {
    const document = await (await eslintServer(makeProject(host, files))).open('src/empty.ts', 'typescript');
    await document.change(EMPTY.replace(']);', ''));
    expect(await document.diagnostics()).toEqual([expect.objectContaining({ message: expect.stringContaining('Parsing error') as string })]);
    await document.change(EMPTY);
    expect(await document.diagnostics()).toHaveLength(1);
  });

  it('lints .env files, without their secrets in what it shows', async () => {
    const document = await (await eslintServer(makeProject(host, files))).open('.env', 'dotenv');
    const found = await document.diagnostics();
    expect(found).toEqual([expect.objectContaining({ code: 'db-session/no-pooled-statement-cache', codeDescription: { href: page('no-pooled-statement-cache') } })]);
    expect(JSON.stringify(found)).not.toContain(SECRET);
  });
});

describe('oxlint --lsp', () => {
  it('shows a finding, offers what the rule suggests, applies it, and lints again', async () => {
    const project = makeProject('eslint10', {
      ...files,
      '.oxlintrc.json': JSON.stringify({ categories: { correctness: 'off' }, jsPlugins: ['eslint-plugin-db-session'], rules: plugin.configs.recommended.rules }),
    });
    const document = await (await startEditor(project, ['oxlint/bin/oxlint', '--lsp'], { run: 'onType' })).open('src/empty.ts', 'typescript');
    const [finding, ...others] = await document.diagnostics();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: 'db-session(no-concurrent-use)', severity: 1, range: { start: { line: 7, character: 10 }, end: { line: 7, character: 21 } } });

    const actions = await document.actions(finding!);
    const suggestion = actions.find(({ title }) => /^Await/.test(title));
    expect(actions.map(({ title }) => title).join('\n')).toContain('Disable');
    await document.apply(suggestion!);
    expect(document.text()).toContain("await client.query('DELETE FROM a');\n    await client.query('DELETE FROM b');");
    expect(await document.diagnostics()).toEqual([]);
    await document.change(EMPTY);
    expect(await document.diagnostics()).toHaveLength(1);
  });
});
