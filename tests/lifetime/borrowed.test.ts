/** Transactions that are begun on an entity manager of somebody else. `✗` stands in front of the call that begins one. */
import * as parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import plugin from '../../src/plugin.js';

const linter = new Linter();

function lint(marked: string): (readonly [text: string, column: number])[] {
  const messages = linter.verify(marked.replaceAll('✗', ''), { files: ['**/*.ts'], plugins: { 'db-session': plugin }, languageOptions: { parser }, rules: { 'db-session/require-release': 'error' } }, 'a.ts');
  return messages.map(({ messageId, message, column }) => [messageId ?? message, column - 1]);
}

const mikro = "import { EntityManager, MikroORM } from '@mikro-orm/postgresql'; ";
const inFunction = (body: string) => `${mikro}export async function f(em: EntityManager, a) { ${body} }`;
const inMethod = (body: string, more = '', base = '') => `${mikro}export class A ${base}{ constructor(private readonly em: EntityManager) {} async f(a) { ${body} } ${more} }`;

describe('is found', () => {
  it.each([
    ['an early return, a parameter', inFunction('await ✗em.begin(); const user = await em.findOne(User, a); if (!user) return; await em.commit();')],
    ['a swallowed error, a parameter', inFunction('await ✗em.begin(); try { await em.flush(); await em.commit(); } catch (e) { console.error(e); }')],
    ['an early return, a field', inMethod('await ✗this.em.begin(); try { const user = await this.em.findOne(User, a); if (!user) return; await this.em.commit(); } catch (e) { await this.em.rollback(); throw e; }')],
    ['an early return in a callback of the method', inMethod('await ✗this.em.begin(); for (const x of a) { if (!x) return; } await this.em.commit();', 'async g() { await this.em.flush(); }')],
    ['a method that has nothing to do with it', inMethod('await ✗this.em.begin(); this.log(); if (!a) return; await this.em.commit();', 'log() { console.log(1); }')],
    ["mssql's transaction", "import sql from 'mssql'; export async function f(c: sql.Transaction, a) { await ✗c.begin(); if (!a) return; await c.commit(); }"],
  ])('%s', (_name, code) => {
    expect(lint(code)).toEqual([['leftOpen', code.indexOf('✗')]]);
  });
});

describe('is not found', () => {
  it.each([
    ['on every path', inMethod('await this.em.begin(); try { if (!a) { await this.em.rollback(); return; } await this.em.commit(); } catch (e) { await this.em.rollback(); throw e; }')],
    ['only an exception, which the caller may catch', inFunction('await em.begin(); if (!a) throw new Error(); await em.flush(); await em.commit();')],
    ['the end stands elsewhere', inFunction('await em.begin(); if (!a) return; await em.flush();')],
    ['another method ends it', inMethod('await this.em.begin(); if (!a) return; await this.em.commit();', 'async end() { await this.em.rollback(); }')],
    ['an inherited method may end it', inMethod('await this.em.begin(); if (!a) return this.fail(); await this.em.commit();', '', 'extends Base ')],
    ['a helper that is given it may end it', inFunction('await em.begin(); if (!a) return end(em); await em.commit();')],
    ['an object of that name', `${mikro}export async function f(em, a) { await em.begin(); if (!a) return; await em.commit(); }`],
    ['managed', inFunction('await em.transactional(async (tx) => { if (!a) return; await tx.flush(); });')],
    ['a fork that ends', inMethod('const em = this.em.fork(); await em.begin(); try { await em.commit(); } catch (e) { await em.rollback(); throw e; }')],
  ])('%s', (_name, code) => {
    expect(lint(code)).toEqual([]);
  });
});
