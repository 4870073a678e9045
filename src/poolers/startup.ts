/** Row 9: options that a driver sends when it connects, and that a pooler refuses. */
import type { TSESTree } from '@typescript-eslint/utils';
import { optionOf } from './cache.js';
import type { Connection, Connections, Route } from './connections.js';
import { addOption } from './edits.js';
import type { Place } from './places.js';
import { certaintyOf, type Finding, type Suggestion } from './finding.js';
import { isTrackedByPgBouncer, serverSettings } from './parameters.js';
import type { Range } from '../pieced-text.js';
import type { PoolerKind } from './kinds.js';

const instead = 'Give the role the setting (`ALTER ROLE … SET`), or `SET LOCAL` it in the transaction.';

export function* findStartup(connections: Connections): Generator<Finding> {
  for (const connection of connections.all) {
    const route = connection.routes.find(({ pooler }) => pooler && pooler.startup !== 'accepted' && pooler.mode !== 'session');
    const { driver, form } = connection;
    if (!route?.pooler) continue;
    if (form.driver === 'slonik') yield* findSlonik(connections, connection, route, route.pooler);
    for (const { range, name, text } of sent(connections, connection, route)) {
      if (route.pooler.startup === 'ignored' && readsSearchPath(name, text)) continue;
      yield report(route, route.pooler, range, `\`${name}\``, instead);
    }
    if (driver.sendsParameters) yield* findConnectionObject(connections, connection, route, route.pooler);
  }
}

/** Supavisor reads `search_path`, also out of `options`, and nothing else. */
function readsSearchPath(name: string, text: string | undefined): boolean {
  return name === 'search_path' || (name === 'options' && (text === undefined || text.includes('search_path')));
}

/** What pg and those who build on it send, of options and of URL parameters; and what stands in a URL of postgres.js. */
function* sent(connections: Connections, connection: Connection, { url, source }: Route): Generator<{ range: Range; name: string; text: string | undefined }> {
  const { driver } = connection;
  for (const name of driver.startup ?? []) {
    const said = optionOf(connections, connection, name);
    if (said.state !== 'set') continue;
    const values = connections.places.all(said.value);
    if (!values.every((value) => isSent(connections, value))) continue;
    const [only] = values;
    const constant = only && values.length === 1 ? connections.places.constantOf(only) : undefined;
    yield { range: said.property.range, name, text: constant && String(constant.value) };
  }
  for (const parameter of url?.parameters ?? []) {
    const isSent = driver.sendsParameters ? serverSettings.has(parameter.name) : (driver.startup?.includes(parameter.name) ?? false);
    if (!isSent) continue;
    const range = source?.kind === 'text' ? (source.text.rangeOf(...parameter.range) ?? source.node.range) : source?.node.range;
    if (range) yield { range, name: parameter.name, text: parameter.value };
  }
}

/** Drivers send nothing for what is undefined, empty or 0, and a variable that nobody sees may be. */
function isSent({ places }: Connections, value: Place): boolean {
  const constant = places.constantOf(value);
  if (constant) return Boolean(constant.value);
  return value.kind === 'node' && (value.node.type === 'TemplateLiteral' || value.node.type === 'BinaryExpression');
}

/** `connection: { search_path: … }` of postgres.js. */
function* findConnectionObject(connections: Connections, connection: Connection, route: Route, pooler: PoolerKind): Generator<Finding> {
  const said = optionOf(connections, connection, 'connection');
  if (said.state !== 'set') return;
  for (const property of connections.places.keysOf(said.value)) {
    const name = property.key.type === 'Identifier' && !property.computed ? property.key.name : property.key.type === 'Literal' ? String(property.key.value) : undefined;
    const values = connections.places.all(connections.places.of(property.value));
    if (!values.every((value) => isSent(connections, value))) continue;
    if (name === undefined || name === 'prepare' || isTrackedByPgBouncer(name) || (pooler.startup === 'ignored' && readsSearchPath(name, textOf(connections, property.value)))) continue;
    yield report(route, pooler, property.range, serverSettings.has(name) ? `\`${name}\`` : 'This', instead);
  }
}

function textOf({ places }: Connections, value: TSESTree.Node): string | undefined {
  const constant = places.constantOf(places.of(value));
  return constant && String(constant.value);
}

/** slonik asks for both time-outs unless told not to, and so cannot connect at all. */
function* findSlonik(connections: Connections, connection: Connection, route: Route, pooler: PoolerKind): Generator<Finding> {
  const keys = ['statementTimeout', 'idleInTransactionSessionTimeout'];
  const missing: string[] = [];
  for (const key of keys) {
    const said = optionOf(connections, connection, key);
    if (said.state === 'unknown') return;
    if (said.state === 'absent') missing.push(key);
    else {
      const constant = connections.places.constantOf(said.value);
      if (!constant) return;
      if (constant.value !== 'DISABLE_TIMEOUT') missing.push(key);
    }
  }
  if (missing.length === 0) return;
  const { call } = connection;
  const [url, options] = call.arguments;
  const added = missing.map((key) => `${key}: 'DISABLE_TIMEOUT'`).join(', ');
  const isNew = missing.every((key) => optionOf(connections, connection, key).state === 'absent');
  const edit = !isNew || !url ? undefined : !options ? { range: [url.range[1], url.range[1]] as const, text: `, { ${added} }` } : options.type === 'ObjectExpression' ? addOption(options, added) : undefined;
  yield report(route, pooler, call.callee.range, "slonik's default time-out for statements and idle transactions", "Set `statementTimeout` and `idleInTransactionSessionTimeout` to `'DISABLE_TIMEOUT'`.", edit && [{ messageId: 'disableTimeouts', edits: [edit] }]);
}

function report(route: Route, pooler: PoolerKind, range: Range, written: string, advice: string, suggest: readonly Suggestion[] = []): Finding {
  const isIgnored = pooler.startup === 'ignored';
  return {
    range,
    messageId: isIgnored ? 'startupParamIgnored' : 'startupParam',
    data: { written, pooler: pooler.name, url: route.name, instead: advice },
    certainty: isIgnored ? 'note' : certaintyOf(pooler, 'startup'),
    suggest,
  };
}
