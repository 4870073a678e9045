/** What the law about acquired sessions finds in a file. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, isFunction, isWithin, outermost, unwrap, unwrapAwait, chainFrom, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import { disposeFinding } from './disposing.js';
import { Effects } from './effects.js';
import { runsWithProcess, isInTest } from './entry.js';
import { interpretLifetime } from './interpret.js';
import type { Leak, Lifetime, LifetimeScope, Misuse } from './lifetime.js';
import { acquisitionsOf, type Loss, type Obligation } from './obligations.js';
import { isStoredForGood } from './owners.js';
import { cannotFail, endsTransactionOnly, isOpening, isSubmission, releasesOf, type Subject } from './releasing.js';
import { Summaries } from './summaries.js';
import { adviceFor, describeKind, describeLeak, isTransaction, lineOf, outcomeOfLateUse, outcomeOfNever, outcomeOfTwice } from './words.js';

export interface Strictness {
  /** Any call may throw, not only what is awaited. */
  readonly anyCall: boolean;
  /** A class that stores a session has to release it somewhere. */
  readonly stored: boolean;
}

export type Breach =
  | 'chained' | 'discarded' | 'endedOnly' | 'harmfulDispose' | 'inCallback' | 'leftByThrow' | 'leftOnPath' | 'leftOpen'
  | 'moduleLevel' | 'neverReleased' | 'notDisposable' | 'releasedTwice' | 'returnedInUse' | 'stored' | 'usedAfterRelease';

export interface Finding {
  readonly breach: Breach;
  readonly node: Node;
  readonly data: Readonly<Record<string, string>>;
  readonly session: Session | undefined;
  /** The obligation that is broken: for whoever offers to mend it. */
  readonly obligation: Obligation | undefined;
}

/** Every acquired session of the file whose release is missing, too late, too early or twice. */
export function unreleased(model: SessionModel, strictness: Strictness): Finding[] {
  const { obligations, losses } = acquisitionsOf(model);
  const summaries = new Summaries(model);
  return [
    ...losses.flatMap((loss) => lost(model, loss, strictness) ?? []),
    ...affordable(obligations).flatMap((obligation) => (obligation.scope.type === 'Program' ? (keptByModule(model, obligation) ?? []) : new Judgement(model, obligation, strictness, summaries).findings())),
  ];
}

/** Characters to be read for the sessions of one function: a hundred in one of a thousand lines. */
const MOST_READ = 4_000_000;

/** Each session is a question of its own to the whole function; the first of more than anybody writes are asked about. */
function affordable(obligations: readonly Obligation[]): Obligation[] {
  const read = new Map<Node, number>();
  return obligations.filter(({ scope }) => {
    const before = read.get(scope) ?? 0;
    read.set(scope, before + scope.range[1] - scope.range[0]);
    return before < MOST_READ;
  });
}

// ----- sessions that no variable holds

function lost(model: SessionModel, loss: Loss, { stored }: Strictness): Finding | undefined {
  const { kinds, node } = loss;
  const finding = (breach: Breach, more: Record<string, string> = {}): Finding => ({ breach, node, session: undefined, obligation: undefined, data: { session: `\`${model.file.nameOf(node)}\``, what: describeKind(kinds), outcome: outcomeOfNever(kinds), instead: adviceFor(kinds, undefined), ...more } });
  switch (loss.kind) {
    case 'discarded':
      return finding('discarded');
    case 'chained': {
      if (isReleasedAtOnce(loss) || !isWorkedOn(loss)) return undefined;
      return finding('chained', { part: loss.first.name });
    }
    case 'stored':
      return stored && isStoredForGood(loss) ? finding('stored', { field: `this.${loss.field}` }) : undefined;
  }
}

function isReleasedAtOnce({ kinds, first }: Extract<Loss, { kind: 'chained' }>): boolean {
  return kinds.some(({ facts }) => facts.release?.methods.includes(first.name));
}

/** What is asked of it does something, or leads to what does: `createQueryRunner().connection` is only the client again. */
function isWorkedOn({ kinds, first }: Extract<Loss, { kind: 'chained' }>): boolean {
  return kinds.every(({ facts: { operations, derived } }) => {
    if (derived?.properties?.includes(first.name) || derived?.methods?.includes(first.name)) return true;
    return first.called && !(operations?.local?.includes(first.name) ?? false);
  });
}

/** A checkout of the pool when the module is loaded, used by functions and never released. */
function keptByModule(model: SessionModel, { kinds, holders, node, name, session, using }: Obligation): Finding | undefined {
  if (using || !kinds.every(({ facts }) => facts.origins.every((origin) => origin.kind !== 'constructed' && !(origin.kind === 'acquire' && origin.on === 'module')))) return undefined;
  const subject: Subject = { kinds, holders, done: undefined };
  const effects = new Effects(model, subject, model.file.sourceCode.ast, session, new Summaries(model));
  let user: Node | undefined;
  for (const mention of holders.mentions()) {
    const { links } = chainFrom(mention);
    const [first] = links;
    if (releasesOf(subject).some(({ methods, byClient }) => links.some((link) => methods.includes(link.name) || byClient?.includes(link.name)))) return undefined;
    if (first?.call && effects.classify(first.call) === 'escape') return undefined;
    const fn = enclosingFunction(mention);
    if (!first && mention.parent?.type !== 'VariableDeclarator' && mention.parent?.type !== 'Property') return undefined;
    if (fn && first?.called && !runsWithProcess(model, fn)) user ??= fn;
  }
  return user && { breach: 'moduleLevel', node, session, obligation: undefined, data: { session: `\`${name}\``, what: describeKind(kinds), user: functionName(user) } };
}

function functionName(fn: Node): string {
  if (!isFunction(fn)) return 'a function';
  if (fn.type !== 'ArrowFunctionExpression' && fn.id) return `\`${fn.id.name}\``;
  const { parent } = fn;
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return `\`${parent.id.name}\``;
  if (parent.type === 'MethodDefinition' && parent.key.type === 'Identifier') return `\`${parent.key.name}\``;
  return `the function of ${lineOf(fn)}`;
}

// ----- sessions in a variable

class Judgement {
  readonly #model: SessionModel;
  readonly #obligation: Obligation;
  readonly #strictness: Strictness;
  readonly #summaries: Summaries;
  readonly #subject: Subject;

  constructor(model: SessionModel, obligation: Obligation, strictness: Strictness, summaries: Summaries) {
    this.#model = model;
    this.#obligation = obligation;
    this.#strictness = strictness;
    this.#summaries = summaries;
    this.#subject = { kinds: obligation.kinds, holders: obligation.holders, done: obligation.done };
  }

  findings(): Finding[] {
    const dispose = this.#obligation.using && disposeFinding(this.#model.file, this.#obligation);
    if (dispose) return [this.#finding(dispose.breach, this.#obligation.node, { outcome: dispose.outcome })];
    const found = this.#ask(this.#obligation.scope, this.#obligation.acquisition, 'awaited');
    const leak = found.leak ?? (this.#strictness.anyCall ? this.#ask(this.#obligation.scope, this.#obligation.acquisition, 'any-call').leak : undefined);
    return [...(leak ? [leak] : []), ...found.misuses];
  }

  #ask(scope: LifetimeScope, acquisition: Obligation['acquisition'], throws: 'any-call' | 'awaited', depth = 0): { leak: Finding | undefined; misuses: readonly Finding[] } {
    const effects = new Effects(this.#model, this.#subject, scope, this.#obligation.session, this.#summaries);
    const { isSession, classify, statusOf } = effects;
    const lifetime = interpretLifetime({ scope, acquisition, isSession, classify, statusOf, throws, using: effects.isDisposed || this.#obligation.using ? 'releases' : 'does-nothing' });
    if (lifetime.abstained || this.#isGivenAway(effects)) return { leak: undefined, misuses: [] };
    const leak = lifetime.leaks.find((each) => this.#counts(each, effects));
    let finding = leak && this.#leaked(leak, lifetime, effects);
    const misuses = this.#misuses(lifetime);
    // Callbacks of its own methods go on with it, and have to release it on all of their paths.
    if (!finding && depth < 8) {
      for (const fn of effects.continuations) {
        const inner = this.#ask(fn, {}, throws, depth + 1);
        finding ??= inner.leak;
        misuses.push(...inner.misuses);
      }
    }
    return { leak: finding, misuses };
  }

  /** Made, given away, and only then begun. */
  #isGivenAway(effects: Effects): boolean {
    const { acquisition, node } = this.#obligation;
    return 'type' in acquisition && acquisition !== node && effects.isGivenAwayBefore(acquisition);
  }

  // ----- leaks

  #counts(leak: Leak, effects: Effects): boolean {
    const lazy = releasesOf(this.#subject).some((release) => release.lazy);
    if (lazy && (effects.firstUse === Infinity || (leak.departure !== 'end' && leak.node.range[1] <= effects.firstUse))) return false;
    if (leak.kind === 'never-released') return leak.departure !== 'throw' && !(runsWithProcess(this.#model, this.#function()) && /\bprocess\.exit\b/.test(this.#model.file.sourceCode.text));
    if (effects.isLeftToOthers || (leak.place !== 'before-try' && effects.isReleasedByState)) return false;
    if (leak.kind === 'path') return !(leak.departure === 'throw' && runsWithProcess(this.#model, this.#function()));
    if (this.#isHarmlessThrow()) return false;
    const thrower = throwingCall(leak.node);
    if (thrower && (isSubmission(this.#subject, thrower) || cannotFail(this.#subject, thrower))) return false;
    const opens = thrower !== undefined && isOpening(this.#subject, thrower);
    // While it is being opened, a lazy session has hardly got anything.
    if (this.#strictness.anyCall) return !(lazy && opens);
    // Findings that everybody accepts: work fails, and nothing releases.
    return leak.departure === 'throw' && leak.place !== 'in-cleanup' && !opens;
  }

  #function(): Node {
    return this.#obligation.scope;
  }

  /** An exception ends the process, or the test, and with it everything that is held. */
  #isHarmlessThrow(): boolean {
    return runsWithProcess(this.#model, this.#function()) || isInTest(this.#model, this.#function());
  }

  #leaked(leak: Leak, lifetime: Lifetime, effects: Effects): Finding {
    const { node, kinds, name } = this.#obligation;
    const outcome = outcomeOfNever(kinds);
    const instead = adviceFor(kinds, name);
    const witness = describeLeak(this.#model, leak);
    if (leak.kind === 'throws') return this.#finding('leftByThrow', node, { witness, outcome, instead });
    if (leak.kind === 'path') return this.#finding(isTransaction(kinds) ? 'leftOpen' : 'leftOnPath', node, { witness, outcome, instead });
    const [inCallback] = lifetime.releasesInCallbacks;
    if (inCallback) return this.#finding('inCallback', node, { witness: `by a callback that may not run (${lineOf(inCallback)})`, outcome, instead });
    const ended = effects.find((call) => endsTransactionOnly(this.#subject, call));
    if (ended) return this.#finding('endedOnly', node, { ended: `\`${this.#model.file.nameOf(ended)}\` (${lineOf(ended)})`, outcome, instead });
    return this.#finding('neverReleased', node, { outcome, instead });
  }

  // ----- misuses

  #misuses({ releasedTwice, usedAfterRelease }: Lifetime): Finding[] {
    const { kinds } = this.#obligation;
    const isReported = (misuse: Misuse): boolean => !misuse.afterException || this.#strictness.anyCall;
    const twice = outcomeOfTwice(kinds);
    const late = outcomeOfLateUse(kinds);
    const found: Finding[] = [];
    const again = releasedTwice.find(isReported);
    if (again && twice !== undefined) found.push(this.#finding('releasedTwice', again.node, { outcome: twice, witness: again.afterException ? ' when an error comes after its release' : '' }));
    const direct = usedAfterRelease.find((use) => use.how === 'direct' && isReported(use));
    if (direct && late !== undefined) found.push(this.#finding('usedAfterRelease', direct.node, { outcome: late, witness: direct.afterException ? ' when an error comes after it' : '' }));
    for (const { node } of usedAfterRelease.filter((use) => use.how === 'returned' && isReported(use))) {
      found.push(this.#finding('returnedInUse', node, { witness: releaser(node, this.#obligation.scope), outcome: late ?? 'it is released before the work is done' }));
    }
    return found;
  }

  #finding(breach: Breach, node: Node, data: Record<string, string>): Finding {
    const { kinds, name, session } = this.#obligation;
    return { breach, node, session, obligation: this.#obligation, data: { session: `\`${name}\``, what: describeKind(kinds), instead: adviceFor(kinds, name), ...data } };
  }
}

/** The call that throws in a `throws` leak: what is awaited there. */
function throwingCall(node: Node): TSESTree.CallExpression | undefined {
  let inner = unwrapAwait(node);
  // `await client.query(…).catch(…)` and its like.
  while (inner.type === 'CallExpression' && inner.callee.type === 'MemberExpression' && inner.callee.property.type === 'Identifier' && /^(?:then|catch|finally)$/.test(inner.callee.property.name)) inner = unwrap(inner.callee.object);
  return inner.type === 'CallExpression' ? inner : undefined;
}

/** What does not wait: the `finally` around, or the end of the block with `await using`. */
function releaser(node: Node, scope: Node): string {
  for (let current = outermost(node); current.parent && isWithin(current, scope); current = current.parent) {
    if (current.parent.type === 'TryStatement' && current.parent.finalizer && current.parent.finalizer !== current) return `the \`finally\` of ${lineOf(current.parent.finalizer)}`;
  }
  return 'the end of the block, which releases it,';
}
