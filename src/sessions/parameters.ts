/** A parameter as an origin: by annotation, by the call its function is given to, by its callers in the file. */
import type { TSESTree } from '@typescript-eslint/utils';
import { handedToCallback } from './acquisitions.js';
import { ambientParameter } from './ambient.js';
import { annotationName, importedTypeName, typeValue } from './annotations.js';
import { callAround, handedOn, managedCallback } from './callbacks.js';
import { fieldDecoratorValue } from './fields.js';
import { fingerprintOf } from './fingerprints.js';
import { bindingPath, type Resolver } from './resolver.js';
import { boundBy, isConstructor, isFunction, isNothing, outermost, propertyName, receiverOf, type FunctionNode, type Node } from './syntax.js';
import type { SessionKind, Value, Variable } from './values.js';

/** Names that authors give to a transaction and to nothing else in a file that talks to a database. */
const transactionName = /^(?:tx|trx|tnx|transaction|dbTransaction|transactionClient|prismaTx|transactionalEntityManager)$|(?:Tx|Trx|Transaction|TransactionClient)$/;

/** Whether a name is one that transactions have. */
export function namedAfterTransaction(name: string): boolean {
  // Asked of every parameter of many files: by the last letter most are none.
  return 'xntr'.includes(name.at(-1) ?? '') && transactionName.test(name);
}

const eitherName = /Or[A-Z]|Either|Maybe|Any|Conn$|Client$/;

/** What the variable that a parameter (or a part of its pattern) binds stands for. */
export function parameterValue(resolver: Resolver, variable: Variable, fn: FunctionNode): Value | undefined {
  if (!isFunction(fn)) return undefined;
  for (const [index, param] of fn.params.entries()) {
    const path = bindingPath(param.type === 'RestElement' ? param.argument : param, variable);
    if (!path) continue;
    const value = wholeParameter(resolver, fn, index, param);
    if (value) {
      let current: Value | undefined = value;
      for (const step of path) current = resolver.memberValue(current, step);
      // A caller of the same file gives it a session: then it is one, at least when that caller calls.
      const isGiven = current?.kind === 'session' && current.session.how === 'passed-in';
      if (current) return !isGiven && hasClientDefault(resolver, param, variable) ? { kind: 'either' } : current;
    }
    return byNameAndUse(resolver, variable, param);
  }
  return undefined;
}

/** `db: Tx = prisma`: what comes in is the caller's choice. */
function hasClientDefault(resolver: Resolver, param: TSESTree.Parameter, variable: Variable): boolean {
  const target = variable.identifiers[0];
  const pattern = target?.parent;
  const fallback = pattern?.type === 'AssignmentPattern' && pattern.left === target ? pattern.right : param.type === 'AssignmentPattern' && param.left.type === 'Identifier' ? param.right : undefined;
  if (!fallback) return false;
  const value = resolver.valueOf(fallback);
  // A default that is not a session is a root client, or the author would not use the two in one place.
  return value?.kind !== 'session' && fallback.type !== 'ObjectExpression' && !isNothing(fallback);
}

function wholeParameter(resolver: Resolver, fn: FunctionNode, index: number, param: TSESTree.Parameter): Value | undefined {
  const target = boundBy(param);
  const injected = fieldDecoratorValue(resolver, param);
  if (injected) return injected;
  const annotation = 'typeAnnotation' in target ? target.typeAnnotation?.typeAnnotation : undefined;
  if (annotation) {
    const name = target.type === 'Identifier' ? target.name : resolver.file.nameOf(target);
    const typed = typeValue(resolver, annotation, isConstructor(fn) ? 'field' : 'parameter', { name, owner: target });
    if (typed) return typed;
    const named = importedTypeName(resolver, annotation);
    const ambient = named && ambientParameter(resolver, fn, named);
    if (ambient) return { kind: 'session', session: ambient, derived: true };
  }
  return fromCall(resolver, fn, index, target) ?? (isConstructor(fn) ? undefined : fromCallers(resolver, fn, index, target));
}

/** The function is the callback of a managed call, written in place or passed by name. */
function fromCall(resolver: Resolver, fn: FunctionNode, index: number, target: Node): Value | undefined {
  for (const call of callsTaking(resolver, fn)) {
    const managed = managedCallback(resolver, call, fn);
    if (managed?.param === index) {
      const name = target.type === 'Identifier' ? target.name : resolver.file.nameOf(target);
      return resolver.session({ origin: target, how: managed.wrapper ? 'wrapper' : 'managed-callback', kinds: managed.kinds, name, scope: fn });
    }
    const callback = managed ? [] : handedToCallback(resolver, call, index);
    if (callback.length > 0) return resolver.session({ origin: target, how: 'acquired', kinds: callback, name: target.type === 'Identifier' ? target.name : resolver.file.nameOf(target), scope: fn });
    const handed = managed ? undefined : fromWrapper(resolver, call, fn, index);
    if (handed) return resolver.session({ origin: target, how: 'wrapper', kinds: handed, name: target.type === 'Identifier' ? target.name : resolver.file.nameOf(target), scope: fn });
  }
  return undefined;
}

/** Calls to which the function is given as an argument. */
function callsTaking(resolver: Resolver, fn: FunctionNode): (TSESTree.CallExpression | TSESTree.NewExpression)[] {
  const direct = callAround(fn);
  if (direct) return [direct];
  const variable = functionVariable(resolver, fn);
  const calls: (TSESTree.CallExpression | TSESTree.NewExpression)[] = [];
  for (const reference of variable?.references ?? []) {
    const node = outermost(reference.identifier);
    const parent = node.parent;
    if ((parent?.type === 'CallExpression' || parent?.type === 'NewExpression') && parent.arguments.some((argument) => argument === node)) calls.push(parent);
  }
  return calls;
}

/** The variable that a function is bound to: its declaration, or the constant it initialises. */
function functionVariable(resolver: Resolver, fn: FunctionNode): Variable | undefined {
  if (fn.type === 'FunctionDeclaration' && fn.id) return resolver.file.variableOf(fn.id);
  const parent = outermost(fn).parent;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return resolver.file.variableOf(parent.id);
  // const f = useCallback(async () => …), memoize(…): the wrapped function is not called by that name.
  return undefined;
}

/** A wrapper of the same file calls its callback with a session: its callback's parameter is one. */
function fromWrapper(resolver: Resolver, call: TSESTree.CallExpression | TSESTree.NewExpression, fn: FunctionNode, index: number): readonly SessionKind[] | undefined {
  if (call.type === 'NewExpression') return undefined;
  const callee = resolver.valueOf(call.callee);
  if (callee?.kind !== 'function') return undefined;
  const at = call.arguments.findIndex((argument) => {
    const value = resolver.valueOf(argument);
    return value?.kind === 'function' && value.node === fn;
  });
  const param = callee.node.params[at];
  if (param?.type !== 'Identifier') return undefined;
  const callback = resolver.file.variableOf(param);
  for (const reference of callback?.references ?? []) {
    const node = outermost(reference.identifier);
    const parent = node.parent;
    if (parent?.type === 'CallExpression' && parent.callee === node) {
      const argument = parent.arguments[index];
      const value = argument && resolver.valueOf(argument);
      if (value?.kind === 'session') return value.session.kinds;
    } else if (parent?.type === 'CallExpression' && index === 0) {
      // `return pool.transaction(callback)`: handed on to the library.
      const kinds = handedOn(resolver, parent, fn);
      if (kinds.length > 0) return kinds;
    }
  }
  return undefined;
}

/** An untyped parameter that a caller in the same file fills with a session (and no caller with a client). */
function fromCallers(resolver: Resolver, fn: FunctionNode, index: number, target: Node): Value | undefined {
  let kinds: readonly SessionKind[] | undefined;
  for (const call of callersOf(resolver, fn)) {
    const argument = call.arguments[index];
    if (!argument || call.arguments.slice(0, index).some((before) => before.type === 'SpreadElement')) continue;
    const value = resolver.valueOf(argument);
    if (value?.kind === 'client' || value?.kind === 'either') return undefined;
    if (value?.kind === 'session') kinds ??= value.session.kinds;
    else if (value?.kind === 'object') return value;
  }
  return kinds && resolver.session({ origin: target, how: 'passed-in', kinds, name: target.type === 'Identifier' ? target.name : resolver.file.nameOf(target) });
}

/** Calls of a function in its own file: by its name, or as a method of `this`. */
function callersOf(resolver: Resolver, fn: FunctionNode): (TSESTree.CallExpression | TSESTree.NewExpression)[] {
  const variable = functionVariable(resolver, fn);
  if (variable) {
    return variable.references.flatMap((reference) => {
      const node = outermost(reference.identifier);
      const parent = node.parent;
      return parent?.type === 'CallExpression' && parent.callee === node ? [parent] : [];
    });
  }
  const member = fn.parent;
  if ((member.type === 'MethodDefinition' || member.type === 'PropertyDefinition') && member.value === fn) {
    const name = propertyName(member);
    return (name === undefined ? [] : (resolver.file.callsByName.get(name) ?? [])).filter((call) => {
      const receiver = receiverOf(call);
      return receiver?.type === 'ThisExpression' || (receiver?.type === 'Identifier' && member.static);
    });
  }
  return [];
}

/**
 * An unannotated `tx`, or one annotated with a type of another file of the project: the name alone says nothing, but a
 * name and the calls that only one library's transaction answers to do.
 */
function byNameAndUse(resolver: Resolver, variable: Variable, param: TSESTree.Parameter): Value | undefined {
  const target = variable.identifiers[0] as Node | undefined;
  if (!target) return undefined;
  const plain = boundBy(param);
  const annotation = 'typeAnnotation' in plain ? plain.typeAnnotation?.typeAnnotation : undefined;
  const typeName = plain.type === 'Identifier' ? annotationName(resolver, annotation) : undefined;
  const named = transactionName.test(variable.name) || (typeName !== undefined && transactionName.test(typeName));
  if (!named || (typeName !== undefined && eitherName.test(typeName.replace(/TransactionClient$/, ''))) || hasClientDefault(resolver, param, variable)) return undefined;
  if (plain.type === 'Identifier' && annotation && typeName === undefined && annotation.type !== 'TSAnyKeyword') return undefined;
  const kinds = fingerprintOf(resolver, variable);
  return kinds.length > 0 ? resolver.session({ origin: target, how: 'used-as', kinds, name: variable.name }) : undefined;
}
