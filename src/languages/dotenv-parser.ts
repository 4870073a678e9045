/** Parses .env files as dotenv, Docker and shells read them, where these agree; with the range of everything. */
import { Cursor, Failure } from './cursor.js';
import type { Comment, EnvDocument, EnvPair, EnvValue, Parsed } from './nodes.js';

const blank = /[^\S\n]*/y;
const exportWord = /export[^\S\n]+(?=[\w.-])/y;
const name = /[A-Za-z_][\w.-]*/y;
const assign = /=|:(?=[^\S\n])/y;

/**
 * @param text - The file.
 * @returns Its syntax tree, or the first syntax error. The message never quotes the file: there may be secrets in it.
 */
export function parseDotenv(text: string): Parsed<EnvDocument> {
  const cursor = new Cursor(text);
  const body: EnvPair[] = [];
  const comments: Comment[] = [];
  try {
    if (cursor.char === '\uFEFF') cursor.at += 1;
    while (!cursor.isAtEnd) {
      cursor.take(blank);
      if (cursor.char === '#') comments.push(takeComment(cursor));
      else if (cursor.at < cursor.lineEnd) body.push(takePair(cursor, comments));
      cursor.at = Math.max(cursor.at, cursor.lineEnd);
      cursor.take(/\r?\n?/y);
    }
  } catch (error) {
    if (error instanceof Failure) return { ok: false, errors: [cursor.errorAt(error)] };
    throw error;
  }
  return { ok: true, ast: { type: 'EnvDocument', body, comments, ...cursor.located(0, text.length) } };
}

function takePair(cursor: Cursor, comments: Comment[]): EnvPair {
  const start = cursor.at;
  const exported = cursor.take(exportWord) !== '';
  const keyStart = cursor.at;
  const keyName = cursor.take(name);
  if (keyName === '') throw new Failure(start, 'A line of a .env file must be NAME=value, a comment, or empty');
  const key = { type: 'EnvKey', name: keyName, ...cursor.located(keyStart, cursor.at) } as const;
  const keyEnd = cursor.at;
  cursor.take(blank);
  if (cursor.take(assign) === '') {
    if (cursor.at < cursor.lineEnd && cursor.char !== '#') throw new Failure(start, 'A line of a .env file must be NAME=value, a comment, or empty');
    if (cursor.char === '#') comments.push(takeComment(cursor));
    return { type: 'EnvPair', exported, key, value: null, ...cursor.located(start, keyEnd) };
  }
  cursor.take(blank);
  const value = takeQuoted(cursor) ?? takePlain(cursor);
  const end = cursor.at;
  cursor.take(blank);
  if (cursor.char === '#') comments.push(takeComment(cursor));
  return { type: 'EnvPair', exported, key, value, ...cursor.located(start, end) };
}

/** A quoted value may go over several lines. Undefined if more follows the closing quote: then the quotes mean nothing. */
function takeQuoted(cursor: Cursor): EnvValue | undefined {
  const quote = cursor.char;
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  const start = cursor.at;
  const end = closingQuote(cursor.text, quote, start + 1);
  if (end < 0) throw new Failure(start, `This value opens with ${quote} and is never closed`);
  cursor.at = end + 1;
  cursor.take(blank);
  const isAlone = cursor.at >= cursor.lineEnd || cursor.char === '#';
  cursor.at = isAlone ? end + 1 : start;
  if (!isAlone) return undefined;
  return { type: 'EnvValue', value: cursor.text.slice(start + 1, end), quote, content: [start + 1, end], ...cursor.located(start, end + 1) };
}

function closingQuote(text: string, quote: string, from: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (text.charAt(at - 1 - backslashes) === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function takePlain(cursor: Cursor): EnvValue {
  const start = cursor.at;
  const line = cursor.text.slice(start, cursor.lineEnd);
  const hash = line.indexOf('#');
  const value = (hash < 0 ? line : line.slice(0, hash)).trimEnd();
  cursor.at = start + value.length;
  return { type: 'EnvValue', value, quote: '', content: [start, cursor.at], ...cursor.located(start, cursor.at) };
}

function takeComment(cursor: Cursor): Comment {
  const start = cursor.at;
  cursor.at = cursor.lineEnd;
  return { type: 'Comment', value: cursor.text.slice(start + 1, cursor.at), ...cursor.located(start, cursor.at) };
}
