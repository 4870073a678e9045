/**
 * Rewritings that make sure of a release, where that is certain to parse, to type-check and to mean the same: the rest
 * of a block in `try … finally`, `await using`, `return await`.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ReleaseFacts, SessionFacts } from '../libraries/library.js';
import { childrenOf, type File } from '../sessions/file.js';
import { areAtLeast, versionsFor } from '../sessions/installed.js';
import { versionsOf } from './disposing.js';
import { indexFrom } from '../sessions/order.js';
import { calleeName, chainFrom, enclosingFunction, isFunction, literalText, outermost, propertyName, receiverOf, unwrap, type Node } from '../sessions/syntax.js';
import type { SessionKind, Variable } from '../sessions/values.js';

/** A rewriting: what to call it, and the text that takes the place of a piece of the source. */
export interface Rewriting {
  readonly messageId: 'wrapInFinally' | 'useManaged' | 'rollBackFirst' | 'awaitUsing' | 'returnAwait' | 'onceClose' | 'callIt';
  readonly range: readonly [number, number];
  readonly text: string;
}

type Block = TSESTree.BlockStatement | TSESTree.Program | TSESTree.StaticBlock;

/** The statement that acquires a session into a variable, and what follows it in its block. */
export interface Acquiring {
  readonly statement: TSESTree.ExpressionStatement | TSESTree.VariableDeclaration;
  readonly variable: Variable;
  /** The awaited or plain acquisition, as it stands there. */
  readonly value: Node;
  readonly rest: readonly TSESTree.ProgramStatement[];
}

/**
 * `const c = await pool.connect();` or `c = await pool.connect();` in a list of statements.
 *
 * @returns undefined for any other place, and where the variable gets another value later
 */
export function acquiringAt(file: File, acquisition: Node): Acquiring | undefined {
  let value = outermost(acquisition);
  while (value.parent?.type === 'AwaitExpression') value = outermost(value.parent);
  const { parent } = value;
  const declares = parent?.type === 'VariableDeclarator' && parent.init === value && parent.parent.declarations.length === 1 && parent.id.type === 'Identifier';
  const assigns = parent?.type === 'AssignmentExpression' && parent.operator === '=' && parent.right === value && parent.left.type === 'Identifier';
  const statement = parent?.parent;
  const name = declares ? parent.id : assigns ? parent.left : undefined;
  if (name?.type !== 'Identifier' || (statement?.type !== 'VariableDeclaration' && statement?.type !== 'ExpressionStatement')) return undefined;
  if (statement.type === 'VariableDeclaration' && (statement.kind === 'using' || statement.kind === 'await using' || statement.parent.type === 'ForStatement')) return undefined;
  const block: Node = statement.parent;
  const variable = file.variableOf(name);
  if (!isBlock(block) || !variable) return undefined;
  const rest = block.body.slice(block.body.indexOf(statement) + 1);
  const writesLater = variable.references.some((reference) => reference.isWrite() && isIn(rest, reference.identifier));
  return rest.length === 0 || writesLater ? undefined : { statement, variable, value, rest };
}

/** Within statements that follow each other. */
function isIn(statements: readonly Node[], node: Node): boolean {
  const [first] = statements;
  const last = statements.at(-1);
  return first !== undefined && last !== undefined && node.range[0] >= first.range[0] && node.range[1] <= last.range[1];
}

function isBlock(node: Node | undefined): node is Block {
  return node?.type === 'BlockStatement' || node?.type === 'Program' || node?.type === 'StaticBlock';
}

/** How a session of this kind is released: `client.release()`; undefined where that takes a decision, as commit does. */
function releaseText(facts: SessionFacts, name: string): string | undefined {
  const method = facts.release?.methods.find((each) => !/^(?:commit|rollback|abort|discard)$/.test(each));
  return method === undefined || facts.release?.needs !== undefined ? undefined : `${facts.release?.promised ? 'await ' : ''}${name}.${method}()`;
}

// ----- try … finally

/**
 * Puts what follows the acquisition into `try`, and the release into `finally`; releases that stood in there go away.
 *
 * @param acquisition the acquiring call
 * @returns undefined where the session or a name that is declared behind it is used outside of the block, where a
 *   release stands in an expression or a callback, or where the function cannot wait
 */
export function wrapInFinally(file: File, kind: SessionKind, acquisition: Node): Rewriting | undefined {
  const acquiring = acquiringAt(file, acquisition);
  const release = acquiring && releaseText(kind.facts, acquiring.variable.name);
  if (!acquiring || release === undefined || !canWait(file, acquiring.statement)) return undefined;
  const edits = editsOfRest(file, kind.facts, acquiring);
  if (!edits) return undefined;
  const source = file.sourceCode.text;
  const indent = indentOf(file, acquiring.statement);
  const unit = unitOf(file, acquiring.statement);
  const start = acquiring.statement.range[1];
  const first = acquiring.rest[0]?.range[0] ?? start;
  const end = acquiring.rest.at(-1)?.range[1] ?? start;
  // What stands behind the acquisition in its line, a comment, stays there; one that does not end there has no place.
  const line = acquiring.statement.loc.end.line;
  const behind = acquiring.rest[0] ? file.sourceCode.getCommentsBefore(acquiring.rest[0]) : [];
  if (behind.some(({ loc }) => loc.start.line === line && loc.end.line > line)) return undefined;
  const newline = source.slice(start, first).indexOf('\n');
  const head = newline < 0 ? '' : source.slice(start, start + newline);
  const body = newline < 0 ? `\n${indent}${unit}${shifted(file, [first, end], edits, unit)}` : shifted(file, [start + newline, end], edits, unit).replace(/^(?:[ \t]*\r?\n)+/, '\n');
  return { messageId: 'wrapInFinally', range: [start, end], text: `${head}\n${indent}try {${body}\n${indent}} finally {\n${indent}${unit}${release};\n${indent}}` };
}

/** Nobody could review it; and a file with many acquisitions in a long function would spend its time on it. */
export function isTooLong([start, end]: readonly [number, number]): boolean {
  return end - start > 20_000;
}

export interface Edit {
  readonly range: readonly [number, number];
  readonly text: string;
}

/** What changes in the statements that are wrapped: releases go, and what is returned is awaited. */
function editsOfRest(file: File, facts: SessionFacts, { variable, rest, statement }: Acquiring): Edit[] | undefined {
  if (isTooLong([statement.range[1], rest.at(-1)?.range[1] ?? 0]) || rest.some((each) => /^(?:Import|Export)/.test(each.type)) || declaresForOthers(file, rest)) return undefined;
  const home = enclosingFunction(statement);
  const edits: Edit[] = [];
  for (const reference of variable.references) {
    const node = reference.identifier as Node;
    if (!isIn(rest, node)) {
      // Before it is acquired, or in its declaration: anything else is out of reach of the new `finally`.
      if (node.range[0] > statement.range[1]) return undefined;
      continue;
    }
    const place = outermost(node);
    if (place.parent?.type === 'ReturnStatement' || place.parent?.type === 'YieldExpression') return undefined;
    const [link] = chainFrom(node).links;
    const byClient = place.parent?.type === 'CallExpression' && (facts.release?.byClient?.includes(calleeName(place.parent) ?? '') ?? false);
    if (!byClient && !(link && (facts.release?.methods.includes(link.name) ?? false))) continue;
    const call = byClient ? place.parent : link?.call;
    const gone = call?.type === 'CallExpression' && (byClient || call.arguments.length === 0) && enclosingFunction(call) === home ? statementOf(call) : undefined;
    if (!gone) return undefined;
    edits.push(...withoutStatement(file, gone));
  }
  if (leavesTransactionOpen(file, facts, variable, rest)) return undefined;
  for (const each of rest) if (!awaitReturns(file, each, edits)) return undefined;
  return edits;
}

/** A transaction is begun and nowhere rolled back: the release would hand it to the next borrower. */
function leavesTransactionOpen({ sourceCode }: File, facts: SessionFacts, { references }: Variable, rest: readonly Node[]): boolean {
  const { openTransaction } = facts.release ?? {};
  if (!openTransaction || openTransaction.kind === 'safe') return false;
  const begins = references.some(({ identifier }) => {
    const [link] = chainFrom(identifier).links;
    if (link?.call?.type !== 'CallExpression') return false;
    return (facts.begins?.includes(link.name) ?? false) || ((facts.operations?.sql?.includes(link.name) ?? false) && /^\s*(?:begin|start\s+transaction)\b/i.test(literalText(link.call.arguments[0]) ?? ''));
  });
  return begins && !rest.some((statement) => /\brollback/i.test(sourceCode.getText(statement)));
}

/** A statement that is nothing but this call, awaited or not, in a list of statements. */
function statementOf(call: Node): TSESTree.ExpressionStatement | undefined {
  let node = outermost(call);
  if (node.parent?.type === 'AwaitExpression') node = outermost(node.parent);
  const { parent } = node;
  return parent?.type === 'ExpressionStatement' && isBlock(parent.parent) ? parent : undefined;
}

function withoutStatement(file: File, statement: TSESTree.ExpressionStatement): Edit[] {
  const block: Node = statement.parent;
  const owner = block.parent;
  // `finally { c.release(); }` has nothing left to do.
  if (block.type === 'BlockStatement' && block.body.length === 1 && owner?.type === 'TryStatement' && owner.finalizer === block) {
    if (owner.handler) return [{ range: [owner.handler.range[1], block.range[1]], text: '' }];
    return [{ range: [owner.range[0], owner.block.range[0]], text: '' }, { range: [owner.block.range[1], owner.range[1]], text: '' }];
  }
  const { text } = file.sourceCode;
  let start = statement.range[0];
  while (start > 0 && /[ \t]/.test(text[start - 1] ?? '')) start -= 1;
  const isOwnLine = text[start - 1] === '\n' && /^[ \t]*(?:\r?\n|$)/.test(text.slice(statement.range[1]));
  return [isOwnLine ? { range: [start - 1, statement.range[1]], text: '' } : { range: statement.range, text: '' }];
}

/** A name that is declared behind the acquisition and used in front of it, or after the block. */
function declaresForOthers(file: File, rest: readonly Node[]): boolean {
  return rest.some((statement) =>
    declaredBy(file, statement).some((variable) => variable.references.some((reference) => !isIn(rest, reference.identifier)) || variable.identifiers.some((name) => !isIn(rest, name))),
  );
}

function declaredBy({ sourceCode }: File, statement: Node): readonly Variable[] {
  if (statement.type !== 'VariableDeclaration') return sourceCode.getDeclaredVariables(statement);
  return statement.declarations.flatMap((declarator) => sourceCode.getDeclaredVariables(declarator));
}

function canWait({ sourceCode }: File, statement: Node): boolean {
  const fn = enclosingFunction(statement);
  return fn ? fn.async : sourceCode.ast.sourceType === 'module' && statement.parent?.type !== 'StaticBlock';
}

/** `return tx.query()` in a `try` would be over before its query is. */
function awaitReturns(file: File, root: Node, edits: Edit[]): boolean {
  const stack: Node[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (isFunction(node) || node.type === 'ClassDeclaration' || node.type === 'ClassExpression') continue;
    if (node.type === 'ReturnStatement' && node.argument) {
      const awaited = awaitedReturn(file, node);
      if (awaited === undefined) return false;
      if (awaited) edits.push({ range: awaited.range, text: awaited.text });
      continue;
    }
    stack.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return true;
}

// ----- return await

/**
 * `return await …` for a promise that still uses the session.
 *
 * @returns undefined where the function cannot wait or the expression is none of a known kind
 */
export function returnAwait(file: File, statement: TSESTree.ReturnStatement): Rewriting | undefined {
  return awaitedReturn(file, statement) || undefined;
}

/** `false` where nothing has to be awaited, undefined where nothing can be said. */
function awaitedReturn(file: File, statement: TSESTree.ReturnStatement): Rewriting | false | undefined {
  const argument = statement.argument && unwrap(statement.argument);
  const fn = enclosingFunction(statement);
  if (!statement.argument || !argument || !fn?.async || fn.generator) return argument && fn?.generator ? undefined : false;
  switch (argument.type) {
    case 'CallExpression':
    case 'TaggedTemplateExpression':
    case 'NewExpression':
    case 'ImportExpression':
      return { messageId: 'returnAwait', range: [statement.argument.range[0], statement.argument.range[0]], text: 'await ' };
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'Identifier':
    case 'MemberExpression':
    case 'SequenceExpression':
    case 'AssignmentExpression':
      return mayBePromise(argument) ? { messageId: 'returnAwait', range: statement.argument.range, text: `await (${file.sourceCode.getText(statement.argument)})` } : false;
    default:
      return false;
  }
}

/** A variable is taken for a value: a promise in one would have been awaited. */
function mayBePromise(node: Node): boolean {
  const plain = unwrap(node);
  if (plain.type === 'ConditionalExpression') return mayBePromise(plain.consequent) || mayBePromise(plain.alternate);
  if (plain.type === 'LogicalExpression') return mayBePromise(plain.left) || mayBePromise(plain.right);
  return plain.type === 'CallExpression' || plain.type === 'TaggedTemplateExpression';
}

// ----- await using

/**
 * `await using c = await pool.getConnection();`, where the library is known to release by it.
 *
 * @returns undefined where the version that is installed is not known to, where the file is not written in a TypeScript
 *   that knows the word, and where the session is released by more than plain statements
 */
export function awaitUsing(file: File, kind: SessionKind, acquisition: Node): Rewriting | undefined {
  const acquiring = acquiringAt(file, acquisition);
  const dispose = kind.facts.release?.dispose;
  if (!acquiring || acquiring.statement.type !== 'VariableDeclaration' || acquiring.statement.kind === 'var' || !dispose || !isImplemented(file, kind, dispose) || !knowsUsing(file)) return undefined;
  if (dispose.symbol !== 'dispose' && !canWait(file, acquiring.statement)) return undefined;
  if (acquiring.statement.parent.type === 'Program' && acquiring.variable.references.some((reference) => enclosingFunction(reference.identifier) !== undefined)) return undefined;
  const edits = editsOfRest(file, kind.facts, acquiring);
  if (!edits) return undefined;
  const { statement } = acquiring;
  const [first] = statement.declarations;
  const end = acquiring.rest.at(-1)?.range[1] ?? statement.range[1];
  const word = dispose.symbol === 'dispose' ? 'using ' : 'await using ';
  const text = word + edited(file.sourceCode.text, [first.range[0], end], edits);
  return { messageId: 'awaitUsing', range: [statement.range[0], end], text };
}

function isImplemented(file: File, { library }: SessionKind, dispose: NonNullable<ReleaseFacts['dispose']>): boolean {
  if (dispose.symbol === 'none' || dispose.harm) return false;
  const versions = versionsOf(file, library);
  // Without a `since` the page speaks of the version that was looked at, and of no older one.
  return versions !== undefined && areAtLeast(versions, dispose.since ?? dispose.asOf);
}

const filesWithUsing = new WeakMap<File, boolean>();

function knowsUsing(file: File): boolean {
  let known = filesWithUsing.get(file);
  if (known === undefined) filesWithUsing.set(file, (known = compilerKnowsUsing(file)));
  return known;
}

function compilerKnowsUsing({ filename, sourceCode }: File): boolean {
  if (/\b(?:await )?using \w+ =/.test(sourceCode.text)) return true;
  const compiler = /\.[cm]?ts$/.test(filename) ? versionsFor(filename, 'typescript') : undefined;
  return compiler !== undefined && areAtLeast(compiler, '5.2');
}

// ----- events and calls

/** `res.once('close', …)` for `res.on('finish', …)`: it comes after `finish` too, and when the client goes away. */
export function onceClose(file: File, call: TSESTree.CallExpression): Rewriting | undefined {
  const callee = unwrap(call.callee);
  const [event] = call.arguments;
  if (callee.type !== 'MemberExpression' || callee.computed || event?.type !== 'Literal' || !receiverOf(call)) return undefined;
  const quote = event.raw.startsWith('"') ? '"' : "'";
  const name = /^prepend/.test(propertyName(callee) ?? '') ? 'prependOnceListener' : 'once';
  const between = file.sourceCode.text.slice(callee.property.range[1], event.range[0]);
  return { messageId: 'onceClose', range: [callee.property.range[0], event.range[1]], text: `${name}${between}${quote}close${quote}` };
}

/** `session.endSession()` for `session.endSession`. */
export function callIt(member: TSESTree.MemberExpression): Rewriting {
  return { messageId: 'callIt', range: [member.range[1], member.range[1]], text: '()' };
}

// ----- text

/** The source of a range with edits carried out. */
export function edited(source: string, [start, end]: readonly [number, number], edits: readonly Edit[]): string {
  let text = '';
  let at = start;
  for (const edit of [...edits].sort((a, b) => a.range[0] - b.range[0])) {
    if (edit.range[0] < at || edit.range[1] > end) continue;
    text += source.slice(at, edit.range[0]) + edit.text;
    at = edit.range[1];
  }
  return text + source.slice(at, end);
}

/** As {@link edited}, further in by `unit`; lines within a template literal stay where they are. */
export function shifted(file: File, range: readonly [number, number], edits: readonly Edit[], unit: string): string {
  const { text } = file.sourceCode;
  const fixed = templatesWithin(file, range);
  const indents: Edit[] = [];
  for (let at = text.indexOf('\n', range[0]); at >= 0 && at < range[1]; at = text.indexOf('\n', at + 1)) {
    const isFixed = fixed.some((token) => token.range[0] < at && at < token.range[1]);
    const isEmpty = /^\n[ \t]*\r?\n/.test(text.slice(at, range[1]));
    const isEdited = edits.some((edit) => edit.range[0] <= at && at < edit.range[1]);
    if (!isFixed && !isEmpty && !isEdited) indents.push({ range: [at + 1, at + 1], text: unit });
  }
  return edited(text, range, [...edits, ...indents]);
}

const templates = new WeakMap<File, readonly TSESTree.Token[]>();

/** Texts of template literals. */
function templatesWithin(file: File, [start, end]: readonly [number, number]): readonly TSESTree.Token[] {
  const all = templates.get(file) ?? file.sourceCode.ast.tokens.filter(({ type }) => (type as string) === 'Template');
  templates.set(file, all);
  const found: TSESTree.Token[] = [];
  for (let index = indexFrom(all, start), token = all[index]; token && token.range[1] <= end; index += 1, token = all[index]) found.push(token);
  return found;
}

/** What a block of the file adds to the indentation, as seen where the statement stands in its own. */
export function unitOf(file: File, statement: Node): string {
  const block = statement.parent;
  const inner = indentOf(file, statement);
  const outer = block && block.type !== 'Program' ? /^\s*/.exec(file.sourceCode.lines[block.loc.end.line - 1] ?? '')?.[0] ?? '' : inner;
  return inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : inner.includes('\t') ? '\t' : '  ';
}

export function indentOf({ sourceCode }: File, node: Node): string {
  const line = sourceCode.lines[node.loc.start.line - 1] ?? '';
  return /^\s*/.exec(line)?.[0] ?? '';
}

