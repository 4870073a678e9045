/** Promises that are started, and awaited only after another statement has used the session. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { isWithin, unwrap, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import type { Fork } from './forks.js';

/**
 * `const a = save(tx); const b = tx.x(); await a;`: from the start of `a` to the first mention of it, everything else
 * runs beside it. Only plain statements of one block are looked at.
 */
export function startedForks(model: SessionModel): Fork[] {
  const forks: Fork[] = [];
  const { file } = model;
  for (const fn of file.nodes.functions) {
    if (fn.body.type !== 'BlockStatement' || !fn.async) continue;
    const statements = fn.body.body;
    for (const [index, statement] of statements.entries()) {
      if (statement.type !== 'VariableDeclaration') continue;
      for (const declarator of statement.declarations) {
        const started = startedCall(declarator);
        const variable = started && declarator.id.type === 'Identifier' ? file.variableOf(declarator.id) : undefined;
        if (!started || !variable) continue;
        if (!isAwaited(variable)) continue;
        const awaitedAt = statements.findIndex((later, at) => at > index && mentions(variable, later));
        if (awaitedAt < 0) continue;
        const between = statements.slice(index + 1, awaitedAt).filter((later) => later.type !== 'FunctionDeclaration');
        if (between.length === 0) continue;
        forks.push({ node: started, name: 'a promise that is started here and awaited later', kind: 'started', branches: [{ node: started, replicated: false }, ...between.map((node) => ({ node, replicated: false }))], call: started });
      }
    }
  }
  return forks;
}

function startedCall(declarator: TSESTree.VariableDeclarator): TSESTree.CallExpression | undefined {
  const init = declarator.init && unwrap(declarator.init);
  return init?.type === 'CallExpression' ? init : undefined;
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
