import path from 'node:path';
import { fileURLToPath } from 'node:url';
import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const linter = new Linter();

/** The code with the first suggestion carried out, or nothing where there is none. */
function suggested(name: string, code: string, rules: readonly string[]): string {
  const messages = linter.verify(
    code,
    [{ files: ['**/*.ts'], languageOptions: { parser }, plugins: { 'db-session': plugin }, rules: Object.fromEntries(rules.map((rule) => [`db-session/${rule}`, 'error'])) }],
    { filename: `${name}.ts` },
  );
  const fix = messages.flatMap((message) => message.suggestions ?? [])[0]?.fix;
  return fix ? code.slice(0, fix.range[0]) + fix.text + code.slice(fix.range[1]) : '';
}

/**
 * Carries out the suggestion for each piece of code and compiles the result, strictly, against the real packages.
 *
 * @param cases code with one finding, and where it matters what has to stand in the result
 * @param rules the rules that are on
 */
export function compilesAsSuggested(cases: Readonly<Record<string, string | { readonly code: string; readonly becomes: string }>>, rules: readonly string[]): void {
  const codeOf = (name: string): string => {
    const sample = cases[name] ?? '';
    return typeof sample === 'string' ? sample : sample.code;
  };
  const file = (name: string): string => path.join(root, 'tests', 'rules', `suggested-${name.replace(/\W+/g, '-')}.ts`);
  describe('a suggestion compiles with the real package', () => {
    const outputs = new Map(Object.keys(cases).map((name) => [file(name), suggested(name, codeOf(name), rules)]));
    const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: ['node'] };
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, version, ...rest) => (outputs.has(path.normalize(name)) ? ts.createSourceFile(name, outputs.get(path.normalize(name)) ?? '', version) : read(name, version, ...rest));
    const exists = host.fileExists.bind(host);
    host.fileExists = (name) => outputs.has(path.normalize(name)) || exists(name);
    const program = ts.createProgram([...outputs.keys()], options, host);

    it.each(Object.keys(cases))('%s', (name) => {
      const output = outputs.get(file(name)) ?? '';
      const sample = cases[name];
      expect(output).not.toBe('');
      expect(output).not.toBe(codeOf(name));
      if (typeof sample === 'object') expect(output).toContain(sample.becomes);
      const source = program.getSourceFile(file(name));
      const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
      expect(problems, output).toEqual([]);
    });
  });
}
