/** Expressions whose value nobody takes: a promise that stands there is awaited by nobody. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { File } from '../sessions/file.js';
import { calleeName, isFunction, outermost, unwrap, type Node } from '../sessions/syntax.js';

export interface Discarded {
  readonly expression: Node;
  /** `void f(tx)`: the author says that it is a promise. */
  readonly voided: boolean;
  /** `await query;`: somebody waits for it, which does not help where the query would have to be executed first. */
  readonly awaited?: true;
  /** The statement it stands in, where it is all of it. */
  readonly statement?: TSESTree.ExpressionStatement;
  /** The constant that nobody reads. */
  readonly unused?: TSESTree.Identifier;
}

/** Array methods that do not look at what their callback returns. */
const heedless = new Set(['forEach']);

/** All discarded calls of a file. */
export function discardedIn(file: File): Discarded[] {
  const found: Discarded[] = [];
  for (const statement of file.nodes.expressionStatements) collect(statement.expression, found, statement);
  for (const name of heedless) {
    for (const call of file.callsByName.get(name) ?? []) {
      const worker = call.arguments[0] && unwrap(call.arguments[0]);
      if (worker?.type === 'ArrowFunctionExpression' && !worker.async && worker.body.type !== 'BlockStatement') collect(worker.body, found, undefined);
    }
  }
  for (const scope of file.sourceCode.scopeManager?.scopes ?? []) {
    if (scope.type === 'global' || scope.type === 'module') continue;
    for (const variable of scope.variables) {
      const definition = variable.defs[0];
      if ((definition?.type as string | undefined) !== 'Variable' || variable.references.some((reference) => !reference.init)) continue;
      const { id, init } = definition?.node as TSESTree.VariableDeclarator;
      if (id.type === 'Identifier' && init && unwrap(init).type === 'CallExpression') found.push({ expression: unwrap(init), voided: false, unused: id });
    }
  }
  return found;
}

function collect(expression: Node, found: Discarded[], statement: TSESTree.ExpressionStatement | undefined, voided = false): void {
  const node = unwrap(expression);
  switch (node.type) {
    case 'CallExpression':
    case 'TaggedTemplateExpression':
    case 'NewExpression':
      found.push({ expression: node, voided, ...(statement && unwrap(statement.expression) === node ? { statement } : {}), ...(statement && voided ? { statement } : {}) });
      break;
    case 'UnaryExpression':
      if (node.operator === 'void') collect(node.argument, found, statement, true);
      break;
    case 'AwaitExpression': {
      const awaited = unwrap(node.argument);
      if (awaited.type === 'CallExpression') found.push({ expression: awaited, voided: false, awaited: true });
      break;
    }
    case 'LogicalExpression':
      collect(node.right, found, undefined, voided);
      break;
    case 'ConditionalExpression':
      collect(node.consequent, found, undefined, voided);
      collect(node.alternate, found, undefined, voided);
      break;
    case 'SequenceExpression':
      for (const part of node.expressions) collect(part, found, undefined, voided);
      break;
    default:
  }
}

/** Whether nobody takes the value of a call, with `.catch(…)` and its like passed over. */
export function isDiscarded(call: Node): boolean {
  let node = outermost(call);
  for (;;) {
    const { parent } = node;
    if (!parent) return false;
    if (parent.type === 'MemberExpression' && parent.object === node && parent.parent.type === 'CallExpression' && /^(?:then|catch|finally)$/.test(calleeName(parent.parent) ?? '')) node = outermost(parent.parent);
    else if (parent.type === 'UnaryExpression' && parent.operator === 'void') node = outermost(parent);
    else if (parent.type === 'LogicalExpression' && parent.right === node) node = outermost(parent);
    else if (parent.type === 'ExpressionStatement') return true;
    else return parent.type === 'ArrowFunctionExpression' && parent.body === node && isHeedlessCallback(parent);
  }
}

function isHeedlessCallback(fn: Node): boolean {
  const { parent } = outermost(fn);
  return isFunction(fn) && parent?.type === 'CallExpression' && heedless.has(calleeName(parent) ?? '');
}
