/** Changes of a program that leave what it does as it is. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { edited, type Edit, type Mutant, type Program } from './program.js';

/** Where a change is made, and which of the possible ones, as numbers that are taken modulo how many there are. */
export type Choices = readonly (readonly [place: number, kind: number])[];

export type Mutation = (program: Program, choices: Choices) => Mutant;

function chosen<Place>(places: readonly Place[], choices: Choices): [Place, number][] {
  const picked = new Map<Place, number>();
  if (places.length > 0) for (const [place, kind] of choices) picked.set(places[place % places.length]!, kind);
  return [...picked];
}

// ----- white space and comments

const onOneLine = [' ', '\t  ', '/* a comment */', ' /** @type {any} */ ', '\u00A0', ' /* tx.commit(); await */ '];
const onSeveral = ['\n', '\r\n', '\n\n\n', ' // a comment: await Promise.all([])\n', '/* one\n * two */', '\u2028'];

/** Tokens after which, and before which, no line break ends a statement or means something else. */
const openAfter = new Set(['(', '[', '{', ',', ';', '=', '=>', '&&', '||', '??', '?', '+', '.', '...', '<=', '>=', '===', '!==']);
const openBefore = new Set([')', ']', '}', ',', '.', ';', '?.', '&&', '||', '??', '=', '===', '!==', ':']);

/** White space and comments between tokens. */
export const spaces: Mutation = (program, choices) => {
  const { tokens } = program.ast;
  const inJsx = program.nodes.filter(({ type }) => type === 'JSXElement' || type === 'JSXFragment').map(({ range }) => range);
  const gaps = tokens.slice(0, -1).flatMap((token, index) => {
    const next = tokens[index + 1]!;
    // A template's own text is made of its tokens alone.
    if (inJsx.some(([from, to]) => token.range[1] > from && token.range[1] < to)) return [];
    // The gates look for `require(` and `import(` as everybody writes them.
    return token.value === 'require' || token.value === 'import' || tokens[index - 1]?.value === 'require' || tokens[index - 1]?.value === 'import' ? [] : [{ token, next }];
  });
  return edited(
    program.code,
    chosen(gaps, choices).map(([{ token, next }, kind]): Edit => {
      const mayBreak = (openAfter.has(token.value) || openBefore.has(next.value)) && !['return', 'throw', 'break', 'continue', 'yield', 'async', 'type'].includes(token.value) && next.value !== '=>';
      const texts = mayBreak ? [...onOneLine, ...onSeveral] : onOneLine;
      return { at: token.range[1], to: token.range[1], text: texts[kind % texts.length]! };
    }),
  );
};

// ----- parentheses

const wrappable = new Set(['Identifier', 'CallExpression', 'MemberExpression', 'AwaitExpression', 'ArrowFunctionExpression', 'FunctionExpression', 'ObjectExpression', 'ArrayExpression', 'Literal', 'TemplateLiteral', 'TaggedTemplateExpression', 'NewExpression', 'BinaryExpression', 'LogicalExpression', 'ConditionalExpression', 'TSAsExpression', 'TSNonNullExpression', 'AssignmentExpression', 'ThisExpression', 'ClassExpression']);

/** Where an expression stands and parentheses around it mean nothing. */
const places: Readonly<Partial<Record<string, readonly string[]>>> = {
  CallExpression: ['arguments', 'callee'],
  NewExpression: ['arguments'],
  VariableDeclarator: ['init'],
  AssignmentExpression: ['right'],
  AssignmentPattern: ['right'],
  ReturnStatement: ['argument'],
  AwaitExpression: ['argument'],
  ArrowFunctionExpression: ['body'],
  MemberExpression: ['object'],
  ArrayExpression: ['elements'],
  Property: ['value'],
  PropertyDefinition: ['value'],
  ConditionalExpression: ['test', 'consequent', 'alternate'],
  LogicalExpression: ['left', 'right'],
  BinaryExpression: ['left', 'right'],
  TemplateLiteral: ['expressions'],
  SpreadElement: ['argument'],
  IfStatement: ['test'],
  ForOfStatement: ['right'],
  TaggedTemplateExpression: ['tag'],
  UnaryExpression: ['argument'],
  TSAsExpression: ['expression'],
  TSNonNullExpression: ['expression'],
  ExpressionStatement: ['expression'],
};

/** Parentheses around expressions. */
export const parentheses: Mutation = (program, choices) => {
  const around = program.nodes.filter((node) => wrappable.has(node.type) && mayStandInParentheses(node));
  const picked = chosen(around, choices).map(([node]) => node);
  // The outer opens first and closes last.
  const opening = picked.toSorted((a, b) => a.range[0] - b.range[0] || b.range[1] - a.range[1]).map(({ range }) => ({ at: range[0], to: range[0], text: '(' }));
  const closing = picked.toSorted((a, b) => a.range[1] - b.range[1] || b.range[0] - a.range[0]).map(({ range }) => ({ at: range[1], to: range[1], text: ')' }));
  return edited(program.code, [...closing, ...opening]);
};

function mayStandInParentheses(node: TSESTree.Node): boolean {
  const { parent } = node;
  if (!parent) return false;
  const key = (places[parent.type] ?? []).find((each) => {
    const child = (parent as unknown as Record<string, unknown>)[each];
    return child === node || (Array.isArray(child) && child.includes(node));
  });
  if (key === undefined) return false;
  // Nobody writes `(client.release)()`, and a search of the text may look for `release(`, as the gates do for `require(`.
  if (parent.type === 'CallExpression' && key === 'callee' && node.type === 'MemberExpression') return false;
  if (parent.type === 'CallExpression' && parent.callee.type === 'Identifier' && parent.callee.name === 'require') return false;
  if (parent.type === 'ExpressionStatement') return !('directive' in parent && parent.directive !== undefined);
  if (parent.type === 'Property') return parent.parent.type === 'ObjectExpression' && !parent.shorthand && !parent.method && parent.kind === 'init';
  // Parentheses end a chain of `?.`.
  if ((parent.type === 'MemberExpression' || parent.type === 'CallExpression' || parent.type === 'TSNonNullExpression') && key !== 'arguments') return !isOptional(node);
  return true;
}

function isOptional(node: TSESTree.Node): boolean {
  for (let current: TSESTree.Node = node; ; ) {
    if (current.type === 'ChainExpression') return true;
    if (current.type === 'CallExpression') {
      if (current.optional) return true;
      current = current.callee;
    } else if (current.type === 'MemberExpression') {
      if (current.optional) return true;
      current = current.object;
    } else if (current.type === 'TSNonNullExpression') current = current.expression;
    else return false;
  }
}

/** Line ends of Windows, or a mark of the byte order. */
export const encoding: Mutation = ({ code }, choices) => {
  const kinds = new Set(choices.map(([, kind]) => kind % 2));
  const lines = kinds.has(0) ? code.replaceAll(/\r?\n/g, '\r\n') : code;
  return { code: kinds.has(1) ? `\uFEFF${lines}` : lines, foreign: [] };
};

// ----- names

/** What a name may look like. The names of `Object.prototype` are names as well. */
const namings: readonly ((name: string, index: number) => string)[] = [
  (_name, index) => `other${index}`,
  (name, index) => `${name}${index}`,
  (name, index) => `$${index}_${name}$`,
  (_name, index) => `äöü_${index}`,
  (_name, index) => ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf', 'isPrototypeOf'][index] ?? `prototype${index}`,
];

type Definition = TSESLint.Scope.Definition;

/** Names that are no evidence: of variables, functions, classes, and of what comes from packages. */
export function isPlainName({ type, name, node, parent }: Definition): boolean {
  // What parameters are called says what they are (`tx`, `req`, `next`), and so do names of the project's own modules
  // and functions by convention.
  if ((type as string) === 'Parameter' || (name.type === 'Identifier' && name.name === 'createContext')) return false;
  if ((type as string) !== 'ImportBinding') return true;
  // `import x = require('m')` names it elsewhere.
  const value = parent?.type === 'ImportDeclaration' ? parent.source.value : '';
  return !/^[.~#@]\/|^\./.test(value) && !isNamedFunction({ node });
}

/** Functions are looked for by the names under which libraries export them. */
export function isNamedFunction({ node }: Pick<Definition, 'node'>): boolean {
  return node.type === 'ImportSpecifier' && /^[a-z]/.test(node.local.name);
}

/** Other names for variables; names that the file's readers see, such as those of exports, stay. */
export const renaming = (which: (definition: Definition) => boolean): Mutation => (program, choices) => {
  const edits = new Map<number, Edit>();
  const variables = program.scopes.scopes.flatMap(({ variables }) => variables).filter(({ identifiers, defs }) => identifiers.length > 0 && defs.every((definition) => mayBeRenamed(definition) && which(definition)));
  // A class has a name inside and a name outside, by one identifier.
  const groups = new Map<TSESLint.Scope.Definition['name'], typeof variables>();
  for (const variable of variables) groups.set(variable.identifiers[0]!, [...(groups.get(variable.identifiers[0]!) ?? []), variable]);
  for (const [index, [[identifier, group], kind]] of chosen([...groups], choices).entries()) {
    const all = group.flatMap((variable) => [...variable.identifiers, ...variable.references.map((reference) => reference.identifier)]) as TSESTree.Node[];
    if (all.some((node) => node.type !== 'Identifier' || node.name === 'this')) continue;
    const name = namings[kind % namings.length]!((identifier as TSESTree.Identifier).name, index);
    for (const node of all as TSESTree.Identifier[]) {
      edits.set(node.range[0], renamed(node, name));
    }
  }
  return edited(program.code, [...edits.values()]);
};

function mayBeRenamed({ type, node, parent }: Definition): boolean {
  if (!['ImportBinding', 'Variable', 'FunctionName', 'ClassName', 'Parameter', 'CatchClause'].includes(type)) return false;
  if ((type as string) === 'Parameter' && (node as TSESTree.FunctionExpression).params.some((param) => param.type === 'TSParameterProperty')) return false;
  const declaration = (type as string) === 'Variable' ? parent : node;
  if (!declaration) return true;
  return !/^Export(?:Named|Default)Declaration$/.test(declaration.parent.type) && !('declare' in declaration && declaration.declare);
}

function renamed(node: TSESTree.Identifier, name: string): Edit {
  const [at] = node.range;
  const to = at + node.name.length;
  const parent: TSESTree.Node = node.parent.type === 'AssignmentPattern' && node.parent.left === node ? node.parent.parent : node.parent;
  if (parent.type === 'Property' && parent.shorthand) return { at, to, text: `${node.name}: ${name}`, foreign: [0, node.name.length] };
  if (parent.type === 'ImportSpecifier' && parent.imported.range[0] === at) return { at, to, text: `${node.name} as ${name}`, foreign: [0, node.name.length + 3] };
  if (parent.type === 'ExportSpecifier' && parent.exported.range[0] === at) return { at, to, text: `${name} as ${node.name}`, foreign: [name.length, name.length * 2 + 4] };
  return { at, to, text: name };
}

// ----- more code

const statements: readonly ((name: string) => string)[] = [
  (name) => `const ${name} = 1;`,
  (name) => `let ${name}: number | undefined; ${name} = 2;`,
  (name) => `function ${name}(a: number) { return a + 1; }`,
  (name) => `const ${name} = (a: number, b = 2) => ({ a, b });`,
  (name) => `async function ${name}() { await 1; }`,
  (name) => `function* ${name}() { yield 1; }`,
  (name) => `class ${name} { #a = 1; get a() { return this.#a; } static { this.name; } }`,
  (name) => `type ${name} = { readonly a: string } | undefined;`,
  (name) => `interface ${name} { a(): void }`,
  (name) => `const ${name} = [1, 2, 3].map((each) => each * 2);`,
  (name) => `for (const ${name} of [1, 2]) { if (${name} > 1) continue; }`,
  (name) => `switch (1 as number) { case 1: { const ${name} = 'BEGIN'; break; } default: }`,
  (name) => `const ${name} = { commit: 1, release: 2, transaction: 3, query: 4, tx: 5, __proto__: null };`,
  () => ';',
  () => '{}',
  (name) => `const ${name} = \`a \${1} b\`;`,
];

const members: readonly ((name: string) => string)[] = [
  (name) => `${name} = 1;`,
  (name) => `#${name} = 2;`,
  (name) => `${name}(a = 1) { return a; }`,
  (name) => `static ${name} = 'x';`,
  (name) => `get ${name}() { return 3; }`,
];

/** Code that has nothing to do with what is there: statements, functions, types, members of classes. */
export const moreCode: Mutation = (program, choices) => {
  const spots: { readonly at: number; readonly texts: readonly ((name: string) => string)[] }[] = [];
  const between = (list: readonly TSESTree.Node[], end: number, texts: readonly ((name: string) => string)[]): void => {
    for (const node of list) if (!(node.type === 'ExpressionStatement' && 'directive' in node && node.directive !== undefined) && !isOverload(node)) spots.push({ at: startOf(node), texts });
    if (!list.some(isOverload) && !isJump(list.at(-1))) spots.push({ at: end, texts });
  };
  for (const node of program.nodes) {
    if (node.type === 'Program') between(node.body, program.code.length, statements);
    else if (node.type === 'BlockStatement') between(node.body, node.range[1] - 1, statements);
    else if (node.type === 'ClassBody') between(node.body, node.range[1] - 1, members);
  }
  return edited(
    program.code,
    chosen(spots, choices).map(([{ at, texts }, kind], index) => {
      const text = ` ${texts[kind % texts.length]!(`unrelated${index}`)}\n`;
      // A statement before may have left out its semicolon.
      const separated = /^\s*(?:\S*\{\s*)?$/.test(program.code.slice(0, at)) ? text : texts === statements ? `\n${text}` : `\n;${text}`;
      return { at, to: at, text: separated, foreign: [0, separated.length] };
    }),
  );
};

/** Decorators stand in front of an exported class. */
function startOf(node: TSESTree.Node): number {
  const declaration = node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration' ? node.declaration : node;
  const decorators = declaration && 'decorators' in declaration ? declaration.decorators : [];
  return Math.min(node.range[0], ...decorators.map(({ range }) => range[0]));
}

const isJump = (node: TSESTree.Node | undefined): boolean => node?.type === 'ReturnStatement' || node?.type === 'ThrowStatement';

const isOverload = (node: TSESTree.Node): boolean => node.type === 'TSDeclareFunction' || node.type === 'TSAbstractMethodDefinition' || (node.type === 'MethodDefinition' && (node.value.type as string) === 'TSEmptyBodyFunctionExpression');

/** What a function does, in a block of its own. */
export const blocks: Mutation = (program, choices) => {
  const bodies = program.nodes.filter((node) => node.type === 'BlockStatement' && node.body.length > 0 && !node.body.some((statement) => statement.type === 'ExpressionStatement' && 'directive' in statement && statement.directive !== undefined));
  const picked = chosen(bodies, choices).map(([node]) => node);
  return edited(program.code, [...picked.map(({ range }) => ({ at: range[0] + 1, to: range[0] + 1, text: ' {' })), ...picked.map(({ range }) => ({ at: range[1] - 1, to: range[1] - 1, text: '} ' }))]);
};
