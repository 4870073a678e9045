/** What runs at the same time: the branches behind an array of promises, wherever and however it was filled. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainFrom, isFunction, isLoop, isWithin, outermost, receiverOf, unwrap, unwrapAwait, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';

export interface Branch {
  /** The expression or the function whose body runs. */
  readonly node: Node;
  /** One branch of the source stands for several at run time: a mapped callback, a push in a loop. */
  readonly replicated: boolean;
  /** What it is repeated over, for messages. */
  readonly over?: Node | undefined;
  /** The function, where the branch is a call of it for each item. */
  readonly fn?: FunctionNode;
}

/** Methods that hand their receiver's elements on. */
const passingOn = new Set(['filter', 'flat', 'slice', 'reverse', 'concat', 'sort', 'toSorted', 'toReversed', 'values']);
const mapping = new Set(['map', 'flatMap']);
const collectionLibraries = new Set(['_', 'lodash', 'R', 'ramda', 'fp']);

/**
 * The branches of the array that a join waits for.
 *
 * @param expression the argument of `Promise.all` and its like
 */
export function branchesOf(resolver: Resolver, expression: Node, seen: ReadonlySet<Node | Variable> = new Set()): Branch[] {
  const node = unwrap(expression);
  switch (node.type) {
    case 'ArrayExpression':
      return arrayBranches(resolver, node, seen);
    case 'ConditionalExpression':
      return [...branchesOf(resolver, node.consequent, seen), ...branchesOf(resolver, node.alternate, seen)];
    case 'LogicalExpression':
      return node.operator === '&&' ? branchesOf(resolver, node.right, seen) : [...branchesOf(resolver, node.left, seen), ...branchesOf(resolver, node.right, seen)];
    case 'Identifier':
      return variableBranches(resolver, node, seen);
    case 'ObjectExpression':
      return node.properties.flatMap((property) => (property.type === 'Property' ? elementBranches(resolver, property.value, seen) : branchesOf(resolver, property.argument, seen)));
    case 'CallExpression':
      return callBranches(resolver, node, seen);
    default:
      return [];
  }
}

function arrayBranches(resolver: Resolver, node: TSESTree.ArrayExpression, seen: ReadonlySet<Node | Variable>): Branch[] {
  const branches: Branch[] = [];
  let isStarted = false;
  for (const element of node.elements) {
    if (!element) continue;
    if (element.type === 'SpreadElement') branches.push(...branchesOf(resolver, element.argument, seen));
    else if (unwrap(element).type === 'AwaitExpression') {
      // Awaited while the array is built: over before the next element starts, but not before the ones in front settle.
      if (isStarted) branches.push({ node: element, replicated: false });
    } else branches.push(...elementBranches(resolver, element, seen));
    isStarted ||= unwrap(element).type === 'CallExpression';
  }
  return branches;
}

/** Joins in joins and variables of variables that are followed; a join that is deeper in counts as one branch. */
const MOST_NESTED = 20;

/** The branch of one element; a nested join is flattened. */
export function elementBranches(resolver: Resolver, element: Node, seen: ReadonlySet<Node | Variable>): Branch[] {
  const node = unwrap(element);
  if (node.type === 'Identifier') {
    const variable = resolver.file.variableOf(node);
    const init = variable && !seen.has(variable) ? startedBy(variable) : undefined;
    return init && variable ? elementBranches(resolver, init, new Set([...seen, variable])) : [];
  }
  if (node.type === 'CallExpression' && seen.size < MOST_NESTED && isJoin(resolver, node)) {
    const [argument] = node.arguments;
    if (argument) return branchesOf(resolver, argument, new Set([...seen, node]));
  }
  if (node.type === 'AwaitExpression') return [];
  if (node.type === 'CallExpression' || node.type === 'ConditionalExpression' || node.type === 'LogicalExpression' || node.type === 'TaggedTemplateExpression' || isFunction(node) || node.type === 'NewExpression') {
    return [{ node, replicated: false }];
  }
  return [];
}

/** The un-awaited expression that a constant was started with. */
function startedBy(variable: Variable): Node | undefined {
  const definition = variable.defs[0];
  if (!definition || (definition.type as string) !== 'Variable') return undefined;
  const declarator = definition.node as TSESTree.VariableDeclarator;
  if (declarator.id.type !== 'Identifier') return undefined;
  const writes = variable.references.flatMap((reference) => (reference.writeExpr ? [reference.writeExpr] : []));
  return writes.length === 1 ? writes[0] : undefined;
}

export function isJoin(resolver: Resolver, call: TSESTree.CallExpression): boolean {
  const receiver = receiverOf(call);
  if (!receiver || !['all', 'allSettled', 'race', 'any'].includes(calleeName(call) ?? '')) return false;
  const value = resolver.valueOf(receiver);
  return (value?.kind === 'global' && value.name === 'Promise') || (value?.kind === 'module' && value.specifier === 'bluebird');
}

function callBranches(resolver: Resolver, node: TSESTree.CallExpression, seen: ReadonlySet<Node | Variable>): Branch[] {
  const name = calleeName(node) ?? '';
  const receiver = receiverOf(node);
  if (receiver) {
    const isCollection = receiver.type === 'Identifier' && collectionLibraries.has(receiver.name) && node.arguments.length > 1;
    if (mapping.has(name)) {
      const worker = isCollection ? node.arguments[1] : node.arguments[0];
      const over = isCollection ? node.arguments[0] : receiver;
      return worker && over ? workerBranches(resolver, worker, over, node) : [];
    }
    if (receiver.type === 'Identifier' && receiver.name === 'Array' && name === 'from') {
      const [over, worker] = node.arguments;
      if (worker && over) return workerBranches(resolver, worker, over, node);
      return over ? branchesOf(resolver, over, seen) : [];
    }
    if (receiver.type === 'Identifier' && receiver.name === 'Object' && (name === 'values' || name === 'entries')) {
      return node.arguments[0] ? branchesOf(resolver, node.arguments[0], seen) : [];
    }
    if (passingOn.has(name)) {
      const own = branchesOf(resolver, receiver, seen);
      return name === 'concat' ? [...own, ...node.arguments.flatMap((argument) => branchesOf(resolver, argument, seen))] : own;
    }
  }
  const callee = resolver.valueOf(node.callee);
  if (callee?.kind === 'function' && !callee.node.async) return returnedBranches(resolver, callee.node, node, seen);
  // An array of promises from a function elsewhere: it holds as many branches as the function likes.
  return [{ node, replicated: true, over: undefined }];
}

/** A same-file function that builds the array: the branches of what it returns. */
function returnedBranches(resolver: Resolver, fn: FunctionNode, call: TSESTree.CallExpression, seen: ReadonlySet<Node | Variable>): Branch[] {
  if (fn.body.type !== 'BlockStatement') return branchesOf(resolver, fn.body, seen);
  const last = fn.body.body.at(-1);
  const inner = last?.type === 'ReturnStatement' && last.argument ? branchesOf(resolver, last.argument, seen) : [];
  return inner.length > 0 ? inner : [{ node: call, replicated: true }];
}

/** Each item through a function: written in place, passed by name, or bound. */
export function workerBranches(resolver: Resolver, worker: Node, over: Node, call: Node): Branch[] {
  const node = unwrap(worker);
  const items = unwrap(over);
  const replicated = !(items.type === 'ArrayExpression' && items.elements.length < 2 && !items.elements.some((element) => element?.type === 'SpreadElement'));
  const value = resolver.valueOf(node);
  if (value?.kind === 'function') return [{ node: isWithin(value.node, call) ? value.node : node, replicated, over, fn: value.node }];
  // `xs.map(run.bind(null, tx))`, `xs.map(createWith(tx))`
  return node.type === 'CallExpression' ? [{ node, replicated, over }] : [];
}

function variableBranches(resolver: Resolver, node: TSESTree.Identifier, seen: ReadonlySet<Node | Variable>): Branch[] {
  const variable = resolver.file.variableOf(node);
  if (!variable || seen.has(variable)) return [];
  const definition = variable.defs[0];
  if (!definition || (definition.type as string) !== 'Variable') return [];
  const declarator = definition.node as TSESTree.VariableDeclarator;
  const made = declarator.init && unwrapAwait(declarator.init);
  // Promises (or lazy queries) that a helper made and handed back: `const { updates } = await prepare({ prisma: tx })`.
  if (made?.type === 'CallExpression' && (declarator.id.type !== 'Identifier' || unwrap(declarator.init ?? made).type === 'AwaitExpression')) {
    return made.arguments.some((argument) => resolver.carriedBy(argument).length > 0) ? [{ node: made, replicated: true }] : [];
  }
  if (declarator.id.type !== 'Identifier') return [];
  const inner = new Set([...seen, variable]);
  const branches: Branch[] = [];
  for (const reference of variable.references) {
    if (reference.writeExpr) branches.push(...repeatedIn(branchesOf(resolver, reference.writeExpr, inner), reference.identifier, declarator));
    else branches.push(...addedBranches(resolver, reference.identifier, declarator, inner));
  }
  return branches;
}

/** `ps.push(a, b)`, `ps.push(...xs.map(f))`, `ps[i] = a`. */
function addedBranches(resolver: Resolver, identifier: Node, declarator: TSESTree.VariableDeclarator, seen: ReadonlySet<Node | Variable>): Branch[] {
  const [first] = chainFrom(identifier).links;
  if (first?.called && (first.name === 'push' || first.name === 'unshift') && first.call?.type === 'CallExpression') {
    const added = first.call.arguments.flatMap((argument) => (argument.type === 'SpreadElement' ? branchesOf(resolver, argument.argument, seen) : elementBranches(resolver, argument, seen)));
    return repeatedIn(added, identifier, declarator);
  }
  const member = outermost(identifier).parent;
  if (member?.type === 'MemberExpression' && member.computed && member.object === identifier && member.parent.type === 'AssignmentExpression' && member.parent.left === member) {
    return repeatedIn(elementBranches(resolver, member.parent.right, seen), identifier, declarator);
  }
  return [];
}

/** Branches that are added in a loop (or a callback run per item) which does not contain the array itself. */
function repeatedIn(branches: Branch[], at: Node, declarator: Node): Branch[] {
  let over: Node | undefined;
  let repeated = false;
  for (let current = at.parent; current && !isWithin(declarator, current); current = current.parent) {
    if (isLoop(current)) {
      repeated = true;
      over ??= current.type === 'ForOfStatement' || current.type === 'ForInStatement' ? current.right : undefined;
    } else if (isFunction(current)) {
      const call = outermost(current).parent;
      if (call?.type === 'CallExpression' && /^(?:forEach|map|flatMap|reduce|each|eachLimit|times|mapValues|forOwn|forIn)$/.test(calleeName(call) ?? '')) {
        repeated = true;
        over ??= receiverOf(call);
      }
    }
  }
  return repeated ? branches.map((branch) => ({ ...branch, replicated: true, over: branch.over ?? over })) : branches;
}
