import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EnvFiles } from '../../src/languages/env-files.js';
import { ESLint } from 'eslint';
import plugin from '../../src/plugin.js';

const root = mkdtempSync(path.join(tmpdir(), 'env-files-'));
afterAll(() => { rmSync(root, { recursive: true, force: true }); });
mkdirSync(path.join(root, 'app/src'), { recursive: true });
const write = (file: string, text: string) => { writeFileSync(path.join(root, file), text); };
write('.env.example', 'DATABASE_URL=postgres://u:secret@a.pooler.supabase.com:6543/db\nOTHER=x\n');
write('app/.env', 'DATABASE_URL=postgres://u:secret@localhost:5432/db\n');

describe('variables in .env files', () => {
  it('are found in the nearest folder, and not above the working folder', () => {
    expect(new EnvFiles(path.join(root, 'app/src/a.ts'), root).find('DATABASE_URL')).toMatchObject({ file: '.env', line: 1 });
    expect(new EnvFiles(path.join(root, 'app/src/a.ts'), root).find('OTHER')).toMatchObject({ file: '.env.example', line: 2, value: 'x' });
    expect(new EnvFiles(path.join(root, 'app/src/a.ts'), path.join(root, 'app')).find('OTHER')).toBeUndefined();
    expect(new EnvFiles(path.join(root, 'app/src/a.ts'), root).find('NONE')).toBeUndefined();
  });

  it('are read again when the file has changed', () => {
    write('changed.env', '');
    const file = path.join(root, 'app/src/.env');
    writeFileSync(file, 'A=1\n');
    const files = new EnvFiles(path.join(root, 'app/src/a.ts'), root);
    expect(files.find('A')?.value).toBe('1');
    writeFileSync(file, 'A=2\n');
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    expect(files.find('A')?.value).toBe('2');
    writeFileSync(file, 'A="open\n');
    utimesSync(file, new Date(), new Date(Date.now() + 9000));
    expect(files.find('A')).toBeUndefined();
  });

  const lint = async (readEnvFiles: boolean) => {
    const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: [plugin.configs.recommended, { settings: { 'db-session': { readEnvFiles } } }] });
    const [result] = await eslint.lintText("import postgres from 'postgres';\nexport const sql = postgres(process.env.DATABASE_URL);\n", { filePath: 'src/a.js' });
    return result!.messages;
  };

  it('count if the settings ask for it, and are named by file and line', async () => {
    expect(await lint(false)).toEqual([]);
    const [message] = await lint(true);
    expect(message).toMatchObject({ messageId: 'cacheOn' });
    expect(message!.message).toContain('DATABASE_URL, as in .env.example:1');
    expect(message!.message).not.toMatch(/secret|supabase\.com/);
  });
});
