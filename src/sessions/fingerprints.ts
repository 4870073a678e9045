/** Evidence from use: calls that only one library's sessions answer to, and options by which they travel. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { libraries } from '../libraries/index.js';
import type { Library, SessionFacts } from '../libraries/library.js';
import { calledAsTag, calledWithString, fingerprintsEndingIn } from './catalogue.js';
import { wordAt } from './call-sites.js';
import { hasBehindDot, searchFor } from './evidence.js';
import type { Resolver } from './resolver.js';
import { calleeName, chainFrom, literalText, propertyName, unwrap, type Chain, type Node } from './syntax.js';
import type { SessionKind, Value, Variable } from './values.js';

/** Kinds of session whose calling convention a chain shows. */
export function fingerprintOfChain(chain: Chain): SessionKind[] {
  const found: SessionKind[] = [];
  for (const [at, link] of chain.links.entries()) {
    if (!link.called) continue;
    if (link.name === '' && at === 0 && link.call) {
      if (link.call.type === 'TaggedTemplateExpression') found.push(...calledAsTag);
      else if (literalText(link.call.arguments[0]) !== undefined && chain.links.length > 1) found.push(...calledWithString);
      else if (link.call.arguments.length === 1) found.push(...calledWithString.filter(({ facts }) => buildsOn(chain.links.slice(at + 1), facts)));
      continue;
    }
    for (const { kind, segments } of fingerprintsEndingIn(link.name)) {
      if (segments.length !== at + 1) continue;
      const fits = segments.every((segment, i) => {
        const own = chain.links[i];
        if (!own) return false;
        if (segment === '*') return !own.called;
        return segment.endsWith('()') ? own.called && own.name === segment.slice(0, -2) : !own.called && own.name === segment;
      });
      if (fits && speaksInTexts(chain, at, kind.facts.fingerprint?.texts) && !(link.call?.type === 'CallExpression' && kind.library.id === 'prisma' && !takesPrismaArguments(link.call, link.name))) found.push(kind);
    }
  }
  return found;
}

/** `trx(TABLE).where(…).update(…)`: what the call gave is asked for one of the library's own operations. */
function buildsOn(links: Chain['links'], { operations }: SessionFacts): boolean {
  return links.some((link) => link.called && [operations?.reads, operations?.writes].some((names) => names?.includes(link.name)));
}

function speaksInTexts(chain: Chain, upTo: number, texts: 'some' | 'none' | undefined): boolean {
  if (texts === undefined) return true;
  const some = chain.links.slice(0, upTo + 1).some(({ call }) => call?.type === 'CallExpression' && call.arguments.some((argument) => literalText(argument) !== undefined && unwrap(argument).type !== 'ObjectExpression'));
  return some === (texts === 'some');
}

/** Prisma's common verbs (`create`, `count`…) belong to it only with its own argument object. */
function takesPrismaArguments(call: TSESTree.CallExpression, name: string): boolean {
  if (name.startsWith('$') || /^(?:findMany|findUnique|findUniqueOrThrow|findFirst|findFirstOrThrow|createMany|updateMany|deleteMany|upsert|groupBy|createManyAndReturn)$/.test(name)) return true;
  const first = call.arguments[0] && unwrap(call.arguments[0]);
  if (first?.type !== 'ObjectExpression') return false;
  return first.properties.some((property) => property.type === 'Property' && /^(?:data|where|select|include|_sum|_count|take|orderBy)$/.test(propertyName(property) ?? ''));
}

/** Kinds of session whose calling convention the uses of a variable show. */
export function fingerprintOf(_resolver: Resolver, variable: Variable | undefined): readonly SessionKind[] {
  const found = new Map<Library, SessionKind>();
  for (const reference of variable?.references ?? []) {
    if (!reference.isRead()) continue;
    for (const kind of fingerprintOfChain(chainFrom(reference.identifier))) if (!found.has(kind.library)) found.set(kind.library, kind);
  }
  return [...found.values()];
}

/**
 * Kinds whose sessions travel the way this variable does: as the `transaction` of an options object, through
 * `.transacting(trx)`. Weak by itself (several libraries share an option's name), strong inside a managed callback.
 */
export function travelsLike(variable: Variable | undefined): readonly SessionKind[] {
  const found = new Map<SessionFacts, SessionKind>();
  for (const reference of variable?.references ?? []) {
    const parent = reference.identifier.parent as Node | undefined;
    const option = parent?.type === 'Property' && parent.value === reference.identifier && isInCall(parent) ? propertyName(parent) : undefined;
    const builder = parent?.type === 'CallExpression' && parent.arguments[0] === reference.identifier ? calleeName(parent) : undefined;
    if (option === undefined && builder === undefined) continue;
    for (const kind of travelling) {
      const { travels } = kind.facts;
      if ((option !== undefined && travels?.options?.includes(option)) || (builder !== undefined && travels?.methods?.includes(builder))) found.set(kind.facts, kind);
    }
  }
  return [...found.values()];
}

/** The property's object is an argument of a call, directly or within `...(t && { transaction: t })`. */
function isInCall(property: TSESTree.Property): boolean {
  for (let node: Node = property.parent; ; node = node.parent as Node) {
    if (node.type === 'CallExpression') return true;
    if (!/^(?:ObjectExpression|SpreadElement|LogicalExpression|ConditionalExpression|TSAsExpression|Property)$/.test(node.type)) return false;
  }
}

interface Mark {
  readonly kind: SessionKind;
  readonly node: Node;
}

interface Marks {
  readonly variables: Map<Variable, Mark>;
  readonly members: Map<string, Mark>;
  /** Kinds for which the file gives evidence. */
  readonly evident: readonly SessionKind[];
  /** Names of the options by which they travel. */
  readonly options: ReadonlySet<string>;
}

const markTables = new WeakMap<Resolver, Marks>();

/**
 * A value that travels as a session: `Model.update(values, { transaction: t })` in a file with evidence for Sequelize
 * says that `t` is a Sequelize transaction, whatever it is called and wherever it comes from.
 *
 * @param subject a variable, or a member access such as `options.transaction`
 */
export function usedAs(resolver: Resolver, subject: Variable | TSESTree.MemberExpression): Value | undefined {
  const marks = marksOf(resolver);
  if ('type' in subject) {
    const object = unwrap(subject.object);
    const owner = object.type === 'Identifier' ? resolver.file.variableOf(object) : undefined;
    if (!owner) return undefined;
    const mark = (marks.members.size > 0 ? marks.members.get(memberKey(owner, subject)) : undefined) ?? optionOfParameter(marks, owner, subject);
    const at = owner.identifiers[0];
    return mark && at && resolver.session({ origin: memberOrigin(owner, mark), how: 'used-as', kinds: [mark.kind], name: resolver.file.nameOf(subject) });
  }
  const mark = marks.variables.get(subject);
  const at = subject.identifiers[0];
  return mark && at && resolver.session({ origin: at, how: 'used-as', kinds: [mark.kind], name: subject.name });
}

/** `options.transaction` of a hook, `(instance, options) => …`: the library's own name for it, in a file of its users. */
function optionOfParameter(marks: Marks, owner: Variable, member: TSESTree.MemberExpression): Mark | undefined {
  const name = propertyName(member);
  if (name === undefined || !marks.options.has(name) || !/^(?:options|opts)$|Options$/.test(owner.name) || (owner.defs[0]?.type as string | undefined) !== 'Parameter') return undefined;
  const kind = marks.evident.find(({ facts }) => facts.travels?.options?.includes(name));
  return kind && { kind, node: member };
}

function memberOrigin(owner: Variable, mark: Mark): Node {
  return (owner.identifiers[0] as Node | undefined) ?? mark.node;
}

function memberKey(owner: Variable, member: TSESTree.MemberExpression): string {
  return `${String(owner.identifiers[0]?.range[0] ?? -1)}.${propertyName(member) ?? ''}`;
}

/** Libraries whose sessions travel in options or builder methods, by option name. */
const travelling: { library: Library; facts: SessionFacts }[] = libraries.flatMap((library) => library.sessions.filter((facts) => facts.travels).map((facts) => ({ library, facts })));

/** Calls by which such sessions travel, by the name of the method. */
interface Travelling extends SessionKind {
  /** The place of the options object. */
  readonly optionsAt: number | 'last' | undefined;
  /** A builder's method that takes the session. */
  readonly takes: boolean;
  readonly argument: number | undefined;
}
type TravellingByMethod = ReadonlyMap<string, readonly Travelling[]>;

const travellingTables = new Map<string, TravellingByMethod>();

/** The methods of some kinds, once for each choice of kinds. */
function travellingByMethod(kinds: readonly SessionKind[]): TravellingByMethod {
  const key = kinds.map(({ library, facts }) => `${library.id}/${facts.id}`).join();
  let table = travellingTables.get(key);
  if (!table) travellingTables.set(key, (table = tableOfMethods(kinds)));
  return table;
}

function tableOfMethods(kinds: readonly SessionKind[]): TravellingByMethod {
  const table = new Map<string, Travelling[]>();
  for (const { library, facts } of kinds) {
    const { options, optionMethods = {}, methods = [], argumentOf = {} } = facts.travels ?? {};
    for (const name of new Set([...(options ? Object.keys(optionMethods) : []), ...methods, ...Object.keys(argumentOf)])) {
      const optionsAt = options && Object.hasOwn(optionMethods, name) ? optionMethods[name] : undefined;
      const argument = Object.hasOwn(argumentOf, name) ? argumentOf[name] : undefined;
      table.set(name, [...(table.get(name) ?? []), { library, facts, optionsAt, takes: methods.includes(name), argument }]);
    }
  }
  return table;
}

function marksOf(resolver: Resolver): Marks {
  const known = markTables.get(resolver);
  if (known) return known;
  const evident = evidentIn(resolver);
  const marks: Marks = { variables: new Map(), members: new Map(), evident, options: new Set(evident.flatMap(({ facts }) => facts.travels?.options ?? [])) };
  markTables.set(resolver, marks);
  if (evident.length === 0) return marks;
  const methods = travellingByMethod(evident);
  for (const call of resolver.file.callsNamed(methods)) {
    if (call.type === 'NewExpression') continue;
    for (const { library, facts, optionsAt, takes, argument: index } of methods.get(calleeName(call) ?? '') ?? []) {
      const kind = { library, facts };
      if (optionsAt !== undefined) {
        const argument = optionsAt === 'last' ? call.arguments.at(-1) : call.arguments[optionsAt];
        const options = argument && unwrap(argument);
        if (options?.type === 'ObjectExpression') for (const option of facts.travels?.options ?? []) markOption(resolver, marks, kind, options, option);
      }
      if (call.callee.type !== 'MemberExpression') continue;
      if (takes && call.arguments[0]) mark(resolver, marks, kind, call.arguments[0]);
      const argument = index === undefined ? undefined : call.arguments[index];
      if (argument && /^(?:trx|tx|t|transaction|dbTransaction)$|(?:Trx|Tx|Transaction)$/.test(simpleName(argument))) mark(resolver, marks, kind, argument);
    }
  }
  return marks;
}

/** Whether anything in the file travels as a session does, or might: an option of its name is read off an `options`. */
export function travellers(resolver: Resolver): boolean {
  const { sourceCode } = resolver.file;
  const { text } = sourceCode;
  const evident = evidentIn(resolver);
  if (evident.length === 0) return false;
  const open = ways.filter(({ kinds }) => kinds.some((kind) => evident.includes(kind)));
  if ((text.includes('ptions') || text.includes('opts')) && open.some(({ isOptionRead }) => isOptionRead(sourceCode))) return true;
  // The text first: neither options nor builder methods nor what such arguments are called, and nothing is looked for.
  if (!open.some(({ mayTravel }) => mayTravel(text))) return false;
  const { variables, members } = marksOf(resolver);
  return variables.size + members.size > 0;
}

/** What several kinds of session have in common that travel by the same words. */
interface Way {
  readonly kinds: SessionKind[];
  /** An option of that name, read off something: `options.transaction`. */
  readonly isOptionRead: (sourceCode: Readonly<TSESLint.SourceCode>) => boolean;
  /** An option in an object, a builder's method that is called, an argument that is named like a transaction. */
  readonly mayTravel: (text: string) => boolean;
}

const ways: readonly Way[] = waysOf(travelling);

function waysOf(kinds: readonly SessionKind[]): Way[] {
  const byWords = new Map<string, Way>();
  for (const kind of kinds) {
    const { options = [], methods = [], argumentOf = {} } = kind.facts.travels ?? {};
    const takers = Object.keys(argumentOf);
    const key = JSON.stringify([options, methods, takers]);
    const known = byWords.get(key);
    if (known) known.kinds.push(kind);
    else byWords.set(key, { kinds: [kind], isOptionRead: searchForRead(options), mayTravel: searchForTravel(options, methods, takers) });
  }
  return [...byWords.values()];
}

function searchForRead(options: readonly string[]): Way['isOptionRead'] {
  if (options.length === 0) return () => false;
  const inQuotes = new RegExp(`['"](?:${options.join('|')})\\b`);
  const isOption = (text: string, at: number): boolean => options.some((name) => text.startsWith(name, at) && wordAt(text, at) === name);
  return (sourceCode) => options.some((name) => sourceCode.text.includes(name)) && (inQuotes.test(sourceCode.text) || hasBehindDot(sourceCode, isOption));
}

function searchForTravel(options: readonly string[], methods: readonly string[], takers: readonly string[]): Way['mayTravel'] {
  const named = [...options, ...methods].map(searchFor);
  const forms = new RegExp([...options.map((name) => `\\b${name}\\b['"\\]]*\\s*[:,}/]`), ...methods.map((name) => `\\b${name}\\b['"\\]?.]*\\s*[(/]`)].join('|'));
  const isNamed = (text: string): boolean => named.some((search) => search(text)) && forms.test(text);
  const taken = takers.map(searchFor);
  return (text) => isNamed(text) || (taken.some((search) => search(text)) && argumentWord.test(text));
}

const argumentWord = /(?:\b(?:trx|tx|t|transaction|dbTransaction)|Trx|Tx|Transaction)\b(?:['"\]]*\s*[,)/!}]|\s+(?:as|satisfies)\b)/;

const evidentTables = new WeakMap<Resolver, readonly SessionKind[]>();

/** Kinds that travel, of which the file gives evidence. */
function evidentIn(resolver: Resolver): readonly SessionKind[] {
  let evident = evidentTables.get(resolver);
  if (!evident) {
    evident = travelling.filter(({ library }) => resolver.imported.has(library) || hasMarker(resolver, library) || resolver.declared.includes(library));
    evidentTables.set(resolver, evident);
  }
  return evident;
}

function simpleName(node: Node): string {
  const plain = unwrap(node);
  if (plain.type === 'Identifier') return plain.name;
  return plain.type === 'MemberExpression' ? (propertyName(plain) ?? '') : '';
}

const markersOf = new Map(libraries.filter(({ markers }) => markers).map((library) => [library, library.markers?.map((word) => ({ isIn: searchFor(word), whole: new RegExp(`\\b${word}\\b`) })) ?? []]));

/** Without an import in sight, some words are a library's own: `sequelize.transaction`, a `queryInterface` migration. */
export function hasMarker(resolver: Resolver, library: Library): boolean {
  const { text } = resolver.file.sourceCode;
  return markersOf.get(library)?.some(({ isIn, whole }) => isIn(text) && whole.test(text)) ?? false;
}

function markOption(resolver: Resolver, marks: Marks, kind: SessionKind, options: TSESTree.ObjectExpression, option: string): void {
  for (const property of options.properties) {
    if (property.type === 'SpreadElement') {
      const inner = unwrap(property.argument);
      const spread = inner.type === 'LogicalExpression' ? unwrap(inner.right) : inner.type === 'ConditionalExpression' ? unwrap(inner.consequent) : inner;
      if (spread.type === 'ObjectExpression') markOption(resolver, marks, kind, spread, option);
    } else if (propertyName(property) === option) {
      mark(resolver, marks, kind, property.value);
    }
  }
}

function mark(resolver: Resolver, marks: Marks, kind: SessionKind, expression: Node): void {
  const node = unwrap(expression);
  if (node.type === 'Identifier') {
    const variable = resolver.file.variableOf(node);
    if (variable && !marks.variables.has(variable)) marks.variables.set(variable, { kind, node });
  } else if (node.type === 'MemberExpression') {
    const object = unwrap(node.object);
    const owner = object.type === 'Identifier' ? resolver.file.variableOf(object) : undefined;
    if (owner) marks.members.set(memberKey(owner, node), { kind, node });
  } else if (node.type === 'LogicalExpression') {
    mark(resolver, marks, kind, node.left);
  }
}
