/** What the law about acquired sessions finds in a file. */
import type { SessionModel } from '../sessions/model.js';
import { enclosingFunction, isFunction, isWithin, outermost, chainFrom, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import { disposeFinding } from './disposing.js';
import { Effects } from './effects.js';
import { runsWithProcess } from './entry.js';
import { Leaks, type Strictness } from './leaks.js';
import type { Leak, Lifetime, LifetimeScope, Misuse } from './lifetime.js';
import { mayLeaveOpen, openTransactionsOf } from './open-transactions.js';
import { isReleasedInFinally } from './plain.js';
import { acquisitionsOf, type Loss, type Obligation } from './obligations.js';
import { isStoredForGood } from './owners.js';
import { endsTransactionOnly, releasesOf, type Subject } from './releasing.js';
import { Summaries } from './summaries.js';
import { adviceFor, adviceForOpenTransaction, describeKind, describeLeak, isTransaction, lineOf, outcomeOfLateUse, outcomeOfNever, outcomeOfOpenTransaction, outcomeOfTwice } from './words.js';

export type Breach =
  | 'chained' | 'discarded' | 'endedOnly' | 'harmfulDispose' | 'inCallback' | 'leftByThrow' | 'leftOnPath' | 'leftOpen'
  | 'moduleLevel' | 'neverReleased' | 'notDisposable' | 'releasedOpen' | 'releasedTwice' | 'returnedInUse' | 'stored' | 'usedAfterRelease';

export interface Finding {
  readonly breach: Breach;
  readonly node: Node;
  readonly data: Readonly<Record<string, string>>;
  readonly session: Session | undefined;
  /** The obligation that is broken: for whoever offers to mend it. */
  readonly obligation: Obligation | undefined;
  /** The statement by which it is left behind without an exception. */
  readonly way?: Node | undefined;
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
  const subject: Subject = { kinds, holders, done: undefined, ends: 'session' };
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
  readonly #subject: Subject;
  readonly #leaks: Leaks;

  constructor(model: SessionModel, obligation: Obligation, strictness: Strictness, summaries: Summaries) {
    this.#model = model;
    this.#obligation = obligation;
    this.#strictness = strictness;
    this.#subject = { kinds: obligation.kinds, holders: obligation.holders, done: obligation.done, ends: 'session' };
    this.#leaks = new Leaks(model, obligation, this.#subject, strictness, summaries);
  }

  findings(): Finding[] {
    const { scope, acquisition, using, node } = this.#obligation;
    const dispose = using && disposeFinding(this.#model.file, this.#obligation);
    if (dispose) return [this.#finding(dispose.breach, node, { outcome: dispose.outcome })];
    if (!mayLeaveOpen(this.#model, this.#obligation) && isReleasedInFinally(this.#model, this.#obligation, this.#subject)) return [];
    const found = this.#ask(scope, acquisition, 'awaited');
    const leak = found.leak ?? (this.#strictness.anyCall ? this.#ask(scope, acquisition, 'any-call').leak : undefined);
    return [...(leak ? [leak] : this.#openTransactions(found.lifetime)), ...found.misuses];
  }

  #ask(scope: LifetimeScope, acquisition: Obligation['acquisition'], throws: 'any-call' | 'awaited', depth = 0): { lifetime: Lifetime; leak: Finding | undefined; misuses: readonly Finding[] } {
    const { lifetime, effects, leak } = this.#leaks.ask(scope, acquisition, throws);
    if (lifetime.abstained || this.#isGivenAway(effects)) return { lifetime, leak: undefined, misuses: [] };
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
    return { lifetime, leak: finding, misuses };
  }

  /** Made, given away, and only then begun. */
  #isGivenAway(effects: Effects): boolean {
    const { acquisition, node } = this.#obligation;
    return 'type' in acquisition && acquisition !== node && effects.isGivenAwayBefore(acquisition);
  }

  // ----- leaks

  #openTransactions(lifetime: Lifetime): Finding[] {
    const { kinds, name } = this.#obligation;
    return openTransactionsOf(this.#model, this.#obligation, lifetime, this.#strictness).map(({ begin, leak }) => ({
      ...this.#finding('releasedOpen', begin, { witness: leak.kind === 'never-released' ? '' : ` ${describeLeak(this.#model, leak)}`, outcome: outcomeOfOpenTransaction(kinds), instead: adviceForOpenTransaction(kinds, name) }),
      way: wayOf(leak),
    }));
  }

  #leaked(leak: Leak, lifetime: Lifetime, effects: Effects): Finding {
    const { node, kinds, name } = this.#obligation;
    const outcome = outcomeOfNever(kinds);
    const instead = adviceFor(kinds, name);
    const witness = describeLeak(this.#model, leak);
    if (leak.kind === 'throws') return this.#finding('leftByThrow', node, { witness, outcome, instead });
    if (leak.kind === 'path') return { ...this.#finding(isTransaction(kinds) ? 'leftOpen' : 'leftOnPath', node, { witness, outcome, instead }), way: wayOf(leak) };
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

function wayOf({ kind, afterException, node }: Leak): Node | undefined {
  return kind === 'path' && !afterException ? node : undefined;
}

/** What does not wait: the `finally` around, or the end of the block with `await using`. */
function releaser(node: Node, scope: Node): string {
  for (let current = outermost(node); current.parent && isWithin(current, scope); current = current.parent) {
    if (current.parent.type === 'TryStatement' && current.parent.finalizer && current.parent.finalizer !== current) return `the \`finally\` of ${lineOf(current.parent.finalizer)}`;
  }
  return 'the end of the block, which releases it,';
}
