import { describe, expect, it } from 'vitest';
import { HOLE } from '../../src/pieced-text.js';
import { poolerAt } from '../../src/poolers/recognise.js';
import { parseUrl, withHoles } from '../../src/poolers/url.js';
import { addresses, isDirect, type Address } from './lint.js';

const expected: Readonly<Record<Exclude<Address, (typeof isDirect)[number]>, string>> = {
  supavisor: 'supavisor',
  supavisorNew: 'supavisor',
  selfHosted: 'supavisor',
  dedicated: 'supabase-dedicated',
  azure: 'azure',
  fly: 'fly',
  neon: 'neon',
  neonCell: 'neon',
  vercel: 'neon',
  pgdog: 'pgdog',
  planetscale: 'planetscale',
  prismaPostgres: 'prisma-postgres',
  timescale: 'timescale',
  digitalOcean: 'digitalocean',
  pgbouncerHost: 'pgbouncer-host',
  poolerHost: 'pooler-host',
  port6432: 'pooler-port',
  rdsProxy: 'rds-proxy',
};

describe('a pooler', () => {
  it.each(Object.entries(expected))('is recognised: %s', (name, id) => {
    expect(poolerAt(parseUrl(addresses[name as Address])!)?.id).toBe(id);
  });

  it.each(isDirect)('is none, or does no harm: %s', (name) => {
    expect([undefined, 'session']).toContain(poolerAt(parseUrl(addresses[name])!)?.mode);
  });

  it('of Supabase is known by the tenant in the user, and by its mark', () => {
    expect(poolerAt(parseUrl('postgres://postgres.ref:p@localhost:6543/postgres')!)?.id).toBe('supavisor');
    expect(poolerAt(parseUrl('postgres://u:p@localhost:6543/postgres?supa=base-pooler.x')!)?.id).toBe('supavisor');
    expect(poolerAt(parseUrl('postgres://u:p@localhost:6543/postgres')!)?.id).toBe('pooler-port');
  });

  it('of PostgreSQL is none of MySQL', () => {
    expect(poolerAt(parseUrl('mysql://u:p@pgbouncer:6432/db')!)).toBeUndefined();
    expect(poolerAt(parseUrl('mysql://u:p@a.proxy-b1.eu-west-1.rds.amazonaws.com/db')!)?.id).toBe('rds-proxy');
  });
});

describe('a URL', () => {
  it('is taken apart, with ranges', () => {
    const text = 'PostgreSQL://us:pa@Host.Example:6543/db?a=1&b=%20x+y#end';
    const url = parseUrl(text)!;
    expect(url).toMatchObject({ scheme: 'postgresql', user: 'us', host: 'host.example', port: 6543, database: 'db' });
    expect(url.parameters.map(({ name, value, range }) => [name, value, text.slice(...range)])).toEqual([['a', '1', 'a=1'], ['b', ' x y', 'b=%20x+y']]);
    expect([url.hostRange, url.portRange, url.query].map((range) => text.slice(...range))).toEqual(['Host.Example', '6543', 'a=1&b=%20x+y']);
  });

  it.each([
    ['no port', 'postgres://h/db', { host: 'h', port: 5432 }],
    ['no user', 'postgres://h:6432', { host: 'h', port: 6432, user: '' }],
    ['an @ in the password', 'postgres://u:a@b@h:6432/db', { host: 'h', user: 'u' }],
    ['an IPv6 address', 'postgres://u:p@[::1]:6543/db', { host: '[::1]', port: 6543 }],
    ['a placeholder for the password', 'postgres://u:[YOUR-PASSWORD]@h:6543/db', { host: 'h', port: 6543 }],
    ['a placeholder in the host', 'postgres://u:p@aws-0-<region>.pooler.supabase.com:6543/db', { port: 6543 }],
    ['a placeholder for the port', 'postgres://u:p@h:${PORT}/db', { host: 'h', port: undefined }],
    ['a shell variable', 'postgres://$USER:$PASSWORD@h:6543/db', { host: 'h', port: 6543 }],
    ['mustaches', 'postgres://{{user}}:{{password}}@h:6543/db', { host: 'h', port: 6543 }],
    ['a query without a path', 'postgres://h?pgbouncer=true', { host: 'h', database: '' }],
    ['an empty query', 'postgres://h/db?', { hasQuery: true, parameters: [] }],
    ['MySQL', 'mysql://h/db', { port: 3306 }],
  ])('may have %s', (_name, text, parts) => {
    expect(parseUrl(text)).toMatchObject(parts);
  });

  it.each(['', 'postgres:', 'http://h:6543/', 'postgresql+asyncpg://u:p@h:6543/db', 'host=h port=6543', 'postgres://u:p@h:65x/db', 'postgres://u:a/b@h:6543/db', 'postgres://h1:6543,h2:6543/db', 'postgres://u:p@h :6543/db', 'postgres://u:p@[::1/db', 'postgres://u:p@h:6543:1/db', 'prisma+postgres://accelerate.prisma-data.net/?api_key=x'])('is none, and nothing is said: %s', (text) => {
    expect(parseUrl(text)).toBeUndefined();
  });

  it('is as long with holes as without', () => {
    const text = 'a[b]c<d>e${f}g{{h}}i$j[::1]$';
    expect(withHoles(text)).toHaveLength(text.length);
    expect(withHoles(text).replaceAll(HOLE, '_')).toBe('a___c___e____g_____i__[::1]$');
  });
});
