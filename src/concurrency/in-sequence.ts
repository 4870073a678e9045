/** Rewrites a fork into the same work one after another, where that is certain to parse, type-check and mean the same. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { File } from '../sessions/file.js';
import { calleeName, enclosingFunction, isFunction, isWithin, outermost, receiverOf, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Fork } from './forks.js';

/** A rewriting: what to call it, and the text that takes the place of a node. */
export interface Rewriting {
  readonly messageId: 'awaitInTurn' | 'loopInTurn';
  readonly target: Node;
  readonly text: string;
}

/** @returns the rewriting of a fork, or undefined where one would be a guess */
export function inSequence(file: File, fork: Fork): Rewriting | undefined {
  const { call } = fork;
  if (call.type !== 'CallExpression') return undefined;
  if (fork.kind === 'unawaited-each') return eachInTurn(file, call);
  if (fork.name !== 'Promise.all' || call.arguments.length !== 1) return undefined;
  const [argument] = call.arguments;
  const list = argument && unwrap(argument);
  if (list === undefined || list !== argument) return undefined;
  if (list.type === 'ArrayExpression') return listInTurn(file, call, list);
  if (list.type === 'CallExpression' && calleeName(list) === 'map') return mapInTurn(file, call, list);
  return undefined;
}

// ----- Promise.all([a, b])

function listInTurn(file: File, call: TSESTree.CallExpression, list: TSESTree.ArrayExpression): Rewriting | undefined {
  const elements: Node[] = [];
  for (const element of list.elements) {
    // A promise that was started before stays started; a spread hides how many there are.
    if (!element || element.type === 'SpreadElement' || unwrap(element).type === 'Identifier') return undefined;
    // A join within the join would still be one.
    if (isJoinCall(element)) return undefined;
    elements.push(element);
  }
  const { sourceCode } = file;
  if (elements.length < 2 || hasComments(sourceCode, call, list)) return undefined;
  const notes = commentsOf(sourceCode, list, elements);
  const place = placeOf(call);
  if (!place) return undefined;
  const awaited = elements.map((element) => awaitedText(sourceCode, element));

  switch (place.kind) {
    case 'statement':
      return { messageId: 'awaitInTurn', target: place.node, text: statements(sourceCode, place.node, awaited, notes) };
    case 'declaration': {
      const { pattern, keyword } = place;
      if (pattern.type !== 'ArrayPattern' || pattern.typeAnnotation || pattern.elements.length > elements.length) return undefined;
      const lines = awaited.map((text, index) => {
        const target = pattern.elements[index];
        return target ? `${keyword} ${sourceCode.getText(target)} = ${text}` : text;
      });
      const unsafe = pattern.elements.some((target) => target && (target.type === 'RestElement' || target.type === 'AssignmentPattern'));
      return unsafe || namesOverlap(file, pattern, elements) ? undefined : { messageId: 'awaitInTurn', target: place.node, text: statements(sourceCode, place.node, lines, notes) };
    }
    case 'return': {
      if (notes.some((note) => note !== '') || !place.fn.async) return undefined;
      // In TypeScript an array literal is a tuple only where something asks for one.
      const tuple = /\.[cm]?tsx?$/.test(file.filename) ? ` satisfies [${elements.map(() => 'unknown').join(', ')}]` : '';
      return { messageId: 'awaitInTurn', target: place.node, text: `[${awaited.join(', ')}]${tuple}` };
    }
  }
}

function isJoinCall(element: Node): boolean {
  const call = unwrap(element);
  const receiver = call.type === 'CallExpression' ? receiverOf(call) : undefined;
  return receiver?.type === 'Identifier' && receiver.name === 'Promise';
}

function awaitedText(sourceCode: Readonly<TSESLint.SourceCode>, element: Node): string {
  const text = sourceCode.getText(element);
  const plain = unwrap(element);
  if (plain.type === 'AwaitExpression') return text;
  return plain.type === 'CallExpression' || plain.type === 'TaggedTemplateExpression' || plain.type === 'NewExpression' ? `await ${text}` : `await (${text})`;
}

/** A later element that mentions what an earlier one would now declare changes its meaning. */
function namesOverlap(file: File, pattern: TSESTree.ArrayPattern, elements: readonly Node[]): boolean {
  const declared = new Set<string>();
  const collect = (node: Node | null): void => {
    if (node?.type === 'Identifier') declared.add(node.name);
    else if (node?.type === 'ObjectPattern') for (const property of node.properties) collect(property.type === 'Property' ? property.value : property.argument);
    else if (node?.type === 'ArrayPattern') for (const element of node.elements) collect(element);
    else if (node?.type === 'AssignmentPattern') collect(node.left);
  };
  collect(pattern);
  return elements.some((element) => file.sourceCode.getTokens(element).some((token) => declared.has(token.value) && isReference(file, element, token)));
}

function isReference(file: File, element: Node, token: TSESTree.Token): boolean {
  const node = file.sourceCode.getNodeByRangeIndex(token.range[0]);
  return node?.type === 'Identifier' && isWithin(node, element) && file.variableOf(node) !== undefined;
}

// ----- Promise.all(xs.map(…))

function mapInTurn(file: File, call: TSESTree.CallExpression, map: TSESTree.CallExpression): Rewriting | undefined {
  const { sourceCode } = file;
  const place = placeOf(call);
  const receiver = receiverOf(map);
  if (!place || !receiver || map.arguments.length !== 1 || map.optional || hasComments(sourceCode, call, map)) return undefined;
  const loop = loopOf(file, map, receiver);
  if (!loop) return undefined;
  const indent = indentOf(sourceCode, place.node);
  if (place.kind === 'statement') {
    const body = loop.body ?? `{\n${indent}  ${loop.expression ?? ''};\n${indent}}`;
    return { messageId: 'loopInTurn', target: place.node, text: `for (const ${loop.item} of ${loop.over}) ${loop.body === undefined ? body : reindented(sourceCode, loop.callback.body, indent)}` };
  }
  // Results are kept only where one expression gives each of them.
  if (loop.expression === undefined || place.kind !== 'declaration' || place.pattern.type !== 'Identifier' || place.pattern.typeAnnotation) return undefined;
  const { name } = place.pattern;
  const declared = file.variableOf(place.pattern);
  const home = enclosingFunction(place.node);
  // An array that grows by `push` has its type only within the function that fills it.
  if (place.keyword !== 'const' || declared?.references.some((reference) => enclosingFunction(reference.identifier) !== home)) return undefined;
  return { messageId: 'loopInTurn', target: place.node, text: `const ${name} = [];\n${indent}for (const ${loop.item} of ${loop.over}) {\n${indent}  ${name}.push(${loop.expression.replace(/^\((.*)\)$/s, '$1')});\n${indent}}` };
}

/** `xs.forEach(async x => …)` in an async function. */
function eachInTurn(file: File, call: TSESTree.CallExpression): Rewriting | undefined {
  const statement = outermost(call).parent;
  const receiver = receiverOf(call);
  if (statement?.type !== 'ExpressionStatement' || !receiver || call.optional || !isStatementPlace(statement) || !enclosingFunction(call)?.async || isKeyed(file, receiver)) return undefined;
  const loop = loopOf(file, call, receiver);
  if (!loop) return undefined;
  const indent = indentOf(file.sourceCode, statement);
  const body = loop.expression === undefined ? reindented(file.sourceCode, loop.callback.body, indent) : `{\n${indent}  ${loop.expression};\n${indent}}`;
  return { messageId: 'loopInTurn', target: statement, text: `for (const ${loop.item} of ${loop.over}) ${body}` };
}

/** A map's `forEach` gives values, its iterator gives entries. */
function isKeyed(file: File, receiver: Node): boolean {
  const [definition] = (receiver.type === 'Identifier' ? file.variableOf(receiver)?.defs : undefined) ?? [];
  const name = definition?.name as TSESTree.Identifier | undefined;
  const init = definition?.node.type === 'VariableDeclarator' ? definition.node.init : undefined;
  return /^(?:: )?(?:new )?(?:Readonly)?(?:Map|FormData|Headers|URLSearchParams)\b/.test(name?.typeAnnotation ? file.sourceCode.getText(name.typeAnnotation) : init ? file.sourceCode.getText(init) : '');
}

interface Loop {
  readonly item: string;
  readonly over: string;
  readonly callback: FunctionNode;
  /** The body is a block, to be used as it stands. */
  readonly body?: string;
  /** The body is one expression, awaited where it may be a promise. */
  readonly expression?: string;
}

function loopOf(file: File, call: TSESTree.CallExpression, receiver: Node): Loop | undefined {
  const { sourceCode } = file;
  const [callback] = call.arguments;
  if (!callback || !isFunction(callback) || callback.generator || callback.type !== 'ArrowFunctionExpression' || callback.params.length !== 1) return undefined;
  const [param] = callback.params;
  if (!param || (param.type !== 'Identifier' && param.type !== 'ObjectPattern' && param.type !== 'ArrayPattern')) return undefined;
  if (receiver.type === 'Super' || (receiver.type === 'Identifier' && /^(?:_|lodash|R)$/.test(receiver.name))) return undefined;
  const overText = sourceCode.getText(receiver);
  if (/\?\./.test(overText)) return undefined;
  const item = param.typeAnnotation ? sourceCode.text.slice(param.range[0], param.typeAnnotation.range[0]).trimEnd() : sourceCode.getText(param);
  // `for (const item of item.children)` would read the new variable before it has a value.
  const names = sourceCode.getDeclaredVariables(callback).map((variable) => variable.name);
  if (sourceCode.getTokens(receiver).some((token) => names.includes(token.value))) return undefined;
  if (sourceCode.getDeclaredVariables(callback).some((variable) => variable.references.some((reference) => reference.isWrite()))) return undefined;
  const over = /^(?:Identifier|MemberExpression|CallExpression|ArrayExpression|AwaitExpression|ThisExpression)$/.test(receiver.type) ? overText : `(${overText})`;
  if (callback.body.type !== 'BlockStatement') {
    const body = unwrap(callback.body);
    const expression = body.type === 'AwaitExpression' ? body.argument : callback.body;
    const text = sourceCode.getText(expression);
    const simple = /^(?:CallExpression|TaggedTemplateExpression|NewExpression|Identifier|MemberExpression)$/.test(unwrap(expression).type);
    const literal = /^(?:ObjectExpression|ArrayExpression|Literal|TemplateLiteral)$/.test(unwrap(expression).type);
    return { item, over, callback, expression: `${literal ? '' : 'await '}${simple ? text : `(${text})`}` };
  }
  const text = sourceCode.getText(callback.body);
  // `return` would leave the function around the loop; `var` would leave the loop.
  if (!callback.async || hasOwn(sourceCode, callback.body, (node) => node.type === 'ReturnStatement' || (node.type === 'VariableDeclaration' && node.kind === 'var'))) return undefined;
  return { item, over, callback, body: text };
}

/** Whether a node of the function itself, not of functions in it, passes the test. */
function hasOwn(sourceCode: Readonly<TSESLint.SourceCode>, root: Node, test: (node: Node) => boolean): boolean {
  const stack: Node[] = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (test(node)) return true;
    if (node !== root && isFunction(node)) continue;
    for (const key of sourceCode.visitorKeys[node.type] ?? []) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
      if (Array.isArray(child)) stack.push(...child.filter((element) => element !== null));
      else if (child) stack.push(child);
    }
  }
  return false;
}

// ----- places and text

type Place =
  | { readonly kind: 'statement'; readonly node: Node }
  | { readonly kind: 'declaration'; readonly node: TSESTree.VariableDeclaration; readonly pattern: TSESTree.BindingName; readonly keyword: string }
  | { readonly kind: 'return'; readonly node: Node; readonly fn: FunctionNode };

/** Where the awaited join stands: a statement, the only declaration of a statement, or a return. */
function placeOf(call: TSESTree.CallExpression): Place | undefined {
  const node = outermost(call);
  if (node !== call) return undefined;
  const { parent } = node;
  if (parent.type === 'ReturnStatement') {
    const fn = enclosingFunction(parent);
    return fn && { kind: 'return', node: call, fn };
  }
  if (parent.type === 'ArrowFunctionExpression' && parent.body === call) return { kind: 'return', node: call, fn: parent };
  if (parent.type !== 'AwaitExpression') return undefined;
  const statement = parent.parent;
  if (statement.type === 'ReturnStatement') {
    const fn = enclosingFunction(statement);
    return fn && { kind: 'return', node: parent, fn };
  }
  if (statement.type === 'ExpressionStatement' && isStatementPlace(statement)) return { kind: 'statement', node: statement };
  if (statement.type !== 'VariableDeclarator' || statement.init !== parent) return undefined;
  const declaration = statement.parent;
  if (declaration.declarations.length !== 1 || !isStatementPlace(declaration) || declaration.kind === 'using' || declaration.kind === 'await using') return undefined;
  return { kind: 'declaration', node: declaration, pattern: statement.id, keyword: declaration.kind };
}

/** In a list of statements, where one may become several. */
function isStatementPlace(statement: Node): boolean {
  return statement.parent?.type === 'BlockStatement' || statement.parent?.type === 'Program' || statement.parent?.type === 'StaticBlock';
}

function statements(sourceCode: Readonly<TSESLint.SourceCode>, at: Node, lines: readonly string[], notes: readonly string[]): string {
  const indent = indentOf(sourceCode, at);
  const parts = lines.flatMap((line, index) => [...noteLines(notes[index]), `${line};`]);
  const last = noteLines(notes[lines.length]);
  // A comment to the end of the line would swallow what stands behind the statement.
  const isFollowed = last.some((note) => note.split('\n').at(-1)?.trimStart().startsWith('//')) && sourceCode.lines[at.loc.end.line - 1]?.slice(at.loc.end.column).trim() !== '';
  return [...parts, ...last, ...(isFollowed ? [''] : [])].join(`\n${indent}`);
}

function noteLines(note: string | undefined): string[] {
  return note === undefined || note === '' ? [] : [note];
}

function indentOf(sourceCode: Readonly<TSESLint.SourceCode>, node: Node): string {
  const line = sourceCode.lines[node.loc.start.line - 1] ?? '';
  return /^\s*/.exec(line)?.[0] ?? '';
}

/** A block's text, moved to another indentation; left alone where a template literal spans lines. */
function reindented(sourceCode: Readonly<TSESLint.SourceCode>, block: Node, indent: string): string {
  const text = sourceCode.getText(block);
  const lastLine = sourceCode.lines[block.loc.end.line - 1] ?? '';
  const own = /^\s*/.exec(lastLine)?.[0] ?? '';
  if (own === indent || text.includes('`') || !own.startsWith(indent)) return text;
  return text.split('\n').map((line, index) => (index > 0 && line.startsWith(own) ? indent + line.slice(own.length) : line)).join('\n');
}

/** Comments of the call that lie outside the part which is kept. */
function hasComments(sourceCode: Readonly<TSESLint.SourceCode>, call: Node, kept: Node): boolean {
  return sourceCode.getCommentsInside(call).some((comment) => {
    if (!isInside(comment, kept)) return true;
    // Between the collection and its worker a comment has no place in a loop.
    return kept.type === 'CallExpression' && !kept.arguments.some((argument) => isFunction(argument) && isInside(comment, argument.body)) && !isInside(comment, kept.callee);
  });
}

function isInside(comment: TSESTree.Comment, node: Node): boolean {
  return node.range[0] <= comment.range[0] && comment.range[1] <= node.range[1];
}

/** The comments in front of each element of a list, and after the last. */
function commentsOf(sourceCode: Readonly<TSESLint.SourceCode>, list: TSESTree.ArrayExpression, elements: readonly Node[]): string[] {
  const all = sourceCode.getCommentsInside(list).filter((comment) => !elements.some((element) => isInside(comment, element)));
  const notes = Array.from({ length: elements.length + 1 }, () => [] as string[]);
  for (const comment of all) {
    const next = elements.findIndex((element) => comment.range[1] <= element.range[0]);
    // A block comment stays one even when it moves to a line of its own.
    notes[next < 0 ? elements.length : next]?.push(sourceCode.getText(comment));
  }
  const indent = indentOf(sourceCode, list);
  return notes.map((group) => group.join(`\n${indent}`));
}
