/** Uses of an ambient session by work that is started in its scope: in sight, or in the methods of the file that it calls. */
import { ambientSessionAt } from '../sessions/ambient.js';
import { ambientByMethod } from '../sessions/catalogue.js';
import { childrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainOf, decoratorCallees, isFunction, propertyName, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';

/** The ambient session at `at`, if the work uses the database in a way that would join it. */
export function ambientlyUsed(model: SessionModel, work: Node, at: Node): Session | undefined {
  const session = ambientSessionAt(model.resolver, at, undefined) ?? effectScopeAt(model.resolver, at);
  if (!session) return undefined;
  const libraries = new Set(session.kinds.flatMap(({ facts, library }) => [library.id, ...facts.origins.flatMap((origin) => (origin.kind === 'ambient' ? origin.of : []))]));
  return worksOn(model, work, libraries, new Set()) ? session : undefined;
}

/** `sql.withTransaction(effect)` and `effect.pipe(sql.withTransaction)`: the scope is an effect and no function. */
function effectScopeAt(resolver: Resolver, at: Node): Session | undefined {
  for (let node: Node | undefined = at; node; node = node.parent) {
    const call: Node | undefined = node.parent;
    if (call?.type !== 'CallExpression') continue;
    const opener = call.arguments.some((argument) => argument === node) ? call.callee : calleeName(call) === 'pipe' ? call.arguments.find((argument) => argument.type === 'MemberExpression') : undefined;
    if (opener?.type !== 'MemberExpression') continue;
    const name = propertyName(opener) ?? '';
    const owner = ambientByMethod.has(name) ? resolver.valueOf(opener.object) : undefined;
    const entry = owner?.kind === 'client' ? ambientByMethod.get(name)?.find((each) => each.library === owner.library && each.origin.switchedOnBy === undefined) : undefined;
    if (entry) return sessionOf(resolver.session({ origin: call, how: 'ambient', kinds: [entry], name: `the ${entry.facts.noun} of \`${name}\`` }));
  }
  return undefined;
}

function worksOn(model: SessionModel, root: Node, libraries: ReadonlySet<string>, seen: Set<FunctionNode>): boolean {
  const { resolver, file } = model;
  const stack: Node[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression') {
      const chain = chainOf(node);
      const prefix = resolver.valueOf(chain.root);
      if (prefix?.kind === 'client' && libraries.has(prefix.library.id)) return true;
      if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
        const owner = resolver.valueOf(node.callee.object);
        if (owner?.kind === 'client' && libraries.has(owner.library.id)) return true;
        if (isRepositoryOfClass(node.callee.object) && propertyName(node.callee) !== 'create') return true;
      }
      const callee = node.type === 'CallExpression' ? resolver.valueOf(node.callee) : undefined;
      if (callee?.kind === 'function' && !seen.has(callee.node) && seen.size < 20) {
        seen.add(callee.node);
        // A decorated method opens (or joins) a transaction of its own: what it does then is its own affair.
        if (!isDecorated(callee.node) && worksOn(model, callee.node.body, libraries, seen)) return true;
      }
    }
    stack.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return false;
}

/** `this.orderRepository`: a field that is called as repositories are, inside an ambient scope. */
function isRepositoryOfClass(node: Node): boolean {
  return node.type === 'MemberExpression' && node.object.type === 'ThisExpression' && /(?:Repository|Repo|Dao|DAO)$/.test(propertyName(node) ?? '');
}

function isDecorated(fn: FunctionNode): boolean {
  return isFunction(fn) && fn.parent.type === 'MethodDefinition' && decoratorCallees(fn.parent).length > 0;
}
