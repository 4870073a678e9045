/** Type information, where the parser provides a program: asked only for what the syntax left open. */
import { libraryOfSpecifier } from './catalogue.js';
import { libraryType } from './annotations.js';
import { declarationOfField } from './fields.js';
import type { Resolver } from './resolver.js';
import { chainOf, enclosingClass, enclosingFunction, isConstructor, isFunction, isLoop, type Node } from './syntax.js';
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
  // `this.manager` is injected, a parameter is handed in.
  const where = node.type === 'MemberExpression' ? 'field' : 'parameter';
  const value = ofType(resolver, type, where, node, name, 0);
  const origin = value?.kind === 'session' ? originOf(resolver, node) : node;
  return origin === node ? value : ofType(resolver, type, where, origin, name, 0);
}

/** By what holds it, the path of the member that its type made a session. */
const pathsOf = new WeakMap<Resolver, Map<Node, string>>();

/**
 * `held.client` means one session wherever a function says so, as long as nobody puts anything else there: it begins
 * where its holder is declared. A second member of the same holder is known by its place only.
 */
function originOf(resolver: Resolver, node: Node): Node {
  const { root, links } = chainOf(node);
  const holder = links.every(({ called, name }) => !called && name !== '') ? holderOf(resolver, root, links[0]?.name) : undefined;
  if (node.type !== 'MemberExpression' || !holder) return node;
  const { file } = resolver;
  const path = file.spellingOf(node);
  if (file.nodes.assignments.some(({ left }) => left.type === 'MemberExpression' && isPartOf(file.spellingOf(left), path) && !isConstructor(enclosingFunction(left)))) return node;
  const paths = pathsOf.get(resolver) ?? new Map<Node, string>();
  pathsOf.set(resolver, paths);
  if (!paths.has(holder)) paths.set(holder, path);
  return paths.get(holder) === path ? holder : node;
}

function isPartOf(start: string, path: string): boolean {
  return path === start || path.startsWith(`${start}.`);
}

/** Where a variable that is never written again is declared, or the field of a class. In a loop it is another each time. */
function holderOf({ file }: Resolver, root: Node, field: string | undefined): Node | undefined {
  if (root.type === 'ThisExpression') {
    const owner = enclosingClass(root);
    return owner && field !== undefined ? declarationOfField(owner, field) : undefined;
  }
  const variable = root.type === 'Identifier' ? file.variableOf(root) : undefined;
  const [identifier] = variable?.identifiers ?? [];
  if (!variable || !identifier || isInLoop(identifier)) return undefined;
  return variable.identifiers.length === 1 && variable.references.every((reference) => reference.init || !reference.isWrite()) ? identifier : undefined;
}

function isInLoop(identifier: Node): boolean {
  for (let node: Node | undefined = identifier; node && !isFunction(node); node = node.parent) if (isLoop(node)) return true;
  return false;
}

function ofType(resolver: Resolver, type: Type, where: 'field' | 'parameter', node: Node, name: string, depth: number): Value | undefined {
  if (depth > 4) return undefined;
  if (type.types && type.isUnion?.()) {
    const values = type.types.map((part) => ofType(resolver, part, where, node, name, depth + 1));
    if (values.length > 0 && values.every((value) => value?.kind === 'session')) return values[0];
    return values.some((value) => value?.kind === 'session') ? { kind: 'either' } : values.every((value) => value?.kind === 'client') ? values[0] : undefined;
  }
  // Prisma's callback parameter is `Omit<PrismaClient, ITXClientDenyList>`.
  if (type.aliasSymbol?.name === 'Omit') {
    const inner = type.aliasTypeArguments?.[0];
    const value = inner && ofType(resolver, inner, where, node, name, depth + 1);
    if (value?.kind === 'client' && value.library.id === 'prisma') return libraryType(resolver, value.library, ['TransactionClient'], 'parameter', { name, owner: node });
    return undefined;
  }
  for (const symbol of [type.aliasSymbol, type.symbol]) {
    const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
    const from = file === undefined ? undefined : packageOfFile(file);
    if (!symbol) continue;
    const library = from === undefined ? (symbol.name === 'PrismaClient' ? libraryOfSpecifier('@prisma/client') : undefined) : libraryOfSpecifier(from === '.prisma' ? '@prisma/client' : from);
    if (!library) continue;
    const value = libraryType(resolver, library, [symbol.name, `Prisma.${symbol.name}`, `Knex.${symbol.name}`], where, { name, owner: node });
    if (value) return value;
  }
  for (const base of type.getBaseTypes?.() ?? []) {
    const value = ofType(resolver, base, where, node, name, depth + 1);
    if (value) return value;
  }
  return undefined;
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
