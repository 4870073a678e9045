/** Conditions: which worlds go which way, and what they have learnt by it. */
import type { TSESTree } from '@typescript-eslint/utils';
import { isNothing } from '../sessions/syntax.js';
import { assign } from './assignments.js';
import { chain, evaluate } from './expressions.js';
import { comparedWithConstant, isEquality } from './flags.js';
import type { Run } from './run.js';
import { promiseStepOf, unwrap, unwrapChain, type Node } from './syntax.js';
import { Holding, Truth, holdingOf, nowhere, truthOf, union, withTruth, type World, type Worlds } from './worlds.js';

/** One and the same set on both sides means that nothing is known. */
export interface Branches {
  readonly yes: Worlds;
  readonly no: Worlds;
}

export function bothWays(worlds: Worlds): Branches {
  return { yes: worlds, no: worlds };
}

export function isOpen(branches: Branches): boolean {
  return branches.yes === branches.no;
}

/** Evaluates the expression and splits by its truth. */
export function condition(run: Run, expression: Node, worlds: Worlds): Branches {
  if (worlds.size === 0) return bothWays(nowhere);
  run.enter(worlds);
  const branches = split(run, unwrap(expression), worlds);
  run.leaveNode();
  return branches;
}

function split(run: Run, node: Node, worlds: Worlds): Branches {
  switch (node.type) {
    case 'UnaryExpression':
      if (node.operator !== '!') break;
      return reversed(condition(run, node.argument, worlds));
    case 'LogicalExpression':
      return logical(run, node, worlds);
    case 'ConditionalExpression': {
      const test = condition(run, node.test, worlds);
      return either(condition(run, node.consequent, test.yes), condition(run, node.alternate, test.no));
    }
    case 'SequenceExpression': {
      let at = worlds;
      for (const part of node.expressions.slice(0, -1)) at = evaluate(run, part, at);
      const last = node.expressions.at(-1);
      return last ? condition(run, last, at) : bothWays(at);
    }
    case 'AssignmentExpression':
      return assign(run, node, worlds);
    case 'BinaryExpression':
      return comparison(run, node, worlds);
    case 'CallExpression': {
      const [argument] = node.arguments;
      if (node.callee.type === 'Identifier' && node.callee.name === 'Boolean' && argument) return condition(run, argument, worlds);
      break;
    }
    case 'ChainExpression': {
      const { reached, cut } = chain(run, node.expression, worlds);
      const flag = run.flags.of(node);
      const branches = truthAfter(run, node.expression, reached);
      if (cut.size === 0) return branches;
      return { yes: branches.yes, no: union(branches.no, flag === undefined ? cut : falsy(cut, flag)) };
    }
    default:
  }
  return truthAfter(run, node, evaluate(run, node, worlds));
}

function logical(run: Run, node: TSESTree.LogicalExpression, worlds: Worlds): Branches {
  const left = condition(run, node.left, worlds);
  if (node.operator === '&&') {
    const right = condition(run, node.right, left.yes);
    return { yes: right.yes, no: union(left.no, right.no) };
  }
  const right = condition(run, node.right, left.no);
  // What is not null may still be false, unless it stands in for a session.
  const mayBeFalse = node.operator === '??' && isOpen(left) && !run.containsAcquisition(node);
  const no = mayBeFalse ? union(right.no, left.yes) : right.no;
  return { yes: union(left.yes, right.yes), no };
}

function comparison(run: Run, node: TSESTree.BinaryExpression, worlds: Worlds): Branches {
  const constant = comparedWithConstant(node);
  if (constant) {
    const branches = condition(run, constant.subject, worlds);
    const isPositive = constant.whenEqual === (node.operator === '===' || node.operator === '==');
    return isPositive ? branches : reversed(branches);
  }
  const after = evaluate(run, node, worlds);
  const flag = run.flags.of(node);
  let branches = bothWays(after);
  if (flag !== undefined) branches = byFlag(run, flag, after);
  else if (isEquality(node.operator) && comparesSession(run, node)) branches = sameObject(after);
  return isEquality(node.operator) && node.operator.startsWith('!') ? reversed(branches) : branches;
}

/** `c !== given`: one side denotes the session, the other something else. */
function comparesSession(run: Run, { left, right }: TSESTree.BinaryExpression): boolean {
  const [first, second] = [left, right].map((side) => run.flags.list[run.flags.of(side) ?? -1]?.key.isSession ?? false);
  return first !== second;
}

/** What has been acquired here is a new object, equal to nothing else. */
function sameObject(worlds: Worlds): Branches {
  return { yes: new Set([...worlds].filter((world) => holdingOf(world) === Holding.notHeld)), no: worlds };
}

/** `left === right` of a `case`, both sides evaluated already. */
export function equality(run: Run, left: Node, right: Node, worlds: Worlds): Branches {
  const flag = run.flags.ofComparison(left, right);
  return flag === undefined ? bothWays(worlds) : byFlag(run, flag, worlds);
}

/** The truth of an expression that has just been evaluated. */
export function truthAfter(run: Run, expression: Node, worlds: Worlds): Branches {
  const node = unwrapChain(expression);
  const status = run.question.statusOf?.(node);
  if (status) return byStatus(status, worlds);
  const flag = run.flags.of(node);
  if (flag !== undefined) return byFlag(run, flag, worlds);
  const constant = constantTruth(node);
  if (constant !== undefined) return constant ? { yes: worlds, no: nowhere } : { yes: nowhere, no: worlds };
  return isAcquired(run, node) ? byHolding(worlds) : bothWays(worlds);
}

/** The acquisition itself, awaited or not, also behind a `catch` that answers with nothing. */
function isAcquired(run: Run, expression: Node): boolean {
  let node = expression;
  for (;;) {
    if (node === run.acquisition) return true;
    const step = promiseStepOf(node);
    if (node.type === 'AwaitExpression') node = unwrapChain(node.argument);
    else if (step && step.method !== 'then') node = unwrapChain(step.promise);
    else return false;
  }
}

function byFlag(run: Run, flag: number, worlds: Worlds): Branches {
  const yes = new Set<World>();
  const no = new Set<World>();
  const excluded = run.flags.excludedBy(flag);
  for (const world of worlds) {
    const known = truthOf(world, flag);
    if (known !== Truth.no) {
      yes.add(excluded.reduce((at, other) => withTruth(at, other, Truth.no), withTruth(world, flag, Truth.yes)));
    }
    if (known !== Truth.yes) no.add(withTruth(world, flag, Truth.no));
  }
  return { yes, no };
}

/** What acquires gives a session, or it has not acquired and gives nothing. */
export function byHolding(worlds: Worlds): Branches {
  const yes = new Set<World>();
  const no = new Set<World>();
  for (const world of worlds) (holdingOf(world) === Holding.held ? yes : no).add(world);
  return { yes, no };
}

function byStatus(status: 'held' | 'released', worlds: Worlds): Branches {
  const yes = new Set<World>();
  const no = new Set<World>();
  for (const world of worlds) {
    const holding = holdingOf(world);
    if (holding !== Holding.held) (status === 'released' ? yes : no).add(world);
    if (holding !== Holding.released) (status === 'released' ? no : yes).add(world);
  }
  return { yes, no };
}

function constantTruth(node: Node): boolean | undefined {
  if (isNothing(node)) return false;
  switch (node.type) {
    case 'Literal':
      return Boolean('bigint' in node ? node.bigint !== '0' : 'regex' in node ? true : node.value);
    case 'ObjectExpression':
    case 'ArrayExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'ClassExpression':
    case 'NewExpression':
      return true;
    default:
      return undefined;
  }
}

function falsy(worlds: Worlds, flag: number): Worlds {
  return new Set([...worlds].map((world) => withTruth(world, flag, Truth.no)));
}

function reversed({ yes, no }: Branches): Branches {
  return { yes: no, no: yes };
}

/** Nothing is known only if nothing is known on either way. */
function either(first: Branches, second: Branches): Branches {
  if (isOpen(first) && isOpen(second)) return bothWays(union(first.yes, second.yes));
  return { yes: union(first.yes, second.yes), no: union(first.no, second.no) };
}
