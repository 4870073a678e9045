/** How the arguments of a call carry a session: by themselves, in a literal, in the library's own way. */
import type { TSESTree } from '@typescript-eslint/utils';
import { calleeName, chainOf, propertyName, unwrap, type Node } from '../sessions/syntax.js';
import type { Subject } from './releasing.js';

export type Carriage = 'derived' | 'itself' | 'literal';

/** An argument that carries the session: it is the session, a literal that contains it, or derived from it. */
export function carriageOf(subject: Subject, argument: Node): Carriage | undefined {
  const node = unwrap(argument.type === 'SpreadElement' ? argument.argument : argument);
  if (subject.holders.isSession(node)) return 'itself';
  switch (node.type) {
    case 'ObjectExpression':
      return node.properties.some((property) => carriageOf(subject, property.type === 'SpreadElement' ? property.argument : property.value)) ? 'literal' : undefined;
    case 'ArrayExpression':
      return node.elements.some((element) => element && carriageOf(subject, element)) ? 'literal' : undefined;
    case 'LogicalExpression':
      return carriageOf(subject, node.right) ?? (node.operator === '&&' ? undefined : carriageOf(subject, node.left));
    case 'ConditionalExpression':
      return carriageOf(subject, node.consequent) ?? carriageOf(subject, node.alternate);
    case 'MemberExpression': {
      const links = subject.holders.linksOf(chainOf(node));
      return links?.length === 1 && subject.kinds.some(({ facts }) => facts.derived?.properties?.includes(links[0]?.name ?? '')) ? 'derived' : undefined;
    }
    default:
      return undefined;
  }
}

/** The library's own way to say on which session a statement runs: `{ transaction: t }`, `.transacting(trx)`. */
export function travels(subject: Subject, call: TSESTree.CallExpression, argument: Node, index: number): boolean {
  const name = calleeName(call) ?? '';
  const node = unwrap(argument);
  return subject.kinds.some(({ facts }) => {
    const { options, methods, argumentOf } = facts.travels ?? {};
    if (node.type === 'ObjectExpression') return isOptions(subject, node, options ?? []);
    return (methods?.includes(name) ?? false) || argumentOf?.[name] === index;
  });
}

function isOptions(subject: Subject, node: TSESTree.ObjectExpression, options: readonly string[]): boolean {
  return node.properties.every((property) => {
    const value = property.type === 'SpreadElement' ? property.argument : property.value;
    if (!carriageOf(subject, value)) return true;
    // `...(t && { transaction: t })`
    if (property.type === 'SpreadElement') return true;
    const inner = unwrap(value);
    return options.includes(propertyName(property) ?? '') || (inner.type === 'ObjectExpression' && isOptions(subject, inner, options));
  });
}

/** The name of an option that carries the session: `transaction`. */
export function isOptionName({ kinds }: Subject, name: string | undefined): boolean {
  return name !== undefined && kinds.some(({ facts }) => facts.travels?.options?.includes(name));
}

/** `new sql.Request(transaction)` is the library's own. */
export function isOwnClass({ kinds }: Subject, { callee }: TSESTree.NewExpression): boolean {
  const node = unwrap(callee);
  const name = node.type === 'Identifier' ? node.name : node.type === 'MemberExpression' ? propertyName(node) : undefined;
  return name !== undefined && kinds.some(({ facts }) => facts.derived?.classes?.includes(name));
}
