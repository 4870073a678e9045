/**
 * Reads a connection string as far as this plugin needs it, and with ranges, so that parts of it can be underlined and
 * edited. Templates are understood: `[YOUR-PASSWORD]`, `<ref>`, `${x}`, `{{x}}` and `$X` stand for something unknown.
 */
import { HOLE, type Range } from '../pieced-text.js';

export interface UrlParameter {
  readonly name: string;
  readonly value: string;
  /** Of `name=value`. */
  readonly range: Range;
}

export interface ConnectionUrl {
  readonly scheme: string;
  readonly user: string;
  /** In lower case; unknown characters are holes. */
  readonly host: string;
  readonly hostRange: Range;
  /** As a number where it is written, the scheme's default where none is, undefined where it is not known. */
  readonly port: number | undefined;
  /** Of the digits; empty where no port is written. */
  readonly portRange: Range;
  readonly database: string;
  readonly parameters: readonly UrlParameter[];
  /** Where the parameters begin and end, without the question mark; empty, at the end, where there are none. */
  readonly query: Range;
  readonly hasQuery: boolean;
}

const defaultPorts: Readonly<Record<string, number>> = { postgres: 5432, postgresql: 5432, mysql: 3306, mariadb: 3306 };

/**
 * @param written - The text, with holes.
 * @returns Its parts; undefined if it is no URL of a database, or one that cannot be read.
 */
export function parseUrl(written: string): ConnectionUrl | undefined {
  const scheme = /^(postgres|postgresql|mysql|mariadb):\/\//i.exec(written)?.[1];
  if (scheme === undefined) return undefined;
  const text = withHoles(written);
  if (/[\s"'`\\]/.test(text)) return undefined;
  const start = scheme.length + 3;
  const authorityEnd = firstOf(text, '/?#', start);
  const at = text.lastIndexOf('@', authorityEnd - 1);
  const hostStart = at >= start ? at + 1 : start;
  const endpoint = parseEndpoint(text, hostStart, authorityEnd);
  if (!endpoint) return undefined;
  const pathEnd = text[authorityEnd] === '/' ? firstOf(text, '?#', authorityEnd) : authorityEnd;
  const hasQuery = text[pathEnd] === '?';
  const queryStart = hasQuery ? pathEnd + 1 : pathEnd;
  const queryEnd = hasQuery ? firstOf(text, '#', queryStart) : pathEnd;
  const user = at >= start ? (text.slice(start, at).split(':', 1)[0] ?? '') : '';
  const port = endpoint.portRange[0] === endpoint.portRange[1] ? defaultPorts[scheme.toLowerCase()] : endpoint.port;
  return {
    scheme: scheme.toLowerCase(),
    user,
    ...endpoint,
    port,
    database: text.slice(authorityEnd + 1, Math.max(authorityEnd + 1, pathEnd)),
    parameters: parseQuery(text, queryStart, queryEnd),
    query: [queryStart, queryEnd],
    hasQuery,
  };
}

function parseEndpoint(text: string, start: number, end: number): Pick<ConnectionUrl, 'host' | 'hostRange' | 'port' | 'portRange'> | undefined {
  const bracket = text[start] === '[' ? text.indexOf(']', start) + 1 : start;
  if (bracket > end || (text[start] === '[' && bracket === 0)) return undefined;
  const colon = text.indexOf(':', bracket);
  const hostEnd = colon >= 0 && colon < end ? colon : end;
  const host = text.slice(start, hostEnd).toLowerCase();
  // A list of hosts is no single pooler; what is left of a mangled password is no host.
  if (!/^(?:\[[\d.:a-f%]+\]|[\w.\uE000-]*)$/.test(host)) return undefined;
  const portStart = Math.min(end, hostEnd + 1);
  const port = text.slice(portStart, end);
  if (!/^(?:\d{1,5}|\uE000*)$/.test(port)) return undefined;
  return { host, hostRange: [start, hostEnd], port: /^\d/.test(port) ? Number(port) : undefined, portRange: [portStart, end] };
}

function parseQuery(text: string, start: number, end: number): UrlParameter[] {
  const parameters: UrlParameter[] = [];
  for (let from = start; from < end; ) {
    const next = text.indexOf('&', from);
    const to = next < 0 || next > end ? end : next;
    const [name = '', ...value] = text.slice(from, to).split('=');
    if (name) parameters.push({ name: decoded(name), value: decoded(value.join('=')), range: [from, to] });
    from = to + 1;
  }
  return parameters;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** The first of some characters at or after an offset; the end of the text without any. */
function firstOf(text: string, characters: string, from: number): number {
  for (let at = from; at < text.length; at++) if (characters.includes(text.charAt(at))) return at;
  return text.length;
}

const closers: Readonly<Record<string, string>> = { '[': ']', '<': '>', '{': '}' };

/** The same text, as long as it was, with placeholders turned into holes. */
export function withHoles(text: string): string {
  if (!/[[<{$]/.test(text)) return text;
  let result = '';
  for (let at = 0; at < text.length; ) {
    const end = placeholderEnd(text, at);
    result += end > at ? HOLE.repeat(end - at) : text.charAt(at);
    at = Math.max(end, at + 1);
  }
  return result;
}

/** Longer ones are none, which keeps the search linear. */
const LONGEST_PLACEHOLDER = 120;

function placeholderEnd(text: string, at: number): number {
  const opener = text.charAt(at) === '$' ? text.charAt(at + 1) : text.charAt(at);
  const start = text.charAt(at) === '$' ? at + 1 : at;
  const closer = closers[opener];
  if (closer !== undefined) {
    const window = text.slice(start + 1, start + 1 + LONGEST_PLACEHOLDER);
    let length = window.indexOf(closer);
    if (length < 0) return at;
    while (window.charAt(length + 1) === closer && opener === '{') length += 1;
    // The address of a machine, not a placeholder.
    const inside = window.slice(0, length);
    if (opener === '[' && inside.includes(':') && /^[\d:a-f.%]+$/i.test(inside)) return at;
    return start + 2 + length;
  }
  if (text.charAt(at) !== '$') return at;
  let end = at + 1;
  while (end < text.length && /\w/.test(text.charAt(end))) end += 1;
  return end > at + 1 ? end : at;
}
