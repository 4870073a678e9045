/** How findings about releases are said, from the catalogue's facts. */
import type { Outcome, SessionFacts } from '../libraries/library.js';
import type { SessionModel } from '../sessions/model.js';
import { isFunction, type Node } from '../sessions/syntax.js';
import type { SessionKind } from '../sessions/values.js';
import type { Leak } from './lifetime.js';

type Kinds = readonly [SessionKind, ...SessionKind[]];

export function describeKind(kinds: Kinds): string {
  const names = [...new Set(kinds.map(({ library }) => library.name))];
  return `${names.join(' or ')} ${kinds[0].facts.noun}`;
}

/** Where the possible libraries agree, the first one's words; else what holds for all. */
function outcomeOf(kinds: Kinds, pick: (facts: SessionFacts) => Outcome | undefined, otherwise: string): string {
  const texts = new Set(kinds.map(({ facts }) => pick(facts)?.text ?? otherwise));
  const [only] = texts;
  return texts.size === 1 && only !== undefined ? only : otherwise;
}

export function outcomeOfNever(kinds: Kinds): string {
  return outcomeOf(kinds, ({ release }) => release?.never, isTransaction(kinds) ? 'the transaction stays open, and what it holds is missing to others' : 'what it holds is never given back');
}

export function outcomeOfTwice(kinds: Kinds): string | undefined {
  return knownOutcome(kinds, ({ release }) => release?.twice);
}

export function outcomeOfLateUse(kinds: Kinds): string | undefined {
  return knownOutcome(kinds, ({ release, afterScope }) => release?.after ?? afterScope);
}

function knownOutcome(kinds: Kinds, pick: (facts: SessionFacts) => Outcome | undefined): string | undefined {
  const outcomes = kinds.map(({ facts }) => pick(facts));
  if (outcomes.some((outcome) => outcome === undefined || outcome.kind === 'safe')) return undefined;
  const [text, ...others] = new Set(outcomes.map((outcome) => outcome?.text));
  if (others.length === 0) return text;
  // Each says it in its own words.
  return outcomes.every((outcome) => outcome?.kind === 'rejects') ? 'it rejects, for the session has ended' : undefined;
}

/** It ends by a commit or a rollback, as against something that is given back. */
export function isTransaction(kinds: Kinds): boolean {
  return kinds.every(({ facts }) => facts.release?.methods.some((method) => /^(?:commit|rollback|abort|discard)$/.test(method)));
}

export function outcomeOfOpenTransaction(kinds: Kinds): string {
  return outcomeOf(kinds, ({ release }) => release?.openTransaction, 'the next one to get the connection is inside the open transaction');
}

export function adviceForOpenTransaction([{ facts }]: Kinds, name: string): string {
  const method = facts.release?.endsTransactionOnly?.find((each) => /^(?:rollback|abort)/.test(each));
  return `${method === undefined ? 'Send ROLLBACK' : `Call \`${name}.${method}()\``} on that path, in front of the release`;
}

/** What to write instead, as a sentence without its full stop. */
export function adviceFor(kinds: Kinds, name: string | undefined): string {
  const [{ facts, library }] = kinds;
  const session = name ?? 'it';
  const call = (method: string): string => `\`${session}.${method}()${facts.release?.needs === undefined ? '' : `.${facts.release.needs}()`}\``;
  if (isTransaction(kinds)) {
    const undo = facts.release?.methods.find((method) => /^(?:rollback|abort|discard)$/.test(method)) ?? 'rollback';
    const managed = managedMethod(kinds);
    return `Commit or roll back on every path (${call(undo)} in a \`catch\`)${managed === undefined ? '' : `, or give \`${managed}\` a callback, which ends it by itself`}`;
  }
  const method = facts.release?.methods[0] ?? 'release';
  const managed = library.id === 'pg' ? undefined : managedMethod(kinds);
  if (name === undefined) return `Keep it in a variable, and call \`${method}()\` in a \`finally\``;
  return `Call ${call(method)} in a \`finally\`${managed === undefined || !facts.origins.some((origin) => origin.kind === 'callback' && origin.methods.includes(managed)) ? '' : `, or use \`${managed}\`, which ends it by itself`}`;
}

/** The method of the client that opens the same kind of session for a callback and ends it. */
function managedMethod(kinds: Kinds): string | undefined {
  const [{ facts, library }] = kinds;
  const near = [facts, ...(isTransaction(kinds) ? library.sessions.filter((other) => other !== facts && /transaction/.test(other.id)) : [])];
  for (const { origins } of near) {
    for (const origin of origins) {
      if (origin.kind === 'callback' && origin.receiverIsSession !== true && (origin.on === 'client' || origin.on === 'any')) return origin.after ? `${origin.after[0] ?? ''}().${origin.methods[0] ?? ''}` : origin.methods[0];
    }
  }
  return undefined;
}

export function lineOf(node: Node): string {
  return `line ${String(node.loc.start.line)}`;
}

/** How the scope is left, as a clause that begins with "when" or "at". */
export function describeLeak(model: SessionModel, leak: Leak): string {
  const text = `\`${headline(model, leak.node)}\` (${lineOf(leak.node)})`;
  const caught = leak.afterException ? ', after an error that was caught' : '';
  if (leak.kind === 'throws') {
    if (leak.departure === 'yield') return `when the consumer does not come back to ${text}`;
    if (leak.departure !== 'throw') return `when ${text} leaves${caught}`;
    const place = leak.place === 'before-try' && leak.protection ? `, in front of the \`try\` of ${lineOf(leak.protection)}` : leak.place === 'in-cleanup' ? ', inside the clean-up' : '';
    return `when ${text} throws${place}`;
  }
  switch (leak.departure) {
    case 'end':
      return isFunction(leak.node) || leak.node.type === 'Program' ? `at the end of the function${caught}` : `at the end of the block of ${lineOf(leak.node)}${caught}`;
    case 'overwritten':
      return `when ${text} takes its place${caught}`;
    case 'yield':
      return `when the consumer does not come back to ${text}`;
    default:
      return `when ${text} leaves${caught}`;
  }
}

/** A statement in one line, without its semicolon. */
function headline(model: SessionModel, node: Node): string {
  return model.file.nameOf(node).replace(/;$/, '');
}
