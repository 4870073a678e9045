/**
 * Turns a transaction that is begun and ended by hand into the library's managed helper, where the shape is the plain
 * one: begin, `try` the work and commit, `catch` to roll back and throw again.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { CallbackOrigin, SessionFacts } from '../libraries/library.js';
import { childrenOf, type File } from '../sessions/file.js';
import { calleeName, chainFrom, enclosingFunction, isFunction, isWithin, outermost, receiverOf, unwrap, unwrapAwait, type Node } from '../sessions/syntax.js';
import type { SessionKind, Variable } from '../sessions/values.js';
import { acquiringAt, edited, indentOf, type Rewriting } from './rewriting.js';

interface Plain {
  readonly work: readonly TSESTree.Statement[];
  /** What `try` returns behind the commit. */
  readonly result: TSESTree.ReturnStatement | undefined;
  readonly tried: TSESTree.TryStatement;
}

/**
 * @param acquisition the call that begins the transaction, `await sequelize.transaction()`
 * @returns undefined for every other shape, for libraries without a helper of the same name, and where a closure would
 *   lose what is known of a variable
 */
export function useManaged(file: File, kind: SessionKind, acquisition: Node): Rewriting | undefined {
  const acquiring = acquiringAt(file, acquisition);
  const call = unwrap(acquisition);
  if (!acquiring || acquiring.statement.type !== 'VariableDeclaration' || call.type !== 'CallExpression' || !enclosingFunction(call)?.async) return undefined;
  const helper = helperFor(file, kind, call);
  const plain = helper && plainShape(kind, acquiring.variable, acquiring.rest);
  if (!helper || !plain || acquiring.variable.references.some((reference) => !reference.init && !isWithin(reference.identifier as Node, plain.tried))) return undefined;
  if (!canMoveIntoCallback(file, plain, acquiring.statement)) return undefined;
  const { sourceCode } = file;
  const indent = indentOf(file, acquiring.statement);
  const { tried, result } = plain;
  const [commit] = commitsOf(kind, acquiring.variable, tried.block);
  if (!commit) return undefined;
  const body = tried.block;
  const inner: [number, number] = [body.range[0] + 1, body.range[1] - 1];
  const text = edited(sourceCode.text, inner, [{ range: lineOf(sourceCode.text, commit.range), text: '' }]).replace(/\s+$/, '');
  const opened = `${result ? 'return ' : ''}await ${helper}(async (${acquiring.variable.name}) => {`;
  const between = sourceCode.text.slice(acquiring.statement.range[1], tried.range[0]).trim();
  const comment = between === '' ? '' : `${between}\n${indent}`;
  return { messageId: 'useManaged', range: [acquiring.statement.range[0], tried.range[1]], text: `${comment}${opened}${/^\s*\n/.test(text) ? text : `\n${indent}  ${text.trim()}`}\n${indent}});` };
}

/** The managed callback of the same name on the same receiver: `sequelize.transaction(async (t) => …)`. */
function helperFor(file: File, { facts, library }: SessionKind, call: TSESTree.CallExpression): string | undefined {
  const name = calleeName(call);
  const receiver = receiverOf(call);
  if (!receiver || call.arguments.length > 0 || name === undefined) return undefined;
  if (managedCallbacks(facts).some((origin) => origin.after === undefined && origin.methods.includes(name))) return file.sourceCode.getText(call.callee);
  // Kysely's `db.startTransaction().execute()`, and `db.transaction().execute(cb)`.
  const begun = unwrap(receiver);
  const root = begun.type === 'CallExpression' && begun.arguments.length === 0 ? receiverOf(begun) : undefined;
  const chained = library.sessions.flatMap(managedCallbacks).find((origin) => origin.methods.includes(name) && origin.after?.includes('transaction'));
  return chained && root ? `${file.sourceCode.getText(root)}.transaction().${name}` : undefined;
}

function managedCallbacks({ origins }: SessionFacts): CallbackOrigin[] {
  return origins.filter((origin): origin is CallbackOrigin => origin.kind === 'callback' && origin.param === 0 && origin.on === 'client');
}

/** `try { work; await t.commit(); } catch (e) { await t.rollback(); throw e; }`, alone behind the acquisition. */
function plainShape(kind: SessionKind, variable: Variable, rest: readonly Node[]): Plain | undefined {
  const [tried] = rest;
  if (tried?.type !== 'TryStatement' || tried.finalizer || !tried.handler) return undefined;
  const { body } = tried.block;
  const last = body.at(-1);
  const result = last?.type === 'ReturnStatement' ? last : undefined;
  const commit = body.at(result ? -2 : -1);
  const commits = commitsOf(kind, variable, tried.block);
  if (commits.length !== 1 || commits[0] !== commit || (result?.argument && !isPlainValue(result.argument))) return undefined;
  const work = body.slice(0, body.indexOf(commit as TSESTree.Statement));
  return work.length > 0 && isRollbackAndThrow(kind, variable, tried.handler) ? { work, result, tried } : undefined;
}

/** Statements of a block that commit: `await t.commit();`, `await trx.commit().execute();`. */
function commitsOf(kind: SessionKind, variable: Variable, block: TSESTree.BlockStatement): TSESTree.Statement[] {
  return block.body.filter((statement) => endOf(kind, variable, statement) === 'commit');
}

function endOf({ facts }: SessionKind, variable: Variable, statement: Node): 'commit' | 'rollback' | undefined {
  if (statement.type !== 'ExpressionStatement' || unwrap(statement.expression).type !== 'AwaitExpression') return undefined;
  const call = unwrapAwait(statement.expression);
  const reference = variable.references.find(({ identifier }) => isWithin(identifier as Node, call));
  const chain = reference && chainFrom(reference.identifier as Node);
  const [first, second] = chain?.links ?? [];
  if (!first || outermost(call) !== chain?.node && unwrap(chain?.node ?? call) !== call) return undefined;
  const { needs } = facts.release ?? {};
  if (needs === undefined ? second !== undefined : second?.name !== needs) return undefined;
  if (first.call?.type !== 'CallExpression' || first.call.arguments.length > 0) return undefined;
  return first.name === 'commit' || first.name === 'rollback' ? first.name : undefined;
}

/** What is returned does not depend on whether the commit has been done: a name, a literal, an object of such. */
function isPlainValue(node: Node): boolean {
  const plain = unwrap(node);
  switch (plain.type) {
    case 'Identifier':
    case 'Literal':
      return true;
    case 'TemplateLiteral':
      return plain.expressions.every(isPlainValue);
    case 'MemberExpression':
      return !plain.computed && isPlainValue(plain.object);
    case 'ObjectExpression':
      return plain.properties.every((property) => property.type === 'Property' && isPlainValue(property.value));
    case 'ArrayExpression':
      return plain.elements.every((element) => element !== null && element.type !== 'SpreadElement' && isPlainValue(element));
    default:
      return false;
  }
}

function isRollbackAndThrow(kind: SessionKind, variable: Variable, { param, body }: TSESTree.CatchClause): boolean {
  const [rollback, thrown] = body.body;
  if (body.body.length !== 2 || !rollback || thrown?.type !== 'ThrowStatement' || param?.type !== 'Identifier') return false;
  const error = unwrap(thrown.argument);
  return endOf(kind, variable, rollback) === 'rollback' && error.type === 'Identifier' && error.name === param.name;
}

/** Whether the work may become a function: it leaves no other way, and assigns nothing that the outside reads. */
function canMoveIntoCallback(file: File, { work, result, tried }: Plain, acquiring: Node): boolean {
  const home = enclosingFunction(tried);
  if (!home || file.sourceCode.getCommentsInside(tried).some((comment) => !work.some((each) => comment.range[0] >= (tried.block.range[0]) && comment.range[1] <= each.range[1]))) return false;
  const before = file.sourceCode.text.slice(home.range[0], acquiring.range[0]);
  const stack: Node[] = [...work];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (/^(?:ReturnStatement|BreakStatement|ContinueStatement|YieldExpression|LabeledStatement)$/.test(node.type)) return false;
    if (node.type === 'VariableDeclaration' && node.kind === 'var') return false;
    if (node.type === 'AssignmentExpression' && assignsOutside(file, node.left, tried)) return false;
    if (node.type === 'UpdateExpression' && assignsOutside(file, node.argument, tried)) return false;
    if (node.type === 'Identifier' && node.name === 'arguments') return false;
    if (node.type === 'Identifier' && isVariableThatChanges(file, node, tried)) return false;
    // `if (!req.user) return;` is forgotten within a function.
    if (node.type === 'MemberExpression' && isAskedFor(before, file.sourceCode.getText(node))) return false;
    if (!isFunction(node)) stack.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return result === undefined || home.type !== 'ArrowFunctionExpression' || home.body.type === 'BlockStatement';
}

function assignsOutside(file: File, target: Node, tried: Node): boolean {
  const plain = unwrap(target);
  if (plain.type !== 'Identifier') return plain.type !== 'MemberExpression';
  const [name] = file.variableOf(plain)?.identifiers ?? [];
  return name === undefined || !isWithin(name as Node, tried);
}

/** In a closure nothing is known of a variable that is assigned to. */
function isVariableThatChanges(file: File, node: Node, tried: Node): boolean {
  const variable = file.variableOf(node);
  const name = variable?.identifiers[0] as Node | undefined;
  return variable !== undefined && name !== undefined && !isWithin(name, tried) && variable.references.some((reference) => reference.isWrite() && !reference.init);
}

function isAskedFor(before: string, text: string): boolean {
  const at = before.indexOf(text);
  return at >= 0 && /\b(?:if|while|switch)\s*\(|[?&|]{1,2}/.test(before);
}

/** The whole line, where the statement is alone in it. */
function lineOf(source: string, [start, end]: readonly [number, number]): [number, number] {
  let from = start;
  while (/[ \t]/.test(source[from - 1] ?? '')) from -= 1;
  return source[from - 1] === '\n' ? [from - 1, end] : [start, end];
}

