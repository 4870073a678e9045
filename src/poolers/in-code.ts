/** The law in JavaScript and TypeScript. */
import type { TSESLint } from '@typescript-eslint/utils';
import { plainSpecifier } from '../sessions/catalogue.js';
import { importedSpecifiers } from '../sessions/evidence.js';
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

const modules = new Set([...forms.flatMap(({ from }) => from), ...pgPromise.from]);
const words = /\bPrismaClient\b|\bBun\.SQL\b|\bPGPREPARE\b/;
const nestedImports = new RegExp(`(?:require|import)\\(['"](?:npm:)?(?:${[...modules].map((name) => name.replace(/[/.]/g, '\\$&')).join('|')})['"@]`);

/** Whether a file can open a connection. A few strings are compared; for other files nothing else is done. */
export function opensConnections({ ast, text }: Readonly<TSESLint.SourceCode>): boolean {
  return importedSpecifiers(ast).some((specifier) => modules.has(plainSpecifier(specifier))) || words.test(text) || nestedImports.test(text);
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
