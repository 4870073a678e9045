/** What an expression can stand for, as far as sessions are concerned. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Library, SessionFacts } from '../libraries/library.js';
import type { ClassNode, FunctionNode, Node } from './syntax.js';

export type Variable = TSESLint.Scope.Variable;

/** A library together with the kind of session that is meant. */
export interface SessionKind {
  readonly library: Library;
  readonly facts: SessionFacts;
}

/** How the session came to be. */
export type OriginKind = 'managed-callback' | 'acquired' | 'typed' | 'wrapper' | 'ambient' | 'passed-in' | 'used-as';

/** One session of the file. The same object always stands for the same session. */
export interface Session {
  /** Where it comes to be: the callback's parameter, the acquire call, the annotated parameter or field. */
  readonly origin: Node;
  readonly how: OriginKind;
  /** Possible kinds; the first is the best guess, more than one where the evidence allows several libraries. */
  readonly kinds: readonly [SessionKind, ...SessionKind[]];
  /** The function whose end ends the session, for managed callbacks and ambient scopes. */
  readonly scope: FunctionNode | undefined;
  /** What the author calls it. */
  readonly name: string;
}

export type Value =
  | { readonly kind: 'session'; readonly session: Session; readonly derived: boolean }
  | { readonly kind: 'client'; readonly library: Library }
  /** A client or a session, depending on the caller. */
  | { readonly kind: 'either' }
  /** `import * as x from 'm'` is path []; `import { a } from 'm'` is path ['a']; a default import is ['default']. */
  | { readonly kind: 'module'; readonly specifier: string; readonly path: readonly string[] }
  | { readonly kind: 'global'; readonly name: string }
  | { readonly kind: 'function'; readonly node: FunctionNode }
  | { readonly kind: 'class'; readonly node: ClassNode }
  | { readonly kind: 'instance'; readonly node: ClassNode }
  | { readonly kind: 'object'; readonly node: TSESTree.ObjectExpression }
  | { readonly kind: 'array'; readonly node: TSESTree.ArrayExpression }
  /** A value known by its type only: members are looked up in the type's text. */
  | { readonly kind: 'shape'; readonly types: readonly Node[]; readonly owner: Node };

export function sessionOf(value: Value | undefined): Session | undefined {
  return value?.kind === 'session' ? value.session : undefined;
}
