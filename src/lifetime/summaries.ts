/** What a function of the file does with a session that it is given or that it captures. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { propertyName, unwrap, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Session, Variable } from '../sessions/values.js';
import { Effects } from './effects.js';
import { holdersOf } from './holders.js';
import { interpretLifetime } from './interpret.js';
import type { Effect, Lifetime } from './lifetime.js';
import type { Subject } from './releasing.js';

export class Summaries {
  readonly #model: SessionModel;
  readonly #known = new Map<object, Map<FunctionNode, Effect | undefined>>();
  readonly #busy = new Set<FunctionNode>();

  constructor(model: SessionModel) {
    this.#model = model;
  }

  ofParameter(fn: FunctionNode, variable: Variable, subject: Subject): Effect | undefined {
    return this.#summary(variable, fn, () => {
      const handed: Subject = { kinds: subject.kinds, holders: holdersOf(this.#model.file, variable, fn), done: undefined, ends: subject.ends };
      return this.#interpret(fn, handed, undefined);
    });
  }

  ofCapture(fn: FunctionNode, subject: Subject, session: Session | undefined): Effect | undefined {
    return this.#summary(subject, fn, () => this.#interpret(fn, subject, session));
  }

  /** A function that has nothing to do with the session: only whether it comes back. */
  ofOther(fn: FunctionNode): Effect | undefined {
    if (!mayNotReturn(fn)) return undefined;
    if (this.#busy.has(fn)) return undefined;
    return this.#summary(this, fn, () => {
      const lifetime = interpretLifetime({ scope: fn, acquisition: {}, isSession: () => false, classify: endOfProcess, throws: 'awaited' });
      if (lifetime.abstained || lifetime.endings.size > 0) return undefined;
      return lifetime.leaks.length > 0 ? 'always-throws' : 'never-returns';
    });
  }

  #summary(key: object, fn: FunctionNode, make: () => Effect | undefined): Effect | undefined {
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = new Map<FunctionNode, Effect | undefined>()));
    if (known.has(fn)) return known.get(fn);
    // Recursion: what it does again is what it does.
    if (this.#busy.has(fn)) return 'use';
    this.#busy.add(fn);
    const effect = make();
    this.#busy.delete(fn);
    known.set(fn, effect);
    return effect;
  }

  #interpret(fn: FunctionNode, subject: Subject, session: Session | undefined): Effect | undefined {
    const effects = new Effects(this.#model, subject, fn, session, this);
    const { isSession, classify, statusOf } = effects;
    const lifetime = interpretLifetime({ scope: fn, acquisition: {}, isSession, classify, statusOf, throws: 'awaited', using: effects.isDisposed && subject.ends === 'session' ? 'releases' : 'does-nothing' });
    return effectOf(lifetime, fn);
  }
}

function effectOf({ endings, abstained, leaks }: Lifetime, fn: FunctionNode): Effect | undefined {
  if (abstained) return 'escape';
  if (endings.size === 0) return leaks.length > 0 ? 'always-throws' : 'never-returns';
  // On some paths only: the caller cannot know.
  if (endings.has('held')) return endings.size === 1 || (endings.size === 2 && endings.has('not-held')) ? (fn.async ? 'pending-use' : 'use') : 'escape';
  if (endings.has('released')) return 'release';
  return endings.has('escaped') ? 'escape' : 'use';
}

/** Its last statement throws or ends the process, or its annotation says so. */
function mayNotReturn(fn: FunctionNode): boolean {
  if (fn.returnType?.typeAnnotation.type === 'TSNeverKeyword') return true;
  if (fn.body.type !== 'BlockStatement') return endOfProcess(unwrap(fn.body)) !== undefined;
  const last = fn.body.body.at(-1);
  return last?.type === 'ThrowStatement' || (last?.type === 'ExpressionStatement' && endOfProcess(unwrap(last.expression)) !== undefined);
}

function endOfProcess(node: Node): Effect | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const callee = unwrap(node.callee);
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return undefined;
  return /^(?:process\.(?:exit|abort)|Deno\.exit)$/.test(`${callee.object.name}.${propertyName(callee) ?? ''}`) ? 'never-returns' : undefined;
}

/** The variable by which a function of the file knows the session that a call hands it. */
export function parameterFor({ file }: SessionModel, fn: FunctionNode, call: TSESTree.CallExpression, index: number, isSession: (node: Node) => boolean): Variable | undefined {
  if (call.arguments.slice(0, index + 1).some((argument) => argument.type === 'SpreadElement')) return undefined;
  const argument = call.arguments[index];
  const param = fn.params[index];
  const target = param?.type === 'AssignmentPattern' ? param.left : param;
  if (!argument || !target) return undefined;
  if (target.type === 'Identifier' && isSession(argument)) return file.variableOf(target);
  const literal = unwrap(argument);
  if (target.type !== 'ObjectPattern' || literal.type !== 'ObjectExpression') return undefined;
  const carrying = literal.properties.find((property) => property.type === 'Property' && isSession(property.value));
  const key = carrying?.type === 'Property' ? propertyName(carrying) : undefined;
  for (const property of target.properties) {
    if (property.type !== 'Property' || propertyName(property) !== key) continue;
    const name = property.value.type === 'AssignmentPattern' ? property.value.left : property.value;
    if (name.type === 'Identifier') return file.variableOf(name);
  }
  return undefined;
}
