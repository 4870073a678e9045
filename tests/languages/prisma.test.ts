import { describe, expect, it } from 'vitest';
import { parsePrisma } from '../../src/languages/prisma-parser.js';
import { hosts, lint, type Host } from '../poolers/lint.js';

const blocks = (text: string) => {
  const parsed = parsePrisma(text);
  if (!parsed.ok) throw new Error(parsed.errors[0].message);
  return parsed.ast.body.map(({ keyword, name, body }) => [keyword, name, ...body.map(({ key, value }) => [key.name, value.type === 'PrismaString' ? value.value : value.type === 'PrismaCall' ? `${value.name}(${value.argument?.value ?? ''})` : value.text])]);
};

describe('a schema.prisma', () => {
  it.each<readonly [string, string, unknown[]]>([
    ['a datasource', 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}', [['datasource', 'db', ['provider', 'postgresql'], ['url', 'env(DATABASE_URL)']]]],
    ['comments', '// a\n/// b\ndatasource db { // c\n  // d\n  url = "x" // e\n}\n/* f */', [['datasource', 'db', ['url', 'x']]]],
    ['lists', 'generator c {\n  previewFeatures = ["a", "b"] // c\n  targets = [\n    "a", // "]"\n    "b"\n  ]\n  last = true\n}', [['generator', 'c', ['previewFeatures', '["a", "b"]'], ['targets', '[\n    "a", // "]"\n    "b"\n  ]'], ['last', 'true']]]],
    ['models', 'model A {\n  id Int @id\n  // it\'s {\n  b String @default("}{\\"")\n}\nenum B { C D }\nview E {\n}', [['model', 'A'], ['enum', 'B'], ['view', 'E']]],
    ['old aliases', 'type Id = String @id\nmodel A {\n}', [['type', 'Id'], ['model', 'A']]],
    ['an escaped quote', 'datasource db {\n  url = "a\\"b"\n}', [['datasource', 'db', ['url', 'a\\"b']]]],
    ['another call', 'datasource db {\n  url = f(1, [2])\n}', [['datasource', 'db', ['url', 'f(1, [2])']]]],
    ['CRLF', 'datasource db {\r\n  url = "x"\r\n  a = b\r\n}\r\n', [['datasource', 'db', ['url', 'x'], ['a', 'b']]]],
    ['one line', 'datasource db { url = "x" }', [['datasource', 'db', ['url', 'x']]]],
    ['nothing at all', '', []],
  ])('may have %s', (_name, text, expected) => {
    expect(blocks(text)).toEqual(expected);
  });

  it('has exact ranges', () => {
    const text = '\r\ndatasource db {\r\n  url = env( "A" )\r\n}';
    const parsed = parsePrisma(text);
    if (!parsed.ok) throw new Error();
    const [assignment] = parsed.ast.body[0]!.body;
    expect(text.slice(...assignment!.range)).toBe('url = env( "A" )');
    expect(text.slice(...assignment!.value.range)).toBe('env( "A" )');
    expect(assignment!.loc).toEqual({ start: { line: 3, column: 2 }, end: { line: 3, column: 18 } });
  });

  it.each([
    ['an open block', 'model A {\n  id Int\n', 1, 1],
    ['an open datasource', '\ndatasource db {\n  url = "x"\n', 2, 1],
    ['an open text', 'datasource db {\n  url = "x\n}', 2, 9],
    ['an open list', 'generator c {\n  a = ["x"\n}', 2, 7],
    ['an open comment', 'model A {\n}\n/* a', 3, 1],
    ['words', 'model A {\n}\nwhat is this', 3, 1],
    ['no assignment', 'datasource db {\n  url\n}', 2, 3],
    ['no value', 'datasource db {\n  url = // x\n}', 2, 9],
  ])('has a mistake: %s', (_name, text, line, column) => {
    for (const host of Object.keys(hosts) as Host[]) expect(lint(text, { file: 'schema.prisma', host })).toMatchObject([{ fatal: true, ruleId: null, line, column }]);
  });

  const datasource = (line: string) => `datasource db {\n  provider = "postgresql"\n  url = env("A")\n  ${line}\n}\n`;
  it.each([
    ['disable-next-line', datasource('// eslint-disable-next-line -- on purpose\n  directUrl = "postgres://a.pooler.supabase.com:6543/db"')],
    ['disable-line', datasource('directUrl = "postgres://a.pooler.supabase.com:6543/db" // eslint-disable-line')],
    ['a block comment', `/* eslint-disable */\n${datasource('directUrl = "postgres://a.pooler.supabase.com:6543/db"')}`],
    ['three slashes', datasource('/// eslint-disable-next-line\n  directUrl = "postgres://a.pooler.supabase.com:6543/db"')],
  ])('heeds comments: %s', (_name, text) => {
    for (const host of Object.keys(hosts) as Host[]) expect(lint(text, { file: 'schema.prisma', host })).toEqual([]);
  });
});
