/** Which libraries a file imports: the first question of the gate, asked of declarations and of the text. */
import * as parser from '@typescript-eslint/parser';
import { describe, expect, it } from 'vitest';
import { importedLibraries } from '../../src/sessions/evidence.js';

function imported(code: string): string[] {
  const { ast } = parser.parseForESLint(code, { range: true, sourceType: 'module' });
  return [...importedLibraries({ ast, text: code })].map(({ id }) => id);
}

describe('imported', () => {
  it.each([
    "import pg from 'pg';",
    "import { Pool as Connections } from \"pg\";",
    "import 'pg';",
    "import type { PoolClient } from 'pg';",
    "export { Pool } from 'pg';",
    "import pg = require('pg');",
    "const pg = require('pg');",
    "const { Pool } = require ( 'pg' );",
    "const { Pool } = require(\n  'pg',\n);",
    "const Pool = require('pg').Pool;",
    "export const pool = new (require('pg').Pool)();",
    "function later() { return require('pg'); }",
    "const { Pool } = await import('pg');",
    "const { Pool } = await import(/* webpackChunkName: \"db\" */ 'pg');",
    "first();\nimport { Pool } from 'pg';",
  ])('%s', (code) => {
    expect(imported(code)).toEqual(['pg']);
  });
});

describe('not imported', () => {
  it.each([
    "import { Pool } from './pg-pool-of-cars';",
    "import { pg } from 'ratings';",
    "const pg = acquire('pg');",
    "const pg = myrequire('pg');",
    "const pg = require(name);",
    "const pg = require(`p${g}`);",
    "const pg = require['pg'];",
    "export const pg = 'pg';",
    "export { pg };\nconst pg = 1;",
  ])('%s', (code) => {
    expect(imported(code)).toEqual([]);
  });
});
