/**
 * Shapes of acquiring and releasing, and the truth about each. A finding is worded as: kind, departure, the text of the
 * statement, and where an exception strikes.
 */
import { describe, expect, test } from 'vitest';
import { ask, wording, type Options } from './ask.js';

interface Shape {
  readonly name: string;
  readonly code: string;
  readonly truth: readonly string[];
  readonly why: string;
  readonly options?: Options;
}

const COMMON: readonly Shape[] = [
  {
    name: 'noTry',
    code: 'const c = await pool.acquire(); await c.work(); c.release();',
    truth: ['throws throw: await c.work() [unprotected]'],
    why: 'an exception out of work() passes by the release',
  },
  {
    name: 'tryFinally',
    code: 'const c = await pool.acquire(); try { await c.work(); return 1 } finally { c.release() }',
    truth: [],
    why: 'finally runs for the return and for the exception',
  },
  {
    name: 'earlyReturn',
    code: 'const c = await pool.acquire(); if (a) return 1; c.release();',
    truth: ['path return: return 1'],
    why: 'the return comes before the release',
  },
  {
    name: 'catchOnly',
    code: 'const c = await pool.acquire(); try { await c.one(); await c.two(); c.release() } catch (e) { log(e) }',
    truth: ['path end (swallowed)'],
    why: 'the error is swallowed and the function ends',
  },
  {
    name: 'catchRelease',
    code: 'const c = await pool.acquire(); try { await c.one(); c.release() } catch (e) { c.release(); throw e }',
    truth: [],
    why: 'released on both ways; nothing can throw after the first release',
  },
  {
    name: 'acquireInTry',
    code: 'let c; try { pre(); c = await pool.acquire(); await c.one() } finally { if (c) c.release() }',
    truth: [],
    why: 'where the test fails, nothing was acquired',
  },
  {
    name: 'acquireInTryFirst',
    code: 'let c; try { c = await pool.acquire(); await c.one(); c.release() } catch (e) { log(e) }',
    truth: ['path end (swallowed)'],
    why: 'one() may throw when the session is already held',
  },
  {
    name: 'betweenAcquireAndTry',
    code: 'const c = await pool.acquire(); await c.begin(); try { await c.work() } finally { c.release() }',
    truth: ['throws throw: await c.begin() [before-try]'],
    why: 'begin() throws in front of the try',
  },
  {
    name: 'awaitUsing',
    code: 'await using c = await pool.acquire(); await c.work();',
    truth: [],
    why: 'disposed when the block is left',
  },
  {
    name: 'finallyIf',
    code: 'const c = await pool.acquire(); try { await c.work() } finally { if (c) c.release() }',
    truth: [],
    why: 'a session is truthy',
  },
  {
    name: 'optRelease',
    code: 'const c = await pool.acquire(); try { await c.work() } finally { c?.release() }',
    truth: [],
    why: 'a session is not null',
  },
  {
    name: 'loopContinue',
    code: 'for (const x of xs) { const c = await pool.acquire(); if (x) continue; c.release() }',
    truth: ['path continue: continue'],
    why: 'continue leaves the block in which c lives',
  },
  {
    name: 'whileTrue',
    code: 'while (true) { const c = await pool.acquire(); try { if (await c.work()) break } finally { c.release() } }',
    truth: [],
    why: 'break passes through finally',
  },
  {
    name: 'processExit',
    code: 'const c = await pool.acquire(); if (a) process.exit(1); c.release();',
    truth: [],
    why: 'nothing is left to leak',
  },
  {
    name: 'thenChain',
    code: 'return pool.acquire().then(c => c.work().finally(() => c.release()))',
    truth: [],
    why: 'finally of the promise runs on both outcomes',
  },
  {
    name: 'throwAfter',
    code: "const c = await pool.acquire(); if (!a) throw new Error('x'); c.release();",
    truth: ["path throw: throw new Error('x')"],
    why: 'an explicit throw is a path like a return',
  },
  {
    name: 'generator',
    code: 'const c = pool.acquire(); try { yield c.work() } finally { c.release() }',
    truth: [],
    why: 'a generator that is abandoned runs its finally',
  },
  {
    name: 'awaitOnlyInTry',
    code: 'const c = await pool.acquire(); try { await 1 } catch { c.release(); throw 1 } c.release()',
    truth: [],
    why: 'released in the catch, or behind the try',
  },
  {
    name: 'breakFinally',
    code: 'for (const x of xs) { const c = await pool.acquire(); try { if (x) break; if (y) continue } finally { c.release() } }',
    truth: [],
    why: 'break and continue pass through finally',
  },
  {
    name: 'notNull',
    code: 'let c = null; try { c = await pool.acquire(); await c.x() } finally { if (c !== null) c.release() }',
    truth: [],
    why: 'null means that nothing was acquired',
  },
  {
    name: 'returned',
    code: 'const c = await pool.acquire(); return c;',
    truth: [],
    why: 'the caller owns it',
  },
  {
    name: 'passArg',
    code: 'const c = await pool.acquire(); await run(c);',
    truth: [],
    why: 'run may own it',
  },
  {
    name: 'earlyNull',
    code: 'let c; try { c = await pool.acquire() } catch (e) { return null } try { await c.q() } finally { c.release() }',
    truth: [],
    why: 'a rejected acquisition holds nothing',
  },
  {
    name: 'innerCatch',
    code: "const c = await pool.acquire(); try { await c.q('BEGIN'); await c.q('COMMIT') } catch (e) { await c.q('ROLLBACK'); throw e } finally { c.release() }",
    truth: [],
    why: 'finally runs for the throw in the catch, and if the ROLLBACK fails',
  },
  {
    name: 'releaseInCatchOnly',
    code: 'const c = await pool.acquire(); try { await c.q() } catch (e) { c.release(); throw e } return 1',
    truth: ['path return: return 1'],
    why: 'the good path has no release',
  },
  {
    name: 'switchReturn',
    code: 'const c = await pool.acquire(); switch (k) { case 1: c.release(); return 1; case 2: return 2; default: c.release() }',
    truth: ['path return: return 2'],
    why: 'case 2 has no release',
  },
  {
    name: 'elseThrow',
    code: 'const c = await pool.acquire(); try { if (k) return await c.q(); else throw new Error() } finally { await c.release() }',
    truth: [],
    why: 'finally runs for the return and for the throw',
  },
  {
    name: 'correlatedFlag',
    code: 'const own = !given; let c = given; if (own) c = pool.acquire(); try { await c.q() } finally { if (own) await c.release() }',
    truth: [],
    why: 'own has not changed in between',
  },
];

const CONDITIONS: readonly Shape[] = [
  {
    name: 'flagSetAfterRelease',
    code: 'const c = await pool.acquire(); let released = false; try { await c.q(); c.release(); released = true; await other() } finally { if (!released) c.release() }',
    truth: [],
    why: 'the flag says whether the release has run',
  },
  {
    name: 'flagNeverSet',
    code: 'const c = await pool.acquire(); let released = false; try { await c.q(); c.release(); await other() } finally { if (!released) c.release() }',
    truth: ['released twice: c.release()'],
    why: 'the flag is always false',
  },
  {
    name: 'ownership',
    code: 'const c = given ?? (await pool.acquire()); try { await c.q() } finally { if (!given) await c.release() }',
    truth: [],
    why: 'acquired exactly where given is missing',
  },
  {
    name: 'ownershipReversed',
    code: 'const c = given ?? (await pool.acquire()); try { await c.q() } finally { if (given) await c.release() }',
    truth: ['path end', 'throws throw: await c.q() [unprotected]'],
    why: 'the test is the wrong way round: released only what is not ours',
  },
  {
    name: 'ownershipByOption',
    code: 'const c = opts.transaction ?? (await pool.acquire()); await c.q(); if (!opts.transaction) await c.release()',
    truth: ['throws throw: await c.q() [unprotected]'],
    why: 'an option does not change in between; only q() can throw',
  },
  {
    name: 'ownershipByOptionalOption',
    code: 'const c = opts?.transaction || (await pool.acquire()); try { await c.q() } finally { if (!opts?.transaction) await c.release() }',
    truth: [],
    why: 'the ?. is part of the same condition',
  },
  {
    name: 'ownershipByIdentity',
    code: 'const c = given ? given : await pool.acquire(); try { await c.q() } finally { if (c !== given) await c.release() }',
    truth: [],
    why: 'what was acquired here is another object than given',
  },
  {
    name: 'equalModes',
    code: "let c; if (k === 'write') c = await pool.acquire(); try { await work() } finally { if (k === 'write') c.release() }",
    truth: [],
    why: 'one comparison, one outcome',
  },
  {
    name: 'differentModes',
    code: "let c; if (k === 'write') c = await pool.acquire(); try { await work() } finally { if (k === 'read') c.release() }",
    truth: ['path end', 'throws throw: await work() [unprotected]'],
    why: 'k cannot be both',
  },
  {
    name: 'typeofUndefined',
    code: "let c; try { c = await pool.acquire(); await c.q() } finally { if (typeof c !== 'undefined') c.release() }",
    truth: [],
    why: 'a way to ask whether there is one',
  },
  {
    name: 'statusTest',
    code: 'let c; try { c = await pool.acquire(); await c.q(); await c.release() } catch (e) { log(e) } finally { if (c && !c.isReleased) await c.release() }',
    truth: [],
    why: 'the session knows whether it is released',
  },
  {
    name: 'impossibleBranch',
    code: 'const c = await pool.acquire(); if (!c) return null; try { return await c.q() } finally { c.release() }',
    truth: [],
    why: 'a session is never falsy, so that return is not a leak',
  },
  {
    name: 'ternaryRelease',
    code: 'let c; try { c = await pool.acquire(); await c.q() } finally { c ? c.release() : log(1) }',
    truth: [],
    why: 'a conditional expression splits like an if',
  },
  {
    name: 'andRelease',
    code: 'let c; try { c = await pool.acquire(); await c.q() } finally { c && (await c.release()) }',
    truth: [],
    why: '&& splits like an if',
  },
  {
    name: 'wrongGuard',
    code: 'let c; try { c = await pool.acquire(); await c.q() } finally { if (!c) c?.release() }',
    truth: ['path end', 'throws throw: await c.q() [unprotected]'],
    why: 'released only when there is none',
  },
  {
    name: 'independentFlags',
    code: 'const c = await pool.acquire(); if (a) c.release(); if (!b) c.release()',
    truth: ['path end', 'released twice: c.release()'],
    why: 'a and b may be anything',
  },
  {
    name: 'sameFlag',
    code: 'const c = await pool.acquire(); if (a) c.release(); await work(); if (!a) c.release()',
    truth: ['throws throw: await work() [unprotected]'],
    why: 'one of the two runs; work() may throw where the first did not',
  },
  {
    name: 'reassignedFlag',
    code: 'const c = await pool.acquire(); let ok = a; if (ok) c.release(); ok = await work(); if (!ok) c.release()',
    truth: ['path end', 'throws throw: await work() [unprotected]', 'released twice: c.release()'],
    why: 'ok is another value at the second test',
  },
  {
    name: 'flagOfCallback',
    code: "const c = await pool.acquire(); let done = false; emitter.on('end', () => { done = true }); if (!done) c.release(); await work(); if (done) c.release()",
    truth: ['path end', 'throws throw: await work() [unprotected]', 'released twice: c.release()'],
    why: 'a callback may write it at any time',
  },
  {
    name: 'nulledAfterRelease',
    code: 'let c = await pool.acquire(); try { await c.q(); c.release(); c = null; await other() } finally { if (c) c.release() }',
    truth: [],
    why: 'null after the release serves as the flag',
  },
  {
    name: 'assignedInTest',
    code: 'let c; if ((c = await pool.acquire()) && a) { c.release() }',
    truth: ['path end'],
    why: 'acquired before a is asked',
  },
  {
    name: 'logicalAssignment',
    code: 'let c; c ??= await pool.acquire(); try { await c.q() } finally { c.release() }',
    truth: [],
    why: 'c was undefined, so it is acquired',
  },
];

const LOOPS: readonly Shape[] = [
  {
    name: 'retryUntilThere',
    code: 'let c; while (!c) { try { c = await pool.acquire() } catch (e) { await pause() } } try { await c.q() } finally { c.release() }',
    truth: [],
    why: 'the loop ends only with a session',
  },
  {
    name: 'retryLeaks',
    code: 'for (;;) { const c = await pool.acquire(); try { const r = await c.q(); c.release(); return r } catch (e) { if (fatal(e)) throw e } }',
    truth: ['path end (swallowed)', 'throws throw: throw e [unprotected]'],
    why: 'each failed round leaves a session behind',
  },
  {
    name: 'overwritten',
    code: 'let c = await pool.acquire(); await c.q(); c = null; c?.release()',
    truth: ['path overwritten: c = null', 'throws throw: await c.q() [unprotected]'],
    why: 'nobody can release it any more',
  },
  {
    name: 'reacquired',
    code: 'let c; for (const x of xs) { c = await pool.acquire(); await c.q() } c?.release()',
    truth: ['path overwritten: pool.acquire()', 'throws throw: await pool.acquire() [unprotected]', 'throws throw: await c.q() [unprotected]'],
    why: 'each round overwrites the session of the round before',
  },
  {
    name: 'varInLoop',
    code: 'for (const x of xs) { var c = await pool.acquire(); if (x) continue; c.release() }',
    truth: ['path end', 'path overwritten: pool.acquire()', 'throws throw: await pool.acquire() [unprotected]'],
    why: 'var is one variable for all rounds',
  },
  {
    name: 'breakLeaks',
    code: 'for (const x of xs) { const c = await pool.acquire(); if (x) break; c.release() }',
    truth: ['path break: break'],
    why: 'break leaves the block in which c lives',
  },
  {
    name: 'labelledContinue',
    code: 'outer: for (const x of xs) { const c = await pool.acquire(); for (const y of x) { if (y) continue outer } c.release() }',
    truth: ['path continue: continue outer'],
    why: 'the inner loop goes on with the outer one',
  },
  {
    name: 'labelledContinueFinally',
    code: 'outer: for (const x of xs) { const c = await pool.acquire(); try { for (const y of x) { if (y) continue outer; if (x) break outer } } finally { c.release() } }',
    truth: [],
    why: 'labels pass through finally too',
  },
  {
    name: 'labelledBlock',
    code: 'const c = await pool.acquire(); done: { if (a) break done; c.release() }',
    truth: ['path end'],
    why: 'break jumps over the release',
  },
  {
    name: 'doWhile',
    code: 'const c = await pool.acquire(); do { if (a) { c.release(); break } } while (true)',
    truth: [],
    why: 'the only way out is behind the release',
  },
  {
    name: 'loopMayNotRun',
    code: 'const c = await pool.acquire(); for (const x of xs) { c.release(); break }',
    truth: ['path end'],
    why: 'xs may be empty',
  },
  {
    name: 'endless',
    code: 'const c = await pool.acquire(); while (true) { await c.poll() }',
    truth: ['never-released throw: await c.poll() [unprotected]'],
    why: 'the end is never reached; only poll() can leave',
  },
  {
    name: 'forAwait',
    code: 'const c = await pool.acquire(); for await (const row of rows) { use(row) } c.release()',
    truth: ['throws throw: for await (const row of rows) { use(row) } [unprotected]'],
    why: 'fetching the next row may throw',
  },
  {
    name: 'forAwaitFinally',
    code: 'const c = await pool.acquire(); try { for await (const row of c.stream()) { if (row) break } } finally { c.release() }',
    truth: [],
    why: 'finally covers the iteration',
  },
  {
    name: 'stoppedFromOutside',
    code: 'while (this.running) { const c = await pool.acquire(); if (!this.running) break; c.release() }',
    truth: ['path break: break'],
    why: 'somebody may have stopped it while it was acquiring',
  },
  {
    name: 'queueDrained',
    code: 'const c = await pool.acquire(); while (!k.done) { k.next() } if (k.done) c.release()',
    truth: [],
    why: 'the loop ends only when it is done',
  },
];

const CLEAN_UPS: readonly Shape[] = [
  {
    name: 'finallyBreaks',
    code: 'for (const x of xs) { const c = await pool.acquire(); try { await c.q() } finally { c.release(); break } }',
    truth: [],
    why: 'the break replaces the exception, behind the release',
  },
  {
    name: 'finallyReturns',
    code: 'const c = await pool.acquire(); try { await c.q(); c.release() } finally { return 1 }',
    truth: ['path return: return 1 (swallowed)'],
    why: 'the return swallows the exception',
  },
  {
    name: 'finallyReturnsFirst',
    code: 'const c = await pool.acquire(); try { await c.q() } finally { if (a) return 1; c.release() }',
    truth: ['path return: return 1'],
    why: 'the return comes before the release',
  },
  {
    name: 'wrappedError',
    code: "const c = await pool.acquire(); try { await c.q(); c.release() } catch (e) { throw new Error('x', { cause: e }) }",
    truth: ["throws throw: throw new Error('x', { cause: e }) [unprotected]"],
    why: 'thrown on without a release: only an exception gets there',
  },
  {
    name: 'swallowedReturn',
    code: 'const c = await pool.acquire(); try { await c.q(); c.release(); return 1 } catch (e) { return null }',
    truth: ['path return: return null (swallowed)'],
    why: 'the error is turned into a result',
  },
  {
    name: 'rollbackMayFail',
    code: "const c = await pool.acquire(); try { await c.q() } catch (e) { await c.q('ROLLBACK'); c.release(); throw e } c.release()",
    truth: ["throws throw: await c.q('ROLLBACK') [in-cleanup]"],
    why: 'the clean-up throws before its own release',
  },
  {
    name: 'awaitInFinally',
    code: "const c = await pool.acquire(); try { await c.q() } finally { await c.q('UNLOCK'); c.release() }",
    truth: ["throws throw: await c.q('UNLOCK') [in-cleanup]"],
    why: 'the same in a finally',
  },
  {
    name: 'releaseMayFail',
    code: 'const c = await pool.acquire(); try { await c.q() } finally { await c.release() }',
    truth: [],
    why: 'a release that fails counts',
  },
];

const SWITCHES: readonly Shape[] = [
  {
    name: 'fallThrough',
    code: 'const c = await pool.acquire(); switch (k) { case 1: prepare(); case 2: c.release(); break; default: c.release() }',
    truth: [],
    why: 'case 1 falls into case 2',
  },
  {
    name: 'noDefault',
    code: 'const c = await pool.acquire(); switch (k) { case 1: c.release(); break; case 2: c.release() }',
    truth: ['path end'],
    why: 'k may be 3',
  },
  {
    name: 'defaultInTheMiddle',
    code: 'const c = await pool.acquire(); switch (k) { case 1: c.release(); break; default: return 1; case 2: c.release() }',
    truth: ['path return: return 1'],
    why: 'default is taken last, wherever it stands',
  },
  {
    name: 'switchTrue',
    code: 'let c = null; if (a) c = await pool.acquire(); switch (true) { case c !== null: c.release() }',
    truth: [],
    why: 'the labels are the conditions',
  },
  {
    name: 'twoSwitches',
    code: "let c; switch (k) { case 'a': c = await pool.acquire(); break; case 'b': prepare() } switch (k) { case 'a': c.release() }",
    truth: [],
    why: 'both ask the same',
  },
  {
    name: 'breakOutOfSwitchOnly',
    code: 'for (const x of xs) { const c = await pool.acquire(); switch (x) { case 1: break; default: } c.release() }',
    truth: [],
    why: 'break ends the switch, not the loop',
  },
];

const MISUSES: readonly Shape[] = [
  {
    name: 'twice',
    code: 'const c = await pool.acquire(); c.release(); c.release()',
    truth: ['released twice: c.release()'],
    why: 'plainly twice',
  },
  {
    name: 'tryAndFinally',
    code: 'const c = await pool.acquire(); try { await c.q(); c.release() } finally { c.release() }',
    truth: ['released twice: c.release()'],
    why: 'finally releases what the try has released',
  },
  {
    name: 'commitThenRollback',
    code: 'const c = await pool.acquire(); try { await c.q(); await c.release() } catch (e) { await c.release(); throw e }',
    truth: [],
    why: 'only a failed release leads to the second: nobody can know better',
  },
  {
    name: 'rollbackAfterCommit',
    code: 'const c = await pool.acquire(); try { await c.q(); await c.release(); await notify() } catch (e) { await c.release(); throw e }',
    truth: ['released twice: c.release() (after an exception)'],
    why: 'when notify() fails, the release has succeeded',
  },
  {
    name: 'loopReleases',
    code: 'const c = await pool.acquire(); do { c.release() } while (more())',
    truth: ['released twice: c.release()'],
    why: 'the second round releases again',
  },
  {
    name: 'useAfter',
    code: 'const c = await pool.acquire(); c.release(); await c.q()',
    truth: ['used after release: c.q()'],
    why: 'plainly after',
  },
  {
    name: 'useAfterOnOnePath',
    code: 'const c = await pool.acquire(); if (a) c.release(); await c.q(); if (!a) c.release()',
    truth: ['throws throw: await c.q() [unprotected]', 'used after release: c.q()'],
    why: 'after the release if a; and q() may throw if not',
  },
  {
    name: 'returnedPending',
    code: 'const c = await pool.acquire(); try { return c.q() } finally { c.release() }',
    truth: ['used after release: c.q() (returned)'],
    why: 'finally runs before the promise has settled',
  },
  {
    name: 'returnedAwaited',
    code: 'const c = await pool.acquire(); try { return await c.q() } finally { c.release() }',
    truth: [],
    why: 'awaited inside the try',
  },
  {
    name: 'returnedPendingUsing',
    code: 'await using c = await pool.acquire(); return c.q()',
    truth: ['used after release: c.q() (returned)'],
    why: 'disposed before the promise has settled',
  },
  {
    name: 'returnedPendingTernary',
    code: 'const c = await pool.acquire(); try { return a ? c.q() : null } finally { c.release() }',
    truth: ['used after release: c.q() (returned)'],
    why: 'it may be the value',
  },
  {
    name: 'returnedPendingThen',
    code: 'const c = await pool.acquire(); try { return c.q().then((r) => r.rows) } finally { c.release() }',
    truth: ['used after release: c.q() (returned)'],
    why: 'the then waits, the finally does not',
  },
  {
    name: 'returnedPendingNulled',
    code: 'let c = await pool.acquire(); try { return c.q() } finally { c.release(); c = null }',
    truth: ['used after release: c.q() (returned)'],
    why: 'null does not undo the release',
  },
  {
    name: 'generatorAwaitsReturn',
    code: 'const c = await pool.acquire(); try { yield 1; return c.q() } finally { c.release() }',
    truth: [],
    why: 'an async generator awaits what it returns, inside the try',
  },
];

const PROMISES: readonly Shape[] = [
  {
    name: 'finallyCallback',
    code: 'const c = await pool.acquire(); return c.q().finally(() => c.release())',
    truth: [],
    why: 'runs on both outcomes',
  },
  {
    name: 'finallyNotCalled',
    code: 'const c = await pool.acquire(); return c.q().finally(() => c.release)',
    truth: ['never-released return: return c.q().finally(() => c.release)', 'never-released throw: c.q().finally(() => c.release) [unprotected]'],
    why: 'the function is mentioned, not called',
  },
  {
    name: 'thenBoth',
    code: 'const c = await pool.acquire(); await c.q().then(() => c.release(), (e) => { c.release(); throw e })',
    truth: [],
    why: 'one of the two callbacks runs',
  },
  {
    name: 'thenOnly',
    code: 'const c = await pool.acquire(); await c.q().then(() => c.release())',
    truth: ['throws throw: await c.q().then(() => c.release()) [unprotected]'],
    why: 'not run when q() is rejected',
  },
  {
    name: 'thenCatch',
    code: 'const c = await pool.acquire(); return c.q().then((r) => { c.release(); return r }).catch((e) => { c.release(); throw e })',
    truth: [],
    why: 'the first callback does not throw after its release',
  },
  {
    name: 'catchSwallows',
    code: 'const c = await pool.acquire(); await c.q().catch(() => {}); c.release()',
    truth: [],
    why: 'the rejection ends in the catch',
  },
  {
    name: 'acquireOrNull',
    code: 'const c = await pool.acquire().catch(() => null); if (!c) return null; try { await c.q() } finally { c.release() }',
    truth: [],
    why: 'no session, nothing to release',
  },
  {
    name: 'floatingFinally',
    code: 'const c = await pool.acquire(); c.q().finally(() => c.release())',
    truth: [],
    why: 'not awaited, but released',
  },
  {
    name: 'asyncHere',
    code: 'const c = await pool.acquire(); await (async () => { try { await c.q() } finally { c.release() } })()',
    truth: [],
    why: 'a function that is called where it stands',
  },
  {
    name: 'asyncHereReturns',
    code: 'const c = await pool.acquire(); await (async () => { if (a) return; c.release() })()',
    truth: ['path end'],
    why: 'its return leaves only itself',
  },
  {
    name: 'executor',
    code: 'const c = await pool.acquire(); await new Promise((resolve) => { c.release(); resolve() })',
    truth: [],
    why: 'the executor runs at once',
  },
  {
    name: 'callbackUnknown',
    code: "const c = await pool.acquire(); res.on('finish', () => c.release())",
    truth: ['never-released end'],
    why: 'nobody says that the callback runs',
  },
  {
    name: 'callbackOwns',
    code: "const c = await pool.acquire(); res.once('close', () => c.release())",
    truth: [],
    why: 'the client knows that this callback will run',
    options: { closures: 'escape' },
  },
  {
    name: 'cleanUpByName',
    code: 'const c = await pool.acquire(); await c.q().finally(cleanUp)',
    truth: [],
    why: 'the client knows what cleanUp does; finally runs it on both outcomes',
    options: { calls: { '?.finally': 'release' } },
  },
  {
    name: 'helperReleases',
    code: 'const c = await pool.acquire(); try { await c.q() } finally { close(c) }',
    truth: [],
    why: 'the client knows that close releases',
    options: { calls: { close: 'release' } },
  },
  {
    name: 'nestedFunction',
    code: 'const c = await pool.acquire(); function later() { c.release() } later.name',
    truth: ['never-released end'],
    why: 'declared, not run',
  },
];

const GENERATORS: readonly Shape[] = [
  {
    name: 'yieldUnprotected',
    code: 'const c = await pool.acquire(); yield 1; c.release()',
    truth: ['throws yield: yield 1 [unprotected]', 'throws throw: yield 1 [unprotected]'],
    why: 'the consumer may walk away, or throw',
  },
  {
    name: 'yieldDelegated',
    code: 'const c = await pool.acquire(); try { yield* c.rows() } finally { await c.release() }',
    truth: [],
    why: 'covered by the finally',
  },
  {
    name: 'yieldInFinally',
    code: 'const c = await pool.acquire(); try { await c.q() } finally { yield 1; c.release() }',
    truth: ['throws yield: yield 1 [in-cleanup]', 'throws throw: yield 1 [in-cleanup]'],
    why: 'even a finally can be abandoned at a yield',
  },
];

const USING: readonly Shape[] = [
  {
    name: 'usingSync',
    code: '{ using c = pool.acquire(); await c.q() } await other()',
    truth: [],
    why: 'disposed at the end of the block',
  },
  {
    name: 'usingNotImplemented',
    code: 'await using c = await pool.acquire(); await c.q()',
    truth: ['never-released end', 'never-released throw: await c.q() [unprotected]'],
    why: 'the library has no dispose method',
    options: { using: 'does-nothing' },
  },
  {
    name: 'usingAlias',
    code: 'const c = await pool.acquire(); await using guard = c; await c.q()',
    truth: [],
    why: 'disposed under another name',
  },
  {
    name: 'usingAfterGap',
    code: 'const c = await pool.acquire(); await c.begin(); await using guard = c; await c.q()',
    truth: ['throws throw: await c.begin() [unprotected]'],
    why: 'begin() throws before the declaration',
  },
  {
    name: 'usingInFor',
    code: 'for (await using c = await pool.acquire(); more(); ) { await c.q(); if (a) break }',
    truth: [],
    why: 'disposed when the loop is left',
  },
  {
    name: 'usingInLoop',
    code: 'for (const x of xs) { await using c = await pool.acquire(); if (x) continue; await c.q() }',
    truth: [],
    why: 'disposed in each round',
  },
];

const THROWS: readonly Shape[] = [
  {
    name: 'syncCall',
    code: 'const c = await pool.acquire(); prepare(); try { await c.q() } finally { c.release() }',
    truth: [],
    why: 'a plain call is taken not to throw',
  },
  {
    name: 'syncCallStrict',
    code: 'const c = await pool.acquire(); prepare(); try { await c.q() } finally { c.release() }',
    truth: ['throws throw: prepare() [before-try]'],
    why: 'in the strict model it does',
    options: { throws: 'any-call' },
  },
  {
    name: 'syncCallHarmless',
    code: 'const c = await pool.acquire(); log(1); try { await c.q() } finally { c.release() }',
    truth: [],
    why: 'known not to throw',
    options: { throws: 'any-call' },
  },
  {
    name: 'acquireThrowsStrict',
    code: 'const c = pool.acquire(); c.release()',
    truth: [],
    why: 'an acquisition that throws holds nothing, a release that throws has released',
    options: { throws: 'any-call' },
  },
  {
    name: 'alwaysThrows',
    code: "const c = await pool.acquire(); if (a) fail('x'); c.release()",
    truth: ["path throw: fail('x')"],
    why: 'a helper that only throws is a throw',
  },
  {
    name: 'exitEverywhere',
    code: 'const c = await pool.acquire(); await c.q().catch((e) => { process.exit(1) }); process.exit(0)',
    truth: [],
    why: 'the process ends on every path',
  },
  {
    name: 'documentedShape',
    code: 'const c = pool.acquire(); await c.connect(); await c.start(); try { await c.q(); await c.commit() } catch (e) { await c.rollback() } finally { await c.release() }',
    truth: ['throws throw: await c.connect() [before-try]', 'throws throw: await c.start() [before-try]'],
    why: 'the two calls in front of the try, and nothing else',
  },
  {
    name: 'earlyReturnInTry',
    code: 'const c = await pool.acquire(); try { if (!a) return null; await c.q(); await c.release() } catch (e) { await c.release(); throw e }',
    truth: ['path return: return null'],
    why: 'the return passes neither release',
  },
];

const ESCAPES: readonly Shape[] = [
  {
    name: 'factory',
    code: "const c = await pool.acquire(); await c.q('SET x'); return c",
    truth: ["throws throw: await c.q('SET x') [unprotected]"],
    why: 'handed on, unless q() throws',
  },
  {
    name: 'factoryGuarded',
    code: "const c = await pool.acquire(); try { await c.q('SET x') } catch (e) { c.release(); throw e } return c",
    truth: [],
    why: 'released where it is not handed on',
  },
  {
    name: 'factoryEarly',
    code: 'const c = await pool.acquire(); if (!a) return null; return c',
    truth: ['path return: return null'],
    why: 'one return hands it on, the other does not',
  },
  {
    name: 'stored',
    code: 'const c = await pool.acquire(); this.connection = c',
    truth: [],
    why: 'the object owns it',
  },
  {
    name: 'storedInList',
    code: 'const c = await pool.acquire(); open.push(c)',
    truth: [],
    why: 'the list owns it',
  },
];

const PLACES: readonly Shape[] = [
  {
    name: 'field',
    code: 'this.conn = await pool.acquire(); try { await this.conn.q() } finally { this.conn.release() }',
    truth: [],
    why: 'a member chain can be the session',
    options: { sessions: ['this.conn'] },
  },
  {
    name: 'alias',
    code: 'let d; { const c = await pool.acquire(); d = c } d.release()',
    truth: [],
    why: 'the block is left, the alias goes on',
    options: { sessions: ['c', 'd'] },
  },
  {
    name: 'destructured',
    code: 'const [c] = await pool.acquire(); try { await c.q() } finally { if (c) c.release() }',
    truth: [],
    why: 'out of a pattern it is a session all the same',
  },
  {
    name: 'optionalAcquire',
    code: 'const c = await pool?.acquire(); try { await work() } finally { await c?.release() }',
    truth: [],
    why: 'no pool, no session',
  },
  {
    name: 'wrapped',
    code: 'const c = (await pool.acquire())! as Client; try { await c.q() } finally { (c as Client).release() }',
    truth: [],
    why: 'type assertions do nothing',
  },
  {
    name: 'discarded',
    code: 'await pool.acquire()',
    truth: ['never-released end'],
    why: 'nobody can release it',
  },
  {
    name: 'hoisted',
    code: 'try { var c = await pool.acquire(); await c.q() } finally { if (c) c.release() }',
    truth: [],
    why: 'a var is undefined until then',
  },
  {
    name: 'byPool',
    code: 'const c = await pool.acquire(); try { await c.q() } finally { pool.release(c) }',
    truth: [],
    why: 'released by its pool',
  },
  {
    name: 'callbackStyle',
    code: 'if (err) return done(err); c.release(); done()',
    truth: [],
    why: 'with an error there is no session',
    options: { entry: 'err' },
  },
  {
    name: 'callbackStyleLeaks',
    code: 'if (err) return done(err); if (done) return done(); c.release()',
    truth: ['path return: return done()'],
    why: 'without an error there is one',
    options: { entry: 'err' },
  },
  {
    name: 'parameter',
    code: 'if (a) return; c.release()',
    truth: ['path return: return'],
    why: 'a helper that releases its parameter only sometimes',
    options: { entry: true },
  },
];

describe.each([
  ['common shapes', COMMON],
  ['flags and conditions', CONDITIONS],
  ['loops and labels', LOOPS],
  ['clean-up that leaves by itself', CLEAN_UPS],
  ['switch', SWITCHES],
  ['release more than once, use after release', MISUSES],
  ['promises', PROMISES],
  ['generators', GENERATORS],
  ['using', USING],
  ['throw model', THROWS],
  ['escapes', ESCAPES],
  ['where the session lives', PLACES],
] as const)('%s', (_group, shapes) => {
  test.each(shapes)('$name: $why', ({ code, truth, options }) => {
    expect(wording(ask(code, options))).toEqual(truth);
  });
});
