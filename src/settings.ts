import { libraries } from './libraries/index.js';
import { NAMESPACE } from './namespace.js';
import type { Shape } from './settings-shape.js';
import { boolean, forAllOrByVariable, index, listOf, nameAmong, object, oneOf, text } from './settings-shape.js';

/** A function of the user's own that runs a callback with a session: `withTransaction(async (tx) => …)`. */
export interface WrapperSetting {
  /** The function's name, or the method's. */
  readonly name: string;
  /** Index of the session among the callback's parameters. */
  readonly sessionParam: number;
  /** Index of the client among the function's own arguments. */
  readonly clientArg?: number;
  /** Id of the library whose session it is; several are possible without it. */
  readonly library?: string;
}

/** Something of the user's own that the plugin cannot see through: a type, a client, a decorator. */
export interface NamedSetting {
  readonly name: string;
  /** The module that exports it, as imports write it. Without it the name alone decides. */
  readonly from?: string;
  /** Id of the library that it belongs to. */
  readonly library?: string;
}

/** Modules of the user's own whose calls are slow work outside the database. */
export interface ExternalModuleSetting {
  /** The module, as imports write it. */
  readonly from: string;
  /** What is meant of its exports; without it all of them. */
  readonly names?: readonly string[];
}

/** What the plugin takes for slow work outside the database, besides what it knows. */
export interface ExternalIoSetting {
  readonly modules: readonly ExternalModuleSetting[];
  /** Modules (or `fetch`, `sleep`) that may be waited for inside a transaction. */
  readonly allow: readonly string[];
}

const POOLERS = ['supavisor', 'pgbouncer', 'pgbouncer-statement-tracking', 'session', 'none'] as const;

/** What stands between the application and the database. */
export type Pooler = (typeof POOLERS)[number];

/** The pooler of every connection, or of connections whose URL comes from the environment variable of that name. */
export type PoolerSetting = Pooler | ReadonlyMap<string, Pooler>;

/** `settings['db-session']`, checked, with defaults filled in. */
export interface Settings {
  readonly wrappers: readonly WrapperSetting[];
  readonly sessionTypes: readonly NamedSetting[];
  readonly clients: readonly NamedSetting[];
  readonly ambientDecorators: readonly NamedSetting[];
  readonly ignoredLibraries: readonly string[];
  /** Undefined where the user says nothing of it. */
  readonly pooler: PoolerSetting | undefined;
  readonly readEnvFiles: boolean;
  /** Clients of read replicas, as the code writes them: `prismaRead`, `this.replica`. */
  readonly readReplicas: readonly string[];
  readonly externalIo: ExternalIoSetting;
}

const library = nameAmong(libraries.map(({ id }) => id).toSorted());

const named = object({ name: text }, { from: text, library });

const writtenWrapper = object({ name: text }, { sessionParam: index, clientArg: index, library });
const wrapper: Shape<WrapperSetting> = (value, path) => ({ sessionParam: 0, ...writtenWrapper(value, path) });

const writtenExternalIo = object({}, { modules: listOf(object({ from: text }, { names: listOf(text) })), allow: listOf(text) });
const externalIo: Shape<ExternalIoSetting> = (value, path) => ({ modules: [], allow: [], ...writtenExternalIo(value, path) });

const writtenSettings = object(
  {},
  {
    wrappers: listOf(wrapper),
    sessionTypes: listOf(named),
    clients: listOf(named),
    ambientDecorators: listOf(named),
    ignoredLibraries: listOf(library),
    pooler: forAllOrByVariable(oneOf(POOLERS)),
    readEnvFiles: boolean,
    readReplicas: listOf(text),
    externalIo,
  },
);

const defaults: Settings = {
  wrappers: [],
  sessionTypes: [],
  clients: [],
  ambientDecorators: [],
  ignoredLibraries: [],
  pooler: undefined,
  readEnvFiles: false,
  readReplicas: [],
  externalIo: { modules: [], allow: [] },
};

const alreadyRead = new WeakMap<object, Settings>();

/**
 * Reads the plugin's settings, once for each settings object.
 *
 * @param shared - `context.settings`, the settings of all plugins.
 * @returns The plugin's settings, complete with defaults.
 * @throws {Error} On a key or a value that is not valid. The message names the key with its path, the nearest valid
 *   key, and what was expected.
 */
export function readSettings(shared: Readonly<Record<string, unknown>>): Settings {
  const known = alreadyRead.get(shared);
  if (known) return known;
  const own = shared[NAMESPACE];
  const settings = own === undefined ? defaults : { ...defaults, ...writtenSettings(own, `settings['${NAMESPACE}']`) };
  alreadyRead.set(shared, settings);
  return settings;
}
