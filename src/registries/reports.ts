/** How the findings about registries, and about releases that do not count, are said. */
import { adviceFor, describeKind, outcomeOfNever, outcomeOfTwice } from '../lifetime/words.js';
import { callIt, onceClose, type Rewriting } from '../lifetime/rewriting.js';
import type { Leak } from '../lifetime/lifetime.js';
import { listenerFindings } from '../release-idioms/listeners.js';
import { operatorFindings } from '../release-idioms/operators.js';
import { providerFindings } from '../release-idioms/request-providers.js';
import { uncalledReleases } from '../release-idioms/uncalled.js';
import type { SessionModel } from '../sessions/model.js';
import type { Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import { containerFindings } from './containers.js';
import { registryFindings, type RegistryFinding } from './registries.js';
import { storeFindings } from './stores.js';

export const registryMessages = {
  kept: 'Nothing in this file takes a session out of `{{registry}}` again: every new key leaves a {{what}} there{{harm}}. Remove the entry in a `finally` of the scope that the key stands for{{release}}.',
  perhapsKept: 'This file takes no session out of `{{registry}}` again: unless another file does, every new key leaves a {{what}} there{{harm}}. Remove the entry in a `finally` of the scope that the key stands for.',
  staleKept: 'The {{what}} is ended, but nothing in this file takes its entry out of `{{registry}}`: every new key leaves one there, and whoever asks by an old key gets a session that is over. Remove the entry where the session ends.',
  weak: 'A `WeakMap` lets go of the entry when its key is gone, but it releases no {{what}}, and nothing in this file does: {{outcome}}. Release it in a `finally`, or when the response is closed.',
  evicted: 'When `{{registry}}` throws an entry out it drops the {{what}} in it, and nothing in this file releases that: {{outcome}}. Give the cache a callback that does.',
  neverRemoved: '`{{remover}}` takes sessions out of `{{registry}}`, but nobody calls it: every new key leaves a {{what}} there{{harm}}. Call it in a `finally` of the outermost scope.',
  scopeLeft: '`{{remover}}` is skipped {{witness}}: the {{what}} stays in `{{registry}}`{{harm}}. Call it in a `finally`.',
  storeKept: '`{{registry}}` forgets the {{what}} when the callback is done, but does not release it, and nothing in this file does: {{outcome}}. Release it in a `finally`.',
  scopeKept: '`{{scope}}` is never disposed of, and its container does not do it: the {{what}} that it resolves stays held, and {{outcome}}. Call `dispose()` in a `finally`, or when the response is closed.',
  scopeLeftOpen: '`{{scope}}` is not disposed of {{witness}}: the {{what}} that it resolves stays held, and {{outcome}}. Call `dispose()` in a `finally`.',
  finishOnly: '`{{emitter}}` emits no `finish` when the client goes away first, only `close`: then nobody releases {{session}} ({{what}}), and {{outcome}}. Release it by `once(\'close\', …)`, which comes in both cases.',
  finishAndClose: '`{{emitter}}` emits `finish` and then `close`, and both end {{session}} ({{what}}): {{outcome}}. End it by `once(\'close\', …)` alone, or only if it is still open.',
  uncalled: 'This names `{{method}}` and does not call it: {{session}} ({{what}}) is not released, and {{outcome}}. Add the parentheses.',
  operatorOnly: '`{{operator}}` does not run when the subscriber leaves, as for a request that is aborted: then nobody releases {{session}} ({{what}}), and {{outcome}}. Release it in `finalize`.',
  requestFactory: 'A provider of one request acquires this {{what}}, and NestJS tells it nothing when the request ends: {{outcome}}. Acquire it in an interceptor, and release it there in `finalize`.',
  requestHook: 'NestJS does not call `{{hook}}` of a provider that lives for one request: {{session}} ({{what}}) is never released, and {{outcome}}. Acquire it in an interceptor, and release it there in `finalize`.',
} as const;

export type RegistryMessage = keyof typeof registryMessages;

export interface Report {
  readonly node: Node;
  readonly messageId: RegistryMessage;
  readonly data: Readonly<Record<string, string>>;
  /** The session that is not released: nothing more needs to be said of its release. */
  readonly session: Session | undefined;
  readonly rewriting: Rewriting | undefined;
}

/**
 * @param elsewhere also what another file could make good: registries that are exported, entries whose sessions are over
 */
export function registryReports(model: SessionModel, elsewhere: boolean): Report[] {
  return [...registries(model, elsewhere), ...stores(model, elsewhere), ...containers(model), ...idioms(model)];
}

function registries(model: SessionModel, elsewhere: boolean): Report[] {
  return registryFindings(model).flatMap((found) => {
    if (!elsewhere && (found.fault === 'perhapsKept' || found.fault === 'staleKept')) return [];
    const data = { registry: found.registry, ...describe(found), ...more(found) };
    return [{ node: found.node, messageId: found.fault === 'leftOpen' ? ('scopeLeft' as const) : found.fault, data, session: found.session, rewriting: undefined }];
  });
}

function more(found: RegistryFinding): Record<string, string> {
  if (found.fault === 'neverRemoved') return { remover: found.remover };
  return found.fault === 'leftOpen' ? { remover: found.remover, witness: describeWay(found.leak) } : {};
}

function stores(model: SessionModel, elsewhere: boolean): Report[] {
  return storeFindings(model).flatMap(({ fault, node, session, store }) => (fault === 'storeKept' || elsewhere ? [{ node, messageId: 'storeKept' as const, data: { registry: store, ...describeSession(session) }, session, rewriting: undefined }] : []));
}

function containers(model: SessionModel): Report[] {
  return containerFindings(model).map((found) => ({
    node: found.node,
    messageId: found.fault,
    data: { scope: found.scope, ...describeSession(found.session), ...(found.fault === 'scopeLeftOpen' ? { witness: describeWay(found.leak) } : {}) },
    session: undefined,
    rewriting: undefined,
  }));
}

function idioms(model: SessionModel): Report[] {
  return [
    ...listenerFindings(model).map((found) => ({
      node: found.node,
      messageId: found.fault,
      data: { emitter: found.emitter, ...describeSession(found.session), ...(found.fault === 'finishAndClose' ? { outcome: outcomeOfTwice(found.session.kinds) ?? '' } : {}) },
      session: found.session,
      rewriting: found.fault === 'finishOnly' ? onceClose(model.file, found.node) : undefined,
    })),
    ...uncalledReleases(model).map((found) => ({ node: found.node, messageId: found.fault, data: { method: found.method, ...describeSession(found.session) }, session: found.session, rewriting: callIt(found.node) })),
    ...operatorFindings(model).map((found) => ({ node: found.node, messageId: found.fault, data: { operator: found.operator, ...describeSession(found.session) }, session: found.session, rewriting: undefined })),
    ...providerFindings(model).map((found) => ({
      node: found.node,
      messageId: found.fault,
      data: { ...describeSession(found.session), ...(found.fault === 'requestHook' ? { hook: found.hook } : {}) },
      session: found.session,
      rewriting: undefined,
    })),
  ];
}

// ----- words

function describe({ kind, holds }: RegistryFinding): Record<string, string> {
  const outcome = outcomeOfNever([kind]);
  return {
    what: describeKind([kind]),
    outcome,
    // What holds no connection still holds all that it has loaded.
    harm: holds ? `, and where nobody releases it ${outcome}` : ' for as long as the process runs, with all that it has loaded',
    release: holds ? ', and release the session there' : '',
  };
}

function describeSession(session: Session): Record<string, string> {
  return { session: `\`${session.name}\``, what: describeKind(session.kinds), outcome: outcomeOfNever(session.kinds), instead: adviceFor(session.kinds, session.name) };
}

/** The way on which a scope is left open: "when line 12 throws". */
function describeWay({ departure, node }: Leak): string {
  const line = `line ${String(node.loc.start.line)}`;
  switch (departure) {
    case 'throw':
      return `when ${line} throws`;
    case 'return':
      return `by the \`return\` in ${line}`;
    case 'break':
    case 'continue':
      return `by the \`${departure}\` in ${line}`;
    default:
      return 'on one way to the end';
  }
}
