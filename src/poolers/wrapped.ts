/** What a client of postgres.js is used for: by its owner, or only through what sends unnamed statements. */
import type { SessionModel } from '../sessions/model.js';
import { outermost, propertyName, type Node } from '../sessions/syntax.js';
import type { Connection, Connections } from './connections.js';

/**
 * Drizzle and Kysely send what is not asked to be named through `unsafe`, which postgres.js leaves unnamed; as does code
 * that uses nothing but `unsafe` itself.
 *
 * @returns The one wrapper through which all statements go; `none` if there is no need of one; undefined if the client
 *   itself may send some.
 */
export function wrapperOf(model: SessionModel, connections: Connections, { call, form }: Connection): string | undefined {
  if (form.from.includes('drizzle-orm/postgres-js')) return 'Drizzle';
  const { value, cached } = withCache(call);
  const parent = value.parent;
  const target = parent?.type === 'VariableDeclarator' ? parent.id : parent?.type === 'AssignmentExpression' ? parent.left : undefined;
  if (!target) return wrapperAround(connections, value);
  if (target.type !== 'Identifier') return undefined;
  const variable = model.file.variableOf(target);
  if (!variable || variable.defs.some(({ node }) => isExported(node))) return undefined;
  const reads = variable.references.filter((reference) => reference.isRead()).map((reference) => reference.identifier);
  if (reads.length === 0) return undefined;
  const textOf = (node: Node) => model.file.spellingOf(node);
  const uses = reads.map((read) => (isHarmless(read) || (cached && isStoredIn(textOf(cached), read, textOf)) ? 'none' : wrapperAround(connections, read)));
  if (uses.includes(undefined)) return undefined;
  return uses.find((use) => use !== 'none') ?? 'none';
}

/** `globalThis.client ?? postgres(url)`: one client for all reloads of a module. */
function withCache(call: Node): { readonly value: Node; readonly cached?: Node } {
  const value = outermost(call);
  const { parent } = value;
  if (parent?.type !== 'LogicalExpression' || parent.operator === '&&' || parent.right !== value) return { value };
  return { value: outermost(parent), cached: parent.left };
}

/** `globalThis.client = client`, where the next reload looks for it. */
function isStoredIn(cached: string, read: Node, textOf: (node: Node) => string): boolean {
  const { parent } = outermost(read);
  return parent?.type === 'AssignmentExpression' && parent.right === outermost(read) && textOf(parent.left) === cached;
}

/** The wrapper that an expression is handed to. */
function wrapperAround(connections: Connections, client: Node): string | undefined {
  let node = outermost(client);
  for (let depth = 0; depth < 4; depth++) {
    const parent = node.parent;
    if (!parent) return undefined;
    if (parent.type === 'CallExpression' || parent.type === 'NewExpression') {
      const inner = connections.wrappedClient(parent);
      if (!inner) return undefined;
      return connections.exportOf(parent)?.[0].startsWith('drizzle') ? 'Drizzle' : 'Kysely';
    }
    if (parent.type !== 'Property' && parent.type !== 'ObjectExpression') return undefined;
    node = parent;
  }
  return undefined;
}

/** `sql.unsafe(…)`, `sql.end()`, `if (!sql)`: nothing is named. */
function isHarmless(read: Node): boolean {
  const value = outermost(read);
  const { parent } = value;
  if (parent?.type === 'UnaryExpression' || (parent?.type === 'IfStatement' && parent.test === value)) return true;
  if (parent?.type !== 'MemberExpression') return false;
  const name = propertyName(parent);
  const call = parent.parent;
  return name === 'end' || name === 'options' || (name === 'unsafe' && call.type === 'CallExpression' && call.arguments.length < 3);
}

function isExported(definition: Node): boolean {
  return definition.parent?.parent?.type === 'ExportNamedDeclaration';
}
