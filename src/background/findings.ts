/** Every place of a file where a session is used by work that outlives it. */
import type { SessionModel } from '../sessions/model.js';
import { calleeName, chainOf, isFunction, isWithin, isWithinOne, literalText, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import { speaksOfSessions } from '../sessions/origins.js';
import { finderOf, type Use, type UseFinder } from '../sessions/uses.js';
import type { Session } from '../sessions/values.js';
import { ambientlyUsed, leavesScope } from './ambient-work.js';
import { discardedIn, type Discarded } from './discarded.js';
import { endingOf, isRequestScoped, type Ending } from './ending.js';
import { isEnd } from './ends.js';
import { escapesOf, type Escape } from './escapes.js';
import { isAwaitedOtherwise } from './joined.js';
import { leftBehindIn, type LeftBehind } from './left-behind.js';
import { neverRun, type NeverRun } from './never-run.js';
import { isHazard, lateOutcome, ownContextOutcome } from './outcome.js';
import { isPromise } from './promises.js';
import { isJoined, scheduledMethods, tasksOf, type Task } from './tasks.js';

export type Finding =
  | { readonly kind: 'outlives'; readonly node: Node; readonly session: Session; readonly ending: Ending; readonly outcome: string; readonly task: Pick<Task, 'name' | 'api'>; readonly unsure: boolean }
  | { readonly kind: 'cannotTravel'; readonly node: Node; readonly session: Session; readonly task: Pick<Task, 'name' | 'api'> }
  | { readonly kind: 'floating'; readonly node: Node; readonly session: Session; readonly ending: Ending; readonly outcome: string; readonly discarded: Discarded }
  | { readonly kind: 'neverRuns'; readonly node: Node; readonly query: NeverRun; readonly discarded: Discarded }
  | ({ readonly kind: 'escapes' } & Escape)
  | ({ readonly kind: 'leftBehind' } & LeftBehind);

/** Pieces of code that have been reported: what is in one is not reported again for the same session. */
class Reported {
  readonly #regions = new Map<Session, Set<Node>>();
  /** By where they begin: where the shortest ends. */
  readonly #ends = new Map<Session, Map<number, number>>();

  add(session: Session, region: Node): void {
    const regions = this.#regions.get(session) ?? new Set<Node>();
    const ends = this.#ends.get(session) ?? new Map<number, number>();
    this.#regions.set(session, regions.add(region));
    const [start, end] = region.range;
    this.#ends.set(session, ends.set(start, Math.min(end, ends.get(start) ?? Infinity)));
  }

  /** Part of what is reported, or `queue.add(…).catch(log)` around it. */
  has(session: Session, expression: Node): boolean {
    const [start, end] = expression.range;
    if ((this.#ends.get(session)?.get(start) ?? Infinity) <= end) return true;
    // By the way outwards: thousands may be reported.
    const regions = this.#regions.get(session);
    for (let node: Node | undefined = expression; node && regions; node = node.parent) if (regions.has(node)) return true;
    return false;
  }
}

export function backgroundUses(model: SessionModel): Finding[] {
  const finder = finderOf(model.resolver);
  const reported = new Reported();
  const findings: Finding[] = [];
  const tasks = tasksOf(model);
  // What a cleared timer has started is over soon after it: a heartbeat on a connection that is released then.
  const cleared = tasks.filter((task) => task.api.cancelledBy && isJoined(model, task)).flatMap((task) => task.work);
  for (const task of tasks) findings.push(...taskFindings(model, finder, task, reported));
  findings.push(...scheduledFindings(model, finder));
  for (const discarded of discardedIn(model.file)) {
    const isCleared = isWithinOne(discarded.expression, cleared);
    findings.push(...(isCleared ? droppedQuery(model, discarded) : discardedFindings(model, finder, discarded, reported)));
  }
  for (const escape of escapesOf(model, finder)) findings.push({ kind: 'escapes', ...escape });
  for (const left of leftBehindIn(model, finder)) findings.push({ kind: 'leftBehind', ...left });
  return findings;
}

/** In a file without sessions: queries of a root client that are built and dropped. */
export function droppedQueries(model: SessionModel): Finding[] {
  const isLazy = [...model.resolver.imported].some((library) => library.sessions.some(({ builders, operations }) => builders === 'lazy' || operations?.lazy !== undefined || operations?.runs !== undefined));
  return isLazy || speaksOfSessions(model.resolver) ? discardedIn(model.file).flatMap((discarded) => droppedQuery(model, discarded)) : [];
}

function droppedQuery(model: SessionModel, discarded: Discarded): Finding[] {
  const query = neverRun(model, discarded);
  return query ? [{ kind: 'neverRuns', node: discarded.expression, query, discarded }] : [];
}

function taskFindings(model: SessionModel, finder: UseFinder, task: Task, reported: Reported): Finding[] {
  const { api, call } = task;
  const handed = new Set(task.handed.flatMap((argument) => model.resolver.carriedBy(argument)));
  if (api.lifetime === 'elsewhere') {
    return [...handed].map((session) => ({ kind: 'cannotTravel', node: task.node, session, task }));
  }
  if (isJoined(model, task)) return [];
  const sessions = new Map<Session, Node>([...handed].map((session) => [session, call]));
  for (const region of task.work) {
    for (const use of named(workIn(finder, region), region)) if (!isEnd(use) && !sessions.has(use.session)) sessions.set(use.session, region);
    const ambient = api.contextOfCaller ? undefined : ambientlyUsed(model, region, call);
    if (ambient && !sessions.has(ambient)) sessions.set(ambient, region);
  }
  return [...sessions].flatMap(([session, region]): Finding[] => {
    const ending = endingOf(model, session, region, call);
    const outcome = api.ownContext && session.how === 'ambient' ? ownContextOutcome(session) : lateOutcome(session, false);
    if (ending === undefined || outcome === undefined || isAwaitedOtherwise(model, session, call, ending)) return [];
    reported.add(session, call);
    reported.add(session, region);
    return [{ kind: 'outlives', node: task.node, session, ending, outcome, task, unsure: api.unsure === true }];
  });
}

/** Methods that a clock runs, in a class that lives for one request. */
function scheduledFindings(model: SessionModel, finder: UseFinder): Finding[] {
  return scheduledMethods(model).flatMap(({ fn, node, api, name }) => {
    const owner = fn.parent.parent?.parent;
    if (owner?.type !== 'ClassDeclaration' && owner?.type !== 'ClassExpression') return [];
    const session = isRequestScoped(model, owner) ? finder.usesOf(fn).find((use) => !isWithin(use.session.origin, fn))?.session : undefined;
    const outcome = session && lateOutcome(session, false);
    return session && outcome !== undefined ? [{ kind: 'outlives', node, session, ending: 'request', outcome, task: { name, api }, unsure: false }] : [];
  });
}

function discardedFindings(model: SessionModel, finder: UseFinder, discarded: Discarded, reported: Reported): Finding[] {
  const { expression } = discarded;
  const dropped = droppedQuery(model, discarded);
  if (dropped.length > 0) return dropped;
  if (discarded.awaited || !isPromise(model, discarded)) return [];
  const uses = named(usesOfPromise(model, finder, expression), expression);
  const sessions = new Set(uses.filter((use) => !isEnd(use)).map((use) => use.session));
  const ambient = ambientlyUsed(model, expression, expression);
  if (ambient) sessions.add(ambient);
  return [...sessions].flatMap((session): Finding[] => {
    if (reported.has(session, expression)) return [];
    const ending = endingOf(model, session, expression, expression);
    const outcome = lateOutcome(session, true) ?? (uses.some((use) => use.session === session && isHazard(session, use.method)) ? 'it runs beside whatever comes next, and its failure reaches nobody' : undefined);
    if (ending === undefined || outcome === undefined || isAwaitedOtherwise(model, session, expression, ending)) return [];
    const own = uses.filter((use) => use.session === session);
    if (own.length > 0 && own.every((use) => isPreparation(use, expression))) return [];
    reported.add(session, expression);
    return [{ kind: 'floating', node: expression, session, ending, outcome, discarded }];
  });
}

/**
 * `client.query('SET jit = off').catch(log)`: what only prepares the connection is sent in front of whatever follows,
 * and its failure is seen to.
 */
function isPreparation({ node, by }: Use, expression: Node): boolean {
  if (by !== 'receiver' || expression.type !== 'CallExpression' || !/^(?:then|catch)$/.test(calleeName(expression) ?? '')) return false;
  return chainOf(node).links.some((link) => link.call?.type === 'CallExpression' && /^\s*(?:set(?!\s+local)|reset|listen|unlisten|deallocate|discard)\b/i.test(literalText(link.call.arguments[0]) ?? ''));
}

/**
 * Uses that name their session; what works on an ambient one without a name is looked for by itself, for it may have a
 * scope of its own there.
 */
function named(uses: readonly Use[], region: Node): readonly Use[] {
  return uses.filter((use) => use.by !== 'ambient' && !(use.session.how === 'ambient' && leavesScope(use.session, use.node, region)));
}

/** The uses in work that is started: a function's body, a promise's expression. */
function workIn(finder: UseFinder, region: FunctionNode | Node): readonly Use[] {
  return isFunction(region) ? finder.usesOf(region) : finder.usesIn(region);
}

function usesOfPromise({ resolver }: SessionModel, finder: UseFinder, expression: Node): readonly Use[] {
  const uses = [...finder.usesIn(expression)];
  if (expression.type === 'CallExpression') {
    if (isFunction(unwrap(expression.callee))) uses.push(...finder.usesOf(unwrap(expression.callee) as FunctionNode));
    // `xs.forEach(save)`: the worker by its name.
    for (const argument of expression.arguments) {
      const value = isFunction(unwrap(argument)) ? undefined : resolver.valueOf(argument);
      if (value?.kind === 'function' && expression.callee.type === 'MemberExpression' && expression.arguments[0] === argument) uses.push(...finder.usesOf(value.node).filter((use) => !isWithin(use.session.origin, value.node)));
    }
  }
  return uses;
}
