/** Sessions that leave the callback they end with: kept, attached to a request, returned. */
import { attachments } from '../sessions/attached.js';
import { callAround } from '../sessions/callbacks.js';
import type { SessionModel } from '../sessions/model.js';
import { isFunction, isWithin, outermost, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { UseFinder } from '../sessions/uses.js';
import { endsIn, isEnd } from './ends.js';
import { escape, inRegistries, managed, managedCallbacks, storedOutside, type Escape } from './kept.js';

export type { Escape } from './kept.js';

export function escapesOf(model: SessionModel, finder: UseFinder): Escape[] {
  const callbacks = managedCallbacks(model);
  return [...(callbacks.length > 0 ? [...storedOutside(model, finder, callbacks), ...inRegistries(model, callbacks), ...returned(model, finder, callbacks)] : []), ...beforeTheHandler(model)];
}

/** `return tx`, `return { tx }`, and a function that goes on using it. */
function returned(model: SessionModel, finder: UseFinder, callbacks: readonly FunctionNode[]): Escape[] {
  const { file } = model;
  return callbacks.flatMap((fn) => {
    if (!callAround(fn)) return [];
    const results = fn.body.type === 'BlockStatement' ? file.returnedBy(fn) : [fn.body];
    return results.flatMap((result) => {
      const node = unwrap(result);
      const direct = node.type === 'ObjectExpression' ? node.properties.map((property) => (property.type === 'Property' ? property.value : property.argument)) : node.type === 'ArrayExpression' ? node.elements.flatMap((element) => element ?? []) : [node];
      for (const part of direct) {
        const session = isRow(model, unwrap(part)) ? undefined : managed(model, part);
        if (session?.scope === fn) return escape(session, part, 'returned', '');
      }
      const closure = isFunction(node) ? node : undefined;
      const use = closure && finder.usesOf(closure).find((each) => each.session.scope === fn && each.session.how === 'managed-callback' && !isEnd(each));
      return closure && use && endsIn(model, use.session, closure).length === 0 ? escape(use.session, closure, 'returned', '') : [];
    });
  });
}

/** No name, or one of what a method gave that was waited for: nothing is resolved for these, which are most of what is returned. */
function isRow({ file }: SessionModel, part: Node): boolean {
  if (part.type !== 'Identifier') return true;
  const definition = file.variableOf(part)?.defs[0]?.node as Node | undefined;
  const init = definition?.type === 'VariableDeclarator' ? definition.init : undefined;
  return init?.type === 'AwaitExpression' && init.argument.type === 'CallExpression' && init.argument.callee.type === 'MemberExpression';
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
