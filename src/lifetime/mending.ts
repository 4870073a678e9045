/** Which rewritings mend which breach of the law about acquired sessions. */
import type { SessionModel } from '../sessions/model.js';
import type { Breach, Finding } from './findings.js';
import { useManaged } from './managed.js';
import { awaitUsing, returnAwait, wrapInFinally, type Rewriting } from './rewriting.js';

const leaks: ReadonlySet<Breach> = new Set(['endedOnly', 'leftByThrow', 'leftOnPath', 'leftOpen', 'neverReleased']);

/** @returns the best first; nothing where every rewriting would be a guess */
export function mendingsOf({ file }: SessionModel, { breach, node, obligation }: Finding): Rewriting[] {
  if (breach === 'returnedInUse') {
    const { parent } = node;
    const awaited = parent?.type === 'ReturnStatement' ? returnAwait(file, parent) : undefined;
    return awaited ? [awaited] : [];
  }
  // Which library it is decides how to release.
  if (!leaks.has(breach) || obligation?.kinds.length !== 1) return [];
  const [kind] = obligation.kinds;
  return [useManaged(file, kind, node), wrapInFinally(file, kind, node), awaitUsing(file, kind, node)].filter((each) => each !== undefined);
}

/** Names of the suggestions, for the rule's messages. */
export const mendingMessages = {
  wrapInFinally: 'Release it in a `finally`.',
  useManaged: 'Let the library commit and roll back.',
  awaitUsing: 'Release it by `await using`.',
  returnAwait: 'Return it with `await`.',
  onceClose: "Listen to `close` instead, once.",
  callIt: 'Call it.',
} as const satisfies Record<Rewriting['messageId'], string>;
