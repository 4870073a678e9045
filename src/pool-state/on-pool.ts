/** Statements that belong to one connection, sent through a client that takes another connection for each. */
import type { TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { Library, Outcome } from '../libraries/library.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, literalText, outermost, propertyName, unwrap, type Node } from '../sessions/syntax.js';
import { speaksOfState, stateOf, type StateKind } from './statements.js';

export interface StateOnPool {
  readonly node: Node;
  readonly kind: StateKind;
  readonly library: Library;
  /** What the author calls the client and the method: `pool.query`. */
  readonly name: string;
  /** The words that the statement begins with, as SQL writes them: `SET LOCAL`, `pg_advisory_lock`. Nothing of its values. */
  readonly statement: string;
  /** What the library was measured to do, where its page says. */
  readonly outcome: Outcome | undefined;
}

type Query = TSESTree.CallExpression | TSESTree.TaggedTemplateExpression;

const methods: ReadonlySet<string> = new Set(libraries.flatMap((library) => library.clients?.sql ?? []));

export function stateOnPools(model: SessionModel): StateOnPool[] {
  const { file } = model;
  if (!speaksOfState(file.sourceCode.text)) return [];
  return [...file.callsNamed(methods), ...file.nodes.tagged].flatMap((query) => (query.type === 'NewExpression' ? [] : (judge(model, query) ?? [])));
}

function judge(model: SessionModel, query: Query): StateOnPool | undefined {
  const member = unwrap(query.type === 'CallExpression' ? query.callee : query.tag);
  const isTag = query.type === 'TaggedTemplateExpression' && member.type === 'Identifier';
  const name = isTag ? 'tag' : query.type === 'CallExpression' ? calleeName(query) : member.type === 'MemberExpression' ? propertyName(member) : undefined;
  if (name === undefined || !(isTag || methods.has(name))) return undefined;
  const text = query.type === 'CallExpression' ? literalText(query.arguments[0]) : literalText(query.quasi);
  const found = text === undefined ? undefined : stateOf(text);
  const client = isTag ? member : member.type === 'MemberExpression' ? unwrap(member.object) : undefined;
  if (!found || !client) return undefined;
  const { kind, statement } = found;
  const library = libraryOf(model, client, name);
  if (!library || !library.clients?.sql?.includes(name) || isGivenElsewhere(query) || hasOneConnection(model, client)) return undefined;
  // A driver of SQLite may be behind these, where one connection is all there is.
  const outcome = library.clients.sessionStatements;
  if (!outcome && (kind === 'transaction' || kind === 'temporary' || kind === 'listen')) return undefined;
  return { node: member, kind, library, name: model.file.nameOf(member), statement, outcome };
}

/** A client, or what is imported and answers to a method that only this library's clients have: never a session. */
function libraryOf(model: SessionModel, client: Node, method: string): Library | undefined {
  const value = model.resolver.valueOf(client);
  if (value?.kind === 'client') return value.library;
  if (value?.kind !== 'module' || method === 'tag') return undefined;
  const own = libraries.filter((library) => library.clients?.sql?.includes(method));
  return method.startsWith('$') && own.length === 1 ? own[0] : undefined;
}

/** `prisma.$transaction([db.$executeRaw…])`, `sequelize.query(sql, { transaction })`: not on whichever connection is free. */
function isGivenElsewhere(query: Query): boolean {
  const isBatched = outermost(query).parent?.type === 'ArrayExpression';
  return isBatched || (query.type === 'CallExpression' && query.arguments.slice(1).some((argument) => unwrap(argument).type !== 'ArrayExpression' && unwrap(argument).type !== 'Literal'));
}

/** `new Pool({ max: 1 })`: whoever makes it so means it. */
function hasOneConnection(model: SessionModel, client: Node): boolean {
  const variable = client.type === 'Identifier' ? model.file.variableOf(client) : undefined;
  const definition = variable?.defs[0]?.node;
  const made = definition?.type === 'VariableDeclarator' && definition.init ? unwrap(definition.init) : undefined;
  if (made?.type !== 'NewExpression' && made?.type !== 'CallExpression') return false;
  return made.arguments.some((argument) => {
    const options = unwrap(argument);
    return options.type === 'ObjectExpression' && options.properties.some((property) => property.type === 'Property' && /^(?:max|connectionLimit|maxPoolSize|max_connections)$/.test(propertyName(property) ?? '') && property.value.type === 'Literal' && property.value.value === 1);
  });
}
