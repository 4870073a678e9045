/** The part of an expression that a person would underline. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { File } from '../sessions/file.js';
import { isFunction, unwrap, type Node } from '../sessions/syntax.js';

/** `this.save` of a call, `tx.user.update` of a chain that goes on, `async () =>` of a function that is called in place. */
export function headOf({ sourceCode }: File, node: Node): TSESTree.SourceLocation {
  let current = unwrap(node);
  let innermost: Node | undefined;
  while (current.type === 'CallExpression' || current.type === 'MemberExpression') {
    if (current.type === 'CallExpression') {
      innermost = unwrap(current.callee);
      current = innermost;
    } else current = unwrap(current.object);
  }
  const head = innermost ?? node;
  if (!isFunction(head)) return head.loc;
  const first = sourceCode.getFirstToken(head);
  return { start: head.loc.start, end: first?.loc.end ?? head.loc.end };
}
