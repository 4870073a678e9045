/** For which variables and members types are asked: they are long to work out, and those of rows say nothing of a session. */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { Library } from '../libraries/library.js';
import { annotationOfField } from './fields.js';
import type { Resolver } from './resolver.js';
import { calleeName, chainFrom, chainOf, enclosingClass, isFunction, outermost, prefixesOf, unwrap, unwrapAwait, type Link, type Node } from './syntax.js';
import type { Value, Variable } from './values.js';

/** Whether the type of a variable may say what its declaration does not: that it is a session, or a client. */
export function isTypeAsked(resolver: Resolver, variable: Variable): boolean {
  const annotation = variable.identifiers[0]?.typeAnnotation?.typeAnnotation;
  if (annotation) return !isPlain(annotation);
  return variable.references.some((reference) => reference.isRead() && mayServe(reference.identifier)) && !isData(resolver, variable);
}

/** Types that have no methods of a library, spelled out. */
function isPlain(annotation: TSESTree.TypeNode): boolean {
  if (annotation.type === 'TSArrayType' || annotation.type === 'TSTypeLiteral' || annotation.type === 'TSFunctionType') return true;
  if (annotation.type === 'TSTypeOperator') return annotation.typeAnnotation !== undefined && isPlain(annotation.typeAnnotation);
  if (annotation.type === 'TSTypeReference') return annotation.typeName.type === 'Identifier' && builtIn.has(annotation.typeName.name);
  return /^TS(?:String|Number|Boolean|BigInt|Symbol|Void|Null|Undefined|Never)Keyword$|^TSLiteralType$/.test(annotation.type);
}

/** What is built into the language and holds nothing in fields. */
const withoutFields: ReadonlySet<string> = new Set(['ArrayBuffer', 'Buffer', 'Date', 'Map', 'ReadonlyMap', 'ReadonlySet', 'RegExp', 'Set', 'Uint8Array', 'URL', 'WeakMap', 'WeakSet']);
/** Collections and the like; a class of a library that is called so is known by its import. */
const builtIn: ReadonlySet<string> = new Set([...withoutFields, 'Array', 'Error', 'Promise', 'Readonly', 'ReadonlyArray', 'Record']);

/** Methods of arrays that call their argument with each element. */
const iterations: ReadonlySet<string> = new Set(['every', 'filter', 'find', 'findIndex', 'findLast', 'flatMap', 'forEach', 'map', 'reduce', 'some', 'sort', 'toSorted']);
/** Methods that lists have, and promises. */
const ofData: ReadonlySet<string> = new Set([...iterations, 'at', 'catch', 'concat', 'entries', 'finally', 'flat', 'includes', 'indexOf', 'join', 'keys', 'pop', 'push', 'reverse', 'shift', 'slice', 'splice', 'then', 'unshift', 'values']);

/** Properties by which the catalogue comes from one thing to another: `dataSource.manager`, `orm.em`. */
const properties: ReadonlySet<string> = new Set(
  libraries.flatMap(({ clients, sessions }) => [...(clients?.properties ?? []), ...sessions.flatMap(({ derived, origins }) => [...(derived?.properties ?? []), ...origins.flatMap((origin) => (origin.kind === 'property' ? [origin.property] : []))])]),
);

/** Something is called on what is read here, or it is handed on; of a row only fields are read. */
function mayServe(identifier: Node): boolean {
  const { node, links } = chainFrom(identifier);
  const [first] = links;
  if (first) return links.some((link) => link.called) ? first.name === '' || !ofData.has(first.name) : properties.has(first.name);
  switch (outermost(node).parent?.type) {
    case 'AwaitExpression':
    case 'BinaryExpression':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'IfStatement':
    case 'ReturnStatement':
    case 'TemplateLiteral':
    case 'UnaryExpression':
      return false;
    default:
      return true;
  }
}

/** What a client or a session gave and is no session by the catalogue, what comes of that, and what lists hold. */
function isData(resolver: Resolver, variable: Variable, depth = 0): boolean {
  const definition = variable.defs[0]?.node;
  if (definition && isFunction(definition)) {
    const { parent } = outermost(definition);
    return parent?.type === 'CallExpression' && iterations.has(calleeName(parent) ?? '');
  }
  const init = definition?.type === 'VariableDeclarator' && definition.init ? unwrapAwait(definition.init) : undefined;
  if (init?.type !== 'CallExpression') return false;
  const { root } = chainOf(init);
  if (prefixesOf(init).some((prefix) => isOfLibrary(resolver.valueOf(prefix)))) return true;
  const from = root.type === 'Identifier' && depth < 4 ? resolver.file.variableOf(root) : undefined;
  return from !== undefined && isData(resolver, from, depth + 1);
}

function isOfLibrary(value: Value | undefined): boolean {
  return value?.kind === 'client' || value?.kind === 'session';
}

/** The type of a method is no library's, and the dearest to ask for; but some sessions are called themselves: `this.trx('users')`. */
export function isTypeOfMemberAsked(resolver: Resolver, node: Node): boolean {
  const { root, links } = chainOf(node);
  const variable = root.type === 'Identifier' ? resolver.file.variableOf(root) : undefined;
  if (variable && isData(resolver, variable)) return false;
  if (root.type === 'ThisExpression' && isOfPlainField(root, links)) return false;
  const { parent } = outermost(node);
  if (parent?.type !== 'CallExpression' || unwrap(parent.callee) !== node) return true;
  const [table] = parent.arguments;
  // What a call gives has methods; the session that is called stands in a variable or a field.
  if (!table || (node.type === 'MemberExpression' && unwrap(node.object).type === 'CallExpression') || !/^(?:Literal|TemplateLiteral|Identifier|MemberExpression)$/.test(unwrap(table).type)) return false;
  return hasCallable(resolver.imported) || hasCallable(resolver.declared);
}

/** A field whose class says that it is plain, or what a collection has: `this.cache.set`. */
function isOfPlainField(self: TSESTree.ThisExpression, [field, ...others]: readonly Link[]): boolean {
  const owner = field && enclosingClass(self);
  const annotation = owner && annotationOfField(owner, field.name);
  if (!annotation) return false;
  return others.length === 0 ? isPlain(annotation) : annotation.type === 'TSTypeReference' && annotation.typeName.type === 'Identifier' && withoutFields.has(annotation.typeName.name);
}

/** Libraries whose sessions are called themselves. */
const callable: ReadonlySet<Library> = new Set(libraries.filter(({ sessions }) => sessions.some(({ fingerprint }) => fingerprint?.called === 'with-string')));

function hasCallable(shown: Iterable<Library>): boolean {
  for (const library of shown) if (callable.has(library)) return true;
  return false;
}
