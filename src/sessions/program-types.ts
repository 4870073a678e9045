/** Type information, where the parser provides a program: asked only for what the syntax left open. */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraryOfSpecifier } from './catalogue.js';
import { libraryType } from './annotations.js';
import type { Resolver } from './resolver.js';
import type { Node } from './syntax.js';
import type { Value } from './values.js';

/** The few members of TypeScript's API that are used, so that `typescript` itself is never imported. */
interface Type {
  readonly symbol?: TypeSymbol;
  readonly aliasSymbol?: TypeSymbol;
  readonly aliasTypeArguments?: readonly Type[];
  readonly types?: readonly Type[];
  isUnion?(): boolean;
  getBaseTypes?(): readonly Type[] | undefined;
  getProperty?(name: string): unknown;
}
interface TypeSymbol {
  readonly name: string;
  readonly declarations?: readonly { getSourceFile(): { fileName: string } }[];
}
interface Services {
  readonly program?: { getTypeChecker(): Checker } | null;
  getTypeAtLocation?(node: Node): Type;
}
interface Checker {
  getNonNullableType(type: Type): Type;
  getBaseTypes?(type: Type): readonly Type[];
}

/** The parser gives types, which show what syntax does not. */
export function hasTypes({ parserServices }: Resolver['file']['sourceCode']): boolean {
  return Boolean((parserServices as Services | undefined)?.program);
}

/** The package a declaration file belongs to; undefined for the project's own files. */
function packageOfFile(fileName: string): string | undefined {
  const at = fileName.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const parts = fileName.slice(at + '/node_modules/'.length).split('/');
  const name = parts[0]?.startsWith('@') ? `${parts[0]}/${parts[1] ?? ''}` : (parts[0] ?? '');
  if (!name.startsWith('@types/')) return name;
  // `@types/scope__name` are the types of `@scope/name`.
  const typed = name.slice('@types/'.length);
  return typed.includes('__') ? `@${typed.replace('__', '/')}` : typed;
}

/**
 * What the type checker knows about a node.
 *
 * @returns undefined without a program (espree, oxlint, untyped lint) and for types of no catalogued library
 */
export function typeOfNode(resolver: Resolver, node: Node, name: string): Value | undefined {
  const services = resolver.file.sourceCode.parserServices as Services | undefined;
  if (!services?.program || !services.getTypeAtLocation) return undefined;
  let type: Type;
  try {
    type = services.program.getTypeChecker().getNonNullableType(services.getTypeAtLocation(node));
  } catch {
    return undefined;
  }
  return ofType(resolver, type, node, name, 0);
}

function ofType(resolver: Resolver, type: Type, node: Node, name: string, depth: number): Value | undefined {
  if (depth > 4) return undefined;
  if (type.types && type.isUnion?.()) {
    const values = type.types.map((part) => ofType(resolver, part, node, name, depth + 1));
    if (values.length > 0 && values.every((value) => value?.kind === 'session')) return values[0];
    return values.some((value) => value?.kind === 'session') ? { kind: 'either' } : values.every((value) => value?.kind === 'client') ? values[0] : undefined;
  }
  // Prisma's callback parameter is `Omit<PrismaClient, ITXClientDenyList>`.
  if (type.aliasSymbol?.name === 'Omit') {
    const inner = type.aliasTypeArguments?.[0];
    const value = inner && ofType(resolver, inner, node, name, depth + 1);
    if (value?.kind === 'client' && value.library.id === 'prisma') return libraryType(resolver, value.library, ['TransactionClient'], 'parameter', { name, owner: node });
    return undefined;
  }
  for (const symbol of [type.aliasSymbol, type.symbol]) {
    const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
    const from = file === undefined ? undefined : packageOfFile(file);
    if (!symbol) continue;
    const library = from === undefined ? (symbol.name === 'PrismaClient' ? libraryOfSpecifier('@prisma/client') : undefined) : libraryOfSpecifier(from === '.prisma' ? '@prisma/client' : from);
    if (!library) continue;
    const value = libraryType(resolver, library, [symbol.name, `Prisma.${symbol.name}`, `Knex.${symbol.name}`], fieldLike(node) ? 'field' : 'parameter', { name, owner: node });
    if (value) return value;
  }
  for (const base of type.getBaseTypes?.() ?? []) {
    const value = ofType(resolver, base, node, name, depth + 1);
    if (value) return value;
  }
  return undefined;
}

/** `this.manager` is injected, a parameter is handed in. */
function fieldLike(node: TSESTree.Node): boolean {
  return node.type === 'MemberExpression';
}

/** Whether the type checker knows an expression to be a promise; undefined without a program. */
export function isThenable(resolver: Resolver, node: Node): boolean | undefined {
  const services = resolver.file.sourceCode.parserServices as Services | undefined;
  if (!services?.program || !services.getTypeAtLocation) return undefined;
  try {
    const type = services.program.getTypeChecker().getNonNullableType(services.getTypeAtLocation(node));
    return (type.types ?? [type]).every((part) => part.getProperty?.('then') !== undefined);
  } catch {
    return undefined;
  }
}
