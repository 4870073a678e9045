/** How a session is released, by the facts of the catalogue. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { ReleaseFacts } from '../libraries/library.js';
import type { Resolver } from '../sessions/resolver.js';
import { calleeName, chainOf, isFunction, literalText, outermost, receiverOf, unwrap, type Link, type Node } from '../sessions/syntax.js';
import type { SessionKind, Variable } from '../sessions/values.js';
import type { Holders } from './holders.js';

/** The session that an interpretation is about. */
export interface Subject {
  readonly kinds: readonly [SessionKind, ...SessionKind[]];
  readonly holders: Holders;
  /** The function that releases it, where a callback is given one: `(error, client, done) =>`. */
  readonly done: Variable | undefined;
  /** What has to end: the session, or the transaction that was begun on it. */
  readonly ends: 'session' | 'transaction';
}

export function releasesOf({ kinds }: Subject): readonly ReleaseFacts[] {
  return kinds.flatMap(({ facts }) => facts.release ?? []);
}

/** Whether these links, from the session on, end in its release; the last one is the call that does it. */
function endInRelease({ methods, through, needs }: ReleaseFacts, links: readonly Link[]): boolean {
  const names = links.map((link) => link.name);
  if (needs !== undefined && names.pop() !== needs) return false;
  const method = names.pop();
  if (method === undefined || !methods.includes(method)) return false;
  return names.length === 0 || (through?.includes(names.join('.')) ?? false);
}

/** A call that ends what has to end. */
export function isRelease(resolver: Resolver, subject: Subject, call: CallOrTag): boolean {
  if (subject.ends === 'transaction') return endsTransactionOnly(subject, call) || destroys(resolver, subject, call);
  return call.type === 'CallExpression' && isSessionRelease(resolver, subject, call);
}

/** A release that does not give the connection to the next one, and with it ends its transaction: `release(error)`, `destroy()`. */
function destroys(resolver: Resolver, subject: Subject, call: CallOrTag): boolean {
  if (call.type !== 'CallExpression' || !isSessionRelease(resolver, subject, call)) return false;
  return calleeName(call) === 'destroy' || call.arguments.some((argument) => !subject.holders.isSession(unwrap(argument)));
}

/** A call by which the session itself is released: `c.release()`, `pool.releaseConnection(c)`, `done()`. */
export function isSessionRelease(resolver: Resolver, subject: Subject, call: TSESTree.CallExpression): boolean {
  const links = subject.holders.linksOf(chainOf(call));
  if (links) return links.at(-1)?.called === true && releasesOf(subject).some((release) => endInRelease(release, links));
  const callee = unwrap(call.callee);
  if (callee.type === 'Identifier') return subject.done !== undefined && resolver.file.variableOf(callee) === subject.done;
  const [first] = call.arguments;
  if (!first || !subject.holders.isSession(unwrap(first))) return false;
  const name = calleeName(call) ?? '';
  if (releasesOf(subject).some((release) => release.byClient?.includes(name))) return true;
  const receiver = receiverOf(call);
  return /^(?:release|releaseConnection|dispose|destroy)$/.test(name) && receiver !== undefined && resolver.valueOf(receiver)?.kind === 'client';
}

/** `trx.commit` as a value, not called: it is handed to somebody who calls it. */
export function isReleaseReference(subject: Subject, member: TSESTree.MemberExpression): boolean {
  const node = outermost(member);
  const { parent } = node;
  if (!parent || (parent.type === 'CallExpression' && parent.callee === node)) return false;
  const isBound = parent.type === 'MemberExpression' && parent.object === node;
  if (isBound && !(parent.property.type === 'Identifier' && parent.property.name === 'bind')) return false;
  const links = subject.holders.linksOf(chainOf(member));
  const name = links?.[0]?.name ?? '';
  return links?.length === 1 && releasesOf(subject).some(({ methods, needs, endsTransactionOnly: ends }) => (subject.ends === 'session' ? needs === undefined && methods.includes(name) : ends?.includes(name)));
}

type CallOrTag = TSESTree.CallExpression | TSESTree.TaggedTemplateExpression;

const endsTransaction = /(?:^|;)\s*(?:commit|rollback|abort|end|prepare\s+transaction)\b(?!(?:\s+(?:work|transaction))?\s+to\b)/i;
const beginsTransaction = /^\s*(?:begin|start\s+transaction)\b(?:(?!\b(?:commit|rollback|end)\b)[^;])*;?\s*$/i;
const opensTransaction = /^\s*(?:begin|start\s+transaction|set|listen)\b/i;

/** A call that ends the transaction on the session and not the session: `commitTransaction`, `COMMIT`. */
export function endsTransactionOnly(subject: Subject, call: CallOrTag): boolean {
  const name = ownCall(subject, call);
  if (name === undefined) return false;
  return subject.kinds.some(({ facts }) => facts.release?.endsTransactionOnly?.includes(name)) || endsTransaction.test(statementOf(subject, call) ?? '');
}

/** A call that begins a transaction which this session has to end: `startTransaction()`, `BEGIN`. */
export function beginsTransactionOn(subject: Subject, call: CallOrTag): boolean {
  const name = ownCall(subject, call);
  if (name === undefined) return false;
  return subject.kinds.some(({ facts }) => facts.begins?.includes(name)) || beginsTransaction.test(statementOf(subject, call) ?? '');
}

/** SQL that is not written here, alone: it may say COMMIT. */
export function mayEndTransaction(subject: Subject, call: CallOrTag): boolean {
  return runsSql(subject, call) && call.type === 'CallExpression' && call.arguments.length === 1 && statementOf(subject, call) === undefined;
}

/** The method that is called on the session itself; '' for the session as a template's tag. */
function ownCall({ holders }: Subject, call: CallOrTag): string | undefined {
  const links = holders.linksOf(chainOf(call));
  const [only] = links ?? [];
  return only?.called && links?.length === 1 ? only.name : undefined;
}

function runsSql(subject: Subject, call: CallOrTag): boolean {
  const name = ownCall(subject, call);
  if (name === undefined) return false;
  return call.type === 'TaggedTemplateExpression' ? name === '' : subject.kinds.some(({ facts }) => facts.operations?.sql?.includes(name));
}

/** The SQL that a call on the session runs, as far as it is written there. */
function statementOf(subject: Subject, call: CallOrTag): string | undefined {
  if (!runsSql(subject, call)) return undefined;
  return literalText(call.type === 'TaggedTemplateExpression' ? call : call.arguments[0]);
}

/** A call that only prepares the session for the work: `connect()`, `startTransaction()`, `BEGIN`, `SET …`. */
export function isOpening({ kinds, holders }: Subject, call: TSESTree.CallExpression): boolean {
  // A helper of that name: `this.startTransaction(queryRunner)`.
  if (call.arguments.some((argument) => holders.isSession(unwrap(argument)))) return kinds.some(({ facts }) => facts.begins?.includes(calleeName(call) ?? ''));
  const links = holders.linksOf(chainOf(call));
  const [only] = links ?? [];
  if (!only?.called || links?.length !== 1) return false;
  if (call.arguments.some((argument) => isFunction(unwrap(argument)))) return false;
  return only.name === 'connect' || kinds.some(({ facts }) => facts.begins?.includes(only.name) === true || (facts.operations?.sql?.includes(only.name) === true && opensTransaction.test(literalText(call.arguments[0]) ?? '')));
}

/** A call that only notes something on the client: mongo's `startTransaction()`. */
export function cannotFail(subject: Subject, call: TSESTree.CallExpression): boolean {
  const links = subject.holders.linksOf(chainOf(call));
  return links?.length === 1 && releasesOf(subject).some((release) => release.cannotFail?.includes(links[0]?.name ?? ''));
}

/** A query object is handed over and comes back at once: `client.query(new Cursor(text))` reports its errors itself. */
export function isSubmission({ holders }: Subject, call: TSESTree.CallExpression): boolean {
  const links = holders.linksOf(chainOf(call));
  return links?.length === 1 && call.arguments.length > 0 && call.arguments[0]?.type === 'NewExpression';
}

/** A listener for which the session is kept: `on('notification', …)`, `subscribe(…)`. */
export function isKept(subject: Subject, call: TSESTree.CallExpression): boolean {
  const links = subject.holders.linksOf(chainOf(call));
  const [only] = links ?? [];
  if (!only?.called) return false;
  return releasesOf(subject).some(({ keptBy }) => keptBy?.some((words) => words === only.name || words === `${only.name}(${literalText(call.arguments[0]) ?? ''})`));
}

/** `qr.isReleased`, `trx.isCompleted()`: truthy once the session is released. */
export function showsRelease(subject: Subject, node: Node): boolean {
  const links = subject.holders.linksOf(chainOf(node));
  const [only] = links ?? [];
  return links?.length === 1 && only !== undefined && releasesOf(subject).some(({ shownBy }) => shownBy?.includes(only.name));
}
