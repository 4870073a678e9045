/** Statements: how each kind passes worlds on, and what it does with the exits of its parts. */
import type { TSESTree } from '@typescript-eslint/utils';
import { bind, joined, store } from './assignments.js';
import { bothWays, condition, equality, type Branches } from './conditions.js';
import { takeExits, type Completion, type Exits } from './exits.js';
import { evaluate } from './expressions.js';
import type { FunctionNode } from './lifetime.js';
import { loop } from './loops.js';
import { isSettledLater, settle } from './promises.js';
import type { Run } from './run.js';
import { isDisposing } from './survey.js';
import { childrenOf, isClass, isFunction, isLoop, unwrapChain, type Node } from './syntax.js';
import { Holding, holdingOf, mapWorlds, nowhere, union, withHolding, type World, type Worlds } from './worlds.js';

/** `labels` are those that stand in front of this very statement. */
export function statement(run: Run, node: Node, worlds: Worlds, labels: readonly string[] = []): Worlds {
  if (worlds.size === 0 || !run.survey.interesting.has(node)) return worlds;
  run.enter(worlds);
  const after = node === run.survey.extent ? extent(run, node, worlds, labels) : plain(run, node, worlds, labels);
  run.leaveNode();
  return after;
}

function plain(run: Run, node: Node, worlds: Worlds, labels: readonly string[]): Worlds {
  if (isLoop(node)) {
    return disposing(run, node.type === 'ForStatement' ? node.init : undefined, worlds, (at) =>
      run.rememberAll(node, at, (single) => loop(run, node, single, labels)),
    );
  }
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
    case 'Program':
      return statements(run, node.body, worlds);
    case 'ExpressionStatement':
      return evaluate(run, node.expression, worlds);
    case 'VariableDeclaration':
      return declare(run, node, worlds);
    case 'IfStatement': {
      const { yes, no } = condition(run, node.test, worlds);
      const after = statement(run, node.consequent, yes);
      return union(after, node.alternate ? statement(run, node.alternate, no) : no);
    }
    case 'ReturnStatement': {
      run.exit(node, 'return', node.argument ? returned(run, node, node.argument, worlds) : worlds);
      return nowhere;
    }
    case 'ThrowStatement':
      run.exit(node, 'throw', evaluate(run, node.argument, worlds));
      return nowhere;
    case 'BreakStatement':
      run.exit(node, 'break', worlds);
      return nowhere;
    case 'ContinueStatement':
      run.exit(node, 'continue', worlds);
      return nowhere;
    case 'LabeledStatement': {
      const { name } = node.label;
      const { normal, exits } = run.capture(() => statement(run, node.body, worlds, [...labels, name]));
      return union(normal, stopping(run, exits, name));
    }
    case 'SwitchStatement':
      return switched(run, node, worlds);
    case 'TryStatement':
      return run.rememberAll(node, worlds, (single) => tried(run, node, single));
    case 'WithStatement':
      return statement(run, node.body, evaluate(run, node.object, worlds));
    case 'ExportNamedDeclaration':
      return node.declaration ? statement(run, node.declaration, worlds) : worlds;
    case 'ExportDefaultDeclaration':
      return evaluate(run, node.declaration, worlds);
    default: {
      if (isFunction(node) || isClass(node)) return run.complete(node, worlds);
      let at = worlds;
      for (const part of childrenOf(node)) at = evaluate(run, part, at);
      return at;
    }
  }
}

/** A list of statements; `using` makes a clean-up of what follows it. */
export function statements(run: Run, list: readonly Node[], worlds: Worlds): Worlds {
  let at = worlds;
  for (const [index, node] of list.entries()) {
    if (at.size === 0) break;
    if (isDisposing(node, run.question)) {
      return disposing(run, node, at, (declared) => statements(run, list.slice(index + 1), statement(run, node, declared)));
    }
    at = statement(run, node, at);
    at = run.forget(run.flags.deadBehind(node.range[1]), at);
  }
  return at;
}

export function declare(run: Run, node: TSESTree.VariableDeclaration, worlds: Worlds): Worlds {
  let at = worlds;
  for (const { id, init } of node.declarations) {
    if (id.type !== 'Identifier') at = init ? bind(run, id, evaluate(run, init, at), init) : at;
    else if (init) at = joined(store(run, id, condition(run, init, at), init));
    // `var x;` leaves what is there.
    else if (node.kind !== 'var') at = joined(store(run, id, { yes: nowhere, no: at }));
  }
  return at;
}

/** `return p` where a promise takes p over, or `return p.then(…)` anywhere, ends when p has settled. */
function returned(run: Run, statementNode: Node, value: Node, worlds: Worlds): Worlds {
  const pending = run.returning === 'awaited' ? undefined : pendingTail(run, value);
  if (pending) run.pendingReturns.set(statementNode, pending);
  if (run.returning === 'left' && !isSettledLater(unwrapChain(value))) return evaluate(run, value, worlds);
  const { fulfilled, rejected } = settle(run, value, worlds, value);
  run.passAllOn(rejected);
  return fulfilled;
}

/** The part of a returned value that is a promise which still works on the session. */
function pendingTail(run: Run, value: Node): Node | undefined {
  const open = [value];
  for (let next = open.pop(); next; next = open.pop()) {
    const node = unwrapChain(next);
    if (run.effectOf(node) === 'pending-use') return node;
    if (node.type === 'ConditionalExpression') open.push(node.consequent, node.alternate);
    else if (node.type === 'LogicalExpression') open.push(node.left, node.right);
    else if (node.type === 'SequenceExpression') open.push(...node.expressions.slice(-1));
    else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && isSettledLater(node)) open.push(node.callee.object);
  }
  return undefined;
}

/** A function that is run where it is written. Its returns end in its caller. */
export function runFunction(run: Run, fn: FunctionNode, worlds: Worlds, adopted: boolean): Completion {
  const outside = run.returning;
  run.returning = adopted ? 'adopted' : 'left';
  const { normal, exits } = run.capture(() => run.rememberAll(fn, worlds, (single) => calledHere(run, fn, single)));
  run.returning = outside;
  const returns = takeExits(exits, (exit) => exit.type === 'return');
  return { normal: union(normal, returns.taken), exits: returns.left };
}

function calledHere(run: Run, fn: FunctionNode, worlds: Worlds): Worlds {
  let at = worlds;
  for (const param of fn.params) at = bind(run, param, at);
  return functionBody(run, fn, at);
}

export function functionBody(run: Run, fn: FunctionNode, worlds: Worlds): Worlds {
  return fn.body.type === 'BlockStatement' ? statement(run, fn.body, worlds) : returned(run, fn, fn.body, worlds);
}

/**
 * The block in which the session's only variable lives. Whoever leaves it with the session held leaves the session
 * behind; what comes round again in a loop is another session.
 */
function extent(run: Run, node: Node, worlds: Worlds, labels: readonly string[]): Worlds {
  const { normal, exits } = run.capture(() => plain(run, node, worlds, labels));
  for (const [exit, at] of exits) {
    // What somebody threw ends somewhere else, as in the scope itself.
    if (exit.type !== 'throw') run.noteEndings(at);
    run.passOn(exit, leftBehind(at, (world) => { run.departBy(exit, world); }));
  }
  run.noteEndings(normal);
  return leftBehind(normal, (world) => { run.depart('end', node, false, world); });
}

function leftBehind(worlds: Worlds, report: (world: World) => void): Worlds {
  return mapWorlds(worlds, (world) => {
    if (holdingOf(world) === Holding.held) report(world);
    return withHolding(world, Holding.notHeld);
  });
}

function tried(run: Run, node: TSESTree.TryStatement, worlds: Worlds): Worlds {
  const { block, handler, finalizer } = node;
  const guarded = (): Worlds => {
    if (!handler) return statement(run, block, worlds);
    const { normal, exits } = run.capture(() => statement(run, block, worlds));
    const { taken, left } = takeExits(exits, (exit) => exit.type === 'throw');
    run.passAllOn(left);
    const caught = handler.param && taken.size > 0 ? bind(run, handler.param, taken) : taken;
    return union(normal, statement(run, handler.body, caught));
  };
  return finalizer ? cleaning(run, run.capture(guarded), (world) => run.remember(finalizer, world, (at) => statement(run, finalizer, at))) : guarded();
}

/** Runs a clean-up on every completion; if it ends by itself, the completion goes on. */
function cleaning(run: Run, { normal, exits }: Completion, cleanUp: (world: World) => Completion): Worlds {
  let after = nowhere;
  for (const world of normal) {
    const cleaned = cleanUp(world);
    run.passAllOn(cleaned.exits);
    after = union(after, cleaned.normal);
  }
  for (const [exit, worlds] of exits) {
    for (const world of worlds) {
      const cleaned = cleanUp(world);
      run.passAllOn(cleaned.exits);
      run.passOn(exit, cleaned.normal);
      for (const end of cleaned.normal) run.cleanedUp(exit, world, end);
    }
  }
  return after;
}

/** `using` and `await using` of the session; any other declaration just goes on. */
function disposing(run: Run, declaration: Node | null | undefined, worlds: Worlds, part: (worlds: Worlds) => Worlds): Worlds {
  if (!declaration || !isDisposing(declaration, run.question)) return part(worlds);
  const dispose = (world: World): Completion => {
    const ended = holdingOf(world) === Holding.held ? withHolding(world, Holding.released) : world;
    return { normal: new Set([ended]), exits: new Map() };
  };
  return cleaning(run, run.capture(() => part(worlds)), dispose);
}

function switched(run: Run, node: TSESTree.SwitchStatement, worlds: Worlds): Worlds {
  const { normal, exits } = run.capture(() => {
    let asking = evaluate(run, node.discriminant, worlds);
    const entries = new Map<TSESTree.SwitchCase, Worlds>();
    for (const label of node.cases) {
      if (!label.test) continue;
      const { yes, no } = chosen(run, node.discriminant, label.test, asking);
      entries.set(label, yes);
      asking = no;
    }
    const fallback = node.cases.find((label) => !label.test);
    if (fallback) entries.set(fallback, asking);
    let at = nowhere;
    for (const label of node.cases) at = statements(run, label.consequent, union(at, entries.get(label) ?? nowhere));
    return fallback ? at : union(at, asking);
  });
  return union(normal, stopping(run, exits, undefined));
}

function chosen(run: Run, discriminant: Node, test: Node, worlds: Worlds): Branches {
  if (discriminant.type === 'Literal' && discriminant.value === true) return condition(run, test, worlds);
  const asked = evaluate(run, test, worlds);
  return worlds.size === 0 ? bothWays(nowhere) : equality(run, discriminant, test, asked);
}

/** Passes on all exits but the breaks that end here. */
function stopping(run: Run, exits: Exits, label: string | undefined): Worlds {
  const { taken, left } = takeExits(exits, (exit) => exit.type === 'break' && exit.label === label);
  run.passAllOn(left);
  return taken;
}
