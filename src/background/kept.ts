/** Sessions that are kept beyond the callback they end with: in a variable, a property, a Map or a cache. */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportName } from '../sessions/acquisitions.js';
import { callAround } from '../sessions/callbacks.js';
import { callbacksByMethod, plainSpecifier } from '../sessions/catalogue.js';
import { childrenOf, type File } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { enclosingClass, enclosingFunction, isFunction, isWithin, isWithinOne, outermost, propertyName, receiverOf, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
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

/** The session itself (not a builder or a row) of a managed callback, if the expression is one. */
export function managed({ resolver }: SessionModel, expression: Node): (Session & { readonly scope: FunctionNode }) | undefined {
  const value = resolver.valueOf(expression);
  if (value?.kind !== 'session' || value.derived || value.session.how !== 'managed-callback' || !value.session.scope) return undefined;
  return value.session as Session & { readonly scope: FunctionNode };
}

/** The functions that are given to a call with the name of a managed callback's: one of these is the scope of each such session. */
export function managedCallbacks({ file, resolver }: SessionModel): readonly FunctionNode[] {
  const found = new Set<FunctionNode>();
  for (const call of file.callsNamed(callbacksByMethod)) {
    for (const argument of call.arguments) {
      const node = unwrap(argument);
      if (isFunction(node)) found.add(node);
      else if (node.type === 'Identifier') {
        const value = resolver.valueOf(node);
        if (value?.kind === 'function') found.add(value.node);
      }
    }
  }
  return [...found];
}

export function escape(session: Session, node: Node, how: Escape['how'], where: string): Escape[] {
  const outcome = lateOutcome(session, false);
  return outcome === undefined ? [] : [{ node, session, outcome, how, where }];
}

/** `let kept; await db.transaction(async (tx) => { kept = tx; }); await kept.query(…)`, and what is like it. */
export function storedOutside(model: SessionModel, finder: UseFinder, callbacks: readonly FunctionNode[]): Escape[] {
  const { file } = model;
  const stores = [
    ...file.nodes.assignments.flatMap((node) => (node.operator === '=' && isWithinOne(node, callbacks) ? [{ node, place: node.left, value: node.right }] : [])),
    ...(file.callsByName.get('push') ?? []).flatMap((node) => {
      const place = isWithinOne(node, callbacks) ? receiverOf(node) : undefined;
      return place ? node.arguments.map((value) => ({ node, place, value })) : [];
    }),
  ];
  return stores.flatMap(({ node, place, value }) => {
    const session = keptBy(model, finder, value);
    if (!session || !isWithin(node, session.scope) || isHeldOpen(model, session.scope)) return [];
    // What is collected and looked through inside the callback was done there, as far as one can see.
    if (node.type === 'CallExpression' && isReadInside(model, place, session.scope)) return [];
    return isUsedAfter(model, place, node, session.scope) ? escape(session, node, 'stored', `\`${file.spellingOf(place)}\``) : [];
  });
}

/** The session of a managed callback that a value is, or that the function which it is goes on using. */
function keptBy(model: SessionModel, finder: UseFinder, value: Node): (Session & { readonly scope: FunctionNode }) | undefined {
  const node = unwrap(value);
  if (node.type === 'Identifier') return managed(model, node);
  if (!isFunction(node) || !isInCallback(node)) return undefined;
  const use = finder.usesOf(node).find((each) => each.session.how === 'managed-callback' && each.session.scope && isWithin(node, each.session.scope) && each.session.scope !== node && !isEnd(each));
  return use && endsIn(model, use.session, node).length === 0 ? (use.session as Session & { readonly scope: FunctionNode }) : undefined;
}

function isInCallback(node: Node): boolean {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) if (callAround(fn)) return true;
  return false;
}

function isReadInside({ file }: SessionModel, place: Node, scope: FunctionNode): boolean {
  const variable = place.type === 'Identifier' ? file.variableOf(place) : undefined;
  return variable?.references.some(({ identifier }) => isWithin(identifier, scope) && !isPush((identifier as Node).parent)) ?? false;
}

function isPush(parent: Node | undefined): boolean {
  return parent?.type === 'MemberExpression' && propertyName(parent) === 'push';
}

function isLength(parent: Node | undefined): boolean {
  return parent?.type === 'MemberExpression' && propertyName(parent) === 'length';
}

/** A variable, `this.tx` or `context.tx` that is read behind the callback, in the function that ran it, and not set there. */
function isUsedAfter({ file }: SessionModel, place: Node, node: Node, scope: FunctionNode): boolean {
  const home = enclosingFunction(scope);
  const isAfter = (other: Node): boolean => other.range[0] > scope.range[1] && enclosingFunction(other) === home;
  const spelling = file.spellingOf(place);
  if (file.nodes.assignments.some((other) => other !== node && isAfter(other) && file.spellingOf(other.left) === spelling)) return false;
  let root = unwrap(place);
  while (root.type === 'MemberExpression') root = unwrap(root.object);
  const variable = root.type === 'Identifier' ? file.variableOf(root) : undefined;
  if (root.type !== 'ThisExpression' && (!variable || (variable.defs[0] !== undefined && isWithin(variable.defs[0].name, scope)))) return false;
  if (place.type === 'Identifier') return variable?.references.some((reference) => reference.isRead() && isAfter(reference.identifier) && !isLength((reference.identifier as Node).parent)) ?? false;
  const isPlace = (other: Node): boolean => {
    const all = file.spellingOf(other);
    return all === spelling || (all.startsWith(spelling) && /^[.?[(]/.test(all.slice(spelling.length)));
  };
  return file.calls.some((call) => isAfter(call) && (isPlace(call.callee) || call.arguments.some(isPlace)));
}

/** The callback waits for a promise that somebody else resolves, or nobody waits for the call: it is over some other time. */
function isHeldOpen({ file }: SessionModel, scope: FunctionNode): boolean {
  const call = callAround(scope);
  const waiter = call && outermost(call).parent;
  return waiter?.type !== 'AwaitExpression' || makesPromise(file, scope);
}

/** `new Promise(…)`, `Promise.withResolvers()` */
function makesPromise(file: File, scope: FunctionNode): boolean {
  return ['Promise', 'withResolvers'].some((name) => (file.callsByName.get(name) ?? []).some((call) => isWithin(call, scope) && (call.type === 'NewExpression') === (name === 'Promise')));
}

const held = new WeakMap<FunctionNode, boolean>();

/** The callback makes a promise, or waits for one by its name: who resolves it may take out what was put in. */
function waitsForOthers({ file }: SessionModel, scope: FunctionNode): boolean {
  let known = held.get(scope);
  if (known === undefined) held.set(scope, (known = makesPromise(file, scope) || awaitsName(file, scope)));
  return known;
}

function awaitsName({ sourceCode }: File, scope: FunctionNode): boolean {
  const stack: Node[] = [scope.body];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'AwaitExpression' && /^(?:Identifier|MemberExpression)$/.test(unwrap(node.argument).type)) return true;
    stack.push(...childrenOf(node, sourceCode.visitorKeys));
  }
  return false;
}

/** Maps and caches; what is put into one stays there until it is taken out. */
const registries: readonly { readonly from: string; readonly made: readonly string[] }[] = [
  { from: 'lru-cache', made: ['LRUCache', 'default'] },
  { from: 'quick-lru', made: ['default'] },
  { from: 'node-cache', made: ['default', 'NodeCache'] },
  { from: 'keyv', made: ['default', 'Keyv'] },
  { from: '@isaacs/ttlcache', made: ['default', 'TTLCache'] },
];

/** `sessions.set(id, tx)` on a Map or a cache from which the file never takes anything out. */
export function inRegistries(model: SessionModel, callbacks: readonly FunctionNode[]): Escape[] {
  const { file } = model;
  return (file.callsByName.get('set') ?? []).flatMap((call) => {
    const session = isWithinOne(call, callbacks) && call.arguments[1] && managed(model, call.arguments[1]);
    const receiver = receiverOf(call);
    if (!session || !receiver || waitsForOthers(model, session.scope)) return [];
    const made = registryOf(model, receiver);
    if (!made || isWithin(made, session.scope) || /\bdispose/.test(file.sourceCode.getText(made))) return [];
    const spelling = file.spellingOf(receiver);
    const isEmptied = ['delete', 'clear', 'del', 'flushAll', 'take'].some((name) => (file.callsByName.get(name) ?? []).some((other) => file.spellingOf(other.callee).startsWith(`${spelling}.`)));
    return isEmptied ? [] : escape(session, call, 'stored', `\`${spelling}\``);
  });
}

/** The construction of the Map or cache that a variable or a field of the class holds. */
function registryOf({ file, resolver }: SessionModel, receiver: Node): Node | undefined {
  const node = unwrap(receiver);
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0] : undefined;
  const field = node.type === 'MemberExpression' && node.object.type === 'ThisExpression' ? enclosingClass(node)?.body.body.find((member): member is TSESTree.PropertyDefinition => member.type === 'PropertyDefinition' && propertyName(member) === propertyName(node)) : undefined;
  const init = (definition?.type as string | undefined) === 'Variable' ? (definition?.node as TSESTree.VariableDeclarator).init : field?.value;
  const made = init && unwrap(init);
  if (made?.type !== 'NewExpression') return undefined;
  const maker = resolver.valueOf(made.callee);
  if (maker?.kind === 'global') return /^(?:Weak)?Map$/.test(maker.name) ? made : undefined;
  return maker?.kind === 'module' && registries.some(({ from, made: names }) => from === plainSpecifier(maker.specifier) && names.includes(exportName(maker.path) ?? '')) ? made : undefined;
}
