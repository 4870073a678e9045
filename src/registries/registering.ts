/** Statements that put a session of the file into a registry. */
import type { TSESTree } from '@typescript-eslint/utils';
import { typeValue } from '../sessions/annotations.js';
import type { SessionModel } from '../sessions/model.js';
import { receiverOf, unwrap, unwrapAwait, type Node } from '../sessions/syntax.js';
import { sessionOf, type Session, type SessionKind } from '../sessions/values.js';
import { Holders, type Holder } from './holders.js';
import { keyKind, type KeyKind } from './keys.js';

export interface Registration {
  /** `sessions.set(id, session)`, `sessions[id] ??= session`. */
  readonly node: TSESTree.AssignmentExpression | TSESTree.CallExpression;
  readonly holder: Holder;
  readonly key: Node;
  readonly keys: KeyKind;
  readonly kind: SessionKind;
  /** The session, where the file makes it and does not only receive it. */
  readonly made: Session | undefined;
  /** It comes from the caller, who may well take care of it. */
  readonly handedIn: boolean;
}

interface Site {
  readonly node: Registration['node'];
  readonly target: Node;
  readonly key: Node;
  readonly value: Node;
}

export function registrationsOf(model: SessionModel): Registration[] {
  const holders = new Holders(model);
  const isWithoutTypes = /\.[cm]?jsx?$/.test(model.file.filename);
  return sitesOf(model).flatMap((site) => {
    if (!holders.mayFind(site.target, site.node)) return [];
    const found = made(model, site.value);
    // A transaction that ends with its callback is another law's matter.
    if (found && found.how !== 'acquired' && found.how !== 'typed' && found.how !== 'used-as' && found.how !== 'passed-in') return [];
    if (!found && (isWithoutTypes || !couldBeTyped(site.value))) return [];
    const holder = holders.find(site.target, site.node);
    if (!holder) return [];
    const kind = found?.kinds[0] ?? (holder.valueType && kindOfType(model, holder, holder.valueType));
    if (!kind || !isOfOneLibrary(found)) return [];
    const own = found?.how === 'acquired' ? found : undefined;
    return [{ node: site.node, holder, key: site.key, keys: keyKind(model, site.key), kind, made: own, handedIn: !own && !isCalledFor(model, site.value) }];
  });
}

function isOfOneLibrary(session: Session | undefined): boolean {
  return session === undefined || session.kinds.every((kind) => kind.library === session.kinds[0].library);
}

/** What a file writes that has a map or a cache. A default import has any name: its package tells. */
const maps = ['Map', 'LRU', 'lru', 'TTLCache', 'ttlcache'];

function sitesOf({ file }: SessionModel): Site[] {
  const sites: Site[] = [];
  const sets = file.callsByName.get('set') ?? [];
  for (const call of sets.length > 0 && maps.some((word) => file.sourceCode.text.includes(word)) ? sets : []) {
    const target = receiverOf(call);
    const [key, value] = call.arguments;
    if (call.type === 'CallExpression' && target && key && value && key.type !== 'SpreadElement' && value.type !== 'SpreadElement') sites.push({ node: call, target, key, value });
  }
  for (const assignment of file.nodes.assignments) {
    const { left, operator } = assignment;
    if (left.type === 'MemberExpression' && left.computed && /^(?:=|\?\?=|\|\|=)$/.test(operator)) sites.push({ node: assignment, target: left.object, key: left.property, value: assignment.right });
  }
  return sites.sort((a, b) => a.node.range[0] - b.node.range[0]);
}

/** The session that an expression is, or carries in a literal: `{ client, since: Date.now() }`. */
function made({ resolver, file }: SessionModel, expression: Node): Session | undefined {
  const node = unwrapAwait(expression);
  const value = resolver.valueOf(node);
  if (value?.kind === 'session' && value.derived) return undefined;
  const session = sessionOf(value);
  if (session?.how === 'acquired') return session;
  // `let own = sessions.get(id); if (!own) { own = await begin(); sessions.set(id, own); }`
  const variable = node.type === 'Identifier' ? file.variableOf(node) : undefined;
  for (const reference of variable?.references ?? []) {
    const written = reference.isWrite() && reference.writeExpr ? resolver.valueOf(unwrapAwait(reference.writeExpr)) : undefined;
    if (written?.kind === 'session' && !written.derived && written.session.how === 'acquired') return written.session;
  }
  return session ?? (node.type === 'ObjectExpression' ? resolver.carriedBy(node)[0] : undefined);
}

function couldBeTyped(expression: Node): boolean {
  return /^(?:Identifier|CallExpression|NewExpression)$/.test(unwrapAwait(expression).type);
}

/** What the holder's own annotation says of its values, where that is a session's type. */
function kindOfType({ resolver }: SessionModel, holder: Holder, type: Node): SessionKind | undefined {
  const inner = type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && type.typeName.name === 'Promise' ? type.typeArguments?.params[0] : type;
  const session = inner && sessionOf(typeValue(resolver, inner, 'parameter', { name: holder.name, owner: inner }));
  return session?.kinds.length === 1 ? session.kinds[0] : undefined;
}

/** The value is what some call of the file gave, and not what a caller passed. */
function isCalledFor({ file }: SessionModel, expression: Node): boolean {
  const node = unwrapAwait(expression);
  if (node.type === 'CallExpression' || node.type === 'NewExpression') return true;
  const definition = node.type === 'Identifier' ? file.variableOf(node)?.defs[0] : undefined;
  const declared = definition?.node as Node | undefined;
  const init = declared?.type === 'VariableDeclarator' && declared.init ? unwrapAwait(declared.init) : undefined;
  return init !== undefined && (init.type === 'LogicalExpression' ? unwrapAwait(unwrap(init.right)).type === 'CallExpression' : init.type === 'CallExpression');
}
