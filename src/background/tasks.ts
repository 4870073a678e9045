/** The tasks of a file: calls that give work to something which outlives the code around them. */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportName } from '../sessions/acquisitions.js';
import { plainSpecifier } from '../sessions/catalogue.js';
import type { SessionModel } from '../sessions/model.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, decoratorsOf, enclosingFunction, isFunction, isWithin, outermost, propertyName, receiverOf, unwrap, type CallLike, type FunctionNode, type Node } from '../sessions/syntax.js';
import { backgroundApis, backgroundPackages, type BackgroundApi, type Place } from './apis.js';
import { isDiscarded } from './discarded.js';
import { madeFrom } from './made-from.js';

export interface Task {
  readonly api: BackgroundApi;
  readonly call: CallLike;
  /** What a person would underline. */
  readonly node: Node;
  readonly name: string;
  /** Functions that run later and promises that go on. */
  readonly work: readonly (FunctionNode | Node)[];
  /** What is handed to it. */
  readonly handed: readonly Node[];
}

const namesOf = (api: BackgroundApi): readonly string[] => api.called.map((name) => name.split('.').at(-1) ?? name);
const always = backgroundApis.filter((api) => api.from.includes('global') || api.from.includes('any'));
const alwaysByName = groupByName(always);
/** What has to be imported, under whatever name. */
const rest = backgroundApis.filter((api) => api.form !== 'decorator' && api.from.some((name) => backgroundPackages.has(name)));

function groupByName(apis: readonly BackgroundApi[]): ReadonlyMap<string, readonly BackgroundApi[]> {
  const groups = new Map<string, BackgroundApi[]>();
  for (const api of apis) for (const name of namesOf(api)) groups.set(name, [...(groups.get(name) ?? []), api]);
  return groups;
}

/** All tasks of the file, in no order. */
export function tasksOf(model: SessionModel): Task[] {
  const { file, resolver } = model;
  const tasks: Task[] = [];
  for (const [name, apis] of alwaysByName) {
    for (const call of file.callsByName.get(name) ?? []) {
      const api = apis.find((candidate) => fits(resolver, candidate, call));
      if (api) tasks.push(taskOf(model, api, call));
    }
  }
  const imported = new Set([...file.specifiers].map(plainSpecifier));
  if (![...imported].some((specifier) => backgroundPackages.has(specifier))) return tasks;
  const known = new Set<Node>(tasks.map((task) => task.call));
  const apis = rest.filter((api) => api.from.some((name) => imported.has(name)));
  tasks.push(...pipedTasks(model, apis.filter((api) => api.piped)));
  const names = new Set(apis.flatMap(namesOf));
  for (const call of file.calls) {
    // A default export is called by whatever name the file gives it.
    if (known.has(call) || !(call.callee.type === 'Identifier' || names.has(calleeName(call) ?? ''))) continue;
    const api = apis.find((candidate) => fits(resolver, candidate, call));
    if (api) tasks.push(taskOf(model, api, call));
  }
  return tasks;
}

/** `effect.pipe(Effect.forkDaemon)`, `pipe(effect, Effect.forkDaemon)`: what is piped is the work. */
function pipedTasks({ file, resolver }: SessionModel, apis: readonly BackgroundApi[]): Task[] {
  if (apis.length === 0) return [];
  return (file.callsByName.get('pipe') ?? []).flatMap((call) => {
    const work = receiverOf(call) ?? call.arguments[0];
    return call.arguments.flatMap((step) => {
      const api = apis.find((candidate) => isExportOf(resolver, candidate, step));
      const node = unwrap(step);
      return api && work ? [{ api, call, node, name: file.nameOf(node), work: [work], handed: [] }] : [];
    });
  });
}

function isExportOf(resolver: Resolver, api: BackgroundApi, expression: Node): boolean {
  const value = resolver.valueOf(unwrap(expression));
  return value?.kind === 'module' && api.from.includes(plainSpecifier(value.specifier)) && api.called.includes(exportName(value.path) ?? '');
}

function fits(resolver: Resolver, api: BackgroundApi, call: CallLike): boolean {
  if ((api.form === 'constructor') !== (call.type === 'NewExpression')) return false;
  if (api.unlessGiven !== undefined && call.arguments.length > api.unlessGiven) return false;
  if (api.events) {
    const [event] = call.arguments;
    if (event?.type !== 'Literal' || !api.events.includes(String(event.value))) return false;
  }
  return api.form === 'method' ? fitsMethod(resolver, api, call) : fitsFunction(resolver, api, call);
}

function fitsFunction(resolver: Resolver, api: BackgroundApi, call: CallLike): boolean {
  const callee = unwrap(call.callee);
  const value = resolver.valueOf(callee);
  if (value?.kind === 'module') return isExportOf(resolver, api, callee);
  // `addHook` of any server.
  if (api.from.includes('any')) return callee.type === 'MemberExpression' && api.called.includes(propertyName(callee) ?? '');
  if (!api.from.includes('global')) return false;
  if (callee.type === 'Identifier') return value?.kind === 'global' && api.called.includes(value.name);
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return false;
  const owner = resolver.valueOf(callee.object);
  if (owner?.kind !== 'global') return false;
  const name = propertyName(callee) ?? '';
  return api.called.includes(/^(?:globalThis|window|global|self)$/.test(owner.name) ? name : `${owner.name}.${name}`);
}

function fitsMethod(resolver: Resolver, api: BackgroundApi, call: CallLike): boolean {
  const receiver = receiverOf(call);
  const name = calleeName(call) ?? '';
  if (!receiver) {
    // The object itself is called: `limit(() => …)`.
    return api.called.includes('') && call.callee.type === 'Identifier' && resolver.valueOf(call.callee)?.kind !== 'module' && isMadeBy(resolver, api, call.callee);
  }
  if (!api.called.includes(name)) return false;
  if (api.from.includes('any')) return fitsAnyReceiver(resolver, api, call, receiver);
  return api.of?.includes('*') === true ? goesThroughPipe(receiver) || isMadeBy(resolver, api, receiver) : isMadeBy(resolver, api, receiver);
}

function isMadeBy(resolver: Resolver, api: BackgroundApi, expression: Node): boolean {
  const made = madeFrom(resolver, expression);
  return made !== undefined && api.from.includes(made.specifier) && (api.of?.includes('*') === true || (api.of?.includes(made.name) ?? false));
}

/** A method that is known by its name, its arguments and where it is called. */
function fitsAnyReceiver(resolver: Resolver, api: BackgroundApi, call: CallLike, receiver: Node): boolean {
  if (api.onRequest) return isRequest(receiver);
  // `browser.waitUntil(() => …)` of a test waits for a condition; the platforms' takes a promise.
  if (api.called.includes('waitUntil')) return call.arguments[0] !== undefined && !isFunction(unwrap(call.arguments[0])) && outermost(call).parent?.type !== 'AwaitExpression';
  const value = resolver.valueOf(receiver);
  return value?.kind !== 'session' && value?.kind !== 'client';
}

/** `res`, `reply.raw`, `ctx.res`: what a server calls its request and response. */
function isRequest(receiver: Node): boolean {
  const node = unwrap(receiver);
  if (node.type === 'MemberExpression') return /^(?:res|req|raw|response|request|socket)$/.test(propertyName(node) ?? '');
  return node.type === 'Identifier' && /^(?:res|req|reply|response|request)$/.test(node.name);
}

/** `source.pipe(…).subscribe(…)` in a file that imports rxjs. */
function goesThroughPipe(receiver: Node): boolean {
  const node = unwrap(receiver);
  return node.type === 'CallExpression' && calleeName(node) === 'pipe';
}

function taskOf({ file, resolver }: SessionModel, api: BackgroundApi, call: CallLike): Task {
  const callee = unwrap(call.callee);
  return {
    api,
    call,
    node: callee,
    name: file.nameOf(callee),
    work: (api.runs ?? []).flatMap((place) => argumentsAt(call, place)).flatMap(tasksIn).map((argument) => workOf(resolver, argument)),
    handed: [...(api.hands ?? []).flatMap((place) => argumentsAt(call, place)), ...boundIn(api, call)],
  };
}

/** `setTimeout(f.bind(null, tx), ms)` hands over what is bound. */
function boundIn(api: BackgroundApi, call: CallLike): Node[] {
  return (api.runs ?? [])
    .flatMap((place) => argumentsAt(call, place))
    .flatMap((argument) => {
      const node = unwrap(argument);
      return node.type === 'CallExpression' && calleeName(node) === 'bind' ? [...node.arguments] : [];
    });
}

function argumentsAt(call: CallLike, place: Place): Node[] {
  if (typeof place === 'number') return call.arguments[place] ? [call.arguments[place]] : [];
  if ('from' in place) return call.arguments.slice(place.from);
  const options = call.arguments[place.at] && unwrap(call.arguments[place.at] as Node);
  if (options?.type !== 'ObjectExpression') return [];
  return options.properties.flatMap((property) => (property.type === 'Property' && propertyName(property) === place.property ? [property.value] : []));
}

/** `addAll([() => …, () => …])`, `addAll(xs.map((x) => () => …))`: each task of a list. */
function tasksIn(argument: Node): Node[] {
  const node = unwrap(argument);
  if (node.type === 'ArrayExpression') return node.elements.flatMap((element) => element ?? []);
  const worker = node.type === 'CallExpression' && calleeName(node) === 'map' && node.arguments[0] ? unwrap(node.arguments[0]) : undefined;
  return worker?.type === 'ArrowFunctionExpression' && isFunction(unwrap(worker.body)) ? [unwrap(worker.body)] : [argument];
}

/** The function behind a name, the promise behind a constant, or the expression itself. */
function workOf(resolver: Resolver, argument: Node): Node {
  const node = unwrap(argument);
  const value = resolver.valueOf(node);
  if (value?.kind === 'function' && !(node.type === 'CallExpression')) return value.node;
  if (node.type !== 'Identifier') return node;
  const definition = resolver.file.variableOf(node)?.defs[0];
  if ((definition?.type as string | undefined) !== 'Variable') return node;
  const { id, init } = definition?.node as TSESTree.VariableDeclarator;
  return id.type === 'Identifier' && init && unwrap(init).type === 'CallExpression' ? unwrap(init) : node;
}

/** Whether somebody waits for the work after all. */
export function isJoined(model: SessionModel, { api, call }: Task): boolean {
  if (api.lifetime === 'unless-awaited') return !isDiscarded(call) || isJoinedLater(model, api, call);
  return isCancelled(model, api, call);
}

/** `await queue.onIdle()` on the same queue, later in the same function. */
function isJoinedLater({ file }: SessionModel, api: BackgroundApi, call: CallLike): boolean {
  const receiver = receiverOf(call);
  const around = enclosingFunction(call);
  if (!receiver) return false;
  const text = file.spellingOf(receiver);
  return (api.joins ?? []).some((name) =>
    (file.callsByName.get(name) ?? []).some((join) => {
      const joined = receiverOf(join);
      return joined !== undefined && file.spellingOf(joined) === text && (!around || isWithin(join, around) || isWithin(call, enclosingFunction(join) ?? join));
    }),
  );
}

/** `const timer = setTimeout(…)` and somewhere `clearTimeout(timer)`. */
function isCancelled({ file }: SessionModel, api: BackgroundApi, call: CallLike): boolean {
  if (!api.cancelledBy) return false;
  const { parent } = outermost(call);
  const target = parent?.type === 'VariableDeclarator' ? parent.id : parent?.type === 'AssignmentExpression' ? parent.left : undefined;
  if (!target) return false;
  const name = target.type === 'Identifier' ? target.name : file.spellingOf(target);
  return api.cancelledBy.some((cancel) => (file.callsByName.get(cancel) ?? []).some((other) => other.arguments[0] !== undefined && file.spellingOf(other.arguments[0]) === name));
}

const scheduling = backgroundApis.filter((api) => api.form === 'decorator');

/** Methods that a clock runs: `@Cron('0 * * * *')`. */
export function scheduledMethods({ file, resolver }: SessionModel): { readonly fn: FunctionNode; readonly node: Node; readonly api: BackgroundApi; readonly name: string }[] {
  if (!scheduling.some((api) => api.from.some((name) => file.sourceCode.text.includes(name)))) return [];
  return file.nodes.classes.flatMap((owner) =>
    owner.body.body.flatMap((member) => {
      if (member.type !== 'MethodDefinition' || !isFunction(member.value)) return [];
      const fn = member.value;
      return decoratorsOf(member).flatMap((decorator) => {
        const callee = decorator.expression.type === 'CallExpression' ? decorator.expression.callee : decorator.expression;
        const value = resolver.valueOf(callee);
        const api = value?.kind === 'module' ? scheduling.find((row) => row.from.includes(plainSpecifier(value.specifier)) && row.called.includes(exportName(value.path) ?? '')) : undefined;
        return api ? [{ fn, node: decorator, api, name: `@${file.nameOf(callee)}` }] : [];
      });
    }),
  );
}
