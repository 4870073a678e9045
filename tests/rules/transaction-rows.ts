/** Rows of the laws of a transaction that the catalogue's pages give by themselves: one for each way to open and to end. */
import { libraries } from '../../src/libraries/index.js';
import type { AcquireOrigin, CallbackOrigin, Library, SessionFacts } from '../../src/libraries/library.js';

export interface Opening {
  readonly label: string;
  readonly library: Library;
  readonly facts: SessionFacts;
  /** The import that is the file's evidence, and the session type where a class makes it. */
  readonly head: string;
  /** Source around the work. */
  readonly wrap: (work: string, parameter?: string) => string;
}

const packageOf = (library: Library): string => library.packages.find((name) => !name.includes('*')) ?? '';

/** Sessions that are a transaction by being there; on the others one is begun. */
const isTransaction = (facts: SessionFacts): boolean => /transaction|attempt|task|request-context|request-client/.test(facts.id);

/** Every managed callback of every page that hands over a transaction. */
export const managed: readonly Opening[] = libraries.flatMap((library) =>
  library.sessions.flatMap((facts) =>
    facts.origins
      .filter((origin): origin is CallbackOrigin & { param: number } => origin.kind === 'callback' && typeof origin.param === 'number' && origin.on !== 'session' && !origin.receiverIsSession)
      .filter((origin) => (isTransaction(facts) || origin.methods.some((method) => /trans/i.test(method))) && !origin.after?.includes('connection'))
      .flatMap((origin) =>
        origin.methods
          .filter((method) => !['task', 'taskIf'].includes(method))
          .map((method) => ({ label: `${library.id}: ${method}`, library, facts, head: headOf(library, origin, method), wrap: wrapOf(origin, method) })),
      ),
  ),
);

function headOf(library: Library, origin: CallbackOrigin, method: string): string {
  return origin.on === 'module' ? `import { ${method} } from '${packageOf(library)}';` : `import '${packageOf(library)}';`;
}

function wrapOf(origin: CallbackOrigin & { param: number }, method: string) {
  return (work: string, parameter = 's'): string => {
    const parameters = [...Array.from({ length: origin.param }, (_, at) => `p${String(at)}`), parameter].join(', ');
    const callback = `async (${parameters}) => { ${work} }`;
    const receiver = origin.on === 'module' ? method : `client${origin.after ? `.${origin.after[0] ?? ''}()` : ''}.${method}`;
    return `export const run = (client) => ${receiver}(${origin.on === 'module' ? 'client, ' : ''}${callback});`;
  };
}

/** Every acquire call of every page that opens a transaction by itself. */
export const acquired: readonly Opening[] = libraries.flatMap((library) =>
  library.sessions.flatMap((facts) =>
    facts.origins
      .filter((origin): origin is AcquireOrigin => origin.kind === 'acquire' && origin.on !== 'session' && origin.on !== 'module' && origin.element === undefined && !origin.provider && !origin.after)
      .filter(() => isTransaction(facts) && !facts.begins && endsOf(facts).length > 0)
      .flatMap((origin) =>
        origin.methods.map((method) => ({
          label: `${library.id}: ${method}`,
          library,
          facts,
          head: `import '${packageOf(library)}';`,
          wrap: (work: string) => `export async function run(client) { const s = ${origin.promised ? 'await ' : ''}client.${method}(); ${work} }`,
        })),
      ),
  ),
);

/** Methods that end the transaction, as written. */
export function endsOf(facts: SessionFacts): readonly string[] {
  return [...(facts.release?.methods ?? []), ...(facts.release?.endsTransactionOnly ?? [])].filter((name) => /^(?:commit|rollback|abort|discard|commitTransaction|abortTransaction|rollbackTransaction)$/.test(name));
}

/** `s.commit()`, or `s.commit().execute()` where the page says that it needs it. */
export function endCall(facts: SessionFacts, method: string): string {
  return `s.${method}()${facts.release?.needs === undefined ? '' : `.${facts.release.needs}()`}`;
}

/** Statements as the users of a library write them, where the first method of its page would not do. */
const written: Readonly<Record<string, (receiver: string) => string>> = {
  prisma: (receiver) => `${receiver}.user.create({ data: {} })`,
  kysely: (receiver) => `${receiver}.insertInto('a').values({}).execute()`,
  knex: (receiver) => `${receiver}('a').insert({})`,
  drizzle: (receiver) => `${receiver}.insert(a).values({})`,
  'postgres-js': (receiver) => `${receiver}\`INSERT INTO a VALUES (1)\``,
  'bun-sql': (receiver) => `${receiver}\`INSERT INTO a VALUES (1)\``,
  neon: (receiver) => `${receiver}.query('INSERT INTO a VALUES (1)')`,
};

/** A statement on a session or client of the page. */
export function statement(library: Library, facts: SessionFacts, receiver: string): string | undefined {
  const own = written[library.id];
  if (own) return own(receiver);
  const method = facts.operations?.writes?.find((name) => !endsOf(facts).includes(name)) ?? facts.operations?.sql?.[0] ?? facts.operations?.reads?.[0];
  return method === undefined ? undefined : `${receiver}.${method}('x')`;
}

/** Pages whose sessions travel as an option: the call that lacks it is the outer client. */
export const travelsAsOption = (facts: SessionFacts): boolean => facts.travels?.options !== undefined;
