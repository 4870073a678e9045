/** The connections that a file opens: which driver, where the URL comes from, which options, and what pooler is behind it. */
import type { TSESTree } from '@typescript-eslint/utils';
import { exportName } from '../sessions/acquisitions.js';
import { plainSpecifier } from '../sessions/catalogue.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingFunction, propertyName, receiverOf, unwrapAwait, type CallLike, type Node } from '../sessions/syntax.js';
import { drivers, forms, pgPromise, prismaClient, wrappers, type Driver, type Form } from './drivers.js';
import type { EnvFiles } from '../languages/env-files.js';
import type { PoolerKind } from './kinds.js';
import { onlyValue, Places, type Place, type Said } from './places.js';
import { isLoopback, poolerInSettings, poolerOf, type Address } from './recognise.js';
import { sourcesOf, type Source } from './sources.js';
import { HOLE } from '../pieced-text.js';
import { parseUrl, type ConnectionUrl } from './url.js';

/** One way to the database that a connection may take. */
export interface Route {
  readonly source: Source | undefined;
  /** Where it is known; it stands in this file if the source is a text. */
  readonly url: ConnectionUrl | undefined;
  readonly pooler: PoolerKind | undefined;
  /** How a message calls it: the variable's name, never what is in it. */
  readonly name: string;
  readonly isLocal: boolean;
}

export interface Connection {
  readonly form: Form;
  readonly driver: Driver;
  readonly call: CallLike;
  readonly routes: readonly Route[];
  /** The driver's options, as far as the call has any. */
  readonly options: readonly Place[];
}

/** What drizzle or Kysely makes of a connection sends unnamed statements. */
export interface Path {
  readonly connection: Connection;
  /** Through a wrapper that itself names nothing, or only what it is asked to. */
  readonly wrapped: boolean;
}

export class Connections {
  readonly all: readonly Connection[];
  readonly places: Places;
  readonly #model: SessionModel;
  readonly #envFiles: EnvFiles | undefined;
  readonly #byCall = new Map<Node, Connection>();
  #depth = 0;

  constructor(model: SessionModel, envFiles: EnvFiles | undefined) {
    this.#model = model;
    this.#envFiles = envFiles;
    this.places = new Places(model);
    for (const call of model.file.calls) {
      const form = hasNameOfOpener(call) && this.#mayOpen(rootOf(call.callee)) ? this.#formOf(call) : undefined;
      const connection = form && this.#connect(form, call);
      if (connection) this.#byCall.set(call, connection);
    }
    this.all = [...this.#byCall.values()];
  }

  /** The export that a call calls: `['pg', 'Pool']`. */
  exportOf(call: CallLike): readonly [specifier: string, name: string] | undefined {
    const callee = this.#model.resolver.valueOf(call.callee);
    if (callee?.kind !== 'module') return isBunSql(call) ? ['bun', 'SQL'] : undefined;
    const name = exportName(callee.path);
    return name === undefined ? undefined : [plainSpecifier(callee.specifier), name];
  }

  // ----- what a call opens

  /** A first look that resolves nothing: what is called comes from a module that opens connections, or is Bun. */
  #mayOpen(root: Node): boolean {
    if (root.type === 'ImportExpression') return true;
    if (root.type !== 'Identifier') return false;
    const variable = this.#model.file.variableOf(root);
    const definition = variable?.defs[0];
    switch (definition?.type as string | undefined) {
      case 'ImportBinding':
        return isOpener(definition?.node as Node, definition?.parent as Node | null);
      case 'Variable': {
        const { init } = definition?.node as TSESTree.VariableDeclarator;
        const made = init && rootOf(init);
        if (made?.type === 'ImportExpression') return true;
        if (made?.type !== 'Identifier' || made === root) return false;
        if (made.name === 'require') return true;
        // `const pgp = pgPromise()`
        const maker = this.#model.file.variableOf(made)?.defs[0];
        return (maker?.type as string | undefined) === 'ImportBinding' ? isOpener(maker?.node as Node, maker?.parent as Node | null) : (maker?.type as string | undefined) === 'Variable' && init?.type === 'CallExpression';
      }
      case undefined:
        return root.name === 'Bun' || root.name === 'require';
      default:
        return false;
    }
  }

  #formOf(call: CallLike): Form | undefined {
    const exported = this.exportOf(call);
    if (!exported) return this.#isPgPromise(call) ? pgPromise : undefined;
    const [specifier, name] = exported;
    if (name === 'PrismaClient' && call.type === 'NewExpression') return prismaClient;
    return forms.find((form) => form.from.includes(specifier) && form.exports.includes(name) && this.#isMade(form, call) && this.#isMeant(form, call));
  }

  #isMade({ how, least = 0 }: Form, call: CallLike): boolean {
    return call.arguments.length >= least && (how === 'either' || (how === 'new') === (call.type === 'NewExpression'));
  }

  #isMeant({ only = [] }: Form, call: CallLike): boolean {
    return only.every(({ path, values }) => {
      const place = this.#at(call, path);
      const constant = place && this.places.constantOf(place);
      return constant ? values.includes(String(constant.value)) : place === undefined;
    });
  }

  /** `pgp(url)`, where `pgp` is what calling the module gives. */
  #isPgPromise(call: CallLike): boolean {
    if (call.type !== 'CallExpression' || call.callee.type === 'MemberExpression') return false;
    const callee = this.places.of(call.callee);
    if (callee.kind !== 'node' || callee.node.type !== 'CallExpression' || callee.node === call) return false;
    const exported = this.exportOf(callee.node);
    return exported?.[0] === 'pg-promise' && exported[1] === 'default';
  }

  #connect(form: Form, call: CallLike): Connection | undefined {
    const sources = form.urls.flatMap((path) => this.#placesAt(call, path)).flatMap((place) => sourcesOf(this.places, place));
    // `process.env.DATABASE_URL ?? 'file:./dev.db'` is no PostgreSQL, whatever the settings say of all connections.
    const isElsewhere = sources.some((source) => source.kind === 'text' && isOtherUrl(source.text.value));
    const routes = sources.map((source) => this.#route(source)).map((route) => (isElsewhere && !route.url ? { ...route, pooler: undefined } : route));
    if (routes.length === 0) {
      for (const path of form.endpoints ?? []) {
        const place = this.#at(call, path);
        const address = place && this.#addressOf(place);
        if (address) routes.push(this.#routeTo(address));
      }
    }
    const { settings } = this.#model.file;
    // What drizzle is given may be a client, with options of its own.
    if (routes.length === 0 && isDrizzle(form) && !this.#at(call, '0.connection')) return undefined;
    if (routes.length === 0) routes.push({ source: undefined, url: undefined, pooler: poolerInSettings(settings, undefined), name: 'this connection', isLocal: false });
    const options = (form.options ?? []).flatMap((path) => this.#optionsAt(form, call, path));
    return { form, driver: drivers[form.driver], call, routes, options };
  }

  /** The place at a path into the arguments; undefined where there is nothing, or nobody knows. */
  #at(call: CallLike, path: string): Place | undefined {
    const [index = '0', ...keys] = path.split('.');
    const argument = call.arguments[Number(index)];
    if (!argument || argument.type === 'SpreadElement') return undefined;
    const place = this.places.of(argument);
    if (keys.length === 0) return place;
    const said = this.places.saidAt(place, keys);
    return said.state === 'set' ? said.value : undefined;
  }

  #placesAt(call: CallLike, path: string): Place[] {
    const place = this.#at(call, path);
    return place ? [place] : [];
  }

  /** An argument that is the URL is no options object; one that nobody knows may be. */
  #optionsAt(form: Form, call: CallLike, path: string): Place[] {
    const spread = call.arguments.find((argument) => argument.type === 'SpreadElement');
    if (spread) return [{ kind: 'node', node: spread, bindings: new Map() }];
    const place = this.#at(call, path);
    if (!place) return [];
    if (form.urls.includes(path) && sourcesOf(this.places, place).length > 0) return [];
    if (form.urls.includes(path) && call.arguments.length > 1 && !isObject(place)) return [];
    return [place];
  }

  #route(source: Source): Route {
    const { settings } = this.#model.file;
    if (source.kind === 'hyperdrive') return { source, url: undefined, pooler: undefined, name: 'the Hyperdrive binding', isLocal: false };
    if (source.kind === 'variable') {
      const found = this.#envFiles?.find(source.name);
      const url = found && parseUrl(found.value);
      return { source, url, pooler: poolerOf(settings, source.name, url), name: found && url ? `${source.name}, as in ${found.file}:${String(found.line)}` : source.name, isLocal: url !== undefined && isLoopback(url.host) };
    }
    const url = parseUrl(source.text.value);
    return { source, url, pooler: poolerOf(settings, undefined, url), name: 'this URL', isLocal: url !== undefined && isLoopback(url.host) };
  }

  /** `{ host, port }`, as far as they are written down. */
  #addressOf(options: Place): Address | undefined {
    const host = [this.places.said(options, 'host'), this.places.said(options, 'hostname')].find((said) => said.state === 'set');
    if (!host) return undefined;
    const text = this.#textOf(host);
    const port = this.places.said(options, 'port');
    const user = ['user', 'username'].map((key) => this.#textOf(this.places.said(options, key))).find((name) => name !== undefined);
    return { host: (text ?? HOLE).toLowerCase(), port: port.state === 'absent' ? 5432 : numberOf(this.#textOf(port)), user: user ?? '' };
  }

  #textOf(said: Said): string | undefined {
    if (said.state !== 'set') return undefined;
    const constant = this.places.constantOf(said.value);
    if (typeof constant?.value === 'number') return String(constant.value);
    const [source] = sourcesOf(this.places, said.value);
    return source?.kind === 'text' ? source.text.value : undefined;
  }

  #routeTo(address: Address): Route {
    return { source: undefined, url: undefined, pooler: poolerOf(this.#model.file.settings, undefined, address), name: 'this host and port', isLocal: isLoopback(address.host) };
  }

  // ----- what an expression works on

  /** The connection that an expression works on: through variables, fields, `connect()`, transactions and wrappers. */
  behind(expression: Node): Path | undefined {
    if (this.#depth > 12) return undefined;
    this.#depth += 1;
    try {
      const place = this.places.of(expression);
      if (place.kind === 'variable') return undefined;
      const { node } = place;
      switch (node.type) {
        case 'CallExpression':
        case 'NewExpression':
          return this.#behindCall(node);
        case 'MemberExpression':
          return propertyName(node) === '$client' ? unwrapped(this.behind(node.object)) : undefined;
        case 'Identifier':
          return this.#behindIdentifier(node);
        default:
          return undefined;
      }
    } finally {
      this.#depth -= 1;
    }
  }

  #behindCall(call: CallLike): Path | undefined {
    const opened = this.#byCall.get(call);
    const inner = this.wrappedClient(call);
    if (inner) {
      const path = this.behind(inner);
      if (path) return { connection: path.connection, wrapped: true };
    }
    if (opened) return { connection: opened, wrapped: isDrizzle(opened.form) };
    const receiver = receiverOf(call);
    return receiver && /^(?:connect|reserve|getConnection|\$extends|withSchema|forBranch|promise)$/.test(calleeName(call) ?? '') ? this.behind(receiver) : undefined;
  }

  /** The client that is handed to drizzle, a Kysely dialect or an adapter. */
  wrappedClient(call: CallLike): Node | undefined {
    const exported = this.exportOf(call);
    if (!exported) return undefined;
    for (const wrapper of wrappers) {
      if (!wrapper.from.test(exported[0]) || !wrapper.exports.includes(exported[1])) continue;
      for (const path of wrapper.clients) {
        const place = this.#at(call, path);
        if (place?.kind === 'node' && place.node.type !== 'ObjectExpression' && place.node.type !== 'Literal') return place.node;
      }
    }
    return undefined;
  }

  #behindIdentifier(node: Node): Path | undefined {
    const value = this.#model.resolver.valueOf(node);
    if (value?.kind === 'session') {
      const { origin } = value.session;
      const opener = origin.type === 'CallExpression' || origin.type === 'NewExpression' ? origin : callOf(origin);
      if (opener && this.#byCall.has(opener)) return this.#behindCall(opener);
      const receiver = opener && receiverOf(opener);
      if (receiver) return this.behind(receiver);
    }
    const variable = this.#model.file.variableOf(node);
    if (!variable || onlyValue(variable)) return undefined;
    const written = variable.references.filter((reference) => reference.isWrite() && reference.writeExpr);
    const [only] = written;
    return only?.writeExpr && written.length === 1 ? this.behind(only.writeExpr) : undefined;
  }
}

/** The methods that open a connection: `Pool` of `new pg.Pool(…)`. */
const methods: ReadonlySet<string | undefined> = new Set([...forms, prismaClient].flatMap(({ exports }) => exports.map((name) => name.split('.').at(-1))));

/** What is called has such a name, or is no method and may have any. Most calls of a file end here. */
function hasNameOfOpener(call: CallLike): boolean {
  const callee = unwrapAwait(call.callee);
  return callee.type !== 'MemberExpression' || methods.has(propertyName(callee));
}

const openers = new Set([...forms.flatMap(({ from }) => from), ...pgPromise.from]);

function isOpener(specifier: Node, declaration: Node | null): boolean {
  if (specifier.type === 'TSImportEqualsDeclaration') return true;
  if (declaration?.type !== 'ImportDeclaration') return false;
  return openers.has(plainSpecifier(declaration.source.value)) || (specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier' && specifier.imported.name === 'PrismaClient');
}

/** What a chain of members and calls begins with. */
function rootOf(node: Node): Node {
  let root = unwrapAwait(node);
  for (;;) {
    if (root.type === 'MemberExpression') root = unwrapAwait(root.object);
    else if (root.type === 'CallExpression' || root.type === 'NewExpression') root = unwrapAwait(root.callee);
    else return root;
  }
}

export function isDrizzle({ from }: Form): boolean {
  return from.some((module) => module.startsWith('drizzle-orm'));
}

/** Whether a text is a URL, but none of PostgreSQL or MySQL. */
function isOtherUrl(text: string): boolean {
  return /^(?!postgres|mysql|mariadb)[a-z][\w+.-]*:/i.test(text);
}

/** The call whose callback has this parameter. */
function callOf(param: Node): CallLike | undefined {
  const callback = enclosingFunction(param);
  const parent = callback?.parent;
  return parent?.type === 'CallExpression' ? parent : undefined;
}

function unwrapped(path: Path | undefined): Path | undefined {
  return path && { connection: path.connection, wrapped: false };
}

function isBunSql(call: CallLike): boolean {
  const callee = unwrapAwait(call.callee);
  return call.type === 'NewExpression' && callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'Bun' && propertyName(callee) === 'SQL';
}

function isObject(place: Place): boolean {
  return place.kind === 'node' && place.node.type === 'ObjectExpression';
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}
