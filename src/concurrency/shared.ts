/** Which sessions several branches of a fork share, and what that does in their library. */
import type { Outcome } from '../libraries/library.js';
import type { SessionModel } from '../sessions/model.js';
import { isBegun } from '../sessions/transaction-begin.js';
import { finderOf, UseFinder, type Use } from '../sessions/uses.js';
import { enclosingFunction, isWithin, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import type { Branch } from './branches.js';
import { forksOf, type Fork } from './forks.js';
import { hasLimiter, isSerialised } from './limits.js';

export interface SharedSession {
  readonly session: Session;
  readonly fork: Fork;
  /** The branches that use it, each with its uses of it. */
  readonly branches: readonly BranchUses[];
  readonly outcome: Outcome;
  /** Only single reads that merely queue: nothing is wrong, and nothing is gained. */
  readonly harmless: boolean;
  /** Nested transactions or savepoints are opened side by side. */
  readonly nested: boolean;
  /** One branch, but the others may win the race and leave it behind. */
  readonly leftBehind: boolean;
}

interface BranchUses {
  readonly branch: Branch;
  readonly uses: readonly Use[];
}

/** Every session of the file that a fork shares, unless its library supports just that. */
export function sharedSessions(model: SessionModel): SharedSession[] {
  const forks = forksOf(model);
  if (forks.length === 0) return [];
  const finder = hasLimiter(model.resolver) ? new UseFinder(model.resolver, (call) => isSerialised(model.resolver, call)) : finderOf(model.resolver);
  const found = forks.flatMap((fork) => sharedIn(model, fork, finder));
  // What is started here and joined there is one fork: said where it is joined.
  const joined = new Map<Session, Set<Node>>();
  for (const { fork, session, branches } of found) {
    if (fork.kind === 'started') continue;
    const nodes = joined.get(session) ?? new Set<Node>();
    joined.set(session, nodes);
    for (const { branch } of branches) nodes.add(branch.node);
  }
  return found.filter(({ fork, session }) => fork.kind !== 'started' || !(joined.get(session)?.has(fork.call) ?? false));
}

function sharedIn(model: SessionModel, fork: Fork, finder: UseFinder): SharedSession[] {
  const bySession = new Map<Session, BranchUses[]>();
  for (const branch of fork.branches) {
    const uses = usesOfBranch(finder, branch).filter((use) => !isOwn(use.session, branch) && runsBeside(fork, branch, use));
    for (const session of new Set(uses.map((use) => use.session))) {
      const entry = { branch, uses: uses.filter((use) => use.session === session) };
      const entries = bySession.get(session);
      if (entries) entries.push(entry);
      else bySession.set(session, [entry]);
    }
  }
  const found: SharedSession[] = [];
  for (const [session, branches] of bySession) {
    const several = branches.length > 1 || branches.some((entry) => entry.branch.replicated);
    if (fork.kind === 'started' && branches[0]?.branch !== fork.branches[0]) continue;
    if (several) {
      const shared = judge(model, fork, session, branches);
      if (shared) found.push(shared);
    } else if (fork.kind === 'race' && isLeftBehind(model, fork, branches)) {
      const outcome = session.kinds[0].facts.concurrentUse;
      if (outcome.kind !== 'safe') found.push({ session, fork, branches, outcome, harmless: false, nested: false, leftBehind: true });
    }
  }
  return found;
}

function usesOfBranch(finder: UseFinder, branch: Branch): readonly Use[] {
  if (branch.fn) return finder.usesOf(branch.fn);
  return finder.usesIn(branch.node);
}

/** A session that the branch opens for itself. */
function isOwn(session: Session, branch: Branch): boolean {
  return isWithin(session.origin, branch.node) || (branch.fn !== undefined && isWithin(session.origin, branch.fn));
}

/** A lazy builder that is only made here does not run here. */
function runsBeside(fork: Fork, branch: Branch, use: Use): boolean {
  if (fork.kind !== 'started' || branch !== fork.branches[0]) return true;
  return use.session.kinds.every((kind) => kind.facts.builders === 'eager') ? use.kind !== 'unknown' || use.by !== 'receiver' : use.by === 'helper';
}

function judge(model: SessionModel, fork: Fork, session: Session, all: readonly BranchUses[]): SharedSession | undefined {
  const [{ facts }] = session.kinds;
  const hazards = facts.operations?.onlyHazards;
  const branches = hazards ? all.filter((entry) => entry.uses.some((use) => use.kind === 'nested' || (use.method !== undefined && hazards.includes(use.method)))) : all;
  if (branches.length === 0 || (branches.length === 1 && !branches[0]?.branch.replicated)) return undefined;
  const nested = branches.filter((entry) => entry.uses.some((use) => use.kind === 'nested'));
  if (nested.length === branches.length || (nested.length > 1 && facts.parallelNested)) {
    const outcome = facts.parallelNested ?? facts.concurrentUse;
    return outcome.kind === 'safe' ? undefined : { session, fork, branches, outcome, harmless: outcome.kind === 'queues', nested: true, leftBehind: false };
  }
  const reads = branches.every((entry) => isSingle(entry) && entry.uses[0]?.kind === 'read');
  const singles = branches.every((entry) => isSingle(entry) && entry.uses[0]?.kind !== 'unknown' && entry.uses[0]?.kind !== 'compound');
  let outcome = facts.concurrentUse;
  if (facts.outsideTransaction && session.how === 'acquired' && !isBegun(model.resolver, session)) outcome = facts.outsideTransaction;
  else if (reads && facts.concurrentReads) outcome = facts.concurrentReads;
  else if (singles && facts.concurrentSingles) outcome = facts.concurrentSingles;
  if (outcome.kind === 'safe') return undefined;
  return { session, fork, branches, outcome, harmless: reads && (!facts.concurrentReads || facts.concurrentReads.kind === 'queues'), nested: false, leftBehind: false };
}

function isSingle(entry: BranchUses): boolean {
  return entry.uses.length === 1;
}

/**
 * `Promise.race([work(tx), timeout])`: the loser goes on after the scope has ended, unless something aborts it. One
 * plain statement against a timer is what drivers do themselves, and is left alone.
 */
function isLeftBehind(model: SessionModel, fork: Fork, branches: readonly BranchUses[]): boolean {
  if (fork.branches.length < 2) return false;
  const uses = branches.flatMap((entry) => entry.uses);
  if (!uses.some((use) => use.by !== 'receiver' || use.kind === 'compound') && uses.length < 2) return false;
  const around: Node = enclosingFunction(fork.call) ?? fork.call;
  return !/abort|signal|cancel/i.test(model.file.sourceCode.getText(around));
}
