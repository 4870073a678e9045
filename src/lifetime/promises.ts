/**
 * Promises: an expression's value may settle later, and `then`, `catch` and `finally` run code when it does. Both
 * outcomes are followed at the place where the promise is awaited; one that nobody awaits is taken to settle at once.
 */
import { isNothing } from '../sessions/syntax.js';
import { condition } from './conditions.js';
import { ExitCollector, type Exits } from './exits.js';
import { chain, chainToCall, evaluate } from './expressions.js';
import type { Run } from './run.js';
import { runFunction } from './statements.js';
import { calledFunction, promiseExecutor, promiseStepOf, runnable, unwrap, unwrapChain, type Node, type PromiseStep } from './syntax.js';
import { mapWorlds, nowhere, union, withException, type Worlds } from './worlds.js';

export interface Settled {
  readonly fulfilled: Worlds;
  /** By what it was rejected: a `throw` in a callback, or at `awaiter`. */
  readonly rejected: Exits;
  /** There is no promise, because a `?.` in front of it skipped the rest of its chain. */
  readonly cut: Worlds;
}

/** Expressions in which code is written that runs when a promise settles. */
export function isSettledLater(node: Node): boolean {
  return promiseStepOf(node) !== undefined || promiseExecutor(node) !== undefined || (calledFunction(node)?.async ?? false);
}

export function throwsOf(rejected: Exits): Worlds {
  let worlds = nowhere;
  for (const at of rejected.values()) worlds = union(worlds, at);
  return worlds;
}

/** `awaiter` is what a finding points to when the promise itself is rejected. */
export function settle(run: Run, expression: Node, worlds: Worlds, awaiter: Node): Settled {
  run.enter(worlds);
  const settled = settledOf(run, unwrap(expression), worlds, awaiter);
  run.leaveNode();
  return settled;
}

function settledOf(run: Run, node: Node, worlds: Worlds, awaiter: Node): Settled {
  const step = promiseStepOf(node);
  if (step) return afterStep(run, node, step, worlds, awaiter);

  const executor = promiseExecutor(node);
  const fn = executor ?? calledFunction(node);
  if (fn) {
    const { normal, exits } = runFunction(run, fn, worlds, true);
    const after = run.complete(node, normal);
    // The executor's promise may be rejected by a callback that is out of sight.
    return outcome(after, executor ? plus(exits, rejection(run, node, after, awaiter)) : exits);
  }

  switch (node.type) {
    case 'ConditionalExpression': {
      const { yes, no } = condition(run, node.test, worlds);
      return either(settle(run, node.consequent, yes, awaiter), settle(run, node.alternate, no, awaiter));
    }
    case 'LogicalExpression': {
      const left = condition(run, node.left, worlds);
      // What `&&` lets through on its left is falsy, hence no promise.
      if (node.operator === '&&') return either(outcome(left.no), settle(run, node.right, left.yes, awaiter));
      const first = outcome(left.yes, rejection(run, node.left, left.yes, awaiter));
      return either(first, settle(run, node.right, left.no, awaiter));
    }
    case 'ChainExpression': {
      const { fulfilled, rejected, cut } = settle(run, node.expression, worlds, awaiter);
      return outcome(union(fulfilled, cut), rejected);
    }
    case 'CallExpression': {
      const { reached, cut } = chainToCall(run, node, worlds);
      const after = run.complete(node, reached);
      // A rejected acquisition has acquired nothing; everything else has had its effect.
      const failing = node === run.acquisition ? reached : after;
      return { fulfilled: after, rejected: rejection(run, node, failing, awaiter), cut };
    }
    case 'MemberExpression': {
      const { reached, cut } = chain(run, node, worlds);
      return { fulfilled: reached, rejected: rejection(run, node, reached, awaiter), cut };
    }
    default: {
      const after = evaluate(run, node, worlds);
      return outcome(after, rejection(run, node, node === run.acquisition ? worlds : after, awaiter));
    }
  }
}

function rejection(run: Run, node: Node, worlds: Worlds, awaiter: Node): Exits {
  const collector = new ExitCollector();
  const promise = unwrapChain(node);
  if (run.canThrow(promise) && run.canThrow(awaiter) && mayBeRejected(promise, awaiter)) {
    const failed = run.failed(promise, worlds);
    collector.add(run.impliedExitAt(awaiter, 'throw'), mapWorlds(failed, withException));
  }
  return collector.exits;
}

/** Anything that is awaited; but of what a promise takes over only calls: the rows in `() => rows` are no promise. */
function mayBeRejected({ type }: Node, awaiter: Node): boolean {
  if (awaiter.type === 'AwaitExpression') return type !== 'Literal' && type !== 'TemplateLiteral' && type !== 'AwaitExpression';
  return type === 'CallExpression' || type === 'NewExpression' || type === 'TaggedTemplateExpression';
}

function afterStep(run: Run, node: Node, step: PromiseStep, worlds: Worlds, awaiter: Node): Settled {
  const base = settle(run, step.promise, worlds, awaiter);
  const [first, second] = step.handlers.map((handler) => handlerOf(run, handler));
  const { fulfilled, rejected } = handled(step.method, base, first, second);
  // The step as a whole may be known to do something, whatever the outcome: `.finally(cleanUp)`.
  return {
    fulfilled: run.complete(node, fulfilled),
    rejected: node === run.acquisition ? rejected : mapExits(rejected, (at) => run.complete(node, at)),
    cut: base.cut,
  };
}

function handled(method: PromiseStep['method'], base: Settled, first: Handler | undefined, second: Handler | undefined): Settled {
  const passed = outcome(base.fulfilled);
  const failed = throwsOf(base.rejected);
  switch (method) {
    case 'then': {
      const onFulfilled = first?.(base.fulfilled) ?? passed;
      return either(onFulfilled, second?.(failed) ?? outcome(nowhere, base.rejected));
    }
    case 'catch':
      return first ? either(passed, first(failed)) : base;
    case 'finally': {
      if (!first) return base;
      let after = first(base.fulfilled);
      for (const [exit, at] of base.rejected) {
        const { fulfilled, rejected } = first(at);
        after = either(after, outcome(nowhere, plus(rejected, new Map([[exit, fulfilled]]))));
      }
      return after;
    }
  }
}

type Handler = (worlds: Worlds) => Settled;

/** A handler that is written out is run; of any other we only know that it handles. */
function handlerOf(run: Run, argument: Node): Handler | undefined {
  const node = unwrap(argument);
  if (node.type === 'Literal' || isNothing(node)) return undefined;
  const fn = runnable(node);
  if (!fn) return (worlds) => outcome(evaluate(run, node, worlds));
  return (worlds) => {
    const { normal, exits } = runFunction(run, fn, worlds, true);
    return outcome(normal, exits);
  };
}

function outcome(fulfilled: Worlds, rejected: Exits = new Map()): Settled {
  return { fulfilled, rejected, cut: nowhere };
}

function either(first: Settled, second: Settled): Settled {
  return {
    fulfilled: union(first.fulfilled, second.fulfilled),
    rejected: plus(first.rejected, second.rejected),
    cut: union(first.cut, second.cut),
  };
}

function plus(first: Exits, second: Exits): Exits {
  const collector = new ExitCollector();
  for (const exits of [first, second]) for (const [exit, worlds] of exits) collector.add(exit, worlds);
  return collector.exits;
}

function mapExits(exits: Exits, change: (worlds: Worlds) => Worlds): Exits {
  return new Map([...exits].map(([exit, worlds]) => [exit, change(worlds)]));
}
