/** Which variables a place in the code sees. */
import type { TSESLint } from '@typescript-eslint/utils';
import type { Node } from '../sessions/syntax.js';

/** The scopes around a node, innermost first. */
export function ancestorScopes(sourceCode: Readonly<TSESLint.SourceCode>, node: Node): TSESLint.Scope.Scope[] {
  const scopes: TSESLint.Scope.Scope[] = [];
  let scope: TSESLint.Scope.Scope | null = sourceCode.getScope!(node);
  for (; scope; scope = scope.upper) scopes.push(scope);
  return scopes;
}
