/** When a session is over, seen from a piece of code that goes on by itself. */
import type { TSESTree } from '@typescript-eslint/utils';
import { isAmbientStore } from '../sessions/ambient-store.js';
import { attachments } from '../sessions/attached.js';
import { childrenOf, type File } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, decoratorCallees, enclosingClass, enclosingFunction, isConstructor, isFunction, isWithin, propertyName, receiverOf, unwrap, type ClassNode, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import { endsIn } from './ends.js';

/** `callback`: with the managed callback; `caller`: whenever the caller likes; `release`: by a release in the same function; `request`: with the request. */
export type Ending = 'callback' | 'caller' | 'release' | 'request';

/**
 * How the session ends while `region` may still be running.
 *
 * @param region the code that goes on: a function or an expression
 * @param at where it is started
 * @returns undefined where the file does not show that it ends first
 */
export function endingOf(model: SessionModel, session: Session, region: Node, at: Node): Ending | undefined {
  if (isWithin(session.origin, region)) return undefined;
  // It ends the session itself, and so decides when that is over.
  if (endsIn(model, session, region).length > 0) return undefined;
  return nearEnding(model, session, at) ?? farEnding(model, session, at);
}

function nearEnding(model: SessionModel, session: Session, at: Node): Ending | undefined {
  switch (session.how) {
    case 'ambient':
      return isWithin(at, session.scope ?? session.origin) ? 'callback' : undefined;
    case 'managed-callback':
    case 'wrapper':
      return session.scope && isWithin(at, session.scope) && !isEndedByHand(model, session, session.scope) ? 'callback' : undefined;
    case 'acquired':
      return acquiredEnding(model, session, at);
    case 'typed':
    case 'passed-in':
    case 'used-as': {
      const ending = handedEnding(model, session, at);
      return ending === 'caller' && isOfRequest(session) ? 'request' : ending;
    }
  }
}

/** Knex's older style: `knex.transaction((trx) => { work(trx).then(trx.commit) })` lasts until somebody ends it. */
function isEndedByHand(model: SessionModel, session: Session, scope: FunctionNode): boolean {
  if (scope.async || scope.body.type !== 'BlockStatement' || returnsValue(scope.body)) return false;
  return endsIn(model, session, scope.body).length > 0;
}

function returnsValue(node: Node): boolean {
  if (node.type === 'ReturnStatement') return node.argument !== null;
  if (isFunction(node)) return false;
  if (node.type === 'BlockStatement') return node.body.some(returnsValue);
  if (node.type === 'IfStatement') return returnsValue(node.consequent) || (node.alternate !== null && returnsValue(node.alternate));
  return node.type === 'TryStatement' && returnsValue(node.block);
}

function acquiredEnding(model: SessionModel, session: Session, at: Node): Ending | undefined {
  const owner = enclosingFunction(session.origin);
  if (!owner || !isWithin(at, owner)) return undefined;
  if (isInOwnTransaction(model, session, at)) return 'callback';
  return endsIn(model, session, owner.body).some((end) => !isWithin(end, at)) ? 'release' : undefined;
}

/** The callback of mongo's `session.withTransaction(cb)`. */
function isInOwnTransaction({ resolver }: SessionModel, session: Session, at: Node): boolean {
  for (let node: Node | undefined = at; node; node = node.parent) {
    if (!isFunction(node) || node.parent.type !== 'CallExpression') continue;
    const call: TSESTree.CallExpression = node.parent;
    const receiver = receiverOf(call);
    const isCallback = session.kinds.some(({ facts }) => facts.origins.some((origin) => origin.kind === 'callback' && origin.receiverIsSession && origin.methods.includes(calleeName(call) ?? '')));
    const value = receiver && isCallback ? resolver.valueOf(receiver) : undefined;
    if (value?.kind === 'session' && value.session === session) return true;
  }
  return false;
}

/** A parameter: the caller ends the session when the function has returned. */
function handedEnding(model: SessionModel, session: Session, at: Node): Ending | undefined {
  // A connection that is made and not borrowed may live as long as the program.
  if (session.kinds.every(({ facts }) => facts.origins.every((origin) => origin.kind === 'constructed' || (origin.kind === 'acquire' && origin.on === 'module')))) return undefined;
  const owner = enclosingFunction(session.origin);
  if (!owner) return requestScoped(model, session);
  const param = owner.params.find((each) => isWithin(session.origin, each));
  if (param && isCheckout(owner)) return undefined;
  if (param) return isConstructor(owner) ? requestScoped(model, session) : isWithin(at, owner) ? 'caller' : undefined;
  return isTakenFromParameter(model, session.origin) && isWithin(at, owner) ? 'caller' : undefined;
}

/** `pool.connect((error, client, release) => …)`: who is given the release decides when it is over. */
function isCheckout(fn: FunctionNode): boolean {
  const last = fn.params.at(-1);
  return fn.params.length > 2 && last?.type === 'Identifier' && /^(?:done|release)/.test(last.name);
}

/** `const { transaction } = options` with a parameter `options`. */
function isTakenFromParameter({ file }: SessionModel, origin: Node): boolean {
  let node: Node | undefined = origin;
  while (node && node.type !== 'VariableDeclarator' && !isFunction(node)) node = node.parent;
  let init = node?.type === 'VariableDeclarator' && node.init ? unwrap(node.init) : undefined;
  while (init?.type === 'MemberExpression') init = unwrap(init.object);
  return init?.type === 'Identifier' && (file.variableOf(init)?.defs[0]?.type as string | undefined) === 'Parameter';
}

/** A session that is in the fields of a provider which lives for one request: `@Injectable({ scope: Scope.REQUEST })`. */
function requestScoped(model: SessionModel, session: Session): Ending | undefined {
  const owner = enclosingClass(session.origin);
  return owner && isRequestScoped(model, owner) ? 'request' : undefined;
}

export function isRequestScoped({ file }: SessionModel, owner: ClassNode): boolean {
  const ofClass = decoratorCallees(owner).some(({ arguments: [options] }) => options !== undefined && asksForRequestScope(options));
  if (ofClass) return true;
  // Or what is injected comes from such a provider of the same file: `{ provide: 'TX', scope: Scope.REQUEST, useFactory }`.
  const tokens = new Set(injectedTokens(owner).map((token) => file.spellingOf(token)));
  return tokens.size > 0 && requestProviders(file).some((provider) => tokens.has(file.spellingOf(provider.token)));
}

function asksForRequestScope(options: Node): boolean {
  const node = unwrap(options);
  return node.type === 'ObjectExpression' && node.properties.some((property) => property.type === 'Property' && propertyName(property) === 'scope' && property.value.type === 'MemberExpression' && propertyName(property.value) === 'REQUEST');
}

function injectedTokens(owner: ClassNode): Node[] {
  return owner.body.body.flatMap((member) => {
    if (member.type === 'PropertyDefinition') return tokensOf(member);
    return member.type === 'MethodDefinition' && member.kind === 'constructor' ? member.value.params.flatMap(tokensOf) : [];
  });
}

function tokensOf(member: { decorators?: TSESTree.Decorator[] | undefined }): Node[] {
  return decoratorCallees(member).flatMap(({ callee, arguments: [token] }) => (callee.type === 'Identifier' && callee.name === 'Inject' && token ? [token] : []));
}

interface RequestProvider {
  readonly token: Node;
  readonly provider: TSESTree.ObjectExpression;
}

/** `{ provide: 'TX', scope: Scope.REQUEST, … }` */
export function requestProviders({ sourceCode }: File): RequestProvider[] {
  const found: RequestProvider[] = [];
  const stack: Node[] = [sourceCode.ast];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'ObjectExpression' && asksForRequestScope(node)) {
      for (const property of node.properties) if (property.type === 'Property' && propertyName(property) === 'provide') found.push({ token: property.value, provider: node });
    }
    stack.push(...childrenOf(node, sourceCode.visitorKeys));
  }
  return found;
}

/** A session that was taken out of the function it comes from: attached to a request, or put into an AsyncLocalStorage. */
function farEnding(model: SessionModel, session: Session, at: Node): Ending | undefined {
  const { resolver, file } = model;
  if (session.how === 'typed' || session.how === 'used-as' || session.how === 'passed-in') return undefined;
  const home = enclosingFunction(session.origin);
  if (attachments(resolver).some((attached) => attached.session === session) && (!home || !isWithin(at, home))) return 'request';
  for (const method of ['run', 'enterWith']) {
    for (const call of file.callsByName.get(method) ?? []) {
      const receiver = receiverOf(call);
      const [value] = call.arguments;
      if (receiver && value && isAmbientStore(resolver, receiver) && resolver.carriedBy(value).includes(session)) return 'callback';
    }
  }
  return undefined;
}

/** `request.pg`: the library's own property of a request. */
function isOfRequest(session: Session): boolean {
  return session.kinds.some(({ facts }) => facts.origins.some((origin) => origin.kind === 'property' && origin.of.includes('FastifyRequest')));
}
