/**
 * Whether any session can come to be in a file: a look at its names, before anything is resolved. Most files that import
 * a library only declare entities or use the root client, and most that speak of transactions mean payments.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { acquiredAsPart, handedToCallback } from './acquisitions.js';
import { ambientSessionAt } from './ambient.js';
import { callbacksByMethod, libraryShownBy, mayBeginOriginCall, namesOfClients, namesOfTypes, originCall, originCalls, ownersOfProperties, renamedOrigin, typeOfMethod } from './catalogue.js';
import { looksLikeWrapper, managedCallback } from './callbacks.js';
import { calledSpecifiers, hasBehindDot, librariesRequired, moduleDeclarations, ownSql, speaksOfTransactions, type ModuleDeclaration } from './evidence.js';
import { callSites, mayWrap, wordAt } from './call-sites.js';
import { fingerprintOf, travellers } from './fingerprints.js';
import { namedAfterTransaction } from './parameters.js';
import { hasTypes } from './program-types.js';
import type { Resolver } from './resolver.js';
import { calleeName, isFunction, unwrap, type CallLike, type Node } from './syntax.js';
import { sessionOf } from './values.js';

/**
 * Every way in which a client comes to be: what a library's module exports, a class or a field that is named after
 * Prisma, the user's own. False is certain; true is not.
 */
export function mayHaveClients({ file: { sourceCode, settings } }: Resolver): boolean {
  const { ast, text } = sourceCode;
  if (settings.clients.length > 0 || moduleDeclarations(ast).some(importsClient) || librariesRequired(text).length > 0 || namedAfterPrisma.test(text)) return true;
  return hasTypes(sourceCode) || ownSql.some((method) => text.includes(method));
}

/** Every way in which a session comes to be, asked of the names that it takes. False is certain; true is not. */
export function mayHaveSessions(resolver: Resolver): boolean {
  const { settings, sourceCode } = resolver.file;
  if (settings.wrappers.length + settings.sessionTypes.length + settings.ambientDecorators.length > 0) return true;
  if (hasTypes(sourceCode)) return true;
  return comesByImport(resolver) || isTypeOfMethod(sourceCode.text) || isParameter(resolver) || travellers(resolver) || opensByCall(resolver);
}

/**
 * The same from the text alone, which takes any mention for one.
 */
export function speaksOfSessions({ file, imported }: Resolver): boolean {
  const { sourceCode, settings } = file;
  if (speaksOfTransactions(sourceCode.text)) return true;
  if (hasTypes(sourceCode)) return true;
  if (settings.wrappers.length + settings.sessionTypes.length + settings.ambientDecorators.length > 0) return true;
  if (originCall.test(sourceCode.text) || hasBehindDot(sourceCode, isTypeAt)) return true;
  return hasProperties(imported, sourceCode.text) || moduleDeclarations(sourceCode.ast).some(importsType);
}

/** `this.prisma`, `PrismaService`. */
const namedAfterPrisma = /[.#_]prisma|\bPrisma\w/;

/** As many places are looked at one by one; where there are more, one walk costs less. */
const FEW_SITES = 20;

/** A managed callback, an acquire call, a construction; or a wrapper of the application's own. */
function opensByCall(resolver: Resolver): boolean {
  const { file } = resolver;
  const { text } = file.sourceCode;
  const wraps = mayWrap(text);
  const isOpener = (name: string): boolean => {
    const after = originCalls.get(name);
    return (after !== undefined && (after.length === 0 || after.some((before) => text.includes(before)))) || (wraps && /x|action/.test(name) && looksLikeWrapper(name));
  };
  const sites = callSites(text, isOpener, wraps ? undefined : mayBeginOriginCall);
  if (sites.length > FEW_SITES) {
    for (const [name, calls] of file.callsByName) if (isOpener(name) && calls.some((call) => opens(resolver, call))) return true;
    return false;
  }
  return sites.some((at) => {
    const call = file.nodeAt(at);
    return (call.type === 'CallExpression' || call.type === 'NewExpression') && isOpener(calleeName(call) ?? '') && opens(resolver, call);
  });
}

/** Whether a call that has the name of an opener is one: `redis.connect()` and `bank.transaction()` are not. */
function opens(resolver: Resolver, call: CallLike): boolean {
  if (sessionOf(resolver.valueOf(call))) return true;
  return call.type === 'CallExpression' && (handsToCallback(resolver, call) || acquiredAsPart(resolver, call).length > 0);
}

function handsToCallback(resolver: Resolver, call: TSESTree.CallExpression): boolean {
  return call.arguments.some((argument) => {
    const value = resolver.valueOf(argument);
    if (value?.kind === 'function') {
      const { node } = value;
      return managedCallback(resolver, call, node) !== undefined || node.params.some((_, index) => handedToCallback(resolver, call, index).length > 0) || ambientSessionAt(resolver, node, undefined) !== undefined;
    }
    // `(callback) => db.transaction(callback)`: its callers write the function.
    const plain = unwrap(argument);
    return plain.type === 'Identifier' && (resolver.file.variableOf(plain)?.defs[0]?.type as string | undefined) === 'Parameter' && callbacksByMethod.has(calleeName(call) ?? '');
  });
}

/** A type, a class, a function or a decorator of a library, under whatever name the file gives it. */
function comesByImport({ file: { sourceCode }, imported }: Resolver): boolean {
  const { ast, text } = sourceCode;
  if (hasProperties(imported, text) || moduleDeclarations(ast).some(importsOrigin)) return true;
  if ((imported.size > 0 || text.includes('TransactionClient') || text.includes('PrismaClient')) && hasBehindDot(sourceCode, isTypeAt)) return true;
  return imported.size > 0 && calledSpecifiers(text).length > 0 && renamedOrigin.test(text);
}

/** `orm.em` is a session by its name alone, where its library is imported; so is an effect that runs in a scope. */
function hasProperties(imported: Resolver['imported'], text: string): boolean {
  for (const { clients, sessions } of imported) {
    for (const { origins } of sessions) {
      for (const origin of origins) {
        // The owner is a client, which its type's name makes; or a handler's parameter, which may have no type.
        const isOfClient = origin.kind === 'property' && origin.of.some((type) => clients?.types?.includes(type));
        if (origin.kind === 'property' && hasWord(text, origin.property) && (!isOfClient || origin.of.some((type) => text.includes(type)))) return true;
        if (origin.kind === 'ambient' && origin.switchedOnBy === undefined && origin.methods?.some((method) => text.includes(method))) return true;
      }
    }
  }
  return false;
}

/** A session's type through its namespace, `pgPromise.ITask`, `import('pg').PoolClient`: all have names with a capital. */
function isTypeAt(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  return first >= 65 && first <= 90 && namesOfTypes.has(wordAt(text, at));
}

function hasWord(text: string, word: string): boolean {
  return text.includes(word) && new RegExp(`\\b${word}\\b`).test(text);
}

/**
 * What a library's own module exports, and what may come from any: a generated `PrismaClient`, a type that a library
 * gives a property to, an origin under another name. Under its own name a call shows it.
 */
function importsOrigin(statement: ModuleDeclaration): boolean {
  if (statement.type !== 'ImportDeclaration') return false;
  let isLibrary: boolean | undefined;
  return statement.specifiers.some((each) => {
    const name = importedName(each);
    if (name === undefined) return false;
    if (name === 'PrismaClient' || ownersOfProperties.has(name)) return true;
    if (!namesOfTypes.has(name) && !originCalls.has(name)) return false;
    isLibrary ??= libraryShownBy(statement.source.value) !== undefined;
    return isLibrary || (name !== each.local.name && originCalls.has(name));
  });
}

function importsClient(statement: ModuleDeclaration): boolean {
  if (statement.type !== 'ImportDeclaration' || !statement.specifiers.some((each) => namesOfClients.has(importedName(each) ?? 'default'))) return false;
  return libraryShownBy(statement.source.value) !== undefined;
}

function importsType(statement: ModuleDeclaration): boolean {
  return statement.type === 'ImportDeclaration' && statement.specifiers.some((each) => namesOfTypes.has(importedName(each) ?? ''));
}

function importedName(each: TSESTree.ImportClause): string | undefined {
  if (each.type !== 'ImportSpecifier') return undefined;
  return each.imported.type === 'Identifier' ? each.imported.name : each.imported.value;
}

/** A parameter that is named (or typed) like a transaction, and called upon as only one library's answers. */
function isParameter(resolver: Resolver): boolean {
  const { sourceCode } = resolver.file;
  if (!speaksOfTransactions(sourceCode.text)) return false;
  // By scopes, of which a file has few: it may never be walked.
  for (const { type, block, variables } of sourceCode.scopeManager?.scopes ?? []) {
    if (type !== 'function' || !isFunction(block) || !block.params.some(bindsTransaction)) continue;
    if (variables.some((variable) => (variable.defs[0]?.type as string | undefined) === 'Parameter' && fingerprintOf(resolver, variable).length > 0)) return true;
  }
  return false;
}

function bindsTransaction(pattern: Node): boolean {
  switch (pattern.type) {
    case 'Identifier': {
      // espree leaves the annotation out, oxlint says null.
      const annotation = (pattern as { readonly typeAnnotation?: TSESTree.TSTypeAnnotation | null }).typeAnnotation?.typeAnnotation;
      return namedAfterTransaction(pattern.name) || (annotation !== undefined && namesTransaction(annotation));
    }
    case 'AssignmentPattern':
      return bindsTransaction(pattern.left);
    case 'TSParameterProperty':
      return bindsTransaction(pattern.parameter);
    case 'RestElement':
      return bindsTransaction(pattern.argument);
    case 'ObjectPattern':
      return pattern.properties.some((property) => bindsTransaction(property.type === 'Property' ? property.value : property.argument));
    case 'ArrayPattern':
      return pattern.elements.some((element) => element !== null && bindsTransaction(element));
    default:
      return false;
  }
}

function namesTransaction(type: Node): boolean {
  if (type.type === 'TSUnionType') return type.types.some(namesTransaction);
  if (type.type !== 'TSTypeReference') return false;
  const { typeName } = type;
  return (typeName.type === 'Identifier' && namedAfterTransaction(typeName.name)) || (typeName.type === 'TSQualifiedName' && namedAfterTransaction(typeName.right.name));
}

function isTypeOfMethod(text: string): boolean {
  return text.includes('ypeof') && typeOfMethod.test(text);
}
