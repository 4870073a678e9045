/** Whether the statement cache of postgres.js or Bun is on, and how to turn it off in the text. */
import type { TSESTree } from '@typescript-eslint/utils';
import { isNothing } from '../sessions/syntax.js';
import { addOption } from './edits.js';
import { isDrizzle, type Connection, type Connections } from './connections.js';
import type { Edit } from './finding.js';
import type { Place, Said } from './places.js';

/** `unknown`: something decides that the file does not show. */
export type CacheState = 'on' | 'off' | 'unknown';

/** What the options of a connection say of a key. */
export function optionOf({ places }: Connections, { options }: Connection, key: string): Said {
  for (const place of options) {
    const said = places.said(place, key);
    if (said.state !== 'absent') return said;
  }
  return { state: 'absent' };
}

export function cacheOf(connections: Connections, connection: Connection): CacheState {
  const isBun = connection.form.driver === 'bun-sql';
  if (!isBun) {
    const old = optionOf(connections, connection, 'no_prepare');
    if (old.state === 'set' && connections.places.constantOf(old.value)?.value !== false) return 'off';
  }
  const said = optionOf(connections, connection, 'prepare');
  if (said.state === 'unknown') return 'unknown';
  if (said.state === 'set') {
    const constant = connections.places.constantOf(said.value);
    if (!constant) return 'unknown';
    if (!isBun) return constant.value ? 'on' : 'off';
    return constant.value === false ? 'off' : 'on';
  }
  const states = connection.routes.map(({ url }) => cacheByUrl(isBun, url?.parameters.findLast(({ name }) => name === 'prepare')?.value));
  return states.includes('on') ? 'on' : (states[0] ?? 'on');
}

/** Values of `?prepare=` that turn the cache off, as measured: postgres.js 3.4.9, Bun 1.4.5. */
const effective = { 'postgres-js': ['false', 'disable', ''], 'bun-sql': ['false', '0'] } as const;

export function isEffective(isBun: boolean, value: string): boolean {
  return (effective[isBun ? 'bun-sql' : 'postgres-js'] as readonly string[]).includes(value);
}

function cacheByUrl(isBun: boolean, value: string | undefined): CacheState {
  return value !== undefined && isEffective(isBun, value) ? 'off' : 'on';
}

/** How `prepare: false` gets into a call: `certain` where nothing else can come of it. */
export interface Switch {
  readonly edits: readonly Edit[];
  readonly certain: boolean;
}

export function turnCacheOff(connections: Connections, connection: Connection): Switch | undefined {
  const { call, options } = connection;
  const said = optionOf(connections, connection, 'prepare');
  if (said.state === 'set') {
    const { property } = said;
    return { edits: [property.shorthand ? { range: property.range, text: 'prepare: false' } : { range: property.value.range, text: 'false' }], certain: property.shorthand || property.value.type === 'Literal' };
  }
  if (said.state === 'unknown') return undefined;
  const object = options.map(objectOf).find((each) => each !== undefined);
  if (object) {
    if (object.range[0] >= call.range[0] && object.range[1] <= call.range[1]) return { edits: [addOption(object, 'prepare: false')], certain: true };
    return spreadInCall(connection, object);
  }
  const [first, second] = call.arguments;
  // The options are known, but their text is not here: `postgres(url, withDefaults({ … }))`.
  if (second && call.arguments.length === 2 && options.length > 0) return { edits: isNothing(second) ? [{ range: second.range, text: '{ prepare: false }' }] : around(second, '{ ...', ', prepare: false }'), certain: false };
  if (!first || second || options.length > 0) return undefined;
  if (!isDrizzle(connection.form)) return { edits: [{ range: [first.range[1], first.range[1]], text: ', { prepare: false }' }], certain: true };
  // A fix holds all text between its edits: a literal URL must not get into it.
  if (first.type === 'Literal' || first.type === 'TemplateLiteral' || first.type === 'ObjectExpression') return undefined;
  return { edits: around(first, '{ connection: { url: ', ', prepare: false } }'), certain: false };
}

/** `postgres(url, options)` to `postgres(url, { ...options, prepare: false })`: others may use the same options. */
function spreadInCall({ call }: Connection, object: TSESTree.ObjectExpression): Switch | undefined {
  const argument = call.arguments.at(-1);
  if (!argument || (call.arguments.length < 2 && argument.type !== 'Identifier') || object.range[0] >= argument.range[0]) return undefined;
  return { edits: around(argument, '{ ...', ', prepare: false }'), certain: false };
}

function around({ range }: TSESTree.Node, before: string, after: string): Edit[] {
  return [
    { range: [range[0], range[0]], text: before },
    { range: [range[1], range[1]], text: after },
  ];
}

function objectOf(place: Place): TSESTree.ObjectExpression | undefined {
  return place.kind === 'node' && place.node.type === 'ObjectExpression' ? place.node : undefined;
}
