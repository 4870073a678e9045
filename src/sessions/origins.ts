/**
 * Whether any session can come to be in a file: a look at its names, before anything is resolved. Most files that import
 * a library only declare entities or use the root client, and most that speak of transactions mean payments.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { alternatives, namesOfTypes, originCall, originCalls, qualifiedType, renamedOrigin, typeOfMethod } from './catalogue.js';
import { looksLikeWrapper } from './callbacks.js';
import { speaksOfTransactions } from './evidence.js';
import { fingerprintOf, travellers } from './fingerprints.js';
import { namedAfterTransaction } from './parameters.js';
import type { Resolver } from './resolver.js';
import { isFunction, unwrap, type CallLike, type Node } from './syntax.js';

/** Every way in which a session comes to be, asked of the names that it takes. False is certain; true is not. */
export function mayHaveSessions(resolver: Resolver): boolean {
  const { settings, sourceCode } = resolver.file;
  if (settings.wrappers.length + settings.sessionTypes.length + settings.ambientDecorators.length > 0) return true;
  if ((sourceCode.parserServices as { program?: unknown } | undefined)?.program) return true;
  return comesByImport(resolver) || isTypeOfMethod(sourceCode.text) || opensByCall(resolver) || isParameter(resolver) || travellers(resolver);
}

/**
 * The same from the text alone, which takes any mention for one.
 */
export function speaksOfSessions({ file, imported }: Resolver): boolean {
  const { sourceCode, settings } = file;
  if (speaksOfTransactions(sourceCode.text)) return true;
  if ((sourceCode.parserServices as { program?: unknown } | undefined)?.program) return true;
  if (settings.wrappers.length + settings.sessionTypes.length + settings.ambientDecorators.length > 0) return true;
  if (originCall.test(sourceCode.text) || qualifiedType.test(sourceCode.text)) return true;
  return hasProperties(imported) || sourceCode.ast.body.some((statement) => importsOneOf(statement, namesOfTypes));
}

const called = `(?:[\\s'"\\]!?.)]*[(<\`/]|\\s+(?:as|satisfies)\\b)`;
/** One of these names, where it may be called: also `(db.transaction as any)(…)`. */
const opening = new RegExp(`(?:${alternatives(originCalls.keys())})${called}`);
/** What wrappers are named after. */
const wrapping = new RegExp(`(?:[tT]rans?action(?:al)?|[tT]r?x)(?:[A-Z_]|${called})`);
const transactionWord = /\b(?:t[rn]?x|transaction|dbTransaction|transactionClient|prismaTx|transactionalEntityManager)\b|(?:Trx|Tx|Transaction|TransactionClient)\b/;

/** A managed callback, an acquire call, a construction; or a wrapper of the application's own. */
function opensByCall({ file }: Resolver): boolean {
  // The text first: what it shows costs a tenth of a walk through the tree.
  if (!opening.test(file.sourceCode.text) && !wrapping.test(file.sourceCode.text)) return false;
  const { callsByName } = file;
  for (const [name, calls] of callsByName) {
    const after = originCalls.get(name);
    if (after && (after.length === 0 || after.some((before) => callsByName.has(before)))) return true;
    if (looksLikeWrapper(name) && calls.some(mayTakeCallback)) return true;
  }
  return false;
}

/** A function among the arguments, or something last that may stand for one. */
function mayTakeCallback(call: CallLike): boolean {
  const last = call.arguments.at(-1);
  if (!last || call.type === 'NewExpression') return false;
  return !/^(?:Literal|TemplateLiteral|ObjectExpression|ArrayExpression|NewExpression|UnaryExpression|BinaryExpression)$/.test(unwrap(last).type) || call.arguments.some((argument) => isFunction(unwrap(argument)));
}

const importable = { has: (name: string): boolean => namesOfTypes.has(name) || originCalls.has(name) || name === 'PrismaClient' };

/** A type, a class, a function or a decorator of a library, under whatever name the file gives it. */
function comesByImport({ file: { sourceCode }, imported }: Resolver): boolean {
  const { ast, text } = sourceCode;
  if (hasProperties(imported) || ast.body.some((statement) => importsOneOf(statement, importable))) return true;
  const isDynamic = text.includes('require(') || text.includes('import(');
  if ((isDynamic || imported.size > 0 || text.includes('TransactionClient') || text.includes('PrismaClient')) && qualifiedType.test(text)) return true;
  return isDynamic && renamedOrigin.test(text);
}

/** `request.pg` is a session by its name alone, where its library is imported; so is an effect that runs in a scope. */
function hasProperties(imported: Resolver['imported']): boolean {
  for (const { sessions } of imported) {
    for (const { origins } of sessions) if (origins.some((origin) => origin.kind === 'property' || (origin.kind === 'ambient' && origin.methods !== undefined && origin.switchedOnBy === undefined))) return true;
  }
  return false;
}

function importsOneOf(statement: TSESTree.ProgramStatement, names: { has(name: string): boolean }): boolean {
  return statement.type === 'ImportDeclaration' && statement.specifiers.some((each) => each.type === 'ImportSpecifier' && names.has(each.imported.type === 'Identifier' ? each.imported.name : each.imported.value));
}

/** A parameter that is named (or typed) like a transaction, and called upon as only one library's answers. */
function isParameter(resolver: Resolver): boolean {
  const { sourceCode } = resolver.file;
  if (!transactionWord.test(sourceCode.text)) return false;
  return resolver.file.nodes.functions.some((fn) => fn.params.some(bindsTransaction) && sourceCode.getDeclaredVariables(fn).some((variable) => fingerprintOf(resolver, variable).length > 0));
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
  return text.includes('typeof ') && typeOfMethod.test(text);
}
