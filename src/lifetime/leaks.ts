/** Puts a session, or the transaction on it, to the interpreter, and says which way out of the scope counts as a leak. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { unwrap, unwrapAwait, type Node } from '../sessions/syntax.js';
import { Effects } from './effects.js';
import { endsProcess, isInTest, runsWithProcess } from './entry.js';
import { interpretLifetime } from './interpret.js';
import type { Leak, Lifetime, LifetimeScope } from './lifetime.js';
import type { Obligation } from './obligations.js';
import { cannotFail, isOpening, isSubmission, releasesOf, type Subject } from './releasing.js';
import type { Summaries } from './summaries.js';

export interface Strictness {
  /** Any call may throw, not only what is awaited. */
  readonly anyCall: boolean;
  /** A class that stores a session has to release it somewhere. */
  readonly stored: boolean;
}

export interface Answer {
  readonly lifetime: Lifetime;
  readonly effects: Effects;
  /** The worst way out that counts. */
  readonly leak: Leak | undefined;
}

export class Leaks {
  readonly #model: SessionModel;
  readonly #obligation: Obligation;
  readonly #subject: Subject;
  readonly #strictness: Strictness;
  readonly #summaries: Summaries;

  constructor(model: SessionModel, obligation: Obligation, subject: Subject, strictness: Strictness, summaries: Summaries) {
    this.#model = model;
    this.#obligation = obligation;
    this.#subject = subject;
    this.#strictness = strictness;
    this.#summaries = summaries;
  }

  ask(scope: LifetimeScope, acquisition: Obligation['acquisition'], throws: 'any-call' | 'awaited'): Answer {
    const effects = new Effects(this.#model, this.#subject, scope, this.#obligation.session, this.#summaries);
    const { isSession, classify, statusOf } = effects;
    const isDisposed = this.#subject.ends === 'session' && (effects.isDisposed || this.#obligation.using !== undefined);
    const lifetime = interpretLifetime({ scope, acquisition, isSession, classify, statusOf, throws, using: isDisposed ? 'releases' : 'does-nothing' });
    return { lifetime, effects, leak: lifetime.abstained ? undefined : lifetime.leaks.find((leak) => this.#counts(leak, effects)) };
  }

  #counts(leak: Leak, effects: Effects): boolean {
    if (this.#obligation.isBorrowed && (leak.kind !== 'path' || leak.departure === 'throw')) return false;
    if (this.#subject.ends === 'transaction' && (leak.departure === 'overwritten' || leak.departure === 'yield')) return false;
    const lazy = this.#subject.ends === 'session' && releasesOf(this.#subject).some((release) => release.lazy);
    if (lazy && (effects.firstUse === Infinity || (leak.departure !== 'end' && leak.node.range[1] <= effects.firstUse))) return false;
    if (leak.kind === 'never-released') return leak.departure !== 'throw' && !(runsWithProcess(this.#model, this.#scope) && endsProcess(this.#model));
    if (effects.isLeftToOthers || (leak.place !== 'before-try' && effects.isReleasedByState)) return false;
    if (leak.kind === 'path') return !(leak.departure === 'throw' && runsWithProcess(this.#model, this.#scope));
    if (this.#isHarmlessThrow()) return false;
    const thrower = throwingCall(leak.node);
    if (thrower && (isSubmission(this.#subject, thrower) || cannotFail(this.#subject, thrower))) return false;
    const opens = thrower !== undefined && isOpening(this.#subject, thrower);
    // While it is being opened, a lazy session has hardly got anything.
    if (this.#strictness.anyCall) return !(lazy && opens);
    // Findings that everybody accepts: work fails, and nothing releases.
    return leak.departure === 'throw' && leak.place !== 'in-cleanup' && !opens;
  }

  get #scope(): Node {
    return this.#obligation.scope;
  }

  /** An exception ends the process, or the test, and with it everything that is held. */
  #isHarmlessThrow(): boolean {
    return runsWithProcess(this.#model, this.#scope) || isInTest(this.#model, this.#scope);
  }
}

/** The call that throws in a `throws` leak: what is awaited there. */
function throwingCall(node: Node): TSESTree.CallExpression | undefined {
  let inner = unwrapAwait(node);
  // `await client.query(…).catch(…)` and its like.
  while (inner.type === 'CallExpression' && inner.callee.type === 'MemberExpression' && inner.callee.property.type === 'Identifier' && /^(?:then|catch|finally)$/.test(inner.callee.property.name)) inner = unwrap(inner.callee.object);
  return inner.type === 'CallExpression' ? inner : undefined;
}
