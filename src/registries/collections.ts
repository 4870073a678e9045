/** Collections that can be asked by a key, and what becomes of an entry by itself. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { propertyName, unwrap, type Node } from '../sessions/syntax.js';

export interface Collection {
  /**
   * - `map`, `object`: keeps what is put in until it is taken out.
   * - `weak`: keeps an entry as long as its key lives.
   * - `bounded`: throws out old entries by itself.
   */
  readonly kind: 'bounded' | 'map' | 'object' | 'weak';
  /** What is done with an entry that is thrown out: `ends` by a callback of the file, `drops` it, or nobody knows. */
  readonly eviction?: 'drops' | 'ends' | 'unknown';
}

interface BoundedCache {
  /** Exported classes; `default` for the module itself. */
  readonly classes: readonly string[];
  /** Options that are called with what is thrown out. */
  readonly disposers: readonly string[];
}

/** Caches that throw entries out by themselves. Sources: the README of each package. */
const caches: Readonly<Record<string, BoundedCache>> = {
  'lru-cache': { classes: ['LRUCache', 'default'], disposers: ['dispose', 'disposeAfter'] },
  'quick-lru': { classes: ['default'], disposers: ['onEviction'] },
  '@isaacs/ttlcache': { classes: ['TTLCache', 'default'], disposers: ['dispose'] },
};

/** What a collection is, by the expression that makes it. */
export function collectionOf(model: SessionModel, expression: Node): Collection | undefined {
  const node = unwrap(expression);
  if (node.type === 'ObjectExpression') return node.properties.length === 0 ? { kind: 'object' } : undefined;
  if (node.type === 'CallExpression') {
    const [prototype] = node.arguments;
    const isBare = node.callee.type === 'MemberExpression' && node.callee.object.type === 'Identifier' && node.callee.object.name === 'Object' && propertyName(node.callee) === 'create';
    return isBare && node.arguments.length === 1 && prototype?.type === 'Literal' && prototype.value === null ? { kind: 'object' } : undefined;
  }
  if (node.type !== 'NewExpression') return undefined;
  const made = model.resolver.valueOf(node.callee);
  if (made?.kind === 'global') {
    if (made.name === 'Map') return node.arguments.length === 0 ? { kind: 'map' } : undefined;
    return made.name === 'WeakMap' ? { kind: 'weak' } : undefined;
  }
  if (made?.kind !== 'module') return undefined;
  const cache = Object.hasOwn(caches, made.specifier) ? caches[made.specifier] : undefined;
  const name = made.path.filter((step) => step !== 'default').join('.') || 'default';
  if (!cache?.classes.includes(name)) return undefined;
  return { kind: 'bounded', eviction: evictionOf(node, cache) };
}

function evictionOf({ arguments: [options] }: TSESTree.NewExpression, { disposers }: BoundedCache): NonNullable<Collection['eviction']> {
  if (options === undefined) return 'drops';
  const node = unwrap(options);
  if (node.type === 'Literal') return 'drops';
  if (node.type !== 'ObjectExpression' || node.properties.some((property) => property.type === 'SpreadElement')) return 'unknown';
  return node.properties.some((property) => property.type === 'Property' && disposers.includes(propertyName(property) ?? '')) ? 'ends' : 'drops';
}
