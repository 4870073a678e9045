/** Which sessions a file acquires, and where each of them goes: into a variable that has to see its release, or nowhere. */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { AcquireOrigin, ConstructedOrigin, Library, Outcome, ReleaseFacts, SessionFacts } from '../libraries/library.js';
import { acquiredAsPart, handedToCallback, isProvider, variableOfResult } from '../sessions/acquisitions.js';
import { acquiresByMethod, constructedByClass } from '../sessions/catalogue.js';
import type { File } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import type { Resolver } from '../sessions/resolver.js';
import { chainFrom, enclosingClass, enclosingFunction, isFunction, isWithin, outermost, propertyName, receiverOf, unwrap, unwrapAwait, type CallLike, type ClassNode, type FunctionNode, type Link, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session, type SessionKind, type Variable } from '../sessions/values.js';
import { consumerOf, Holders, holdersOf, holdersOfField, isDeclaredIn } from './holders.js';
import type { HeldOnEntry, LifetimeScope } from './lifetime.js';
import { promiseStepOf } from './syntax.js';

type Kinds = readonly [SessionKind, ...SessionKind[]];

/** A session in a variable of the scope that acquires it. */
export interface Obligation {
  readonly kinds: Kinds;
  /** What is underlined: the call that acquires. */
  readonly node: Node;
  readonly name: string;
  readonly scope: LifetimeScope;
  readonly acquisition: HeldOnEntry | TSESTree.Expression;
  readonly holders: Holders;
  readonly done: Variable | undefined;
  readonly session: Session | undefined;
  /** The declaration by which it is disposed of: `await using c = …`. */
  readonly using: TSESTree.VariableDeclaration | undefined;
  /** The session is somebody else's, and only what is begun on it here has to end: whoever catches an exception may do it. */
  readonly isBorrowed?: true;
}

/** A session that no variable holds. */
export type Loss =
  | { readonly kind: 'discarded'; readonly kinds: Kinds; readonly node: Node }
  /** Something is asked of the session in the same breath: `createQueryRunner().manager`. */
  | { readonly kind: 'chained'; readonly kinds: Kinds; readonly node: Node; readonly first: Link; readonly links: readonly Link[] }
  | { readonly kind: 'stored'; readonly kinds: Kinds; readonly node: Node; readonly owner: ClassNode; readonly field: string };

export interface Acquisitions {
  readonly obligations: readonly Obligation[];
  readonly losses: readonly Loss[];
}

export function acquisitionsOf(model: SessionModel): Acquisitions {
  const obligations: Obligation[] = [];
  const losses: Loss[] = [];
  const seen = new Set<Node>();
  const calls = acquiringCalls(model);
  for (const acquired of [...acquiredIn(model, calls), ...madeByFunctions(model, calls), ...clientsIn(model)]) {
    if (seen.has(acquired.node)) continue;
    seen.add(acquired.node);
    const place = placeOf(model, acquired);
    if (!place) continue;
    if ('holders' in place) obligations.push(place);
    else losses.push(place);
  }
  for (const [call, index] of callbackCalls(model)) {
    const handed = inCallback(model, call, index);
    if (!handed) continue;
    if ('holders' in handed) obligations.push(handed);
    else losses.push(handed);
  }
  for (const begun of begunIn(model)) if (!seen.has(begun.node)) obligations.push(begun);
  return { obligations, losses };
}

interface Acquired {
  readonly node: CallLike;
  readonly kinds: Kinds;
  readonly session: Session | undefined;
  readonly element?: number | undefined;
  readonly property?: string | undefined;
}

function acquiredIn({ resolver }: SessionModel, calls: readonly CallLike[]): Acquired[] {
  const found: Acquired[] = [];
  for (const node of calls) {
    const session = sessionOf(resolver.valueOf(node));
    if (session?.how === 'acquired' && session.origin === node) {
      const kinds = releasable(session.kinds);
      const holding = isProvider(session) ? onlyCallOf(resolver, node) : node;
      if (kinds && holding) found.push({ node: holding, kinds, session });
      continue;
    }
    const [part, ...more] = node.type === 'CallExpression' && !session ? acquiredAsPart(resolver, node).filter(({ facts }) => facts.release) : [];
    if (part && asksFor(node, part.origin)) found.push({ node, kinds: [part, ...more], session: undefined, element: part.origin.element, property: part.origin.property });
  }
  return found;
}

/** The call of a provider that gives the session; what several calls give is one session, and whose it is nobody knows. */
function onlyCallOf(resolver: Resolver, provider: Node): TSESTree.CallExpression | undefined {
  const reads = variableOfResult(resolver, provider)?.references.filter((reference) => !reference.init) ?? [];
  const calls = reads.map(({ identifier }) => outermost(identifier)).map((name) => (name.parent?.type === 'CallExpression' && name.parent.callee === name ? name.parent : undefined));
  return calls.length === 1 ? calls[0] : undefined;
}

const acquiringNames: ReadonlySet<string> = new Set([...acquiresByMethod.keys(), ...constructedByClass.keys()].map(lastPart));

/** Libraries of which a class or a function by itself gives a session, under whatever name a file knows it. */
const renamable: ReadonlySet<Library> = new Set(libraries.filter(({ sessions }) => sessions.some(({ origins }) => origins.some((origin) => origin.kind === 'constructed' || (origin.kind === 'acquire' && origin.on === 'module')))));

/** Calls that acquire, as far as their names show: those of the catalogue, and others that the file gives the same thing. */
function acquiringCalls({ file, resolver }: SessionModel): readonly CallLike[] {
  const named = file.callsNamed(acquiringNames);
  const isRenamable = [...resolver.imported].some((library) => renamable.has(library));
  const renamed = file.calls.filter((call) => (isRenamable || call.type === 'NewExpression') && isRenamed(file, call));
  return renamed.length === 0 ? named : [...named, ...renamed];
}

/**
 * `new PgClient()` with `import { Client as PgClient } from 'pg'` or `const { Client: PgClient } = pg`, `connect()` with
 * `import { createConnection as connect } from 'mysql2/promise'` or `const connect = mysql.createConnection`.
 */
function isRenamed(file: File, { type, callee }: CallLike): boolean {
  if (callee.type !== 'Identifier' || acquiringNames.has(callee.name)) return false;
  const definition = file.variableOf(callee)?.defs[0];
  switch (definition?.type as string | undefined) {
    case 'ImportBinding':
      return type === 'NewExpression' || (definition?.node.type === 'ImportSpecifier' && definition.node.imported.type === 'Identifier' && acquiringNames.has(definition.node.imported.name));
    case 'Variable':
      return type === 'NewExpression' || namesAnother(definition?.node as TSESTree.VariableDeclarator, callee.name);
    default:
      return false;
  }
}

/** `{ createConnection: connect } = …`, `connect = mysql.createConnection` */
function namesAnother({ id, init }: TSESTree.VariableDeclarator, name: string): boolean {
  if (id.type === 'ObjectPattern') return id.properties.some((property) => property.type === 'Property' && property.value.type === 'Identifier' && property.value.name === name && acquiringNames.has(propertyName(property) ?? ''));
  const member = init && unwrap(init);
  return member?.type === 'MemberExpression' && acquiringNames.has(propertyName(member) ?? '');
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name;
}

function releasable(kinds: readonly SessionKind[]): Kinds | undefined {
  const [first, ...rest] = kinds;
  return first && kinds.every(({ facts }) => facts.release) ? [first, ...rest] : undefined;
}

/** `execute(sql, binds, { resultSet: true })` */
function asksFor(node: CallLike, { option }: AcquireOrigin): boolean {
  if (option === undefined) return true;
  return node.arguments.some((argument) => argument.type === 'ObjectExpression' && argument.properties.some((property) => property.type === 'Property' && propertyName(property) === option && property.value.type === 'Literal' && property.value.value === true));
}

/** Functions in whose own body something is called that acquires, and that the file calls by their names. */
function acquiringFunctions(file: File, calls: readonly CallLike[]): ReadonlySet<FunctionNode> {
  return new Set(calls.flatMap((call) => {
    const fn = enclosingFunction(call);
    const name = fn && nameOfFunction(fn);
    return fn && name !== undefined && file.callsByName.has(name) ? [fn] : [];
  }));
}

/** `const client = await getClient()` with a function of this file that acquires it for its caller. */
function madeByFunctions({ file, resolver }: SessionModel, calls: readonly CallLike[]): Acquired[] {
  const found: Acquired[] = [];
  for (const fn of acquiringFunctions(file, calls)) {
    const session = fn.parent.type === 'CallExpression' ? undefined : sessionOf(resolver.returnValue(fn));
    if (session?.how !== 'acquired' || !isWithin(session.origin, fn.body) || enclosingFunction(session.origin) !== fn || needsActivation(session)) continue;
    const kinds = releasable(session.kinds);
    const { parent } = consumerOf(session.origin);
    // What is kept in a variable outside (a singleton) or a field is nobody's to release.
    const stored = parent?.type === 'AssignmentExpression' && !(parent.left.type === 'Identifier' && isLocal(file.variableOf(parent.left), fn));
    const name = nameOfFunction(fn);
    if (!kinds || stored || name === undefined) continue;
    for (const node of file.callsByName.get(name) ?? []) {
      const value = node.type === 'CallExpression' ? resolver.valueOf(node) : undefined;
      if (value?.kind === 'session' && value.session === session && !value.derived && !isWithin(node, fn)) found.push({ node, kinds, session });
    }
  }
  return found;
}

/** Libraries by the methods that end their clients. */
const endsOfClients = new Map<string, Library[]>();
for (const library of libraries) for (const name of library.clients?.ends ?? []) endsOfClients.set(name, [...(endsOfClients.get(name) ?? []), library]);

/** Whether a file without sessions may end a client: the libraries whose clients end are few. */
export function mayEndClients({ file, resolver }: SessionModel): boolean {
  for (const [name, owners] of endsOfClients) if (owners.some((library) => resolver.imported.has(library)) && file.sourceCode.text.includes(name)) return true;
  return false;
}

/** Clients that a function makes for itself and ends: it has to do so on every path. */
function clientsIn({ file, resolver }: SessionModel): Acquired[] {
  const found: Acquired[] = [];
  for (const [name, owners] of endsOfClients) {
    for (const end of file.callsByName.get(name) ?? []) {
      const receiver = receiverOf(end);
      const variable = receiver?.type === 'Identifier' ? file.variableOf(receiver) : undefined;
      for (const { writeExpr } of variable?.references ?? []) {
        const node = writeExpr && unwrapAwait(writeExpr);
        if (node?.type !== 'NewExpression' && node?.type !== 'CallExpression') continue;
        const value = resolver.valueOf(node);
        const library = value?.kind === 'client' ? owners.find((owner) => owner === value.library) : undefined;
        if (library && enclosingFunction(node)) found.push({ node, kinds: [clientAsSession(library, node.type === 'NewExpression')], session: undefined });
      }
    }
  }
  return found;
}

/** A client in the terms of a session: it holds connections, from its first use on if it is only constructed. */
function clientAsSession(library: Library, lazy: boolean): SessionKind {
  const { ends = [], methods = [], properties = [] } = library.clients ?? {};
  const outcome: Outcome = { kind: 'safe', text: '', versions: library.checked, status: 'documented' };
  const release: ReleaseFacts = {
    methods: ends,
    promised: true,
    ...(lazy ? { lazy: true } : {}),
    never: { ...outcome, kind: 'undefined-behaviour', text: 'its connections stay open' },
  };
  return { library, facts: { id: 'client', noun: 'client', origins: [], builders: 'eager', derived: { methods, properties }, concurrentUse: outcome, release, instead: '' } };
}

function isLocal(variable: Variable | undefined, fn: FunctionNode): boolean {
  return variable !== undefined && isDeclaredIn(variable, fn);
}

function nameOfFunction(fn: FunctionNode): string | undefined {
  if (fn.type !== 'ArrowFunctionExpression' && fn.id) return fn.id.name;
  const { parent } = fn;
  if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  return parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition' || parent.type === 'Property' ? propertyName(parent) : undefined;
}

function originOf(session: Session): AcquireOrigin | ConstructedOrigin | undefined {
  const [kind] = session.kinds as readonly { readonly origin?: AcquireOrigin | ConstructedOrigin }[];
  return kind?.origin;
}

function needsActivation(session: Session): boolean {
  return (originOf(session)?.activatedBy?.length ?? 0) > 0;
}

// ----- where it goes

function placeOf(model: SessionModel, acquired: Acquired): Loss | Obligation | undefined {
  const { node, kinds } = acquired;
  let { value, parent } = consumerOf(node);
  // `pool.connect().catch(report)`: the same promise goes on.
  for (let step = stepAfter(value); step && step.method !== 'then'; step = stepAfter(value)) ({ value, parent } = consumerOf(step.call));
  const step = stepAfter(value);
  if (step) return afterThen(model, acquired, step.call);
  switch (parent?.type) {
    case 'ExpressionStatement':
    case 'UnaryExpression':
      if (acquired.property !== undefined || (acquired.session && (needsActivation(acquired.session) || isLazy(kinds)))) return undefined;
      return { kind: 'discarded', kinds, node };
    case 'MemberExpression':
      return parent.object === value && acquired.element === undefined && acquired.property === undefined ? chained(acquired, value) : undefined;
    case 'VariableDeclarator':
      return parent.init === value ? bound(model, acquired, parent.id, parent.parent) : undefined;
    case 'AssignmentExpression':
      if (parent.right !== value) return undefined;
      return parent.left.type === 'MemberExpression' ? stored(acquired, parent.left) : bound(model, acquired, parent.left, undefined);
    default:
      return undefined;
  }
}

function isLazy(kinds: Kinds): boolean {
  return kinds.some(({ facts }) => facts.release?.lazy);
}

function stepAfter(value: Node): { readonly call: TSESTree.CallExpression; readonly method: string } | undefined {
  const member = value.parent;
  const call = member?.type === 'MemberExpression' && member.object === value ? outermost(member).parent : undefined;
  const step = call && promiseStepOf(call);
  return step && call.type === 'CallExpression' && unwrap(step.promise) === unwrap(value) ? { call, method: step.method } : undefined;
}

function afterThen(model: SessionModel, acquired: Acquired, call: TSESTree.CallExpression): Loss | Obligation | undefined {
  const [handler] = call.arguments;
  const fn = handler && unwrap(handler);
  if (!isFunction(fn) || acquired.session === undefined || needsActivation(acquired.session)) return undefined;
  const [param] = fn.params;
  if (!param) return { kind: 'discarded', kinds: acquired.kinds, node: acquired.node };
  const variable = param.type === 'Identifier' ? model.file.variableOf(param) : undefined;
  if (!variable) return undefined;
  return { ...acquired, name: variable.name, scope: fn, acquisition: {}, holders: holdersOf(model.file, variable, fn), done: undefined, using: undefined };
}

function chained(acquired: Acquired, value: Node): Loss | undefined {
  const { links } = chainFrom(value);
  const at = links.findIndex((link) => link.call === acquired.node);
  const own = links.slice(at + 1);
  const [first] = own;
  return first && { kind: 'chained', kinds: acquired.kinds, node: acquired.node, first, links: own };
}

function stored(acquired: Acquired, target: TSESTree.MemberExpression): Loss | undefined {
  const owner = target.object.type === 'ThisExpression' ? enclosingClass(target) : undefined;
  const field = propertyName(target);
  return owner && field !== undefined && !(acquired.session && needsActivation(acquired.session)) ? { kind: 'stored', kinds: acquired.kinds, node: acquired.node, owner, field } : undefined;
}

function bound(model: SessionModel, acquired: Acquired, pattern: Node, declaration: TSESTree.VariableDeclaration | undefined): Obligation | undefined {
  const { file } = model;
  const { target, property } = targetIn(pattern, acquired);
  const variable = target?.type === 'Identifier' ? file.variableOf(target) : undefined;
  const scope: LifetimeScope = enclosingFunction(acquired.node) ?? file.sourceCode.ast;
  // A variable of a function around keeps it for others.
  if (!variable || !isDeclaredIn(variable, scope)) return undefined;
  const acquisition = activation(acquired, variable, scope);
  if (!acquisition) return undefined;
  const using = declaration?.kind === 'using' || declaration?.kind === 'await using' ? declaration : undefined;
  return { kinds: acquired.kinds, node: acquired.node, session: acquired.session, name: variable.name, scope, acquisition, holders: holdersOf(file, variable, scope, property), done: undefined, using };
}

function targetIn(pattern: Node, { element, property }: Acquired): { target: Node | undefined; property: string | undefined } {
  if (element !== undefined) return { target: pattern.type === 'ArrayPattern' ? (pattern.elements[element] ?? undefined) : undefined, property: undefined };
  if (property === undefined) return { target: pattern, property: undefined };
  if (pattern.type !== 'ObjectPattern') return { target: pattern, property };
  const own = pattern.properties.find((each) => each.type === 'Property' && propertyName(each) === property);
  return { target: own?.value, property: undefined };
}

/** The call from which on it holds something: the acquisition itself, or `begin()` on what was made. */
function activation({ node, session }: Acquired, variable: Variable, scope: Node): TSESTree.Expression | undefined {
  const methods = session && originOf(session)?.activatedBy;
  if (!methods) return node;
  for (const { identifier } of variable.references) {
    const [first] = chainFrom(identifier).links;
    if (first?.call?.type === 'CallExpression' && methods.includes(first.name) && (enclosingFunction(identifier) ?? scope) === scope) return first.call;
  }
  return undefined;
}

// ----- transactions on sessions of others

/** Sessions that are nothing to release unless something is begun on them: MikroORM's entity managers. */
const begunByMethod = new Map<string, SessionFacts[]>();
for (const { sessions } of libraries) {
  for (const facts of sessions) {
    const isTransaction = facts.release?.methods.includes('rollback') && facts.origins.some((origin) => origin.kind === 'acquire' && origin.activatedBy);
    for (const name of isTransaction ? (facts.begins ?? []) : []) begunByMethod.set(name, [...(begunByMethod.get(name) ?? []), facts]);
  }
}

/** `await em.begin()` on a parameter or a field, in a function that ends the transaction too. */
function* begunIn({ file, resolver }: SessionModel): Generator<Obligation> {
  for (const [name, possible] of begunByMethod) {
    for (const node of file.callsByName.get(name) ?? []) {
      const receiver = node.type === 'CallExpression' ? receiverOf(node) : undefined;
      const session = receiver && sessionOf(resolver.valueOf(receiver));
      const scope = enclosingFunction(node);
      if (!session || !scope || outermost(node).parent?.type !== 'AwaitExpression' || !(session.how === 'typed' || session.how === 'passed-in' || session.how === 'used-as')) continue;
      const kinds = session.kinds.every(({ facts }) => possible.includes(facts)) ? releasable(session.kinds) : undefined;
      const holders = kinds && holdersIn(file, receiver, scope);
      if (kinds && holders && !(holders.isField && isEndedElsewhere(file, kinds, holders, scope))) yield { kinds, node, name: file.nameOf(receiver), scope, acquisition: node, holders, done: undefined, session, using: undefined, isBorrowed: true };
    }
  }
}

/** Another method of the file ends what is begun on the field. */
function isEndedElsewhere(file: File, kinds: Kinds, holders: Holders, scope: FunctionNode): boolean {
  return kinds.some(({ facts }) => facts.release?.methods.some((name) => file.callsByName.get(name)?.some((call) => {
    const receiver = receiverOf(call);
    return receiver !== undefined && holders.isSession(receiver) && !isWithin(call, scope);
  })));
}

/** `em`, `this.em`, `orm.em` */
function holdersIn(file: File, receiver: Node, scope: FunctionNode): Holders | undefined {
  const object = receiver.type === 'MemberExpression' ? unwrap(receiver.object) : undefined;
  const property = receiver.type === 'MemberExpression' ? propertyName(receiver) : undefined;
  if (object?.type === 'ThisExpression') return property === undefined ? undefined : holdersOfField(file, property, scope);
  const root = object ?? receiver;
  const variable = root.type === 'Identifier' && (!object || property !== undefined) ? file.variableOf(root) : undefined;
  return variable && new Holders(file, new Set([variable]), property);
}

// ----- callback style

function* callbackCalls({ file }: SessionModel): Generator<readonly [TSESTree.CallExpression, number]> {
  for (const [name, entries] of acquiresByMethod) {
    const index = entries.find(({ origin }) => origin.callbackParam !== undefined)?.origin.callbackParam;
    for (const call of index === undefined ? [] : (file.callsByName.get(name) ?? [])) if (call.type === 'CallExpression') yield [call, index as number];
  }
}

/** `pool.connect((error, client, done) => { … })` */
function inCallback(model: SessionModel, call: TSESTree.CallExpression, index: number): Loss | Obligation | undefined {
  const { file, resolver } = model;
  const callback = call.arguments.at(-1);
  const value = callback && resolver.valueOf(callback);
  if (value?.kind !== 'function') return undefined;
  const fn = value.node;
  const kinds = releasable(handedToCallback(resolver, call, index));
  if (!kinds) return undefined;
  const param = fn.params[index];
  if (!param) return fn.params.some((each) => each.type === 'RestElement') ? undefined : { kind: 'discarded', kinds, node: call };
  const variable = param.type === 'Identifier' ? file.variableOf(param) : undefined;
  if (!variable) return undefined;
  const [error] = fn.params;
  const failure = error?.type === 'Identifier' ? file.variableOf(error) : undefined;
  const releaser = fn.params[index + 1];
  return {
    kinds,
    node: call,
    name: variable.name,
    scope: fn,
    acquisition: { unless: (node) => failure !== undefined && node.type === 'Identifier' && file.variableOf(node) === failure },
    holders: holdersOf(file, variable, fn),
    done: releaser?.type === 'Identifier' ? file.variableOf(releaser) : undefined,
    session: undefined,
    using: undefined,
  };
}
