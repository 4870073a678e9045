/** Home-made ambient scopes: an AsyncLocalStorage of the file that holds a session, and its accessor. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Resolver } from './resolver.js';
import { isWithin, receiverOf, unwrap, type Node } from './syntax.js';
import { sessionOf, type Value, type Variable } from './values.js';

function storeVariable(resolver: Resolver, expression: Node): Variable | undefined {
  const node = unwrap(expression);
  if (node.type !== 'Identifier') return undefined;
  const variable = resolver.file.variableOf(node);
  const definition = variable?.defs[0];
  if (!variable || (definition?.type as string | undefined) !== 'Variable') return undefined;
  const { init } = definition?.node as TSESTree.VariableDeclarator;
  const made = init && unwrap(init);
  if (made?.type !== 'NewExpression') return undefined;
  const callee = resolver.valueOf(made.callee);
  return callee?.kind === 'module' && /^(?:node:)?async_hooks$/.test(callee.specifier) && callee.path.at(-1) === 'AsyncLocalStorage' ? variable : undefined;
}

/** Whether an expression is an AsyncLocalStorage made in this file. */
export function isAmbientStore(resolver: Resolver, expression: Node): boolean {
  return storeVariable(resolver, expression) !== undefined;
}

/** What `storage.getStore()` gives: what some `storage.run(value, …)` or `enterWith(value)` of the file put in. */
export function storedValue(resolver: Resolver, expression: Node): Value | undefined {
  const storage = storeVariable(resolver, expression);
  if (!storage || isExited(resolver, expression, storage)) return undefined;
  for (const method of ['run', 'enterWith']) {
    for (const call of resolver.file.callsByName.get(method) ?? []) {
      const receiver = receiverOf(call);
      const argument = call.arguments[0];
      if (!receiver || !argument || storeVariable(resolver, receiver) !== storage) continue;
      const value = resolver.valueOf(argument);
      if (sessionOf(value) || value?.kind === 'object') return value;
    }
  }
  return undefined;
}

/** Inside the callback of `storage.exit(cb)` there is nothing in it. */
function isExited(resolver: Resolver, expression: Node, storage: Variable): boolean {
  return (resolver.file.callsByName.get('exit') ?? []).some((call) => {
    const [callback] = call.arguments;
    const receiver = receiverOf(call);
    return callback !== undefined && receiver !== undefined && isWithin(expression, callback) && storeVariable(resolver, receiver) === storage;
  });
}
