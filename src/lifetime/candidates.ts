/** Collects the conditions of a scope and chooses those that are worth remembering. */
import { comparedWithConstant, comparisonKey, keyOf, type ConditionKey, type Flag } from './flags.js';
import { contains, isLoop, unwrapChain, type Node } from './syntax.js';

interface Candidate {
  readonly key: ConditionKey;
  readonly tests: Node[];
  /** Nodes whose parts run or not by the outcome. */
  readonly guards: Node[];
  liveUntil: number;
  /** Asked in a loop: even a single test agrees with itself in the next round. */
  repeated: boolean;
  /** It decides over the rounds of a loop. */
  steersLoop: boolean;
  /** Set to something whose truth can be told. */
  assigned: boolean;
}

export class Candidates {
  readonly #isSession: (node: Node) => boolean;
  readonly #isFailure: (node: Node) => boolean;
  readonly #byText = new Map<string, Candidate>();
  readonly #comparisons = new Map<string, number>();
  readonly #counted = new Set<Node>();
  readonly #declared = new Map<string, Node[]>();
  readonly #writtenInCallbacks = new Set<string>();
  readonly #namesRead = new Set<string>();
  readonly #objectsRead = new Set<string>();

  /** `isFailure` finds the condition on which there is no session at all: a single test of it tells that. */
  constructor(isSession: (node: Node) => boolean, isFailure: (node: Node) => boolean) {
    this.#isSession = isSession;
    this.#isFailure = isFailure;
  }

  declare(name: string, block: Node): void {
    const blocks = this.#declared.get(name);
    if (!blocks) this.#declared.set(name, [block]);
    else if (!blocks.includes(block)) blocks.push(block);
  }

  /** A callback may run at any time: what it writes cannot be followed. */
  writtenInCallback(name: string): void {
    this.#writtenInCallbacks.add(name);
  }

  /** The session's variable is followed wherever it occurs; it is always the first question. */
  session(node: Node): string | undefined {
    const key = keyOf(node, this.#isSession);
    if (key) this.#candidate(key).liveUntil = Number.POSITIVE_INFINITY;
    return key?.text;
  }

  assigned(target: Node, value: Node | undefined): void {
    const key = value && !hasTruth(value) ? undefined : keyOf(target, this.#isSession);
    if (key && key.names.size + key.objects.size > 0) this.#candidate(key).assigned = true;
  }

  /** The conditions that an expression in the place of a test consists of. */
  test(expression: Node, guard: Node, repeatsUntil: number | undefined): void {
    const open = [expression];
    for (let next = open.pop(); next; next = open.pop()) {
      const node = unwrapChain(next);
      if (this.#counted.has(node)) continue;
      this.#counted.add(node);
      switch (node.type) {
        case 'UnaryExpression':
          if (node.operator === '!') open.push(node.argument);
          break;
        case 'LogicalExpression':
          open.push(node.left, node.right);
          break;
        case 'ConditionalExpression':
          open.push(node.test, node.consequent, node.alternate);
          break;
        case 'SequenceExpression':
          open.push(...node.expressions.slice(-1));
          break;
        case 'AssignmentExpression':
          open.push(node.right);
          break;
        case 'CallExpression':
          // Boolean(x); of any other call only the arguments would be read, and they are no conditions.
          if (node.callee.type === 'Identifier' && node.callee.name === 'Boolean') open.push(...node.arguments);
          break;
        case 'BinaryExpression': {
          const constant = comparedWithConstant(node);
          if (constant) open.push(constant.subject);
          else this.#asked(node, keyOf(node, this.#isSession), guard, repeatsUntil);
          break;
        }
        default:
          this.#asked(node, keyOf(node, this.#isSession), guard, repeatsUntil);
      }
    }
  }

  /** A `case` asks whether discriminant and label are equal. */
  comparison(left: Node, right: Node, guard: Node, repeatsUntil: number | undefined): void {
    this.#asked(right, comparisonKey(left, '===', right, this.#isSession), guard, repeatsUntil);
  }

  #asked(node: Node, key: ConditionKey | undefined, guard: Node, repeatsUntil: number | undefined): void {
    if (!key || key.names.size + key.objects.size === 0) return;
    const candidate = this.#candidate(key);
    candidate.tests.push(node);
    candidate.guards.push(guard);
    if (key.equals) this.#comparisons.set(key.equals.left, (this.#comparisons.get(key.equals.left) ?? 0) + 1);
    candidate.liveUntil = Math.max(candidate.liveUntil, repeatsUntil ?? guard.range[1]);
    candidate.steersLoop ||= isLoop(guard);
    candidate.repeated ||= repeatsUntil !== undefined;
    candidate.assigned ||= this.#isFailure(node);
  }

  #candidate(key: ConditionKey): Candidate {
    let candidate = this.#byText.get(key.text);
    if (!candidate) {
      candidate = { key, tests: [], guards: [], liveUntil: 0, repeated: false, steersLoop: false, assigned: false };
      this.#byText.set(key.text, candidate);
      for (const name of key.names) this.#namesRead.add(name);
      for (const object of key.objects) this.#objectsRead.add(object);
    }
    return candidate;
  }

  /** Whether a write to this target, or a call of its methods, may change one of the conditions. */
  isReadBy(target: Node): boolean {
    const key = keyOf(target, this.#isSession);
    return key !== undefined && (this.#namesRead.has(key.text) || this.#objectsRead.has(key.text) || this.#byText.has(key.text));
  }

  /**
   * The session's variables, then what decides over most events: those are lost last when there are too many. A test
   * that decides over no event still counts, for it can only be passed in one way.
   */
  chosen(events: readonly Node[]): Flag[] {
    const worth = (candidate: Candidate): number => candidate.guards.filter((guard) => events.some((event) => contains(guard, event))).length;
    return [...this.#byText.values()]
      .filter((candidate) => candidate.key.isSession || (this.#isFollowable(candidate) && this.#isAskedAgain(candidate)))
      .map((candidate) => ({ candidate, worth: candidate.key.isSession ? Number.POSITIVE_INFINITY : worth(candidate) }))
      .sort((a, b) => (a.worth === b.worth ? 0 : b.worth - a.worth))
      .map(({ candidate }) => {
        const isShared = this.#isShared(candidate);
        return { ...candidate, isShared, isSignal: isShared && candidate.steersLoop };
      });
  }

  /** The labels of a `switch`, and all comparisons of one thing with literals, ask one question. */
  #isAskedAgain({ key, tests, repeated, assigned }: Candidate): boolean {
    if (tests.length > 1) return true;
    if (tests.length === 0) return false;
    return repeated || assigned || (key.equals !== undefined && (this.#comparisons.get(key.equals.left) ?? 0) > 1);
  }

  #isFollowable({ key }: Candidate): boolean {
    return [...key.names].every((name) => !this.#writtenInCallbacks.has(name) && !this.#isShadowed(name));
  }

  /** Siblings of one name never meet; a name within the reach of the same name could be either. */
  #isShadowed(name: string): boolean {
    const blocks = this.#declared.get(name) ?? [];
    return blocks.some((outer) => blocks.some((inner) => inner !== outer && contains(outer, inner)));
  }

  #isShared({ key }: Candidate): boolean {
    return !key.isSession && (key.objects.size > 0 || [...key.names].some((name) => !this.#declared.has(name)));
  }
}

/** Whether something can be said about the truth of a value by looking at it. */
function hasTruth(value: Node): boolean {
  const { type } = unwrapChain(value);
  return (
    type === 'Literal' ||
    type === 'Identifier' ||
    type === 'MemberExpression' ||
    type === 'UnaryExpression' ||
    type === 'BinaryExpression' ||
    type === 'LogicalExpression' ||
    type === 'ConditionalExpression' ||
    type === 'AssignmentExpression'
  );
}
