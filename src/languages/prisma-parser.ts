/**
 * Parses schema.prisma as far as connections go: the assignments of `datasource` and `generator` blocks. Other blocks are
 * passed over, their braces counted.
 */
import { Cursor, Failure } from './cursor.js';
import type { Comment, Parsed, PrismaAssignment, PrismaBlock, PrismaDocument, PrismaOther, PrismaString } from './nodes.js';

const space = /\s*/y;
const blank = /[^\S\n]*/y;
const word = /[A-Za-z_][\w-]*/y;
const callStart = /([A-Za-z_]\w*)[^\S\n]*\(\s*/y;

/**
 * @param text - The file.
 * @returns Its syntax tree, or the first syntax error. The message never quotes the file.
 */
export function parsePrisma(text: string): Parsed<PrismaDocument> {
  const cursor = new Cursor(text);
  const body: PrismaBlock[] = [];
  const comments: Comment[] = [];
  try {
    if (cursor.char === '\uFEFF') cursor.at += 1;
    for (skip(cursor, comments); !cursor.isAtEnd; skip(cursor, comments)) body.push(takeBlock(cursor, comments));
  } catch (error) {
    if (error instanceof Failure) return { ok: false, errors: [cursor.errorAt(error)] };
    throw error;
  }
  return { ok: true, ast: { type: 'PrismaDocument', body, comments, ...cursor.located(0, text.length) } };
}

/** Passes over white space and comments. */
function skip(cursor: Cursor, comments: Comment[]): void {
  for (;;) {
    cursor.take(space);
    if (!takeComment(cursor, comments)) return;
  }
}

function takeComment(cursor: Cursor, comments: Comment[]): boolean {
  const start = cursor.at;
  const isBlock = cursor.text.startsWith('/*', start);
  if (!isBlock && !cursor.text.startsWith('//', start)) return false;
  const end = isBlock ? cursor.text.indexOf('*/', start + 2) : cursor.lineEnd;
  if (end < 0) throw new Failure(start, 'This comment is never closed');
  const value = cursor.text.slice(start + 2, end);
  cursor.at = isBlock ? end + 2 : end;
  comments.push({ type: 'Comment', value: isBlock ? value : value.replace(/^\//, ''), ...cursor.located(start, cursor.at) });
  return true;
}

function takeBlock(cursor: Cursor, comments: Comment[]): PrismaBlock {
  const start = cursor.at;
  const keyword = cursor.take(word);
  cursor.take(blank);
  const name = cursor.take(word);
  // `type Id = String`, of old schemas.
  if (keyword === 'type' && name !== '' && /^[^\S\n]*=/.test(cursor.text.slice(cursor.at, cursor.at + 80))) {
    cursor.at = cursor.lineEnd;
    return { type: 'PrismaBlock', keyword, name, body: [], ...cursor.located(start, cursor.at) };
  }
  cursor.take(space);
  if (keyword === '' || name === '' || cursor.char !== '{') throw new Failure(start, 'A block must begin here: a keyword, a name and {');
  cursor.at += 1;
  const isRead = keyword === 'datasource' || keyword === 'generator';
  const body = isRead ? takeAssignments(cursor, comments, start) : passOver(cursor, comments, start);
  return { type: 'PrismaBlock', keyword, name, body, ...cursor.located(start, cursor.at) };
}

function takeAssignments(cursor: Cursor, comments: Comment[], start: number): PrismaAssignment[] {
  const body: PrismaAssignment[] = [];
  for (skip(cursor, comments); cursor.char !== '}'; skip(cursor, comments)) {
    if (cursor.isAtEnd) throw new Failure(start, 'This block is never closed');
    body.push(takeAssignment(cursor, comments));
  }
  cursor.at += 1;
  return body;
}

function takeAssignment(cursor: Cursor, comments: Comment[]): PrismaAssignment {
  const start = cursor.at;
  const name = cursor.take(word);
  const key = { type: 'PrismaKey', name, ...cursor.located(start, cursor.at) } as const;
  cursor.take(blank);
  if (name === '' || cursor.char !== '=') throw new Failure(start, 'An assignment must be here: name = value');
  cursor.at += 1;
  cursor.take(blank);
  const value = takeString(cursor) ?? takeCall(cursor, comments) ?? takeOther(cursor, comments);
  return { type: 'PrismaAssignment', key, value, ...cursor.located(start, cursor.at) };
}

function takeString(cursor: Cursor): PrismaString | undefined {
  if (cursor.char !== '"') return undefined;
  const start = cursor.at;
  const { lineEnd } = cursor;
  for (let at = start + 1; at < lineEnd; at++) {
    const char = cursor.text.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"') {
      cursor.at = at + 1;
      return { type: 'PrismaString', value: cursor.text.slice(start + 1, at), content: [start + 1, at], ...cursor.located(start, at + 1) };
    }
  }
  throw new Failure(start, 'This text opens with " and is never closed');
}

function takeCall(cursor: Cursor, comments: Comment[]): PrismaAssignment['value'] | undefined {
  const start = cursor.at;
  const opening = cursor.take(callStart);
  if (opening === '') return undefined;
  const argument = takeString(cursor) ?? null;
  if (!argument) {
    cursor.at = start;
    return takeOther(cursor, comments);
  }
  skip(cursor, comments);
  if (cursor.char !== ')') throw new Failure(start, 'This call is never closed');
  cursor.at += 1;
  return { type: 'PrismaCall', name: /^\w*/.exec(opening)?.[0] ?? '', argument, ...cursor.located(start, cursor.at) };
}

/** Anything else, lists over several lines included. */
function takeOther(cursor: Cursor, comments: Comment[]): PrismaOther {
  const start = cursor.at;
  let end = start;
  for (let depth = 0; ; ) {
    cursor.take(depth === 0 ? blank : space);
    const { char } = cursor;
    if (cursor.isAtEnd || char === '}') {
      if (depth > 0) throw new Failure(start, 'This list is never closed');
      break;
    }
    if (char === '\n' || (depth === 0 && cursor.text.startsWith('//', cursor.at))) break;
    if (takeComment(cursor, comments)) continue;
    if (char === '"') takeString(cursor);
    else {
      if (char === '[' || char === '(') depth += 1;
      if (char === ']' || char === ')') depth -= 1;
      cursor.at += 1;
    }
    end = cursor.at;
  }
  if (end === start) throw new Failure(start, 'A value must be here');
  cursor.at = end;
  return { type: 'PrismaOther', text: cursor.text.slice(start, end), ...cursor.located(start, end) };
}

function passOver(cursor: Cursor, comments: Comment[], start: number): PrismaAssignment[] {
  for (let depth = 1; depth > 0; ) {
    cursor.take(/[^{}"/]*/y);
    if (cursor.isAtEnd) throw new Failure(start, 'This block is never closed');
    if (takeComment(cursor, comments)) continue;
    if (cursor.char === '"') passOverString(cursor);
    else {
      if (cursor.char === '{') depth += 1;
      if (cursor.char === '}') depth -= 1;
      cursor.at += 1;
    }
  }
  return [];
}

function passOverString(cursor: Cursor): void {
  cursor.at += 1;
  cursor.take(/(?:[^"\\\n]|\\[^\n])*/y);
  if (cursor.char === '"') cursor.at += 1;
  else if (cursor.char === '\\') cursor.at += 1;
}
