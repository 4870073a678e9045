/** Sessions that leave the callback they end with: stored outside, attached to a request, returned. */
import type { TSESTree } from '@typescript-eslint/utils';
import { attachments } from '../sessions/attached.js';
import { callAround } from '../sessions/callbacks.js';
import { childrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, isFunction, isWithin, outermost, receiverOf, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { UseFinder } from '../sessions/uses.js';
import type { Session } from '../sessions/values.js';
import { endsIn, isEnd } from './ends.js';
import { lateOutcome } from './outcome.js';

export interface Escape {
  readonly node: Node;
  readonly session: Session;
  readonly outcome: string;
  /** `stored`: and used afterwards; `returned`: by the callback; `handler`: attached for a handler that runs later. */
  readonly how: 'stored' | 'returned' | 'handler';
  readonly where: string;
}

export function escapesOf(model: SessionModel, finder: UseFinder): Escape[] {
  return [...storedOutside(model), ...inRegistries(model), ...returned(model, finder), ...beforeTheHandler(model)];
}

/** The session itself (not a builder or a row) of a managed callback, if the expression is one. */
function managed({ resolver }: SessionModel, expression: Node): (Session & { readonly scope: FunctionNode }) | undefined {
  const value = resolver.valueOf(expression);
  if (value?.kind !== 'session' || value.derived || value.session.how !== 'managed-callback' || !value.session.scope) return undefined;
  return value.session as Session & { readonly scope: FunctionNode };
}

function escape(session: Session, node: Node, how: Escape['how'], where: string): Escape[] {
  const outcome = lateOutcome(session, false);
  return outcome === undefined ? [] : [{ node, session, outcome, how, where }];
}

/** `let kept; await db.transaction(async (tx) => { kept = tx; }); await kept.query(…)` */
function storedOutside(model: SessionModel): Escape[] {
  const { file } = model;
  return file.nodes.assignments.flatMap((assignment) => {
    if (assignment.operator !== '=' || assignment.right.type !== 'Identifier') return [];
    const session = managed(model, assignment.right);
    if (!session || !isWithin(assignment, session.scope) || isHeldOpen(model, session.scope)) return [];
    const home = enclosingFunction(session.scope);
    const isAfter = (node: Node): boolean => node.range[0] > session.scope.range[1] && enclosingFunction(node) === home;
    const { left } = assignment;
    if (left.type === 'Identifier') {
      const variable = file.variableOf(left);
      const usedAfter = variable?.references.some((reference) => reference.isRead() && isAfter(reference.identifier)) ?? false;
      const declaredInside = variable?.defs[0] !== undefined && isWithin(variable.defs[0].name, session.scope);
      return usedAfter && !declaredInside ? escape(session, assignment, 'stored', `\`${left.name}\``) : [];
    }
    if (left.type !== 'MemberExpression' || left.object.type !== 'ThisExpression') return [];
    const text = file.spellingOf(left);
    const written = file.nodes.assignments.some((other) => other !== assignment && file.spellingOf(other.left) === text && isAfter(other));
    const read = file.calls.some((call) => isAfter(call) && (receiverOf(call) !== undefined ? file.spellingOf(call.callee).startsWith(`${text}.`) : false));
    return read && !written ? escape(session, assignment, 'stored', `\`${text}\``) : [];
  });
}

/** The callback waits for a promise that somebody else resolves, or nobody waits for the call: it is over some other time. */
function isHeldOpen({ file }: SessionModel, scope: FunctionNode): boolean {
  const call = callAround(scope);
  const waiter = call && outermost(call).parent;
  return waiter?.type !== 'AwaitExpression' || /\bnew Promise\b|\bPromise\.withResolvers\b/.test(file.sourceCode.getText(scope.body));
}

/** `sessions.set(id, tx)` on a Map of the module from which nothing is ever deleted. */
function inRegistries(model: SessionModel): Escape[] {
  const { file, resolver } = model;
  return (file.callsByName.get('set') ?? []).flatMap((call) => {
    const session = call.arguments[1] && managed(model, call.arguments[1]);
    const receiver = receiverOf(call);
    if (!session || receiver?.type !== 'Identifier' || /\bnew Promise\b/.test(file.sourceCode.getText(session.scope.body))) return [];
    const variable = file.variableOf(receiver);
    const definition = variable?.defs[0];
    if (!variable || (definition?.type as string | undefined) !== 'Variable' || isWithin(definition?.name as Node, session.scope)) return [];
    const { init } = definition?.node as TSESTree.VariableDeclarator;
    const made = init && unwrap(init);
    if (made?.type !== 'NewExpression' || resolver.valueOf(made.callee)?.kind !== 'global' || !/^(?:Weak)?Map$/.test(file.sourceCode.getText(made.callee))) return [];
    const isCleared = variable.references.some((reference) => {
      const parent = (reference.identifier as Node).parent;
      return parent?.type === 'MemberExpression' && parent.object === reference.identifier && parent.property.type === 'Identifier' && /^(?:delete|clear)$/.test(parent.property.name);
    });
    return isCleared ? [] : escape(session, call, 'stored', `\`${receiver.name}\``);
  });
}

/** `return tx`, `return { tx }`, and a function that goes on using it. */
function returned(model: SessionModel, finder: UseFinder): Escape[] {
  const { file } = model;
  return file.nodes.functions.flatMap((fn) => {
    if (callAround(fn) === undefined) return [];
    const results = fn.body.type === 'BlockStatement' ? ownReturns(fn.body, file.sourceCode.visitorKeys) : [fn.body];
    return results.flatMap((result) => {
      const node = unwrap(result);
      const direct = node.type === 'ObjectExpression' ? node.properties.map((property) => (property.type === 'Property' ? property.value : property.argument)) : node.type === 'ArrayExpression' ? node.elements.flatMap((element) => element ?? []) : [node];
      for (const part of direct) {
        if (unwrap(part).type !== 'Identifier') continue;
        const session = managed(model, part);
        if (session?.scope === fn) return escape(session, part, 'returned', '');
      }
      const closure = isFunction(node) ? node : undefined;
      const use = closure && finder.usesOf(closure).find((each) => each.session.scope === fn && each.session.how === 'managed-callback' && !isEnd(each));
      return closure && use && endsIn(model, use.session, closure).length === 0 ? escape(use.session, closure, 'returned', '') : [];
    });
  });
}

function ownReturns(body: Node, keys: Readonly<Record<string, readonly string[] | undefined>>): Node[] {
  if (body.type === 'ReturnStatement') return body.argument ? [body.argument] : [];
  return isFunction(body) || body.type.endsWith('Expression') ? [] : childrenOf(body, keys).flatMap((child) => ownReturns(child, keys));
}

/** `db.transaction(async (tx) => { req.tx = tx; next(); })`: Express's `next()` waits for no handler; Koa's does, if awaited. */
function beforeTheHandler(model: SessionModel): Escape[] {
  const { file } = model;
  return attachments(model.resolver).flatMap(({ session, node }) => {
    const { scope } = session;
    if (!scope || session.how === 'acquired' || !isWithin(node, scope)) return [];
    const text = file.sourceCode.getText(scope.body);
    if (/['"](?:finish|close)['"]|[oO]nFinished|\bfinished\(/.test(text)) return [];
    const [next] = (file.callsByName.get('next') ?? []).filter((call) => isWithin(call, scope) && call.callee.type === 'Identifier');
    const definition = next && file.variableOf(next.callee)?.defs[0];
    const middleware = definition?.node as Node | undefined;
    if (!next || (definition?.type as string) !== 'Parameter' || !isFunction(middleware) || isWithin(middleware, scope)) return [];
    const place = middleware.params.findIndex((param) => param.type === 'Identifier' && param.name === 'next');
    if (place < 2 && isWaitedFor(next)) return [];
    return escape(session, node, 'handler', place < 2 ? '`next()` is not awaited here' : '`next()` returns before the handler is done');
  });
}

function isWaitedFor(call: Node): boolean {
  const { parent } = outermost(call);
  return parent?.type === 'AwaitExpression' || parent?.type === 'ReturnStatement' || parent?.type === 'ArrowFunctionExpression' || parent?.type === 'VariableDeclarator';
}
