/** Classes that keep a session in a field. */
import { chainFrom, propertyName, type ClassNode, type Node } from '../sessions/syntax.js';
import type { SessionKind } from '../sessions/values.js';
import { consumerOf } from './holders.js';
import { childrenOf } from './syntax.js';

interface Stored {
  readonly kinds: readonly SessionKind[];
  readonly owner: ClassNode;
  readonly field: string;
}

/** No method of the class releases what is in the field, and none hands it on to somebody who may. */
export function isStoredForGood({ kinds, owner, field }: Stored): boolean {
  const open: Node[] = [owner.body];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === 'MemberExpression' && node.object.type === 'ThisExpression' && propertyName(node) === field && isSettled(kinds, node)) return false;
    // `const { client } = this`
    if (node.type === 'ThisExpression' && node.parent.type !== 'MemberExpression') return false;
    open.push(...childrenOf(node));
  }
  return owner.superClass === null;
}

function isSettled(kinds: readonly SessionKind[], member: Node): boolean {
  const { value, parent } = consumerOf(member);
  if (parent?.type === 'AssignmentExpression' && parent.left === value) return false;
  if (parent?.type !== 'MemberExpression') return parent?.type !== 'ExpressionStatement' && parent?.type !== 'UnaryExpression' && parent?.type !== 'IfStatement' && parent?.type !== 'BinaryExpression';
  return chainFrom(member).links.some(({ name }) => kinds.some(({ facts: { release } }) => release?.methods.includes(name) === true || release?.byClient?.includes(name) === true));
}
