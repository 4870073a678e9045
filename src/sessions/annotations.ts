/** A type annotation as evidence: the session, client or shape that it names. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Library } from '../libraries/library.js';
import { exportName } from './acquisitions.js';
import { isClientType, libraryById, libraryOfSpecifier, sessionTypeOf } from './catalogue.js';
import { callbackOfMethod } from './callbacks.js';
import type { File } from './file.js';
import type { Resolver } from './resolver.js';
import type { Node } from './syntax.js';
import type { Value } from './values.js';

/** Whose annotation it is: names the session, and is its origin. */
export interface Annotated {
  readonly name: string;
  readonly owner: Node;
}

/** Generic types that hand their first argument on as it is. */
const transparent = new Set(['Promise', 'Awaited', 'Readonly', 'Partial', 'Required', 'NonNullable', 'DeepPartial', 'PromiseLike']);

/**
 * What a type annotation says about the value.
 *
 * @param where types such as TypeORM's `EntityManager` mean a transaction's manager as a parameter, and the injected
 *   root manager as a field or a constructor parameter
 */
export function typeValue(resolver: Resolver, type: Node, where: 'parameter' | 'field', annotated: Annotated, depth = 0): Value | undefined {
  if (depth > 12) return undefined;
  const again = (inner: Node): Value | undefined => typeValue(resolver, inner, where, annotated, depth + 1);
  switch (type.type) {
    case 'TSTypeReference':
      return referenceValue(resolver, type, where, annotated, depth);
    case 'TSUnionType': {
      const parts = type.types.filter((part) => part.type !== 'TSNullKeyword' && part.type !== 'TSUndefinedKeyword');
      const values = parts.map(again);
      if (values.every((value) => value?.kind === 'session')) return values[0];
      if (values.some((value) => value?.kind === 'session' || value?.kind === 'client' || value?.kind === 'either')) {
        return values.every((value) => value?.kind === 'client') ? values[0] : { kind: 'either' };
      }
      const shapes = values.flatMap((value) => (value?.kind === 'shape' ? value.types : []));
      return shapes.length > 0 ? { kind: 'shape', types: shapes, owner: annotated.owner } : undefined;
    }
    case 'TSIntersectionType': {
      const values = type.types.map(again);
      const known = values.find((value) => value?.kind === 'session' || value?.kind === 'client' || value?.kind === 'either');
      if (known) return known;
      const shapes = values.flatMap((value) => (value?.kind === 'shape' ? value.types : []));
      return shapes.length > 0 ? { kind: 'shape', types: shapes, owner: annotated.owner } : undefined;
    }
    case 'TSTypeLiteral':
    case 'TSInterfaceBody':
      return { kind: 'shape', types: [type], owner: annotated.owner };
    case 'TSTypeOperator':
      return type.typeAnnotation && again(type.typeAnnotation);
    case 'TSOptionalType':
    case 'TSNamedTupleMember':
      return undefined;
    case 'TSTypeQuery': {
      if (type.exprName.type === 'TSImportType') return undefined;
      const value = entityValue(resolver, type.exprName);
      return value?.kind === 'client' ? value : undefined;
    }
    case 'TSIndexedAccessType':
      return callbackParameterType(resolver, type, annotated);
    case 'TSImportType': {
      const source = type.source;
      const path = type.qualifier ? entityPath(type.qualifier) : [];
      return path ? importedType(resolver, source.value, path, where, annotated) : undefined;
    }
    default:
      return undefined;
  }
}

function referenceValue(resolver: Resolver, type: TSESTree.TSTypeReference, where: 'parameter' | 'field', annotated: Annotated, depth: number): Value | undefined {
  const path = entityPath(type.typeName);
  if (!path) return undefined;
  const [head, ...rest] = path;
  const name = path.join('.');
  const parameters = type.typeArguments?.params ?? [];
  const first = parameters[0];
  const setting = resolver.file.settings.sessionTypes.find((own) => own.name === name && own.from === undefined);
  if (setting) return ownType(resolver, setting.library, annotated);

  const root = leftmost(type.typeName);
  const variable = root && resolver.file.variableOf(root);
  const definition = variable?.defs[0];
  if (!definition) {
    if (head !== undefined && rest.length === 0 && first) {
      if (transparent.has(head)) return typeValue(resolver, first, where, annotated, depth + 1);
      if (head === 'Omit' || head === 'Pick') return withoutKeys(resolver, head, first, parameters[1], annotated, depth);
      if (head === 'Parameters') return undefined;
    }
    return undefined;
  }
  switch (definition.type as string) {
    case 'ImportBinding': {
      const value = importPath(definition.node, definition.parent);
      return value && importedType(resolver, value.specifier, [...value.path, ...rest], where, annotated);
    }
    case 'Type': {
      const declaration = definition.node as Node;
      if (declaration.type === 'TSTypeAliasDeclaration') return typeValue(resolver, declaration.typeAnnotation, where, annotated, depth + 1);
      if (declaration.type === 'TSInterfaceDeclaration') {
        for (const heritage of declaration.extends) {
          const parent = heritageValue(resolver, heritage, where, annotated);
          if (parent) return parent;
        }
        return { kind: 'shape', types: [declaration.body], owner: annotated.owner };
      }
      return undefined;
    }
    case 'ClassName':
      return { kind: 'instance', node: definition.node as TSESTree.ClassDeclaration };
    default:
      return undefined;
  }
}

function heritageValue(resolver: Resolver, heritage: TSESTree.TSInterfaceHeritage, where: 'parameter' | 'field', annotated: Annotated): Value | undefined {
  const expression = heritage.expression;
  if (expression.type !== 'Identifier') return undefined;
  const definition = resolver.file.variableOf(expression)?.defs[0];
  if (!definition || (definition.type as string) !== 'ImportBinding') return undefined;
  const value = importPath(definition.node, definition.parent);
  return value && importedType(resolver, value.specifier, value.path, where, annotated);
}

/** A type that is imported from a module: by the catalogue, by the settings, or by a name that only one library has. */
function importedType(resolver: Resolver, specifier: string, path: readonly string[], where: 'parameter' | 'field', annotated: Annotated): Value | undefined {
  const name = exportName(path);
  if (name === undefined) return undefined;
  const last = path.at(-1) ?? name;
  const setting = resolver.file.settings.sessionTypes.find((own) => own.name === last && own.from === specifier);
  if (setting) return ownType(resolver, setting.library, annotated);
  const library = libraryOfSpecifier(specifier) ?? (name === 'Prisma.TransactionClient' || name === 'PrismaClient' ? libraryById('prisma') : undefined);
  if (!library) return undefined;
  return libraryType(resolver, library, [name, last], where, annotated);
}

/** The value of a library's exported type. */
export function libraryType(resolver: Resolver, library: Library, names: readonly string[], where: 'parameter' | 'field', annotated: Annotated): Value | undefined {
  for (const name of names) {
    const facts = sessionTypeOf(library, name, where);
    if (facts) return resolver.session({ origin: annotated.owner, how: 'typed', kinds: [{ library, facts }], name: annotated.name });
    if (library.eitherTypes?.includes(name)) return { kind: 'either' };
    if (isClientType(library, name)) return { kind: 'client', library };
  }
  return undefined;
}

function ownType(resolver: Resolver, id: string | undefined, annotated: Annotated): Value | undefined {
  const library = id === undefined ? [...resolver.imported, ...resolver.declared][0] : libraryById(id);
  const facts = library?.sessions[0];
  return library && facts && resolver.session({ origin: annotated.owner, how: 'typed', kinds: [{ library, facts }], name: annotated.name });
}

/** `Omit<PrismaClient, '$transaction' | …>`: what Prisma's own TransactionClient is; `Pick` of a session stays one. */
function withoutKeys(resolver: Resolver, how: 'Omit' | 'Pick', inner: Node, keys: Node | undefined, annotated: Annotated, depth: number): Value | undefined {
  const value = typeValue(resolver, inner, 'parameter', annotated, depth + 1);
  if (value?.kind !== 'client' || how === 'Pick') return value;
  const text = keys ? resolver.file.sourceCode.getText(keys) : '';
  if (!/\$transaction|\$connect|ITXClientDenyList/.test(text)) return { kind: 'either' };
  const facts = value.library.sessions[0];
  return facts && resolver.session({ origin: annotated.owner, how: 'typed', kinds: [{ library: value.library, facts }], name: annotated.name });
}

/** `Parameters<Parameters<typeof db.transaction>[0]>[0]`: the parameter of a managed callback. */
function callbackParameterType(resolver: Resolver, type: TSESTree.TSIndexedAccessType, annotated: Annotated): Value | undefined {
  let query: TSESTree.TSTypeQuery | undefined;
  let current: Node = type;
  for (let i = 0; i < 12; i++) {
    if (current.type === 'TSTypeQuery') {
      query = current;
      break;
    }
    if (current.type === 'TSIndexedAccessType') current = current.objectType;
    else {
      const argument: Node | undefined = current.type === 'TSTypeReference' ? current.typeArguments?.params[0] : undefined;
      if (!argument) return undefined;
      current = argument;
    }
  }
  if (!query || query.exprName.type !== 'TSQualifiedName') return undefined;
  const receiver = entityValue(resolver, query.exprName.left);
  const kinds = callbackOfMethod(resolver, query.exprName.right.name, receiver);
  return kinds.length > 0 ? resolver.session({ origin: annotated.owner, how: 'typed', kinds, name: annotated.name }) : undefined;
}

function importPath(specifier: Node, declaration: Node | null): { specifier: string; path: string[] } | undefined {
  if (specifier.type === 'TSImportEqualsDeclaration') {
    const reference = specifier.moduleReference;
    return reference.type === 'TSExternalModuleReference' ? { specifier: reference.expression.value, path: [] } : undefined;
  }
  if (declaration?.type !== 'ImportDeclaration') return undefined;
  const source = declaration.source.value;
  if (specifier.type === 'ImportNamespaceSpecifier') return { specifier: source, path: [] };
  if (specifier.type === 'ImportDefaultSpecifier') return { specifier: source, path: ['default'] };
  if (specifier.type !== 'ImportSpecifier') return undefined;
  return { specifier: source, path: [specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value] };
}

/** The module and name of an annotation that is one imported type. */
export function importedTypeName(resolver: Resolver, type: Node | undefined): { specifier: string; name: string } | undefined {
  if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return undefined;
  const definition = resolver.file.variableOf(type.typeName)?.defs[0];
  if (!definition || (definition.type as string) !== 'ImportBinding') return undefined;
  const value = importPath(definition.node, definition.parent);
  const name = value?.path.at(-1);
  return value && name !== undefined ? { specifier: value.specifier, name } : undefined;
}

/** Where the annotation's own name is imported from, for names that carry a hint: `import { DbTx } from './db'`. */
export function annotationName(resolver: Resolver, type: Node | undefined): string | undefined {
  if (type?.type === 'TSUnionType') {
    const parts = type.types.filter((part) => part.type !== 'TSNullKeyword' && part.type !== 'TSUndefinedKeyword');
    return parts.length === 1 ? annotationName(resolver, parts[0]) : undefined;
  }
  if (type?.type !== 'TSTypeReference') return undefined;
  const root = leftmost(type.typeName);
  const definition = root && resolver.file.variableOf(root)?.defs[0];
  return definition && (definition.type as string) === 'ImportBinding' ? entityPath(type.typeName)?.join('.') : undefined;
}

/** `FastifyRequest` of `import type { FastifyRequest as Request } from 'fastify'`, and of `fastify.FastifyRequest`. */
export function exportedTypeName(file: File, type: TSESTree.EntityName): string | undefined {
  if (type.type === 'TSQualifiedName') return type.right.name;
  if (type.type !== 'Identifier') return undefined;
  const imported = file.variableOf(type)?.defs[0]?.node as Node | undefined;
  return imported?.type === 'ImportSpecifier' && imported.imported.type === 'Identifier' ? imported.imported.name : type.name;
}

function entityPath(name: TSESTree.EntityName): string[] | undefined {
  if (name.type === 'Identifier') return [name.name];
  if (name.type === 'TSQualifiedName') {
    const left = entityPath(name.left);
    return left && [...left, name.right.name];
  }
  return undefined;
}

function leftmost(name: TSESTree.EntityName): TSESTree.Identifier | undefined {
  if (name.type === 'Identifier') return name;
  return name.type === 'TSQualifiedName' ? leftmost(name.left) : undefined;
}

function entityValue(resolver: Resolver, name: TSESTree.EntityName): Value | undefined {
  if (name.type === 'Identifier') {
    const variable = resolver.file.variableOf(name);
    return variable && resolver.variableValue(variable);
  }
  if (name.type === 'TSQualifiedName') return resolver.memberValue(entityValue(resolver, name.left), name.right.name);
  return resolver.valueOf(name);
}
