/**
 * Flags: conditions that are tested more than once and agree with themselves. `if (own) c = …; … if (own) release()` is
 * right only because both tests have the same outcome, so a world remembers what it has learnt of such conditions.
 *
 * A flag is a variable, a member chain (`options.transaction`) or a comparison of such, named by its normalised text.
 * Null, undefined and false are one: a session, and an option that may hold one, is either an object or nothing.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { isNothing } from '../sessions/syntax.js';
import { contains, unwrap, unwrapChain, type Node } from './syntax.js';
import { MOST_FLAGS } from './worlds.js';

export interface ConditionKey {
  readonly text: string;
  /** Variables it reads: writing to one of them changes the condition. */
  readonly names: ReadonlySet<string>;
  /** Objects whose properties it reads: calling a method of one of them may change it. */
  readonly objects: ReadonlySet<string>;
  /** It is the session's variable itself, not only something that depends on it. */
  readonly isSession?: true;
  /** For `left === literal`: two of them with one left side exclude each other. */
  readonly equals?: { readonly left: string; readonly right: string };
}

export interface Flag {
  readonly key: ConditionKey;
  readonly tests: readonly Node[];
  /** Some release, escape or acquisition depends on it. */
  readonly isDecisive: boolean;
  /** Behind this position nobody asks again, and worlds that differ in it only are one. */
  readonly liveUntil: number;
  /** Other code may change it while a loop runs (a property, a variable from outside). */
  readonly isShared: boolean;
  /** Other code is expected to change it while this code waits: `while (this.running)`. */
  readonly isSignal: boolean;
}

/** Longer conditions are not written twice. */
const DEEPEST_KEY = 8;

export function keyOf(expression: Node, isSession: (node: Node) => boolean, depth = 0): ConditionKey | undefined {
  const node = unwrapChain(expression);
  if (depth > DEEPEST_KEY) return undefined;
  switch (node.type) {
    case 'Identifier': {
      if (node.name === 'undefined') return { text: 'null', names: new Set(), objects: new Set() };
      if (!isSession(node)) return { text: node.name, names: new Set([node.name]), objects: new Set() };
      // Another variable of the same name, in an inner function, must not be taken for the session.
      const text = `session ${node.name}`;
      return { text, names: new Set([text]), objects: new Set(), isSession: true };
    }
    case 'ThisExpression':
      return { text: 'this', names: new Set(), objects: new Set() };
    case 'Literal':
      return { text: node.raw, names: new Set(), objects: new Set() };
    case 'MemberExpression': {
      const object = keyOf(node.object, isSession, depth + 1);
      const property = node.computed ? keyOf(node.property, isSession, depth + 1)?.text : propertyName(node.property);
      if (!object || property === undefined || (node.computed && unwrap(node.property).type !== 'Literal')) return undefined;
      const parts = { names: object.names, objects: new Set([...object.objects, object.text]) };
      const text = `${object.text}.${property}`;
      return isSession(node) ? { text: `session ${text}`, ...parts, isSession: true } : { text, ...parts };
    }
    case 'UnaryExpression': {
      if (node.operator === 'delete' || node.operator === 'void') return undefined;
      const argument = keyOf(node.argument, isSession, depth + 1);
      return argument && { text: `${node.operator} ${argument.text}`, names: argument.names, objects: argument.objects };
    }
    case 'BinaryExpression':
      return node.left.type === 'PrivateIdentifier' ? undefined : comparisonKey(node.left, node.operator, node.right, isSession, depth);
    default:
      return undefined;
  }
}

/** `!=` and `!==` are the opposite of the key that is given here; the caller turns the outcome round. */
export function comparisonKey(
  left: Node,
  operator: string,
  right: Node,
  isSession: (node: Node) => boolean,
  depth = 0,
): ConditionKey | undefined {
  const leftKey = keyOf(left, isSession, depth + 1);
  const rightKey = leftKey && keyOf(right, isSession, depth + 1);
  if (!leftKey || !rightKey) return undefined;
  const names = new Set([...leftKey.names, ...rightKey.names]);
  const objects = new Set([...leftKey.objects, ...rightKey.objects]);
  if (!isEquality(operator)) return { text: `${leftKey.text} ${operator} ${rightKey.text}`, names, objects };
  const literal = unwrap(right).type === 'Literal';
  return {
    text: `${leftKey.text} === ${rightKey.text}`,
    names,
    objects,
    ...(literal ? { equals: { left: leftKey.text, right: rightKey.text } } : {}),
  };
}

export function isEquality(operator: string): boolean {
  return operator === '===' || operator === '==' || operator === '!==' || operator === '!=';
}

/**
 * A comparison with null, undefined, true or false asks for the truth of its other side. `whenEqual` is that truth in
 * case the two are equal.
 */
export function comparedWithConstant(node: TSESTree.BinaryExpression): { subject: Node; whenEqual: boolean } | undefined {
  if (!isEquality(node.operator)) return undefined;
  for (const [side, other] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    const constant = unwrap(side);
    const subject = unwrapChain(other);
    if (constant.type === 'Literal' && (constant.value === true || constant.value === false)) {
      return { subject, whenEqual: constant.value };
    }
    if (isNothing(constant)) return { subject, whenEqual: false };
    if (subject.type === 'UnaryExpression' && subject.operator === 'typeof' && constant.type === 'Literal' && constant.value === 'undefined') {
      return { subject: unwrapChain(subject.argument), whenEqual: false };
    }
  }
  return undefined;
}

function propertyName(property: Node): string | undefined {
  if (property.type === 'Identifier') return property.name;
  return property.type === 'PrivateIdentifier' ? `#${property.name}` : undefined;
}

/** The flags that one interpretation follows, by their place in the worlds. */
export class Flags {
  readonly list: readonly Flag[];
  readonly #byText: ReadonlyMap<string, number>;
  readonly #byNode = new Map<Node, number | undefined>();
  readonly #isSession: (node: Node) => boolean;

  constructor(flags: readonly Flag[], isSession: (node: Node) => boolean) {
    this.list = flags.slice(0, MOST_FLAGS);
    this.#byText = new Map(this.list.map((flag, index) => [flag.key.text, index]));
    this.#isSession = isSession;
  }

  /** The flag that this expression is, as a whole. */
  of(node: Node): number | undefined {
    if (!this.#byNode.has(node)) {
      const key = keyOf(node, this.#isSession);
      this.#byNode.set(node, key && this.#byText.get(key.text));
    }
    return this.#byNode.get(node);
  }

  ofComparison(left: Node, right: Node): number | undefined {
    const key = comparisonKey(left, '===', right, this.#isSession);
    return key && this.#byText.get(key.text);
  }

  get sessions(): readonly number[] {
    return this.#where((flag) => flag.key.isSession === true);
  }

  /** Flags that cannot be true together with this one: `mode === 'a'` and `mode === 'b'`. */
  excludedBy(index: number): readonly number[] {
    const own = this.list[index]?.key.equals;
    if (!own) return [];
    return this.#where(({ key }) => key.equals?.left === own.left && key.equals.right !== own.right);
  }

  /** What a write to this variable or member chain makes unknown, without the flag that is the target itself. */
  changedBy(target: Node): readonly number[] {
    const key = keyOf(target, this.#isSession);
    if (!key) return [];
    const itself = this.#byText.get(key.text);
    const written = unwrap(target);
    return this.#where((flag, index) => {
      if (index === itself) return false;
      if (written.type === 'Identifier') return flag.key.names.has(key.text);
      return flag.key.objects.has(key.text) || flag.key.text.includes(key.text);
    });
  }

  /** What a method of this object may have changed. What hangs on `this` is let stand: too much would be lost. */
  changedByMethodOf(object: Node): readonly number[] {
    const node = unwrapChain(object);
    if (node.type === 'ThisExpression') return [];
    const key = keyOf(node, this.#isSession);
    return key ? this.#where((flag) => !flag.key.isSession && flag.key.objects.has(key.text)) : [];
  }

  /** What may be different in the next round of a loop without a write that can be seen. */
  changedByRoundsOf(loop: Node): readonly number[] {
    return this.#where((flag) => flag.isShared && flag.tests.some((test) => contains(loop, test)));
  }

  changedByWaiting(): readonly number[] {
    return this.#where((flag) => flag.isSignal);
  }

  deadBehind(position: number): readonly number[] {
    return this.#where((flag) => flag.liveUntil <= position);
  }

  #where(accepts: (flag: Flag, index: number) => boolean): number[] {
    const found: number[] = [];
    for (const [index, flag] of this.list.entries()) if (accepts(flag, index)) found.push(index);
    return found;
  }
}
