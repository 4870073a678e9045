/**
 * Releases that hang on the events of a response. A client that goes away leaves a response that never emits `finish`,
 * only `close`; a response that was sent emits both.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportedTypeName } from '../sessions/annotations.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingFunction, isFunction, isWithin, receiverOf, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import { releasesOf, type Release } from './endings.js';

export type ListenerFinding =
  | { readonly fault: 'finishOnly'; readonly node: TSESTree.CallExpression; readonly session: Session; readonly emitter: string }
  | { readonly fault: 'finishAndClose'; readonly node: TSESTree.CallExpression; readonly session: Session; readonly emitter: string };

interface Listener {
  readonly call: TSESTree.CallExpression;
  readonly event: string;
  readonly emitter: Node;
  readonly fn: FunctionNode;
}

const adding = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'];

export function listenerFindings(model: SessionModel): ListenerFinding[] {
  if (!/['"`]finish['"`]/.test(model.file.sourceCode.text)) return [];
  const listeners = listenersOf(model);
  const releases = releasesOf(model).filter(({ session }) => session.how === 'acquired');
  return listeners.flatMap((finish): ListenerFinding[] => {
    if (finish.event !== 'finish' || !isResponse(model, finish.emitter)) return [];
    const sessions = new Set(releases.filter(({ call }) => isWithin(call, finish.fn)).map(({ session }) => session));
    return [...sessions].flatMap((session) => judge(model, finish, session, listeners, releases.filter((release) => release.session === session)));
  });
}

function judge(model: SessionModel, finish: Listener, session: Session, listeners: readonly Listener[], releases: readonly Release[]): ListenerFinding[] {
  const emitter = model.file.nameOf(finish.emitter);
  const others = listeners.filter(({ event, fn }) => event !== 'finish' && event !== 'error' && releases.some(({ call }) => isWithin(call, fn)));
  const close = others.find((other) => other.event === 'close' && model.file.nameOf(other.emitter) === emitter);
  if (close) {
    const { twice } = session.kinds[0].facts.release ?? {};
    const second = close.call.range[0] > finish.call.range[0] ? close.call : finish.call;
    return twice && twice.kind !== 'safe' && !isGuarded(model, finish.fn, releases) && !isGuarded(model, close.fn, releases) ? [{ fault: 'finishAndClose', node: second, session, emitter }] : [];
  }
  // An abort may be handled by another event, or the release by other code altogether.
  const elsewhere = releases.filter(({ call }) => !isWithin(call, finish.fn) && !isAfterFailure(call, listeners));
  return others.length === 0 && elsewhere.length === 0 ? [{ fault: 'finishOnly', node: finish.call, session, emitter }] : [];
}

function listenersOf({ file, resolver }: SessionModel): Listener[] {
  return adding.flatMap((name) =>
    (file.callsByName.get(name) ?? []).flatMap((call) => {
      const [event, callback] = call.arguments;
      const emitter = receiverOf(call);
      const value = callback && resolver.valueOf(callback);
      if (call.type !== 'CallExpression' || !emitter || event?.type !== 'Literal' || value?.kind !== 'function') return [];
      return [{ call, event: String(event.value), emitter, fn: value.node }];
    }),
  );
}

/** In a `catch`, or in a listener for errors: it does not run for a client that went away. */
function isAfterFailure(call: Node, listeners: readonly Listener[]): boolean {
  for (let node: Node | undefined = call; node; node = node.parent) if (node.type === 'CatchClause') return true;
  return listeners.some(({ event, fn }) => event === 'error' && isWithin(call, fn)) || isRejectionHandler(call);
}

function isRejectionHandler(node: Node): boolean {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const { parent }: { parent: Node } = fn;
    if (parent.type === 'CallExpression' && calleeName(parent) === 'catch') return true;
  }
  return false;
}

/** Something in the listener decides whether to release: what is around the release, or what may leave before it. */
function isGuarded({ file }: SessionModel, fn: FunctionNode, releases: readonly Release[]): boolean {
  if (/\b(?:off|removeListener|removeAllListeners)\b/.test(file.sourceCode.getText(fn))) return true;
  const holdsRelease = (node: Node): boolean => releases.some(({ call }) => isWithin(call, node));
  const stack: { readonly node: Node; readonly decided: boolean }[] = [{ node: fn.body, decided: false }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node } = next;
    const decides = /^(?:IfStatement|ConditionalExpression|LogicalExpression|SwitchStatement|ChainExpression|TryStatement)$/.test(node.type);
    if (decides && holdsRelease(node)) return true;
    const decided = next.decided || decides;
    if (decided && (/^(?:Return|Throw)Statement$/.test(node.type) || (/^(?:Break|Continue)Statement$/.test(node.type) && holdsRelease(leftBy(node))))) return true;
    for (const key of file.sourceCode.visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
      if (Array.isArray(child)) stack.push(...child.filter((element) => element !== null).map((element) => ({ node: element, decided })));
      else if (child) stack.push({ node: child, decided });
    }
  }
  return false;
}

/** The loop or the `switch` that a `break` or `continue` is about; with a label it may be any. */
function leftBy(jump: Node): Node {
  const kinds = jump.type === 'BreakStatement' ? /^(?:For|While|DoWhile|Switch)/ : /^(?:For|While|DoWhile)/;
  let outer = jump;
  for (let node: Node | undefined = jump; node && !isFunction(node); node = node.parent) {
    outer = node;
    if (kinds.test(node.type) && !('label' in jump && jump.label)) return node;
  }
  return outer;
}

const responseTypes = /^(?:Response|ServerResponse|Http2ServerResponse|FastifyReply|NextApiResponse|OutgoingMessage)$/;

/** A response by its type, by its place (`(req, res, next)`), or what a framework keeps one in: `ctx.res`, `reply.raw`. */
function isResponse(model: SessionModel, emitter: Node): boolean {
  const node = unwrap(emitter);
  if (node.type === 'MemberExpression' && node.property.type === 'Identifier') {
    return /^(?:res|response)$/.test(node.property.name) || (node.property.name === 'raw' && isResponse(model, node.object));
  }
  if (node.type !== 'Identifier') return false;
  const definition = model.file.variableOf(node)?.defs[0];
  if (!definition) return false;
  const name = definition.name as TSESTree.Identifier;
  const annotation = name.typeAnnotation?.typeAnnotation;
  if (annotation?.type === 'TSTypeReference') return responseTypes.test(exportedTypeName(model.file, annotation.typeName) ?? '');
  if ((definition.type as string) === 'Parameter') {
    const fn = definition.node as Node;
    return isFunction(fn) && ((fn.params.length >= 2 && fn.params[1] === name && /^(?:res|response|reply|rep)$/.test(node.name)) || /^(?:res|response)$/.test(node.name));
  }
  const { init } = definition.node as TSESTree.VariableDeclarator;
  return init?.type === 'CallExpression' && calleeName(init) === 'getResponse';
}
