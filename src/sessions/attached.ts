/**
 * Sessions that travel with a request: what one function of the file attaches to the request, the response or the
 * context that it is given, another finds there.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { PropertyOrigin } from '../libraries/library.js';
import { exportName } from './acquisitions.js';
import { annotationName } from './annotations.js';
import type { Resolver } from './resolver.js';
import { calleeName, propertyName, receiverOf, unwrap, type Node } from './syntax.js';
import { sessionOf, type Session, type SessionKind, type Value } from './values.js';

/** A session that a piece of code attaches to what lives as long as a request. */
export interface Attachment {
  readonly session: Session;
  /** Where that is done. */
  readonly node: Node;
}

/** Names of one thing: Express, Fastify and their like say `req` or `request` as they please. */
const synonyms: ReadonlyMap<string, string> = new Map([['req', 'request'], ['request', 'request'], ['res', 'response'], ['reply', 'response'], ['response', 'response'], ['ctx', 'context'], ['context', 'context'], ['contextValue', 'context'], ['c', 'context']]);

/** Functions that make the context of every request, and the property by which a server is given one. */
const contextFactory = /^(?:context|contextValue|createContext|createTRPCContext|createContextInner)$/;

const requestProperties = libraries.flatMap((library) =>
  library.sessions.flatMap((facts) => facts.origins.flatMap((origin) => (origin.kind === 'property' && origin.of.includes('FastifyRequest') ? [{ library, facts, origin }] : []))),
) satisfies readonly (SessionKind & { origin: PropertyOrigin })[];

const tables = new WeakMap<Resolver, ReadonlyMap<string, Attachment>>();
const beingMade = new WeakSet<Resolver>();

/** Every session of the file that is attached to a request. */
export function attachments(resolver: Resolver): Attachment[] {
  return [...tableOf(resolver).values()];
}

/** The session that is attached at this place, a path of properties of a parameter: `req.db`, `ctx.state.tx`, `c.get('tx')`. */
export function attachedAt(resolver: Resolver, expression: Node, path: readonly string[]): Value | undefined {
  const place = placeOf(resolver, expression, path);
  if (!place) return undefined;
  if (!beingMade.has(resolver)) {
    const table = tableOf(resolver);
    const found = table.size > 0 ? table.get(keyOf(place)) : undefined;
    if (found) return { kind: 'session', session: found.session, derived: false };
  }
  return ofLibrary(resolver, place);
}

interface Place {
  /** What it is called that has the properties: `request`, `context`. */
  readonly owner: string;
  /** The parameter, if it is one. */
  readonly root?: TSESTree.Identifier;
  readonly steps: readonly string[];
}

function keyOf({ owner, steps }: Place): string {
  return `${owner}.${steps.join('.')}`;
}

/** Deeper places than `ctx.state.db.tx` are nobody's habit. */
const MOST_STEPS = 3;

function placeOf(resolver: Resolver, expression: Node, path: readonly string[]): Place | undefined {
  const whole = unwrap(expression);
  // Hono: `c.get('tx')` is `c.var.tx`.
  const isGet = whole.type === 'CallExpression' && !isRequestCall(whole);
  const [key] = isGet ? whole.arguments : [];
  const receiver = isGet ? receiverOf(whole) : whole;
  if (!receiver || (isGet && (calleeName(whole) !== 'get' || key?.type !== 'Literal' || whole.arguments.length !== 1))) return undefined;
  let root = receiver;
  for (let depth = 0; root.type === 'MemberExpression'; depth += 1) {
    if (depth === MOST_STEPS) return undefined;
    root = unwrap(root.object);
  }
  const owner = ownerOf(resolver, root);
  if (!owner) return undefined;
  const steps = key?.type === 'Literal' ? ['var', String(key.value), ...path] : [...path];
  for (let node = receiver; node.type === 'MemberExpression'; node = unwrap(node.object)) {
    const name = propertyName(node);
    if (name === undefined) return undefined;
    steps.unshift(name);
  }
  return steps.length === 0 || steps.length > MOST_STEPS ? undefined : { ...owner, steps };
}

function ownerOf(resolver: Resolver, root: Node): Omit<Place, 'steps'> | undefined {
  if (isRequestCall(root)) return { owner: 'request' };
  if (root.type !== 'Identifier') return undefined;
  const [definition] = resolver.file.variableOf(root)?.defs ?? [];
  switch (definition?.type as string | undefined) {
    case 'Parameter':
      return { owner: synonyms.get(root.name) ?? root.name, root };
    case 'Variable': {
      const { id, init } = definition?.node as TSESTree.VariableDeclarator;
      return id.type === 'Identifier' && init && isRequestCall(unwrap(init)) ? { owner: 'request' } : undefined;
    }
    case 'ImportBinding':
      return isContextStore(resolver, root) ? { owner: 'store' } : undefined;
    default:
      return undefined;
  }
}

/** Packages that keep one store for each request, and the export that it is read and written by. */
const contextStores: Readonly<Record<string, string>> = { '@fastify/request-context': 'requestContext', 'express-http-context': 'default' };

function isContextStore(resolver: Resolver, node: TSESTree.Identifier): boolean {
  const value = resolver.valueOf(node);
  return value?.kind === 'module' && Object.hasOwn(contextStores, value.specifier) && contextStores[value.specifier] === exportName(value.path);
}

/** NestJS: an interceptor, a guard or a decorator asks for the request: `context.switchToHttp().getRequest()`. */
function isRequestCall(node: Node): boolean {
  return node.type === 'CallExpression' && calleeName(node) === 'getRequest' && receiverOf(node) !== undefined;
}

/** `request.pg` of @fastify/postgres, in a file that imports the library. */
function ofLibrary(resolver: Resolver, { root, steps }: Place): Value | undefined {
  const [first] = steps;
  const found = requestProperties.find(({ library, origin }) => steps.length === 1 && origin.property === first && resolver.imported.has(library));
  const variable = found && root && resolver.file.variableOf(root);
  const target = variable?.identifiers[0];
  if (!found || !root || !target) return undefined;
  const type = annotationName(resolver, target.typeAnnotation?.typeAnnotation);
  if (type === undefined ? synonyms.get(root.name) !== 'request' : !found.origin.of.includes(type)) return undefined;
  return resolver.session({ origin: target, how: 'passed-in', kinds: [found], name: `${root.name}.${found.origin.property}` });
}

function tableOf(resolver: Resolver): ReadonlyMap<string, Attachment> {
  const known = tables.get(resolver);
  if (known) return known;
  const table = new Map<string, Attachment>();
  beingMade.add(resolver);
  const attach = (key: string | undefined, value: Node, node: Node): void => {
    const session = key === undefined || table.has(key) ? undefined : sessionOf(resolver.valueOf(value));
    // What comes by annotation or by use is not known to end with the request.
    if (session && key !== undefined && (session.how === 'acquired' || session.how === 'managed-callback' || session.how === 'wrapper')) table.set(key, { session, node });
  };
  const attachAt = (place: Place | undefined, assignment: TSESTree.AssignmentExpression): void => {
    if (place) attach(keyOf(place), assignment.right, assignment);
  };
  for (const assignment of resolver.file.nodes.assignments) {
    if (assignment.operator === '=' && assignment.left.type === 'MemberExpression') attachAt(placeOf(resolver, assignment.left, []), assignment);
  }
  for (const call of resolver.file.callsByName.get('set') ?? []) attachBySet(resolver, call, attach);
  for (const call of resolver.file.callsByName.get('next') ?? []) {
    const [argument] = call.arguments;
    if (argument?.type === 'ObjectExpression') attachContext(argument, 'ctx', attach);
  }
  for (const fn of resolver.file.nodes.functions) {
    const { parent } = fn;
    const name = parent.type === 'Property' ? propertyName(parent) : parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id.name : fn.type === 'FunctionDeclaration' ? fn.id?.name : undefined;
    if (name === undefined || !contextFactory.test(name)) continue;
    for (const made of returnedObjects(fn.body)) attachProperties(made, attach);
  }
  beingMade.delete(resolver);
  tables.set(resolver, table);
  return table;
}

type Attach = (key: string | undefined, value: Node, node: Node) => void;

function attachBySet(resolver: Resolver, call: TSESTree.CallExpression | TSESTree.NewExpression, attach: Attach): void {
  const [key, value] = call.arguments;
  const receiver = receiverOf(call);
  if (call.arguments.length !== 2 || key?.type !== 'Literal' || !value || receiver?.type !== 'Identifier') return;
  const place = ownerOf(resolver, receiver);
  if (place && (place.root || place.owner === 'store')) attach(`${place.owner}.var.${String(key.value)}`, value, call);
}

/** `next({ ctx: { ...ctx, tx } })` */
function attachContext(object: TSESTree.ObjectExpression, under: string, attach: Attach): void {
  for (const property of object.properties) {
    if (property.type === 'Property' && propertyName(property) === under && property.value.type === 'ObjectExpression') attachProperties(property.value, attach);
  }
}

function attachProperties(object: TSESTree.ObjectExpression, attach: Attach): void {
  for (const property of object.properties) {
    const name = property.type === 'Property' ? propertyName(property) : undefined;
    if (property.type === 'Property' && name !== undefined) attach(`context.${name}`, property.value, property);
  }
}

function returnedObjects(body: Node): TSESTree.ObjectExpression[] {
  const plain = unwrap(body);
  if (plain.type === 'ObjectExpression') return [plain];
  if (plain.type !== 'BlockStatement') return [];
  return plain.body.flatMap((statement) => (statement.type === 'ReturnStatement' && statement.argument ? returnedObjects(statement.argument) : []));
}
