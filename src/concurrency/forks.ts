/** Forks: the places of a file where several computations are under way at once. */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportName } from '../sessions/acquisitions.js';
import { plainSpecifier } from '../sessions/catalogue.js';
import type { SessionModel } from '../sessions/model.js';
import type { Resolver } from '../sessions/resolver.js';
import { moduleDeclarations } from '../sessions/evidence.js';
import { calleeName, chainOf, isFunction, isWithin, receiverOf, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import { branchesOf, elementBranches, workerBranches, type Branch } from './branches.js';
import { combinatorNames, combinators, makers, promiseJoins, type Combinator } from './combinators.js';
import { isConcurrent, methodOfMade, type MethodOfMade } from './limits.js';
import { startedForks } from './started.js';

export interface Fork {
  /** What a person would underline: `Promise.all`, `pMap`, the call that starts a promise. */
  readonly node: Node;
  /** How messages call it: `Promise.all`. */
  readonly name: string;
  readonly kind: 'join' | 'race' | 'each' | 'unawaited-each' | 'started';
  readonly branches: readonly Branch[];
  /** The whole call, for rewriting. */
  readonly call: Node;
}

const forkingMethods: ReadonlySet<string> = new Set(['forEach', 'reduce', 'fromAsync']);

/** All forks of the file, in source order. Branches are resolved only for calls that are forks by name. */
export function forksOf(model: SessionModel): Fork[] {
  const { resolver, file } = model;
  const forks: Fork[] = [];
  const inner = new Set<Node>();
  const importsCombinators = [...file.specifiers].some(hasCombinators);
  const renamed: ReadonlySet<string> = importsCombinators ? renamedCombinators(file.sourceCode.ast) : new Set();
  const candidates: TSESTree.CallExpression[] = [];
  for (const [name, calls] of file.callsByName) {
    if (!promiseJoins.has(name) && !forkingMethods.has(name) && !(importsCombinators && (combinatorNames.has(name) || renamed.has(name)))) continue;
    for (const call of calls) if (call.type === 'CallExpression') candidates.push(call);
  }
  for (const call of candidates.sort((a, b) => a.range[0] - b.range[0])) {
    if (inner.has(call)) continue;
    const made = importsCombinators ? methodOfMade(resolver, call, calleeName(call) ?? '') : undefined;
    const fork = made ? madeFork(resolver, call, made) : (joinFork(resolver, call) ?? eachFork(resolver, call) ?? arrayFork(resolver, call) ?? (importsCombinators ? libraryFork(resolver, call) : undefined));
    if (!fork) continue;
    // A join inside a join is part of the outer one.
    for (const nested of nestedJoins(resolver, call)) inner.add(nested);
    forks.push(fork);
  }
  for (const loop of file.nodes.forAwaits) {
    const branches = branchesOf(resolver, loop.right);
    // Only what is mapped: an async generator starts nothing before it is asked for.
    if (branches.length > 0 && branches.every((branch) => branch.fn)) forks.push({ node: loop.right, name: 'for await over started promises', kind: 'join', branches, call: loop });
  }
  forks.push(...startedForks(model));
  return forks;
}

function hasCombinators(specifier: string): boolean {
  const plain = plainSpecifier(specifier);
  return Object.hasOwn(combinators, plain) || Object.hasOwn(makers, plain);
}

/** `import { map as each } from 'async'`, and default imports, whose names are anybody's. */
function renamedCombinators(program: TSESTree.Program): Set<string> {
  const names = moduleDeclarations(program).flatMap((statement) => (statement.type === 'ImportDeclaration' && hasCombinators(statement.source.value) ? statement.specifiers.map(({ local }) => local.name) : []));
  return new Set(names);
}

function joinFork(resolver: Resolver, call: TSESTree.CallExpression): Fork | undefined {
  const receiver = receiverOf(call);
  const name = calleeName(call);
  if (!receiver || name === undefined || !promiseJoins.has(name)) return undefined;
  if (receiver.type !== 'Identifier') return undefined;
  const value = resolver.valueOf(receiver);
  if (!(value?.kind === 'global' && value.name === 'Promise')) return undefined;
  const [argument] = call.arguments;
  if (!argument) return undefined;
  return { node: call.callee, name: `Promise.${name}`, kind: name === 'race' || name === 'any' ? 'race' : 'join', branches: branchesOf(resolver, argument), call };
}

/** Joins that stand as elements of this call's array, directly or spread. */
function nestedJoins(resolver: Resolver, call: TSESTree.CallExpression): Node[] {
  const [argument] = call.arguments;
  const list = argument && unwrap(argument);
  if (list?.type !== 'ArrayExpression') return [];
  return list.elements.flatMap((element) => {
    const node = element && unwrap(element);
    return node?.type === 'CallExpression' && joinFork(resolver, node) ? [node] : [];
  });
}

function libraryFork(resolver: Resolver, call: TSESTree.CallExpression): Fork | undefined {
  const callee = resolver.valueOf(call.callee);
  if (callee?.kind !== 'module') return undefined;
  const specifier = plainSpecifier(callee.specifier);
  const table = Object.hasOwn(combinators, specifier) ? combinators[specifier] : undefined;
  if (!table) return undefined;
  // Bluebird's default export is its Promise, which is a property of itself too; `effect` exports its modules.
  const name = exportName(callee.path)?.replace(/^(?:Promise|Effect)\./, '');
  const combinator = name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
  if (!combinator || !isConcurrent(resolver, call, combinator)) return undefined;
  return { node: call.callee, name: resolver.file.nameOf(call.callee), kind: 'each', branches: combinatorBranches(resolver, call, combinator), call };
}

/** A method of a limiter, a stream, a pool: `limit.map(xs, f)`. */
function madeFork(resolver: Resolver, call: TSESTree.CallExpression, made: MethodOfMade): Fork | undefined {
  if (made.serialised || !made.combinator || !isConcurrent(resolver, call, made.combinator)) return undefined;
  const { callee } = call;
  const node = callee.type === 'MemberExpression' && callee.object.type !== 'Identifier' ? callee.property : callee;
  const { root } = chainOf(callee);
  // Of a chain the maker and the method: `PromisePool.process`.
  const name = node === callee ? resolver.file.nameOf(callee) : [...(root.type === 'Identifier' ? [root.name] : []), resolver.file.nameOf(node)].join('.');
  return { node, name, kind: 'each', branches: combinatorBranches(resolver, call, made.combinator), call };
}

/** What the method of a chain goes over: `ids` of `PromisePool.for(ids).process(save)`. */
function sourceOf(call: TSESTree.CallExpression): Node {
  const source = chainOf(call.callee).links.find((link) => link.name === 'for' || link.name === 'from')?.call;
  const given = source?.type === 'CallExpression' ? source.arguments[0] : undefined;
  return given && given.type !== 'SpreadElement' ? given : call.callee;
}

function combinatorBranches(resolver: Resolver, call: TSESTree.CallExpression, combinator: Combinator): Branch[] {
  const branches = listedBranches(resolver, call, combinator);
  if (combinator.worker !== undefined) return branches;
  // Thunks, listed or mapped to: the combinator calls them.
  return branches.map((branch) => {
    const fn = isFunction(branch.node) && !branch.fn ? branch.node : branch.fn && returnedFunction(branch.fn);
    return fn ? { ...branch, fn } : branch;
  });
}

/** `(id) => () => save(id)`: the inner one. */
function returnedFunction(fn: FunctionNode): FunctionNode | undefined {
  const last = fn.body.type === 'BlockStatement' ? fn.body.body.at(-1) : undefined;
  const returned = fn.body.type === 'BlockStatement' ? (last?.type === 'ReturnStatement' && last.argument ? unwrap(last.argument) : undefined) : unwrap(fn.body);
  return isFunction(returned) ? returned : undefined;
}

function listedBranches(resolver: Resolver, call: TSESTree.CallExpression, combinator: Combinator): Branch[] {
  if (combinator.branches === 'all-arguments') return call.arguments.flatMap((argument) => (argument.type === 'SpreadElement' ? branchesOf(resolver, argument.argument) : elementBranches(resolver, argument, new Set())));
  if (combinator.branches === 'started') {
    const inner = call.arguments.flatMap((argument) => (argument.type === 'CallExpression' && argument.arguments[0] && !isFunction(argument.arguments[0]) ? [argument.arguments[0]] : []));
    return inner.flatMap((started) => elementBranches(resolver, started, new Set()));
  }
  if (combinator.branches !== undefined) {
    const argument = call.arguments[combinator.branches];
    return argument ? branchesOf(resolver, argument) : [];
  }
  const worker = combinator.worker === undefined ? undefined : call.arguments[combinator.worker];
  return worker ? workerBranches(resolver, worker, call.arguments[0] === worker ? sourceOf(call) : (call.arguments[0] ?? call.callee), call) : [];
}

/** `xs.forEach(async x => …)`: nobody waits, all run at once. */
function eachFork(resolver: Resolver, call: TSESTree.CallExpression): Fork | undefined {
  const receiver = receiverOf(call);
  if (!receiver || calleeName(call) !== 'forEach') return undefined;
  const [worker] = call.arguments;
  const value = worker && resolver.valueOf(worker);
  if (!worker || value?.kind !== 'function' || !value.node.async) return undefined;
  const node = call.callee.type === 'MemberExpression' ? call.callee.property : call.callee;
  return { node, name: 'forEach(async …)', kind: 'unawaited-each', branches: workerBranches(resolver, worker, receiver, call), call };
}

/** `Array.fromAsync(xs.map(f))`, and `reduce(async …)` that awaits its accumulator last. */
function arrayFork(resolver: Resolver, call: TSESTree.CallExpression): Fork | undefined {
  const receiver = receiverOf(call);
  const name = calleeName(call);
  if (!receiver) return undefined;
  if (name === 'fromAsync' && receiver.type === 'Identifier' && receiver.name === 'Array' && call.arguments.length === 1 && call.arguments[0]) {
    return { node: call.callee, name: 'Array.fromAsync', kind: 'join', branches: branchesOf(resolver, call.arguments[0]), call };
  }
  if (name !== 'reduce') return undefined;
  const worker = call.arguments[0] && unwrap(call.arguments[0]);
  if (!worker || !isFunction(worker) || !worker.async || worker.body.type !== 'BlockStatement') return undefined;
  const accumulator = worker.params[0];
  if (accumulator?.type !== 'Identifier') return undefined;
  const firstAwait = firstStatementWithAwait(worker.body.body, resolver);
  if (!firstAwait) return undefined;
  const mentions = resolver.file.variableOf(accumulator)?.references.some(({ identifier }) => isWithin(identifier, firstAwait));
  const node = call.callee.type === 'MemberExpression' ? call.callee.property : call.callee;
  return mentions ? undefined : { node, name: 'reduce(async …)', kind: 'each', branches: workerBranches(resolver, worker, receiver, call), call };
}

function firstStatementWithAwait(statements: readonly TSESTree.Statement[], resolver: Resolver): Node | undefined {
  return statements.flatMap((statement) => (statement.type === 'BlockStatement' ? statement.body : statement)).find((statement) => /\bawait\b/.test(resolver.file.sourceCode.getText(statement)));
}
