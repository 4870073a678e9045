/**
 * Releases in the operators of an rxjs pipe. When the subscriber leaves (NestJS unsubscribes for a request that is
 * aborted), neither `tap` nor `catchError` nor any other runs; `finalize` does.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, enclosingFunction, isFunction, isWithin, outermost, propertyName, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Session } from '../sessions/values.js';
import { releasesOf, type Release } from './endings.js';

export interface OperatorFinding {
  readonly fault: 'operatorOnly';
  /** The first release that an abort skips. */
  readonly node: TSESTree.CallExpression;
  readonly session: Session;
  /** `tap`. */
  readonly operator: string;
}

interface Operator {
  readonly name: string;
  readonly call: TSESTree.CallExpression;
  readonly pipe: TSESTree.CallExpression;
}

export function operatorFindings(model: SessionModel): OperatorFinding[] {
  if (!/\brxjs\b/.test(model.file.sourceCode.text)) return [];
  const releases = releasesOf(model).filter(({ session }) => session.how === 'acquired');
  return [...new Set(releases.map(({ session }) => session))].flatMap((session) => {
    const own = releases.filter((release) => release.session === session);
    const inOperators = own.flatMap((release) => {
      const operator = operatorAround(model, release.call);
      return operator ? [{ release, operator }] : [];
    });
    const [first] = inOperators;
    if (!first || inOperators.some(({ operator, release }) => isUnconditional(operator, release)) || isTurnedIntoPromise(model, first.operator.pipe)) return [];
    // A `catch` around it all runs when the handler could not even start.
    const elsewhere = own.filter(({ call }) => !inOperators.some(({ release }) => release.call === call) && !isInCatch(call));
    // A commit that `tap` does not wait for is the matter of another law.
    const said = first.operator.name === 'tap' && /^(?:commit|rollback|abort)/.test(first.release.method);
    const acquired = enclosingFunction(session.origin);
    if (elsewhere.length > 0 || said || !acquired || !isWithin(first.operator.pipe, acquired)) return [];
    return [{ fault: 'operatorOnly', node: first.release.call, session, operator: first.operator.name }];
  });
}

/** The operator in whose callback a call stands: `tap(async () => …)`, `catchError(…)`. */
function operatorAround({ resolver }: SessionModel, node: Node): Operator | undefined {
  for (let fn: FunctionNode | undefined = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    let place: Node = outermost(fn);
    if (place.parent?.type === 'Property') place = place.parent.parent;
    const call = place.parent;
    if (call?.type !== 'CallExpression' || call.callee === place) continue;
    const value = resolver.valueOf(call.callee);
    const pipe = outermost(call).parent;
    if (value?.kind !== 'module' || !/^rxjs(?:\/operators)?$/.test(value.specifier) || pipe?.type !== 'CallExpression' || calleeName(pipe) !== 'pipe') continue;
    return { name: value.path.at(-1) ?? '', call, pipe };
  }
  return undefined;
}

/** `finalize(…)`, `tap({ finalize })`, `tap({ unsubscribe })`. */
function isUnconditional({ name, call }: Operator, { call: release }: Release): boolean {
  if (name === 'finalize') return true;
  const handler = call.arguments.flatMap((argument) => (argument.type === 'ObjectExpression' ? argument.properties : [])).find((property) => isWithin(release, property));
  return handler?.type === 'Property' && /^(?:finalize|unsubscribe)$/.test(propertyName(handler) ?? '');
}

/** `lastValueFrom(next.handle().pipe(…))`: whoever awaits it stays to the end. */
function isTurnedIntoPromise({ resolver }: SessionModel, pipe: Node): boolean {
  for (let node: Node | undefined = pipe; node; node = node.parent) {
    if (isFunction(node)) return false;
    if (node.type !== 'CallExpression') continue;
    const value = resolver.valueOf(node.callee);
    const name = value?.kind === 'module' ? value.path.at(-1) : calleeName(node);
    if (/^(?:lastValueFrom|firstValueFrom|toPromise|subscribe|forEach)$/.test(name ?? '')) return true;
  }
  return false;
}

function isInCatch(node: Node): boolean {
  for (let current: Node | undefined = node; current; current = current.parent) if (current.type === 'CatchClause') return true;
  return false;
}
