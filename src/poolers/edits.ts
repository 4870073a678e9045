/** Changes to options objects and to URLs in the text. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Text } from '../pieced-text.js';
import { HOLE } from '../pieced-text.js';
import type { Edit } from './finding.js';
import type { DirectAddress } from './kinds.js';
import type { ConnectionUrl, UrlParameter } from './url.js';

/** Puts an option at the end of an object literal, where no spread can override it. */
export function addOption(object: TSESTree.ObjectExpression, option: string): Edit {
  const last = object.properties.at(-1);
  return last ? { range: [last.range[1], last.range[1]], text: `, ${option}` } : { range: object.range, text: `{ ${option} }` };
}

/** Removes a property with one of the commas around it. */
export function removeOption(sourceCode: Readonly<TSESLint.SourceCode>, property: TSESTree.Property): Edit {
  const [start, end] = property.range;
  const after = sourceCode.getTokenAfter(property);
  if (after?.value === ',') {
    const blank = /^[^\S\n]*/.exec(sourceCode.text.slice(after.range[1], after.range[1] + 200));
    return { range: [start, after.range[1] + (blank?.[0].length ?? 0)], text: '' };
  }
  const before = sourceCode.getTokenBefore(property);
  return { range: [before?.value === ',' ? before.range[0] : start, end], text: '' };
}

/** Takes a parameter out of a URL, with its separator; undefined where the text does not stand in the file in one piece. */
export function removeParameter(text: Text, url: ConnectionUrl, { range: [start, end] }: UrlParameter): Edit | undefined {
  const isLast = end >= url.query[1];
  const isFirst = start === url.query[0];
  const range = isLast ? text.rangeOf(start - 1, end) : text.rangeOf(start, end + 1);
  // `?a=1` loses its question mark, `?a=1&b=2` keeps it.
  return range && (!isLast || isFirst || start > url.query[0]) ? { range, text: '' } : undefined;
}

/** Adds a parameter to a URL; undefined where what stands at its end is not known. */
export function addParameter(text: Text, url: ConnectionUrl, parameter: string): Edit | undefined {
  const [, end] = url.query;
  const authorityEnd = url.portRange[1];
  // A template's `${rest}` may bring parameters of its own.
  if (text.value.slice(authorityEnd, end).includes(HOLE)) return undefined;
  const range = text.rangeOf(end, end) ?? endOf(text, end);
  const isOpen = url.hasQuery && (url.query[0] === end || text.value.charAt(end - 1) === '&');
  return range && { range, text: isOpen ? parameter : `${url.hasQuery ? '&' : '?'}${parameter}` };
}

/** The end of the text is the end of its last piece. */
function endOf(text: Text, end: number): readonly [number, number] | undefined {
  const before = end > 0 ? text.rangeOf(end - 1, end) : undefined;
  return before && [before[1], before[1]];
}

/** Changes host or port to those of the database itself. */
export function useDirect(text: Text, url: ConnectionUrl, direct: DirectAddress): Edit | undefined {
  if ('port' in direct) {
    const range = text.rangeOf(...url.portRange);
    return range && url.portRange[0] < url.portRange[1] ? { range, text: String(direct.port) } : undefined;
  }
  const [from, to] = direct.host;
  const at = url.host.indexOf(from);
  const start = url.hostRange[0] + at;
  const range = at < 0 ? undefined : text.rangeOf(start, start + from.length);
  return range && { range, text: to };
}
