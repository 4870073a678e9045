/** Promises that are started, and awaited only after another statement has used the session. */
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, isWithin, outermost, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import type { Fork } from './forks.js';

/**
 * `const a = save(tx); const b = tx.x(); await a;`: from the start of `a` to the first mention of it, everything else
 * runs beside it. Only plain statements of one block are looked at.
 */
export function startedForks(model: SessionModel): Fork[] {
  const { file } = model;
  return file.calls.flatMap((started) => {
    const declarator = outermost(started).parent;
    if (started.type !== 'CallExpression' || declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') return [];
    const declaration = declarator.parent;
    const block: Node | undefined = declaration.parent;
    if (block.type !== 'BlockStatement' || enclosingFunction(block)?.async !== true) return [];
    const variable = file.variableOf(declarator.id);
    if (!variable || !isAwaited(variable)) return [];
    const later = block.body.slice(block.body.indexOf(declaration) + 1);
    const awaitedAt = later.findIndex((statement) => mentions(variable, statement));
    const between = later.slice(0, Math.max(0, awaitedAt)).filter((statement) => statement.type !== 'FunctionDeclaration');
    if (between.length === 0) return [];
    return [{ node: started, name: 'a promise that is started here and awaited later', kind: 'started', branches: [started, ...between].map((node) => ({ node, replicated: false })), call: started }];
  });
}

function mentions(variable: Variable, statement: Node): boolean {
  return variable.references.some((reference) => !reference.init && isWithin(reference.identifier, statement));
}

/** The variable is awaited by itself somewhere: it holds a promise (or a lazy builder, which the rule sorts out). */
function isAwaited(variable: Variable): boolean {
  return variable.references.some((reference) => {
    const parent = (reference.identifier as Node).parent;
    return parent?.type === 'AwaitExpression' || (parent?.type === 'ArrayExpression' && parent.parent.type === 'CallExpression');
  });
}
