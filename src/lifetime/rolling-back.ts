/**
 * Rolls back in front of a `return` that leaves a transaction open. That changes nothing of what is stored: whoever
 * leaves without a commit has stored nothing.
 */
import type { SessionFacts } from '../libraries/library.js';
import { childrenOf } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, chainFrom, enclosingFunction, isFunction, isWithin, literalText, outermost, type Node } from '../sessions/syntax.js';
import { sessionOf } from '../sessions/values.js';
import type { Obligation } from './obligations.js';
import { indentOf, unitOf, type Rewriting } from './rewriting.js';

/**
 * @param begin the call that begins the transaction
 * @param way the statement that leaves it open
 * @returns undefined where the transaction may have ended on the way there, where the session is not at hand, and where
 *   what is returned still needs it
 */
export function rollBackFirst(model: SessionModel, { kinds: [{ facts }], holders, name, scope, node, isBorrowed }: Obligation, begin: Node, way: Node): Rewriting | undefined {
  const { file } = model;
  const rollback = rollbackOf(facts, name);
  if (way.type !== 'ReturnStatement' || rollback === undefined || !isFunction(scope) || !scope.async || enclosingFunction(way) !== scope || !isAtHand(isBorrowed ? begin : node, way)) return undefined;
  if (holders.mentions().some((mention) => isWithin(mention, way) || (mention.range[0] > begin.range[1] && mention.range[1] < way.range[0] && mayEnd(facts, mention)))) return undefined;
  if (way.argument && usesSession(model, way.argument)) return undefined;
  const { parent } = way;
  if (parent.type === 'BlockStatement') return { messageId: 'rollBackFirst', range: [way.range[0], way.range[0]], text: `${rollback}\n${indentOf(file, way)}` };
  if (parent.type !== 'IfStatement') return undefined;
  const indent = indentOf(file, parent);
  const inner = `${indent}${unitOf(file, parent)}`;
  return { messageId: 'rollBackFirst', range: way.range, text: `{\n${inner}${rollback}\n${inner}${file.sourceCode.getText(way)}\n${indent}}` };
}

function rollbackOf({ release, operations, begins }: SessionFacts, name: string): string | undefined {
  const isUndo = (method: string): boolean => /^(?:rollback|abort)/.test(method);
  const method = release?.methods.find(isUndo) ?? release?.endsTransactionOnly?.find(isUndo);
  if (method !== undefined) return `await ${name}.${method}()${release?.needs === undefined ? '' : `.${release.needs}()`};`;
  return begins === undefined && operations?.sql?.includes('query') ? `await ${name}.query('ROLLBACK');` : undefined;
}

/** `const t = await begin();` in a block that the way out is in: on every way there it has begun. */
function isAtHand(begin: Node, way: Node): boolean {
  let statement: Node | undefined = begin;
  while (statement && !/(?:Statement|VariableDeclaration)$/.test(statement.type)) statement = statement.parent;
  const block = statement?.parent;
  if (!statement || !block || (block.type !== 'BlockStatement' && block.type !== 'Program') || !isWithin(way, block)) return false;
  return statement.type === 'ExpressionStatement' || (statement.type === 'VariableDeclaration' && statement.kind === 'const');
}

/** A mention on the way that ends the transaction, or gives the session to somebody who may. */
function mayEnd({ release }: SessionFacts, mention: Node): boolean {
  const { links } = chainFrom(mention);
  const [first] = links;
  if (first) return [...(release?.methods ?? []), ...(release?.endsTransactionOnly ?? [])].some((method) => links.some((link) => link.name === method)) || /\b(?:commit|rollback|end|abort)\b/i.test((first.call?.type === 'CallExpression' ? literalText(first.call.arguments[0]) : undefined) ?? '');
  const { parent } = outermost(mention);
  // `{ transaction: t }` and `.transacting(t)` are work; a function that is given the session may end it.
  return parent?.type === 'CallExpression' && calleeName(parent) !== 'transacting';
}

function usesSession({ resolver, file }: SessionModel, value: Node): boolean {
  const open: Node[] = [value];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === 'Identifier' && sessionOf(resolver.valueOf(node))) return true;
    open.push(...childrenOf(node, file.sourceCode.visitorKeys));
  }
  return false;
}
