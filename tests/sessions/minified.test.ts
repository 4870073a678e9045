/** What a minifier left is not looked at. */
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

const linter = new Linter();

const bug = "import{PrismaClient}from'@prisma/client';new PrismaClient().$transaction(async(tx)=>{await Promise.all([tx.a.delete({where:{}}),tx.b.delete({where:{}})])});";
const pool = "import p from'postgres';export default p('postgres://a@db.example.com:6432/b?pgbouncer=true');";

/** Code in front of it, until the file is as long. */
const behind = (line: string, length: number, code: string): string => line.repeat(Math.ceil((length - code.length) / line.length)) + code;

const dense = 'f(function(a){return(a+1)*2},[1,2,3]);';
const written = 'call(function (value) {\n  return (value + 1) * 2;\n}, [1, 2, 3]);\n';

function found(code: string): string[] {
  return [...new Set(linter.verify(code, plugin.configs.all, 'file.js').map(({ ruleId, message }) => ruleId ?? message))];
}

describe('minified code', () => {
  it.each([
    ['long, and without white space', behind(dense, 30_000, bug), []],
    ['long and written', behind(written, 30_000, bug), ['db-session/no-concurrent-use']],
    ['short, and without white space', behind(dense, 6_000, bug), ['db-session/no-concurrent-use']],
    ['a connection, long and without white space', behind(dense, 30_000, pool), []],
    ['a connection, long and written', behind(written, 30_000, pool), ['db-session/no-pooled-statement-cache']],
  ])('%s', (_, code, expected) => {
    expect(found(code)).toEqual(expected);
  });
});
