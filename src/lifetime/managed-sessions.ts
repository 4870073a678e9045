/**
 * Turns a session that is acquired for one transaction, begun and ended by hand, into the library's managed helper:
 * TypeORM's `dataSource.transaction(async (manager) => …)`, MongoDB's `withSession` and `withTransaction`.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionFacts } from '../libraries/library.js';
import { childrenOf, type File } from '../sessions/file.js';
import { chainFrom, enclosingFunction, isWithin, outermost, propertyName, receiverOf, unwrap, unwrapAwait, type Node } from '../sessions/syntax.js';
import type { SessionKind, Variable } from '../sessions/values.js';
import { canMoveIntoCallback, startOf, type Piece, type Plain } from './managed.js';
import { acquiringAt, edited, indentOf, shifted, unitOf, type Edit, type Rewriting } from './rewriting.js';

type Step = 'begin' | 'commit' | 'connect' | 'release' | 'rollback';

/** `createQueryRunner(); [connect();] startTransaction(); work; commitTransaction(); [release();]`, the work and commit maybe in a `try`. */
export function useManagedSession(file: File, kind: SessionKind, acquisition: Node): Rewriting | undefined {
  const { managed } = kind.facts;
  const call = unwrap(acquisition);
  const acquiring = managed && acquiringAt(file, acquisition);
  if (!acquiring || acquiring.statement.type !== 'VariableDeclaration' || call.type !== 'CallExpression' || call.arguments.length > 0 || !enclosingFunction(call)?.async) return undefined;
  const client = receiverOf(call);
  const { statement, variable, rest } = acquiring;
  const plain = plainIn(file, kind.facts, variable, rest);
  if (!client || client.type === 'CallExpression' || !plain || !canMoveIntoCallback(file, plain, statement) || variable.references.some(({ init, identifier }) => !init && identifier.range[0] > plain.last.range[1])) return undefined;
  const edits = managed.gives === undefined ? [] : givenEdits(file, variable, plain, managed.gives);
  if (!edits || (managed.inner !== undefined && !plain.work.every(({ statements }) => statements.every((each) => isOnlyOnSession(file, variable, each))))) return undefined;
  const indent = indentOf(file, statement);
  const unit = unitOf(file, statement);
  const lines = plain.work.map(({ statements, isDeep }) => {
    const start = startOf(file, statements[0] ?? plain.last);
    const range: [number, number] = [start, statements.at(-1)?.range[1] ?? start];
    return isDeep ? edited(file.sourceCode.text, range, edits) : shifted(file, range, edits, unit);
  });
  const helper = `${file.sourceCode.getText(client)}.${managed.method}`;
  const opened = managed.inner === undefined ? `await ${helper}(async (${managed.gives ?? variable.name}) => {` : `await ${helper}((${variable.name}) => ${variable.name}.${managed.inner}(async () => {`;
  const closed = managed.inner === undefined ? '});' : '}));';
  return { messageId: 'useManaged', range: [statement.range[0], plain.last.range[1]], text: `${opened}${lines.map((line) => `\n${indent}${unit}${line}`).join('')}\n${indent}${closed}` };
}

function plainIn(file: File, facts: SessionFacts, variable: Variable, rest: readonly Node[]): Plain | undefined {
  const step = (statement: Node | undefined): Step | undefined => statement && stepOf(facts, variable, statement);
  let begun = 0;
  while (step(rest[begun]) === 'connect') begun += 1;
  const first = rest[begun];
  const inside = first?.type === 'TryStatement' && step(first.block.body[0]) === 'begin';
  if (!inside && step(first) !== 'begin') return undefined;
  const body = rest.slice(inside ? begun : begun + 1);
  const at = body.findIndex(({ type }) => type === 'TryStatement');
  const tried = body[at];
  if (tried?.type !== 'TryStatement') return straight(file, variable, body, step);
  const { block, handler, finalizer } = tried;
  const deep = inside ? block.body.slice(1) : block.body;
  const behind = body.slice(at + 1);
  const isEnded = (handler ? isRollbackAndThrow(handler, step) : !inside || finalizer !== null) && (!finalizer || (finalizer.body.length === 1 && step(finalizer.body[0]) === 'release'));
  if (!isEnded || step(deep.at(-1)) !== 'commit' || behind.length > 1 || (behind.length === 1 && step(behind[0]) !== 'release')) return undefined;
  const work: Piece[] = [{ statements: body.slice(0, at), isDeep: false }, { statements: deep.slice(0, -1), isDeep: true }].filter(({ statements }) => statements.length > 0);
  const isWork = work.length > 0 && work.every(({ statements }) => statements.every((statement) => step(statement) === undefined));
  return isWork ? { work, result: undefined, last: behind[0] ?? tried } : undefined;
}

/** `work; commit; [release;]`, and what comes behind it does not need what the work declares. */
function straight(file: File, variable: Variable, body: readonly Node[], step: (statement: Node | undefined) => Step | undefined): Plain | undefined {
  const at = body.findIndex((statement) => step(statement) !== undefined);
  const commit = body[at];
  if (at < 1 || !commit || step(commit) !== 'commit') return undefined;
  const next = body[at + 1];
  const last = next && step(next) === 'release' ? next : commit;
  const work = body.slice(0, at);
  const declared = work.flatMap((statement) => (statement.type === 'VariableDeclaration' ? statement.declarations.flatMap((each) => file.sourceCode.getDeclaredVariables(each)) : file.sourceCode.getDeclaredVariables(statement)));
  const isNeeded = [variable, ...declared].some(({ references }) => references.some(({ identifier }) => identifier.range[0] > last.range[1]));
  return isNeeded ? undefined : { work: [{ statements: work, isDeep: false }], result: undefined, last };
}

function isRollbackAndThrow({ param, body }: TSESTree.CatchClause, step: (statement: Node | undefined) => Step | undefined): boolean {
  const [rollback, thrown] = body.body;
  if (body.body.length !== 2 || step(rollback) !== 'rollback' || thrown?.type !== 'ThrowStatement' || param?.type !== 'Identifier') return false;
  const error = unwrap(thrown.argument);
  return error.type === 'Identifier' && error.name === param.name;
}

/** `await qr.startTransaction();` and the other statements that are nothing but a step, without arguments. */
function stepOf({ begins, release }: SessionFacts, variable: Variable, statement: Node): Step | undefined {
  if (statement.type !== 'ExpressionStatement') return undefined;
  const call = unwrapAwait(statement.expression);
  const reference = variable.references.find(({ identifier }) => isWithin(identifier, call));
  const chain = reference && chainFrom(reference.identifier);
  const [only] = chain?.links ?? [];
  if (!only?.called || chain?.links.length !== 1 || chain.node !== outermost(call) || only.call?.type !== 'CallExpression' || only.call.arguments.length > 0) return undefined;
  if (only.name === 'connect') return 'connect';
  if (begins?.includes(only.name)) return 'begin';
  if (release?.methods.includes(only.name)) return 'release';
  if (!release?.endsTransactionOnly?.includes(only.name)) return undefined;
  return only.name.startsWith('commit') ? 'commit' : 'rollback';
}

/** `manager` for `qr.manager`; undefined where the work needs more of the session, or has another use for the name. */
function givenEdits(file: File, variable: Variable, { work }: Plain, property: string): Edit[] | undefined {
  const moved = work.flatMap(({ statements }) => statements);
  const edits: Edit[] = [];
  for (const { identifier } of variable.references) {
    if (!moved.some((statement) => isWithin(identifier, statement))) continue;
    const member: Node | undefined = outermost(identifier).parent;
    if (member?.type !== 'MemberExpression' || member.computed || propertyName(member) !== property) return undefined;
    edits.push({ range: member.range, text: property });
  }
  const uses = moved.flatMap((statement) => file.sourceCode.getTokens(statement)).filter(({ value }) => value === property).length;
  return uses === edits.length ? edits : undefined;
}

/** A statement that may run again, for all that it waits for is undone with the transaction. */
function isOnlyOnSession(file: File, variable: Variable, statement: Node): boolean {
  const isUse = (node: Node): boolean => variable.references.some(({ identifier }) => isWithin(identifier, node));
  if ((statement.type !== 'ExpressionStatement' && statement.type !== 'VariableDeclaration') || !isUse(statement)) return false;
  const open: Node[] = [statement];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === 'AwaitExpression' && !isUse(node)) return false;
    open.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return true;
}
