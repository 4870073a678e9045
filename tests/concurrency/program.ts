/** The typed side of the tables: one TypeScript program over all of it, with the types of the real packages. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Where the files of the program would lie. They exist in memory only. */
export const folder = fileURLToPath(new URL('program', import.meta.url));

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.esnext.d.ts'],
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noImplicitAny: true,
  skipLibCheck: true,
  noEmit: true,
  allowJs: true,
  checkJs: false,
  allowImportingTsExtensions: true,
  experimentalDecorators: true,
  esModuleInterop: true,
  types: ['node'],
};

/** Prisma's types come from a schema. Generating needs no engine, but the command downloads one unless it has one. */
function generatePrisma(): void {
  if (existsSync(path.join(folder, 'generated-prisma/client.ts'))) return;
  const command = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  execFileSync(process.execPath, [command, 'generate', '--schema', path.join(folder, 'schema.prisma')], { env, stdio: 'pipe' });
}

/**
 * @param files - Contents by path.
 * @param old - A program whose declaration files are taken over.
 * @returns A program of these files, which need not exist.
 */
export function programOf(files: ReadonlyMap<string, string>, old?: ts.Program): ts.Program {
  generatePrisma();
  const host = ts.createCompilerHost(options, true);
  const own: ts.CompilerHost = {
    ...host,
    fileExists: (name) => files.has(name) || host.fileExists(name),
    readFile: (name) => files.get(name) ?? host.readFile(name),
    getSourceFile: (name, version) => {
      const text = files.get(name);
      if (text !== undefined) return ts.createSourceFile(name, text, version, true);
      return old?.getSourceFile(name) ?? host.getSourceFile(name, version);
    },
  };
  return ts.createProgram({ rootNames: [...files.keys()], options, host: own, ...(old ? { oldProgram: old } : {}) });
}

/** What the type checker has against a file. */
export function errorsIn(program: ts.Program, file: string): string[] {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is not in the program`);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ start = 0, messageText }) => `${String(source.getLineAndCharacterOfPosition(start).line + 1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  );
}
