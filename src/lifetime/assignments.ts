/** Writes: what a variable's new value says about flags, and when the session's only variable is lost. */
import type { TSESTree } from '@typescript-eslint/utils';
import { bothWays, condition, isOpen, truthAfter, type Branches } from './conditions.js';
import { evaluate } from './expressions.js';
import type { Run } from './run.js';
import { childrenOf, partsOfPattern, unwrap, type Node } from './syntax.js';
import { Holding, Truth, holdingOf, mapWorlds, nowhere, union, withHolding, withTruth, type Worlds } from './worlds.js';

/** Evaluates an assignment and splits by the truth of the value. */
export function assign(run: Run, node: TSESTree.AssignmentExpression, worlds: Worlds): Branches {
  const target = unwrap(node.left);
  if (target.type === 'ObjectPattern' || target.type === 'ArrayPattern') {
    return bothWays(bind(run, target, evaluate(run, node.right, worlds), node.right));
  }
  const at = target.type === 'MemberExpression' ? evaluateParts(run, target, worlds) : worlds;
  switch (node.operator) {
    case '=':
      return store(run, target, overwrite(run, node, target, condition(run, node.right, at)));
    case '&&=': {
      const before = truthAfter(run, target, at);
      const after = store(run, target, condition(run, node.right, before.yes));
      return { yes: after.yes, no: union(before.no, after.no) };
    }
    case '||=':
    case '??=': {
      const before = truthAfter(run, target, at);
      const after = store(run, target, condition(run, node.right, before.no));
      return { yes: union(before.yes, after.yes), no: after.no };
    }
    default:
      return store(run, target, bothWays(evaluate(run, node.right, at)));
  }
}

/** Gives a variable or a member a value whose truth is known. */
export function store(run: Run, target: Node, value: Branches): Branches {
  const changed = run.flags.changedBy(target);
  const flag = run.flags.of(target);
  if (isOpen(value)) return bothWays(run.forget(flag === undefined ? changed : [...changed, flag], value.yes));
  const yes = run.forget(changed, value.yes);
  const no = run.forget(changed, value.no);
  if (flag === undefined) return { yes, no };
  return { yes: known(yes, flag, Truth.yes), no: known(no, flag, Truth.no) };
}

/** Everything that a pattern binds, of which nothing is known but that a session came out of its acquisition. */
export function bind(run: Run, pattern: Node, worlds: Worlds, value?: Node): Worlds {
  const { targets, evaluated } = partsOfPattern(pattern);
  let at = worlds;
  // A default may be evaluated or not.
  for (const part of evaluated) at = union(at, evaluate(run, part, at));
  for (const target of targets) {
    if (target.type === 'MemberExpression') at = evaluateParts(run, target, at);
    const acquired = value && run.containsAcquisition(value) && run.question.isSession(target);
    at = acquired ? joined(store(run, target, truthAfter(run, value, at))) : joined(store(run, target, bothWays(at)));
  }
  return at;
}

export function joined({ yes, no }: Branches): Worlds {
  return union(yes, no);
}

function evaluateParts(run: Run, node: Node, worlds: Worlds): Worlds {
  let at = worlds;
  for (const part of childrenOf(node)) at = evaluate(run, part, at);
  return at;
}

/**
 * The only variable that denotes the session gets a value that has nothing to do with it: if the session is still held,
 * nobody can release it any more.
 */
function overwrite(run: Run, node: TSESTree.AssignmentExpression, target: Node, value: Branches): Branches {
  if (!run.question.isSession(target) || run.survey.sessionVariables.size > 1) return value;
  if (mentionsSession(run, node.right)) return value;
  const lose = (worlds: Worlds, isEmpty: boolean): Worlds =>
    mapWorlds(worlds, (world) => {
      const holding = holdingOf(world);
      if (holding === Holding.held) run.depart('overwritten', node, false, world);
      // `c = null` after the release leaves a session that is released; any other value is not about this session.
      return isEmpty && holding !== Holding.held ? world : withHolding(world, Holding.notHeld);
    });
  const no = isOpen(value) ? value.no : lose(value.no, true);
  // Of `c = given ?? await acquire()` only an empty outcome is certainly no session.
  if (run.containsAcquisition(node.right)) return isOpen(value) ? value : { yes: value.yes, no };
  return isOpen(value) ? bothWays(lose(value.yes, false)) : { yes: lose(value.yes, false), no };
}

function mentionsSession(run: Run, expression: Node): boolean {
  const open = [expression];
  for (let node = open.pop(); node; node = open.pop()) {
    if ((node.type === 'Identifier' || node.type === 'MemberExpression') && run.question.isSession(node)) return true;
    open.push(...childrenOf(node));
  }
  return false;
}

function known(worlds: Worlds, flag: number, truth: Truth): Worlds {
  return worlds.size === 0 ? nowhere : mapWorlds(worlds, (world) => withTruth(world, flag, truth));
}
