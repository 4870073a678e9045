import { describe, expect, it } from 'vitest';
import { parseDotenv } from '../../src/languages/dotenv-parser.js';
import { expandedValues } from '../../src/languages/dotenv-values.js';
import { HOLE } from '../../src/pieced-text.js';
import { hosts, lint, type Host } from '../poolers/lint.js';

const pairs = (text: string) => {
  const parsed = parseDotenv(text);
  if (!parsed.ok) throw new Error(parsed.errors[0].message);
  return parsed.ast.body.map(({ key, value }) => [key.name, value?.value ?? null]);
};

describe('a .env file', () => {
  it.each<readonly [string, string, [string, string | null][]]>([
    ['a value', 'A=b', [['A', 'b']]],
    ['spaces around it', '  A = b  ', [['A', 'b']]],
    ['nothing', 'A=\nB=', [['A', ''], ['B', '']]],
    ['a bare name', 'A\nexport B # of the shell', [['A', null], ['B', null]]],
    ['export', 'export A=b', [['A', 'b']]],
    ['a variable called export', 'export=b', [['export', 'b']]],
    ['a colon', 'A: b', [['A', 'b']]],
    ['dots and dashes', 'a.b-c=d', [['a.b-c', 'd']]],
    ['double quotes', 'A="b # c"', [['A', 'b # c']]],
    ['single quotes', "A='b # c' # d", [['A', 'b # c']]],
    ['back-ticks', 'A=`b "c" \'d\'`', [['A', 'b "c" \'d\'']]],
    ['escaped quotes', 'A="b \\" c"', [['A', 'b \\" c']]],
    ['a backslash at the end', 'A="b\\\\"\nC=d', [['A', 'b\\\\'], ['C', 'd']]],
    ['several lines', 'A="b\nc"\nD=e', [['A', 'b\nc'], ['D', 'e']]],
    ['quotes with more behind them', 'A="b"c\nD=e', [['A', '"b"c'], ['D', 'e']]],
    ['a quote inside', "A=don't\nB=it's", [['A', "don't"], ['B', "it's"]]],
    ['a comment', '# A=b\nC=d # e\n  # f', [['C', 'd']]],
    ['an equals sign', 'A=b=c==', [['A', 'b=c==']]],
    ['CRLF', 'A=b\r\nC="d"\r\n\r\n# e\r\nF=\'g\'\r\n', [['A', 'b'], ['C', 'd'], ['F', 'g']]],
    ['a byte order mark', '\uFEFFA=b', [['A', 'b']]],
    ['nothing at all', '', []],
  ])('may have %s', (_name, text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  it('has exact ranges', () => {
    const text = '# note\r\nexport  DATABASE_URL = "postgres://h"  # end\r\nB=c\r\n';
    const parsed = parseDotenv(text);
    if (!parsed.ok) throw new Error();
    const [first, second] = parsed.ast.body;
    const at = (range: readonly [number, number]) => text.slice(...range);
    expect([at(first!.range), at(first!.key.range), at(first!.value!.range), at(first!.value!.content)]).toEqual(['export  DATABASE_URL = "postgres://h"', 'DATABASE_URL', '"postgres://h"', 'postgres://h']);
    expect(first!.value!.loc).toEqual({ start: { line: 2, column: 23 }, end: { line: 2, column: 37 } });
    expect(second!.loc).toEqual({ start: { line: 3, column: 0 }, end: { line: 3, column: 3 } });
    expect(parsed.ast.comments.map((comment) => at(comment.range))).toEqual(['# note', '# end']);
  });

  it.each([
    ['an unclosed quote', 'A=b\nC="d\nE=f\n', 2, 3],
    ['an unclosed single quote', "A='b", 1, 3],
    ['a line that is no pair', 'A=b\n  some words\n', 2, 3],
    ['a value without a name', '=b', 1, 1],
  ])('has a mistake: %s', (_name, text, line, column) => {
    for (const host of Object.keys(hosts) as Host[]) {
      expect(lint(text, { file: '.env', host })).toMatchObject([{ fatal: true, ruleId: null, line, column }]);
    }
  });

  it.each([
    ['a reference', 'HOST=h\nURL=postgres://${HOST}/db', 'postgres://h/db'],
    ['a bare reference', 'HOST=h\nURL=postgres://$HOST:1/db', 'postgres://h:1/db'],
    ['a reference to what follows', 'URL=${HOST}\nHOST=h', 'h'],
    ['a default', 'URL=${HOST:-h}', 'h'],
    ['something of the shell', 'URL=a${HOST}b', `a${HOST()}b`],
    ['no reference in single quotes', "HOST=h\nURL='${HOST}'", '${HOST}'],
    ['an escaped dollar', 'HOST=h\nURL=\\$HOST', '\\$HOST'],
    ['itself', 'URL=a${URL}', `a${HOST()}`],
    ['a circle', 'A=${B}\nB=${A}\nURL=${A}', HOST()],
  ])('may refer: %s', (_name, text, expected) => {
    const parsed = parseDotenv(text);
    if (!parsed.ok) throw new Error();
    const [, value] = [...expandedValues(parsed.ast)].find(([pair]) => pair.key.name === 'URL')!;
    expect(value.value).toBe(expected);
  });
});

function HOST(): string {
  return HOLE;
}

describe('comments in a .env file', () => {
  const flagged = 'DIRECT_URL=postgres://a.pooler.supabase.com:6543/db';
  it.each([
    ['disable-next-line', `# eslint-disable-next-line db-session/no-pooled-statement-cache -- on purpose\n${flagged}`],
    ['disable-line', `${flagged} # eslint-disable-line`],
    ['disable', `# eslint-disable\n${flagged}`],
    ['disable and enable', `# eslint-disable\n${flagged}\n# eslint-enable`],
    ['a rule switched off', `# eslint db-session/no-pooled-statement-cache: "off"\n${flagged}`],
    ['CRLF', `# eslint-disable-next-line\r\n${flagged}\r\n`],
    ['quoted', `DIRECT_URL="postgres://a.pooler.supabase.com:6543/db" # eslint-disable-line`],
  ])('%s', (_name, text) => {
    for (const host of Object.keys(hosts) as Host[]) expect(lint(text, { file: '.env', host })).toEqual([]);
  });

  it('say nothing of the line after the next', () => {
    expect(lint(`# eslint-disable-next-line\n\n${flagged}`, { file: '.env' }).map(({ messageId }) => messageId)).toContain('needsDirect');
  });

  it('that disable nothing are told so', () => {
    for (const host of Object.keys(hosts) as Host[]) expect(lint('# eslint-disable-next-line\nA=b', { file: '.env', host })).toMatchObject([{ ruleId: null, severity: 1, line: 1 }]);
  });
});
