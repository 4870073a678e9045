/** The law in JavaScript and TypeScript. */
import type { TSESLint } from '@typescript-eslint/utils';
import { beginningAmong, plainSpecifier } from '../sessions/catalogue.js';
import { calledSpecifiers, moduleDeclarations, searchFor, type ModuleDeclaration } from '../sessions/evidence.js';
import type { EnvFiles } from '../languages/env-files.js';
import type { SessionModel } from '../sessions/model.js';
import { optionOf } from './cache.js';
import { Connections, type Connection } from './connections.js';
import { findDirect } from './direct.js';
import { forms, pgPromise } from './drivers.js';
import { findEngine } from './engine.js';
import type { Finding } from './finding.js';
import { findKnobs, findPgPrepare } from './knobs.js';
import { findStartup } from './startup.js';
import { findCache, findNamed, findPinning } from './statements.js';

/** What opens a connection, by module: `DataSource` of typeorm, but not its decorators. */
const openers = new Map<string, Set<string>>();
for (const { from, exports } of [...forms, pgPromise]) {
  for (const module of from) openers.set(module, new Set([...(openers.get(module) ?? []), ...exports.map((name) => name.split('.', 1)[0] ?? name)]));
}
/** Words that stand for one without an import. Errors of Prisma have names that begin like its client's. */
const mayMentionPrisma = searchFor('PrismaClient');
const prismaClient = /\bPrismaClient\b/;
const mentionsPgPrepare = searchFor('PGPREPARE');
/** Bun's class, with whatever white space and comments. */
const bunSql = /\bBun\s*(?:\/[*/]|\.\s*(?:\/[*/]|SQL\b))/;

/** Whether a file can open a connection. The imports are looked through, and the text once; other files cost nothing more. */
export function opensConnections({ ast, text }: Readonly<TSESLint.SourceCode>): boolean {
  if (moduleDeclarations(ast).some(importsOpener)) return true;
  if ((mayMentionPrisma(text) && prismaClient.test(text)) || mentionsPgPrepare(text) || (text.includes('Bun') && bunSql.test(text))) return true;
  return calledSpecifiers(text).some(isOfOpener);
}

const mayBeOfOpener = beginningAmong([...openers.keys()]);

function isOfOpener(specifier: string): boolean {
  return mayBeOfOpener(specifier) && openers.has(plainSpecifier(specifier));
}

function importsOpener(declaration: ModuleDeclaration): boolean {
  if (declaration.type !== 'ImportDeclaration' || declaration.importKind === 'type' || !mayBeOfOpener(declaration.source.value)) return false;
  const names = openers.get(plainSpecifier(declaration.source.value));
  return names !== undefined && declaration.specifiers.some((each) => each.type !== 'ImportSpecifier' || names.has(each.imported.type === 'Identifier' ? each.imported.name : each.imported.value));
}

export function* findInCode(model: SessionModel, envFiles: EnvFiles | undefined): Generator<Finding> {
  const connections = new Connections(model, envFiles);
  for (const connection of connections.all) {
    const knobs = [...findKnobs(model, connections, connection)];
    yield* knobs;
    // One mistake, one finding: a knob that is not connected explains why the cache is on.
    const isExplained = knobs.some(({ messageId, data }) => messageId === 'lookAlikeKnob' || messageId === 'knobsDisagree' || (messageId === 'deadUrlParam' && data.instead !== ''));
    if (!isExplained) yield* findCache(model, connections, connection);
    yield* findEngineUrls(connections, connection);
  }
  yield* findPgPrepare(model);
  // Connections that other files open are known by the settings only.
  if (connections.all.length === 0 && typeof model.file.settings.pooler !== 'string') return;
  yield* findStartup(connections);
  yield* findNamed(model, connections);
  yield* findPinning(model, connections);
  yield* findDirect(model, connections);
}

/** `new PrismaClient({ datasourceUrl })`; with an adapter the engine sends nothing. */
function* findEngineUrls(connections: Connections, connection: Connection): Generator<Finding> {
  if (connection.form.driver !== 'prisma-engine' || optionOf(connections, connection, 'adapter').state !== 'absent') return;
  for (const { url, source, pooler, name } of connection.routes) {
    if (url && source) yield* findEngine({ url, pooler, name, text: source.kind === 'text' ? source.text : undefined, range: source.node.range });
  }
}
