/** What the library does with work that goes on when its session is over. */
import type { SessionFacts } from '../libraries/library.js';
import type { Session } from '../sessions/values.js';

/** @returns undefined where the library makes it harmless */
export function lateOutcome(session: Session, floating: boolean): string | undefined {
  const [{ facts }] = session.kinds;
  const ofScope = session.how === 'ambient' ? facts.origins.flatMap((origin) => (origin.kind === 'ambient' && origin.afterScope ? [origin.afterScope] : []))[0] : undefined;
  if (session.kinds.length > 1) return 'its work is rejected, or is committed outside the transaction without an error';
  const own = ofScope ?? (floating && facts.builders === 'eager' && session.how !== 'ambient' ? facts.floating : undefined) ?? facts.afterScope ?? facts.release?.after ?? (facts.builders === 'eager' ? facts.floating : undefined);
  if (own) return own.kind === 'safe' && !own.unknown ? undefined : own.text;
  if (isWithoutScope(facts)) return undefined;
  return 'its work is rejected, or runs outside it without an error';
}

/** What becomes of work that does not inherit the scope at all: effects that are run by themselves. */
export function ownContextOutcome(session: Session): string | undefined {
  return session.kinds[0].facts.outerClient?.text ?? lateOutcome(session, false);
}

/** MikroORM's plain entity manager and its like hold no connection: nothing ends. */
function isWithoutScope(facts: SessionFacts): boolean {
  return facts.operations?.onlyHazards !== undefined;
}

/** Methods that are dangerous by themselves when nobody waits for them, on a session that nothing ends. */
export function isHazard(session: Session, method: string | undefined): boolean {
  return method !== undefined && session.kinds.every(({ facts }) => facts.operations?.onlyHazards?.includes(method) ?? false);
}
