/** Slow work outside the database that is waited for while a transaction is open, or repeated by a retried callback. */
import { isInTest } from '../lifetime/entry.js';
import type { SessionModel } from '../sessions/model.js';
import { childrenOf } from '../sessions/file.js';
import { isFunction, type Chain, type Node } from '../sessions/syntax.js';
import { isAwaited, isRaced, runsInPlace } from '../transactions/awaiting.js';
import { transactionScopes, type TransactionScope } from '../transactions/scopes.js';
import { chainsIn, statementsIn } from '../transactions/statements.js';
import { externalCall, mayWorkOutside, type ExternalCall } from './calls.js';
import { isPause } from './sleep.js';

export interface ExternalUse {
  readonly scope: TransactionScope;
  readonly call: ExternalCall;
  /** What is underlined: the call, or the call of the helper that makes it. */
  readonly node: Node;
  /** The helper of the same file by way of which it happens. */
  readonly by: Node | undefined;
  readonly awaited: boolean;
}

export function externalUses(model: SessionModel): ExternalUse[] {
  const scopes = transactionScopes(model);
  if (scopes.length === 0 || !mayWorkOutside(model)) return [];
  const seen = new Set<Node>();
  return scopes
    .flatMap((scope) => usesIn(model, scope))
    .filter((use) => !seen.has(use.node) && seen.add(use.node))
    .filter((use) => !isStaged(model, use));
}

/** A test that pauses in a transaction holds its locks on purpose: that is what it tests. */
function isStaged(model: SessionModel, { call, node }: ExternalUse): boolean {
  return call.from === 'sleep' && isInTest(model, node);
}

function usesIn(model: SessionModel, scope: TransactionScope): ExternalUse[] {
  const found: ExternalUse[] = [];
  for (const chain of statementsIn(model, scope)) {
    const awaited = isAwaited(model.resolver, chain.node);
    // A timer in a race limits the wait, and so does one in a function that is called there.
    if ((!awaited && !scope.retried) || isTimer(model, chain)) continue;
    const call = externalCall(model, chain);
    if (call) found.push({ scope, call, node: call.node, by: undefined, awaited });
    else if (awaited) {
      const helped = viaHelper(model, chain);
      if (helped) found.push({ scope, call: helped, node: calleeOf(chain), by: helped.node, awaited });
    }
  }
  for (const node of pausesIn(model, scope)) found.push({ scope, call: { node, what: 'a pause', from: 'sleep', publishes: false }, node, by: undefined, awaited: true });
  return found;
}

function isTimer(model: SessionModel, chain: Chain): boolean {
  if (isRaced(chain.node)) return true;
  if (!model.file.callsByName.has('race')) return false;
  let fn: Node | undefined = chain.node;
  while (fn && !isFunction(fn)) fn = fn.parent;
  const name = fn?.parent.type === 'VariableDeclarator' ? model.file.variableOf(fn.parent.id) : undefined;
  return name?.references.some((reference) => reference.identifier.parent.type === 'CallExpression' && isRaced(reference.identifier.parent)) ?? false;
}

function calleeOf(chain: Chain): Node {
  const call = chain.links.find((link) => link.call?.type === 'CallExpression')?.call;
  return call?.type === 'CallExpression' ? call.callee : chain.node;
}

/** `await this.notify(user)`, where `notify` of the same file awaits the request. One step, so that a message is short. */
function viaHelper(model: SessionModel, chain: Chain): ExternalCall | undefined {
  const calls = chain.links.flatMap((link) => (link.call?.type === 'CallExpression' ? [link.call] : []));
  const [call] = calls;
  if (!call) return undefined;
  const callee = model.resolver.valueOf(call.callee);
  if (callee?.kind !== 'function' || callee.node.generator) return undefined;
  for (const inner of chainsIn(model, callee.node.body)) {
    if (!isAwaited(model.resolver, inner.node)) continue;
    const external = externalCall(model, inner);
    if (external) return external;
  }
  return undefined;
}

/** `await new Promise((resolve) => setTimeout(resolve, 1000))`, which is no call. */
function pausesIn(model: SessionModel, scope: TransactionScope): Node[] {
  if (model.file.settings.externalIo.allow.includes('sleep') || !model.file.callsByName.has('setTimeout')) return [];
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (node !== scope.body && isFunction(node) && !runsInPlace(model.resolver, node)) return;
    if (node.type === 'AwaitExpression' && scope.includes(node) && isPause(model.resolver, node.argument)) found.push(node.argument);
    for (const child of childrenOf(node, model.file.sourceCode.visitorKeys)) visit(child);
  };
  visit(scope.body);
  return found;
}
