/**
 * Child containers of awilix: a scope keeps what it has resolved until it is disposed of, and disposing of the parent
 * does not reach it. Source: awilix 13.0.5, lib/container.js and README ("will not dispose its scopes").
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Leak } from '../lifetime/lifetime.js';
import { holdsConnection } from '../release-idioms/holding.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingFunction, outermost, propertyName, receiverOf, unwrap, unwrapAwait, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';
import { leftOpen, runsWithin } from './scopes.js';

export type ContainerFinding =
  | { readonly fault: 'scopeKept'; readonly node: TSESTree.CallExpression; readonly session: Session; readonly scope: string }
  | { readonly fault: 'scopeLeftOpen'; readonly node: TSESTree.CallExpression; readonly session: Session; readonly scope: string; readonly leak: Leak };

export function containerFindings(model: SessionModel): ContainerFinding[] {
  const { file } = model;
  if (!/\bawilix\b/.test(file.sourceCode.text)) return [];
  const session = scopedSession(model);
  if (!session) return [];
  return (file.callsByName.get('createScope') ?? []).flatMap((call): ContainerFinding[] => {
    const container = receiverOf(call);
    if (call.type !== 'CallExpression' || !container || !isContainer(model, container)) return [];
    const scope = placeOf(call);
    if (!scope || isHandedOn(model, scope)) return [];
    const name = file.nameOf(scope);
    const disposals = (file.callsByName.get('dispose') ?? []).filter((disposal) => {
      const receiver = receiverOf(disposal);
      return receiver && !isContainer(model, receiver);
    });
    if (disposals.length === 0) return [{ fault: 'scopeKept', node: call, session, scope: name }];
    const home = enclosingFunction(call);
    if (!home || !disposals.every((disposal) => runsWithin(disposal, home) && file.nameOf(receiverOf(disposal) ?? disposal) === name)) return [];
    return leftOpen(model, home, call, disposals).flatMap((fault) => (fault.kind === 'leftOpen' ? [{ fault: 'scopeLeftOpen' as const, node: call, session, scope: name, leak: fault.leak }] : []));
  });
}

/** What the file registers as scoped, with a disposer, and is a session. */
function scopedSession(model: SessionModel): Session | undefined {
  const { file, resolver } = model;
  for (const call of file.calls) {
    // Under whatever name the file imports it.
    const value = call.callee.type === 'Identifier' || calleeName(call) === 'asFunction' ? resolver.valueOf(call.callee) : undefined;
    const [factory, options] = call.arguments;
    if (value?.kind !== 'module' || value.specifier !== 'awilix' || value.path.at(-1) !== 'asFunction' || !factory) continue;
    const { outer, methods } = registrationAround(call);
    const text = file.sourceCode.getText(outer) + (options ? file.sourceCode.getText(options) : '');
    if (!(methods.includes('scoped') || /\bSCOPED\b/.test(text)) || !(methods.includes('disposer') || /\bdispose\b/.test(text))) continue;
    const made = resolver.valueOf(factory);
    const session = made?.kind === 'function' ? sessionOf(resolver.returnValue(made.node)) : undefined;
    if (session?.how === 'acquired' && holdsConnection(model, session.kinds[0], session)) return session;
  }
  return undefined;
}

/** `asFunction(f).scoped().disposer(d)`, from its first call to its last. */
function registrationAround(call: Node): { readonly outer: Node; readonly methods: readonly string[] } {
  const methods: string[] = [];
  let node = outermost(call);
  for (;;) {
    const { parent } = node;
    if (parent?.type === 'MemberExpression' && parent.object === node) {
      methods.push(propertyName(parent) ?? '');
      node = outermost(parent);
    } else if (parent?.type === 'CallExpression' && parent.callee === node) node = outermost(parent);
    else return { outer: node, methods };
  }
}

function isContainer({ file, resolver }: SessionModel, expression: Node): boolean {
  const node = unwrap(expression);
  const name = node.type === 'Identifier' ? (file.variableOf(node)?.defs[0]?.name as TSESTree.Identifier | undefined) : undefined;
  const annotation = name?.typeAnnotation?.typeAnnotation;
  if (annotation?.type === 'TSTypeReference' && annotation.typeName.type === 'Identifier') {
    const type = resolver.valueOf(annotation.typeName);
    return type?.kind === 'module' && type.specifier === 'awilix' && type.path.at(-1) === 'AwilixContainer';
  }
  const { parent } = name ?? {};
  const init = parent?.type === 'VariableDeclarator' && parent.init ? unwrapAwait(parent.init) : undefined;
  const made = init?.type === 'CallExpression' ? resolver.valueOf(init.callee) : undefined;
  return made?.kind === 'module' && made.specifier === 'awilix' && made.path.at(-1) === 'createContainer';
}

/** Where the scope is kept: a variable, or a property of the request. */
function placeOf(call: Node): Node | undefined {
  const { parent } = outermost(call);
  if (parent?.type === 'VariableDeclarator') return parent.id.type === 'Identifier' ? parent.id : undefined;
  return parent?.type === 'AssignmentExpression' ? parent.left : undefined;
}

/** Somebody else gets the scope as a whole: by an argument, a return, another object. */
function isHandedOn({ file }: SessionModel, place: Node): boolean {
  if (place.type !== 'Identifier') return false;
  return (file.variableOf(place)?.references ?? []).some((reference) => {
    const node = outermost(reference.identifier);
    const { parent } = node;
    if (reference.init || !parent) return false;
    if (parent.type === 'MemberExpression' && parent.object === node) return false;
    // `req.scope = scope` keeps it with the request.
    if (parent.type === 'AssignmentExpression' && parent.right === node) return parent.left.type !== 'MemberExpression' || propertyName(parent.left) === undefined;
    return parent.type !== 'AssignmentExpression' && !(parent.type === 'CallExpression' && calleeName(parent) === 'bind');
  });
}
