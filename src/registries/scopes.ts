/**
 * The functions through which a registry is used: one gives out the session of a key, another takes it out again.
 * Whoever calls both opens and closes a scope.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { interpretLifetime } from '../lifetime/interpret.js';
import type { Leak } from '../lifetime/lifetime.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingClass, enclosingFunction, isFunction, isLoop, isWithin, outermost, propertyName, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import { isExportedClass } from './holders.js';

type Call = TSESTree.CallExpression;

/** A function of the file that callers know by a name. */
interface Accessor {
  readonly fn: FunctionNode;
  readonly name: string;
  /** Only this file can call it. */
  readonly ofFile: boolean;
  readonly calls: readonly Call[];
}

/** How the scopes of a registry end that has something to take entries out. */
export type ScopeFault =
  /** Nobody calls what takes out. */
  | { readonly kind: 'neverRemoved'; readonly remover: string }
  /** A scope that is left without it: the call or statement that opens the scope, and the way out. */
  | { readonly kind: 'leftOpen'; readonly opening: Node; readonly remover: string; readonly leak: Leak };

/**
 * @param opening the statement's expression that registers
 * @param removals what takes entries out of the same registry
 */
export function faultsOf(model: SessionModel, opening: Node, removals: readonly Node[]): ScopeFault[] {
  const home = enclosingFunction(opening);
  if (!home) return [];
  const here = removals.filter((removal) => runsWithin(removal, home));
  // Opened and closed by the same function.
  if (here.length > 0) return here.length === removals.length ? leftOpen(model, home, opening, here) : [];
  const getter = accessorOf(model, home);
  const removers = [...new Set(removals.map((removal) => enclosingFunction(removal)))].map((fn) => fn && accessorOf(model, fn));
  if (!getter || removers.some((remover) => !remover?.ofFile)) return [];
  const closings = removers.flatMap((remover) => remover?.calls ?? []);
  const remover = removers.map((each) => each?.name).join('` or `');
  if (closings.length === 0) return [{ kind: 'neverRemoved', remover }];
  const scopes = new Set(getter.calls.map((call) => enclosingFunction(call)));
  // Somebody else closes what these open.
  if (closings.some((call) => ![...scopes].some((scope) => scope && runsWithin(call, scope)))) return [];
  return [...scopes].flatMap((scope) => {
    const own = scope ? closings.filter((call) => runsWithin(call, scope)) : [];
    const first = getter.calls.find((call) => enclosingFunction(call) === scope);
    return scope && first && own.length > 0 ? leftOpen(model, scope, first, own) : [];
  });
}

/** In the function itself, or in a callback of its promises. */
export function runsWithin(node: Node, fn: FunctionNode): boolean {
  for (let inner = enclosingFunction(node); inner; inner = enclosingFunction(inner)) {
    if (inner === fn) return true;
    const { parent } = outermost(inner);
    if (parent?.type !== 'CallExpression' || !/^(?:then|catch|finally)$/.test(calleeName(parent) ?? '')) return false;
  }
  return false;
}

/** The ways out of a function on which nothing is taken out, although on another it is. */
export function leftOpen(model: SessionModel, scope: FunctionNode, opening: Node, closings: readonly Node[]): ScopeFault[] {
  if (closings.some((closing) => isWithin(opening, closing))) return [];
  // What one loop opens and another closes is paired by its keys, and those are out of sight.
  if (closings.some((closing) => loopAround(closing, scope) !== loopAround(opening, scope))) return [];
  const keys = keyTexts(model, opening);
  if (!closings.every((closing) => agree(keys, keyTexts(model, closing)))) return [];
  const acquisition = unwrap(opening) as TSESTree.Expression;
  const lifetime = interpretLifetime({
    scope,
    acquisition,
    classify: (node) => (closings.includes(node) ? 'release' : undefined),
    isSession: () => false,
    throws: 'awaited',
  });
  // A function with a branch to open and a branch to close opens no scope of its own.
  if (lifetime.abstained || lifetime.coarse || !lifetime.endings.has('released')) return [];
  const [leak] = lifetime.leaks.filter(({ kind, place, departure }) => (kind === 'path' || place === 'unprotected') && departure !== 'overwritten' && departure !== 'yield');
  const [closing] = closings;
  return leak && closing ? [{ kind: 'leftOpen', opening, remover: model.file.nameOf(closing), leak }] : [];
}

function loopAround(node: Node, scope: FunctionNode): Node | undefined {
  for (let current: Node | undefined = node; current && current !== scope; current = current.parent) if (isLoop(current)) return current;
  return undefined;
}

/** The arguments that say which entry is meant. */
function keyTexts({ file }: SessionModel, node: Node): string[] | undefined {
  if (node.type === 'CallExpression') {
    const [key] = node.arguments;
    return key ? [file.spellingOf(key)] : undefined;
  }
  const access = node.type === 'AssignmentExpression' ? node.left : node.type === 'UnaryExpression' ? unwrap(node.argument) : undefined;
  return access?.type === 'MemberExpression' ? [file.spellingOf(access.property)] : undefined;
}

/** Another key is another entry: `sessions.delete(oldest)` only makes room. */
function agree(opened: readonly string[] | undefined, closed: readonly string[] | undefined): boolean {
  return opened === undefined || closed === undefined || opened[0] === closed[0];
}

function accessorOf(model: SessionModel, fn: FunctionNode): Accessor | undefined {
  const { parent } = fn;
  const owner = parent.type === 'MethodDefinition' ? enclosingClass(fn) : undefined;
  const named = parent.type === 'MethodDefinition' ? propertyName(parent) : fn.type === 'FunctionDeclaration' ? fn.id?.name : parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : undefined;
  if (named === undefined) return undefined;
  const calls = callsOf(model, fn, named);
  return { fn, name: owner ? `${named}()` : named, ofFile: owner ? isOfFile(model, owner, fn, named) : isLocal(model, fn, named, calls), calls };
}

function callsOf({ file, resolver }: SessionModel, fn: FunctionNode, name: string): Call[] {
  return (file.callsByName.get(name) ?? []).flatMap((call) => {
    const value = call.type === 'CallExpression' ? resolver.valueOf(call.callee) : undefined;
    return call.type === 'CallExpression' && value?.kind === 'function' && value.node === fn ? [call] : [];
  });
}

/** A function of the module that is not exported and only ever called. */
function isLocal({ file }: SessionModel, fn: FunctionNode, name: string, calls: readonly Call[]): boolean {
  const id = fn.type === 'FunctionDeclaration' ? fn.id : fn.parent.type === 'VariableDeclarator' ? fn.parent.id : undefined;
  const declaration: Node | undefined = fn.type === 'FunctionDeclaration' ? fn : fn.parent.type === 'VariableDeclarator' ? fn.parent.parent : undefined;
  if (id?.type !== 'Identifier' || declaration?.parent.type !== 'Program') return false;
  const uses = file.variableOf(id)?.references.filter((reference) => reference.init !== true) ?? [];
  return uses.length === calls.length && name === id.name;
}

/** A method of a class that nobody outside can have: neither the class nor any object of it leaves the file. */
function isOfFile(model: SessionModel, owner: TSESTree.ClassDeclaration | TSESTree.ClassExpression, fn: FunctionNode, name: string): boolean {
  const { file, resolver } = model;
  const { parent } = fn;
  if (parent.type === 'MethodDefinition' && (name.startsWith('#') || parent.accessibility === 'private')) return true;
  if (isExportedClass(model, owner) || (owner.decorators as readonly unknown[] | undefined)?.length) return false;
  const variable = owner.id ? file.sourceCode.getDeclaredVariables(owner)[0] : undefined;
  // A class that extends it may be anything to anybody.
  if (!variable || variable.references.some((reference) => /^Class/.test((reference.identifier as Node).parent?.type ?? ''))) return false;
  return file.calls.filter((call) => {
    const value = call.type === 'NewExpression' ? resolver.valueOf(call.callee) : undefined;
    return value?.kind === 'class' && value.node === owner;
  }).every((made) => staysHere(model, made));
}

/** `const sessions = new Registry()`, not exported, of which only methods are called. */
function staysHere({ file }: SessionModel, made: Node): boolean {
  const { parent } = outermost(made);
  if (parent?.type === 'PropertyDefinition') return parent.accessibility === 'private' || propertyName(parent)?.startsWith('#') === true;
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier' || parent.parent.parent.type === 'ExportNamedDeclaration') return false;
  return file.variableOf(parent.id)?.references.every((reference) => {
    const place = outermost(reference.identifier);
    return reference.init === true || (place.parent?.type === 'MemberExpression' && place.parent.object === place && !isFunction(place.parent));
  }) ?? false;
}
