/**
 * Realistic programs to start from: every piece of code in the tables of the tests, on the pages of the rules and in the
 * examples. Collected from the sources, so that a new case is among them without anybody's doing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tsParser from '@typescript-eslint/parser';
import type { TSESTree } from '@typescript-eslint/utils';
import ts from 'typescript';
import { importedLibraries, speaksOfTransactions } from '../../src/sessions/evidence.js';
import { tables } from '../concurrency/cases/index.js';
import { rowsOf } from '../concurrency/lint.js';
import { addresses } from '../poolers/lint.js';
import { acquired, endCall, endsOf, managed, statement } from '../rules/transaction-rows.js';

/** A program that parses and that the rules look at. */
export interface Seed {
  /** Where it comes from. */
  readonly name: string;
  readonly code: string;
  readonly extension: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What makes a program itself: not where it stands, nor beside what. */
export function identityOf({ code, extension, settings }: Seed): string {
  return JSON.stringify([code, extension, settings]);
}

const root = fileURLToPath(new URL('../..', import.meta.url));

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => path.join(folder, name))
    .toSorted();
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** All of them, each once. */
export function collectSeeds(): Seed[] {
  const seeds = new Map<string, Seed>();
  const add = (name: string, code: string, more: Partial<Seed> = {}): void => {
    const extension = more.extension ?? extensionFor(code);
    if (extension === undefined) return;
    const seed = { name, code, ...more, extension };
    const identity = identityOf(seed);
    if (!seeds.has(identity)) seeds.set(identity, seed);
  };
  for (const { table, case: row, code } of rowsOf(tables)) {
    add(`${table.about}: ${row.title}`, code, { ...(row.extension ? { extension: row.extension } : {}), ...(row.settings ? { settings: { 'db-session': row.settings } } : {}) });
  }
  for (const { label, head, wrap, library, facts } of managed) {
    for (const work of ['await work();', `await ${statement(library, facts, 's') ?? 'work()'}; await ${statement(library, facts, 'client') ?? 'work()'};`]) add(`managed ${label}`, `${head} ${wrap(work)}`);
  }
  for (const { label, head, wrap, facts } of acquired) for (const end of endsOf(facts)) add(`acquired ${label}`, `${head} ${wrap(`await work(s); ${endCall(facts, end)};`)}`);
  for (const file of filesBelow('tests', /\.test\.ts$/)) if (!/evidence|robustness/.test(file)) for (const code of programsIn(file)) add(file, code);
  for (const file of [...filesBelow('docs', /\.md$/), 'README.md']) for (const [, code = ''] of read(file).matchAll(/^```(?:ts|js)\n(.*?)^```/gms)) add(file, code);
  for (const file of filesBelow('examples', /\.ts$/)) add(file, read(file));
  return [...seeds.values()];
}

/** The extension under which it parses, if the rules look at it at all. */
function extensionFor(code: string): string | undefined {
  const extension = ['ts', 'tsx'].find((each) => parse(code, each) !== undefined);
  const program = extension === undefined ? undefined : parse(code, extension);
  return program && (importedLibraries({ ast: program, text: code }).size > 0 || speaksOfTransactions(code)) ? extension : undefined;
}

function parse(code: string, extension: string): TSESTree.Program | undefined {
  try {
    return tsParser.parseForESLint(code, { filePath: `a.${extension}`, range: true, sourceType: 'module' }).ast;
  } catch {
    return undefined;
  }
}

// ----- texts in the source of a test, without running it

type Bound = ReadonlyMap<string, ts.Expression | string>;

/** Texts that are written in a file, as far as they can be put together from constants: `${head}export const f = …`. */
function programsIn(file: string): string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const note = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) constants.set(node.name.text, node.initializer);
    ts.forEachChild(node, note);
  };
  note(source);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isExpression(node) ? textOf(node, constants) : undefined;
    if (text === undefined) ts.forEachChild(node, visit);
    else if (text.length > 20) texts.push(filledIn(text));
  };
  visit(source);
  return texts;
}

function textOf(node: ts.Expression, bound: Bound, depth = 0): string | undefined {
  if (depth > 20) return undefined;
  const again = (part: ts.Expression): string | undefined => textOf(part, bound, depth + 1);
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text;
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) return again(node.expression);
  if (ts.isTemplateExpression(node)) return joined([node.head.text, ...node.templateSpans.flatMap((span) => [again(span.expression), span.literal.text])]);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) return joined([again(node.left), again(node.right)]);
  if (ts.isIdentifier(node)) {
    const value = bound.get(node.text);
    return typeof value === 'string' ? value : value && again(value);
  }
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const object = bound.get(node.expression.text);
    const property = typeof object === 'object' && ts.isObjectLiteralExpression(object) ? object.properties.find((each) => ts.isPropertyAssignment(each) && ts.isIdentifier(each.name) && each.name.text === node.name.text) : undefined;
    return property && ts.isPropertyAssignment(property) ? again(property.initializer) : undefined;
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const callee = bound.get(node.expression.text);
    if (typeof callee !== 'object' || !ts.isArrowFunction(callee) || ts.isBlock(callee.body)) return undefined;
    const inside = new Map(bound);
    for (const [index, { name, initializer }] of callee.parameters.entries()) {
      const argument = node.arguments[index] ?? initializer;
      const text = argument && again(argument);
      if (text === undefined || !ts.isIdentifier(name)) return undefined;
      inside.set(name.text, text);
    }
    return textOf(callee.body, inside, depth + 1);
  }
  return undefined;
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
}

/** Without the marks around what is reported, and with addresses where the tables name them. */
function filledIn(text: string): string {
  return text.replaceAll(/[«»]/g, '').replaceAll(/\{(\w+)\}/g, (placeholder, name: string) => (name in addresses ? addresses[name as keyof typeof addresses] : placeholder));
}
