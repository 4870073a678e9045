/** Work that somebody waits for after all, in ways that the value of the call does not show. */
import type { TSESTree } from '@typescript-eslint/utils';
import { childrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, chainFrom, enclosingFunction, isFunction, isWithin, propertyName, unwrap, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import type { Ending } from './ending.js';

/** Whether what waits for the scope waits for this work too. */
export function isAwaitedOtherwise(model: SessionModel, session: Session, work: Node, ending: Ending): boolean {
  const home: Node = session.scope ?? enclosingFunction(session.origin) ?? model.file.sourceCode.ast;
  return isInPromiseExecutor(model, work, home) || reportsBack(model, work, home, ending);
}

/** `new Promise((resolve) => setTimeout(…))` inside the scope: whoever awaits that promise waits for what is in it. */
function isInPromiseExecutor({ resolver }: SessionModel, node: Node, home: Node): boolean {
  for (let fn = enclosingFunction(node); fn && isWithin(fn, home) && fn !== home; fn = enclosingFunction(fn)) {
    const { parent } = fn;
    if (parent.type !== 'NewExpression' || parent.arguments[0] !== fn || calleeName(parent) !== 'Promise') continue;
    const owner = resolver.valueOf(parent.callee);
    if (owner === undefined || owner.kind === 'global' || owner.kind === 'module') return true;
  }
  return false;
}

/**
 * The work tells a callback that it is done: `work(tx).then(() => done(), done)`, `deferred.resolve`; in a request,
 * it answers it.
 */
function reportsBack({ file }: SessionModel, work: Node, home: Node, ending: Ending): boolean {
  const stack: Node[] = [work];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'MemberExpression' && /^(?:resolve|reject)$/.test(propertyName(node) ?? '') && !(node.object.type === 'Identifier' && /^(?:Promise|path)$/.test(node.object.name))) return true;
    if (node.type === 'Identifier' && !isName(node)) {
      const definition = file.variableOf(node)?.defs[0];
      const isParameter = (definition?.type as string | undefined) === 'Parameter' && isFunction(definition?.node);
      const owner = definition?.node as Node | undefined;
      if (isParameter && owner && !isWithin(owner, work)) {
        if (ending === 'request' && answers(node)) return true;
        if (isWithin(owner, home) && isCalledBack(node)) return true;
      }
    }
    stack.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return false;
}

/** The name of a property, and no variable. */
function isName(node: TSESTree.Identifier): boolean {
  const { parent } = node;
  return (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) || (parent.type === 'Property' && parent.key === node && parent.value !== node);
}

/** `res.json(…)`, `reply.send(…)`, `next()`, `.catch(next)`: the response is sent when the work is done. */
function answers(node: TSESTree.Identifier): boolean {
  if (node.name === 'next') return isCalledBack(node);
  return /^(?:res|reply|response)$/.test(node.name) && chainFrom(node).links[0]?.called === true;
}

/** Called, or given to `.then` and its like. */
function isCalledBack(node: TSESTree.Identifier): boolean {
  const { parent } = node;
  if (parent.type !== 'CallExpression') return false;
  if (unwrap(parent.callee) === node) return true;
  return /^(?:then|catch|finally|done|asCallback|nodeify)$/.test(calleeName(parent) ?? '');
}
