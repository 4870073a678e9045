/** Expressions: operands in the order in which the engine evaluates them, then what the expression itself does. */
import type { TSESTree } from '@typescript-eslint/utils';
import { bind, joined } from './assignments.js';
import { condition, truthAfter } from './conditions.js';
import { isSettledLater, settle, throwsOf } from './promises.js';
import type { Run } from './run.js';
import { calledFunction, childrenOf, functionsRunBy, isClass, isFunction, unwrap, unwrapChain, type Node } from './syntax.js';
import { runFunction } from './statements.js';
import { Truth, nowhere, truthOf, union, withException, withTruth, type World, type Worlds } from './worlds.js';

export function evaluate(run: Run, node: Node, worlds: Worlds): Worlds {
  if (worlds.size === 0 || !run.survey.interesting.has(node)) return worlds;
  run.enter(worlds);
  const after = evaluateInteresting(run, node, worlds);
  run.leaveNode();
  return after;
}

function evaluateInteresting(run: Run, node: Node, worlds: Worlds): Worlds {
  switch (node.type) {
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return run.complete(node, joined(condition(run, node, worlds)));
    case 'ConditionalExpression': {
      const { yes, no } = condition(run, node.test, worlds);
      return run.complete(node, union(evaluate(run, node.consequent, yes), evaluate(run, node.alternate, no)));
    }
    case 'UpdateExpression':
      return bind(run, node.argument, worlds);
    case 'AwaitExpression': {
      const waiting = run.forget(run.flags.changedByWaiting(), worlds);
      const { fulfilled, rejected } = settle(run, node.argument, waiting, node);
      run.passAllOn(rejected);
      return run.complete(node, fulfilled);
    }
    case 'YieldExpression': {
      const asked = node.argument ? evaluate(run, node.argument, worlds) : worlds;
      const after = run.complete(node, asked);
      if (run.canThrow(node)) {
        run.impliedExit(node, 'return', after);
        run.impliedExit(node, 'throw', after);
      }
      return after;
    }
    case 'ChainExpression': {
      const { reached, cut } = chain(run, node.expression, worlds);
      return union(reached, cut);
    }
    case 'MemberExpression':
    case 'CallExpression':
      return chain(run, node, worlds).reached;
    case 'NewExpression':
    case 'TaggedTemplateExpression': {
      if (isSettledLater(node)) return unawaited(run, node, worlds).reached;
      return called(run, node, operands(run, childrenOf(node), worlds));
    }
    default:
      if (isFunction(node) || isClass(node)) return run.complete(node, worlds);
      return run.complete(node, operands(run, childrenOf(node), worlds));
  }
}

function operands(run: Run, nodes: readonly Node[], worlds: Worlds): Worlds {
  let at = worlds;
  for (const node of nodes) at = evaluate(run, node, at);
  return at;
}

/** How far a chain with `?.` came: to its end, or cut off because there was nothing to go on with. */
export interface Reach {
  readonly reached: Worlds;
  readonly cut: Worlds;
}

export function chain(run: Run, node: Node, worlds: Worlds): Reach {
  run.enter(worlds);
  const reach = link(run, unwrap(node), worlds);
  run.leaveNode();
  return reach;
}

function link(run: Run, node: Node, worlds: Worlds): Reach {
  if (node.type === 'CallExpression') {
    if (isSettledLater(node)) return unawaited(run, node, worlds);
    const { reached, cut } = chainToCall(run, node, worlds);
    return { reached: called(run, node, reached), cut };
  }
  if (node.type !== 'MemberExpression') return { reached: evaluate(run, node, worlds), cut: nowhere };
  const object = chain(run, node.object, worlds);
  const there = node.optional ? present(run, node.object, object) : object;
  const property = node.computed ? evaluate(run, node.property, there.reached) : there.reached;
  return { reached: run.complete(node, notEmpty(run, node, property)), cut: there.cut };
}

/** The callee and the arguments of a call, not yet the call. */
export function chainToCall(run: Run, node: TSESTree.CallExpression, worlds: Worlds): Reach {
  const callee = chain(run, node.callee, worlds);
  // That a session has no such method (`c.release?.()`) is a matter for the type checker.
  const there = node.optional && run.effectOf(node) !== 'release' ? present(run, node.callee, callee) : callee;
  const own = functionsRunBy(node);
  const passed = node.arguments.filter((argument) => !own.some((fn) => fn === unwrap(argument)));
  const after = operands(run, passed, there.reached);
  return { reached: forgetState(run, node, after), cut: there.cut };
}

/** The call itself. */
function called(run: Run, node: Node, worlds: Worlds): Worlds {
  const fn = calledFunction(node);
  const ran = fn ? ranHere(run, fn, worlds) : worlds;
  const after = run.complete(node, ran);
  if (run.question.throws === 'any-call' && !fn && !run.survey.awaited.has(node) && run.canThrow(node)) {
    run.impliedExit(node, 'throw', run.failed(node, node === run.acquisition ? ran : after));
  }
  return after;
}

function ranHere(run: Run, fn: NonNullable<ReturnType<typeof calledFunction>>, worlds: Worlds): Worlds {
  const { normal, exits } = runFunction(run, fn, worlds, false);
  run.passAllOn(exits);
  return normal;
}

/** A promise that nobody waits for here: what its callbacks do is done, and it may have been rejected. */
function unawaited(run: Run, node: Node, worlds: Worlds): Reach {
  const { fulfilled, rejected, cut } = settle(run, node, worlds, node);
  return { reached: union(fulfilled, throwsOf(rejected)), cut };
}

/** In front of `?.`: there is an object, or the rest of the chain is skipped. */
function present(run: Run, object: Node, { reached, cut }: Reach): Reach {
  const { yes, no } = truthAfter(run, object, reached);
  return { reached: yes, cut: union(cut, no) };
}

/** Reading a property of an empty session variable throws; having read one, it was not empty. */
function notEmpty(run: Run, node: TSESTree.MemberExpression, worlds: Worlds): Worlds {
  const flag = run.flags.of(node.object);
  if (flag === undefined || !run.flags.list[flag]?.key.isSession) return worlds;
  const there = new Set<World>();
  const empty = new Set<World>();
  for (const world of worlds) {
    if (truthOf(world, flag) === Truth.no) empty.add(withException(world));
    else there.add(withTruth(world, flag, Truth.yes));
  }
  if (empty.size > 0) run.impliedExit(node, 'throw', empty);
  return there;
}

/** A method may change what is known of its object's properties. */
function forgetState(run: Run, node: TSESTree.CallExpression, worlds: Worlds): Worlds {
  const callee = unwrapChain(node.callee);
  return callee.type === 'MemberExpression' ? run.forget(run.flags.changedByMethodOf(callee.object), worlds) : worlds;
}
