/**
 * The question that the interpreter answers, and its answer.
 *
 * One acquisition at a time: does the session that this expression acquires always find its release? Everything about
 * a library or about the rest of the file comes in through the question's callbacks; the interpreter knows only how
 * JavaScript moves from statement to statement.
 *
 * What it does not see, on purpose or for want of a reason to:
 * - null, undefined, false, 0 and '' are one, for a session is an object or nothing;
 * - conditions agree with themselves only if they read the same (`a > b` and `a <= b` are two), and a property is taken
 *   to stay as it is until it is written, its object's method is called, or a loop that asks for it goes round;
 * - a promise that nobody awaits settles at once, and one that is kept in a variable is followed no further;
 * - when the session has several names, losing one of them loses nothing;
 * - what `for await` does to its iterator on `break`, and what `using` throws.
 */
import type { TSESTree } from '@typescript-eslint/utils';

export type FunctionNode = TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression;

/** The code that is interpreted: a function (parameters and body), a whole file, or a list of statements in braces. */
export type LifetimeScope = FunctionNode | TSESTree.BlockStatement | TSESTree.Program | TSESTree.StaticBlock;

/**
 * What completing an expression does.
 *
 * - `release`: it ends the session. When its promise rejects, the session still counts as ended.
 * - `escape`: somebody else owns the session from here on.
 * - `use`: it works on the session and has finished with it when it is evaluated.
 * - `pending-use`: its value is a promise (or a lazy query) that still works on the session.
 * - `never-returns`: the process ends; nobody is left to leak.
 * - `always-throws`: a helper that only throws; stands for an explicit `throw`.
 * - `cannot-throw`: neither the call nor awaiting it can throw.
 */
export type Effect = 'always-throws' | 'cannot-throw' | 'escape' | 'never-returns' | 'pending-use' | 'release' | 'use';

/** The session is held from the first statement: a parameter, in a helper or in a callback-style acquisition. */
export interface HeldOnEntry {
  /** A truthy expression that this accepts means that there is no session: `err` of `(err, client, done) =>`. */
  readonly unless?: (node: TSESTree.Node) => boolean;
}

export interface LifetimeQuestion {
  readonly scope: LifetimeScope;
  /**
   * The expression whose completion makes the session held; for a promise, the call (the `await` around it is seen).
   * A rejected acquisition holds nothing.
   */
  readonly acquisition: HeldOnEntry | TSESTree.Expression;
  /**
   * Asked once for each expression (and function or class declaration) that is evaluated in the scope, and for the
   * calls in functions that the scope does not run itself. A function written as the callback of `then`, `catch`,
   * `finally` or `new Promise`, or called where it stands, is run and not asked about.
   */
  readonly classify: (node: TSESTree.Node) => Effect | undefined;
  /** Whether this identifier or member chain denotes the session; also asked for the identifiers of declarations. */
  readonly isSession: (node: TSESTree.Node) => boolean;
  /** An expression that is truthy exactly while the session is released (`qr.isReleased`) or held. */
  readonly statusOf?: (node: TSESTree.Node) => 'held' | 'released' | undefined;
  /**
   * What may throw besides `throw`: awaited things, `for await` and `yield`; or any call as well. The first is for
   * findings that everybody accepts, the second for those who want a `finally` in every case.
   */
  readonly throws: 'any-call' | 'awaited';
  /** Whether the library implements what `using` and `await using` call. Default: it does. */
  readonly using?: 'does-nothing' | 'releases';
}

/** How the scope (or the block or the variable in which the session lives) is left. */
export type Departure =
  | 'break'
  | 'continue'
  /** Control runs off the end; the node is the scope or the block. */
  | 'end'
  /** The only variable gets another value, or the same acquisition runs again. */
  | 'overwritten'
  | 'return'
  | 'throw'
  /** The consumer of a generator does not come back. */
  | 'yield';

export interface Leak {
  /**
   * - `never-released`: nothing in the scope releases it or hands it on.
   * - `path`: something does, and a return, fall-through, break, continue or explicit throw avoids it.
   * - `throws`: only an exception out of something that is called avoids it (or a generator that is abandoned).
   */
  readonly kind: 'never-released' | 'path' | 'throws';
  readonly departure: Departure;
  /** The statement by which the session is left behind; for `throws` the expression that throws, or the `throw`. */
  readonly node: TSESTree.Node;
  /** It takes an earlier exception to get here: the error was caught and swallowed, or is thrown on. */
  readonly afterException: boolean;
  /** Only for exceptions: in front of the `try` that would release, in its own clean-up, or nowhere near one. */
  readonly place?: 'before-try' | 'in-cleanup' | 'unprotected';
  /** The `try` that `place` speaks of. */
  readonly protection?: TSESTree.TryStatement;
}

export interface Misuse {
  readonly node: TSESTree.Node;
  /** Only when something threw after the release. */
  readonly afterException: boolean;
}

export interface UseAfterRelease extends Misuse {
  /** `returned`: an un-awaited promise leaves a `try` whose `finally`, or a scope whose `using`, releases the session. */
  readonly how: 'direct' | 'returned';
}

/** How the session can stand when the scope is left without an exception; a helper's summary. */
export type Ending = 'escaped' | 'held' | 'not-held' | 'released';

export interface Lifetime {
  /** Every way out while held; worst first (a path, a path after a swallowed error, an exception), then by position. */
  readonly leaks: readonly Leak[];
  readonly releasedTwice: readonly Misuse[];
  readonly usedAfterRelease: readonly UseAfterRelease[];
  readonly endings: ReadonlySet<Ending>;
  /** The same where the block is left in which its variable lives; empty if that is the whole scope. */
  readonly endingsOfBlock: ReadonlySet<Ending>;
  /** Releases that stand only in functions which the scope itself does not run. */
  readonly releasesInCallbacks: readonly TSESTree.Node[];
  /** Too many correlated conditions: some were taken for independent, so that a path may not exist in reality. */
  readonly coarse: boolean;
  /** Nothing is known: the code is nested too deeply or branches too much. */
  readonly abstained: boolean;
}
