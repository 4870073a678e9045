/** Resolves an expression to what it stands for: a session, a client, or something on the way to one. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { Library, SessionFacts } from '../libraries/library.js';
import { isTypeAsked, isTypeOfMemberAsked } from './asking-types.js';
import { acquiredBy, constructedBy, exportedClient, isProvider } from './acquisitions.js';
import { typeValue } from './annotations.js';
import { isAmbientStore, storedValue } from './ambient-store.js';
import { attachedAt } from './attached.js';
import { onDriver } from './drivers.js';
import { importedLibraries } from './evidence.js';
import { fieldValue, superclassValue } from './fields.js';
import type { File } from './file.js';
import { usedAs } from './fingerprints.js';
import { libraryOfSpecifier } from './catalogue.js';
import { manifestLibraries } from './manifests.js';
import { mayHaveClients, mayHaveSessions } from './origins.js';
import { parameterValue } from './parameters.js';
import { hasTypes, typeOfNode } from './program-types.js';
import { propertySession } from './properties.js';
import { calleeName, chainFrom, enclosingClass, isFunction, isNothing, propertyName, receiverOf, unwrap, unwrapAwait, type FunctionNode, type Node } from './syntax.js';
import { sessionOf, type OriginKind, type Session, type SessionKind, type Value, type Variable } from './values.js';

export interface NewSession {
  readonly origin: Node;
  readonly how: OriginKind;
  readonly kinds: readonly SessionKind[];
  readonly name: string;
  readonly scope?: FunctionNode | undefined;
}

export class Resolver {
  readonly file: File;
  /** `null` is nothing; it stands, too, for what is being resolved: a cycle (`a = b; b = a`) resolves to nothing. */
  readonly #values = new Map<Node, Value | null>();
  readonly #variables = new Map<Variable, Value | null>();
  readonly #sessions = new Map<Node, Session>();
  /** Spreads that are being looked into. */
  readonly #spreads = new Set<Node>();
  #depth = 0;
  #imported: ReadonlySet<Library> | undefined;
  #declaredLibraries: readonly Library[] | undefined;
  #talks: boolean | undefined;
  #mayHave: boolean | undefined;
  #mayHaveClients: boolean | undefined;

  constructor(file: File) {
    this.file = file;
  }

  /** Libraries that the file itself imports. */
  get imported(): ReadonlySet<Library> {
    this.#imported ??= importedLibraries(this.file.sourceCode);
    return this.#imported;
  }

  /** Libraries that the nearest package.json depends on. */
  get declared(): readonly Library[] {
    this.#declaredLibraries ??= manifestLibraries(this.file.filename);
    return this.#declaredLibraries;
  }

  /**
   * A quick look, before anything is resolved: whether any session can come to be in the file by a call, a type, a
   * parameter or an option. Most files that import a library only declare entities or use the root client.
   */
  get mayHaveSessions(): boolean {
    this.#mayHave ??= mayHaveSessions(this);
    return this.#mayHave;
  }

  /** The same of the root clients of libraries. */
  get mayHaveClients(): boolean {
    this.#mayHaveClients ??= mayHaveClients(this);
    return this.#mayHaveClients;
  }

  /**
   * Whether the file imports a module that is named after a database: a project's own `./db`, `@internal/database`,
   * `../datasource`. Says that a transaction here is a database's, not whose.
   */
  get talksToDatabase(): boolean {
    this.#talks ??= [...this.file.specifiers].some((specifier) => /(?:^|[/@_.-])(?:db|database|databases|data-?source|datasource|prisma|knex|drizzle|kysely|sequelize|typeorm|mikro-?orm|orm|mongo|mongoose|postgres|postgresql|pg|mysql|sql|sqlite|entity-manager)(?:$|[/_.-])/i.test(specifier));
    return this.#talks;
  }

  /** Keeps one object per origin, so that two expressions mean the same session exactly if the objects are the same. */
  session(made: NewSession): Value | undefined {
    const kinds = made.kinds.filter((kind) => !this.file.settings.ignoredLibraries.includes(kind.library.id));
    const [first, ...rest] = kinds;
    if (!first) return undefined;
    let session = this.#sessions.get(made.origin);
    if (!session) {
      session = { origin: made.origin, how: made.how, kinds: [onDriver(this, first), ...rest.map((kind) => onDriver(this, kind))], scope: made.scope, name: made.name };
      this.#sessions.set(made.origin, session);
    }
    return { kind: 'session', session, derived: false };
  }

  /** What an expression stands for; undefined where the file does not say. */
  valueOf(expression: Node): Value | undefined {
    const node = unwrap(expression);
    const known = this.#values.get(node);
    if (known !== undefined) return known ?? undefined;
    if (this.#depth > 400) return undefined;
    this.#depth += 1;
    this.#values.set(node, null);
    const value = this.#evaluate(node);
    this.#values.set(node, value ?? null);
    this.#depth -= 1;
    return value;
  }

  #evaluate(node: Node): Value | undefined {
    switch (node.type) {
      case 'Identifier': {
        const variable = this.file.variableOf(node);
        if (!variable || variable.defs.length === 0) return { kind: 'global', name: node.name };
        return this.variableValue(variable);
      }
      case 'ThisExpression': {
        const owner = enclosingClass(node);
        return owner && { kind: 'instance', node: owner };
      }
      case 'MemberExpression':
        return this.#member(node);
      case 'AwaitExpression':
        return this.valueOf(node.argument);
      case 'AssignmentExpression':
        return this.valueOf(node.right);
      case 'SequenceExpression': {
        const last = node.expressions.at(-1);
        return last && this.valueOf(last);
      }
      case 'LogicalExpression':
        return node.operator === '&&' ? this.valueOf(node.right) : this.#eitherOf(this.valueOf(node.left), this.valueOf(node.right));
      case 'ConditionalExpression':
        return this.#eitherOf(this.valueOf(node.consequent), this.valueOf(node.alternate));
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        return { kind: 'function', node };
      case 'ClassExpression':
      case 'ClassDeclaration':
        return { kind: 'class', node };
      case 'ObjectExpression':
        return { kind: 'object', node };
      case 'ArrayExpression':
        return { kind: 'array', node };
      case 'ImportExpression':
        return node.source.type === 'Literal' ? { kind: 'module', specifier: String(node.source.value), path: [] } : undefined;
      case 'NewExpression':
        return this.#constructed(node);
      case 'CallExpression':
        return this.#called(node);
      default:
        return undefined;
    }
  }

  /**
   * `given ?? own`: a session where either side is one, for the author says that this value is used as a session.
   * A side that nothing is known of leaves the other side standing.
   */
  #eitherOf(left: Value | undefined, right: Value | undefined): Value | undefined {
    if (left?.kind === 'either' || right?.kind === 'either') return { kind: 'either' };
    if (left?.kind === 'session') return left;
    if (right?.kind === 'session') return right;
    if (left?.kind === 'client' && right?.kind === 'client') return left;
    if (left?.kind === 'client' || right?.kind === 'client') return left && right ? undefined : { kind: 'either' };
    return left ?? right;
  }

  // ----- members

  #member(node: TSESTree.MemberExpression): Value | undefined {
    const name = propertyName(node);
    const object = this.valueOf(node.object);
    if (name === undefined) {
      return undefined;
    }
    const value = this.#clientOf(this.memberValue(object, name), () => typeOfNode(this, node, name)) ?? propertySession(this, node, name, object);
    if (value) return value;
    const marked = attachedAt(this, node, []) ?? usedAs(this, node);
    if (marked) return marked;
    if ((object === undefined || object.kind === 'instance' || object.kind === 'shape') && hasTypes(this.file.sourceCode) && isTypeOfMemberAsked(this, node)) return typeOfNode(this, node, name);
    return undefined;
  }

  /** The value of a property of a value. */
  memberValue(object: Value | undefined, name: string): Value | undefined {
    switch (object?.kind) {
      case 'module': {
        const value: Value = { kind: 'module', specifier: object.specifier, path: [...object.path, name] };
        return this.moduleValue(value);
      }
      case 'client': {
        return object.library.clients?.properties?.includes(name) ? object : undefined;
      }
      case 'session':
        return isDerivedProperty(object.session.kinds[0].facts, name) ? { ...object, derived: true } : undefined;
      case 'object':
        return this.#objectMember(object.node, name);
      case 'array': {
        const element = object.node.elements[Number(name)];
        return element && element.type !== 'SpreadElement' ? this.valueOf(element) : undefined;
      }
      case 'instance':
      case 'class':
        return fieldValue(this, object.node, name);
      case 'shape':
        for (const type of object.types) {
          const member = shapeMember(type, name);
          if (member) return typeValue(this, member, 'parameter', { name, owner: member });
        }
        return undefined;
      default:
        return undefined;
    }
  }

  /** Objects may spread each other, and themselves: `options = { ...options }`. */
  #objectMember(node: TSESTree.ObjectExpression, name: string, seen = new Set<Node>()): Value | undefined {
    if (seen.size > 100) return undefined;
    seen.add(node);
    for (const property of [...node.properties].reverse()) {
      if (property.type === 'SpreadElement') {
        const value = this.#spreadMember(property, name, seen);
        if (value) return value;
      } else if (propertyName(property) === name) {
        return this.valueOf(property.value);
      }
    }
    return undefined;
  }

  /** `again({ ...options })` where `options` is what `again` was given: the spread leads back to itself. */
  #spreadMember(spread: TSESTree.SpreadElement, name: string, seen: Set<Node>): Value | undefined {
    if (this.#spreads.has(spread)) return undefined;
    this.#spreads.add(spread);
    try {
      const object = this.valueOf(spread.argument);
      if (object?.kind !== 'object') return this.memberValue(object, name);
      // Objects of objects that are spread twice: each is looked through once.
      return seen.has(object.node) ? undefined : this.#objectMember(object.node, name, seen);
    } finally {
      this.#spreads.delete(spread);
    }
  }

  /** A module member, seen as the client it may be. */
  moduleValue(value: Extract<Value, { kind: 'module' }>): Value {
    const library = libraryOfSpecifier(value.specifier);
    return (library && exportedClient(library, value.path)) ?? value;
  }

  // ----- calls

  #constructed(node: TSESTree.NewExpression): Value | undefined {
    const callee = this.valueOf(node.callee);
    if (callee?.kind === 'class') {
      return superclassValue(this, callee.node) ?? { kind: 'instance', node: callee.node };
    }
    return constructedBy(this, node, callee);
  }

  #called(node: TSESTree.CallExpression): Value | undefined {
    const name = calleeName(node);
    const receiver = receiverOf(node);
    if (!receiver && name === 'require' && node.arguments[0]?.type === 'Literal') {
      return this.moduleValue({ kind: 'module', specifier: String(node.arguments[0].value), path: [] });
    }
    if (receiver && name === 'bind') return this.valueOf(receiver);
    if (receiver && isAmbientStore(this, receiver)) return name === 'getStore' ? storedValue(this, receiver) : undefined;

    const acquired = acquiredBy(this, node);
    if (acquired) return acquired;

    if (receiver && name !== undefined) {
      const owner = this.valueOf(receiver);
      if (owner?.kind === 'session') return owner.session.kinds[0].facts.derived?.methods?.includes(name) ? { ...owner, derived: true } : undefined;
      if (owner?.kind === 'client') return owner.library.clients?.methods?.includes(name) ? owner : undefined;
    }
    const callee = this.valueOf(node.callee);
    if (callee?.kind === 'session' && isProvider(callee.session)) return callee;
    if (callee?.kind === 'function') return this.returnValue(callee.node);
    return name === 'get' ? attachedAt(this, node, []) : undefined;
  }

  /** What a function of this file returns, where it is a session, a client or an object that holds one. */
  returnValue(fn: FunctionNode): Value | undefined {
    if (fn.generator) return undefined;
    if (fn.body.type !== 'BlockStatement') return this.#local(this.valueOf(fn.body), fn);
    for (const argument of this.file.returnedBy(fn)) {
      const value = this.#local(this.valueOf(argument), fn);
      if (value && value.kind !== 'global') return value;
    }
    return undefined;
  }

  /** A parameter that is handed back is the caller's value, not the function's: leave it to the call site. */
  #local(value: Value | undefined, fn: FunctionNode): Value | undefined {
    const session = sessionOf(value);
    return session && fn.params.some((param) => session.origin === param || within(session.origin, param)) ? undefined : value;
  }

  // ----- variables

  /** What a variable stands for: by its annotation, its only value, its place as a parameter, or how it is used. */
  variableValue(variable: Variable): Value | undefined {
    const known = this.#variables.get(variable);
    if (known !== undefined) return known ?? undefined;
    this.#depth += 1;
    this.#variables.set(variable, null);
    const value = this.#clientOf(this.#variable(variable), () => this.#typed(variable)) ?? usedAs(this, variable) ?? this.#typed(variable);
    this.#variables.set(variable, value ?? null);
    this.#depth -= 1;
    return value;
  }

  /**
   * `import { pool } from './db'`: what a module of the project's own exports may be a client by its type. Not a session:
   * what a whole program shares has no scope that this file shows.
   */
  #clientOf(value: Value | undefined, typed: () => Value | undefined): Value | undefined {
    if (value?.kind !== 'module' || libraryOfSpecifier(value.specifier)) return value;
    const client = typed();
    return client?.kind === 'client' ? client : value;
  }

  #typed(variable: Variable): Value | undefined {
    const name = variable.identifiers[0];
    return name && hasTypes(this.file.sourceCode) && isTypeAsked(this, variable) ? typeOfNode(this, name, variable.name) : undefined;
  }

  #variable(variable: Variable): Value | undefined {
    const definition = variable.defs[0];
    if (!definition) return undefined;
    switch (definition.type as string) {
      case 'ImportBinding':
        return this.#imports(definition.node, definition.parent);
      case 'Parameter':
        return parameterValue(this, variable, definition.node as FunctionNode);
      case 'FunctionName':
        return isFunction(definition.node) ? { kind: 'function', node: definition.node } : undefined;
      case 'ClassName':
        return { kind: 'class', node: definition.node as TSESTree.ClassDeclaration };
      case 'Variable':
        return this.#declared(variable, definition.node as TSESTree.VariableDeclarator);
      default:
        return undefined;
    }
  }

  #imports(specifier: Node, declaration: Node | null): Value | undefined {
    if (specifier.type === 'TSImportEqualsDeclaration') {
      const reference = specifier.moduleReference;
      return reference.type === 'TSExternalModuleReference' ? this.moduleValue({ kind: 'module', specifier: reference.expression.value, path: [] })
        : undefined;
    }
    if (declaration?.type !== 'ImportDeclaration') return undefined;
    const source = declaration.source.value;
    const path =
      specifier.type === 'ImportNamespaceSpecifier'
        ? []
        : specifier.type === 'ImportSpecifier'
          ? [specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value]
          : ['default'];
    return this.moduleValue({ kind: 'module', specifier: source, path });
  }

  #declared(variable: Variable, declarator: TSESTree.VariableDeclarator): Value | undefined {
    const path = bindingPath(declarator.id, variable);
    if (!path) return undefined;
    const annotation = declarator.id.type === 'Identifier' || declarator.id.type === 'ObjectPattern' ? declarator.id.typeAnnotation?.typeAnnotation : undefined;
    if (annotation) {
      const typed = this.#follow(typeValue(this, annotation, 'parameter', { name: variable.name, owner: declarator.id }), path);
      // A `let t: Transaction` is acquired later: the acquire call says more than the annotation.
      if (typed && typed.kind !== 'session') return typed;
      const assigned = declarator.init ? undefined : this.#assigned(variable);
      const initial = typed && declarator.init ? this.#follow(this.valueOf(declarator.init), path) : undefined;
      if (typed) return [assigned, initial].find((value) => value?.kind === 'session') ?? typed;
    }
    const writes = variable.references.filter((reference) => reference.isWrite() && !reference.init);
    if (declarator.init && writes.length === 0) {
      const value = this.#follow(this.valueOf(declarator.init), path);
      if (value) return value;
      return path.length === 0 ? this.#derived(variable, declarator.init) : attachedAt(this, declarator.init, path);
    }
    return path.length === 0 ? this.#assigned(variable) : undefined;
  }

  /** `let t; try { t = await begin() }`: every value that is written is a session or nothing. */
  #assigned(variable: Variable): Value | undefined {
    let found: Value | undefined;
    for (const reference of variable.references) {
      if (!reference.isWrite() || !reference.writeExpr) continue;
      const written = unwrapAwait(reference.writeExpr);
      if (isNothing(written)) continue;
      const value = this.valueOf(written);
      if (value?.kind !== 'session' && value?.kind !== 'client') return undefined;
      if (found && found.kind !== value.kind) return { kind: 'either' };
      found ??= value;
    }
    return found;
  }

  #follow(value: Value | undefined, path: readonly string[]): Value | undefined {
    let current = value;
    for (const step of path) current = this.memberValue(current, step);
    return current;
  }

  /**
   * `const repo = new Repo(tx)`, `const queries = createQueries(connection)`: made from a session by a call that is not
   * awaited, and then called upon. Such an object works on the session.
   */
  #derived(variable: Variable, init: Node): Value | undefined {
    const made = unwrap(init);
    if (made.type !== 'NewExpression' && made.type !== 'CallExpression') return undefined;
    if (made.type === 'CallExpression') {
      const owner = receiverOf(made);
      // `em.fork()` has a conversation of its own.
      if (owner && sessionOf(this.valueOf(owner))?.kinds[0].facts.forks?.includes(calleeName(made) ?? '')) return undefined;
      const callee = this.valueOf(made.callee);
      if (callee?.kind === 'function' && callee.node.async) return undefined;
    }
    let session = this.#handedTo(made);
    const receiver = receiverOf(made);
    if (!session && made.type === 'CallExpression' && receiver) {
      const owner = this.valueOf(receiver);
      if (owner?.kind === 'session') session = owner.session;
    }
    if (!session || !calledUpon(variable)) return undefined;
    return { kind: 'session', session, derived: true };
  }

  #handedTo(made: TSESTree.CallExpression | TSESTree.NewExpression): Session | undefined {
    for (const argument of made.arguments) {
      const [session] = this.carriedBy(argument);
      if (session) return session;
    }
    return undefined;
  }

  /** The sessions that an argument hands over: itself, or as properties or elements of a literal. */
  carriedBy(argument: Node, depth = 0): Session[] {
    const node = unwrap(argument.type === 'SpreadElement' ? argument.argument : argument);
    if (depth > 4) return [];
    if (node.type === 'ObjectExpression') {
      return node.properties.flatMap((property) => this.carriedBy(property.type === 'SpreadElement' ? property.argument : property.value, depth + 1));
    }
    if (node.type === 'ArrayExpression') return node.elements.flatMap((element) => (element ? this.carriedBy(element, depth + 1) : []));
    if (node.type === 'LogicalExpression' || node.type === 'ConditionalExpression') {
      const value = sessionOf(this.valueOf(node));
      if (value) return [value];
      return node.type === 'LogicalExpression' ? this.carriedBy(node.right, depth + 1) : [...this.carriedBy(node.consequent, depth + 1), ...this.carriedBy(node.alternate, depth + 1)];
    }
    if (isFunction(node)) return [];
    const value = this.valueOf(node);
    if (value?.kind === 'session') return [value.session];
    if (value?.kind === 'object') return this.carriedBy(value.node, depth + 1);
    if (value?.kind === 'shape') {
      // An options object known by its type: `options: { transaction?: Transaction }`.
      return value.types.flatMap((type) => shapeMembers(type).flatMap((name) => sessionOf(this.memberValue(value, name)) ?? []));
    }
    return [];
  }
}

function within(node: Node, outer: Node): boolean {
  return outer.range[0] <= node.range[0] && node.range[1] <= outer.range[1];
}

/** `runner.manager`; where models are properties, what is no operation and no method of the session: `tx.user`. */
function isDerivedProperty({ derived, operations }: SessionFacts, name: string): boolean {
  if (derived?.properties?.includes(name)) return true;
  return derived?.models === true && !name.startsWith('$') && operations?.local?.includes(name) !== true;
}

/** The steps from a pattern to the variable: `{ a: { b } }` to b is ['a', 'b']; [] for a plain identifier. */
export function bindingPath(pattern: Node, variable: Variable): readonly string[] | undefined {
  // From the name outwards: a pattern may bind thousands.
  const path: string[] = [];
  for (let node: Node | undefined = variable.identifiers[0]; node && node !== pattern; node = node.parent) {
    const { parent }: Node = node;
    switch (parent?.type) {
      case 'AssignmentPattern':
        if (parent.left !== node) return undefined;
        break;
      case 'ArrayPattern':
        path.push(String(parent.elements.indexOf(node as TSESTree.DestructuringPattern)));
        break;
      case 'Property': {
        const name = parent.value === node ? propertyName(parent) : undefined;
        if (name === undefined) return undefined;
        path.push(name);
        break;
      }
      case 'ObjectPattern':
      case 'TSParameterProperty':
        break;
      default:
        return undefined;
    }
  }
  return variable.identifiers[0] ? path.reverse() : undefined;
}

/** Whether methods are called on the variable, other than those of a promise or an array. */
function calledUpon(variable: Variable): boolean {
  return variable.references.some((reference) => {
    if (!reference.isRead()) return false;
    const links = chainFrom(reference.identifier).links;
    const first = links[0];
    if (!first || first.name === '' || ['then', 'catch', 'finally'].includes(first.name)) return false;
    return links.some((link) => link.called) && !/^(?:map|forEach|filter|reduce|find|some|every|push|length|includes|join|slice|flat|flatMap|entries|keys|values|concat|sort|at)$/.test(first.name);
  });
}

/** The type node of a member of a type literal or interface body. */
function shapeMember(type: Node, name: string): Node | undefined {
  for (const member of membersOf(type)) {
    if (member.type === 'TSPropertySignature' && propertyName(member) === name) return member.typeAnnotation?.typeAnnotation;
  }
  return undefined;
}

function shapeMembers(type: Node): string[] {
  return membersOf(type).flatMap((member) => (member.type === 'TSPropertySignature' ? (propertyName(member) ?? []) : []));
}

function membersOf(type: Node): readonly TSESTree.TypeElement[] {
  if (type.type === 'TSTypeLiteral') return type.members;
  if (type.type === 'TSInterfaceBody') return type.body;
  return [];
}
