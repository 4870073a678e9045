/** Calls that have to be given the session, in an option or an argument, and are not. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Library, SessionFacts, TravelFacts } from '../libraries/library.js';
import { importedTypeName } from '../sessions/annotations.js';
import { libraryById } from '../sessions/catalogue.js';
import type { SessionModel } from '../sessions/model.js';
import { outermost, propertyName, unwrap, unwrapAwait, type CallLike, type Chain, type Node } from '../sessions/syntax.js';
import { isAwaited } from './awaiting.js';
import { isBestEffort } from './best-effort.js';
import type { OuterUse } from './outer-clients.js';
import { isSamePath, pathOf, prefixesFromRoot, variableAt, type Path } from './paths.js';
import { isPlainRead } from './plain-reads.js';
import type { TransactionScope } from './scopes.js';
import { carriesSession, mentionsSession, statementsIn } from './statements.js';

export function missingOptions(model: SessionModel, scope: TransactionScope): OuterUse[] {
  const kinds = [...scope.kinds];
  const knex = kinds.some((kind) => kind.library.id === 'knex' || kind.library.id === 'objection');
  const travels = kinds.filter((kind) => kind.facts.travels?.options);
  if (travels.length === 0 && !knex) return [];
  const chains = statementsIn(model, scope);
  const found: OuterUse[] = [];
  let sibling: boolean | undefined;
  const hasSibling = (): boolean => sibling ??= chains.some((chain) => chain.links.some((link) => link.call?.type === 'CallExpression' && link.call.arguments.some((argument) => mentionsSession(model.resolver, argument, scope))));
  for (const chain of chains) {
    if (carriesSession(model.resolver, chain, scope)) continue;
    if (!isAwaited(model.resolver, chain.node, (reference) => !mentionsSession(model.resolver, reference, scope))) continue;
    for (const { library, facts } of travels) {
      const use = withoutOption(model, scope, chain, library, facts);
      if (use && !isBestEffort(model, scope, chain)) {
        found.push({ ...use, scope, isForgotten: hasSibling() && (!(use.call && isPlainRead(use.call, facts)) || isGivenHere(model, scope, use)) });
        break;
      }
    }
    const use = knex ? withoutArgument(model, chain) : undefined;
    if (use && !isBestEffort(model, scope, chain)) found.push({ ...use, scope, isForgotten: true });
  }
  return found;
}

type Found = Omit<OuterUse, 'scope' | 'isForgotten'>;

function withoutOption(model: SessionModel, scope: TransactionScope, chain: Chain, library: Library, facts: SessionFacts): Found | undefined {
  const { travels } = facts;
  const option = travels?.options?.[0];
  if (!travels || option === undefined) return undefined;
  for (const [at, link] of chain.links.entries()) {
    const { call } = link;
    if (call?.type !== 'CallExpression' || !Object.hasOwn(travels.optionMethods ?? {}, link.name) || facts.origins.some((origin) => 'methods' in origin && origin.methods.includes(link.name))) continue;
    if (facts.operations?.local?.includes(link.name)) continue;
    const place = optionPlace(travels, link.name, call);
    if (place === undefined || !lacksOption(call, place, travels)) continue;
    // The callback form of a method (`collection.find(q, cb)`) has its options elsewhere.
    if (call.arguments.some((argument) => model.resolver.valueOf(argument)?.kind === 'function')) continue;
    const receiver = receiverAt(chain, at);
    if (!receiver || !belongsTo(model, scope, receiver, call, library, facts, link.name)) continue;
    const callee = unwrap(call.callee);
    return { node: callee.type === 'MemberExpression' ? callee.property : callee, how: 'option', call, missing: { option, at: place } };
  }
  return undefined;
}

function receiverAt(chain: Chain, at: number): Node | undefined {
  const call = chain.links[at]?.call;
  const callee = call?.type === 'CallExpression' ? unwrap(call.callee) : undefined;
  return callee?.type === 'MemberExpression' ? unwrap(callee.object) : undefined;
}

function optionPlace(travels: TravelFacts, name: string, call: TSESTree.CallExpression): number | undefined {
  const place = travels.optionMethods?.[name];
  if (place !== 'last') return place;
  const last = call.arguments.at(-1);
  return last && unwrap(last).type === 'ObjectExpression' && call.arguments.length > 1 ? call.arguments.length - 1 : call.arguments.length;
}

/** Certainly without it: no spread, no variable in its place, no key of that name (`{ transaction: null }` is meant). */
function lacksOption(call: TSESTree.CallExpression, place: number, travels: TravelFacts): boolean {
  if (call.arguments.some((argument) => argument.type === 'SpreadElement')) return false;
  const options = call.arguments[place];
  if (!options) return true;
  const node = unwrap(options);
  if (node.type !== 'ObjectExpression') return false;
  return node.properties.every((property) => property.type === 'Property' && propertyName(property) !== undefined && !travels.options?.includes(propertyName(property) ?? ''));
}

/** Another call on the same model, before this one, is given the session: what it wrote is not seen here. */
function isGivenHere(model: SessionModel, scope: TransactionScope, use: Found): boolean {
  const callee = use.call && unwrap(use.call.callee);
  const path = callee?.type === 'MemberExpression' ? pathOf(model.resolver, callee.object) : undefined;
  if (!path) return false;
  return statementsIn(model, scope).some((chain) =>
    chain.node.range[0] < use.node.range[0] && chain.links.some((link) => {
      const other = link.call?.type === 'CallExpression' ? unwrap(link.call.callee) : undefined;
      if (other?.type !== 'MemberExpression' || link.call?.type !== 'CallExpression') return false;
      const own = pathOf(model.resolver, other.object);
      return own !== undefined && isSamePath(own, path) && link.call.arguments.some((argument) => mentionsSession(model.resolver, argument, scope));
    }),
  );
}

// ----- whether the receiver is the library's

/** Methods whose name and arguments are one library's own way of calling. */
const distinctive: Readonly<Record<string, RegExp>> = {
  sequelize: /^(?:findAll|findByPk|findAndCountAll|findOrCreate|findCreateFind|bulkCreate|bulkInsert|bulkDelete|bulkUpdate|upsert)$/,
  mongodb: /^(?:insertOne|insertMany|updateOne|updateMany|deleteOne|deleteMany|replaceOne|bulkWrite|findOneAndUpdate|findOneAndReplace|findOneAndDelete|countDocuments)$/,
  mongoose: /^(?:insertMany|updateOne|updateMany|deleteOne|deleteMany|replaceOne|bulkWrite|findById|findByIdAndUpdate|findByIdAndDelete|findOneAndUpdate|findOneAndReplace|findOneAndDelete|countDocuments)$/,
};

function belongsTo(model: SessionModel, scope: TransactionScope, receiver: Node, call: TSESTree.CallExpression, library: Library, facts: SessionFacts, method: string): boolean {
  const own = model.resolver.valueOf(receiver);
  // `class User extends Model` of the same file is the model itself.
  const value = own?.kind === 'class' && own.node.superClass ? model.resolver.valueOf(own.node.superClass) : own;
  if (value?.kind === 'client') return value.library === library;
  if (value !== undefined && value.kind !== 'module' && value.kind !== 'shape') return false;
  const path = pathOf(model.resolver, receiver);
  if (path && scope.clients.some((client) => isSamePath(client, path))) return true;
  if (isLoaded(model, receiver, library, facts)) return /^(?:save|destroy|update|reload|increment|decrement|restore|deleteOne|updateOne)$/.test(method) && library.id === 'sequelize';
  if (path && isToldElsewhere(model, path, facts)) return true;
  if (prefixesFromRoot(receiver).some((prefix) => model.resolver.valueOf(prefix)?.kind === 'client')) return distinctive[library.id]?.test(method) ?? false;
  if (unwrap(receiver).type === 'CallExpression') return library.id === 'mongodb' && distinctive['mongodb']?.test(method) === true && lastCallName(receiver) === 'collection';
  return path !== undefined && isModelName(receiver) && ((distinctive[library.id]?.test(method) ?? false) || (library.id === 'sequelize' && hasWhere(call)));
}

function lastCallName(node: Node): string | undefined {
  const plain = unwrap(node);
  const callee = plain.type === 'CallExpression' ? unwrap(plain.callee) : undefined;
  return callee?.type === 'MemberExpression' ? propertyName(callee) : undefined;
}

/** By convention a model is written with a capital; counts only beside the library's own way of calling. */
function isModelName(receiver: Node): boolean {
  const node = unwrap(receiver);
  const name = node.type === 'Identifier' ? node.name : node.type === 'MemberExpression' ? (propertyName(node) ?? '') : '';
  return /^[A-Z]/.test(name) || /Model$/.test(name);
}

function hasWhere(call: TSESTree.CallExpression): boolean {
  return call.arguments.some((argument) => {
    const node = unwrap(argument);
    return node.type === 'ObjectExpression' && node.properties.some((property) => property.type === 'Property' && propertyName(property) === 'where');
  });
}

const toldTables = new WeakMap<SessionModel, Map<SessionFacts, Path[]>>();

/** The same model, or another member of the same `models`, is given a session somewhere in the file. */
function isToldElsewhere(model: SessionModel, path: Path, facts: SessionFacts): boolean {
  let table = toldTables.get(model);
  if (!table) toldTables.set(model, (table = new Map<SessionFacts, Path[]>()));
  let told = table.get(facts);
  if (!told) table.set(facts, (told = receiversWithOption(model, facts)));
  return told.some((other) => isSamePath(other, path) || (other.root === path.root && other.names.length === path.names.length && other.names.length > 0 && other.names.slice(0, -1).every((name, at) => name === path.names[at]) && /^[A-Z]/.test(other.names.at(-1) ?? '') && /^[A-Z]/.test(path.names.at(-1) ?? '')));
}

function receiversWithOption(model: SessionModel, facts: SessionFacts): Path[] {
  const paths: Path[] = [];
  for (const name of Object.keys(facts.travels?.optionMethods ?? {})) {
    for (const call of model.file.callsByName.get(name) ?? []) {
      const callee = unwrap(call.callee);
      if (callee.type !== 'MemberExpression') continue;
      const given = call.arguments.some((argument) => {
        const node = unwrap(argument);
        return node.type === 'ObjectExpression' && node.properties.some((property) => property.type === 'Property' && facts.travels?.options?.includes(propertyName(property) ?? ''));
      });
      const path = given ? pathOf(model.resolver, callee.object) : undefined;
      if (path) paths.push(path);
    }
  }
  return paths;
}

/** A row that a finder gave (`const user = await User.findByPk(id)`), or that is annotated with the model's type. */
function isLoaded(model: SessionModel, receiver: Node, library: Library, facts: SessionFacts): boolean {
  const variable = variableAt(model.resolver, receiver);
  const definition = variable?.defs[0];
  if (!variable || !definition) return false;
  if ((definition.type as string) === 'Parameter') {
    const at = variable.identifiers[0];
    const annotation = at?.typeAnnotation?.typeAnnotation;
    const type = importedTypeName(model.resolver, annotation);
    return type !== undefined && [...(model.file.callsByName.values())].some((calls) => calls.some((call) => isCallOn(call, type.name, facts)));
  }
  if ((definition.type as string) !== 'Variable') return false;
  const { init, id } = definition.node as TSESTree.VariableDeclarator;
  if (!init || id.type !== 'Identifier') return false;
  const made = unwrapAwait(init);
  const name = made.type === 'CallExpression' ? lastCallName(made) : undefined;
  if (made.type !== 'CallExpression' || name === undefined || unwrap(init).type !== 'AwaitExpression') return false;
  const callee = unwrap(made.callee);
  const single = /^(?:findByPk|findOne|create|findById)$/.test(name);
  return single && library.id === 'sequelize' && callee.type === 'MemberExpression' && (isModelName(callee.object) || model.resolver.valueOf(callee.object)?.kind === 'client') && (name === 'findByPk' || hasWhere(made) || given(made, facts));
}

function given(call: TSESTree.CallExpression, facts: SessionFacts): boolean {
  return call.arguments.some((argument) => {
    const node = unwrap(argument);
    return node.type === 'ObjectExpression' && node.properties.some((property) => property.type === 'Property' && facts.travels?.options?.includes(propertyName(property) ?? ''));
  });
}

/** `models.User.create(v, { transaction })`: `User` is a model of the library. */
function isCallOn(call: TSESTree.CallExpression | TSESTree.NewExpression, name: string, facts: SessionFacts): boolean {
  if (call.type === 'NewExpression') return false;
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || !Object.hasOwn(facts.travels?.optionMethods ?? {}, propertyName(callee) ?? '')) return false;
  const object = unwrap(callee.object);
  const own = object.type === 'Identifier' ? object.name : object.type === 'MemberExpression' ? propertyName(object) : undefined;
  return own === name && (given(call, facts) || hasWhere(call));
}

// ----- Objection: the session is the first argument of what makes the query

const queryMakers: Readonly<Record<string, number>> = { query: 0, $query: 0, relatedQuery: 1, $relatedQuery: 1 };

function withoutArgument(model: SessionModel, chain: Chain): Found | undefined {
  for (const [at, link] of chain.links.entries()) {
    const { call } = link;
    const place = Object.hasOwn(queryMakers, link.name) ? queryMakers[link.name] : undefined;
    if (call?.type !== 'CallExpression' || place === undefined || call.arguments.length !== place) continue;
    const next = chain.links[at + 1];
    if (!next?.called && link.name === 'query') continue;
    if (call.arguments.some((argument) => argument.type === 'SpreadElement')) continue;
    if (chain.links.some((other) => ['transacting', 'toKnexQuery', 'toString', 'clone'].includes(other.name))) continue;
    if (!isObjection(model)) return undefined;
    const callee = unwrap(call.callee);
    return { node: callee.type === 'MemberExpression' ? callee.property : callee, how: 'argument', call, missing: { option: undefined, at: place } };
  }
  return undefined;
}

/** Objection by import or manifest, or because the file gives a session to `.query(trx)` elsewhere. */
/** Words of Objection's builder that Knex's does not have. */
const objectionWords: ReadonlySet<string> = new Set(wordsOf('objection').filter((word) => !wordsOf('knex').includes(word)));

function wordsOf(id: string): string[] {
  return (libraryById(id)?.sessions ?? []).flatMap(({ operations }) => [...(operations?.reads ?? []), ...(operations?.writes ?? []), ...(operations?.compound ?? []), ...(operations?.local ?? [])]);
}

/** `query()` without arguments, and then a word that is Objection's. */
function asksObjection(call: CallLike): boolean {
  const next = outermost(call).parent;
  return call.arguments.length === 0 && next?.type === 'MemberExpression' && objectionWords.has(propertyName(next) ?? '');
}

function isObjection(model: SessionModel): boolean {
  const { resolver, file } = model;
  if ([...resolver.imported, ...resolver.declared].some((library) => library.id === 'objection')) return true;
  // Its models are the project's own classes, and its transactions are Knex's, whose type is what such a file imports.
  if ([...resolver.imported].some((library) => library.id === 'knex') && (file.callsByName.get('query') ?? []).some(asksObjection)) return true;
  return (file.callsByName.get('query') ?? []).some((call) => call.arguments.length === 1 && call.arguments[0] !== undefined && resolver.valueOf(call.arguments[0])?.kind === 'session');
}
