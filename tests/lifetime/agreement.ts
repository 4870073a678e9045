/** Compares what the interpreter says about a random program with what its executions show. */
import type { TSESTree } from '@typescript-eslint/utils';
import { interpretLifetime } from '../../src/lifetime/interpret.js';
import type { Effect, Leak, Lifetime, Misuse } from '../../src/lifetime/lifetime.js';
import { childrenOf, isFunction, unwrapChain } from '../../src/lifetime/syntax.js';
import { parseWithParents } from './ask.js';
import { Executions, type Seen } from './execution.js';
import { parametersOf, type RandomProgram } from './random-programs.js';

type Node = TSESTree.Node;
type Findings = Omit<Seen, 'endings'> & { readonly endings: ReadonlySet<string> };

/** Calls of the program's environment that never throw; everything else throws when its model lets it. */
const HARMLESS = new Set(['cond', 'pick', 'iter', 'aiter', 'turn', 'err', 'sink', 'at', 'other', 'exit']);

function interpreted(program: RandomProgram): Lifetime {
  const source = `async function${program.isGenerator ? '*' : ''} f(${parametersOf(program).join(', ')}) {\n${program.body}\n}`;
  const { program: file, parents } = parseWithParents(source);
  const scope = file.body[0];
  if (!scope || !isFunction(scope)) throw new Error('not a function');
  const acquisition = [...parents.keys()].find((node): node is TSESTree.CallExpression => node.type === 'CallExpression' && nameOf(node.callee) === 'pool.acquire');
  return interpretLifetime({
    scope,
    acquisition: program.entry ? { unless: (node) => nameOf(node) === 'error' } : (acquisition as TSESTree.CallExpression),
    isSession: (node) => nameOf(node) === 'c',
    statusOf: (node) => (nameOf(node) === 'c.isReleased' ? 'released' : undefined),
    classify: (node) => effectOf(node, parents),
    throws: program.throws,
  });
}

function effectOf(node: Node, parents: ReadonlyMap<Node, Node>): Effect | undefined {
  if (node.type === 'Identifier' && node.name === 'c') {
    const parent = parents.get(node);
    const isPassed = (parent?.type === 'CallExpression' && parent.callee !== node) || parent?.type === 'ReturnStatement';
    return isPassed ? 'escape' : undefined;
  }
  if (node.type !== 'CallExpression') return undefined;
  const callee = nameOf(node.callee);
  switch (callee) {
    case 'c.release':
    case 'c.close':
      return 'release';
    case 'c.work':
    case 'c.touch':
      return 'use';
    case 'c.stay':
      return 'pending-use';
    case 'exit':
      return 'never-returns';
    case 'fail':
      return 'always-throws';
    default:
      return HARMLESS.has(callee) ? 'cannot-throw' : undefined;
  }
}

function nameOf(expression: Node): string {
  const node = unwrapChain(expression);
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' && !node.computed ? `${nameOf(node.object)}.${nameOf(node.property)}` : '?';
}

/** Leaving a block is seen from the outside as one event, whichever statement did it. */
function leakName(leak: Leak, program: RandomProgram): string {
  if (leak.departure === 'throw') return `${leak.kind === 'throws' && isImplied(leak.node) ? 'throws' : leak.node.type === 'ThrowStatement' || isFail(leak.node) ? 'throw' : 'throws'} ${numberIn(leak.node)}`;
  if (leak.departure === 'overwritten') return `overwritten ${numbersIn(leak.node).at(-1) ?? -1}`;
  if (program.extent === 'block') return 'left';
  return leak.departure === 'end' ? 'end' : `${leak.departure} ${numberIn(leak.node)}`;
}

function isFail(node: Node): boolean {
  return node.type === 'CallExpression' && nameOf(node.callee) === 'fail';
}

function isImplied(node: Node): boolean {
  return node.type !== 'ThrowStatement' && !isFail(node);
}

/** The number that the program gave to this statement is the first one in its text; to an overwriting, the last. */
function numberIn(node: Node): number {
  return numbersIn(node)[0] ?? -1;
}

function numbersIn(node: Node): number[] {
  const numbers: number[] = [];
  const open: Node[] = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.type === 'Literal' && typeof next.value === 'number') numbers.push(next.value);
    open.push(...[...childrenOf(next)].reverse());
  }
  return numbers;
}

function findingsOf(lifetime: Lifetime, program: RandomProgram): Findings {
  const leaks = new Map<string, boolean>();
  for (const leak of lifetime.leaks) {
    // An exception out of a call is always after an exception.
    const name = leakName(leak, program);
    leaks.set(name, (leaks.get(name) ?? false) || !leak.afterException);
  }
  const direct = lifetime.usedAfterRelease.filter(({ how }) => how === 'direct');
  const returned = lifetime.usedAfterRelease.filter(({ how }) => how === 'returned');
  return {
    leaks,
    releasedTwice: byNumber(lifetime.releasedTwice),
    usedAfterRelease: byNumber(direct),
    usedByReturned: byNumber(returned),
    endings: lifetime.endings,
  };
}

function byNumber(misuses: readonly Misuse[]): Map<string, boolean> {
  return new Map(misuses.map(({ node, afterException }) => [String(numberIn(node)), !afterException]));
}

export interface Comparison {
  readonly runs: number;
  readonly complete: boolean;
  readonly leaks: number;
  readonly disagreement: string | undefined;
}

/** For every program: most have few enough choices to try them all. */
const FIRST = { systematic: 50, random: 20, rounds: 4 };
/** While something that was reported has not been seen. */
const MORE = { systematic: 0, random: 250, rounds: 9 };
const MOST_PORTIONS = 120;
/** In the end, in order. */
const LAST = { systematic: 20_000, random: 0, rounds: 6 };

export async function compare(program: RandomProgram, seed: number): Promise<Comparison> {
  const lifetime = interpreted(program);
  const executions = new Executions(program, seed);
  const said = findingsOf(lifetime, program);
  if (lifetime.abstained || lifetime.coarse) {
    return { runs: 0, complete: false, leaks: 0, disagreement: `it should not have been too much\n${describe(program)}` };
  }
  let complete = await executions.explore(FIRST);
  const isOpen = (): boolean => unseen(said, executions.seen, program).length > 0;
  for (let portion = 0; portion < MOST_PORTIONS && isOpen(); portion += 1) await executions.explore(MORE);
  if (isOpen()) complete = await executions.explore(LAST);
  const missed = unreported(said, executions.seen);
  const invented = unseen(said, executions.seen, program);
  const disagreement =
    missed.length + invented.length === 0
      ? undefined
      : `missed: ${missed.join(', ') || '-'}; invented: ${invented.join(', ') || '-'}; runs: ${executions.runs}${complete ? ', all' : ''}\n${describe(program)}`;
  return { runs: executions.runs, complete, leaks: said.leaks.size, disagreement };
}

const KINDS = ['leaks', 'releasedTwice', 'usedAfterRelease', 'usedByReturned'] as const;

function unreported(said: Findings, seen: Seen): string[] {
  const missed = KINDS.flatMap((kind) => withoutMatch(seen[kind], said[kind]).map((what) => `${kind} ${what}`));
  for (const ending of seen.endings) if (!said.endings.has(ending === 'foreign' ? 'not-held' : ending)) missed.push(`ending ${ending}`);
  return missed;
}

function unseen(said: Findings, seen: Seen, program: RandomProgram): string[] {
  const kinds = program.jumpsOutOfCleanUp ? KINDS.slice(0, 3) : KINDS;
  const invented = kinds.flatMap((kind) => withoutMatch(said[kind], seen[kind]).map((what) => `${kind} ${what}`));
  for (const ending of said.endings) if (!seen.endings.has(ending)) invented.push(`ending ${ending}`);
  return invented;
}

/** A finding that is claimed without an exception must be there without one. */
function withoutMatch(claims: ReadonlyMap<string, boolean>, truth: ReadonlyMap<string, boolean>): string[] {
  return [...claims].filter(([what, straight]) => !truth.has(what) || (straight && !truth.get(what))).map(([what, straight]) => `${what}${straight ? '' : ' after an exception'}`);
}

function describe(program: RandomProgram): string {
  return `${program.isGenerator ? 'generator, ' : ''}${program.throws}, ${program.extent}${program.entry ? ', entry' : ''}\n${program.body}`;
}
