/**
 * Puts a piece of source text to the interpreter, with a toy library: `pool.acquire()` acquires, `release()` of the
 * session releases, `process.exit()` ends the process, `fail()` only throws, everything else of the session works on it
 * and answers with a promise.
 */
import { createRequire } from 'node:module';
import type { TSESTree } from '@typescript-eslint/utils';
import { interpretLifetime } from '../../src/lifetime/interpret.js';
import type { Effect, FunctionNode, Lifetime, LifetimeQuestion } from '../../src/lifetime/lifetime.js';
import { childrenOf, isFunction, unwrapChain } from '../../src/lifetime/syntax.js';

type Node = TSESTree.Node;

/**
 * What @typescript-eslint/parser itself parses with: the same tree without tokens, comments and scopes, in a third of
 * the time. The comparison with executed programs parses twenty thousand texts.
 */
const ofParser = createRequire(createRequire(import.meta.url).resolve('@typescript-eslint/parser'));
const { parse } = ofParser('@typescript-eslint/typescript-estree') as { readonly parse: (code: string, options: object) => TSESTree.Program };

export interface Options {
  readonly throws?: LifetimeQuestion['throws'];
  readonly using?: LifetimeQuestion['using'];
  /** Names of the variables (or `this.name`) that denote the session. Default: `c`. */
  readonly sessions?: readonly string[];
  /** The session is the parameter `c`; the name of the parameter that tells of a failure, or none. */
  readonly entry?: string | true;
  /** What a closure that mentions the session does. */
  readonly closures?: Effect;
  /** Further effects, by the text of the callee. */
  readonly calls?: Readonly<Record<string, Effect>>;
}

export interface Asked {
  readonly lifetime: Lifetime;
  readonly text: (node: Node) => string;
}

/** The code becomes the body of an async function, unless it holds a `yield`: then of an async generator. */
export function ask(code: string, options: Options = {}): Asked {
  const star = /\byield\b/.test(code) ? '*' : '';
  const params = options.entry === undefined ? 'a, b, k, xs, given, opts' : 'err, c, done';
  const source = `async function${star} f(${params}) {\n${code}\n}`;
  const { program, parents } = parseWithParents(source);
  const scope = program.body[0];
  if (!scope || !isFunction(scope)) throw new Error('not a function');
  return { lifetime: interpretLifetime(questionAbout(scope, parents, options)), text: (node) => source.slice(...node.range) };
}

export function parseWithParents(source: string): { program: TSESTree.Program; parents: Map<Node, Node> } {
  const program = parse(source, { range: true, sourceType: 'module' });
  const parents = new Map<Node, Node>();
  const open: Node[] = [program];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const child of childrenOf(node)) {
      parents.set(child, node);
      open.push(child);
    }
  }
  return { program, parents };
}

export function questionAbout(scope: LifetimeQuestion['scope'], parents: ReadonlyMap<Node, Node>, options: Options = {}): LifetimeQuestion {
  const sessions = options.sessions ?? ['c'];
  const isSession = (node: Node): boolean => sessions.includes(pathOf(node));
  return {
    scope,
    acquisition: options.entry === undefined ? acquisitionIn(parents) : entryOf(options.entry),
    isSession,
    classify: (node) => classify(node, parents, isSession, options),
    statusOf: (node) => (node.type === 'MemberExpression' && isSession(node.object) && pathOf(node).endsWith('.isReleased') ? 'released' : undefined),
    throws: options.throws ?? 'awaited',
    ...(options.using ? { using: options.using } : {}),
  };
}

function entryOf(failure: string | true): LifetimeQuestion['acquisition'] {
  return failure === true ? {} : { unless: (node) => node.type === 'Identifier' && node.name === failure };
}

function acquisitionIn(parents: ReadonlyMap<Node, Node>): TSESTree.Expression {
  for (const node of parents.keys()) {
    if (node.type === 'CallExpression' && pathOf(node.callee) === 'pool.acquire') return node;
  }
  throw new Error('nothing is acquired');
}

function classify(node: Node, parents: ReadonlyMap<Node, Node>, isSession: (node: Node) => boolean, options: Options): Effect | undefined {
  if (isFunction(node)) return options.closures && mentions(node, isSession) ? options.closures : undefined;
  if (node.type === 'CallExpression') {
    const callee = pathOf(node.callee);
    const configured = options.calls?.[callee];
    if (configured) return configured;
    if (callee === 'process.exit') return 'never-returns';
    if (callee === 'fail') return 'always-throws';
    if (callee === 'log') return 'cannot-throw';
    const method = unwrapChain(node.callee);
    if (callee === 'pool.release' && node.arguments.some(isSession)) return 'release';
    if (method.type === 'MemberExpression' && isSession(unwrapChain(method.object))) return pathOf(method).endsWith('.release') ? 'release' : 'pending-use';
    return undefined;
  }
  if (isSession(node) && isHandedOver(node, parents, options)) return 'escape';
  return undefined;
}

/** Returned, yielded, stored, or passed to somebody else. */
function isHandedOver(node: Node, parents: ReadonlyMap<Node, Node>, options: Options): boolean {
  const parent = parents.get(node);
  switch (parent?.type) {
    case 'ReturnStatement':
    case 'YieldExpression':
    case 'ArrayExpression':
    case 'Property':
      return true;
    case 'ArrowFunctionExpression':
      return parent.body === node;
    case 'AssignmentExpression':
      return parent.right === node && parent.left.type === 'MemberExpression';
    case 'CallExpression':
    case 'NewExpression':
      return parent.callee !== node && pathOf(parent.callee) !== 'pool.release' && !options.calls?.[pathOf(parent.callee)];
    default:
      return false;
  }
}

function pathOf(expression: Node): string {
  const node = unwrapChain(expression);
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'ThisExpression') return 'this';
  if (node.type === 'MemberExpression' && !node.computed) return `${pathOf(node.object)}.${pathOf(node.property)}`;
  return '?';
}

function mentions(fn: FunctionNode, isSession: (node: Node) => boolean): boolean {
  const open: Node[] = [fn];
  for (let node = open.pop(); node; node = open.pop()) {
    if (isSession(node)) return true;
    open.push(...childrenOf(node));
  }
  return false;
}

/** Findings as one line each: what, how, where. */
export function wording({ lifetime, text }: Asked): string[] {
  if (lifetime.abstained) return ['abstained'];
  const first = (node: Node): string => (text(node).split('\n')[0] ?? '').replace(/;$/, '');
  return [
    ...lifetime.leaks.map((leak) => {
      const where = leak.departure === 'end' ? 'end' : `${leak.departure}: ${first(leak.node)}`;
      const after = leak.afterException && leak.place === undefined && leak.departure !== 'yield' ? ' (swallowed)' : '';
      return `${leak.kind} ${where}${after}${leak.place ? ` [${leak.place}]` : ''}`;
    }),
    ...lifetime.releasedTwice.map(({ node, afterException }) => `released twice: ${first(node)}${afterException ? ' (after an exception)' : ''}`),
    ...lifetime.usedAfterRelease.map(({ node, how, afterException }) => `used after release: ${first(node)}${how === 'returned' ? ' (returned)' : ''}${afterException ? ' (after an exception)' : ''}`),
  ];
}
