/** Branches that nobody waits for any more: the losers of a race, and what a failed `Promise.all` leaves running. */
import type { TSESTree } from '@typescript-eslint/utils';
import { branchesOf, isJoin, type Branch } from '../concurrency/branches.js';
import { childrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingFunction, isFunction, isWithin, outermost, type Node } from '../sessions/syntax.js';
import type { Use, UseFinder } from '../sessions/uses.js';
import type { Session } from '../sessions/values.js';
import { endingOf, type Ending } from './ending.js';
import { isEnd } from './ends.js';
import { lateOutcome } from './outcome.js';

export interface LeftBehind {
  readonly node: Node;
  readonly session: Session;
  readonly ending: Ending;
  readonly outcome: string;
  readonly join: string;
}

/** What several branches share is reported by the law of concurrent use; here is the one branch that is left alone. */
export function leftBehindIn(model: SessionModel, finder: UseFinder): LeftBehind[] {
  return ['race', 'any', 'all'].flatMap((name) =>
    (model.file.callsByName.get(name) ?? []).flatMap((call) => {
      if (call.type !== 'CallExpression' || !isJoin(model.resolver, call) || !call.arguments[0]) return [];
      if (name === 'all' && !isSwallowed(call)) return [];
      const branches = branchesOf(model.resolver, call.arguments[0]);
      return branches.length > 1 ? losersOf(model, finder, call, name, branches) : [];
    }),
  );
}

function losersOf(model: SessionModel, finder: UseFinder, call: TSESTree.CallExpression, name: string, branches: readonly Branch[]): LeftBehind[] {
  const users = new Map<Session, { node: Node; uses: readonly Use[] }[]>();
  for (const branch of branches) {
    const uses = (branch.fn ? finder.usesOf(branch.fn) : finder.usesIn(branch.node)).filter((use) => !isEnd(use) && !isWithin(use.session.origin, branch.fn ?? branch.node));
    for (const session of new Set(uses.map((use) => use.session))) users.set(session, [...(users.get(session) ?? []), { node: branch.node, uses: uses.filter((use) => use.session === session) }]);
  }
  return [...users].flatMap(([session, own]) => {
    const reportedThere = session.kinds[0].facts.concurrentUse.kind !== 'safe' && (own.length > 1 || name !== 'all');
    // One statement is on its way already and ends before the transaction does.
    const [loser] = own.filter(({ uses }) => uses.length > 1 || uses.some((use) => use.by === 'helper' && use.kind === 'compound'));
    const ending = loser && !reportedThere ? endingOf(model, session, loser.node, call) : undefined;
    const outcome = ending && lateOutcome(session, true);
    return ending !== undefined && outcome !== undefined && loser && !isAbortable(model, call) ? [{ node: loser.node, session, ending, outcome, join: `Promise.${name}` }] : [];
  });
}

function isAbortable({ file }: SessionModel, call: Node): boolean {
  return /abort|signal|cancel/i.test(file.sourceCode.getText(enclosingFunction(call) ?? call));
}

/** `try { await Promise.all(…) } catch { … }` that goes on, `await Promise.all(…).catch(() => …)`. */
function isSwallowed(call: TSESTree.CallExpression): boolean {
  const member = outermost(call).parent;
  if (member?.type === 'MemberExpression' && member.parent.type === 'CallExpression' && calleeName(member.parent) === 'catch') {
    const [handler] = member.parent.arguments;
    return isFunction(handler) && !leaves(handler.body);
  }
  if (member?.type !== 'AwaitExpression') return false;
  for (let node: Node = member; node.parent && !isFunction(node); node = node.parent) {
    const statement: Node = node.parent;
    if (statement.type === 'TryStatement' && statement.block === node && statement.handler) return !leaves(statement.handler.body);
  }
  return false;
}

/** Throws or returns somewhere. */
function leaves(body: Node): boolean {
  if (body.type === 'ThrowStatement' || body.type === 'ReturnStatement') return true;
  return !isFunction(body) && childrenOf(body, { BlockStatement: ['body'], IfStatement: ['consequent', 'alternate'], TryStatement: ['block', 'handler', 'finalizer'], CatchClause: ['body'] }).some(leaves);
}
