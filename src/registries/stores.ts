/** An AsyncLocalStorage that holds a session: the store goes with its callback, the session does not. */
import type { TSESTree } from '@typescript-eslint/utils';
import { releasesOf } from '../release-idioms/endings.js';
import { holdsConnection } from '../release-idioms/holding.js';
import { isAmbientStore } from '../sessions/ambient-store.js';
import type { SessionModel } from '../sessions/model.js';
import { outermost, propertyName, receiverOf, unwrap, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';

export interface StoreFinding {
  readonly fault: 'storeKept' | 'storePerhapsKept';
  readonly node: TSESTree.CallExpression;
  readonly session: Session;
  readonly store: string;
}

export function storeFindings(model: SessionModel): StoreFinding[] {
  const { file, resolver } = model;
  if (!file.sourceCode.text.includes('AsyncLocalStorage')) return [];
  return ['run', 'enterWith'].flatMap((method) =>
    (file.callsByName.get(method) ?? []).flatMap((call): StoreFinding[] => {
      const store = receiverOf(call);
      const [value] = call.arguments;
      if (call.type !== 'CallExpression' || !store || !value || !isAmbientStore(resolver, store)) return [];
      const [session] = resolver.carriedBy(value);
      if (session?.how !== 'acquired' || !holdsConnection(model, session.kinds[0], session)) return [];
      if (releasesOf(model).some((release) => release.session === session) || isSharedOtherwise(model, session)) return [];
      return [{ fault: isOnlyOfFile(model, store) ? 'storeKept' : 'storePerhapsKept', node: call, session, store: file.nameOf(store) }];
    }),
  );
}

/** The session also goes somewhere else, where it may be released: `finish(client)`, `return client`. */
function isSharedOtherwise({ file, resolver }: SessionModel, session: Session): boolean {
  for (const scope of file.sourceCode.scopeManager?.scopes ?? []) {
    for (const variable of scope.variables) {
      const declared = resolver.variableValue(variable);
      if (declared?.kind !== 'session' || declared.session !== session || declared.derived) continue;
      const handed = variable.references.some((reference) => {
        const node = outermost(reference.identifier);
        const { parent } = node;
        if (reference.init || !parent) return false;
        if (parent.type === 'CallExpression') return parent.callee !== node && !isStoreCall(resolver, parent);
        return parent.type === 'ReturnStatement' || parent.type === 'NewExpression' || (parent.type === 'AssignmentExpression' && parent.right === node);
      });
      if (handed) return true;
    }
  }
  return false;
}

function isStoreCall(resolver: SessionModel['resolver'], call: TSESTree.CallExpression): boolean {
  const receiver = receiverOf(call);
  return receiver !== undefined && isAmbientStore(resolver, receiver);
}

/** Whether only this file can ask the storage for its session. */
function isOnlyOfFile({ file }: SessionModel, store: Node): boolean {
  const variable = file.variableOf(unwrap(store));
  const declarator = variable?.defs[0]?.node as Node | undefined;
  if (!variable || declarator?.parent?.parent?.type === 'ExportNamedDeclaration') return false;
  return variable.references.every((reference) => {
    const place = outermost(reference.identifier);
    if (reference.init) return true;
    if (place.parent?.type !== 'MemberExpression' || place.parent.object !== place) return false;
    const call = outermost(place.parent).parent;
    if (propertyName(place.parent) !== 'getStore' || call?.type !== 'CallExpression') return true;
    // `export const current = () => storage.getStore()` gives it to everybody.
    const { parent } = outermost(call);
    return parent?.type !== 'ReturnStatement' && parent?.type !== 'ArrowFunctionExpression';
  });
}
