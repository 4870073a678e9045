/** The entrance: asks the survey, runs the interpretation with as many flags as it can afford, words the answer. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Ending, Leak, Lifetime, LifetimeQuestion, Misuse } from './lifetime.js';
import { Exhausted, Run, type Departed } from './run.js';
import { functionBody, statements } from './statements.js';
import { surveyOf, type Survey } from './survey.js';
import { contains, isFunction } from './syntax.js';
import { Holding, MOST_FLAGS, Truth, holdingOf, withHolding, withTruth, type World, type Worlds } from './worlds.js';

export function interpretLifetime(question: LifetimeQuestion): Lifetime {
  const survey = surveyOf(question);
  // Each attempt that is too dear is followed by a coarser one; the last follows the session's own variable only.
  const attempts = [MOST_FLAGS, 6, 3, 1].filter((count, index) => index === 0 || count < survey.flags.length);
  for (const mostFlags of attempts) {
    const run = new Run(question, survey, mostFlags);
    try {
      const endings = interpretScope(run);
      return answer(run, endings, survey.flags.slice(mostFlags).some((flag) => flag.isDecisive));
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
      if (error.by === 'depth') break;
    }
  }
  return {
    leaks: [],
    releasedTwice: [],
    usedAfterRelease: [],
    endings: new Set(),
    endingsOfBlock: new Set(),
    releasesInCallbacks: survey.releasesInCallbacks,
    coarse: false,
    abstained: true,
  };
}

const ENDINGS: Readonly<Record<Holding, Ending>> = {
  [Holding.notHeld]: 'not-held',
  [Holding.held]: 'held',
  [Holding.released]: 'released',
  [Holding.escaped]: 'escaped',
};

function interpretScope(run: Run): Set<Ending> {
  const { scope } = run.question;
  const { normal, exits } = run.capture(() => {
    const worlds = worldsAtStart(run);
    return isFunction(scope) ? functionBody(run, scope, worlds) : statements(run, scope.body, worlds);
  });
  const endings = new Set<Ending>();
  for (const world of normal) {
    endings.add(ENDINGS[holdingOf(world)]);
    // The expression of an arrow function is returned.
    const departure = isFunction(scope) && scope.body.type !== 'BlockStatement' ? 'return' : 'end';
    if (holdingOf(world) === Holding.held) run.depart(departure, departure === 'return' && isFunction(scope) ? scope.body : scope, false, world);
  }
  for (const [exit, worlds] of exits) {
    for (const world of worlds) {
      if (exit.type === 'return') endings.add(ENDINGS[holdingOf(world)]);
      if (holdingOf(world) === Holding.held) run.departBy(exit, world);
    }
  }
  return endings;
}

function worldsAtStart(run: Run): Worlds {
  let start: World = 0;
  for (const [index, flag] of run.flags.list.entries()) {
    const name = flag.key.text.replace('session ', '');
    if (run.survey.hoisted.has(name)) start = withTruth(start, index, Truth.no);
  }
  const { acquisition } = run.question;
  if ('type' in acquisition) return new Set([start]);

  let held = withHolding(start, Holding.held);
  for (const session of run.flags.sessions) held = withTruth(held, session, Truth.yes);
  const failures = [...run.flags.list.entries()].filter(([, flag]) => flag.tests.some((test) => acquisition.unless?.(test)));
  if (failures.length === 0) return new Set([held]);
  let failed = start;
  for (const [index] of failures) {
    failed = withTruth(failed, index, Truth.yes);
    held = withTruth(held, index, Truth.no);
  }
  for (const session of run.flags.sessions) failed = withTruth(failed, session, Truth.no);
  return new Set([held, failed]);
}

function answer(run: Run, endings: ReadonlySet<Ending>, coarse: boolean): Lifetime {
  const { survey } = run;
  const leaks = [...run.departed.values()].map((departed) => leakOf(departed, survey)).sort(worstFirst);
  const usedAfterRelease = [
    ...misuses(run.usedAfterRelease).map((misuse) => ({ ...misuse, how: 'direct' as const })),
    ...misuses(run.returnedInUse).map((misuse) => ({ ...misuse, how: 'returned' as const })),
  ];
  return {
    leaks,
    releasedTwice: misuses(run.releasedTwice),
    usedAfterRelease,
    endings,
    endingsOfBlock: new Set([...run.endingsOfBlock].map((holding) => ENDINGS[holding])),
    releasesInCallbacks: survey.releasesInCallbacks,
    coarse,
    abstained: false,
  };
}

function leakOf({ departure, node, implied, straight }: Departed, survey: Survey): Leak {
  const afterException = implied || !straight;
  const byException = implied || (departure === 'throw' && afterException);
  const neverEnds = survey.releases.length === 0 && !survey.escapes;
  const kind = neverEnds ? 'never-released' : byException ? 'throws' : 'path';
  return { kind, departure, node, afterException, ...(byException ? placeOf(node, survey) : {}) };
}

/** Where an exception strikes, seen from the `try` that releases. */
function placeOf(node: TSESTree.Node, survey: Survey): Pick<Leak, 'place' | 'protection'> {
  const releases = (part: TSESTree.Node | null): boolean => part !== null && survey.releases.some((release) => contains(part, release));
  const protecting = survey.tries.filter(({ handler, finalizer }) => releases(handler) || releases(finalizer));
  const cleaning = protecting.find(({ handler, finalizer }) => [handler, finalizer].some((part) => part !== null && contains(part, node)));
  if (cleaning) return { place: 'in-cleanup', protection: cleaning };
  const following = protecting.filter((candidate) => candidate.range[0] >= node.range[1]).sort((a, b) => a.range[0] - b.range[0])[0];
  return following ? { place: 'before-try', protection: following } : { place: 'unprotected' };
}

function worstFirst(a: Leak, b: Leak): number {
  return weight(a) - weight(b) || a.node.range[0] - b.node.range[0];
}

function weight(leak: Leak): number {
  if (leak.departure === 'yield' || leak.place !== undefined) return 2;
  return leak.afterException ? 1 : 0;
}

function misuses(found: ReadonlyMap<TSESTree.Node, boolean>): Misuse[] {
  return [...found].map(([node, straight]) => ({ node, afterException: !straight })).sort((a, b) => a.node.range[0] - b.node.range[0]);
}
