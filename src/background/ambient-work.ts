/** Uses of an ambient session by work that is started in its scope: in sight, or in the methods of the file that it calls. */
import type { AmbientOrigin, CallbackOrigin, SessionFacts } from '../libraries/library.js';
import { exportName } from '../sessions/acquisitions.js';
import { ambientSessionAt } from '../sessions/ambient.js';
import { callAround, managedCallback } from '../sessions/callbacks.js';
import { acquiresByMethod, ambientByMethod, callbacksByMethod } from '../sessions/catalogue.js';
import { childrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainOf, decoratorCallees, enclosingFunction, isFunction, prefixesOf, propertyName, unwrap, type CallLike, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';

/** The ambient session at `at`, if the work uses the database in a way that would join it. */
export function ambientlyUsed(model: SessionModel, work: Node, at: Node): Session | undefined {
  const session = ambientSessionAt(model.resolver, at, undefined) ?? effectScopeAt(model.resolver, at) ?? contextAt(model.resolver, at);
  if (!session || leavesScope(session, at, session.scope)) return undefined;
  const libraries = new Set(session.kinds.flatMap(({ facts, library }) => [library.id, ...ambientOrigins(facts).flatMap((origin) => origin.of)]));
  return worksOn(model, work, { session, libraries, seen: new Set() }) ? session : undefined;
}

function ambientOrigins(facts: SessionFacts): AmbientOrigin[] {
  return facts.origins.filter((origin): origin is AmbientOrigin => origin.kind === 'ambient');
}

/** Functions whose callback runs outside the scope, or after its end on purpose. */
function waysOut(session: Session): string[] {
  return session.kinds.flatMap(({ facts }) => ambientOrigins(facts).flatMap(({ outside = [], afterEnd = [] }) => [...outside, ...afterEnd]));
}

/** Whether such a callback stands between `node` and `outer`. */
export function leavesScope(session: Session, node: Node, outer: Node | undefined): boolean {
  const names = waysOut(session);
  for (let inner: Node | undefined = node; names.length > 0 && inner && inner !== outer; inner = inner.parent) {
    const call = isFunction(inner) ? callAround(inner) : undefined;
    if (call && names.includes(calleeName(call) ?? '')) return true;
  }
  return false;
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

/** `em.transactional(cb)` of MikroORM: its session has a name, and is in the context of all that is started there, too. */
function contextAt(resolver: Resolver, at: Node): Session | undefined {
  for (let fn = enclosingFunction(at); fn; fn = enclosingFunction(fn)) {
    const call = callAround(fn);
    const name = call && calleeName(call);
    if (!call || !callbacksByMethod.get(name ?? '')?.some(({ origin }) => origin.inContext)) continue;
    const managed = managedCallback(resolver, call, fn);
    const [kind] = managed?.kinds ?? [];
    if (kind && managed?.origins.every((origin) => origin.inContext)) return sessionOf(resolver.session({ origin: fn, how: 'ambient', kinds: [kind], name: `the ${kind.facts.noun} of \`${name ?? ''}\``, scope: fn }));
  }
  return undefined;
}

interface Search {
  readonly session: Session;
  readonly libraries: ReadonlySet<string>;
  readonly seen: Set<FunctionNode>;
}

function worksOn(model: SessionModel, root: Node, search: Search): boolean {
  const { resolver, file } = model;
  const { libraries, seen } = search;
  const stack: Node[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression') {
      const joins = joinsScope(resolver, node, search);
      if (joins === 'yes') return true;
      if (joins === 'has its own') continue;
      const callee = node.type === 'CallExpression' ? resolver.valueOf(node.callee) : undefined;
      if (callee?.kind === 'function' && !seen.has(callee.node) && seen.size < 20) {
        seen.add(callee.node);
        // A decorated method opens (or joins) a transaction or a context of its own: what it does then is its own affair.
        if (!isDecorated(callee.node) && worksOn(model, callee.node.body, search)) return true;
      }
    }
    if (isFunction(node) && node !== root && libraries.size > 0 && ambientSessionAt(resolver, node, undefined)?.scope === node) continue;
    stack.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return false;
}

/** Whether a call does its work in the scope, or in a session that it opens for itself. */
function joinsScope(resolver: Resolver, node: CallLike | Extract<Node, { type: 'TaggedTemplateExpression' }>, { session, libraries }: Search): 'yes' | 'has its own' | undefined {
  if (node.type === 'NewExpression') return undefined;
  const name = calleeName(node) ?? '';
  if (waysOut(session).includes(name)) return 'has its own';
  const chain = chainOf(node);
  const called = chain.links.flatMap((link) => (link.called ? [link.name] : []));
  const isOfLibrary = ({ library }: { library: { readonly id: string } }): boolean => libraries.has(library.id);
  const opener = (link: string): CallbackOrigin | undefined => callbacksByMethod.get(link)?.find(isOfLibrary)?.origin;
  if (called.some((link) => (opener(link) && !opener(link)?.inContext) ?? acquiresByMethod.get(link)?.some((entry) => isOfLibrary(entry) && entry.origin.on !== 'module'))) {
    return prefixesOf(node).some((prefix) => isJoining(resolver, prefix, libraries)) ? 'has its own' : undefined;
  }
  const localNames = session.kinds.flatMap(({ facts }) => facts.operations?.local ?? []);
  if (called.every((link) => localNames.includes(link))) return undefined;
  if (prefixesOf(node).some((prefix) => isJoining(resolver, prefix, libraries))) return 'yes';
  const callee = node.type === 'CallExpression' ? unwrap(node.callee) : undefined;
  return callee?.type === 'MemberExpression' && isRepositoryOfClass(callee.object) && name !== 'create' ? 'yes' : undefined;
}

/** A client, or an entity manager that finds the scope by its context: a field that is injected, the request's own. */
function isJoining(resolver: Resolver, prefix: Node, libraries: ReadonlySet<string>): boolean {
  const callee = prefix.type === 'CallExpression' ? resolver.valueOf(prefix.callee) : undefined;
  if (callee?.kind === 'module' && (acquiresByMethod.get(exportName(callee.path) ?? '')?.some(({ library, origin, facts }) => libraries.has(library.id) && origin.on === 'module' && facts.operations?.onlyHazards !== undefined) ?? false)) return true;
  const value = resolver.valueOf(prefix);
  if (value?.kind === 'client') return libraries.has(value.library.id);
  if (value?.kind === 'session') {
    const [{ library, facts }] = value.session.kinds;
    const owner = enclosingFunction(value.session.origin);
    const isInjected = value.session.how === 'typed' && (!owner || (owner.parent.type === 'MethodDefinition' && owner.parent.kind === 'constructor'));
    return isInjected && facts.operations?.onlyHazards !== undefined && libraries.has(library.id);
  }
  return false;
}

/** `this.orderRepository`: a field that is called as repositories are, inside an ambient scope. */
function isRepositoryOfClass(node: Node): boolean {
  return node.type === 'MemberExpression' && node.object.type === 'ThisExpression' && /(?:Repository|Repo|Dao|DAO)$/.test(propertyName(node) ?? '');
}

function isDecorated(fn: FunctionNode): boolean {
  return fn.parent.type === 'MethodDefinition' && decoratorCallees(fn.parent).length > 0;
}
