/** Small questions about ESTree nodes that need no scope and no catalogue. */
import type { TSESTree } from '@typescript-eslint/utils';

export type Node = TSESTree.Node;
export type FunctionNode = TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression;
export type CallLike = TSESTree.CallExpression | TSESTree.NewExpression;
export type ClassNode = TSESTree.ClassDeclaration | TSESTree.ClassExpression;

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression' || node?.type === 'FunctionDeclaration';
}

/** The constructor of a class. */
export function isConstructor(fn: FunctionNode | undefined): boolean {
  return fn?.parent.type === 'MethodDefinition' && fn.parent.kind === 'constructor';
}

export function isLoop(node: Node): boolean {
  return (
    node.type === 'ForStatement' ||
    node.type === 'ForOfStatement' ||
    node.type === 'ForInStatement' ||
    node.type === 'WhileStatement' ||
    node.type === 'DoWhileStatement'
  );
}

/** Strips what does not change the value: type assertions, non-null, optional-chain wrappers, parentheses. */
export function unwrap(node: Node): Node {
  let current = node;
  for (;;) {
    switch (current.type) {
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
      case 'TSInstantiationExpression':
      case 'ChainExpression':
        current = current.expression;
        break;
      default:
        return current;
    }
  }
}

/** Like {@link unwrap}, and through `await` too: the value that the expression finally yields. */
export function unwrapAwait(node: Node): Node {
  let current = unwrap(node);
  while (current.type === 'AwaitExpression') current = unwrap(current.argument);
  return current;
}

/** The node that stands for `node` in its parent once assertions and chain wrappers are passed. */
export function outermost(node: Node): Node {
  let current = node;
  for (;;) {
    const parent = current.parent;
    if (!parent) return current;
    switch (parent.type) {
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
      case 'ChainExpression':
        current = parent;
        break;
      default:
        return current;
    }
  }
}

/** The name of a member access or an object key, where it is written down; `#x` keeps its `#`. */
export function propertyName(node: TSESTree.MemberExpression | TSESTree.Property | TSESTree.MethodDefinition | TSESTree.PropertyDefinition | TSESTree.TSPropertySignature | TSESTree.AccessorProperty): string | undefined {
  const key = node.type === 'MemberExpression' ? node.property : node.key;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  if (!node.computed && key.type === 'Identifier') return key.name;
  if (key.type === 'Literal') return String(key.value);
  if (key.type === 'TemplateLiteral' && key.expressions.length === 0) return key.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** The method name of `x.name(…)`, or the name of `name(…)`. */
export function calleeName(call: CallLike | TSESTree.TaggedTemplateExpression): string | undefined {
  const callee = unwrap(call.type === 'TaggedTemplateExpression' ? call.tag : call.callee);
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type === 'MemberExpression') return propertyName(callee);
  return undefined;
}

/** The receiver of a method call, or undefined for a plain call. */
export function receiverOf(call: CallLike | TSESTree.TaggedTemplateExpression): Node | undefined {
  const callee = unwrap(call.type === 'TaggedTemplateExpression' ? call.tag : call.callee);
  return callee.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
}

export function enclosingFunction(node: Node): FunctionNode | undefined {
  for (let current = node.parent; current; current = current.parent) if (isFunction(current)) return current;
  return undefined;
}

export function enclosingClass(node: Node): ClassNode | undefined {
  for (let current = node.parent; current; current = current.parent) {
    if (current.type === 'ClassDeclaration' || current.type === 'ClassExpression') return current;
    // A plain function has a `this` of its own, unless it is the method's own function expression.
    if (current.type === 'FunctionDeclaration') return undefined;
    if (current.type === 'FunctionExpression' && current.parent.type !== 'MethodDefinition') return undefined;
  }
  return undefined;
}

export function isWithin(node: Node, outer: Node): boolean {
  return outer.range[0] <= node.range[0] && node.range[1] <= outer.range[1];
}

/** `null`, `undefined`, `void 0`. */
export function isNothing(node: Node): boolean {
  if (node.type === 'UnaryExpression') return node.operator === 'void' && node.argument.type === 'Literal';
  return (node.type === 'Literal' && node.raw === 'null') || (node.type === 'Identifier' && node.name === 'undefined');
}

/** What a parameter binds, without `private` before it and a default behind it. */
export function boundBy(param: TSESTree.Parameter): Exclude<TSESTree.Parameter, TSESTree.TSParameterProperty | TSESTree.AssignmentPattern> {
  const pattern = param.type === 'TSParameterProperty' ? param.parameter : param;
  return pattern.type === 'AssignmentPattern' ? pattern.left : pattern;
}

/** The fields that a constructor declares by its parameters, `constructor(private readonly db: Database)`; none for other members. */
export function parameterProperties(member: TSESTree.ClassElement): { readonly param: TSESTree.TSParameterProperty; readonly target: TSESTree.Identifier }[] {
  if (member.type !== 'MethodDefinition' || member.kind !== 'constructor') return [];
  return member.value.params.flatMap((param) => {
    const target = boundBy(param);
    return param.type === 'TSParameterProperty' && target.type === 'Identifier' ? [{ param, target }] : [];
  });
}

/** Whether a node is one of some, or inside of one. */
export function isWithinOne(node: Node, outers: readonly Node[]): boolean {
  return outers.some((outer) => isWithin(node, outer));
}

/** One link of a call chain: `.insert` called or read, or the bare root called. */
export interface Link {
  /** Property name; empty string where the value before it is called directly: `trx('users')`. */
  readonly name: string;
  readonly called: boolean;
  readonly call: TSESTree.CallExpression | TSESTree.TaggedTemplateExpression | undefined;
}

export interface Chain {
  readonly root: Node;
  readonly links: readonly Link[];
  /** The whole chain expression. */
  readonly node: Node;
}

/**
 * Takes a member / call chain apart: `tx.insert(t).values(v)` is root `tx` and the links insert(), values().
 *
 * @param node the outermost expression of the chain
 * @returns root and links; a plain expression is its own root without links
 */
export function chainOf(node: Node): Chain {
  const links: Link[] = [];
  let current = unwrap(node);
  for (;;) {
    if (current.type === 'CallExpression' || current.type === 'TaggedTemplateExpression') {
      const callee = unwrap(current.type === 'CallExpression' ? current.callee : current.tag);
      if (callee.type === 'MemberExpression') {
        links.push({ name: propertyName(callee) ?? '', called: true, call: current });
        current = unwrap(callee.object);
      } else {
        links.push({ name: '', called: true, call: current });
        current = callee;
      }
    } else if (current.type === 'MemberExpression') {
      links.push({ name: propertyName(current) ?? '', called: false, call: undefined });
      current = unwrap(current.object);
    } else {
      return { root: current, links: links.reverse(), node };
    }
  }
}

/** The chain that starts at `root`, outwards: from `tx` in `tx.a().b()` to the whole expression. */
export function chainFrom(root: Node): Chain {
  let node = outermost(root);
  for (;;) {
    const parent: Node | undefined = node.parent;
    if (!parent) break;
    if (parent.type === 'MemberExpression' && parent.object === node) node = outermost(parent);
    else if (parent.type === 'CallExpression' && parent.callee === node) node = outermost(parent);
    else if (parent.type === 'TaggedTemplateExpression' && parent.tag === node) node = outermost(parent);
    else break;
  }
  return chainOf(node);
}

/** `a.b.c()`: a.b.c, a.b, a. */
export function prefixesOf(call: Node): Node[] {
  const found: Node[] = [];
  for (let node = unwrap(call); ; ) {
    if (node.type === 'CallExpression') node = unwrap(node.callee);
    else if (node.type === 'TaggedTemplateExpression') node = unwrap(node.tag);
    else if (node.type === 'MemberExpression') node = unwrap(node.object);
    else return found;
    found.push(node);
  }
  return found;
}

/** The SQL text of an argument or a template, as far as it is written down. */
export function literalText(node: Node | undefined): string | undefined {
  if (!node) return undefined;
  const plain = unwrap(node);
  if (plain.type === 'Literal' && typeof plain.value === 'string') return plain.value;
  if (plain.type === 'TemplateLiteral') return plain.quasis.map((q) => q.value.cooked).join(' ? ');
  if (plain.type === 'TaggedTemplateExpression') return literalText(plain.quasi);
  if (plain.type === 'BinaryExpression' && plain.operator === '+') return literalText(plain.left);
  if (plain.type === 'ObjectExpression') {
    for (const property of plain.properties) {
      if (property.type === 'Property' && propertyName(property) === 'text') return literalText(property.value);
    }
  }
  return undefined;
}

/** The decorators of a class, an element of it or a parameter; espree knows none, and leaves the property out. */
export function decoratorsOf(node: { decorators?: readonly TSESTree.Decorator[] | undefined }): readonly TSESTree.Decorator[] {
  return node.decorators ?? [];
}

/** Decorator names of a class element or parameter: `@Transactional()` and `@Transactional` alike. */
export function decoratorCallees(node: { decorators?: readonly TSESTree.Decorator[] | undefined }): { callee: Node; arguments: readonly Node[] }[] {
  return decoratorsOf(node).map((decorator) => {
    const expression = unwrap(decorator.expression);
    return expression.type === 'CallExpression' ? { callee: unwrap(expression.callee), arguments: expression.arguments } : { callee: expression, arguments: [] };
  });
}
