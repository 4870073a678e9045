/** Rewrites a floating promise so that somebody waits for it, where that is certain to parse and to mean just that. */
import type { TSESTree } from '@typescript-eslint/utils';
import { inSequence } from '../concurrency/in-sequence.js';
import type { File } from '../sessions/file.js';
import { calleeName, enclosingFunction, isFunction, unwrap, type Node } from '../sessions/syntax.js';
import type { Discarded } from './discarded.js';
import type { NeverRun } from './never-run.js';

export interface Rewriting {
  readonly messageId: 'awaitIt' | 'executeIt' | 'returnIt' | 'loopInTurn';
  readonly range: readonly [number, number];
  readonly text: string;
}

/**
 * @param query the query that is only built, where that is the fault
 * @returns undefined where a rewriting would be a guess
 */
export function waitingFor(file: File, { expression, statement, unused, voided, awaited }: Discarded, query?: NeverRun): Rewriting | undefined {
  const fn = enclosingFunction(expression);
  const [run] = query?.facts.operations?.runs ?? [];
  if (awaited) return run === undefined ? undefined : { messageId: 'executeIt', range: [expression.range[1], expression.range[1]], text: `.${run}()` };
  if (run !== undefined && (unused || expression.type !== 'CallExpression')) return undefined;
  if (unused) return fn?.async ? { messageId: 'awaitIt', range: [expression.range[0], expression.range[0]], text: 'await ' } : undefined;
  if (!statement || !fn) return undefined;
  const call = expression.type === 'CallExpression' ? expression : undefined;
  if (call && /^(?:forEach|map|flatMap|filter|some|every)$/.test(calleeName(call) ?? '')) return loop(file, call, statement);
  const start = statement.expression.range[0];
  // Of `void (f(tx))` the parenthesis stays where it is.
  const end = voided ? (file.sourceCode.getFirstTokens(statement.expression, 2)[1]?.range[0] ?? start) : start;
  if (fn.async) {
    if (!isStatementOfItsOwn(statement)) return undefined;
    return run === undefined ? { messageId: 'awaitIt', range: [start, end], text: 'await ' } : { messageId: 'executeIt', range: [start, expression.range[1]], text: `await ${file.sourceCode.text.slice(end, expression.range[1])}.${run}()` };
  }
  if (run !== undefined) return undefined;
  const body = fn.body;
  const isLast = body.type === 'BlockStatement' && body.body.at(-1) === statement;
  return isLast && isThenCallback(fn) ? { messageId: 'returnIt', range: [start, end], text: 'return ' } : undefined;
}

function loop(file: File, call: TSESTree.CallExpression, statement: TSESTree.ExpressionStatement): Rewriting | undefined {
  if (calleeName(call) !== 'forEach' || unwrap(statement.expression) !== call) return undefined;
  const made = inSequence(file, { node: call, name: 'forEach(async …)', kind: 'unawaited-each', branches: [], call });
  return made && { messageId: 'loopInTurn', range: made.target.range, text: made.text };
}

function isStatementOfItsOwn(statement: Node): boolean {
  return statement.parent?.type === 'BlockStatement' || statement.parent?.type === 'IfStatement' || statement.parent?.type === 'SwitchCase';
}

/** `.then(() => { f(tx); })` */
function isThenCallback(fn: Node): boolean {
  const { parent } = fn;
  return isFunction(fn) && parent?.type === 'CallExpression' && /^(?:then|catch|finally)$/.test(calleeName(parent) ?? '');
}
