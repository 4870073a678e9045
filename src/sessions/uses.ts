/** Uses of sessions in a piece of code, through receivers, arguments, options, derived objects and same-file helpers. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Library, SessionFacts } from '../libraries/library.js';
import { ambientSessionAt } from './ambient.js';
import { superclassValue } from './fields.js';
import { childrenOf } from './file.js';
import type { Resolver } from './resolver.js';
import { calleeName, chainOf, decoratorCallees, isFunction, isWithin, literalText, outermost, unwrap, type Chain, type FunctionNode, type Node } from './syntax.js';
import { sessionOf, type Session } from './values.js';

/** What a use does: a single read, a write, several steps by itself, a nested transaction, or nobody knows. */
export type UseKind = 'read' | 'write' | 'compound' | 'nested' | 'unknown';

export interface Use {
  readonly session: Session;
  readonly node: Node;
  readonly kind: UseKind;
  /** How the session gets there. */
  readonly by: 'receiver' | 'argument' | 'ambient' | 'helper';
  /** The last method name, where one is written. */
  readonly method: string | undefined;
}

const isReadingSql = /^\s*(?:\(\s*)*(?:select|show|explain|values|table|describe)\b(?![\s\S]*\bfor\s+(?:no\s+key\s+)?(?:update|share)\b)(?![\s\S]*\b(?:nextval|setval|pg_(?:try_)?advisory\w*|set_config)\s*\()/i;

const finders = new WeakMap<Resolver, UseFinder>();

/** The finder that all laws share, so that no function is summed up twice. */
export function finderOf(resolver: Resolver): UseFinder {
  let finder = finders.get(resolver);
  if (!finder) finders.set(resolver, (finder = new UseFinder(resolver)));
  return finder;
}

/** Helpers that call helpers that call helpers: beyond this nobody follows, and the call stack has an end. */
const MOST_HELPERS = 100;

export class UseFinder {
  readonly #resolver: Resolver;
  readonly #summaries = new Map<FunctionNode, readonly Use[]>();
  /** Functions that are being looked into, by how many were before them. */
  readonly #busy = new Map<FunctionNode, number>();
  /** Summaries that were cut short where they led back to a function that is being looked into, and to which. */
  readonly #cut = new Map<FunctionNode, { readonly uses: readonly Use[]; readonly by: number }>();
  /** The first such function of the summary that is being made. */
  #cutBy = Infinity;
  readonly #skipped: (call: TSESTree.CallExpression) => boolean;

  /** @param serialised calls whose functions run one at a time (`pLimit(1)`): what is in them does not count */
  constructor(resolver: Resolver, serialised: (call: TSESTree.CallExpression) => boolean = () => false) {
    this.#resolver = resolver;
    this.#skipped = serialised;
  }

  /**
   * The uses in a piece of code when it runs: functions given to calls are taken to run, functions that are only
   * declared are not, calls of same-file functions count with what their bodies do.
   */
  usesIn(root: Node): readonly Use[] {
    const uses: Use[] = [];
    this.#visit(root, uses, 0);
    return uses;
  }

  /** The uses in a function's body when it is called. */
  usesOf(fn: FunctionNode): readonly Use[] {
    const known = this.#summaries.get(fn);
    if (known) return known;
    const cut = this.#cut.get(fn);
    if (cut) {
      this.#cutBy = Math.min(this.#cutBy, cut.by);
      return cut.uses;
    }
    if (this.#busy.has(fn)) return [];
    const at = this.#busy.size;
    if (at > MOST_HELPERS) {
      this.#cutBy = 0;
      return [];
    }
    const cutBefore = this.#cutBy;
    this.#cutBy = Infinity;
    this.#busy.set(fn, at);
    const uses: Use[] = [];
    for (const param of fn.params) if (param.type === 'AssignmentPattern') this.#visit(param.right, uses, 0);
    this.#visit(fn.body, uses, 0);
    const openers = decoratorFunctions(this.#resolver, fn);
    if (openers.length > 0) dropOwn(uses, 0, openers);
    this.#busy.delete(fn);
    for (const [other, { by }] of this.#cut) if (by >= at) this.#cut.delete(other);
    if (this.#cutBy < at) this.#cut.set(fn, { uses, by: this.#cutBy });
    else {
      this.#summaries.set(fn, uses);
      this.#cutBy = Infinity;
    }
    this.#cutBy = Math.min(cutBefore, this.#cutBy);
    return uses;
  }

  #visit(node: Node, uses: Use[], depth: number): void {
    if (depth > 200) return;
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
      case 'ClassExpression':
      case 'TSTypeAliasDeclaration':
      case 'TSInterfaceDeclaration':
        return;
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        if (runsHere(node)) this.#visitFunction(node, uses, depth);
        return;
      case 'CallExpression':
      case 'TaggedTemplateExpression':
        this.#visitChain(chainOf(node), uses, depth);
        return;
      case 'NewExpression':
        for (const argument of node.arguments) this.#visit(argument, uses, depth + 1);
        return;
      case 'AwaitExpression': {
        this.#awaited(node, uses);
        this.#visit(node.argument, uses, depth + 1);
        return;
      }
      default:
        for (const child of childrenOf(node, this.#resolver.file.sourceCode.visitorKeys)) this.#visit(child, uses, depth + 1);
    }
  }

  #visitFunction(fn: FunctionNode, uses: Use[], depth: number): void {
    for (const param of fn.params) if (param.type === 'AssignmentPattern') this.#visit(param.right, uses, depth + 1);
    this.#visit(fn.body, uses, depth + 1);
  }

  /** `await query` with a lazy builder made before: this is where it runs. */
  #awaited(node: TSESTree.AwaitExpression, uses: Use[]): void {
    const argument = unwrap(node.argument);
    if (argument.type !== 'Identifier') return;
    const definition = this.#resolver.file.variableOf(argument)?.defs[0];
    if (!definition || (definition.type as string) !== 'Variable') return;
    const { init } = definition.node as TSESTree.VariableDeclarator;
    const made = init && unwrap(init);
    if (made?.type !== 'CallExpression') return;
    const session = sessionOf(this.#resolver.valueOf(chainOf(made).root));
    if (session && session.kinds[0].facts.builders === 'lazy') uses.push(...this.#receiverUse(session, chainOf(made)));
  }

  #visitChain(chain: Chain, uses: Use[], depth: number): void {
    const { root, links } = chain;
    const calls = links.flatMap((link) => (link.call?.type === 'CallExpression' ? [link.call] : []));
    if (calls.some((call) => this.#skipped(call))) return;
    const receiver = this.#inScope(this.#receiverSession(chain), chain);
    if (receiver) {
      const own = isHandedOn(chain.node) ? this.#receiverUse(receiver, chain).filter((use) => use.kind !== 'unknown') : this.#receiverUse(receiver, chain);
      uses.push(...own);
      const nested = own.some((use) => use.kind === 'nested');
      for (const link of links) {
        for (const argument of argumentsOf(link.call)) {
          // A builder given to a builder is a sub-query, not a statement of its own.
          if (this.#isSubquery(argument, receiver)) continue;
          if (nested && isFunction(unwrap(argument))) continue;
          this.#visit(argument, uses, depth + 1);
        }
      }
      return;
    }
    const client = this.#receiverClient(chain);
    if (client === undefined && looksLikeRepository(chain)) {
      const ambient = ambientSessionAt(this.#resolver, chain.node, undefined);
      const kind = ambient && this.#kindOf(ambient.kinds[0].facts, chain);
      if (ambient && kind !== undefined && (kind !== 'unknown' || !links.every((link) => isLocal(ambient.kinds[0].facts, link.name)))) {
        uses.push({ session: ambient, node: chain.node, kind, by: 'ambient', method: lastMethod(chain) });
      }
    }
    if (client) {
      const ambient = ambientSessionAt(this.#resolver, chain.node, client === 'either' ? undefined : client);
      if (ambient && links.some((link) => link.called)) uses.push({ session: ambient, node: chain.node, kind: this.#kindOf(ambient.kinds[0].facts, chain), by: 'ambient', method: lastMethod(chain) });
    }
    this.#argumentUses(chain, uses);
    const before = uses.length;
    this.#visit(root, uses, depth + 1);
    for (const link of links) {
      for (const argument of argumentsOf(link.call)) this.#visit(argument, uses, depth + 1);
    }
    // A wrapper of the file that opens a session for its callback: `withSession(() => work())` is each call's own.
    const callees = calls.flatMap((call) => {
      const callee = uses.length > before ? this.#resolver.valueOf(call.callee) : undefined;
      return callee?.kind === 'function' ? [callee.node] : [];
    });
    if (callees.length > 0) dropOwn(uses, before, callees);
  }

  /** The session that a chain works on: its root, a prefix of it (`this.tx`, `qr.manager`), or `new Repo(tx)`. */
  #receiverSession(chain: Chain): Session | undefined {
    for (const prefix of prefixesOf(chain)) {
      const session = sessionOf(this.#resolver.valueOf(prefix));
      if (session) return session;
      if (prefix.type === 'NewExpression') {
        for (const argument of prefix.arguments) {
          const [carried] = this.#resolver.carriedBy(argument);
          if (carried) return carried;
        }
      }
    }
    return undefined;
  }

  /** An entity manager that takes connections of the pool by itself works on the transaction of a scope around it. */
  #inScope(session: Session | undefined, chain: Chain): Session | undefined {
    const kind = session?.kinds[0];
    return (kind?.facts.operations?.onlyHazards && ambientSessionAt(this.#resolver, chain.node, kind.library)) || session;
  }

  /** The library of the client that a chain works on: `prisma`, `this.users`, a model class; what may be one, too. */
  #receiverClient(chain: Chain): Library | 'either' | undefined {
    for (const prefix of prefixesOf(chain)) {
      const value = this.#resolver.valueOf(prefix);
      const client = value?.kind === 'class' ? superclassValue(this.#resolver, value.node) : value;
      if (client?.kind === 'client') return client.library;
      if (client?.kind === 'either') return 'either';
    }
    return undefined;
  }

  #isSubquery(argument: Node, session: Session): boolean {
    const node = unwrap(argument);
    if (node.type !== 'CallExpression' && node.type !== 'TaggedTemplateExpression') return false;
    return session.kinds[0].facts.builders === 'lazy' && this.#receiverSession(chainOf(node)) === session;
  }

  #receiverUse(session: Session, chain: Chain): Use[] {
    const { facts } = session.kinds[0];
    const links = chain.links.filter((link) => link.called);
    const method = lastMethod(chain);
    if (links.length === 0) return [];
    // What opens a session of its own is no use of this one.
    if (links.some((link) => facts.forks?.includes(link.name))) return [];
    if (links.every((link) => isLocal(facts, link.name))) return [];
    // Only builds: Kysely runs nothing before `.execute()`.
    if (facts.operations?.runs && !links.some((link) => facts.operations?.runs?.includes(link.name) || facts.nested?.includes(link.name))) return [];
    return [{ session, node: chain.node, kind: this.#kindOf(facts, chain), by: 'receiver', method }];
  }

  #kindOf(facts: SessionFacts, chain: Chain): UseKind {
    const names = chain.links.flatMap((link) => (link.called ? [link.name] : []));
    const { operations } = facts;
    if (names.some((name) => facts.nested?.includes(name))) return 'nested';
    for (const link of [...chain.links].reverse()) {
      if (link.call && operations?.sql?.includes(link.name)) {
        const text = link.call.type === 'TaggedTemplateExpression' ? literalText(link.call) : literalText(link.call.arguments[0]);
        if (text === undefined) return 'unknown';
        return isReadingSql.test(text) ? 'read' : 'write';
      }
      if (link.call?.type === 'TaggedTemplateExpression' && link.name === '') {
        return isReadingSql.test(literalText(link.call) ?? '') ? 'read' : 'write';
      }
    }
    if (names.some((name) => operations?.compound?.includes(name))) return 'compound';
    if (names.some((name) => operations?.writes?.includes(name))) return 'write';
    if (names.some((name) => operations?.reads?.includes(name))) return 'read';
    return 'unknown';
  }

  /** Sessions that are handed to a call: `f(tx)`, `Model.update(v, { transaction })`, `qb.transacting(trx)`. */
  #argumentUses(chain: Chain, uses: Use[]): void {
    for (const [at, link] of chain.links.entries()) {
      const { call } = link;
      if (call?.type !== 'CallExpression') continue;
      const callee = this.#resolver.valueOf(call.callee);
      if (callee?.kind === 'function') {
        this.#helperUses(call, callee.node, uses);
        continue;
      }
      const seen = new Set<Session>();
      for (const argument of call.arguments) {
        for (const session of this.#resolver.carriedBy(argument)) {
          if (seen.has(session)) continue;
          seen.add(session);
          const { facts } = session.kinds[0];
          // `connection.getRepository(ctx, User)` does nothing yet; what is called on its result does.
          if (link.name !== '' && isLocalCall(facts, link.name) && chain.links.slice(at).every((later) => !later.called || isLocalCall(facts, later.name))) continue;
          uses.push({ session, node: chain.node, kind: this.#travelKind(facts, chain), by: 'argument', method: lastMethod(chain) });
        }
      }
    }
  }

  #travelKind(facts: SessionFacts, chain: Chain): UseKind {
    const travels = facts.travels;
    const known = chain.links.some((link) => link.called && (Object.hasOwn(travels?.optionMethods ?? {}, link.name) || travels?.methods?.includes(link.name) || Object.hasOwn(travels?.argumentOf ?? {}, link.name)));
    return known ? this.#kindOf(facts, chain) : 'unknown';
  }

  /** A call of a function of this file: what its body does with the sessions that it captures or is given. */
  #helperUses(call: TSESTree.CallExpression, fn: FunctionNode, uses: Use[]): void {
    const handed = call.arguments.map((argument) => this.#resolver.carriedBy(argument)[0]);
    const under = this.#busy.get(fn);
    if (under !== undefined) {
      this.#cutBy = Math.min(this.#cutBy, under);
      // Recursion: the call does again what the function does, with the sessions it is given.
      for (const session of new Set(handed)) if (session) uses.push({ session, node: call, kind: 'unknown', by: 'helper', method: calleeName(call) });
      return;
    }
    const body = this.usesOf(fn);
    const counted = new Map<Session, Use[]>();
    for (const use of body) {
      const given = fn.params.findIndex((param) => isWithin(use.session.origin, param));
      const session = given >= 0 ? handed[given] : isWithin(use.session.origin, fn) ? undefined : use.session;
      if (session) counted.set(session, [...(counted.get(session) ?? []), use]);
    }
    for (const [session, own] of counted) {
      const [only] = own;
      const kind: UseKind = own.length === 1 && only ? only.kind : own.every((use) => use.kind === 'nested') ? 'nested' : 'compound';
      const hazard = own.find((use) => use.method !== undefined && session.kinds[0].facts.operations?.onlyHazards?.includes(use.method));
      uses.push({ session, node: call, kind, by: 'helper', method: hazard?.method ?? calleeName(call) });
    }
    for (const [index, session] of handed.entries()) {
      if (!session || counted.has(session)) continue;
      // What the body does with it is not understood, but it does something: passes it on, stores it, calls it.
      const param = fn.params[index] ?? fn.params.find((rest) => rest.type === 'RestElement');
      if (param && this.#isMentioned(param)) uses.push({ session, node: call, kind: 'unknown', by: 'helper', method: calleeName(call) });
    }
  }

  /** Whether anything that a parameter binds is read. */
  #isMentioned(param: TSESTree.Parameter): boolean {
    const fn = param.parent;
    return isFunction(fn) && this.#resolver.file.sourceCode.getDeclaredVariables(fn).some((variable) => variable.identifiers.some((name) => isWithin(name, param)) && variable.references.some((reference) => reference.isRead()));
  }
}

/** Removes the uses, from a place in the list on, of sessions that one of the functions opens for itself. */
function dropOwn(uses: Use[], from: number, openers: readonly FunctionNode[]): void {
  const kept = uses.slice(from).filter((use) => !openers.some((opener) => isWithin(use.session.origin, opener.body)));
  uses.splice(from, uses.length - from, ...kept);
}

/** The functions of this file that decorate a method: a home-made `@Transactional()`. */
function decoratorFunctions(resolver: Resolver, fn: FunctionNode): FunctionNode[] {
  if (fn.parent.type !== 'MethodDefinition') return [];
  return decoratorCallees(fn.parent).flatMap(({ callee }) => {
    const value = resolver.valueOf(callee);
    return value?.kind === 'function' ? [value.node] : [];
  });
}

/** What a chain is built on, from its root outwards: `a`, `a.b`, `a.b.c`, `a.b.c()` of `a.b.c().d()`. */
function prefixesOf(chain: Chain): Node[] {
  let node: Node = unwrap(chain.node);
  const prefixes: Node[] = [];
  for (;;) {
    if (node.type === 'CallExpression') {
      const callee: Node = unwrap(node.callee);
      if (prefixes.length > 0) prefixes.push(node);
      node = callee.type === 'MemberExpression' ? unwrap(callee.object) : callee;
      prefixes.push(callee);
    } else if (node.type === 'TaggedTemplateExpression') {
      node = unwrap(node.tag);
      prefixes.push(node);
    } else if (node.type === 'MemberExpression') {
      prefixes.push(node);
      node = unwrap(node.object);
    } else {
      prefixes.push(node);
      break;
    }
  }
  return prefixes.reverse();
}

/**
 * `this.orderRepository.save(…)`: the members of a class in a decorated method, named as repositories are and called as
 * they are. Looked at only inside an ambient scope, which is evidence enough of a database.
 */
function looksLikeRepository(chain: Chain): boolean {
  const [field, method] = chain.links;
  return chain.root.type === 'ThisExpression' && field !== undefined && !field.called && /(?:Repository|Repo|Dao|DAO)$/.test(field.name) && method?.called === true && method.name !== 'create';
}

/** Whether a function expression runs as part of the code around it: called in place, or given to a call. */
function runsHere(fn: FunctionNode): boolean {
  const node = outermost(fn);
  const { parent } = node;
  if (!parent) return false;
  if (parent.type === 'CallExpression' || parent.type === 'NewExpression') return true;
  // `{ run: async () => … }` given to a call, `[() => …]` given to a call: the callee decides; left out.
  return parent.type === 'AwaitExpression';
}

/**
 * An un-awaited call in the place of an argument: `log({ tenant: db.tenant() })`. What the catalogue does not know as
 * I/O is a plain value there.
 */
function isHandedOn(node: Node): boolean {
  const { parent } = outermost(node);
  return parent?.type === 'Property' || parent?.type === 'TemplateLiteral' || parent?.type === 'BinaryExpression' || parent?.type === 'NewExpression';
}

function argumentsOf(call: TSESTree.CallExpression | TSESTree.TaggedTemplateExpression | undefined): readonly Node[] {
  if (!call) return [];
  return call.type === 'CallExpression' ? call.arguments : call.quasi.expressions;
}

function lastMethod(chain: Chain): string | undefined {
  return chain.links.findLast((link) => link.called && link.name !== '')?.name;
}

const promiseMethods = new Set(['then', 'catch', 'finally']);

function isLocal(facts: SessionFacts, name: string): boolean {
  return promiseMethods.has(name) || (facts.operations?.local?.includes(name) ?? false) || (facts.derived?.methods?.includes(name) ?? false);
}

/** Calls to which a session is handed without being worked on. */
function isLocalCall(facts: SessionFacts, name: string): boolean {
  return facts.operations?.local?.includes(name) ?? name === 'log';
}
