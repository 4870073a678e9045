/** What becomes of a registry's entries, as far as the file shows: taken out, given up by their sessions, handed on. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionFacts } from '../libraries/library.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingFunction, isFunction, isNothing, isWithin, outermost, propertyName, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';
import type { Holder } from './holders.js';

export interface Fate {
  /** Calls, deletions and assignments that take entries out; loops that give up whatever is in. */
  readonly removals: readonly Node[];
  /** Some code of the file ends a session that it got from the registry. */
  readonly released: boolean;
  /** Sessions leave for where the file does not show: returned, passed on, stored elsewhere. */
  readonly handedOn: boolean;
}

const removing = /^(?:delete|clear|del|reset|purge|purgeStale|evict|take|pop|shift|remove|prune)$/;
/** Names of calls, or their beginnings, by which code that goes over a registry puts an end to what is in it. */
const ending = /^(?:release|close|end|destroy|dispose|cancel|abort|discard|commit|rollback|shutdown|cleanup|disconnect|delete|remove|terminate)/i;

export function fateOf(model: SessionModel, holder: Holder, facts: SessionFacts, session: Session | undefined): Fate {
  const values = new Values(model, endsOf(facts), facts.release?.byClient ?? []);
  const removals: Node[] = [];
  for (const reference of holder.references) {
    const node = outermost(reference);
    const { parent } = node;
    if (parent?.type === 'AssignmentExpression' && parent.left === node) removals.push(parent);
    else if (parent?.type === 'MemberExpression' && parent.object === node) asked(parent, removals, values, model);
    else if (parent?.type === 'ForOfStatement' || parent?.type === 'ForInStatement' || parent?.type === 'SpreadElement' || parent?.type === 'CallExpression') goneOver(node, removals, model);
  }
  return {
    removals,
    released: values.released || (session !== undefined && isEnded(model, session, endsOf(facts))),
    handedOn: values.handedOn,
  };
}

function endsOf(facts: SessionFacts): ReadonlySet<string> {
  return new Set(facts.release?.methods);
}

function asked(access: TSESTree.MemberExpression, removals: Node[], values: Values, model: SessionModel): void {
  const place = outermost(access);
  const { parent } = place;
  const name = access.computed ? undefined : propertyName(access);
  if (parent?.type === 'CallExpression' && parent.callee === place && name !== undefined) {
    if (removing.test(name)) removals.push(parent);
    else if (name === 'get' || name === 'at' || name === 'peek') values.follow(parent);
    else if (name === 'set') {
      if (parent.arguments[1] && isNothing(parent.arguments[1])) removals.push(parent);
    } else if (/^(?:values|entries|forEach|keys|map|filter|reduce|find)$/.test(name)) goneOver(parent, removals, model);
    return;
  }
  if (parent?.type === 'UnaryExpression' && parent.operator === 'delete') removals.push(parent);
  else if (parent?.type === 'AssignmentExpression' && parent.left === place) {
    if (isNothing(parent.right)) removals.push(parent);
  } else if (access.computed) values.follow(access);
  // `this.sessions.delete` without a call: somebody else will call it.
  else if (name !== undefined && removing.test(name)) removals.push(access);
}

/** `for (const c of sessions.values()) c.release()`: the loop, or the statement that goes over the entries. */
function goneOver(node: Node, removals: Node[], { file }: SessionModel): void {
  let region: Node = node;
  while (region.parent && !isFunction(region) && !/Statement$|Declaration$/.test(region.type)) region = region.parent;
  // What was copied first is gone over later: `const all = [...sessions.values()]`.
  if (region.type === 'VariableDeclaration' || region.type === 'ReturnStatement') region = enclosingFunction(region) ?? region;
  if (file.calls.some((call) => isWithin(call, region) && ending.test(calleeName(call) ?? ''))) removals.push(region);
}

/** Follows what the registry gives to where it ends up. */
class Values {
  released = false;
  handedOn = false;
  readonly #model: SessionModel;
  readonly #ends: ReadonlySet<string>;
  readonly #takers: readonly string[];
  readonly #seen = new Set<Node>();

  constructor(model: SessionModel, ends: ReadonlySet<string>, takers: readonly string[]) {
    this.#model = model;
    this.#ends = ends;
    this.#takers = takers;
  }

  /** Follows an expression whose value is an entry of the registry, or the session in it. */
  follow(expression: Node): void {
    if (this.#seen.has(expression) || this.#seen.size > 200) return;
    this.#seen.add(expression);
    const node = outermost(expression);
    const { parent } = node;
    switch (parent?.type) {
      case 'AwaitExpression':
      case 'ConditionalExpression':
      case 'LogicalExpression':
        if (parent.type !== 'ConditionalExpression' || parent.test !== node) this.follow(parent);
        return;
      case 'MemberExpression':
        if (parent.object === node) this.#member(parent);
        return;
      case 'VariableDeclarator':
        if (parent.init === node) this.#bound(parent.id);
        return;
      case 'AssignmentExpression':
        if (parent.right !== node) return;
        if (parent.left.type === 'Identifier') this.#bound(parent.left);
        else this.handedOn = true;
        this.follow(parent);
        return;
      case 'CallExpression':
      case 'NewExpression':
        if (parent.callee === node) return;
        if (this.#takers.includes(calleeName(parent) ?? '')) this.released = true;
        else this.handedOn = true;
        return;
      case 'ReturnStatement':
        this.#returned(enclosingFunction(parent));
        return;
      case 'ArrowFunctionExpression':
        if (parent.body === node) this.#returned(parent);
        return;
      case 'ExpressionStatement':
      case 'IfStatement':
      case 'UnaryExpression':
      case 'BinaryExpression':
      case 'WhileStatement':
        return;
      default:
        this.handedOn = true;
    }
  }

  #member(access: TSESTree.MemberExpression): void {
    const name = propertyName(access);
    const place = outermost(access);
    const { parent } = place;
    if (name !== undefined && this.#ends.has(name)) this.released = true;
    else if (parent?.type === 'CallExpression' && parent.callee === place) {
      // `.then((session) => session.release())` on a stored promise.
      if (/^(?:then|finally)$/.test(name ?? '')) for (const argument of parent.arguments) if (isFunction(argument) && argument.params[0]) this.#bound(argument.params[0]);
    } else this.follow(access);
  }

  #bound(pattern: Node): void {
    if (pattern.type === 'ObjectPattern') for (const property of pattern.properties) this.#bound(property.type === 'Property' ? property.value : property.argument);
    else if (pattern.type === 'AssignmentPattern') this.#bound(pattern.left);
    else if (pattern.type === 'Identifier') {
      for (const reference of this.#model.file.variableOf(pattern)?.references ?? []) if (reference.isRead()) this.follow(reference.identifier);
    } else this.handedOn = true;
  }

  /** The callers get it; where the file shows all of them, they are followed. */
  #returned(fn: FunctionNode | undefined): void {
    const name = fn && nameWithin(this.#model, fn);
    if (name === undefined) {
      this.handedOn = true;
      return;
    }
    for (const call of this.#model.file.callsByName.get(name) ?? []) {
      const value = this.#model.resolver.valueOf(call.callee);
      if (value?.kind === 'function' && value.node === fn) this.follow(call);
    }
  }
}

/** The name of a function that only this file can call: declared in the module and not exported. */
function nameWithin({ file }: SessionModel, fn: FunctionNode): string | undefined {
  const declared: Node | null = fn.type === 'FunctionDeclaration' ? fn : fn.parent.type === 'VariableDeclarator' ? fn.parent.parent : null;
  const id = fn.type === 'FunctionDeclaration' ? fn.id : fn.parent.type === 'VariableDeclarator' ? fn.parent.id : undefined;
  if (!declared || id?.type !== 'Identifier' || declared.parent.type !== 'Program') return undefined;
  const isOnlyCalled = file.variableOf(id)?.references.every((reference) => {
    const place = outermost(reference.identifier);
    return reference.init === true || (place.parent?.type === 'CallExpression' && unwrap(place.parent.callee) === reference.identifier);
  });
  return isOnlyCalled ? id.name : undefined;
}

/** Whether some code of the file ends the session by the name that it had before. */
function isEnded({ file, resolver }: SessionModel, session: Session, ends: ReadonlySet<string>): boolean {
  return [...ends].some((name) =>
    (file.callsByName.get(name) ?? []).some((call) => {
      const callee = unwrap(call.callee);
      return callee.type === 'MemberExpression' && sessionOf(resolver.valueOf(callee.object)) === session;
    }),
  );
}
