/**
 * What can be a registry: a collection of the file that lives longer than any one scope, and is asked by a key.
 *
 * A variable of the module, a field of a class, or a variable of a factory whose functions outlive it.
 */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { enclosingClass, enclosingFunction, isConstructor, isFunction, isWithin, propertyName, unwrap, type ClassNode, type FunctionNode, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import { collectionOf, type Collection } from './collections.js';

/** A collection of the file, under the name by which all of the file speaks of it. */
export interface Holder {
  /** As the file writes it: `sessions`, `this.#sessions`. */
  readonly name: string;
  readonly collection: Collection;
  /** Every expression of the file that denotes it, its declaration left out. */
  readonly references: readonly Node[];
  /** It is exported, public, or handed to something else: others may take out what is put in here. */
  readonly handedOut: boolean;
  /** It lives as long as the process: what it keeps is never collected. A field lives as long as its object. */
  readonly permanent: boolean;
  /** What the annotation says of the values: `Map<string, QueryRunner>`. */
  readonly valueType: Node | undefined;
}

/** Finds the holder that an expression denotes, and remembers it. */
export class Holders {
  readonly #model: SessionModel;
  readonly #ofVariables = new Map<Variable, Holder | undefined>();
  readonly #ofFields = new Map<ClassNode, Map<string, Holder | undefined>>();
  #members: ReadonlyMap<string, readonly TSESTree.MemberExpression[]> | undefined;
  #set: ReadonlySet<string> | undefined;

  constructor(model: SessionModel) {
    this.#model = model;
  }

  /** @returns undefined for anything that is no collection of the file, or does not outlive `at` */
  find(expression: Node, at: Node): Holder | undefined {
    const node = unwrap(expression);
    if (node.type === 'Identifier') {
      const variable = this.#model.file.variableOf(node);
      return variable && outlives(variable, at) ? this.#ofVariable(variable) : undefined;
    }
    if (node.type !== 'MemberExpression') return undefined;
    const name = propertyName(node);
    const owner = this.#ownerOf(node.object);
    return owner && name !== undefined ? this.#ofField(owner, name) : undefined;
  }

  /** Whether {@link find} may find anything, by a look that resolves little: most of what is put somewhere is put into no collection of the file. */
  mayFind(expression: Node, at: Node): boolean {
    const node = unwrap(expression);
    if (node.type === 'Identifier') {
      const variable = this.#model.file.variableOf(node);
      return variable !== undefined && (variable.defs[0]?.type as string | undefined) === 'Variable' && outlives(variable, at);
    }
    const name = node.type === 'MemberExpression' ? propertyName(node) : undefined;
    return name !== undefined && this.#isSet(name);
  }

  /** A field of that name has a value somewhere in the file. */
  #isSet(name: string): boolean {
    const { assignments, classes } = this.#model.file.nodes;
    this.#set ??= new Set([
      ...classes.flatMap((owner) => owner.body.body.flatMap((member) => (member.type === 'PropertyDefinition' && member.value ? (propertyName(member) ?? []) : []))),
      ...assignments.flatMap(({ left }) => (left.type === 'MemberExpression' ? (propertyName(left) ?? []) : [])),
    ]);
    return this.#set.has(name);
  }

  /** The class whose field is meant by `this.x`, by `X.x` for a static one, or by `x.x` for an object of it. */
  #ownerOf(object: Node): ClassNode | undefined {
    const node = unwrap(object);
    if (node.type === 'ThisExpression') return enclosingClass(node);
    const value = this.#model.resolver.valueOf(node);
    return value?.kind === 'class' || value?.kind === 'instance' ? value.node : undefined;
  }

  #ofVariable(variable: Variable): Holder | undefined {
    if (this.#ofVariables.has(variable)) return this.#ofVariables.get(variable);
    const definition = variable.defs[0];
    let holder: Holder | undefined;
    if ((definition?.type as string | undefined) === 'Variable') {
      const { id, init } = definition?.node as TSESTree.VariableDeclarator;
      const collection = init && id.type === 'Identifier' ? collectionOf(this.#model, init) : undefined;
      if (collection && id.type === 'Identifier') {
        const references: Node[] = variable.references.flatMap((reference) => (reference.init ? [] : [reference.identifier as Node]));
        holder = {
          name: variable.name,
          collection,
          references,
          handedOut: isExported(this.#model, variable) || references.some((reference) => isHandedOut(reference)),
          permanent: enclosingFunction(id) === undefined,
          valueType: typeOfValues(id.typeAnnotation?.typeAnnotation) ?? typeOfValues(init),
        };
      }
    }
    this.#ofVariables.set(variable, holder);
    return holder;
  }

  #ofField(owner: ClassNode, name: string): Holder | undefined {
    const fields = this.#ofFields.get(owner) ?? new Map<string, Holder | undefined>();
    this.#ofFields.set(owner, fields);
    if (!fields.has(name)) fields.set(name, this.#madeOfField(owner, name));
    return fields.get(name);
  }

  #madeOfField(owner: ClassNode, name: string): Holder | undefined {
    const { file } = this.#model;
    const member = owner.body.body.find((each): each is TSESTree.PropertyDefinition => each.type === 'PropertyDefinition' && propertyName(each) === name);
    const accesses = (this.#fieldAccesses().get(name) ?? []).map((access) => ({ access, of: this.#ownerOf(access.object) }));
    const references = accesses.flatMap(({ access, of }) => (of === owner ? [access] : []));
    // A field of that name of nobody knows what may be this one.
    const isSharedPerhaps = !name.startsWith('#') && member?.accessibility !== 'private' && (accesses.some(({ of }) => of === undefined) || owner.superClass !== null || isExtended(this.#model, owner));
    const assigned = references.filter((access) => access.parent.type === 'AssignmentExpression' && access.parent.left === access && isConstructor(enclosingFunction(access)));
    const [assignment] = assigned.map((access) => access.parent as TSESTree.AssignmentExpression);
    const init = member?.value ?? assignment?.right;
    const collection = init ? collectionOf(this.#model, init) : undefined;
    if (!collection || !init) return undefined;
    const own = references.filter((access) => !assigned.includes(access));
    const typed = /\.[cm]?tsx?$/.test(file.filename);
    const hidden = name.startsWith('#') || name.startsWith('_') || member?.accessibility === 'private' || (!typed && !member?.accessibility);
    return {
      name: `${member?.static ? (owner.id?.name ?? 'this') : 'this'}.${name}`,
      collection,
      references: own,
      handedOut: isSharedPerhaps || (!hidden && isExportedClass(this.#model, owner)) || own.some((access) => isHandedOut(access)) || this.#isTakenApart(owner, name),
      permanent: member?.static === true || livesLong(this.#model, owner),
      valueType: typeOfValues(member?.typeAnnotation?.typeAnnotation) ?? typeOfValues(init),
    };
  }

  /** `const { sessions } = this`: from there on it has another name. */
  #isTakenApart(owner: ClassNode, name: string): boolean {
    const { file } = this.#model;
    return file.sourceCode.getTokens(owner).some((token) => {
      if (token.value !== name) return false;
      const node = file.sourceCode.getNodeByRangeIndex(token.range[0]);
      return node?.parent?.type === 'Property' && node.parent.parent.type === 'ObjectPattern';
    });
  }

  #fieldAccesses(): ReadonlyMap<string, readonly TSESTree.MemberExpression[]> {
    if (!this.#members) {
      const members = new Map<string, TSESTree.MemberExpression[]>();
      for (const access of memberAccesses(this.#model)) {
        const name = propertyName(access);
        if (name === undefined || access.computed) continue;
        const same = members.get(name);
        if (same) same.push(access);
        else members.set(name, [access]);
      }
      this.#members = members;
    }
    return this.#members;
  }
}

/** All member accesses of the file. */
function memberAccesses({ file }: SessionModel): TSESTree.MemberExpression[] {
  const found: TSESTree.MemberExpression[] = [];
  const keys = file.sourceCode.visitorKeys;
  const stack: Node[] = [file.sourceCode.ast];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'MemberExpression') found.push(node);
    for (const key of keys[node.type] ?? []) {
      const child = (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key];
      if (Array.isArray(child)) stack.push(...child.filter((element) => element !== null));
      else if (child) stack.push(child);
    }
  }
  return found.sort((a, b) => a.range[0] - b.range[0]);
}

/** A variable of the module, or one around the function that registers: its functions outlive the call that made it. */
function outlives(variable: Variable, at: Node): boolean {
  const name = variable.identifiers[0] as Node | undefined;
  if (!name) return false;
  const home = enclosingFunction(name);
  if (!home) return true;
  const user = enclosingFunction(at);
  return user !== undefined && user !== home && isWithin(user, home) && isFactory(home, user);
}

/** A function that makes functions and is not waited for: what it declares lives on in them. */
function isFactory(home: FunctionNode, user: FunctionNode): boolean {
  if (home.async || home.generator || home.body.type !== 'BlockStatement') return false;
  let outer: Node = user;
  while (enclosingFunction(outer) !== home) outer = enclosingFunction(outer) ?? home;
  if (!isFunction(outer)) return false;
  const { parent } = outer;
  // Not a callback, which runs while the function does.
  if (outer.type === 'FunctionDeclaration') return true;
  return parent.type === 'Property' || parent.type === 'VariableDeclarator' || parent.type === 'ReturnStatement';
}

/** Where a reference is more than a receiver, others may come to know of the collection. */
function isHandedOut(reference: Node): boolean {
  let node = reference;
  let parent = node.parent;
  while (parent && (parent.type === 'TSAsExpression' || parent.type === 'TSNonNullExpression' || parent.type === 'TSSatisfiesExpression' || parent.type === 'ChainExpression')) {
    node = parent;
    parent = node.parent;
  }
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object !== node;
    // Going over it, asking whether it is there, giving it a new value.
    case 'ForOfStatement':
    case 'ForInStatement':
      return parent.right !== node;
    case 'AssignmentExpression':
      return parent.left !== node;
    case 'SpreadElement':
    case 'UnaryExpression':
    case 'IfStatement':
    case 'ExpressionStatement':
    case 'TSTypeQuery':
      return false;
    case 'BinaryExpression':
      return false;
    case 'LogicalExpression':
      return isHandedOut(parent);
    case 'CallExpression':
      return !isLookedThrough(parent, node);
    default:
      return true;
  }
}

/** `Object.values(sessions)`, `Array.from(sessions)`: goes over it. */
function isLookedThrough(call: TSESTree.CallExpression, argument: Node): boolean {
  const { callee } = call;
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier' || call.arguments[0] !== argument) return false;
  return /^(?:Object|Array|Reflect)$/.test(callee.object.name) && /^(?:keys|values|entries|from|has|hasOwn|get|set|ownKeys|deleteProperty|freeze|seal)$/.test(propertyName(callee) ?? '');
}

function isExported({ file }: SessionModel, variable: Variable): boolean {
  const declarator = variable.defs[0]?.node as Node | undefined;
  if (declarator?.parent?.parent?.type === 'ExportNamedDeclaration') return true;
  return variable.references.some((reference) => {
    const { parent } = reference.identifier as Node;
    return parent?.type === 'ExportSpecifier' || parent?.type === 'ExportDefaultDeclaration';
  }) || file.sourceCode.ast.body.some((statement) => statement.type === 'ExportNamedDeclaration' && statement.specifiers.some((specifier) => specifier.local.type === 'Identifier' && specifier.local.name === variable.name) && enclosingFunction(declarator ?? statement) === undefined);
}

/** Whether a class can be seen from outside of the file. */
export function isExportedClass(model: SessionModel, owner: ClassNode): boolean {
  if (owner.type === 'ClassExpression' && !owner.id) return true;
  const { parent } = owner;
  if (parent.type === 'ExportNamedDeclaration' || parent.type === 'ExportDefaultDeclaration') return true;
  const variable = owner.id ? model.file.sourceCode.getDeclaredVariables(owner)[0] : undefined;
  if (!variable) return true;
  if (isExported(model, variable)) return true;
  // `module.exports = { Registry }`
  return variable.references.some((reference) => /^(?:Property|AssignmentExpression)$/.test((reference.identifier as Node).parent?.type ?? ''));
}

function isExtended({ file }: SessionModel, owner: ClassNode): boolean {
  const [variable] = owner.id ? file.sourceCode.getDeclaredVariables(owner) : [];
  return variable?.references.some((reference) => /^Class/.test((reference.identifier as Node).parent?.type ?? '')) ?? false;
}

/** One object for the life of the process: made by the module, or by a container whose default that is. */
function livesLong({ file, resolver }: SessionModel, owner: ClassNode): boolean {
  const decorators = (owner.decorators as readonly TSESTree.Decorator[] | undefined) ?? [];
  if (decorators.some(({ expression }) => expression.type === 'CallExpression' && expression.callee.type === 'Identifier' && /^(?:Injectable|Controller|Resolver|Global|Singleton)$/i.test(expression.callee.name) && !/\b(?:REQUEST|TRANSIENT|scope)\b/.test(file.sourceCode.getText(expression)))) return true;
  return file.calls.some((call) => {
    if (call.type !== 'NewExpression' || enclosingFunction(call)) return false;
    const value = resolver.valueOf(call.callee);
    return value?.kind === 'class' && value.node === owner;
  });
}

/** The last type argument of `Map<K, V>`, `Record<K, V>`, `new LRUCache<K, V>()`; the value of an index signature. */
function typeOfValues(node: Node | null | undefined): Node | undefined {
  const plain = node && unwrap(node);
  if (plain?.type === 'TSTypeReference' || plain?.type === 'NewExpression') {
    const args = plain.typeArguments?.params;
    if (plain.type === 'TSTypeReference' && plain.typeName.type === 'Identifier' && plain.typeName.name === 'Partial') return typeOfValues(args?.[0]);
    return args && args.length >= 2 ? args[1] : undefined;
  }
  if (plain?.type === 'TSTypeLiteral') {
    const [member] = plain.members;
    return plain.members.length === 1 && member?.type === 'TSIndexSignature' ? member.typeAnnotation?.typeAnnotation : undefined;
  }
  return undefined;
}
