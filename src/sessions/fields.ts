/** Fields and methods of a class: `this.tx`, `this.#transaction`, constructor parameters, injected clients. */
import type { TSESTree } from '@typescript-eslint/utils';
import { typeValue } from './annotations.js';
import { libraryOfSpecifier, isClientType } from './catalogue.js';
import { exportName } from './acquisitions.js';
import type { Resolver } from './resolver.js';
import { decoratorCallees, enclosingClass, outermost, parameterProperties, propertyName, unwrapAwait, type ClassNode } from './syntax.js';
import type { Value } from './values.js';

const fieldTables = new WeakMap<Resolver, Map<ClassNode, Map<string, Value | undefined>>>();

/** What `this.name` stands for in a class, by declaration, constructor, getter, superclass or assignment. */
export function fieldValue(resolver: Resolver, node: ClassNode, name: string): Value | undefined {
  let classes = fieldTables.get(resolver);
  if (!classes) fieldTables.set(resolver, (classes = new Map<ClassNode, Map<string, Value | undefined>>()));
  let fields = classes.get(node);
  if (!fields) classes.set(node, (fields = new Map<string, Value | undefined>()));
  if (fields.has(name)) return fields.get(name);
  const value = findField(resolver, node, name);
  fields.set(name, value);
  return value;
}

function findField(resolver: Resolver, node: ClassNode, name: string): Value | undefined {
  // A class that extends itself, by whatever way, is a mistake of somebody else's.
  const seen = new Set<ClassNode>();
  for (let owner = node; !seen.has(owner); ) {
    seen.add(owner);
    const own = ownFieldValue(resolver, owner, name);
    if (own) return own;
    const client = superclassValue(resolver, owner);
    if (client) return resolver.memberValue(client, name);
    const parent = owner.superClass && resolver.valueOf(owner.superClass);
    if (parent?.kind !== 'class') return undefined;
    owner = parent.node;
  }
  return undefined;
}

function ownFieldValue(resolver: Resolver, node: ClassNode, name: string): Value | undefined {
  for (const member of membersNamed(node).get(name) ?? []) {
    if ((member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') && propertyName(member) === name) {
      const declared = declaredField(resolver, member, name);
      if (declared) return declared;
      break;
    }
    if (member.type === 'MethodDefinition' && propertyName(member) === name && member.value.type === 'FunctionExpression') {
      if (member.kind === 'get') {
        const annotation = member.value.returnType?.typeAnnotation;
        return (annotation && typeValue(resolver, annotation, 'field', { name, owner: member.key })) ?? resolver.returnValue(member.value);
      }
      return { kind: 'function', node: member.value };
    }
    for (const { target } of parameterProperties(member)) {
      if (target.name !== name) continue;
      const variable = resolver.file.variableOf(target);
      const value = variable && resolver.variableValue(variable);
      if (value) return value;
    }
  }
  return assignedField(resolver, node, name);
}

const memberTables = new WeakMap<ClassNode, Map<string, TSESTree.ClassElement[]>>();

/** Members by name, in source order; constructors also by the fields that their parameters declare. */
function membersNamed(node: ClassNode): ReadonlyMap<string, readonly TSESTree.ClassElement[]> {
  let table = memberTables.get(node);
  if (table) return table;
  table = new Map<string, TSESTree.ClassElement[]>();
  memberTables.set(node, table);
  for (const member of node.body.body) {
    for (const name of namesOf(member)) {
      const members = table.get(name);
      if (members) members.push(member);
      else table.set(name, [member]);
    }
  }
  return table;
}

/** The type that a class writes beside a field, or beside the constructor's parameter that declares it. */
export function annotationOfField(node: ClassNode, name: string): TSESTree.TypeNode | undefined {
  const declared = declarationOfField(node, name);
  if (declared?.parent.type === 'PropertyDefinition' || declared?.parent.type === 'AccessorProperty') return declared.parent.typeAnnotation?.typeAnnotation;
  return declared?.type === 'Identifier' ? declared.typeAnnotation?.typeAnnotation : undefined;
}

/** Where a class declares a field: its key, or the constructor's parameter. */
export function declarationOfField(node: ClassNode, name: string): TSESTree.PropertyName | TSESTree.Identifier | undefined {
  for (const member of membersNamed(node).get(name) ?? []) {
    if (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') return member.key;
    const declared = parameterProperties(member).find(({ target }) => target.name === name);
    if (declared) return declared.target;
  }
  return undefined;
}

function namesOf(member: TSESTree.ClassElement): ReadonlySet<string> {
  const names = new Set<string>();
  const own = member.type === 'PropertyDefinition' || member.type === 'AccessorProperty' || member.type === 'MethodDefinition' ? propertyName(member) : undefined;
  if (own !== undefined) names.add(own);
  for (const { target } of parameterProperties(member)) names.add(target.name);
  return names;
}

function declaredField(resolver: Resolver, member: TSESTree.PropertyDefinition | TSESTree.AccessorProperty, name: string): Value | undefined {
  const injected = fieldDecoratorValue(resolver, member);
  if (injected) return injected;
  const annotation = member.typeAnnotation?.typeAnnotation;
  const typed = annotation && typeValue(resolver, annotation, 'field', { name: `this.${name}`, owner: member.key });
  return typed ?? (member.value ? resolver.valueOf(member.value) : undefined);
}

/** `@InjectRepository()` and its like: the root client, whatever the type says. */
export function fieldDecoratorValue(resolver: Resolver, member: { decorators?: TSESTree.Decorator[] | undefined }): Value | undefined {
  for (const { callee } of decoratorCallees(member)) {
    const value = resolver.valueOf(callee);
    if (value?.kind !== 'module') continue;
    const name = exportName(value.path);
    const library = libraryOfSpecifier(value.specifier);
    if (library && name !== undefined && library.clients?.injectors?.includes(name)) return { kind: 'client', library };
  }
  return undefined;
}

/** `this.x = …` in any method: every such value must be a session or a client, or nothing is known. */
function assignedField(resolver: Resolver, node: ClassNode, name: string): Value | undefined {
  let found: Value | undefined;
  for (const assignment of fieldAssignments(resolver, node, name)) {
    const value = resolver.valueOf(unwrapAwait(assignment.right));
    if (value?.kind === 'session' || value?.kind === 'client') {
      if (found && found.kind !== value.kind) return { kind: 'either' };
      found ??= value;
    }
  }
  return found;
}

const assignmentTables = new WeakMap<Resolver, Map<ClassNode, Map<string, TSESTree.AssignmentExpression[]>>>();

/** All assignments to a field of `this` in a class. */
export function fieldAssignments(resolver: Resolver, node: ClassNode, name: string): readonly TSESTree.AssignmentExpression[] {
  let table = assignmentTables.get(resolver);
  if (!table) {
    table = new Map();
    assignmentTables.set(resolver, table);
    for (const assignment of resolver.file.nodes.assignments) {
      const left = assignment.left;
      if (left.type !== 'MemberExpression' || outermost(left.object).type === 'Super' || left.object.type !== 'ThisExpression') continue;
      const owner = enclosingClass(left.object);
      const field = propertyName(left);
      if (!owner || field === undefined) continue;
      const fields = table.get(owner) ?? new Map<string, TSESTree.AssignmentExpression[]>();
      table.set(owner, fields);
      const assignments = fields.get(field);
      if (assignments) assignments.push(assignment);
      else fields.set(field, [assignment]);
    }
  }
  return table.get(node)?.get(name) ?? [];
}

/** `class PrismaService extends PrismaClient`: an instance is a client. */
export function superclassValue(resolver: Resolver, node: ClassNode): Value | undefined {
  if (!node.superClass) return undefined;
  const parent = resolver.valueOf(node.superClass);
  // `class User extends Model`: an exported client, by which its subclasses are clients.
  if (parent?.kind === 'client') return parent;
  if (parent?.kind !== 'module') return undefined;
  const library = libraryOfSpecifier(parent.specifier);
  const name = exportName(parent.path);
  return library && name !== undefined && isClientType(library, name) ? { kind: 'client', library } : undefined;
}
