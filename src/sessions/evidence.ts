/**
 * The evidence gate. Names alone are never evidence: a file takes part only when it imports a database library (or a
 * module that is plainly one's generated client), or uses the vocabulary of transaction entry points.
 */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { Library } from '../libraries/library.js';
import type { Settings } from '../settings.js';
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

const shortNames = /\b(?:tx|trx)\b|(?:Tx|Trx)\b/;
/** What every short name ends in: asked first, the shorter the sooner, because it is asked of every file. */
const endsInX = /x\b/;
const shortEnding = /[tTr]x\b/;

/** Whether a text uses the vocabulary of transactions. */
export function speaksOfTransactions(text: string): boolean {
  for (const isIn of searches) if (isIn(text)) return true;
  return endsInX.test(text) && shortEnding.test(text) && shortNames.test(text);
}

const commentBehindDot = /\.\s*\/[*/]/;

/**
 * Whether a file has a name behind a dot. A comment may be in between: where one follows a dot (the end of a sentence,
 * mostly), the text is searched once more without its comments.
 *
 * @param expression the name, with the dot in front of it
 */
export function hasBehindDot(sourceCode: Readonly<TSESLint.SourceCode>, expression: RegExp | undefined): boolean {
  const { text } = sourceCode;
  if (!expression || expression.test(text)) return expression !== undefined;
  if (!commentBehindDot.test(text)) return false;
  let at = 0;
  let rest = '';
  for (const { range } of sourceCode.getAllComments()) {
    rest += `${text.slice(at, range[0])} `;
    [, at] = range;
  }
  return expression.test(rest + text.slice(at));
}

const mayRequire = searchFor('require(');

/** Whether a text may call `require` or `import` as a function. */
export function importsWhenRun(text: string): boolean {
  return mayRequire(text) || (text.includes('mport(') && text.includes('import('));
}

const specifiersOf = new WeakMap<TSESTree.Program, readonly string[]>();

/** Specifiers of everything that a program imports at its top level, `require` and `import =` included. */
export function importedSpecifiers(program: TSESTree.Program): readonly string[] {
  let specifiers = specifiersOf.get(program);
  if (!specifiers) {
    specifiers = readSpecifiers(program);
    specifiersOf.set(program, specifiers);
  }
  return specifiers;
}

function readSpecifiers(program: TSESTree.Program): string[] {
  const specifiers: string[] = [];
  for (const statement of program.body) {
    switch (statement.type) {
      case 'ImportDeclaration':
        specifiers.push(statement.source.value);
        break;
      case 'ExportNamedDeclaration':
        if (statement.source) specifiers.push(statement.source.value);
        else if (statement.declaration?.type === 'VariableDeclaration') requiredIn(statement.declaration, specifiers);
        break;
      case 'TSImportEqualsDeclaration':
        if (statement.moduleReference.type === 'TSExternalModuleReference') {
          specifiers.push(statement.moduleReference.expression.value);
        }
        break;
      case 'VariableDeclaration':
        requiredIn(statement, specifiers);
        break;
      default:
    }
  }
  return specifiers;
}

function requiredIn(declaration: TSESTree.VariableDeclaration, specifiers: string[]): void {
  for (const { init } of declaration.declarations) {
    let node: TSESTree.Node | null = init;
    while (node && node.type !== 'Literal') {
      if (node.type === 'MemberExpression') node = node.object;
      else if (node.type === 'CallExpression') {
        const first: TSESTree.CallExpressionArgument | undefined = node.arguments[0];
        if (node.callee.type === 'Identifier' && node.callee.name === 'require' && first?.type === 'Literal') {
          specifiers.push(String(first.value));
          break;
        }
        node = node.callee;
      } else if (node.type === 'AwaitExpression') node = node.argument;
      else if (node.type === 'ImportExpression') {
        if (node.source.type === 'Literal') specifiers.push(String(node.source.value));
        break;
      } else if (node.type === 'TSAsExpression') node = node.expression;
      else break;
    }
  }
}

/** Libraries that the file imports. */
export function importedLibraries(program: TSESTree.Program): Set<Library> {
  const found = new Set<Library>();
  for (const specifier of importedSpecifiers(program)) {
    const library = libraryShownBy(specifier);
    if (library) found.add(library);
  }
  return found;
}

function importsLibrary(program: TSESTree.Program): boolean {
  return importedSpecifiers(program).some((specifier) => libraryShownBy(specifier) !== undefined);
}

const requireCall = /\brequire\(\s*['"]([^'"\s]+)['"]\s*\)/g;

/** Libraries that a function of the file requires when it runs. */
export function librariesRequiredLater(text: string): readonly Library[] {
  if (!mayRequire(text)) return [];
  return [...text.matchAll(requireCall)].flatMap(([, specifier = '']) => libraryShownBy(specifier) ?? []);
}

function ownNames(settings: Settings): string[] {
  return [...settings.wrappers, ...settings.sessionTypes, ...settings.clients, ...settings.ambientDecorators].map((own) => own.name);
}

const gates = new WeakMap<TSESTree.Program, boolean>();

/**
 * Whether the analysis may look at this file at all. Decided from the import list and a few searches of
 * its text; nothing else is computed for a file that fails.
 */
export function hasEvidence(sourceCode: Readonly<TSESLint.SourceCode>, settings: Settings): boolean {
  let open = gates.get(sourceCode.ast);
  if (open === undefined) {
    open = importsLibrary(sourceCode.ast) || speaksOfTransactions(sourceCode.text) || librariesRequiredLater(sourceCode.text).length > 0 || ownNames(settings).some((name) => sourceCode.text.includes(name));
    gates.set(sourceCode.ast, open);
  }
  return open;
}
