/** Properties that hold a session: `request.pg` of @fastify/postgres, `txHost.tx` of nestjs-cls inside of its scope. */
import type { TSESTree } from '@typescript-eslint/utils';
import { ambientSessionAt } from './ambient.js';
import { exportedTypeName } from './annotations.js';
import { propertiesByName } from './catalogue.js';
import type { Resolver } from './resolver.js';
import { unwrap, type Node } from './syntax.js';
import type { Value } from './values.js';

/** The session that a member access means, where the catalogue says that the property of such an owner holds one. */
export function propertySession(resolver: Resolver, node: TSESTree.MemberExpression, name: string, owner: Value | undefined): Value | undefined {
  for (const entry of propertiesByName.get(name) ?? []) {
    const { origin, library } = entry;
    if (origin.ambientOnly) {
      const session = owner?.kind === 'client' && owner.library === library ? ambientSessionAt(resolver, node, undefined) : undefined;
      if (session) return { kind: 'session', session, derived: true };
    } else if (owner?.kind === 'client' && owner.library === library && origin.of.some((type) => library.clients?.types?.includes(type))) {
      // `orm.em`: the same one wherever the client's name is the same.
      const root = unwrap(node.object);
      const named = root.type === 'Identifier' ? (resolver.file.variableOf(root)?.identifiers[0] as Node | undefined) : undefined;
      return resolver.session({ origin: named ?? node, how: 'typed', kinds: [entry], name: resolver.file.nameOf(node) });
    } else if (owner === undefined && (resolver.imported.has(library) || resolver.declared.includes(library))) {
      const type = annotationOf(resolver, node.object);
      if (type && origin.of.includes(exportedTypeName(resolver.file, type.typeName) ?? '')) return resolver.session({ origin: type, how: 'typed', kinds: [entry], name: resolver.file.nameOf(node) });
    }
  }
  return undefined;
}

function annotationOf(resolver: Resolver, expression: Node): TSESTree.TSTypeReference | undefined {
  const name = unwrap(expression).type === 'Identifier' ? resolver.file.variableOf(unwrap(expression))?.identifiers[0] : undefined;
  const type = name && 'typeAnnotation' in name ? name.typeAnnotation?.typeAnnotation : undefined;
  return type?.type === 'TSTypeReference' ? type : undefined;
}
