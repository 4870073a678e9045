/** Follows an expression to the place where its value is written down: constants, options objects, helpers. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { File } from '../sessions/file.js';
import type { SessionModel } from '../sessions/model.js';
import { bindingPath } from '../sessions/resolver.js';
import { calleeName, enclosingClass, isFunction, propertyName, receiverOf, unwrapAwait, type ClassNode, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';

/** What the parameters of a helper are in one call of it. */
export type Bindings = ReadonlyMap<Variable, Place>;

/** An expression, and what the parameters in it mean; or an environment variable. */
export type Place = { readonly kind: 'node'; readonly node: Node; readonly bindings: Bindings } | { readonly kind: 'variable'; readonly name: string; readonly node: Node };

/** What an options object says of a key. `unknown`: a spread or a computed key may say something. */
export type Said = { readonly state: 'absent' } | { readonly state: 'unknown' } | { readonly state: 'set'; readonly value: Place; readonly property: TSESTree.Property };

const DEEPEST = 24;
const none: Bindings = new Map();
const absent: Said = { state: 'absent' };
const unknown: Said = { state: 'unknown' };

export class Places {
  readonly #model: SessionModel;
  #depth = 0;

  constructor(model: SessionModel) {
    this.#model = model;
  }

  /** Where the value of an expression is written down; the expression itself where that cannot be told. */
  of(expression: Node, bindings: Bindings = none): Place {
    const node = unwrapAwait(expression);
    const here: Place = { kind: 'node', node, bindings };
    if (this.#depth > DEEPEST) return here;
    this.#depth += 1;
    try {
      switch (node.type) {
        case 'Identifier':
          return this.#identifier(node, bindings) ?? here;
        case 'MemberExpression':
          return this.#member(node, bindings) ?? here;
        case 'CallExpression':
          return this.#call(node, bindings) ?? here;
        default:
          return here;
      }
    } finally {
      this.#depth -= 1;
    }
  }

  /** The alternatives of a value: both sides of `a ?? b` and `c ? a : b`. */
  all(place: Place): Place[] {
    if (place.kind === 'variable') return [place];
    const { node, bindings } = place;
    if (node.type === 'LogicalExpression' && node.operator !== '&&') return [node.left, node.right].flatMap((side) => this.all(this.of(side, bindings)));
    if (node.type === 'ConditionalExpression') return [node.consequent, node.alternate].flatMap((side) => this.all(this.of(side, bindings)));
    return [place];
  }

  /** What an options object says of a key. */
  said(options: Place, key: string): Said {
    if (options.kind === 'variable') return unknown;
    const { node, bindings } = options;
    switch (node.type) {
      case 'ObjectExpression':
        return this.#saidIn(node, key, bindings);
      case 'LogicalExpression':
      case 'ConditionalExpression':
        return agreed(this.all(options).map((each) => this.#saidOf(each, key)));
      case 'CallExpression':
        return this.#saidByAssign(node, key, bindings);
      case 'Literal':
      case 'ArrowFunctionExpression':
        return absent;
      case 'Identifier':
        return node.name === 'undefined' ? absent : unknown;
      default:
        return unknown;
    }
  }

  /** Like {@link said}, along a path: `connection.url`. */
  saidAt(options: Place, path: readonly string[]): Said {
    let said: Said = { state: 'unknown' };
    let place = options;
    for (const [index, key] of path.entries()) {
      said = this.said(place, key);
      if (said.state !== 'set') return said;
      if (index < path.length - 1) place = said.value;
    }
    return said;
  }

  /** The keys that an object literal is seen to have. */
  keysOf(options: Place): TSESTree.Property[] {
    if (options.kind === 'variable' || options.node.type !== 'ObjectExpression') return [];
    return options.node.properties.filter((property) => property.type === 'Property');
  }

  /** A constant's value; undefined without one, for `undefined` is a value too. */
  constantOf(place: Place): { readonly value: unknown } | undefined {
    if (place.kind === 'variable') return undefined;
    const { node } = place;
    if (node.type === 'Literal') return { value: node.value };
    if (node.type === 'TemplateLiteral' && node.expressions.length === 0) return { value: node.quasis[0]?.value.cooked };
    if (node.type === 'Identifier' && node.name === 'undefined') return { value: undefined };
    if (node.type === 'UnaryExpression' && node.operator === '!' && node.argument.type === 'Literal') return { value: !node.argument.value };
    return undefined;
  }

  // ----- identifiers

  #identifier(node: TSESTree.Identifier, bindings: Bindings): Place | undefined {
    const variable = this.#model.file.variableOf(node);
    if (!variable) return undefined;
    const bound = bindings.get(variable);
    if (bound) return bound;
    const declarator = onlyValue(variable);
    if (!declarator) return undefined;
    const path = bindingPath(declarator.id, variable);
    if (!path) return undefined;
    if (path.length === 0) return this.of(declarator.init, none);
    const [last] = path.slice(-1);
    if (last !== undefined && isVariableName(last) && isEnvironment(unwrapAwait(declarator.init))) return { kind: 'variable', name: last, node };
    const said = this.saidAt(this.of(declarator.init, none), path);
    if (said.state === 'set') return said.value;
    return last !== undefined && isVariableName(last) && path.length === 1 ? { kind: 'variable', name: last, node } : undefined;
  }

  #member(node: TSESTree.MemberExpression, bindings: Bindings): Place | undefined {
    const name = propertyName(node);
    if (name === undefined) return undefined;
    if (node.object.type === 'ThisExpression') return this.#field(node, name);
    if (!isEnvironment(node.object)) {
      const object = this.of(node.object, bindings);
      if (object.kind === 'node' && object.node !== node.object) {
        const said = this.said(object, name);
        if (said.state === 'set') return said.value;
      } else if (object.kind === 'node' && object.node.type === 'ObjectExpression') {
        const said = this.said(object, name);
        if (said.state === 'set') return said.value;
      }
    }
    return isVariableName(name) ? { kind: 'variable', name, node } : undefined;
  }

  /** A field that the class sets once. */
  #field(node: Node, name: string): Place | undefined {
    const owner = enclosingClass(node);
    if (!owner) return undefined;
    const values = fieldValues(owner, name, this.#model.file.nodes.assignments);
    const [only] = values;
    return only && values.length === 1 ? this.of(only) : undefined;
  }

  // ----- calls

  #call(node: TSESTree.CallExpression, bindings: Bindings): Place | undefined {
    const first = node.arguments[0];
    const name = calleeName(node);
    if (first?.type === 'Literal' && typeof first.value === 'string' && isVariableName(first.value) && /^(?:get|env|require|read|must|from)/i.test(name ?? '')) {
      return { kind: 'variable', name: first.value, node };
    }
    if (name === 'String' && first) return this.of(first, bindings);
    const receiver = receiverOf(node);
    if (receiver && first && name === 'freeze') return this.of(first, bindings);
    if (receiver && node.arguments.length === 0 && (name === 'trim' || name === 'toString')) return this.of(receiver, bindings);
    const callee = this.#model.resolver.valueOf(node.callee);
    if (callee?.kind !== 'function') return undefined;
    const returned = onlyReturned(this.#model.file, callee.node);
    return returned && this.of(returned, this.#bind(callee.node, node, bindings));
  }

  #bind(helper: FunctionNode, call: TSESTree.CallExpression, outer: Bindings): Bindings {
    const bindings = new Map<Variable, Place>();
    for (const [index, param] of helper.params.entries()) {
      const argument = call.arguments[index];
      if (argument?.type === 'SpreadElement' || param.type === 'RestElement') break;
      const target = param.type === 'AssignmentPattern' ? param.left : param;
      const value = argument ?? (param.type === 'AssignmentPattern' ? param.right : undefined);
      const variable = target.type === 'Identifier' ? this.#model.file.variableOf(target) : undefined;
      if (variable && value && !variable.references.some((reference) => reference.isWrite() && !reference.init)) bindings.set(variable, this.of(value, outer));
    }
    return bindings;
  }

  // ----- options

  #saidOf(place: Place, key: string): Said {
    if (place.kind === 'node' && place.node.type === 'Identifier' && place.node.name === 'undefined') return absent;
    return this.said(place, key);
  }

  #saidIn(object: TSESTree.ObjectExpression, key: string, bindings: Bindings): Said {
    if (this.#isChanged(object, key)) return unknown;
    for (const property of object.properties.toReversed()) {
      if (property.type === 'SpreadElement') {
        const said = this.#saidBySpread(property.argument, key, bindings);
        if (said.state !== 'absent') return said;
      } else {
        const name = propertyName(property);
        if (name === undefined) return unknown;
        if (name === key) return { state: 'set', value: this.of(property.value, bindings), property };
      }
    }
    return absent;
  }

  /** `...(cond && { … })` and `...(cond ? { … } : {})` may or may not say it. */
  #saidBySpread(argument: Node, key: string, bindings: Bindings): Said {
    const place = this.of(argument, bindings);
    if (place.kind === 'node' && place.node.type === 'LogicalExpression' && place.node.operator === '&&') {
      return agreed([absent, this.#saidOf(this.of(place.node.right, place.bindings), key)]);
    }
    return this.#saidOf(place, key);
  }

  #saidByAssign(call: TSESTree.CallExpression, key: string, bindings: Bindings): Said {
    if (calleeName(call) !== 'assign' || !receiverOf(call)) return unknown;
    for (const argument of call.arguments.toReversed()) {
      if (argument.type === 'SpreadElement') return unknown;
      const said = this.#saidBySpread(argument, key, bindings);
      if (said.state !== 'absent') return said;
    }
    return absent;
  }

  /** `options.prepare = …` after `const options = { … }`. */
  #isChanged(object: TSESTree.ObjectExpression, key: string): boolean {
    const declarator = object.parent.type === 'TSAsExpression' || object.parent.type === 'TSSatisfiesExpression' ? object.parent.parent : object.parent;
    if (declarator.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') return false;
    const variable = this.#model.file.variableOf(declarator.id);
    return (
      variable?.references.some(({ identifier }) => {
        const member = identifier.parent;
        if (member.type !== 'MemberExpression' || member.object !== identifier) return false;
        const assignment = member.parent;
        return assignment.type === 'AssignmentExpression' && assignment.left === member && [key, undefined].includes(propertyName(member));
      }) ?? false
    );
  }
}

/** One answer, if all give the same one. */
function agreed(answers: readonly Said[]): Said {
  const [first] = answers;
  if (!first) return unknown;
  return first.state !== 'set' && answers.every((answer) => answer.state === first.state) ? first : unknown;
}

type WithInit = TSESTree.VariableDeclarator & { readonly init: TSESTree.Expression };

/** The declaration that gives a variable the one value that it ever has. */
export function onlyValue(variable: Variable): WithInit | undefined {
  const [definition, another] = variable.defs;
  if (another || (definition?.type as string | undefined) !== 'Variable') return undefined;
  const declarator = definition?.node as TSESTree.VariableDeclarator;
  if (!declarator.init || variable.references.some((reference) => reference.isWrite() && !reference.init)) return undefined;
  return declarator as WithInit;
}

/** What a class puts in one of its fields, wherever it does so. */
function fieldValues(owner: ClassNode, name: string, assignments: readonly TSESTree.AssignmentExpression[]): Node[] {
  const values: Node[] = [];
  for (const member of owner.body.body) {
    if (member.type === 'PropertyDefinition' && member.value && propertyName(member) === name) values.push(member.value);
  }
  for (const { left, right } of assignments) {
    if (left.type === 'MemberExpression' && left.object.type === 'ThisExpression' && propertyName(left) === name && enclosingClass(left) === owner) values.push(right);
  }
  return values;
}

/** What a function returns, if there is one `return` and it stands at the end. */
function onlyReturned(file: File, fn: FunctionNode): Node | undefined {
  if (fn.generator) return undefined;
  if (fn.body.type !== 'BlockStatement') return fn.body;
  const last = fn.body.body.flatMap((statement) => (statement.type === 'BlockStatement' ? statement.body : statement)).at(-1);
  if (last?.type !== 'ReturnStatement' || !last.argument || isFunction(last.argument)) return undefined;
  return file.returnsOf(fn).every((statement) => statement === last) ? last.argument : undefined;
}

/** Environment variables are written in capitals. */
function isVariableName(name: string): boolean {
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(name) && name.length > 2;
}

function isEnvironment(node: Node): boolean {
  return (
    node.type === 'MemberExpression' &&
    propertyName(node) === 'env' &&
    ((node.object.type === 'Identifier' && /^(?:process|Bun)$/.test(node.object.name)) || node.object.type === 'MetaProperty')
  );
}
