import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSourceFiles } from '../../src/cli/source-files.js';
import { makeProject } from './project.js';

/** The files found, relative to the project and sorted. */
async function found(files: Record<string, string>, paths = ['.'], cwd = '.'): Promise<string[]> {
  const { folder } = makeProject(files);
  mkdirSync(path.join(folder, '.git'), { recursive: true });
  const result = await findSourceFiles(paths, path.join(folder, cwd));
  return result.files.map((file) => path.relative(folder, file)).toSorted();
}

const empty = (...names: string[]) => Object.fromEntries(names.map((name) => [name, '']));

describe('inside a folder', () => {
  it('takes every extension of JavaScript and TypeScript, and nothing else', async () => {
    expect(await found(empty('a.js', 'b.cjs', 'c.mjs', 'd.jsx', 'e.ts', 'f.cts', 'g.mts', 'h.tsx', 'i.json', 'j.vue', 'k.md', 'tsx'))).toEqual(
      ['a.js', 'b.cjs', 'c.mjs', 'd.jsx', 'e.ts', 'f.cts', 'g.mts', 'h.tsx'],
    );
  });

  it('takes .env files and schemas of Prisma, and what only looks like them not', async () => {
    expect(await found(empty('.env', '.env.example', 'app/.env.local', '.envrc', '.env.hbs', '.env.production.enc', 'env', 'a.env', 'a.prisma', 'prisma', 'node_modules/x/.env'))).toEqual(
      ['.env', '.env.example', 'a.prisma', 'app/.env.local'],
    );
  });

  it('leaves out what tools wrote', async () => {
    expect(
      await found(empty('src/a.ts', 'node_modules/x/a.js', 'pkg/dist/a.js', 'build/a.js', '.next/a.js', 'coverage/a.js', '.git/a.js', 'lib/a.min.js', 'a.d.ts', 'b.d.mts', '.config/b.ts')),
    ).toEqual(['.config/b.ts', 'src/a.ts']);
  });

  it('does not follow links', async () => {
    const { folder } = makeProject(empty('a/b.ts'));
    symlinkSync(folder, path.join(folder, 'a/loop'));
    expect((await findSourceFiles(['.'], folder)).files).toHaveLength(1);
  });
});

describe('.gitignore', () => {
  it('is respected, with negation, folders and anchors', async () => {
    expect(
      await found({ '.gitignore': '*.gen.ts\n!keep.gen.ts\n/top.ts\nout/\n# comment\n', ...empty('a.gen.ts', 'keep.gen.ts', 'top.ts', 'sub/top.ts', 'sub/out/a.ts', 'b.ts') }),
    ).toEqual(['b.ts', 'keep.gen.ts', 'sub/top.ts']);
  });

  it('is respected in nested folders, the inner one deciding', async () => {
    expect(
      await found({ '.gitignore': '*.gen.ts\n', 'sub/.gitignore': '!mine.gen.ts\nlocal.ts\n', ...empty('sub/mine.gen.ts', 'mine.gen.ts', 'sub/local.ts', 'local.ts') }),
    ).toEqual(['local.ts', 'sub/mine.gen.ts']);
  });

  it('of the folders above counts, up to the root of the repository', async () => {
    const files = { '.gitignore': 'generated/\n', ...empty('packages/a/src/a.ts', 'packages/a/src/generated/b.ts') };
    expect(await found(files, ['.'], 'packages/a/src')).toEqual(['packages/a/src/a.ts']);
    expect(await found(files, ['packages/a'])).toEqual(['packages/a/src/a.ts']);
  });

  it('of the folders above does not count outside of a repository', async () => {
    const { folder } = makeProject({ '.gitignore': '*', ...empty('sub/a.ts') });
    expect((await findSourceFiles(['sub'], folder)).files).toHaveLength(1);
  });
});

describe('what is named', () => {
  it('is taken, even if it would be left out inside a folder', async () => {
    const files = { '.gitignore': 'ignored\ngone.ts\n', ...empty('ignored/a.ts', 'gone.ts', 'dist/b.js', 'node_modules/x/c.js', 'd.min.js', 'e.d.ts') };
    expect(await found(files, ['ignored', 'gone.ts', 'dist', 'node_modules/x', 'd.min.js', 'e.d.ts'])).toEqual(
      ['d.min.js', 'dist/b.js', 'e.d.ts', 'gone.ts', 'ignored/a.ts', 'node_modules/x/c.js'],
    );
  });

  it('is taken once', async () => {
    const { folder } = makeProject(empty('a/b.ts'));
    expect(await findSourceFiles(['a/b.ts', 'a', '.'], folder)).toEqual({ files: [path.join(folder, 'a/b.ts')], problems: [] });
    expect(await findSourceFiles(['.', 'a', 'a/b.ts'], folder)).toEqual({ files: [path.join(folder, 'a/b.ts')], problems: [] });
  });

  it('is scanned wherever it lies', async () => {
    const project = makeProject({ ...empty('here/x.ts'), 'there/node_modules/y/z.js': 'syntax error' });
    const said = await project.scan(['../there/node_modules/y'], 'here');
    expect(said.log).toContain('Scanned 1 file ');
    expect(said.log).toContain('  ../there/node_modules/y/z.js:1:');
  });
});
