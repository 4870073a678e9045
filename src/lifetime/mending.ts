/** Which rewritings mend which breach of the law about acquired sessions. */
import type { SessionModel } from '../sessions/model.js';
import type { Breach, Finding } from './findings.js';
import { useManagedSession } from './managed-sessions.js';
import { useManaged } from './managed.js';
import { rollBackFirst } from './rolling-back.js';
import { awaitUsing, returnAwait, wrapInFinally, type Rewriting } from './rewriting.js';

const leaks: ReadonlySet<Breach> = new Set(['endedOnly', 'leftByThrow', 'leftOnPath', 'leftOpen', 'neverReleased']);

/** @returns the best first; nothing where every rewriting would be a guess */
export function mendingsOf(model: SessionModel, { breach, node, obligation, way }: Finding): Rewriting[] {
  const { file } = model;
  if (breach === 'returnedInUse') {
    const { parent } = node;
    const awaited = parent?.type === 'ReturnStatement' ? returnAwait(file, parent) : undefined;
    return awaited ? [awaited] : [];
  }
  // Which library it is decides how to release.
  if (obligation?.kinds.length !== 1) return [];
  const [kind] = obligation.kinds;
  // Where the session would still be held, a rollback alone is no help.
  const first = way && (breach === 'leftOpen' || breach === 'releasedOpen') ? rollBackFirst(model, obligation, node, way) : undefined;
  const found = breach === 'releasedOpen' ? [useManagedSession(file, kind, obligation.node), first] : leaks.has(breach) ? [useManaged(file, kind, node), useManagedSession(file, kind, node), wrapInFinally(file, kind, node), awaitUsing(file, kind, node), first] : [];
  return found.filter((each) => each !== undefined);
}

/** Names of the suggestions, for the rule's messages. */
export const mendingMessages = {
  wrapInFinally: 'Release it in a `finally`.',
  useManaged: 'Let the library commit and roll back.',
  rollBackFirst: 'Roll back in front of it.',
  awaitUsing: 'Release it by `await using`.',
  returnAwait: 'Return it with `await`.',
  onceClose: "Listen to `close` instead, once.",
  callIt: 'Call it.',
} as const satisfies Record<Rewriting['messageId'], string>;
