/** Paths: `this.db`, `ctx.prisma`, `repo.manager`, compared by what their root is and not by how it is spelt. */
import type { TSESTree } from '@typescript-eslint/utils';
import { bindingPath, type Resolver } from '../sessions/resolver.js';
import { enclosingClass, isFunction, prefixesOf, propertyName, unwrap, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';

export interface Path {
  /** The variable, the class (or function) that `this` belongs to, or the name of a global. */
  readonly root: object | string;
  readonly names: readonly string[];
}

/**
 * The path that an expression follows, through constants that stand for another path (`const { prisma } = ctx`) and
 * calls without arguments (`getDb()`).
 *
 * @returns undefined for anything that may be another value the next time
 */
export function pathOf(resolver: Resolver, expression: Node, depth = 0): Path | undefined {
  const node = unwrap(expression);
  if (depth > 20) return undefined;
  switch (node.type) {
    case 'Identifier': {
      const variable = resolver.file.variableOf(node);
      if (!variable || variable.defs.length === 0) return { root: node.name, names: [] };
      return aliased(resolver, variable, depth) ?? { root: variable, names: [] };
    }
    case 'ThisExpression':
      return { root: ownerOfThis(node), names: [] };
    case 'MemberExpression': {
      const name = propertyName(node);
      const object = name === undefined ? undefined : pathOf(resolver, node.object, depth + 1);
      return object && name !== undefined ? { root: object.root, names: [...object.names, name] } : undefined;
    }
    case 'CallExpression': {
      if (node.arguments.length > 0) return undefined;
      const callee = pathOf(resolver, node.callee, depth + 1);
      return callee && { root: callee.root, names: [...callee.names, '()'] };
    }
    default:
      return undefined;
  }
}

/** A constant that stands for a path: `const db = this.db`, `const { prisma } = ctx`, `const self = this`. */
function aliased(resolver: Resolver, variable: Variable, depth: number): Path | undefined {
  const definition = variable.defs[0];
  if (!definition || (definition.type as string) !== 'Variable') return undefined;
  const declarator = definition.node as TSESTree.VariableDeclarator;
  if (!declarator.init || variable.references.some((reference) => reference.isWrite() && !reference.init)) return undefined;
  const init = unwrap(declarator.init);
  // What a call gives is named by the constant, so that two calls are two values.
  if (init.type !== 'Identifier' && init.type !== 'MemberExpression' && init.type !== 'ThisExpression') return undefined;
  const steps = bindingPath(declarator.id, variable);
  const from = steps && pathOf(resolver, init, depth + 1);
  return from && { root: from.root, names: [...from.names, ...steps] };
}

function ownerOfThis(node: Node): object {
  const owner = enclosingClass(node);
  if (owner) return owner;
  let current: Node | undefined = node.parent;
  while (current && !(isFunction(current) && current.type !== 'ArrowFunctionExpression')) current = current.parent;
  return current ?? node;
}

export function isSamePath(left: Path, right: Path): boolean {
  return left.root === right.root && left.names.length === right.names.length && left.names.every((name, at) => name === right.names[at]);
}

/** The path without its last step. */
export function parentPath(path: Path): Path {
  return { root: path.root, names: path.names.slice(0, -1) };
}

/** The variable that an expression is, where it is one. */
export function variableAt(resolver: Resolver, expression: Node): Variable | undefined {
  const node = unwrap(expression);
  return node.type === 'Identifier' ? resolver.file.variableOf(node) : undefined;
}

/** The prefixes of a call chain that could be a client: `a`, `a.b`, `a.b()`, shortest first, the whole chain left out. */
export function prefixesFromRoot(chain: Node): Node[] {
  return prefixesOf(chain).reverse();
}
