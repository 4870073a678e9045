/** The law's second half: whatever is registered under a key is taken out again. */
import type { Leak } from '../lifetime/lifetime.js';
import { holdsConnection, isOwnConnection } from '../release-idioms/holding.js';
import type { SessionModel } from '../sessions/model.js';
import type { Node } from '../sessions/syntax.js';
import type { Session, SessionKind } from '../sessions/values.js';
import { fateOf } from './entries.js';
import type { Holder } from './holders.js';
import { registrationsOf, type Registration } from './registering.js';
import { faultsOf } from './scopes.js';

interface Found {
  /** What is to be underlined. */
  readonly node: Node;
  /** The registry's name in the file. */
  readonly registry: string;
  readonly kind: SessionKind;
  /** The session, where the file makes it: what is said here need not be said there again. */
  readonly session: Session | undefined;
  /** It holds more than memory. */
  readonly holds: boolean;
}

export type RegistryFinding =
  /** Nothing takes entries out. */
  | (Found & { readonly fault: 'kept' })
  /** The sessions are ended, but their entries stay. Only where every stale entry counts. */
  | (Found & { readonly fault: 'staleKept' })
  /** Others can take entries out, for the registry or the session comes from or goes to where the file does not show. */
  | (Found & { readonly fault: 'perhapsKept' })
  /** A weak map lets go of the entry, and nothing ends the session. */
  | (Found & { readonly fault: 'weak' })
  /** A cache throws the entry out, and nothing ends the session. */
  | (Found & { readonly fault: 'evicted' })
  /** There is a function that takes entries out, and nobody calls it. */
  | (Found & { readonly fault: 'neverRemoved'; readonly remover: string })
  /** A scope takes its entry out on some ways and not on others. */
  | (Found & { readonly fault: 'leftOpen'; readonly remover: string; readonly leak: Leak });

/** Every registration of the file that nobody takes back. */
export function registryFindings(model: SessionModel): RegistryFinding[] {
  const said = new Set<Holder>();
  return registrationsOf(model).flatMap((registration) => {
    const { holder } = registration;
    // One registry, one mistake: the second statement that fills it adds nothing.
    if (said.has(holder)) return [];
    const findings = judge(model, registration);
    if (findings.length > 0) said.add(holder);
    return findings;
  });
}

function judge(model: SessionModel, registration: Registration): RegistryFinding[] {
  const { node, holder, keys, kind, made, handedIn } = registration;
  if (keys === 'fixed' || (keys !== 'generated' && isOwnConnection(kind))) return [];
  const found = { node, registry: holder.name, kind, session: made, holds: holdsConnection(model, kind, made) };
  const fate = fateOf(model, holder, kind.facts, made);
  // What holds no connection only costs memory, and only in what lives on.
  switch (holder.collection.kind) {
    case 'weak':
      return found.holds && made && !fate.released && !fate.handedOn && !holder.handedOut ? [{ ...found, fault: 'weak' }] : [];
    case 'bounded':
      return found.holds && made && holder.collection.eviction === 'drops' && !fate.released && !fate.handedOn && !holder.handedOut ? [{ ...found, fault: 'evicted' }] : [];
    case 'map':
    case 'object':
  }
  if (fate.removals.length > 0) {
    if (holder.handedOut) return [];
    return faultsOf(model, node, fate.removals).map((fault) =>
      fault.kind === 'neverRemoved' ? { ...found, fault: 'neverRemoved', remover: fault.remover } : { ...found, node: fault.opening, fault: 'leftOpen', remover: fault.remover, leak: fault.leak },
    );
  }
  if (!found.holds && !holder.permanent) return [];
  if (fate.released) return [{ ...found, fault: 'staleKept' }];
  return [{ ...found, fault: holder.handedOut || handedIn ? 'perhapsKept' : 'kept' }];
}
