/**
 * Providers of NestJS that live for one request and acquire a session. Nest has no hook for their end: what the factory
 * or the constructor acquires, nobody gives back. Source: nestjs/nest#2809, nestjs/docs.nestjs.com#610.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { isRequestScoped, requestProviders } from '../background/ending.js';
import type { SessionModel } from '../sessions/model.js';
import { enclosingClass, enclosingFunction, isFunction, isWithin, propertyName, type ClassNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';
import { releasesOf } from './endings.js';
import { holdsConnection } from './holding.js';

export type ProviderFinding =
  /** A factory that acquires, and nothing in the file releases. */
  | { readonly fault: 'requestFactory'; readonly node: Node; readonly session: Session }
  /** The only release stands in a hook that is not called for such a provider. */
  | { readonly fault: 'requestHook'; readonly node: Node; readonly session: Session; readonly hook: string };

const hooks = /^(?:onModuleDestroy|beforeApplicationShutdown|onApplicationShutdown)$/;

export function providerFindings(model: SessionModel): ProviderFinding[] {
  if (!/\bREQUEST\b/.test(model.file.sourceCode.text)) return [];
  return [...factories(model), ...classes(model)];
}

function factories(model: SessionModel): ProviderFinding[] {
  return requestProviders(model.file).flatMap(({ provider }) => {
    const made = provider.properties.find((property): property is TSESTree.Property => property.type === 'Property' && propertyName(property) === 'useFactory');
    const value = made && model.resolver.valueOf(made.value);
    if (value?.kind !== 'function') return [];
    const session = sessionOf(model.resolver.returnValue(value.node));
    if (session?.how !== 'acquired' || !isWithin(session.origin, value.node) || !holdsConnection(model, session.kinds[0], session)) return [];
    // The factory may have been given the request, and wait for its end.
    const watches = /\b(?:on|once|addListener|onFinished|finished)\s*\(/.test(model.file.sourceCode.getText(value.node));
    return watches || releasesOf(model).some((release) => release.session === session) ? [] : [{ fault: 'requestFactory', node: session.origin, session }];
  });
}

function classes(model: SessionModel): ProviderFinding[] {
  return model.file.nodes.classes.flatMap((owner) => {
    if (!isRequestScoped(model, owner)) return [];
    const releases = releasesOf(model).filter(({ call, session }) => session.how === 'acquired' && isOf(call, owner) && isOf(session.origin, owner) && isKept(session.origin));
    const sessions = [...new Set(releases.map(({ session }) => session))];
    return sessions.flatMap((session): ProviderFinding[] => {
      const members = releases.filter((release) => release.session === session).map(({ call }) => memberAround(call, owner));
      const [first] = members;
      const name = first && propertyName(first);
      if (!first || name === undefined || !members.every((member) => member && hooks.test(propertyName(member) ?? ''))) return [];
      return [{ fault: 'requestHook', node: first.key, session, hook: name }];
    });
  });
}

function isOf(node: Node, owner: ClassNode): boolean {
  return enclosingClass(node) === owner || isWithin(node, owner.body);
}

/** Stored in a field of the object: `this.runner = …`, `private runner = …`. */
function isKept(origin: Node): boolean {
  for (let node: Node | undefined = origin; node && !isFunction(node); node = node.parent) {
    if (node.type === 'PropertyDefinition') return true;
    if (node.type === 'AssignmentExpression') return node.left.type === 'MemberExpression' && node.left.object.type === 'ThisExpression';
  }
  return false;
}

function memberAround(node: Node, owner: ClassNode): TSESTree.MethodDefinition | undefined {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const { parent }: { parent: Node } = fn;
    if (parent.type === 'MethodDefinition' && parent.parent.parent === owner) return parent;
  }
  return undefined;
}
