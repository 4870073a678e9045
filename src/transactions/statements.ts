/** What happens in a transaction's scope: its call chains, and what of the session they carry. */
import { childrenOf, runningChildrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainOf, isFunction, isWithin, type Chain, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import { runsInPlace } from './awaiting.js';
import { prefixesFromRoot, variableAt } from './paths.js';
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
  // Most do so by the name of the scope's own session: nothing else has to be resolved, no type be asked for.
  if (scope?.variable?.references.some(({ identifier }) => isWithin(identifier, node))) return true;
  const known = answersOf(resolver, scope?.variable);
  const keys = resolver.file.sourceCode.visitorKeys;
  const seen: Node[] = [];
  const stack: Node[] = [node];
  for (let current = stack.pop(); current; current = stack.pop()) {
    const answer = known.get(current);
    if (answer === false) continue;
    if (answer ?? isSession(resolver, current, scope)) {
      // So does everything around it.
      for (let outer: Node | undefined = current; outer; outer = outer === node ? undefined : outer.parent) known.set(outer, true);
      return true;
    }
    seen.push(current);
    // The names of members and keys are no variables.
    if (current.type === 'MemberExpression') stack.push(current.object, ...(current.computed ? [current.property] : []));
    else if (current.type === 'Property' && !current.computed) stack.push(current.value);
    else if (current.type !== 'Identifier') for (const child of childrenOf(current, keys)) stack.push(child);
  }
  for (const each of seen) known.set(each, false);
  return false;
}

const answers = new WeakMap<Resolver, Map<Variable | undefined, Map<Node, boolean>>>();

/** What is known of the pieces of code that were asked about: calls in calls ask for the same again and again. */
function answersOf(resolver: Resolver, variable: Variable | undefined): Map<Node, boolean> {
  const ofFile = answers.get(resolver) ?? new Map<Variable | undefined, Map<Node, boolean>>();
  answers.set(resolver, ofFile);
  const known = ofFile.get(variable) ?? new Map<Node, boolean>();
  ofFile.set(variable, known);
  return known;
}

function isSession(resolver: Resolver, node: Node, scope: TransactionScope | undefined): boolean {
  if (node.type === 'MemberExpression') return resolver.valueOf(node)?.kind === 'session';
  const variable = node.type === 'Identifier' ? resolver.file.variableOf(node) : undefined;
  if (!variable) return false;
  if (variable === scope?.variable) return true;
  const value = resolver.variableValue(variable);
  return value?.kind === 'session' || ((value?.kind === 'object' || value?.kind === 'shape') && resolver.carriedBy(node).length > 0);
}

/** Whether the session takes part in a chain, as receiver, as argument, or in the making of its receiver. */
export function carriesSession(resolver: Resolver, chain: Chain, scope: TransactionScope): boolean {
  if (mentionsSession(resolver, chain.node, scope)) return true;
  for (const prefix of prefixesFromRoot(chain.node)) if (resolver.valueOf(prefix)?.kind === 'session') return true;
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
