/** Where an object comes from: the export that made it or that its annotation names. */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportName } from '../sessions/acquisitions.js';
import { importedTypeName } from '../sessions/annotations.js';
import { plainSpecifier } from '../sessions/catalogue.js';
import { fieldAssignments } from '../sessions/fields.js';
import type { Resolver } from '../sessions/resolver.js';
import { enclosingClass, parameterProperties, propertyName, receiverOf, unwrapAwait, type ClassNode, type Node } from '../sessions/syntax.js';

export interface Made {
  readonly specifier: string;
  readonly name: string;
}

/** The package and export of an object: `new Queue()`, `pLimit(1)`, `queue: Queue`, and what chains of its methods give. */
export function madeFrom(resolver: Resolver, expression: Node, depth = 0): Made | undefined {
  if (depth > 6) return undefined;
  const node = unwrapAwait(expression);
  const value = resolver.valueOf(node);
  if (value?.kind === 'module') return { specifier: plainSpecifier(value.specifier), name: exportName(value.path) ?? 'default' };
  switch (node.type) {
    case 'NewExpression':
      return madeFrom(resolver, node.callee, depth + 1);
    case 'CallExpression': {
      const callee = resolver.valueOf(node.callee);
      if (callee?.kind === 'module') return { specifier: plainSpecifier(callee.specifier), name: exportName(callee.path) ?? 'default' };
      const receiver = receiverOf(node);
      return receiver && madeFrom(resolver, receiver, depth + 1);
    }
    case 'Identifier': {
      const variable = resolver.file.variableOf(node);
      const definition = variable?.defs[0];
      const target = variable?.identifiers[0];
      const typed = target && importedTypeName(resolver, target.typeAnnotation?.typeAnnotation);
      if (typed) return { specifier: plainSpecifier(typed.specifier), name: typed.name };
      if ((definition?.type as string | undefined) !== 'Variable') return undefined;
      const { id, init } = definition?.node as TSESTree.VariableDeclarator;
      return id.type === 'Identifier' && init ? madeFrom(resolver, init, depth + 1) : undefined;
    }
    case 'ThisExpression': {
      const parent = enclosingClass(node)?.superClass;
      return parent ? madeFrom(resolver, parent, depth + 1) : undefined;
    }
    case 'MemberExpression': {
      const name = propertyName(node);
      const owner = node.object.type === 'ThisExpression' ? enclosingClass(node) : undefined;
      if (owner && name !== undefined) return madeField(resolver, owner, name, depth);
      return madeFrom(resolver, node.object, depth + 1);
    }
    default:
      return undefined;
  }
}

function madeField(resolver: Resolver, owner: ClassNode, name: string, depth: number): Made | undefined {
  for (const member of owner.body.body) {
    if (member.type === 'PropertyDefinition' && propertyName(member) === name) {
      const typed = importedTypeName(resolver, member.typeAnnotation?.typeAnnotation);
      if (typed) return { specifier: plainSpecifier(typed.specifier), name: typed.name };
      if (member.value) return madeFrom(resolver, member.value, depth + 1);
    }
    for (const { target } of parameterProperties(member)) {
      const typed = target.name === name ? importedTypeName(resolver, target.typeAnnotation?.typeAnnotation) : undefined;
      if (typed) return { specifier: plainSpecifier(typed.specifier), name: typed.name };
    }
  }
  const [assignment] = fieldAssignments(resolver, owner, name);
  return assignment && madeFrom(resolver, assignment.right, depth + 1);
}
