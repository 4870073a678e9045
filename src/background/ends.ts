/** How a piece of code ends a session: what only does that is the release, and what does it among other things owns it. */
import type { SessionModel } from '../sessions/model.js';
import { childrenOf } from '../sessions/file.js';
import { calleeName, literalText, propertyName, type Node } from '../sessions/syntax.js';
import type { Use } from '../sessions/uses.js';
import { sessionOf, type Session } from '../sessions/values.js';

/** Ends in every library's tongue; the catalogue adds each library's own. */
const commonEnds = ['commit', 'rollback', 'commitTransaction', 'rollbackTransaction', 'abortTransaction', 'abort', 'endSession', 'release', 'end', 'close', 'destroy', 'cancel', 'done', 'discard'];

const isEndingSql = /^\s*(?:commit|rollback|end|abort)\b/i;

/** Names of the methods that end the session or its transaction. */
function endNames(session: Session): ReadonlySet<string> {
  return new Set([...commonEnds, ...session.kinds.flatMap(({ facts }) => [...(facts.release?.methods ?? []), ...(facts.release?.endsTransactionOnly ?? [])])]);
}

/** A use that does nothing but end: `tx.rollback()`, `client.query('ROLLBACK')`, `pool.releaseConnection(client)`. */
export function isEnd(use: Use): boolean {
  const { session, method, node, by } = use;
  if (method === undefined) return false;
  if (by === 'argument') return session.kinds.some(({ facts }) => facts.release?.byClient?.includes(method) ?? false) || /^(?:release|dispose|releaseConnection|destroy)$/.test(method);
  if (by !== 'receiver') return false;
  if (endNames(session).has(method)) return true;
  return node.type === 'CallExpression' && isEndingSql.test(literalText(node.arguments[0]) ?? '');
}

/** Places in a piece of code where the session is ended, or handed over to be: `.then(trx.commit)`, `() => client.release()`. */
export function endsIn(model: SessionModel, session: Session, root: Node): readonly Node[] {
  const known = endsOfSession.get(session) ?? new Map<Node, readonly Node[]>();
  endsOfSession.set(session, known);
  let ends = known.get(root);
  // A function may drop the same session's promises many thousand times.
  if (!ends) known.set(root, (ends = findEnds(model, session, root)));
  return ends;
}

const endsOfSession = new WeakMap<Session, Map<Node, readonly Node[]>>();

function findEnds(model: SessionModel, session: Session, root: Node): Node[] {
  const { resolver, file } = model;
  const names = endNames(session);
  const found: Node[] = [];
  const stack: Node[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'MemberExpression' && names.has(propertyName(node) ?? '') && sessionOf(resolver.valueOf(node.object)) === session) found.push(node);
    if (node.type === 'CallExpression' && session.kinds.some(({ facts }) => facts.release?.byClient?.includes(calleeName(node) ?? '') ?? false) && node.arguments.some((argument) => resolver.carriedBy(argument).includes(session))) found.push(node);
    if (node.type === 'VariableDeclaration' && /using/.test(node.kind) && node.declarations.some(({ init }) => init && sessionOf(resolver.valueOf(init)) === session)) found.push(node);
    stack.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return found;
}
