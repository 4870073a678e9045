/**
 * Shapes that are right at a glance, so that nothing has to be interpreted: what is acquired in front of a `try` whose
 * `finally` begins with the release, and a transaction in a `try` that ends in its commit and whose `catch` begins with
 * the rollback. Whatever is not quite so is no finding: it only has to be looked at more closely.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { chainFrom, enclosingFunction, isFunction, isWithin, outermost, unwrap, type Node } from '../sessions/syntax.js';
import type { LifetimeScope } from './lifetime.js';
import type { Obligation } from './obligations.js';
import { isRelease, releasesOf, type Subject } from './releasing.js';
import { isLoop } from './syntax.js';

/** `const c = await pool.connect(); try { … } finally { c.release(); }`, and nothing in the `try` ends or hands back the session. */
export function isReleasedInFinally(model: SessionModel, { scope, acquisition, using, done }: Obligation, subject: Subject): boolean {
  if (using || done || !('type' in acquisition) || !isFunction(scope) || scope.generator || subject.holders.variables.size !== 1) return false;
  const [variable] = subject.holders.variables;
  const statement = statementOf(acquisition);
  const tried = statement && nextOf(statement);
  if (!variable || !statement || tried?.type !== 'TryStatement' || !tried.finalizer || enclosingFunction(statement) !== scope || variable.references.filter((reference) => reference.isWrite()).length !== 1) return false;
  const release = callIn(tried.finalizer.body[0]);
  if (release?.type !== 'CallExpression' || !isRelease(model.resolver, subject, release) || returnsSomethingPending(model, tried, scope)) return false;
  return subject.holders.mentions().every((mention) => isWithin(mention, release) || (mention.range[1] <= statement.range[1] ? isMade(mention, statement) : isWithin(mention, tried) && !isWithin(mention, tried.finalizer as Node) && isPlainUse(model, subject, mention, tried)));
}

/** The declaration, or work on what is only made yet: `const c = new Client(); c.on('error', log); await c.connect();`. */
function isMade(mention: Node, statement: Node): boolean {
  const { parent } = outermost(mention);
  return isWithin(mention, statement) || parent?.type === 'VariableDeclarator' || parent?.type === 'MemberExpression';
}

function isPlainUse({ resolver }: SessionModel, subject: Subject, mention: Node, tried: Node): boolean {
  const { links } = chainFrom(mention);
  if (releasesOf(subject).some(({ methods }) => links.some((link) => methods.includes(link.name)))) return false;
  for (let node = outermost(mention), { parent } = node; parent && parent !== tried; node = parent, { parent } = node) {
    if (parent.type === 'AssignmentExpression' || parent.type === 'YieldExpression' || (parent.type === 'VariableDeclaration' && parent.kind !== 'const' && parent.kind !== 'let')) return false;
    // A function of the file may release what it is given.
    if (parent.type === 'CallExpression' && unwrap(parent.callee) !== unwrap(node) && (parent.callee.type !== 'MemberExpression' || !isWithin(mention, parent.callee)) && resolver.valueOf(parent.callee)?.kind === 'function') return false;
    if (parent.type === 'CallExpression' && /^(?:release|releaseConnection|dispose|destroy)$/.test(parent.callee.type === 'MemberExpression' && parent.callee.property.type === 'Identifier' ? parent.callee.property.name : '')) return false;
    if (isFunction(parent) && resolver.file.callsByName.has(nameOf(parent))) return false;
  }
  return true;
}

function nameOf(fn: Node): string {
  if ('id' in fn && fn.id?.type === 'Identifier') return fn.id.name;
  return fn.parent?.type === 'VariableDeclarator' && fn.parent.id.type === 'Identifier' ? fn.parent.id.name : '';
}

/** `return c.query(…)` leaves before the query is done. */
function returnsSomethingPending({ file }: SessionModel, tried: Node, scope: LifetimeScope): boolean {
  return isFunction(scope) && file.returnsOf(scope).some((each) => each.argument && isWithin(each, tried) && /^(?:Call|TaggedTemplate|New|Conditional|Logical|Sequence|Import|Assignment|Chain)Expression$/.test(unwrap(each.argument).type));
}

/** `await c.query('BEGIN'); try { … await c.query('COMMIT'); } catch (e) { await c.query('ROLLBACK'); … }`, with the beginning in front of the `try` or in it. */
export function isEndedInTry(model: SessionModel, begin: Node, subject: Subject): boolean {
  const statement = statementOf(begin);
  if (!statement) return false;
  const { parent } = statement;
  const inside = parent.type === 'BlockStatement' && parent.parent.type === 'TryStatement' && parent.parent.block === parent;
  const tried: Node | undefined = inside ? parent.parent : nextOf(statement);
  if (tried?.type !== 'TryStatement' || !tried.handler || !isEnd(model, subject, tried.handler.body.body[0])) return false;
  const commit = tried.block.body.find((each) => each !== statement && isEnd(model, subject, each));
  if (!commit || commit.range[0] < statement.range[0]) return false;
  const scope = enclosingFunction(statement);
  return !mayBeBrokenOff(tried.parent) && !(scope && model.file.returnsOf(scope).some((each) => each.range[0] > statement.range[1] && each.range[1] < commit.range[0]));
}

/** It stands in something that `break` or `continue` leaves. */
function mayBeBrokenOff(around: Node | undefined): boolean {
  for (let node = around; node && !isFunction(node); node = node.parent) if (isLoop(node) || node.type === 'SwitchStatement' || node.type === 'LabeledStatement') return true;
  return false;
}

function isEnd(model: SessionModel, subject: Subject, statement: Node | undefined): boolean {
  const call = callIn(statement);
  return call !== undefined && isRelease(model.resolver, subject, call);
}

/** The call that a statement consists of, awaited or not. */
function callIn(statement: Node | undefined): TSESTree.CallExpression | TSESTree.TaggedTemplateExpression | undefined {
  if (statement?.type !== 'ExpressionStatement') return undefined;
  let node = unwrap(statement.expression);
  if (node.type === 'AwaitExpression') node = unwrap(node.argument);
  return node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression' ? node : undefined;
}

/** The statement that does nothing but evaluate this expression, into a variable or into nothing. */
function statementOf(expression: Node): TSESTree.ExpressionStatement | TSESTree.VariableDeclaration | undefined {
  let node = outermost(expression);
  while (node.parent?.type === 'AwaitExpression') node = outermost(node.parent);
  const { parent } = node;
  if (parent?.type === 'ExpressionStatement') return parent;
  return parent?.type === 'VariableDeclarator' && parent.init === node && parent.parent.declarations.length === 1 ? parent.parent : undefined;
}

function nextOf(statement: Node): Node | undefined {
  const { parent } = statement;
  if (parent?.type !== 'BlockStatement') return undefined;
  return parent.body[parent.body.indexOf(statement as TSESTree.Statement) + 1];
}
