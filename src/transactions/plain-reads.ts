/** Calls that only read, and take no lock. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionFacts } from '../libraries/library.js';
import { chainFrom, chainOf, propertyName, unwrap } from '../sessions/syntax.js';

/** @returns whether the chain that ends in this call asks for rows and does nothing else, as far as the catalogue knows its calls */
export function isPlainRead(call: TSESTree.CallExpression, { operations }: SessionFacts): boolean {
  const called = chainOf(call).links.filter((link) => link.called);
  const does = (names: readonly string[] | undefined): boolean => called.some((link) => names?.includes(link.name) ?? false);
  return does(operations?.reads) && ![operations?.writes, operations?.compound, operations?.sql].some(does) && !called.some((link) => link.call?.type === 'CallExpression' && takesLock(link.call));
}

/** @returns whether the chain that this call is in calls a method that the catalogue knows to write */
export function isKnownWrite(call: TSESTree.CallExpression, { operations }: SessionFacts): boolean {
  const writes = [...(operations?.writes ?? []), ...(operations?.compound ?? [])].filter((name) => !/fetchgraph|graphfetched/i.test(name));
  return chainFrom(call).links.some((link) => link.called && writes.includes(link.name));
}

/** `{ lock: true }` among the options. */
function takesLock(call: TSESTree.CallExpression): boolean {
  return call.arguments.some((argument) => {
    const options = unwrap(argument);
    return options.type === 'ObjectExpression' && options.properties.some((property) => property.type === 'Property' && propertyName(property) === 'lock');
  });
}
