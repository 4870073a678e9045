/** Which variables denote an acquired session, and where the value of an expression goes. */
import type { File } from '../sessions/file.js';
import { isFunction, isWithin, outermost, propertyName, unwrap, type Chain, type Link, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import { childrenOf } from './syntax.js';

export class Holders {
  readonly variables: ReadonlySet<Variable>;
  readonly #file: File;
  /** The session is this property of the one variable: `result.resultSet`. */
  readonly #property: string | undefined;
  readonly #names: ReadonlySet<string>;
  #mentions: readonly Node[] | undefined;
  /** Where `this.property` is named, for a session that a field holds. */
  readonly #ofThis: readonly Node[] | undefined;

  constructor(file: File, variables: ReadonlySet<Variable>, property?: string, ofThis?: readonly Node[]) {
    this.#file = file;
    this.variables = variables;
    this.#property = property;
    this.#names = new Set([...variables].map((variable) => variable.name));
    this.#ofThis = ofThis;
  }

  /** A field holds it, and other methods of the object see it too. */
  get isField(): boolean {
    return this.#ofThis !== undefined;
  }

  /** Whether an identifier (or member access) denotes the session. */
  isSession(node: Node): boolean {
    if (node.type === 'Identifier') return this.#property === undefined && this.#isHolder(node);
    if (node.type !== 'MemberExpression' || this.#property === undefined) return false;
    return propertyName(node) === this.#property && this.#isHolder(unwrap(node.object));
  }

  #isHolder(node: Node): boolean {
    if (this.#ofThis) return node.type === 'ThisExpression';
    if (node.type !== 'Identifier' || !this.#names.has(node.name)) return false;
    const variable = this.#file.variableOf(node);
    return variable !== undefined && this.variables.has(variable);
  }

  /** The links of a chain from the session on; undefined for a chain that is built on something else. */
  linksOf({ root, links }: Chain): readonly Link[] | undefined {
    if (this.#property === undefined) return this.isSession(root) ? links : undefined;
    const [first, ...rest] = links;
    return this.#isHolder(root) && first?.name === this.#property && !first.called ? rest : undefined;
  }

  /** Every place where the session is named, in nested functions too. */
  mentions(): readonly Node[] {
    if (this.#ofThis) return this.#ofThis;
    this.#mentions ??= [...this.variables].flatMap((variable) =>
      variable.references.flatMap(({ identifier }): Node[] => {
        if (this.#property === undefined) return [identifier];
        const { parent } = outermost(identifier);
        return parent?.type === 'MemberExpression' && this.isSession(parent) ? [parent] : [];
      }),
    );
    return this.#mentions;
  }
}

/** @param first the variable that the acquired session is stored in; constants and variables of `scope` that take it over are found */
export function holdersOf(file: File, first: Variable, scope: Node, property?: string): Holders {
  if (property !== undefined) {
    const aliases = new Holders(file, new Set([first]), property).mentions().flatMap((mention) => aliasOf(file, mention, scope) ?? []);
    const [alias] = aliases;
    return alias ? holdersOf(file, alias, scope) : new Holders(file, new Set([first]), property);
  }
  const variables = new Set([first]);
  for (const variable of variables) {
    for (const { identifier } of variable.references) {
      const alias = aliasOf(file, identifier, scope);
      if (alias) variables.add(alias);
    }
  }
  return new Holders(file, variables);
}

/** The session that a field holds, as the methods of a class and the arrow functions in them name it. */
export function holdersOfField(file: File, field: string, scope: Node): Holders {
  const mentions: Node[] = [];
  const open: Node[] = [...childrenOf(scope)];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') continue;
    if (node.type === 'MemberExpression' && unwrap(node.object).type === 'ThisExpression' && propertyName(node) === field) mentions.push(node);
    open.push(...childrenOf(node));
  }
  return new Holders(file, new Set(), field, mentions);
}

function aliasOf(file: File, mention: Node, scope: Node): Variable | undefined {
  const { value, parent } = consumerOf(mention);
  let target: Node | undefined;
  if (parent?.type === 'VariableDeclarator' && parent.init === value) target = parent.id;
  if (parent?.type === 'AssignmentExpression' && parent.right === value && parent.operator !== '+=') target = parent.left;
  const variable = target?.type === 'Identifier' ? file.variableOf(target) : undefined;
  return variable && isDeclaredIn(variable, scope) ? variable : undefined;
}

export function isDeclaredIn(variable: Variable, scope: Node): boolean {
  const [declaration] = variable.identifiers;
  return declaration !== undefined && isWithin(declaration, scope) && (scope.type === 'Program' || functionAround(declaration) === functionAround(scope, true));
}

function functionAround(node: Node, own = false): Node | undefined {
  for (let current: Node | undefined = own ? node : node.parent; current; current = current.parent) if (isFunction(current)) return current;
  return undefined;
}

export interface Consumer {
  /** The expression as its consumer gets it. */
  readonly value: Node;
  readonly parent: Node | undefined;
}

/** What takes the value of an expression: through `await`, `a ?? b`, conditions and assertions. */
export function consumerOf(node: Node): Consumer {
  let value = outermost(node);
  for (;;) {
    const parent: Node | undefined = value.parent;
    const passesOn =
      parent?.type === 'AwaitExpression' ||
      (parent?.type === 'LogicalExpression' && (parent.right === value || parent.operator !== '&&')) ||
      (parent?.type === 'ConditionalExpression' && parent.test !== value) ||
      (parent?.type === 'SequenceExpression' && parent.expressions.at(-1) === value);
    if (!parent || !passesOn) return { value, parent };
    value = outermost(parent);
  }
}
