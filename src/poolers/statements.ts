/** Named statements behind a pooler that loses them: the drivers that name all, and the code that asks for a name. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, chainOf, literalText, receiverOf, unwrap, type CallLike, type Node } from '../sessions/syntax.js';
import { cacheOf, optionOf, turnCacheOff } from './cache.js';
import type { Connection, Connections, Route } from './connections.js';
import { drivers, type Driver } from './drivers.js';
import { addOption, removeOption } from './edits.js';
import { certaintyOf, type Finding, type Suggestion } from './finding.js';
import { poolerInSettings } from './recognise.js';
import type { PoolerKind } from './kinds.js';
import { wrapperOf } from './wrapped.js';

/** A pooler behind a connection, and what a message calls the way there. */
export interface Danger {
  readonly pooler: PoolerKind;
  readonly url: string;
  readonly route: Route | undefined;
}

const ranks: Readonly<Record<PoolerKind['statements'], number>> = { lost: 3, unknown: 2, pinned: 1, kept: 0 };

/** The most dangerous pooler that a connection may lead to. */
function dangerOf({ routes }: Pick<Connection, 'routes'>): Danger | undefined {
  let worst: Danger | undefined;
  for (const route of routes) {
    if (route.pooler && (!worst || ranks[route.pooler.statements] > ranks[worst.pooler.statements])) worst = { pooler: route.pooler, url: route.name, route };
  }
  return worst;
}

// ----- rows 1, 2 and 17: postgres.js and Bun name what they send

export function* findCache(model: SessionModel, connections: Connections, connection: Connection): Generator<Finding> {
  const { driver, call, form } = connection;
  if (form.driver !== 'postgres-js' && form.driver !== 'bun-sql') return;
  const danger = dangerOf(connection);
  const cache = cacheOf(connections, connection);
  if (form.driver === 'postgres-js' && cache === 'off') yield* findHyperdrive(model, connections, connection);
  if (!danger || cache !== 'on') return;
  const { statements } = danger.pooler;
  if (statements !== 'lost' && statements !== 'unknown') return;
  const wrapper = form.driver === 'postgres-js' ? wrapperOf(model, connections, connection) : undefined;
  if (wrapper === 'none') return;
  const off = turnCacheOff(connections, connection);
  const data = { driver: driver.name, pooler: danger.pooler.name, url: danger.url, outcome: driver.outcome ?? '' };
  const isCertain = statements === 'lost' && !wrapper;
  yield {
    range: call.callee.range,
    messageId: wrapper ? 'cacheSleeps' : statements === 'lost' ? 'cacheOn' : 'cacheMaybe',
    data: wrapper ? { ...data, wrapper, loses: statements === 'lost' ? 'loses' : 'may lose' } : data,
    certainty: wrapper && statements === 'lost' ? 'note' : certaintyOf(danger.pooler, 'statements'),
    fix: off?.certain && isCertain ? off.edits : undefined,
    suggest: off && !(off.certain && isCertain) ? [{ messageId: 'turnCacheOff', edits: off.edits }] : [],
  };
}

/** Row 17. */
function* findHyperdrive(model: SessionModel, connections: Connections, connection: Connection): Generator<Finding> {
  if (!connection.routes.some(({ source }) => source?.kind === 'hyperdrive')) return;
  const said = optionOf(connections, connection, 'prepare');
  if (said.state !== 'set') return;
  yield {
    range: said.property.range,
    messageId: 'hyperdriveWantsPrepare',
    data: {},
    certainty: 'note',
    suggest: [{ messageId: 'removeOption', data: { option: 'prepare' }, edits: [removeOption(model.file.sourceCode, said.property)] }],
  };
}

// ----- rows 7, 8 and 16: statements that are asked to be named

/** A named statement in the file: what it is, and whose. */
interface NamedStatement {
  readonly node: Node;
  readonly what: string;
  readonly driver: Driver;
  readonly instead: string;
  readonly danger: Danger | undefined;
  readonly fix?: Finding['fix'];
  readonly suggest?: readonly Suggestion[];
}

export function* findNamed(model: SessionModel, connections: Connections): Generator<Finding> {
  for (const { node, what, driver, instead, danger, fix, suggest } of namedStatements(model, connections)) {
    if (!danger) continue;
    const data = { what, pooler: danger.pooler.name, url: danger.url, outcome: driver.outcome ?? 'queries fail', instead };
    const range = node.range;
    const { statements } = danger.pooler;
    if (statements === 'lost') yield { range, messageId: 'namedStatement', data, certainty: 'certain', fix, suggest: suggest ?? [] };
    else if (statements === 'unknown') yield { range, messageId: 'namedStatementMaybe', data, certainty: certaintyOf(danger.pooler, 'statements'), suggest: suggest ?? (fix ? [{ messageId: 'turnCacheOff', edits: fix }] : []) };
    else if (statements === 'pinned') yield { range, messageId: 'pins', data, certainty: 'note', suggest: suggest ?? [] };
  }
}

function* namedStatements(model: SessionModel, connections: Connections): Generator<NamedStatement> {
  for (const connection of connections.all) {
    if (connection.form.driver === 'prisma-adapter') yield* ofAdapter(connections, connection);
    if (connection.form.driver === 'graphile-worker') yield* ofWorker(connections, connection);
  }
  for (const call of model.file.callsNamed(naming)) {
    yield* ofQuery(model, connections, call);
    yield* ofDrizzle(connections, call);
    yield* ofUnsafe(connections, call);
  }
  // A class may be imported under another name.
  for (const call of model.file.calls) yield* ofPreparedStatement(model, connections, call);
}

/** Calls that may ask for a name. */
const naming = { has: (name: string): boolean => queryMethods.has(name) || name === 'prepare' || name === 'unsafe' };

const queryMethods = new Set(['query', 'none', 'one', 'oneOrNone', 'many', 'manyOrNone', 'any', 'result', 'multi', 'multiResult', 'each', 'map', 'stream']);
const ownNames = new Set(['pg', 'neon', 'vercel-postgres', 'pg-promise', 'fastify-postgres']);

/** `client.query({ name, text })` of pg and pg-promise. */
function* ofQuery(model: SessionModel, connections: Connections, call: CallLike): Generator<NamedStatement> {
  const method = calleeName(call);
  const receiver = receiverOf(call);
  const [argument] = call.arguments;
  if (method === undefined || !queryMethods.has(method) || !receiver || !argument || argument.type === 'SpreadElement') return;
  const query = connections.places.of(argument);
  const name = connections.places.said(query, 'name');
  if (name.state !== 'set' || connections.places.said(query, 'text').state !== 'set') return;
  const constant = connections.places.constantOf(name.value);
  if (constant && !constant.value) return;
  const path = connections.behind(receiver);
  const id = path ? path.connection.form.driver : libraryOf(model, receiver);
  if (id === undefined || !ownNames.has(id)) return;
  yield {
    node: name.property,
    what: `A query with \`name\``,
    driver: path?.connection.driver ?? drivers.pg,
    instead: 'Leave the name out.',
    danger: path ? dangerOf(path.connection) : everywhere(model),
    suggest: [{ messageId: 'removeName', edits: [removeOption(model.file.sourceCode, name.property)] }],
  };
}

function libraryOf(model: SessionModel, receiver: Node): string | undefined {
  const value = model.resolver.valueOf(receiver);
  return value?.kind === 'client' ? value.library.id : value?.kind === 'session' ? value.session.kinds[0].library.id : undefined;
}

/** What the settings say of connections that are opened elsewhere. */
function everywhere(model: SessionModel): Danger | undefined {
  const pooler = poolerInSettings(model.file.settings, undefined);
  return pooler && { pooler, url: 'by the settings', route: undefined };
}

/** `new PreparedStatement({ name, text })` of pg-promise. */
function* ofPreparedStatement(model: SessionModel, connections: Connections, call: CallLike): Generator<NamedStatement> {
  if (call.type !== 'NewExpression') return;
  const exported = connections.exportOf(call);
  if ((exported ? exported[1] : calleeName(call)) !== 'PreparedStatement') return;
  const own = connections.all.filter(({ form }) => form.driver === 'pg-promise');
  if (exported ? exported[0] !== 'pg-promise' : own.length === 0) return;
  const [only] = own;
  yield { node: call, what: 'A `PreparedStatement`', driver: drivers['pg-promise'], instead: 'Use a plain or a `ParameterizedQuery`.', danger: only && own.length === 1 ? dangerOf(only) : everywhere(model) };
}

/** `db.select()….prepare('name')` of drizzle. */
function* ofDrizzle(connections: Connections, call: CallLike): Generator<NamedStatement> {
  if (call.type !== 'CallExpression' || calleeName(call) !== 'prepare' || call.arguments.length !== 1) return;
  const { root, links } = chainOf(call);
  if (links.length < 2 || unwrap(root) === call) return;
  const path = connections.behind(root);
  if (!path?.wrapped) return;
  const { connection } = path;
  const { driver, form } = connection;
  if (form.driver === 'postgres-js' && cacheOf(connections, connection) !== 'on') return;
  if (driver.names === 'none' || form.driver === 'bun-sql') return;
  const [name] = call.arguments;
  if (name?.type === 'Literal' && !name.value) return;
  const property = unwrap(call.callee);
  const isTagged = form.driver === 'postgres-js';
  const off = isTagged ? turnCacheOff(connections, connection) : undefined;
  yield {
    node: property.type === 'MemberExpression' ? property.property : call,
    what: "`.prepare('…')`",
    driver,
    instead: isTagged ? 'Set `prepare: false` on the client.' : 'Run the query without `.prepare`.',
    danger: dangerOf(connection),
    suggest: off ? [{ messageId: 'turnCacheOff', edits: off.edits }] : [],
  };
}

/** `sql.unsafe(text, values, { prepare: true })` of postgres.js. */
function* ofUnsafe(connections: Connections, call: CallLike): Generator<NamedStatement> {
  const [, , options] = call.arguments;
  const receiver = receiverOf(call);
  if (calleeName(call) !== 'unsafe' || !receiver || !options || options.type === 'SpreadElement') return;
  const said = connections.places.said(connections.places.of(options), 'prepare');
  if (said.state !== 'set' || connections.places.constantOf(said.value)?.value !== true) return;
  const path = connections.behind(receiver);
  if (path?.connection.form.driver !== 'postgres-js' || cacheOf(connections, path.connection) !== 'on') return;
  yield { node: said.property, what: '`unsafe` with `prepare: true`', driver: path.connection.driver, instead: 'Leave `prepare` out.', danger: dangerOf(path.connection) };
}

function* ofAdapter(connections: Connections, connection: Connection): Generator<NamedStatement> {
  const said = optionOf(connections, connection, 'statementNameGenerator');
  if (said.state !== 'set' || connections.places.constantOf(said.value)) return;
  yield { node: said.property, what: 'What `statementNameGenerator` names', driver: connection.driver, instead: 'Remove the option.', danger: dangerThrough(connections, connection) };
}

/** The connection's own pooler, or that of the pool that it was handed. */
function dangerThrough(connections: Connections, connection: Connection): Danger | undefined {
  const client = connections.wrappedClient(connection.call);
  const path = client && connections.behind(client);
  return dangerOf(path && path.connection !== connection ? path.connection : connection);
}

function* ofWorker(connections: Connections, connection: Connection): Generator<NamedStatement> {
  const { call } = connection;
  const name = connections.exportOf(call)?.[1];
  if (name !== 'run' && name !== 'runOnce') return;
  if (optionOf(connections, connection, 'preset').state !== 'absent') return;
  const said = optionOf(connections, connection, 'noPreparedStatements');
  if (said.state === 'unknown' || (said.state === 'set' && connections.places.constantOf(said.value)?.value !== false)) return;
  const [object] = call.arguments;
  yield {
    node: call.callee,
    what: `What \`${name}\` sends`,
    driver: connection.driver,
    instead: 'Set `noPreparedStatements: true`.',
    danger: dangerThrough(connections, connection),
    fix: object?.type === 'ObjectExpression' && said.state === 'absent' ? [addOption(object, 'noPreparedStatements: true')] : undefined,
  };
}

// ----- row 16: RDS Proxy

/** `execute()` of the MySQL drivers prepares on the server, and a plain SET stays with the connection. */
export function* findPinning(model: SessionModel, connections: Connections): Generator<Finding> {
  for (const call of model.file.callsNamed(new Set(['execute', 'query']))) {
    const method = calleeName(call);
    const receiver = receiverOf(call);
    if (!receiver) continue;
    const text = literalText(call.arguments[0]);
    const isSet = text !== undefined && /^\s*set\s+(?!local\b|transaction\b|constraints\b)/i.test(text.slice(0, 200));
    const path = method === 'execute' || isSet ? connections.behind(receiver) : undefined;
    const danger = path && dangerOf(path.connection);
    if (!path || danger?.pooler.statements !== 'pinned') continue;
    const isMySql = path.connection.form.driver === 'mysql2' || path.connection.form.driver === 'mariadb';
    if (!isSet && !isMySql) continue;
    const member = unwrap(call.callee) as TSESTree.MemberExpression;
    yield {
      range: member.property.range,
      messageId: 'pins',
      data: {
        what: isSet ? 'SET' : '`execute()`, which prepares on the server,',
        pooler: danger.pooler.name,
        url: danger.url,
        instead: isSet ? "Set it in the proxy's initialization query." : 'Use `query()`, which prepares nothing.',
      },
      certainty: 'note',
      suggest: isSet ? [] : [{ messageId: 'useQuery', edits: [{ range: member.property.range, text: 'query' }] }],
    };
  }
}
