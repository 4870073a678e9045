import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { Linter as Linter9 } from 'eslint9';
import plugin from '../../src/plugin.js';

/** The two versions take the same at run time; their types differ in details of no use here. */
export const hosts = { 'ESLint 10': new Linter({ configType: 'flat' }), 'ESLint 9': new Linter9({ configType: 'flat' }) as unknown as Linter };

export type Host = keyof typeof hosts;

export interface Asked {
  readonly file?: string;
  /** `everything` is strict with poolers that only a variable's name suggests. */
  readonly config?: 'recommended' | 'strict' | 'everything';
  readonly pooler?: string | Readonly<Record<string, string>>;
  readonly host?: Host;
  readonly readEnvFiles?: boolean;
  /** Of ESLint 10; the current folder without it. */
  readonly cwd?: string;
}

const rule = 'db-session/no-pooled-statement-cache';

function configFor({ config = 'recommended', pooler, readEnvFiles = false }: Asked): Linter.Config[] {
  const parts = [...plugin.configs[config === 'everything' ? 'strict' : config]];
  return [
    { files: ['**/*.ts'], languageOptions: { parser } },
    ...parts.map((part): Linter.Config => {
      const entry = part.rules?.[rule];
      // Code meets other laws too; this is about one of them.
      return { ...part, rules: entry === undefined ? {} : { [rule]: config === 'everything' ? ['error', { unknownPoolers: 'all', notes: true }] : entry } };
    }),
    { settings: { 'db-session': { ...(pooler === undefined ? {} : { pooler }), readEnvFiles } } },
  ];
}

/** What the rule says of a text. */
export function lint(code: string, asked: Asked = {}): Linter.LintMessage[] {
  const linter = asked.cwd === undefined ? hosts[asked.host ?? 'ESLint 10'] : new Linter({ configType: 'flat', cwd: asked.cwd });
  return linter.verify(code, configFor(asked), { filename: asked.file ?? 'a.ts' });
}

/** The text after all fixes. */
export function fixed(code: string, asked: Asked = {}): string {
  return hosts[asked.host ?? 'ESLint 10'].verifyAndFix(code, configFor(asked), { filename: asked.file ?? 'a.ts' }).output;
}

/** Puts the marks `«` and `»` around what is flagged. */
export function marked(code: string, messages: readonly Linter.LintMessage[]): string {
  const starts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1);
  const offset = (line: number, column: number) => (starts[line - 1] ?? 0) + column - 1;
  const marks = messages.flatMap(({ line, column, endLine, endColumn }) => [
    { at: offset(line, column), mark: '«' },
    { at: offset(endLine ?? line, endColumn ?? column), mark: '»' },
  ]);
  return marks.toSorted((a, b) => b.at - a.at || (a.mark < b.mark ? -1 : 1)).reduce((text, { at, mark }) => text.slice(0, at) + mark + text.slice(at), code);
}

/** Addresses of all kinds of poolers, for use in code and files as `{supavisor}`. */
export const addresses = {
  supavisor: 'postgres://postgres.ref:[YOUR-PASSWORD]@aws-0-eu-west-1.pooler.supabase.com:6543/postgres',
  supavisorNew: 'postgresql://postgres.ref:secret@aws-1-us-east-1.pooler.supabase.com:6543/postgres',
  selfHosted: 'postgres://postgres.tenant:secret@db.example.org:6543/postgres',
  dedicated: 'postgres://postgres:secret@db.abcdefghijklmnopqrst.supabase.co:6543/postgres',
  azure: 'postgres://admin:secret@acme.postgres.database.azure.com:6432/app',
  fly: 'postgres://user:secret@pgbouncer.abc123.flympg.net/app',
  neon: 'postgres://user:secret@ep-cool-darkness-123456-pooler.us-east-2.aws.neon.tech/app',
  neonCell: 'postgres://user:secret@ep-cool-darkness-123456-pooler.c-2.us-east-2.aws.neon.tech/app',
  vercel: 'postgres://user:secret@ep-cool-darkness-123456-pooler.us-east-1.postgres.vercel-storage.com/verceldb',
  pgdog: 'postgres://user:secret@pgdog.internal:6432/app',
  planetscale: 'postgres://user:secret@eu.horizon.psdb.cloud:6432/app',
  prismaPostgres: 'postgres://user:secret@pooled.db.prisma.io:5432/app',
  timescale: 'postgres://user:secret@a.b.tsdb.cloud.timescale.com:30000/tsdb_transaction',
  digitalOcean: 'postgres://user:secret@acme-do-user-1-0.db.ondigitalocean.com:25061/pool',
  pgbouncerHost: 'postgres://user:secret@pgbouncer:5432/app',
  poolerHost: 'postgres://user:secret@acme-pooler-rw.database.svc:5432/app',
  port6432: 'postgres://user:secret@db.example.org:6432/app',
  rdsProxy: 'postgres://user:secret@acme.proxy-abc123.eu-west-1.rds.amazonaws.com:5432/app',
  session: 'postgres://postgres.ref:secret@aws-0-eu-west-1.pooler.supabase.com:5432/postgres',
  supabaseDirect: 'postgres://postgres:secret@db.abcdefghijklmnopqrst.supabase.co:5432/postgres',
  neonDirect: 'postgres://user:secret@ep-cool-darkness-123456.us-east-2.aws.neon.tech/app',
  azureDirect: 'postgres://admin:secret@acme.postgres.database.azure.com:5432/app',
  flyDirect: 'postgres://user:secret@direct.abc123.flympg.net/app',
  direct: 'postgres://user:secret@db.example.org:5432/app',
  local: 'postgres://user:secret@localhost:5432/app',
} as const;

export type Address = keyof typeof addresses;

export const losesStatements = ['supavisor', 'supavisorNew', 'selfHosted', 'dedicated', 'azure', 'fly'] as const satisfies readonly Address[];
export const mayLoseStatements = ['planetscale', 'prismaPostgres', 'timescale', 'digitalOcean', 'pgbouncerHost', 'poolerHost', 'port6432'] as const satisfies readonly Address[];
export const keepsStatements = ['neon', 'neonCell', 'vercel', 'pgdog'] as const satisfies readonly Address[];
export const isDirect = ['session', 'supabaseDirect', 'neonDirect', 'azureDirect', 'flyDirect', 'direct', 'local'] as const satisfies readonly Address[];

/** Writes addresses where a text says `{supavisor}`. */
export function written(text: string): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name in addresses ? addresses[name as Address] : whole));
}
