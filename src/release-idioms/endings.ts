/** Calls that give up a session, wherever they stand in the file. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { libraries } from '../libraries/index.js';
import { calleeName, receiverOf } from '../sessions/syntax.js';
import { sessionOf, type Session } from '../sessions/values.js';

export interface Release {
  readonly call: TSESTree.CallExpression;
  readonly session: Session;
  /** The method: `release`, `endSession`. */
  readonly method: string;
}

/** Every method of the catalogue that gives up a session. */
export const releaseMethods: ReadonlySet<string> = new Set(libraries.flatMap((library) => library.sessions.flatMap((facts) => facts.release?.methods ?? [])));
const takers: ReadonlySet<string> = new Set(libraries.flatMap((library) => library.sessions.flatMap((facts) => facts.release?.byClient ?? [])));

const tables = new WeakMap<SessionModel, readonly Release[]>();

/** All releases of the file, `pool.releaseConnection(c)` too, in source order. */
export function releasesOf(model: SessionModel): readonly Release[] {
  const known = tables.get(model);
  if (known) return known;
  const { file, resolver } = model;
  const found: Release[] = [];
  for (const [name, calls] of file.callsByName) {
    if (!releaseMethods.has(name) && !takers.has(name)) continue;
    for (const call of calls) {
      if (call.type !== 'CallExpression') continue;
      const receiver = receiverOf(call);
      const own = receiver && sessionOf(resolver.valueOf(receiver));
      if (own?.kinds.some(({ facts }) => facts.release?.methods.includes(name))) found.push({ call, session: own, method: name });
      else if (takers.has(name)) {
        for (const argument of call.arguments) {
          const given = sessionOf(resolver.valueOf(argument));
          if (given?.kinds.some(({ facts }) => facts.release?.byClient?.includes(calleeName(call) ?? ''))) found.push({ call, session: given, method: name });
        }
      }
    }
  }
  found.sort((a, b) => a.call.range[0] - b.call.range[0]);
  tables.set(model, found);
  return found;
}
