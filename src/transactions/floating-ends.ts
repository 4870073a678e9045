/** Ends of transactions and sessions that nobody waits for, or that do nothing. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionFacts } from '../libraries/library.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingFunction, outermost, propertyName, receiverOf, type FunctionNode, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';
import { libraryOfSpecifier, plainSpecifier } from '../sessions/catalogue.js';
import { endKind } from './ends.js';
import { transactionScopes } from './scopes.js';

export interface FloatingEnd {
  readonly node: Node;
  readonly call: TSESTree.CallExpression;
  readonly session: Session;
  /** `floats`: nobody waits. `tapped`: awaited in a callback whose promise rxjs drops. `notRun`: only builds a command. */
  readonly how: 'floats' | 'tapped' | 'notRun';
  readonly ends: 'commit' | 'rollback' | 'release';
  /** The function around it may be told to wait: an `await` can stand here. */
  readonly canAwait: boolean;
  /** The method that is missing: Kysely's `execute`. */
  readonly needs: string | undefined;
  /** The operator whose callback awaits it in vain. */
  readonly operator?: string;
}

export function floatingEnds(model: SessionModel): FloatingEnd[] {
  const { resolver, file } = model;
  const found: FloatingEnd[] = [];
  for (const call of file.callsNamed({ has: (name) => couldEnd.test(name) })) {
    if (call.type !== 'CallExpression') continue;
    const name = calleeName(call) ?? '';
    const receiver = receiverOf(call);
    if (!receiver || call.arguments.some((argument) => resolver.valueOf(argument)?.kind === 'function')) continue;
    const session = sessionOf(resolver.valueOf(receiver));
    const end = session && judge(model, session, call, name);
    if (end) found.push(end);
  }
  return found;
}

const couldEnd = /^(?:commit|rollback|abort|release|end|close|discard|destroy|query|execute|batch|unsafe)/;

function judge(model: SessionModel, session: Session, call: TSESTree.CallExpression, name: string): FloatingEnd | undefined {
  const { facts } = session.kinds[0];
  const kind = endKind(facts, call);
  if (kind === undefined || kind === 'begin') return undefined;
  const ends = kind === 'release' ? 'release' : /commit|^end\b/i.test(name) || isSqlCommit(call) ? 'commit' : 'rollback';
  const base = { call, session, ends, node: call, needs: undefined } as const;
  const { needs } = facts.release ?? {};
  if (needs !== undefined && kind === 'end') return needsMore(base, needs);
  if (!isPromised(model, session, facts, kind, name)) return undefined;
  const place = outermost(call);
  const floats = isBare(place, ends);
  if (floats && !isPartOfManaged(model, session, call)) return { ...base, how: 'floats', canAwait: canAwait(call) };
  const operator = kind === 'end' ? operatorAround(model, call) : undefined;
  return operator === undefined ? undefined : { ...base, how: 'tapped', canAwait: false, operator };
}

function isSqlCommit(call: TSESTree.CallExpression): boolean {
  const [first] = call.arguments;
  return first?.type === 'Literal' && /^\s*(?:commit|end)\b/i.test(String(first.value));
}

/** Kysely's `trx.commit()` builds a command that has to be executed. */
function needsMore(base: { call: TSESTree.CallExpression; session: Session; ends: FloatingEnd['ends']; node: Node; needs: undefined }, needs: string): FloatingEnd | undefined {
  const place = outermost(base.call);
  const { parent } = place;
  if (parent?.type === 'MemberExpression' && parent.object === place) {
    const run = parent.parent;
    if (propertyName(parent) !== needs || run.type !== 'CallExpression') return undefined;
    return isBare(outermost(run), base.ends) ? { ...base, call: run, node: run, how: 'floats', canAwait: canAwait(run) } : undefined;
  }
  const waits = parent?.type === 'AwaitExpression' ? outermost(parent) : place;
  return waits.parent?.type === 'ExpressionStatement' || waits.parent?.type === 'ReturnStatement' ? { ...base, how: 'notRun', needs, canAwait: parent?.type !== 'AwaitExpression' && canAwait(base.call) } : undefined;
}

/** As a statement of its own; `void` says that a release is left alone on purpose, but is no excuse for a commit. */
function isBare(place: Node, ends: FloatingEnd['ends']): boolean {
  const { parent } = place;
  switch (parent?.type) {
    case 'ExpressionStatement':
      return true;
    case 'UnaryExpression':
      return parent.operator === 'void' && ends !== 'release' && parent.parent.type === 'ExpressionStatement';
    case 'LogicalExpression':
      return parent.right === place && isBare(parent, ends);
    case 'ConditionalExpression':
      return parent.test !== place && isBare(parent, ends);
    case 'SequenceExpression':
      return isBare(parent, ends);
    default:
      return false;
  }
}

function isPromised(model: SessionModel, session: Session, facts: SessionFacts, kind: 'end' | 'release', name: string): boolean {
  const { release } = facts;
  if (session.kinds[0].library.id === 'mysql2') {
    // The callback and the promise interface share their type names; only the module tells.
    if (kind === 'release') return false;
    return [...model.file.specifiers].some((specifier) => plainSpecifier(specifier) === 'mysql2/promise') || isAwaitedOrigin(session);
  }
  if (kind === 'release') return release?.promised === true && !(session.kinds[0].library.id === 'mariadb' && name === 'destroy');
  if (/^(?:query|execute|batch|unsafe)$/.test(name)) return libraryOfSpecifier(session.kinds[0].library.packages[0] ?? '') !== undefined && !session.kinds[0].library.id.includes('sqlite');
  return release?.promised === true || (release?.endsTransactionOnly?.includes(name) ?? false);
}

function isAwaitedOrigin(session: Session): boolean {
  return outermost(session.origin).parent?.type === 'AwaitExpression';
}

/**
 * In Knex's older style the callback returns nothing and `trx.commit()` itself settles what `knex.transaction` gave:
 * somebody waits there.
 */
function isPartOfManaged(model: SessionModel, session: Session, call: Node): boolean {
  const scope = transactionScopes(model).find((own) => own.session === session && own.managed);
  if (!scope?.fn || scope.fn.async) return false;
  return ['knex', 'objection', 'bookshelf'].includes(session.kinds[0].library.id) && call.range[0] > scope.fn.range[0];
}

function canAwait(call: Node): boolean {
  const fn = enclosingFunction(call);
  return fn === undefined ? false : fn.async;
}

/** rxjs `tap(async () => { await qr.commitTransaction() })`: the stream goes on before the promise settles. */
function operatorAround(model: SessionModel, call: Node): string | undefined {
  const fn: FunctionNode | undefined = enclosingFunction(call);
  if (!fn) return undefined;
  let node: Node = outermost(fn);
  // `tap({ next: async () => … })`
  if (node.parent?.type === 'Property') node = node.parent.parent;
  const { parent } = node;
  if (parent?.type !== 'CallExpression' || !parent.arguments.some((argument) => argument === node)) return undefined;
  const value = model.resolver.valueOf(parent.callee);
  return value?.kind === 'module' && /^rxjs(?:\/operators)?$/.test(value.specifier) ? ['tap', 'finalize'].find((name) => name === value.path.at(-1)) : undefined;
}
