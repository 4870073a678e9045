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
  if (fn.async) {
    if (!isStatementOfItsOwn(statement)) return undefined;
    const { range, text } = inFront(unwrap(statement.expression), voided, 'await');
    return run === undefined ? { messageId: 'awaitIt', range, text } : { messageId: 'executeIt', range: [range[0], expression.range[1]], text: `${text}${file.sourceCode.text.slice(range[1], expression.range[1])}.${run}()` };
  }
  if (run !== undefined) return undefined;
  const body = fn.body;
  const isLast = body.type === 'BlockStatement' && body.body.at(-1) === statement;
  if (!isLast || !isThenCallback(fn)) return undefined;
  // `(void f(tx));`: there is no `return` inside of parentheses, and none that ends with its line.
  if (voided && (statement.range[0] !== statement.expression.range[0] || statement.expression.loc.start.line !== expression.loc.start.line)) return undefined;
  return { messageId: 'returnIt', ...inFront(voided ? unwrap(statement.expression) : statement, voided, 'return') };
}

/** A keyword in front, or in place of `void`: parentheses stay where they are. */
function inFront({ range: [start] }: Node, voided: boolean, keyword: string): Pick<Rewriting, 'range' | 'text'> {
  return voided ? { range: [start, start + 'void'.length], text: keyword } : { range: [start, start], text: `${keyword} ` };
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
