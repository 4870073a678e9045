/** Which pooler an address, an environment variable or the settings mean. */
import type { Settings } from '../settings.js';
import { poolerByName, poolerKinds, poolersOfSettings, type PoolerKind, type Sign } from './kinds.js';
import type { ConnectionUrl } from './url.js';

/** What is known of an address: of a URL, or of `host` and `port` options. */
export type Address = Pick<ConnectionUrl, 'host' | 'port'> & Partial<Pick<ConnectionUrl, 'user' | 'database' | 'parameters' | 'scheme'>>;

/** The pooler that an address is known to be; undefined if it may be anything. */
export function poolerAt(address: Address): PoolerKind | undefined {
  return poolerKinds.find((kind) => (isPostgres(address) || kind.statements === 'pinned') && kind.signs.some((sign) => fits(sign, address)));
}

function isPostgres({ scheme }: Address): boolean {
  return scheme === undefined || scheme.startsWith('postgres');
}

function fits(sign: Sign, { host, port, user = '', database, parameters = [] }: Address): boolean {
  return (
    (sign.host === undefined || sign.host.test(host)) &&
    (sign.ports === undefined || (port !== undefined && sign.ports.includes(port))) &&
    (sign.user === undefined || sign.user.test(user)) &&
    (sign.database === undefined || sign.database === database) &&
    (sign.parameter === undefined || parameters.some(({ name, value }) => name === sign.parameter?.name && sign.parameter.value.test(value))) &&
    (sign.remote === undefined || !isLoopback(host))
  );
}

/** Whether the address is the developer's own machine. */
export function isLoopback(host: string): boolean {
  return /^(?:|localhost|host\.docker\.internal|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/.test(host);
}

const pooledNames = /POOLER|PGBOUNCER|SUPAVISOR|(?:^|_)POOL(?:ED)?(?:_|$)|^POSTGRES_PRISMA_URL$|^DATABASE_CONNECTION_POOL_URL$/;
const directWords = /(?:^|_)(?:DIRECT|MIGRATE|MIGRATIONS?|UNPOOLED|NON_?POOL(?:ED|ING))(?:_|$)/;

/** Whether a variable's name says that it leads past the pooler. */
export function isDirectName(variable: string): boolean {
  return directWords.test(variable.toUpperCase());
}

/** The pooler that the settings state for a variable, or for all connections. */
export function poolerInSettings({ pooler }: Settings, variable: string | undefined): PoolerKind | undefined {
  const said = typeof pooler === 'string' ? pooler : variable === undefined ? undefined : pooler?.get(variable);
  return said && poolersOfSettings[said];
}

/**
 * The pooler behind a connection string. A setting for the variable decides; a setting for all decides unless the
 * address itself is known, or is the developer's machine.
 */
export function poolerOf(settings: Settings, variable: string | undefined, address: Address | undefined): PoolerKind | undefined {
  const stated = poolerInSettings(settings, variable);
  const isForAll = typeof settings.pooler === 'string';
  if (stated && (!isForAll || stated.mode === 'session')) return stated;
  if (address) return poolerAt(address) ?? (isLoopback(address.host) ? undefined : stated);
  if (stated) return stated;
  return variable !== undefined && pooledNames.test(variable.toUpperCase()) && !isDirectName(variable) ? poolerByName : undefined;
}
