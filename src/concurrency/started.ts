/** Promises that are started, and awaited only after another statement has used the session. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, isWithin, unwrap, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import type { Fork } from './forks.js';

/** As many statements are looked at behind each start. */
const MOST_BETWEEN = 50;

/**
 * `const a = save(tx); const b = tx.x(); await a;`: from the start of `a` to the first mention of it, everything else
 * runs beside it. Only plain statements of one block are looked at.
 */
export function startedForks(model: SessionModel): Fork[] {
  const { file } = model;
  return file.nodes.declarators.flatMap((declarator) => {
    const started = declarator.init && unwrap(declarator.init);
    if (started?.type !== 'CallExpression' || declarator.id.type !== 'Identifier') return [];
    const declaration = declarator.parent;
    const block: Node | undefined = declaration.parent;
    if (block.type !== 'BlockStatement' || enclosingFunction(block)?.async !== true) return [];
    const variable = file.variableOf(declarator.id);
    if (!variable || !isAwaited(variable)) return [];
    const first = block.body.indexOf(declaration) + 1;
    const awaitedAt = firstMention(variable, block, declaration.range[1]);
    const between = block.body.slice(first, Math.min(awaitedAt, first + MOST_BETWEEN)).filter((statement) => statement.type !== 'FunctionDeclaration');
    if (between.length === 0) return [];
    return [{ node: started, name: 'a promise that is started here and awaited later', kind: 'started', branches: [started, ...between].map((node) => ({ node, replicated: false })), call: started }];
  });
}

/** @returns the index of the first statement behind `place` that mentions the variable; 0 if none does */
function firstMention(variable: Variable, block: TSESTree.BlockStatement, place: number): number {
  let first: Node | undefined;
  for (const { init, identifier } of variable.references) {
    if (!init && identifier.range[0] >= place && isWithin(identifier, block) && identifier.range[0] < (first?.range[0] ?? Infinity)) first = identifier;
  }
  let statement = first;
  while (statement && statement.parent !== block) statement = statement.parent;
  return statement ? block.body.indexOf(statement as TSESTree.Statement) : 0;
}

/** The variable is awaited by itself somewhere: it holds a promise (or a lazy builder, which the rule sorts out). */
function isAwaited(variable: Variable): boolean {
  return variable.references.some((reference) => {
    const parent = (reference.identifier as Node).parent;
    return parent?.type === 'AwaitExpression' || (parent?.type === 'ArrayExpression' && parent.parent.type === 'CallExpression');
  });
}
