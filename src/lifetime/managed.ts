/**
 * Turns a transaction that is begun and ended by hand into the library's managed helper, where the shape is the plain
 * one: begin, `try` the work and commit, `catch` to roll back and throw again.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { CallbackOrigin, SessionFacts } from '../libraries/library.js';
import { childrenOf, type File } from '../sessions/file.js';
import { calleeName, chainFrom, enclosingFunction, isFunction, isWithin, outermost, receiverOf, unwrap, unwrapAwait, type Node } from '../sessions/syntax.js';
import type { SessionKind, Variable } from '../sessions/values.js';
import { acquiringAt, indentOf, isTooLong, shifted, unitOf, type Rewriting } from './rewriting.js';

/** A piece of the work, and whether it stands as deep as it will in the callback. */
export interface Piece {
  readonly statements: readonly Node[];
  readonly isDeep: boolean;
}

export interface Plain {
  readonly work: readonly Piece[];
  /** What is returned behind the commit, and nothing else. */
  readonly result: TSESTree.ReturnStatement | undefined;
  /** The last statement that the helper takes the place of. */
  readonly last: Node;
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
  const { statement, variable, rest } = acquiring;
  const plain = helper && (tried(kind, variable, rest) ?? straight(file, kind, variable, rest));
  if (!helper || !plain || variable.references.some(({ init, identifier }) => !init && identifier.range[0] > plain.last.range[1])) return undefined;
  const range: [number, number] = [statement.range[0], plain.last.range[1]];
  if (isTooLong(range) || !canMoveIntoCallback(file, plain, statement)) return undefined;
  const indent = indentOf(file, statement);
  const unit = unitOf(file, statement);
  const lines = plain.work.map(({ statements, isDeep }) => {
    const start = startOf(file, statements[0] ?? plain.last);
    const end = statements.at(-1)?.range[1] ?? start;
    return isDeep ? file.sourceCode.text.slice(start, end) : shifted(file, [start, end], [], unit);
  });
  if (plain.result) lines.push(file.sourceCode.getText(plain.result));
  const opened = `${plain.result ? 'return ' : ''}await ${helper}(async (${variable.name}) => {`;
  return { messageId: 'useManaged', range, text: `${opened}${lines.map((line) => `\n${indent}${unit}${line}`).join('')}\n${indent}});` };
}

/** With the comments in front. */
export function startOf({ sourceCode }: File, statement: Node): number {
  return sourceCode.getCommentsBefore(statement).find((comment) => comment.loc.start.line > (sourceCode.getTokenBefore(statement)?.loc.end.line ?? 0))?.range[0] ?? statement.range[0];
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

/** `[work;] try { work; await t.commit(); } catch (e) { await t.rollback(); throw e; }`, and nothing behind it. */
function tried(kind: SessionKind, variable: Variable, rest: readonly Node[]): Plain | undefined {
  const last = rest.at(-1);
  if (last?.type !== 'TryStatement' || last.finalizer || !last.handler || !isRollbackAndThrow(kind, variable, last.handler)) return undefined;
  const inner = untilCommit(kind, variable, last.block.body);
  const before = rest.slice(0, -1);
  if (!inner || inner.after.length > 0) return undefined;
  return { work: [{ statements: before, isDeep: false }, { statements: inner.work, isDeep: true }].filter(({ statements }) => statements.length > 0), result: inner.result, last };
}

/** `work; await t.commit();`, and what comes behind it does not need what the work declares. */
function straight(file: File, kind: SessionKind, variable: Variable, rest: readonly Node[]): Plain | undefined {
  const inner = untilCommit(kind, variable, rest);
  if (!inner) return undefined;
  const { work, result, commit, after } = inner;
  const end = commit.range[1];
  const declared = work.flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations.flatMap((each) => file.sourceCode.getDeclaredVariables(each)) : file.sourceCode.getDeclaredVariables(statement)));
  if (after.length > 0 && declared.some(({ references }) => references.some(({ identifier }) => identifier.range[0] > end))) return undefined;
  return { work: [{ statements: work, isDeep: false }], result, last: result ?? commit };
}

interface UntilCommit {
  readonly work: readonly Node[];
  readonly commit: Node;
  readonly result: TSESTree.ReturnStatement | undefined;
  readonly after: readonly Node[];
}

function untilCommit(kind: SessionKind, variable: Variable, body: readonly Node[]): UntilCommit | undefined {
  const ends = body.filter((statement) => endOf(kind, variable, statement) !== undefined);
  const [commit] = ends;
  if (!commit || ends.length !== 1 || endOf(kind, variable, commit) !== 'commit') return undefined;
  const at = body.indexOf(commit);
  const [next, ...more] = body.slice(at + 1);
  const result = next?.type === 'ReturnStatement' && more.length === 0 ? next : undefined;
  if (at === 0 || (result?.argument && (!isPlainValue(result.argument) || variable.references.some(({ identifier }) => isWithin(identifier, result))))) return undefined;
  return { work: body.slice(0, at), commit, result, after: result ? [] : body.slice(at + 1) };
}

/** `await t.commit();`, `await trx.commit().execute();` */
function endOf({ facts }: SessionKind, variable: Variable, statement: Node): 'commit' | 'rollback' | undefined {
  if (statement.type !== 'ExpressionStatement' || unwrap(statement.expression).type !== 'AwaitExpression') return undefined;
  const call = unwrapAwait(statement.expression);
  const reference = variable.references.find(({ identifier }) => isWithin(identifier as Node, call));
  const chain = reference && chainFrom(reference.identifier);
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
export function canMoveIntoCallback(file: File, { work, last, result }: Plain, acquiring: Node): boolean {
  const home = enclosingFunction(last);
  const moved = work.flatMap(({ statements }) => statements);
  if (!home || hasOtherComments(file, work, acquiring, result ?? last)) return false;
  const before = file.sourceCode.text.slice(home.range[0], acquiring.range[0]);
  const isInside = (node: Node): boolean => moved.some((statement) => isWithin(node, statement));
  const stack: Node[] = [...moved];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (/^(?:ReturnStatement|BreakStatement|ContinueStatement|YieldExpression|LabeledStatement)$/.test(node.type)) return false;
    if (node.type === 'VariableDeclaration' && node.kind === 'var') return false;
    if (node.type === 'AssignmentExpression' && assignsOutside(file, node.left, isInside)) return false;
    if (node.type === 'UpdateExpression' && assignsOutside(file, node.argument, isInside)) return false;
    if (node.type === 'Identifier' && node.name === 'arguments') return false;
    if (node.type === 'Identifier' && isVariableThatChanges(file, node, isInside)) return false;
    // `if (!req.user) return;` is forgotten within a function.
    if (node.type === 'MemberExpression' && isAskedFor(before, file.sourceCode.getText(node))) return false;
    if (!isFunction(node)) stack.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return true;
}

/** Comments that would be lost: beside the commit, in the catch. */
function hasOtherComments(file: File, work: readonly Piece[], acquiring: Node, last: Node): boolean {
  return file.sourceCode.getAllComments().some((comment) => {
    if (comment.range[0] < acquiring.range[0] || comment.range[1] > last.range[1]) return false;
    return !work.some(({ statements }) => statements[0] && comment.range[0] >= startOf(file, statements[0]) && comment.range[1] <= (statements.at(-1)?.range[1] ?? 0));
  });
}

function assignsOutside(file: File, target: Node, isInside: (node: Node) => boolean): boolean {
  const plain = unwrap(target);
  if (plain.type !== 'Identifier') return plain.type !== 'MemberExpression';
  const [name] = file.variableOf(plain)?.identifiers ?? [];
  return name === undefined || !isInside(name);
}

/** In a closure nothing is known of a variable that is assigned to. */
function isVariableThatChanges(file: File, node: Node, isInside: (node: Node) => boolean): boolean {
  const variable = file.variableOf(node);
  const name = variable?.identifiers[0] as Node | undefined;
  return variable !== undefined && name !== undefined && !isInside(name) && variable.references.some((reference) => reference.isWrite() && !reference.init);
}

function isAskedFor(before: string, text: string): boolean {
  const at = before.indexOf(text);
  return at >= 0 && /\b(?:if|while|switch)\s*\(|[?&|]{1,2}/.test(before);
}
