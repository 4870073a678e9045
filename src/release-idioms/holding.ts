/** Whether a session holds something that others miss: a connection, a transaction. */
import type { AcquireOrigin, ConstructedOrigin } from '../libraries/library.js';
import type { SessionModel } from '../sessions/model.js';
import { receiverOf } from '../sessions/syntax.js';
import { sessionOf, type Session, type SessionKind } from '../sessions/values.js';

/**
 * A fork of MikroORM is only memory until `begin()` is called on it.
 *
 * @param session where the file makes it; without it, what holds for all of the kind
 */
export function holdsConnection({ file, resolver }: SessionModel, kind: SessionKind, session: Session | undefined): boolean {
  if (kind.facts.release === undefined) return false;
  const [made] = (session?.kinds ?? []) as readonly { readonly origin?: AcquireOrigin | ConstructedOrigin }[];
  const starters = made?.origin ? made.origin.activatedBy : commonStarters(kind);
  if (!starters) return true;
  return session !== undefined && starters.some((name) => (file.callsByName.get(name) ?? []).some((call) => {
    const receiver = receiverOf(call);
    return receiver !== undefined && sessionOf(resolver.valueOf(receiver)) === session;
  }));
}

function commonStarters({ facts }: SessionKind): readonly string[] | undefined {
  const makers = facts.origins.filter((origin) => origin.kind === 'acquire' || origin.kind === 'constructed');
  return makers.length > 0 && makers.every((origin) => origin.activatedBy !== undefined) ? makers.flatMap((origin) => origin.activatedBy ?? []) : undefined;
}

/** A connection that is made, and not borrowed from a pool, may be meant to last: one for each tenant, each channel. */
export function isOwnConnection({ facts }: SessionKind): boolean {
  const makers = facts.origins.filter((origin) => origin.kind !== 'property');
  return makers.length > 0 && makers.every((origin) => origin.kind === 'constructed' || (origin.kind === 'acquire' && (origin.on === 'module' || origin.activatedBy?.includes('connect') === true)));
}
