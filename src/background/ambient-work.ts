/** Uses of an ambient session by work that is started in its scope: in sight, or in the methods of the file that it calls. */
import { ambientSessionAt } from '../sessions/ambient.js';
import { childrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { chainOf, decoratorCallees, isFunction, propertyName, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';

/** The ambient session at `at`, if the work uses the database in a way that would join it. */
export function ambientlyUsed(model: SessionModel, work: Node, at: Node): Session | undefined {
  const session = ambientSessionAt(model.resolver, at, undefined);
  if (!session) return undefined;
  const libraries = new Set(session.kinds.flatMap(({ facts, library }) => [library.id, ...facts.origins.flatMap((origin) => (origin.kind === 'ambient' ? origin.of : []))]));
  return worksOn(model, work, libraries, new Set()) ? session : undefined;
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
