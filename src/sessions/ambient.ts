/** Ambient scopes: inside them, clients work on one session that no variable names. */
import type { AmbientOrigin, Library } from '../libraries/library.js';
import { exportName } from './acquisitions.js';
import { ambientByDecorator, ambientByFunction, ambientByMethod, libraryById, libraryOfSpecifier, type OriginEntry } from './catalogue.js';
import { callAround } from './callbacks.js';
import type { Resolver } from './resolver.js';
import { calleeName, decoratorCallees, isFunction, receiverOf, type FunctionNode, type Node } from './syntax.js';
import { sessionOf, type Session } from './values.js';

/**
 * The ambient session in which a client of `library` works at `node`, if a scope around it says so; with no library
 * given, the innermost one.
 */
export function ambientSessionAt(resolver: Resolver, node: Node, library: Library | undefined): Session | undefined {
  for (let current: Node | undefined = node; current; current = current.parent) {
    if (!isFunction(current)) continue;
    const session = ambientSessionOf(resolver, current, library);
    if (session) return session;
  }
  return undefined;
}

function ambientSessionOf(resolver: Resolver, fn: FunctionNode, library: Library | undefined): Session | undefined {
  const entry = decoratedAmbient(resolver, fn) ?? calledAmbient(resolver, fn);
  if (!entry || (library && !entry.origin.of.includes(library.id))) return undefined;
  return sessionOf(resolver.session({ origin: fn, how: 'ambient', kinds: [entry], name: `the ${entry.facts.noun} of ${entry.label}`, scope: fn }));
}

interface AmbientScope extends OriginEntry<AmbientOrigin> {
  readonly label: string;
}

/** A parameter that carries the ambient session: Vendure's `ctx: RequestContext` in a `@Transaction()` method. */
export function ambientParameter(resolver: Resolver, fn: FunctionNode, type: { readonly specifier: string; readonly name: string }): Session | undefined {
  const entry = decoratedAmbient(resolver, fn);
  if (!entry?.origin.parameterTypes?.includes(type.name) || libraryOfSpecifier(type.specifier) !== entry.library) return undefined;
  return ambientSessionOf(resolver, fn, undefined);
}

/** `@Transactional()` on the method, imported from a library that opens an ambient transaction. */
function decoratedAmbient(resolver: Resolver, fn: FunctionNode): AmbientScope | undefined {
  const member = fn.parent;
  if (member.type !== 'MethodDefinition') return undefined;
  for (const decorator of decoratorCallees(member)) {
    const name = calledName(decorator.callee);
    if (name === undefined) continue;
    const own = resolver.file.settings.ambientDecorators.find((setting) => setting.name === name);
    const value = resolver.valueOf(decorator.callee);
    const specifier = value?.kind === 'module' ? value.specifier : undefined;
    if (own && (own.from === undefined || own.from === specifier)) {
      const library = own.library === undefined ? [...resolver.imported][0] : libraryById(own.library);
      const facts = library?.sessions[0];
      if (library && facts) return { library, facts, origin: { kind: 'ambient', of: [library.id] }, label: `@${name}()` };
    }
    if (specifier === undefined || value?.kind !== 'module') continue;
    const library = libraryOfSpecifier(specifier);
    for (const entry of ambientByDecorator.get(exportName(value.path) ?? '') ?? []) {
      if (entry.library !== library) continue;
      return { ...entry, label: `@${name}()` };
    }
  }
  return undefined;
}

function calledName(callee: Node): string | undefined {
  if (callee.type === 'Identifier') return callee.name;
  return undefined;
}

/** The callback of `runInTransaction(cb)`, or of a client's method where the library was told to keep it in context. */
function calledAmbient(resolver: Resolver, fn: FunctionNode): AmbientScope | undefined {
  const call = callAround(fn);
  if (call?.type !== 'CallExpression') return undefined;
  const name = calleeName(call);
  if (name === undefined) return undefined;
  const receiver = receiverOf(call);
  if (!receiver) {
    const value = resolver.valueOf(call.callee);
    if (value?.kind !== 'module') return undefined;
    const library = libraryOfSpecifier(value.specifier);
    const entry = ambientByFunction.get(exportName(value.path) ?? '')?.find((candidate) => candidate.library === library);
    return entry && { ...entry, label: `\`${name}\`` };
  }
  const owner = resolver.valueOf(receiver);
  if (owner?.kind !== 'client') return undefined;
  const entry = ambientByMethod.get(name)?.find((candidate) => candidate.library === owner.library);
  return entry && isSwitchedOn(resolver, entry.origin) ? { ...entry, label: `\`${name}\`` } : undefined;
}

/** `Sequelize.useCLS(ns)`, `mongoose.set('transactionAsyncLocalStorage', true)`: seen in this file, or not at all. */
function isSwitchedOn(resolver: Resolver, origin: AmbientOrigin): boolean {
  if (origin.switchedOnBy === undefined) return true;
  const byDefault = origin.onByDefaultIn?.some((specifier) => resolver.file.specifiers.has(specifier));
  if (byDefault) return origin.switchedOffBy === undefined || !resolver.file.sourceCode.text.includes(origin.switchedOffBy);
  const [method = '', argument] = origin.switchedOnBy.replace(')', '').split('(');
  return (resolver.file.callsByName.get(method) ?? []).some((call) => argument === undefined || argument === '' || (call.arguments[0]?.type === 'Literal' && call.arguments[0].value === argument));
}
