/** Bun's client behind a pooler: it names every statement P0, P1, … on each of its connections. */
import assert from 'node:assert/strict';
import { onPooler, onTrackingPooler, type LibraryClaims } from '../claim.js';
import { withBun, type BunClient } from '../databases/bun.js';
import type { PooledPostgres } from '../databases/pgbouncer.js';
import { errorOf } from '../order.js';
import { onTwoServers, pin, runClean, type Answer } from '../pooled.js';

const one = { max: 1 };

/** Two clients prepare a statement of the same name on the only server connection that is left. */
const cacheIsOn = (options: object, parameters = '', environment: NodeJS.ProcessEnv = {}) => (pooler: PooledPostgres) => {
  const opened = { url: pooler.url + parameters, options: { ...one, ...options } };
  return withBun(
    [opened, opened],
    async (mine, theirs) => {
      const pinned = await pin(pooler);
      // What an earlier client has prepared on this server connection is in the way already.
      const failed = await errorOf(mine.query('select ?::int as n', [1]).then(() => theirs.query('select ?::int as n', [1])));
      assert.match(failed.message, /prepared statement ".*" already exists/);
      await pinned.letGo();
    },
    environment,
  );
};

const runsClean = (options: object, parameters = '') => (pooler: PooledPostgres) =>
  withBun([{ url: pooler.url + parameters, options: { max: 5, ...options } }], async (sql) => runClean(pooler, (n) => answer(sql, n)));

async function answer(sql: BunClient, n: number): Promise<Answer | undefined> {
  return (await sql.query<Answer>('select ?::int as n, pg_backend_pid() as pid', [n]))[0];
}

const rowsOfAnotherQuery = (options: object) => async (pooler: PooledPostgres) => {
  let rows: unknown[] = [];
  const opened = { url: pooler.url, options: { ...one, ...options } };
  await withBun([opened, opened], async (mine, theirs) => {
    const ask = () => mine.query("select 'mine' as tenant where ?::int = 1", [1]);
    const { second } = await onTwoServers(pooler, ask, async () => {
      await theirs.query("select 'theirs' as tenant where ?::int = 1", [1]);
      return ask();
    });
    rows = second;
  });
  return rows;
};

export const pooledBun: readonly LibraryClaims[] = [
  {
    library: 'poolers',
    packages: ['bun'],
    claims: [
      ...onPooler({
        'poolers/bun-default': {
          says: "Bun names every statement by default, and another client's statement already has the name; with prepare: false 400 queries run clean",
          harm: cacheIsOn({}),
          instead: async (pooler) => {
            await runsClean({ prepare: false })(pooler);
            await runsClean({}, '?prepare=false')(pooler);
          },
        },

        'poolers/bun-rows-of-another-query': {
          says: "by its default names Bun is given the rows of another client's query, without an error",
          harm: async (pooler) => assert.deepEqual(await rowsOfAnotherQuery({})(pooler), [{ tenant: 'theirs' }]),
          instead: async (pooler) => assert.deepEqual(await rowsOfAnotherQuery({ prepare: false })(pooler), [{ tenant: 'mine' }]),
        },

        'poolers/bun-look-alikes': {
          says: "options that look as if they turned the cache off leave it on: prepare: 0, null, undefined or 'false', no_prepare, pgbouncer: true, statement_cache_size: 0, ?prepare=no, PGPREPARE; ?prepare=0 turns it off",
          harm: async (pooler) => {
            const lookAlikes = [{ prepare: 0 }, { prepare: null }, { prepare: '(undefined)' }, { prepare: 'false' }, { no_prepare: true }, { pgbouncer: true }, { statement_cache_size: 0 }, { prepared_statements: false }, { preparedStatements: false }, { prepareThreshold: 0 }];
            for (const options of lookAlikes) await cacheIsOn(options)(pooler);
            for (const value of ['no', 'off', 'False', 'disable', '']) await cacheIsOn({}, `?prepare=${value}`)(pooler);
            await cacheIsOn({}, '', { PGPREPARE: 'false' })(pooler);
          },
          instead: runsClean({}, '?prepare=0'),
        },

        'poolers/bun-knobs-disagree': {
          says: 'with `?prepare=false` in the URL and `prepare: true` in the options the options win, in Bun too',
          harm: cacheIsOn({ prepare: true }, '?prepare=false'),
          instead: runsClean({ prepare: false }, '?prepare=true'),
        },

        'poolers/bun-url-parameter': {
          says: 'Bun sends a parameter that it does not know as a startup parameter, and PgBouncer refuses the connection',
          harm: async (pooler) => {
            for (const parameter of ['pgbouncer=true', 'statement_cache_size=0', 'connection_limit=1']) {
              await withBun([{ url: `${pooler.url}?${parameter}`, options: { ...one, prepare: false } }], async (sql) => {
                assert.match((await errorOf(sql.query('select 1 as n'))).message, new RegExp(`unsupported startup parameter: ${parameter.split('=', 1)[0]!}`));
              });
            }
          },
          instead: runsClean({ prepare: false }),
        },
      }),
      ...onTrackingPooler({
        'poolers/bun-with-tracking': {
          says: 'behind a pooler that tracks statements 400 queries of Bun run clean as they are',
          harmless: true,
          harm: async (pooler) => {
            await runsClean({})(pooler);
            assert.deepEqual(await rowsOfAnotherQuery({})(pooler), [{ tenant: 'mine' }]);
          },
          instead: runsClean({ prepare: false }),
        },
      }),
    ],
  },
];
