/** `.finally(() => session.endSession)`: the method is named and not called. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { propertyName, unwrap, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';
import { releaseMethods } from './endings.js';

export interface UncalledRelease {
  readonly fault: 'uncalled';
  /** `session.endSession`. */
  readonly node: TSESTree.MemberExpression;
  readonly session: Session;
  readonly method: string;
}

/** Calls that throw away what their callback returns, unless it is a promise. */
const heedless = ['finally', 'on', 'once', 'addListener', 'finalize', 'tap', 'setTimeout', 'setImmediate', 'forEach'];

export function uncalledReleases(model: SessionModel): UncalledRelease[] {
  const { file } = model;
  const places: Node[] = file.nodes.expressionStatements.map(({ expression }) => expression);
  for (const name of heedless) {
    for (const call of file.callsByName.get(name) ?? []) {
      for (const argument of call.arguments) if (argument.type === 'ArrowFunctionExpression' && argument.body.type !== 'BlockStatement') places.push(argument.body);
    }
  }
  return places.flatMap((place) => {
    let node = unwrap(place);
    if (node.type === 'AwaitExpression') node = unwrap(node.argument);
    const name = node.type === 'MemberExpression' ? propertyName(node) : undefined;
    if (node.type !== 'MemberExpression' || name === undefined || !releaseMethods.has(name)) return [];
    const session = sessionOf(model.resolver.valueOf(node.object));
    return session?.kinds.some(({ facts }) => facts.release?.methods.includes(name)) ? [{ fault: 'uncalled' as const, node, session, method: name }] : [];
  });
}
