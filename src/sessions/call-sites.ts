/** Where a text calls something by a name, by a look at what stands before its parentheses: a fraction of a walk through the tree. */

/** As many characters in front of a parenthesis are looked through where something is called in another way than by its name. */
const AROUND = 200;

/**
 * The parentheses by which a text may call something of certain names: `db.run(`, also `(db.run as any)(` and
 * `db['run'](`. Some only stand in a comment or a string, or define what has that name.
 *
 * @param isCalled whether a name is one of those
 * @param mayBegin whether one of them may begin at a place of the text: false is certain
 */
export function callSites(text: string, isCalled: (name: string) => boolean, mayBegin: (text: string, at: number) => boolean = () => true): number[] {
  const sites: number[] = [];
  for (let at = text.indexOf('('); at >= 0; at = text.indexOf('(', at + 1)) {
    const end = endOfCallee(text, at);
    if (end === undefined ? isMentioned(text.slice(Math.max(0, at - AROUND), at), isCalled) : isCalledUntil(text, end, isCalled, mayBegin)) sites.push(at);
  }
  return sites;
}

function isCalledUntil(text: string, end: number, isCalled: (name: string) => boolean, mayBegin: (text: string, at: number) => boolean): boolean {
  let start = end;
  while (start > 0 && isWord(text.charCodeAt(start - 1))) start -= 1;
  return end - start > 1 && mayBegin(text, start) && isCalled(text.slice(start, end));
}


function isMentioned(text: string, isCalled: (name: string) => boolean): boolean {
  for (const [name] of text.matchAll(/[\w$]{2,}/g)) if (isCalled(name)) return true;
  return false;
}

const NOTHING = 0;

/** Where the name ends that stands before a parenthesis: {@link NOTHING} if none does, undefined if it cannot be told. */
function endOfCallee(text: string, parenthesis: number): number | undefined {
  const end = endBeforeSpace(text, parenthesis);
  const last = text.charCodeAt(end - 1);
  // White space of another kind, a letter of another script.
  if (last > 127) return undefined;
  // A comment may stand at the end of the line before.
  if (end < parenthesis && text.slice(end, parenthesis).includes('\n')) return opensGroup.has(text[end - 1]) ? NOTHING : undefined;
  if (isWord(last)) return end;
  switch (text[end - 1]) {
    case '>':
      return text[end - 2] === '=' ? NOTHING : endBeforeTypes(text, end - 1);
    case '!':
      return endBeforeMark(text, end - 1);
    case ')':
    case ']':
      return undefined;
    case '/':
      return text[end - 2] === '*' ? undefined : NOTHING;
    case '.':
      return text[end - 2] === '?' ? undefined : NOTHING;
    default:
      return NOTHING;
  }
}

/** After these a parenthesis calls nothing. */
const opensGroup: ReadonlySet<string | undefined> = new Set(['(', '[', '{', '}', ',', ';', ':', '?', '=', '&', '|', '+', undefined]);

/** Type arguments are longer than this in no code that anybody reads. */
const MOST_OF_TYPES = 2000;

/** `run<Result>(`, or the end of an element, of a comparison. */
function endBeforeTypes(text: string, last: number): number | undefined {
  let depth = 1;
  for (let at = last - 1; at >= 0; at -= 1) {
    if (last - at > MOST_OF_TYPES) return NOTHING;
    const letter = text[at];
    if (letter === '>' && text[at - 1] !== '=') depth += 1;
    else if (letter === '<') depth -= 1;
    if (depth === 0) {
      const end = endBeforeSpace(text, at);
      return text.slice(end, at).includes('\n') ? undefined : endBeforeMark(text, end);
    }
  }
  return NOTHING;
}

function endBeforeMark(text: string, end: number): number | undefined {
  const last = text[end - 1];
  if (last === ')' || last === ']' || last === '!' || last === '.' || last === '/') return undefined;
  return isWord(text.charCodeAt(end - 1)) ? end : NOTHING;
}

function endBeforeSpace(text: string, from: number): number {
  let end = from;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** The word that begins at a place of a text; empty if none does. */
export function wordAt(text: string, start: number): string {
  let end = start;
  while (isWord(text.charCodeAt(end))) end += 1;
  return text.slice(start, end);
}

/** Of ASCII, as all names of the catalogue are. */
function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 36 || code === 95;
}

/** Whether a text has what wrappers of an application's own are named after: `transaction`, `tx`, `trx`. */
export function mayWrap(text: string): boolean {
  if (/[tT]rans?action/.test(text)) return true;
  for (let at = text.indexOf('x', 1); at > 0; at = text.indexOf('x', at + 1)) {
    const before = text[at - 1];
    const first = before === 'r' ? text[at - 2] : before;
    if (first === 't' || first === 'T') return true;
  }
  return false;
}
