/** Row 13: what needs the database itself, and gets a pooler. */
import { plainSpecifier } from '../sessions/catalogue.js';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, literalText, receiverOf, type CallLike, type Node } from '../sessions/syntax.js';
import type { Connection, Connections, Route } from './connections.js';
import { useDirect } from './edits.js';
import { certaintyOf, sentence, type Certainty, type Finding } from './finding.js';
import { isDirectName, poolerInSettings } from './recognise.js';

/** What uses the session in a way that no transaction pooler allows. */
const needs = {
  migrate: { tool: 'Prisma Migrate', why: ': it names statements and holds an advisory lock' },
  // `drizzle-kit migrate` itself was measured to work through PgBouncer; what its migrations say may not.
  drizzle: { tool: 'drizzle-kit', why: ' for migrations that lock or SET for the session' },
  kysely: { tool: "Kysely's Migrator", why: ': its advisory lock stays behind on some connection, and the next run hangs' },
  worker: { tool: "Graphile Worker's `run`", why: ': it listens for jobs' },
  listen: { tool: 'LISTEN', why: ': through a pooler a client that waits for notifications gets none, and no error' },
} as const;

type Need = keyof typeof needs;

export function* findDirect(model: SessionModel, connections: Connections): Generator<Finding> {
  for (const connection of connections.all) {
    const need = needOf(connections, connection);
    if (!need) continue;
    // Graphile Worker may be given a pool: `run({ pgPool })`.
    const client = connections.wrappedClient(connection.call);
    const path = client && connections.behind(client);
    yield* report(need, (path?.connection ?? connection).routes, connection.call.callee, path !== undefined && path.connection !== connection);
  }
  const mayMigrate = [...model.file.specifiers].some((specifier) => plainSpecifier(specifier).startsWith('kysely'));
  for (const call of model.file.calls) {
    const client = (mayMigrate ? migratorsClient(connections, call) : undefined) ?? listeningClient(call);
    if (!client) continue;
    const path = connections.behind(client.node);
    if (path && path.connection.form.driver !== 'neon-http') yield* report(client.need, path.connection.routes, call.callee);
    else if (client.need === 'listen' && !path && isPostgres(model, client.node)) yield* report('listen', settingRoute(model), call.callee);
  }
}

function needOf(connections: Connections, { form, call }: Connection): Need | undefined {
  switch (form.driver) {
    case 'prisma-config':
      return 'migrate';
    case 'drizzle-kit':
      return 'drizzle';
    case 'pg-listen':
      return 'listen';
    case 'graphile-worker':
      return connections.exportOf(call)?.[1] === 'run' ? 'worker' : undefined;
    default:
      return undefined;
  }
}

/** `new Migrator({ db })` of Kysely. */
function migratorsClient(connections: Connections, call: CallLike): { node: Node; need: Need } | undefined {
  const [options] = call.arguments;
  if (call.type !== 'NewExpression' || !options || options.type === 'SpreadElement') return undefined;
  // Under whatever name the file imports it.
  const exported = connections.exportOf(call);
  if (exported?.[1] !== 'Migrator' || !/^kysely(?:\/migration)?$/.test(exported[0])) return undefined;
  const said = connections.places.said(connections.places.of(options), 'db');
  return said.state === 'set' && said.value.kind === 'node' ? { node: said.value.node, need: 'kysely' } : undefined;
}

/** `sql.listen(…)`, `sql.subscribe(…)`, `client.query('LISTEN …')`. */
function listeningClient(call: CallLike): { node: Node; need: Need } | undefined {
  const name = calleeName(call);
  const receiver = receiverOf(call);
  if (!receiver || (name !== 'listen' && name !== 'subscribe' && name !== 'query')) return undefined;
  if (name === 'query' && !/^\s*listen\s/i.test(literalText(call.arguments[0])?.slice(0, 100) ?? '')) return undefined;
  return { node: receiver, need: 'listen' };
}

function isPostgres(model: SessionModel, receiver: Node): boolean {
  const value = model.resolver.valueOf(receiver);
  const library = value?.kind === 'client' ? value.library.id : value?.kind === 'session' ? value.session.kinds[0].library.id : '';
  return library === 'pg' || library === 'postgres-js';
}

function settingRoute(model: SessionModel): Route[] {
  const pooler = poolerInSettings(model.file.settings, undefined);
  return pooler ? [{ source: undefined, url: undefined, pooler, name: 'this connection', isLocal: false }] : [];
}

function* report(need: Need, routes: readonly Route[], callee: Node, isElsewhere = false): Generator<Finding> {
  // `process.env.DIRECT_URL ?? process.env.DATABASE_URL`: who has a direct URL gives it.
  if (routes.some(({ source, pooler }) => !pooler && source?.kind === 'variable' && isDirectName(source.name))) return;
  for (const { pooler, source, url, name } of routes) {
    if (!pooler || pooler.mode === 'session') continue;
    const edit = source?.kind === 'text' && url && pooler.direct ? useDirect(source.text, url, pooler.direct) : undefined;
    const certainty: Certainty = need === 'drizzle' && pooler.mode === 'transaction' ? 'note' : certaintyOf(pooler, 'mode');
    yield {
      range: source && !isElsewhere && need !== 'listen' && need !== 'kysely' ? source.node.range : callee.range,
      messageId: 'needsDirect',
      data: { ...needs[need], url: sentence(name), pooler: pooler.name },
      certainty,
      suggest: edit ? [{ messageId: 'useDirect', edits: [edit] }] : [],
    };
    return;
  }
}
