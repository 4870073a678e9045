/** How a finding is said: the words of a message, from the catalogue's facts. */
import type { SessionModel } from '../sessions/model.js';
import { describeKinds } from '../sessions/words.js';
import type { SharedSession } from './shared.js';

/** The data of a message about a shared session. */
export interface SharedData extends Record<string, string> {
  readonly session: string;
  readonly what: string;
  readonly branches: string;
  readonly outcome: string;
  readonly instead: string;
}

/** @returns the parts of the message; every one is a clause without a final stop */
export function describeShared(model: SessionModel, shared: SharedSession): SharedData {
  const { session } = shared;
  const [{ facts }] = session.kinds;
  const several = new Set(session.kinds.map((kind) => kind.library)).size > 1;
  return {
    session: session.how === 'ambient' ? session.name : `\`${session.name}\``,
    what: describeKinds(session.kinds),
    branches: branchWords(model, shared),
    outcome: several ? 'one connection runs one statement at a time, so nothing is gained, and after the first rejection the other branches go on while the transaction is rolled back' : shared.outcome.text,
    instead: several ? 'await them one after another' : facts.instead,
  };
}

function branchWords(model: SessionModel, { fork, branches }: SharedSession): string {
  const fork_ = fork.kind === 'started' ? fork.name : `\`${fork.name}\``;
  const repeated = branches.find((entry) => entry.branch.replicated)?.branch;
  if (fork.kind === 'started') return 'a promise that is started here and by the statements before its `await`';
  if (repeated) return repeated.over && !(fork.call.type === 'CallExpression' && repeated.over === fork.call.callee) ? `every branch of ${fork_} over \`${model.file.nameOf(repeated.over)}\`` : `every branch of ${fork_}`;
  return `${String(branches.length)} branches of ${fork_}`;
}
