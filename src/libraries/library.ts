/**
 * The form of a library's page in the catalogue: facts only, no code of the analysis.
 *
 * Everything that the analysis knows about a library is written in these terms, so that a new library is one new
 * data file (and its test rows) and no other change. Words are those of DESIGN: client, session, origin, scope, use,
 * derived, outcome.
 */

/** What the library really does when one session is used by concurrent branches. */
export type OutcomeKind =
  | 'loses-writes'
  | 'escapes-rollback'
  | 'hangs'
  | 'rejects'
  | 'undefined-behaviour'
  | 'queues'
  | 'safe';

/** One clause of truth about a library, fit to be printed in a message, with where it comes from. */
export interface Outcome {
  readonly kind: OutcomeKind;
  /**
   * What happens, as a clause that follows "because" or stands as a sentence of its own: starts lower-case, has no
   * final full stop, names no version unless the fact depends on it.
   */
  readonly text: string;
  /** The version (or range) on which the fact was seen. */
  readonly versions: string;
  /** `measured`: a program showed it (see `evidence`); `documented`: the library's own source or manual says so. */
  readonly status: 'measured' | 'documented';
  /** Identifier of the program below tests/evidence that shows it, `<library>/<claim>`. */
  readonly evidence?: string;
  /** Where a documented fact stands: package file, manual page, issue. */
  readonly source?: string;
  /** Nobody knows (`kind` is `safe`, so that nothing is reported): the library says nothing and nobody measured it. */
  readonly unknown?: true;
}

/** How an exported thing of the library's packages makes or is a client. */
export interface ClientFacts {
  /** Exported classes, and their subclasses: `new Pool()`. */
  readonly constructed?: readonly string[];
  /**
   * Exported functions whose (awaited) result is a client; `default` is the module itself called: `postgres(url)`;
   * dotted for a static method or a namespace: `MongoClient.connect`.
   */
  readonly called?: readonly string[];
  /** Exported values that are clients, or classes whose subclasses are: `import { sql } from '@vercel/postgres'`, `Model`. */
  readonly exported?: readonly string[];
  /** Exported type names. */
  readonly types?: readonly string[];
  /** Properties of a client that are clients again: `dataSource.manager`, `orm.em`. */
  readonly properties?: readonly string[];
  /** Methods of a client that give a client (or something bound to it) again: `pool.promise()`, `ds.getRepository()`. */
  readonly methods?: readonly string[];
  /** Decorators that inject a client into a field or a constructor parameter: `@InjectRepository()`. */
  readonly injectors?: readonly string[];
  /** Methods that run SQL text on whichever connection is free; `tag` when the client itself is a template tag. */
  readonly sql?: readonly string[];
  /** What becomes of BEGIN, SET and the like when they are sent through one of `sql`. */
  readonly sessionStatements?: Outcome;
  /** Methods that the types of a client promise and the client does not have. */
  readonly absent?: { readonly methods: readonly string[]; readonly outcome: Outcome };
  /** A new client for every request: what happens. */
  readonly perRequest?: Outcome;
  /** Methods that end a client and all that it holds: `end`, `$disconnect`. */
  readonly ends?: readonly string[];
}

/** Where a call must stand for an origin to be believed. */
export type ReceiverFact =
  /** The method's name belongs to this library alone: any receiver that is not known to be something else. */
  | 'any'
  /** On a client or a session of the library; an unknown receiver needs evidence for the library in the file. */
  | 'client'
  /** Only on a receiver that is known to be a session of the library. */
  | 'session'
  /** An exported function of the package itself, dotted for a member of an export: `runInTransaction(cb)`, `transaction.start`. */
  | 'module';

/** A managed callback: the session is one of the callback's parameters and ends when the callback's promise settles. */
export interface CallbackOrigin {
  readonly kind: 'callback';
  readonly methods: readonly string[];
  readonly on: ReceiverFact;
  /** Index of the session among the callback's parameters; `none` when the session is ambient (no parameter). */
  readonly param: number | 'none';
  /** Which argument is the callback. Default: the first function among the arguments. */
  readonly callback?: 'first-function' | 'last' | number;
  /** The receiver must be a chain that goes through a call of one of these: Kysely's `db.transaction().execute(cb)`. */
  readonly after?: readonly string[];
  /** The library may call the callback again (retry): side effects in it repeat. */
  readonly retried?: boolean;
  /** The callback must be synchronous (better-sqlite3). */
  readonly synchronous?: boolean;
  /** Packages (of the page) for which the callback must be synchronous: `drizzle-orm/better-sqlite3`. */
  readonly synchronousIn?: readonly string[];
  /** The call takes the session from its receiver and gives it to nobody: mongo's `session.withTransaction(cb)`. */
  readonly receiverIsSession?: boolean;
  /**
   * The session is in the asynchronous context too: inside the callback, and in all work that is started there, the
   * library's clients join it without naming it. MikroORM's global entity manager does.
   */
  readonly inContext?: boolean;
}

/** A call that hands the session to the caller, who has to release it. */
export interface AcquireOrigin {
  readonly kind: 'acquire';
  readonly methods: readonly string[];
  readonly on: ReceiverFact;
  /** The call returns a promise of the session. */
  readonly promised: boolean;
  /** The session is this element of the returned tuple: Spanner's `const [tx] = await db.getTransaction()`. */
  readonly element?: number;
  /** The same method with a callback is something else (managed, or callback style with the session as parameter). */
  readonly callbackParam?: number;
  /** As in {@link CallbackOrigin.after}: `db.startTransaction().execute()`. */
  readonly after?: readonly string[];
  /** Without a call of one of these the session holds nothing: mssql's `new Transaction(pool)` before `begin()`. */
  readonly activatedBy?: readonly string[];
  /** The call returns a function, and calling that returns the session: Knex's `transactionProvider()`. */
  readonly provider?: boolean;
  /** The session is this property of the result, and only where the call asks for it: oracledb's `resultSet`. */
  readonly property?: string;
  /** The option (set to true) without which the result has no such property. */
  readonly option?: string;
}

/** A class whose instance is the session: `new Client()` of pg, `new sql.Transaction(pool)` of mssql. */
export interface ConstructedOrigin {
  readonly kind: 'constructed';
  readonly classes: readonly string[];
  readonly activatedBy?: readonly string[];
}

/** A property that holds a session: `request.pg` of @fastify/postgres, `txHost.tx` of nestjs-cls. */
export interface PropertyOrigin {
  readonly kind: 'property';
  /** Type names (of the library's packages) that have the property. */
  readonly of: readonly string[];
  readonly property: string;
  /** A session only inside an ambient scope of the page; elsewhere it is the root client: `txHost.tx`. */
  readonly ambientOnly?: boolean;
}

/** An ambient scope: inside it, clients of `of` libraries work on the one session without naming it. */
export interface AmbientOrigin {
  readonly kind: 'ambient';
  /** Exported decorators: `@Transactional()`. */
  readonly decorators?: readonly string[];
  /** Exported functions that run a callback in the scope. */
  readonly functions?: readonly string[];
  /** Methods (on a client of the library) that run a callback in the scope when it is switched on. */
  readonly methods?: readonly string[];
  /** The call that switches it on, as `method` or `method(first argument)`: `useCLS`, `set(transactionAsyncLocalStorage)`. */
  readonly switchedOnBy?: string;
  /** Packages (of the page) in which it is on without being switched on, unless `switchedOffBy` (an option) is set. */
  readonly onByDefaultIn?: readonly string[];
  readonly switchedOffBy?: string;
  /** The scope's session is the decorated method's parameter of one of these types: Vendure's `ctx: RequestContext`. */
  readonly parameterTypes?: readonly string[];
  /** Option values that open an own session per call: `Propagation.REQUIRES_NEW`. */
  readonly ownSession?: readonly string[];
  /** Libraries (ids) whose clients join. */
  readonly of: readonly string[];
  /** Functions and methods whose callback is outside the scope: `withoutTransaction`. */
  readonly outside?: readonly string[];
  /** Functions and methods whose callback runs when the scope has ended, which is meant: `runOnTransactionCommit`. */
  readonly afterEnd?: readonly string[];
  /** What becomes of work that inherits the scope when it has ended, where that differs from the session's `afterScope`. */
  readonly afterScope?: Outcome;
}

export type Origin = CallbackOrigin | AcquireOrigin | ConstructedOrigin | PropertyOrigin | AmbientOrigin;

/** How a session gives up what it holds. */
export interface ReleaseFacts {
  /** Methods of the session that end it: `release`, `endSession`. */
  readonly methods: readonly string[];
  /** Paths from the session to an object by which it can be released as well: TypeORM's `manager.queryRunner`. */
  readonly through?: readonly string[];
  /** It holds nothing on the server before it is used for the first time. */
  readonly lazy?: true;
  /** Methods that send nothing, and fail only where they are used wrongly: mongo's `startTransaction`. */
  readonly cannotFail?: readonly string[];
  /** Properties (or methods without arguments) that are truthy once it has been released: `isReleased`. */
  readonly shownBy?: readonly string[];
  /** Methods, or `method(event)`, by which it is kept for as long as the process listens: `on(notification)`. */
  readonly keptBy?: readonly string[];
  /** Methods of the client that take the session: `pool.releaseConnection(c)`. */
  readonly byClient?: readonly string[];
  /** Methods that end the transaction but not the session: mongo's `commitTransaction`. */
  readonly endsTransactionOnly?: readonly string[];
  /** The release returns a promise (an un-awaited one floats). */
  readonly promised: boolean;
  /** The method only builds a command; this must follow: Kysely's `.commit().execute()`. */
  readonly needs?: string;
  /** An end that fails, where the promise of that call does not reject: what happens. */
  readonly failure?: Outcome;
  /** The property of the session whose promise rejects then: Knex's `executionPromise`. */
  readonly settles?: string;
  /** Releasing twice: what happens. */
  readonly twice?: Outcome;
  /** Using it after release: what happens. */
  readonly after?: Outcome;
  /** Never releasing it: what happens. */
  readonly never?: Outcome;
  /** Releasing it while a transaction is open on it: what happens. */
  readonly openTransaction?: Outcome;
  /** `await using` / `using`: does the library implement it, since when, and is it a correct release. */
  readonly dispose?: {
    readonly symbol: 'asyncDispose' | 'dispose' | 'both' | 'none';
    readonly since?: string;
    /** The latest version of the library's first package that was looked at; later ones may have changed. */
    readonly asOf: string;
    readonly harm?: Outcome;
  };
}

/** What a session's own methods do, as far as the rules need to know. Names, matched on the last call of a chain first. */
export interface OperationFacts {
  /** Methods that only read, in one statement. */
  readonly reads?: readonly string[];
  /** Methods that write, lock or change the transaction's state. */
  readonly writes?: readonly string[];
  /** Methods that take several steps by themselves (`findOrCreate`, `save`): never a single read. */
  readonly compound?: readonly string[];
  /** Methods and properties that do no I/O at all: `repository.create()`, `knex.ref()`. */
  readonly local?: readonly string[];
  /** Methods whose first argument is SQL text that decides between read and write; tagged templates too. */
  readonly sql?: readonly string[];
  /** A chain does I/O only when it ends in one of these (Kysely's `execute`); absent: awaiting or calling is enough. */
  readonly runs?: readonly string[];
  /** In a library whose calls are eager: methods that only build a query, which runs when awaited (Mongoose's `find`). */
  readonly lazy?: readonly string[];
  /** The only methods that are dangerous to share; everything else is safe (MikroORM's non-transactional `em`). */
  readonly onlyHazards?: readonly string[];
}

/** How a use of a session is recognised where its origin is out of sight: the library's own calling convention. */
export interface TravelFacts {
  /** Names of the option that carries it: `transaction`, `session`. */
  readonly options?: readonly string[];
  /** Methods whose options object may carry it, with the position of that object; `last` is the last argument. */
  readonly optionMethods?: Readonly<Record<string, number | 'last'>>;
  /** Builder methods that take it: `.transacting(trx)`, `.session(session)`. */
  readonly methods?: readonly string[];
  /** Methods that take it as an argument (position): Objection's `Model.query(trx)`, gel's `query.run(tx)`. */
  readonly argumentOf?: Readonly<Record<string, number>>;
}

/** Calls that only a session (or client) of this library answers to; evidence where no import is in sight. */
export interface Fingerprint {
  /**
   * Method names after the session, outermost last, as a path; `*` is any one property: Prisma's `*.findMany` is
   * `tx.user.findMany(…)`, Drizzle's `insert().values` is `tx.insert(t).values(…)`.
   */
  readonly paths?: readonly string[];
  /**
   * Whether a call on the path is given a text (Knex's `select('a').from('t')`) or none is (Drizzle's
   * `select({ a }).from(t)`), where two libraries use the same names. Absent: it does not matter.
   */
  readonly texts?: 'some' | 'none';
  /** The session itself is called with a table name (or called, and the result with one of `operations`) or used as a template tag. */
  readonly called?: 'with-string' | 'as-tag';
}

/** What differs where the library runs on these drivers; the facts of the session itself hold where none is shown. */
export interface DriverFacts
  extends Partial<Pick<SessionFacts, 'concurrentUse' | 'concurrentReads' | 'parallelNested' | 'afterScope' | 'outerClient' | 'swallowedError' | 'instead'>> {
  /** Subpaths of the library that are for the driver, as in {@link Library.packages}: `drizzle-orm/libsql`. */
  readonly modules: readonly string[];
  /** Libraries (ids) that are the driver: shown by an import, or by package.json. */
  readonly drivers: readonly string[];
}

/** A kind of session of a library. */
export interface SessionFacts {
  /** Identifier, unique in the library: `transaction`, `connection`. */
  readonly id: string;
  /** The noun in messages: "transaction", "pooled connection", "query runner". */
  readonly noun: string;
  /** Exported type names of sessions, dotted for namespaces: `Prisma.TransactionClient`, `Knex.Transaction`. */
  readonly types?: readonly string[];
  /** Types that mean a session as a function's parameter, but an injected root client as a field or constructor parameter. */
  readonly typesOfParameters?: readonly string[];
  readonly origins: readonly Origin[];
  /** What carries the session on: `qr.manager`, `manager.getRepository(X)`. */
  readonly derived?: {
    readonly properties?: readonly string[];
    readonly methods?: readonly string[];
    readonly classes?: readonly string[];
    /** Every property that is no operation stands for a model: Prisma's `tx.user`. */
    readonly models?: true;
  };
  /** Calls that open a session of their own (not a use of this one): `em.fork()`. */
  readonly forks?: readonly string[];
  /** Calls that open a nested transaction or savepoint on this session. */
  readonly nested?: readonly string[];
  readonly travels?: TravelFacts;
  /** Lazy builders run when awaited; eager ones run when called. */
  readonly builders: 'lazy' | 'eager';
  /** Its methods give no promises: `none`, or only where one of these packages (of the page) is imported. */
  readonly promises?: 'none' | readonly string[];
  readonly operations?: OperationFacts;
  readonly fingerprint?: Fingerprint;
  /** Methods that begin a transaction on this session; SQL text (`BEGIN`) sent through `operations.sql` counts too. */
  readonly begins?: readonly string[];
  /** One session, several branches, at least one of which writes or takes several steps. */
  readonly concurrentUse: Outcome;
  /** Several branches with one read each, where that differs from `concurrentUse`. Absent: reads merely queue. */
  readonly concurrentReads?: Outcome;
  /** Several branches with one statement each, writes too, where that differs from `concurrentUse` (pipelining). */
  readonly concurrentSingles?: Outcome;
  /** Concurrent use of a session whose origin is in sight and on which nothing of `begins` happens. */
  readonly outsideTransaction?: Outcome;
  /** Nested transactions or savepoints opened by several branches. */
  readonly parallelNested?: Outcome;
  /** A nested call with an array of queries: Prisma's `tx.$transaction([…])`. */
  readonly nestedBatch?: Outcome;
  /** A use after the scope has ended. */
  readonly afterScope?: Outcome;
  /** An un-awaited use inside the scope. */
  readonly floating?: Outcome;
  /** The root client used inside the session's scope. */
  readonly outerClient?: Outcome;
  /** An error of a statement that is caught inside the scope and not thrown again. */
  readonly swallowedError?: Outcome;
  /** An asynchronous body (async callback, `await` between BEGIN and COMMIT) where the library wants a synchronous one. */
  readonly asyncBody?: Outcome;
  readonly release?: ReleaseFacts;
  /** What does by itself what a function does by hand that acquires a session for one transaction. */
  readonly managed?: {
    /** Method of the client that acquires the session for a callback, and ends it: `transaction`, `withSession`. */
    readonly method: string;
    /** The callback gets this property of the session, and not the session: TypeORM's `manager`. */
    readonly gives?: string;
    /** Method of the session that begins and commits around a callback, and may call it again: `withTransaction`. */
    readonly inner?: string;
  };
  /** For a library over several drivers, whose outcomes are those of the driver. */
  readonly byDriver?: readonly DriverFacts[];
  /** What to write instead of concurrent use: an imperative clause, lower-case, no full stop. */
  readonly instead: string;
}

/** A library's page. */
export interface Library {
  /** File name and identifier: `prisma`. */
  readonly id: string;
  /** As its makers write it: `Prisma`. */
  readonly name: string;
  /** Versions on which the page was checked. */
  readonly checked: string;
  /** Package specifiers, exact, or with a final `/*` for all subpaths (the bare name is not included). */
  readonly packages: readonly string[];
  /** Packages that are of no use without this library; importing one is evidence: `pg-cursor`. */
  readonly companions?: readonly string[];
  /** Names in package.json that count as evidence. Default: those of `packages` without subpaths. */
  readonly dependencies?: readonly string[];
  /** Last path segments of generated or local modules that re-export the library: Prisma's generated client. */
  readonly localModules?: readonly string[];
  /**
   * Words that only this library's users write, as regular expressions over the file's text: evidence where neither an
   * import nor a package.json is in sight (`queryInterface.sequelize` in a migration).
   */
  readonly markers?: readonly string[];
  readonly clients?: ClientFacts;
  readonly sessions: readonly SessionFacts[];
  /** Types of the library's packages that a parameter may have for a client as well as for a session: `Knex`. */
  readonly eitherTypes?: readonly string[];
  /** Where nothing is to be flagged, why; other advice to the reader: shown in docs/libraries.md. */
  readonly note?: string;
  /** Sources of the page as a whole. */
  readonly sources: readonly string[];
}
