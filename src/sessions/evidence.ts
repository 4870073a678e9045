/**
 * The evidence gate. Names alone are never evidence: a file takes part only when it imports a database library (or a
 * module that is plainly one's generated client), or uses the vocabulary of transaction entry points.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { Library } from '../libraries/library.js';
import type { Settings } from '../settings.js';
import { isSpace } from './call-sites.js';
import { acquiresByMethod, callbacksByMethod, libraryShownBy } from './catalogue.js';

/** A client's methods that no other library has: Prisma's `$queryRaw`, which `$queryRawUnsafe` begins with. */
export const ownSql: readonly string[] = libraries.flatMap((library) => (library.clients?.sql ?? []).filter((method) => method.startsWith('$') && !method.endsWith('Unsafe')));

/**
 * Words without which no session can come to be in a file that imports no library: entry points that one library has
 * to itself, and what every transaction is called.
 */
const vocabulary: readonly string[] = [
  'ransaction',
  'AsyncLocalStorage',
  // SQL that somebody writes by hand, on a connection of another file's pool.
  'BEGIN',
  'ROLLBACK',
  ...ownSql,
  ...[...callbacksByMethod, ...acquiresByMethod].filter(([word, entries]) => !/[Tt]ransaction/.test(word) && entries.some((entry) => entry.origin.on === 'any')).map(([word]) => word),
];

/**
 * A search for a word in the text of a file. Asked of every file: what begins with a rare letter and is short is found
 * several times as fast, so that such a part of the word is looked for first.
 */
export function searchFor(word: string): (text: string) => boolean {
  const rare = Math.max(0, word.search(/[A-Z$q]/));
  const part = word.slice(rare, rare + 6);
  return (text) => text.includes(part) && text.includes(word);
}

const searches = vocabulary.map(searchFor);

const shortNames = /\b(?:t[rn]?x)\b|(?:Tx|Trx)\b/;

let asked: { readonly text: string; readonly speaks: boolean } | undefined;

/** Whether a text uses the vocabulary of transactions. Asked several times of one file, whose answer is kept. */
export function speaksOfTransactions(text: string): boolean {
  if (asked?.text !== text) asked = { text, speaks: searches.some((isIn) => isIn(text)) || (endsInTx(text) && shortNames.test(text)) };
  return asked.speaks;
}

/**
 * What every short name ends in, at the end of a word. Asked of every file: a search for one letter is several times as
 * fast as a regular expression.
 */
function endsInTx(text: string): boolean {
  for (let at = text.indexOf('x', 1); at > 0; at = text.indexOf('x', at + 1)) {
    const before = text[at - 1];
    if ((before === 't' || before === 'T' || before === 'r' || before === 'n') && !/\w/.test(text[at + 1] ?? '')) return true;
  }
  return false;
}

/**
 * Whether a file has something behind a dot. A comment may be in between: where one follows a dot (the end of a sentence,
 * mostly), the text is searched once more without its comments.
 *
 * @param isThere whether it begins at a place of a text
 */
export function hasBehindDot(sourceCode: Readonly<TSESLint.SourceCode>, isThere: (text: string, at: number) => boolean): boolean {
  const found = behindDots(sourceCode.text, isThere);
  return found === 'yes' || (found === 'behind a comment, perhaps' && behindDots(withoutComments(sourceCode), isThere) === 'yes');
}

function behindDots(text: string, isThere: (text: string, at: number) => boolean): 'yes' | 'no' | 'behind a comment, perhaps' {
  let isCommented = false;
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', dot + 1)) {
    let at = dot + 1;
    while (isSpace(text.charCodeAt(at))) at += 1;
    if (isThere(text, at)) return 'yes';
    isCommented ||= text[at] === '/' && (text[at + 1] === '/' || text[at + 1] === '*');
  }
  return isCommented ? 'behind a comment, perhaps' : 'no';
}

function withoutComments(sourceCode: Readonly<TSESLint.SourceCode>): string {
  const { text } = sourceCode;
  let at = 0;
  let rest = '';
  for (const { range } of sourceCode.getAllComments()) {
    rest += `${text.slice(at, range[0])} `;
    [, at] = range;
  }
  return rest + text.slice(at);
}

/** What a call is given: a comment, as bundlers want one, and a specifier. */
const given = /\s*(?:\/\*[^*]{0,200}\*\/\s*)?['"]([^'"\s]{1,200})['"]/y;

function addCalled(text: string, begins: string, ends: string, specifiers: string[]): void {
  for (let at = text.indexOf(ends); at >= 0; at = text.indexOf(ends, at + ends.length)) {
    let open = at + ends.length;
    while (isSpace(text.charCodeAt(open))) open += 1;
    const start = at - begins.length;
    if (text[open] !== '(' || !text.startsWith(begins, start) || /\w/.test(text[start - 1] ?? '')) continue;
    given.lastIndex = open + 1;
    const specifier = given.exec(text)?.[1];
    if (specifier !== undefined) specifiers.push(specifier);
  }
}

let latestCalls: { readonly text: string; readonly specifiers: readonly string[] } | undefined;

/**
 * Specifiers of what a text requires or imports by a call, wherever it does. Asked of every file, and several times of
 * one, whose answer is kept: what begins with a rare letter is found several times as fast.
 */
export function calledSpecifiers(text: string): readonly string[] {
  if (latestCalls?.text === text) return latestCalls.specifiers;
  const specifiers: string[] = [];
  addCalled(text, 're', 'quire', specifiers);
  addCalled(text, 'i', 'mport', specifiers);
  latestCalls = { text, specifiers };
  return specifiers;
}

/** A declaration that names a module. */
export type ModuleDeclaration = TSESTree.ImportDeclaration | TSESTree.ExportNamedDeclarationWithSource;

let latestDeclarations: { readonly program: TSESTree.Program; readonly declarations: readonly ModuleDeclaration[] } | undefined;

/** The `import` and `export … from` declarations of a program. Asked of every file, and several times of one, whose answer is kept. */
export function moduleDeclarations(program: TSESTree.Program): readonly ModuleDeclaration[] {
  if (latestDeclarations?.program === program) return latestDeclarations.declarations;
  const declarations: ModuleDeclaration[] = [];
  for (const statement of program.body) if (statement.type === 'ImportDeclaration' || (statement.type === 'ExportNamedDeclaration' && statement.source)) declarations.push(statement);
  latestDeclarations = { program, declarations };
  return declarations;
}

interface Code {
  readonly ast: TSESTree.Program;
  readonly text: string;
}

/** Specifiers of all modules that a file imports or requires, wherever it does. What is required is found in the text. */
export function importedSpecifiers({ ast, text }: Code): readonly string[] {
  return [...moduleDeclarations(ast).map(({ source }) => source.value), ...calledSpecifiers(text)];
}

/** Libraries among them. */
export function importedLibraries(code: Code): Set<Library> {
  return new Set(importedSpecifiers(code).flatMap((specifier) => libraryShownBy(specifier) ?? []));
}

function isOfLibrary(specifier: string): boolean {
  return libraryShownBy(specifier) !== undefined;
}

/** Libraries that a text requires or imports by a call, wherever it does. */
export function librariesRequired(text: string): readonly Library[] {
  return calledSpecifiers(text).flatMap((specifier) => libraryShownBy(specifier) ?? []);
}

/** Whether a text has a name that the user gave the plugin. */
function usesOwnName(text: string, { wrappers, sessionTypes, clients, ambientDecorators }: Settings): boolean {
  for (const named of [wrappers, sessionTypes, clients, ambientDecorators]) for (const { name } of named) if (text.includes(name)) return true;
  return false;
}

/** Nobody writes a file of this length without white space. */
const LONG = 10_000;
/** Of code that is written, a twentieth or more is white space, mostly a fifth; of what a minifier leaves, less than this. */
const LEAST_WHITE_SPACE = 0.04;

/** Whether a text is what a minifier left: nobody mends what is found in it. */
export function isMinified(text: string): boolean {
  if (text.length < LONG) return false;
  let left = text.length * LEAST_WHITE_SPACE;
  for (let at = 0; at < text.length && left > 0; at += 1) if (isSpace(text.charCodeAt(at))) left -= 1;
  return left > 0;
}

/**
 * Whether the analysis may look at this file at all. Decided from the import list and a few searches of
 * its text; nothing else is computed for a file that fails.
 */
export function hasEvidence({ ast, text }: Readonly<TSESLint.SourceCode>, settings: Settings): boolean {
  return (moduleDeclarations(ast).some(({ source }) => isOfLibrary(source.value)) || speaksOfTransactions(text) || calledSpecifiers(text).some(isOfLibrary) || usesOwnName(text, settings)) && !isMinified(text);
}
