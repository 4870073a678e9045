/** What happens in a transaction's scope: its call chains, and what of the session they carry. */
import { childrenOf, runningChildrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainOf, isFunction, type Chain, type Node } from '../sessions/syntax.js';
import { runsInPlace } from './awaiting.js';
import { prefixesOf, variableAt } from './paths.js';
import type { TransactionScope } from './scopes.js';

const chainsOfModel = new WeakMap<SessionModel, Map<Node, readonly Chain[]>>();

/** The call chains in a piece of code that run when it runs, outermost first. */
export function chainsIn(model: SessionModel, root: Node): readonly Chain[] {
  let known = chainsOfModel.get(model);
  if (!known) chainsOfModel.set(model, (known = new Map<Node, readonly Chain[]>()));
  let chains = known.get(root);
  if (!chains) known.set(root, (chains = collectChains(model, root)));
  return chains;
}

function collectChains(model: SessionModel, root: Node): Chain[] {
  const found: Chain[] = [];
  const { sourceCode } = model.file;
  const visit = (node: Node): void => {
    if (node !== root && isFunction(node) && !runsInPlace(model.resolver, node)) return;
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') return;
    if (node.type === 'TSModuleDeclaration' || node.type === 'TSEnumDeclaration') return;
    if (node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression') {
      const chain = chainOf(node);
      found.push(chain);
      visit(chain.root);
      for (const link of chain.links) {
        if (link.call?.type === 'CallExpression') for (const argument of link.call.arguments) visit(argument);
        else if (link.call) visit(link.call.quasi);
      }
      return;
    }
    for (const child of runningChildrenOf(node, sourceCode)) visit(child);
  };
  visit(root);
  return found;
}

const chainsOfScope = new WeakMap<TransactionScope, readonly Chain[]>();

/** The chains of a scope, in source order. */
export function statementsIn(model: SessionModel, scope: TransactionScope): readonly Chain[] {
  let chains = chainsOfScope.get(scope);
  if (!chains) {
    chains = chainsIn(model, scope.body).filter((chain) => scope.includes(chain.node));
    chainsOfScope.set(scope, chains);
  }
  return chains;
}

/**
 * Whether code names a session: any session, for a call that is given one is not the law's business. Objects and
 * constants that hold one count.
 */
export function mentionsSession(resolver: Resolver, node: Node, scope?: TransactionScope): boolean {
  const keys = resolver.file.sourceCode.visitorKeys;
  const stack: Node[] = [node];
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (current.type === 'Identifier') {
      const variable = resolver.file.variableOf(current);
      if (variable) {
        if (variable === scope?.variable) return true;
        const value = resolver.variableValue(variable);
        if (value?.kind === 'session') return true;
        if (value?.kind === 'object' && resolver.carriedBy(current).length > 0) return true;
        if (value?.kind === 'shape' && resolver.carriedBy(current).length > 0) return true;
      }
      continue;
    }
    if (current.type === 'MemberExpression') {
      if (resolver.valueOf(current)?.kind === 'session') return true;
      // The names of members and keys are no variables.
      stack.push(current.object, ...(current.computed ? [current.property] : []));
    } else if (current.type === 'Property' && !current.computed) stack.push(current.value);
    else stack.push(...childrenOf(current, keys));
  }
  return false;
}

/** Whether the session takes part in a chain, as receiver, as argument, or in the making of its receiver. */
export function carriesSession(resolver: Resolver, chain: Chain, scope: TransactionScope): boolean {
  if (mentionsSession(resolver, chain.node, scope)) return true;
  for (const prefix of prefixesOf(chain.node)) if (resolver.valueOf(prefix)?.kind === 'session') return true;
  // `const svc = await makeService(tx); await svc.save()`
  const variable = variableAt(resolver, chain.root);
  const definition = variable?.defs[0];
  if (!definition || (definition.type as string) !== 'Variable') return false;
  const { init } = definition.node as { init?: Node | null };
  if (!init) return false;
  const made = init.type === 'AwaitExpression' ? init.argument : init;
  if (made.type !== 'CallExpression' && made.type !== 'NewExpression') return false;
  // A row forgets the transaction it was loaded in; a document of mongoose keeps its session.
  const name = calleeName(made) ?? '';
  if (scope.kinds.some(({ facts, library }) => library.id !== 'mongoose' && Object.hasOwn(facts.travels?.optionMethods ?? {}, name))) return false;
  return made.arguments.some((argument) => mentionsSession(resolver, argument, scope));
}
