/** Functions in which an exception ends the process, or a test, so that nothing stays held. */
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, isFunction, outermost, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import { consumerOf } from './holders.js';

/**
 * A function that the file itself calls when it is loaded, and nobody else does: the `main` of a script. What is thrown
 * out of it reaches nobody who would go on.
 */
export function runsWithProcess(model: SessionModel, fn: Node, depth = 0): boolean {
  if (fn.type === 'Program') return true;
  if (!isFunction(fn) || depth > 4) return false;
  const { parent } = outermost(fn);
  if (parent?.type === 'CallExpression' && outermost(parent.callee) === outermost(fn)) return runsWithProcess(model, enclosingFunction(fn) ?? model.file.sourceCode.ast, depth + 1);
  const variable = variableOf(model, fn);
  const uses = variable?.references.filter((reference) => !reference.init) ?? [];
  return uses.length > 0 && !isExported(model, variable) && uses.every(({ identifier }) => {
    const node = outermost(identifier);
    return node.parent?.type === 'CallExpression' && node.parent.callee === node && runsWithProcess(model, enclosingFunction(identifier) ?? model.file.sourceCode.ast, depth + 1);
  });
}

/** A script that names `process.exit`, to call it or to hand it on. */
export function endsProcess({ file: { sourceCode } }: SessionModel): boolean {
  return /\bexit\b/.test(sourceCode.text) && sourceCode.ast.tokens.some(({ value }, at, all) => value === 'exit' && /^\??\.$/.test(all[at - 1]?.value ?? '') && all[at - 2]?.value === 'process');
}

function variableOf({ file }: SessionModel, fn: FunctionNode): Variable | undefined {
  if (fn.type === 'FunctionDeclaration' && fn.id) return file.variableOf(fn.id);
  const { parent } = outermost(fn);
  return parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? file.variableOf(parent.id) : undefined;
}

function isExported({ file }: SessionModel, variable: Variable | undefined): boolean {
  return file.sourceCode.ast.body.some((statement) => {
    if (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement;
      return variable?.defs.some(({ node }) => declaration != null && (node as Node).range[0] >= declaration.range[0] && (node as Node).range[1] <= declaration.range[1]) ?? false;
    }
    return false;
  });
}

const testFunctions = /^(?:it|test|specify|before|beforeEach|beforeAll|after|afterEach|afterAll|suite|bench)$/;
const testModules = /^(?:vitest|node:test|@jest\/globals|mocha|ava|tap|bun:test|@playwright\/test|tape|uvu)$/;

/** The function is (a part of) a test: `it('…', async () => { … })`. */
export function isInTest(model: SessionModel, fn: Node): boolean {
  if (/[\\/]__tests__[\\/]|\.(?:test|spec)\.[cm]?[jt]sx?$/.test(model.file.filename)) return true;
  for (let current: Node | undefined = fn; current; current = current.parent) {
    if (!isFunction(current)) continue;
    const { parent } = consumerOf(current);
    if (parent?.type !== 'CallExpression') continue;
    const root = rootName(parent.callee);
    if (root && testFunctions.test(root.name) && isFromTests(model, root)) return true;
  }
  return false;
}

/** `it`, `it.only`, `test.each([…])` */
function rootName(callee: Node): Extract<Node, { type: 'Identifier' }> | undefined {
  let node = callee;
  while (node.type === 'MemberExpression' || node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression') node = node.type === 'MemberExpression' ? node.object : node.type === 'CallExpression' ? node.callee : node.tag;
  return node.type === 'Identifier' ? node : undefined;
}

/** A global, or an import from what runs tests. */
function isFromTests({ file, resolver }: SessionModel, root: Node): boolean {
  const value = resolver.valueOf(root);
  if (value?.kind === 'global') return true;
  return value?.kind === 'module' ? testModules.test(value.specifier) : [...file.specifiers].some((specifier) => testModules.test(specifier));
}
