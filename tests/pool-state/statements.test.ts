import { describe, expect, it } from 'vitest';
import { stateOf } from '../../src/pool-state/statements.js';

type Row = readonly [sql: string, kind: string | undefined, statement?: string];

const rows: readonly Row[] = [
  ['BEGIN', 'transaction', 'BEGIN'],
  ['begin;', 'transaction', 'BEGIN'],
  ['  START  TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'transaction', 'START TRANSACTION'],
  ['COMMIT', 'transaction', 'COMMIT'],
  ['rollback', 'transaction', 'ROLLBACK'],
  ['SAVEPOINT a', 'transaction', 'SAVEPOINT'],
  ['-- first\nBEGIN', 'transaction', 'BEGIN'],
  ['/* first */ BEGIN', 'transaction', 'BEGIN'],
  ["SET app.tenant = 'a'", 'setting', 'SET'],
  ['SET SESSION statement_timeout = 1', 'setting', 'SET'],
  ['SET FOREIGN_KEY_CHECKS=0', 'setting', 'SET'],
  ['set @x = 1', 'setting', 'SET'],
  ["select set_config('app.tenant', $1, false)", 'setting', '`set_config`'],
  ["SELECT set_config('app.tenant', $1, true)", 'local', '`set_config`'],
  ['SET LOCAL statement_timeout = 1', 'local', 'SET LOCAL'],
  ['SET TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'local', 'SET TRANSACTION'],
  ['SELECT pg_advisory_xact_lock(1)', 'local', '`pg_advisory_xact_lock`'],
  ['SELECT pg_advisory_lock(1)', 'lock', '`pg_advisory_lock`'],
  ['select pg_try_advisory_lock($1)', 'lock', '`pg_try_advisory_lock`'],
  ['SELECT pg_advisory_unlock_all()', 'lock', '`pg_advisory_unlock_all`'],
  ["SELECT GET_LOCK('a', 10)", 'lock', '`get_lock`'],
  ['LOCK TABLES a WRITE', 'lock', 'LOCK TABLES'],
  ['CREATE TEMP TABLE a (b int)', 'temporary', 'CREATE TEMP TABLE'],
  ['create temporary table a (b int)', 'temporary', 'CREATE TEMPORARY TABLE'],
  ['LISTEN jobs', 'listen', 'LISTEN'],

  ['BEGIN; UPDATE a SET b = 1; COMMIT;', undefined],
  ['SET LOCAL statement_timeout = 1; SELECT 1', undefined],
  ['SELECT 1', undefined],
  ['UPDATE a SET b = 1', undefined],
  ['SET PASSWORD = 1', undefined],
  ['SET GLOBAL max_connections = 1', undefined],
  ['NOTIFY jobs', undefined],
  ['CREATE TABLE a (b int)', undefined],
  ['beginning', undefined],
  ['', undefined],
];

describe('what a statement leaves behind on its connection', () => {
  it.each(rows.map((row) => [...row] as const))('%s', (sql, kind, statement) => {
    expect(stateOf(sql)).toEqual(kind === undefined ? undefined : { kind, statement });
  });
});
