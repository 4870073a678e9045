/** Knobs that are not connected: parameters and options that look as if they turned the statement cache off. */
import type { SessionModel } from '../sessions/model.js';
import { propertyName, type Node } from '../sessions/syntax.js';
import type { Range } from '../pieced-text.js';
import { cacheOf, isEffective, optionOf, turnCacheOff } from './cache.js';
import type { Connection, Connections, Route } from './connections.js';
import { removeOption, removeParameter } from './edits.js';
import type { Edit, Finding } from './finding.js';
import { ignoredByAdapter, isTrackedByPgBouncer, isUnderstood, lookAlikeOptions, ownerOf, serverSettings } from './parameters.js';
import type { UrlParameter } from './url.js';

/** What is wrong with the knobs of one connection. */
export function* findKnobs(model: SessionModel, connections: Connections, connection: Connection): Generator<Finding> {
  switch (connection.form.driver) {
    case 'postgres-js':
    case 'bun-sql':
      yield* findOptions(connections, connection);
      yield* findPrepareInUrl(connections, connection);
      for (const route of connection.routes) yield* findDeadParameters(connections, connection, route);
      break;
    case 'prisma-adapter':
      yield* findIgnoredByAdapter(connection);
      break;
    case 'mysql2':
      yield* findMaxPreparedStatements(model, connections, connection);
      break;
    default:
  }
}

// ----- row 3

function* findDeadParameters(connections: Connections, connection: Connection, route: Route): Generator<Finding> {
  const { url, pooler } = route;
  const { driver } = connection;
  for (const parameter of url?.scheme.startsWith('postgres') ? url.parameters : []) {
    const owner = ownerOf(parameter.name);
    if (isUnderstood(parameter.name)) continue;
    const range = rangeIn(route, parameter);
    const removal = route.source?.kind === 'text' && url ? removeParameter(route.source.text, url, parameter) : undefined;
    if (owner === undefined) {
      if (pooler?.startup !== 'refused' || isTrackedByPgBouncer(parameter.name) || serverSettings.has(parameter.name)) continue;
      yield { range, messageId: 'unknownUrlParam', data: { driver: driver.name, pooler: pooler.name, url: route.name }, certainty: 'certain', suggest: removal ? [{ messageId: 'removeParameter', data: { parameter: 'it' }, edits: [removal] }] : [] };
      continue;
    }
    const cache = cacheOf(connections, connection);
    const losesStatements = pooler?.statements === 'lost' && cache === 'on';
    const off = losesStatements ? turnCacheOff(connections, connection) : undefined;
    const fix: readonly Edit[] | undefined = removal && (!losesStatements || off?.certain) ? [removal, ...(off?.edits ?? [])] : undefined;
    yield {
      range,
      messageId: 'deadUrlParam',
      data: {
        parameter: parameter.name.toLowerCase(),
        owner,
        driver: driver.name,
        effect: effectOf(pooler?.startup === 'ignored' ? `${pooler.name} (${route.name}) ignores it` : 'PgBouncer and PostgreSQL refuse the connection, Supavisor ignores it', losesStatements),
        instead: losesStatements ? ' and set `prepare: false`' : '',
      },
      certainty: pooler?.startup === 'ignored' && !losesStatements ? 'note' : 'certain',
      fix,
    };
  }
}

function effectOf(refusal: string, losesStatements: boolean): string {
  return losesStatements ? `${refusal}, and the statement cache stays on` : refusal;
}

function rangeIn({ source }: Route, { range }: UrlParameter): Range {
  if (source?.kind === 'text') return source.text.rangeOf(range[0], range[1]) ?? source.node.range;
  return source?.node.range ?? [0, 0];
}

// ----- rows 4 and 5

function* findPrepareInUrl(connections: Connections, connection: Connection): Generator<Finding> {
  const said = optionOf(connections, connection, 'prepare');
  const isBun = connection.form.driver === 'bun-sql';
  for (const route of connection.routes) {
    const parameter = route.url?.parameters.findLast(({ name }) => name === 'prepare');
    if (!parameter) continue;
    if (said.state === 'set') {
      const isOff = parameter.value !== '' && isEffective(isBun, parameter.value);
      if (isOff && connections.places.constantOf(said.value)?.value === true) {
        yield {
          range: said.property.range,
          messageId: 'knobsDisagree',
          data: { driver: connection.driver.name },
          certainty: 'certain',
          suggest: [{ messageId: 'turnCacheOff', edits: [{ range: said.property.value.range, text: 'false' }] }],
        };
      }
    } else if (said.state === 'absent' && !isEffective(isBun, parameter.value) && parameter.value !== 'true') {
      yield {
        range: rangeIn(route, parameter),
        messageId: 'lookAlikeKnob',
        data: { written: 'This value of `prepare`', effect: `is a text to ${connection.driver.name}, and so it leaves the statement cache on`, instead: 'Write `prepare=false`.' },
        certainty: 'certain',
        fix: prepareFalse(route, parameter),
      };
    }
  }
}

function prepareFalse({ source }: Route, { range }: UrlParameter): Edit[] | undefined {
  const place = source?.kind === 'text' ? source.text.rangeOf(range[0], range[1]) : undefined;
  return place && [{ range: place, text: 'prepare=false' }];
}

function* findOptions(connections: Connections, connection: Connection): Generator<Finding> {
  const { places } = connections;
  const { driver, form } = connection;
  const isBun = form.driver === 'bun-sql';
  if (cacheOf(connections, connection) !== 'on') return;
  const prepare = optionOf(connections, connection, 'prepare');
  const report = (range: Range, written: string, fix: readonly Edit[] | undefined): Finding => ({
    range,
    messageId: 'lookAlikeKnob',
    data: { written, effect: `leaves the statement cache of ${driver.name} on`, instead: 'Write `prepare: false`.' },
    certainty: 'certain',
    fix,
  });
  if (prepare.state === 'set') {
    const constant = places.constantOf(prepare.value);
    const isText = typeof constant?.value === 'string' && constant.value !== 'true';
    const isForBun = isBun && constant !== undefined && !constant.value;
    if (isText || isForBun) yield report(prepare.property.range, isText ? '`prepare` as a text' : 'This value of `prepare`', turnCacheOff(connections, connection)?.edits);
    return;
  }
  const lookAlikes: readonly (readonly [string, readonly unknown[]])[] = [...lookAlikeOptions, ...(isBun ? [['no_prepare', [true]] as const] : [])];
  for (const [key, off] of lookAlikes) {
    const said = optionOf(connections, connection, key);
    if (said.state !== 'set') continue;
    const constant = places.constantOf(said.value);
    const isMeant = constant !== undefined && off.includes(constant.value);
    yield report(said.property.range, `\`${key}\``, isMeant ? [{ range: said.property.range, text: 'prepare: false' }] : undefined);
    return;
  }
  const startup = optionOf(connections, connection, 'connection');
  const inner = startup.state === 'set' && form.from.includes('postgres') ? places.said(startup.value, 'prepare') : undefined;
  if (inner?.state === 'set') yield report(inner.property.range, '`prepare` in `connection`', undefined);
}

// ----- row 6

export function* findPgPrepare({ file }: SessionModel): Generator<Finding> {
  for (const assignment of file.nodes.assignments) {
    const { left } = assignment;
    if (left.type !== 'MemberExpression' || propertyName(left) !== 'PGPREPARE' || !isProcessEnv(left.object)) continue;
    yield { range: assignment.range, messageId: 'lookAlikeKnob', data: pgPrepare, certainty: 'certain' };
  }
}

export const pgPrepare = { written: '`PGPREPARE`', effect: 'is a text, whatever it says, and so it leaves the statement cache of postgres.js on', instead: 'Write `prepare: false` in the options.' };

function isProcessEnv(node: Node): boolean {
  return node.type === 'MemberExpression' && propertyName(node) === 'env';
}

// ----- rows 12 and 18

function* findIgnoredByAdapter(connection: Connection): Generator<Finding> {
  for (const route of connection.routes) {
    for (const parameter of route.url?.parameters ?? []) {
      const instead = ignoredByAdapter.get(parameter.name);
      if (instead === undefined) continue;
      const removal = route.source?.kind === 'text' && route.url ? removeParameter(route.source.text, route.url, parameter) : undefined;
      yield {
        range: rangeIn(route, parameter),
        messageId: 'ignoredByAdapter',
        data: { parameter: parameter.name, instead },
        certainty: 'note',
        suggest: removal ? [{ messageId: 'removeParameter', data: { parameter: parameter.name }, edits: [removal] }] : [],
      };
    }
  }
}

const maxPreparedStatements = { written: '`maxPreparedStatements: 0`', effect: 'means 16000 to mysql2', instead: 'Use `query()`, which prepares nothing.' };

function* findMaxPreparedStatements(model: SessionModel, connections: Connections, connection: Connection): Generator<Finding> {
  const said = optionOf(connections, connection, 'maxPreparedStatements');
  if (said.state === 'set' && connections.places.constantOf(said.value)?.value === 0) {
    yield {
      range: said.property.range,
      messageId: 'lookAlikeKnob',
      data: maxPreparedStatements,
      certainty: 'certain',
      suggest: [{ messageId: 'removeOption', data: { option: 'maxPreparedStatements' }, edits: [removeOption(model.file.sourceCode, said.property)] }],
    };
  }
  for (const route of connection.routes) {
    const parameter = route.url?.parameters.find(({ name, value }) => name === 'maxPreparedStatements' && value === '0');
    if (parameter) yield { range: rangeIn(route, parameter), messageId: 'lookAlikeKnob', data: maxPreparedStatements, certainty: 'certain' };
  }
}
