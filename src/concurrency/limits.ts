/** How many branches a call lets run at a time, where the file says it. */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportName } from '../sessions/acquisitions.js';
import { plainSpecifier } from '../sessions/catalogue.js';
import type { Resolver } from '../sessions/resolver.js';
import { chainOf, propertyName, receiverOf, unwrap, type Node } from '../sessions/syntax.js';
import { limiters, makers, type Combinator } from './combinators.js';

/** The number written at `argument` (or in its property); 'unknown' where it is not a literal, undefined where absent. */
function limitOf(resolver: Resolver, call: TSESTree.CallExpression | TSESTree.NewExpression, place: Combinator['limit']): number | 'unknown' | undefined {
  if (!place) return undefined;
  const argument = call.arguments[place.argument];
  if (!argument) return undefined;
  const node = constant(resolver, argument);
  if (node.type === 'ObjectExpression' && place.property !== undefined) {
    const own = node.properties.find((property) => property.type === 'Property' && propertyName(property) === place.property);
    if (own?.type === 'Property') return numberOf(constant(resolver, own.value));
    return node.properties.some((property) => property.type === 'SpreadElement') ? 'unknown' : undefined;
  }
  return place.property !== undefined && node.type !== 'Literal' ? 'unknown' : numberOf(node);
}

function numberOf(node: Node): number | 'unknown' {
  if (node.type === 'Literal' && typeof node.value === 'number') return node.value;
  if (node.type === 'Literal' && (node.value === 'unbounded' || node.value === 'inherit')) return Infinity;
  if (node.type === 'Literal' && typeof node.value === 'boolean') return node.value ? Infinity : 1;
  if (node.type === 'Identifier' && node.name === 'Infinity') return Infinity;
  return 'unknown';
}

/** A constant's initial value, or the node itself. */
function constant(resolver: Resolver, expression: Node): Node {
  const node = unwrap(expression);
  if (node.type !== 'Identifier') return node;
  const definition = resolver.file.variableOf(node)?.defs[0];
  if (!definition || (definition.type as string) !== 'Variable') return node;
  const declarator = definition.node as TSESTree.VariableDeclarator;
  const declaration = declarator.parent;
  return declaration.kind === 'const' && declarator.init && declarator.id.type === 'Identifier' ? unwrap(declarator.init) : node;
}

/** Whether a combinator lets several branches run at once. A limit that the file does not show may be one. */
export function isConcurrent(resolver: Resolver, call: TSESTree.CallExpression | TSESTree.NewExpression, combinator: Combinator): boolean {
  const limit = limitOf(resolver, call, combinator.limit);
  if (limit === undefined) return combinator.byDefault === 'concurrent';
  return limit !== 'unknown' && limit > 1;
}

/** The row of a module; a module may be called `constructor`. */
function rowOf<Row>(table: Readonly<Record<string, Row>>, specifier: string): Row | undefined {
  const plain = plainSpecifier(specifier);
  return Object.hasOwn(table, plain) ? table[plain] : undefined;
}

export interface MethodOfMade {
  /** None: the method starts no branches. */
  readonly combinator: Combinator | undefined;
  /** What was made lets one run at a time, or may. */
  readonly serialised: boolean;
}

/**
 * What a method of a combinator's maker does: `limit.map(xs, f)`, `Readable.from(xs).map(f)`, `PromisePool.for(xs).process(f)`.
 * Undefined where the receiver is made by nothing in the table.
 */
export function methodOfMade(resolver: Resolver, call: TSESTree.CallExpression, name: string): MethodOfMade | undefined {
  const receiver = receiverOf(call);
  if (!receiver) return undefined;
  for (let made = constant(resolver, receiver); made.type === 'CallExpression' || made.type === 'NewExpression'; ) {
    const value = resolver.valueOf(made.callee);
    const maker = value?.kind === 'module' ? rowOf(makers, value.specifier) : undefined;
    if (maker && value?.kind === 'module' && maker.made.includes(exportName(value.path) ?? '')) {
      const limiting = maker.limitedBy === undefined ? [made] : chainOf(receiver).links.flatMap((link) => (link.name === maker.limitedBy && link.call?.type === 'CallExpression' ? [link.call] : []));
      const limits = limiting.map((at) => limitOf(resolver, at, maker.limit));
      return { combinator: Object.hasOwn(maker.methods, name) ? maker.methods[name] : undefined, serialised: limits.some((limit) => limit === 'unknown' || limit === 1) };
    }
    const before = receiverOf(made);
    if (!before) return undefined;
    made = constant(resolver, before);
  }
  return undefined;
}

/** Whether the file names a module that makes limiters at all. */
export function hasLimiter({ file }: Resolver): boolean {
  for (const specifier of file.specifiers) if (Object.hasOwn(limiters, plainSpecifier(specifier))) return true;
  return false;
}

/** `limit(() => …)` or `queue.add(() => …)` with a limiter of one: what it is given runs one at a time. */
export function isSerialised(resolver: Resolver, call: TSESTree.CallExpression): boolean {
  const { root, links } = chainOf(call);
  if (root.type !== 'Identifier' && root.type !== 'ThisExpression') return false;
  const callee = root.type === 'Identifier' && (links.length === 1 || links[0]?.called === false || links.length === 1) ? root : root;
  if (callee.type !== 'Identifier') return false;
  const made = constant(resolver, callee);
  if (made.type !== 'CallExpression' && made.type !== 'NewExpression') return false;
  const value = resolver.valueOf(made.callee);
  if (value?.kind !== 'module') return false;
  const limiter = rowOf(limiters, value.specifier);
  if (!limiter?.names.includes(exportName(value.path) ?? '')) return false;
  const limit = limitOf(resolver, made, limiter.limit);
  return limit === undefined ? limiter.byDefault === 'sequential' : limit === 'unknown' || limit === 1;
}
