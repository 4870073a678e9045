/** Which calls are slow work outside the database: by import, never by name. */
import type { TSESTree } from '@typescript-eslint/utils';
import { importedTypeName } from '../sessions/annotations.js';
import { beginningAmong, plainSpecifier } from '../sessions/catalogue.js';
import { fieldAssignments } from '../sessions/fields.js';
import type { SessionModel } from '../sessions/model.js';
import { bindingPath, type Resolver } from '../sessions/resolver.js';
import { calleeName, chainOf, decoratorCallees, enclosingClass, parameterProperties, propertyName, unwrap, unwrapAwait, type Chain, type ClassNode, type Node } from '../sessions/syntax.js';
import type { Variable } from '../sessions/values.js';
import { prefixesFromRoot } from '../transactions/paths.js';
import { externalModules, notExternal, type ExternalModule } from './modules.js';
import { isPausingModule, isSleep } from './sleep.js';

export interface ExternalCall {
  /** What a person would underline: the callee. */
  readonly node: Node;
  /** What it is, for messages: "an HTTP request". */
  readonly what: string;
  /** The module, `fetch` or `sleep`. */
  readonly from: string;
  readonly publishes: boolean;
}

/** A module, or a member of it, or what one of its calls made. */
interface Origin {
  readonly specifier: string;
  readonly path: readonly string[];
}

/** The external work that a call chain does; undefined where that is not known. */
export function externalCall(model: SessionModel, chain: Chain): ExternalCall | undefined {
  const { resolver, file } = model;
  const { allow } = file.settings.externalIo;
  const last = chain.links.findLast((link) => link.called && link.call?.type === 'CallExpression' && !['then', 'catch', 'finally', 'toPromise', 'pipe'].includes(link.name));
  if (!last?.call || last.call.type !== 'CallExpression') return undefined;
  const node = unwrap(last.call.callee);
  const sleep = isSleep(resolver, last.call);
  if (sleep) return allow.includes('sleep') ? undefined : { node, what: 'a pause', from: 'sleep', publishes: false };
  const root = resolver.valueOf(chain.root);
  if (root?.kind === 'global') {
    const fetches = (root.name === 'fetch' && chain.links[0]?.name === '') || (root.name === 'globalThis' && chain.links[0]?.name === 'fetch');
    return fetches && !allow.includes('fetch') ? { node, what: 'an HTTP request', from: 'fetch', publishes: false } : undefined;
  }
  const origin = originOf(resolver, chain);
  if (!origin) return undefined;
  return moduleCall(model, origin, last.name, node, chain);
}

function moduleCall(model: SessionModel, { specifier, path }: Origin, method: string, node: Node, chain: Chain): ExternalCall | undefined {
  const { allow, modules } = model.file.settings.externalIo;
  const own = modules.find((module) => module.from === specifier);
  const name = path[0] === 'default' ? (path[1] ?? 'default') : path[0];
  if (own && (own.names === undefined || own.names.includes(name ?? ''))) return { node, what: 'external work', from: specifier, publishes: false };
  const plain = plainSpecifier(specifier);
  if (allow.includes(plain)) return undefined;
  const entry = moduleOf(plain) ?? localClient(model, plain, chain);
  if (!entry) return undefined;
  const called = method === '' ? (path.at(-1) ?? '') : method;
  if (entry.except?.includes(called) || (entry.only && !entry.only.includes(called))) return undefined;
  // `boss.send(name, data, { db })` goes through the transaction.
  if (entry.publishes && chain.links.some((link) => link.call?.type === 'CallExpression' && link.call.arguments.some(givesDatabase))) return undefined;
  return { node, what: entry.what, from: plain, publishes: entry.publishes === true };
}

function givesDatabase(argument: Node): boolean {
  const node = unwrap(argument);
  return node.type === 'ObjectExpression' && node.properties.some((property) => property.type === 'Property' && /^(?:db|pgClient|tx|transaction)$/.test(propertyName(property) ?? ''));
}

function matches(pattern: string, specifier: string): boolean {
  return pattern.endsWith('*') ? specifier.startsWith(pattern.slice(0, -1)) : specifier === pattern;
}

const modulesBySpecifier = new Map<string, ExternalModule | undefined>();
const mayBeListed = beginningAmong(externalModules.flatMap(({ modules }) => modules));

function moduleOf(specifier: string): ExternalModule | undefined {
  if (!mayBeListed(specifier)) return undefined;
  if (modulesBySpecifier.has(specifier)) return modulesBySpecifier.get(specifier);
  const isExternal = !notExternal.some((pattern) => matches(pattern, specifier));
  const found = isExternal ? externalModules.find((entry) => entry.modules.some((pattern) => matches(pattern, specifier))) : undefined;
  // Bounded, for processes that see the specifiers of many projects.
  if (modulesBySpecifier.size > 10_000) modulesBySpecifier.clear();
  modulesBySpecifier.set(specifier, found);
  return found;
}

/** A first look that resolves nothing: the file requests, pauses, or imports a module that does such work. */
export function mayWorkOutside({ file }: SessionModel): boolean {
  const { callsByName, settings } = file;
  if (settings.externalIo.modules.length > 0 || callsByName.has('fetch') || callsByName.has('setTimeout')) return true;
  return [...file.specifiers].some((specifier) => isPausingModule(specifier) || moduleOf(plainSpecifier(specifier)) !== undefined);
}

/**
 * A local module that is called like a package (`../lib/stripe`), where the file imports the package too, for its
 * types, and calls the thing as the package's client is called: `stripe.customers.create(…)`.
 */
function localClient(model: SessionModel, specifier: string, chain: Chain): ExternalModule | undefined {
  if (!/^[.~@#]|^src\//.test(specifier)) return undefined;
  const base = specifier.split('/').at(-1)?.replace(/\.[cm]?[jt]s$/, '') ?? '';
  const entry = moduleOf(base);
  if (!entry || chain.links.length < 2 || chain.root.type !== 'Identifier' || !model.file.specifiers.has(base)) return undefined;
  return entry;
}

// ----- where a receiver comes from

function originOf(resolver: Resolver, chain: Chain): Origin | undefined {
  const root = unwrap(chain.root);
  if (root.type === 'ThisExpression') {
    const [field, ...rest] = chain.links;
    const owner = enclosingClass(root);
    if (!owner || !field || field.called || rest.length === 0) return undefined;
    return fieldOrigin(resolver, owner, field.name);
  }
  const value = resolver.valueOf(root);
  if (value?.kind === 'module') {
    const path = [...value.path];
    for (const link of chain.links) {
      if (link.name !== '') path.push(link.name);
      if (link.called) break;
    }
    return { specifier: value.specifier, path };
  }
  if (root.type === 'Identifier') {
    const variable = resolver.file.variableOf(root);
    return variable && variableOrigin(resolver, variable, 0);
  }
  return root.type === 'NewExpression' ? madeFrom(resolver, root, 0) : undefined;
}

function variableOrigin(resolver: Resolver, variable: Variable, depth: number): Origin | undefined {
  const definition = variable.defs[0];
  if (!definition || depth > 6) return undefined;
  switch (definition.type as string) {
    case 'Parameter': {
      const at = variable.identifiers[0];
      return typeOrigin(resolver, at?.typeAnnotation?.typeAnnotation);
    }
    case 'Variable': {
      const declarator = definition.node as TSESTree.VariableDeclarator;
      const annotated = declarator.id.type === 'Identifier' ? typeOrigin(resolver, declarator.id.typeAnnotation?.typeAnnotation) : undefined;
      if (annotated) return annotated;
      const written = variable.references.flatMap((reference) => (reference.writeExpr ? [reference.writeExpr] : []));
      const [init] = written;
      if (!init || written.length > 1 || bindingPath(declarator.id, variable) === undefined) return undefined;
      return madeFrom(resolver, init, depth);
    }
    default:
      return undefined;
  }
}

/** What `new Stripe(key)`, `axios.create()`, `nodemailer.createTransport()` made. Data that was fetched is not it. */
function madeFrom(resolver: Resolver, expression: Node, depth: number): Origin | undefined {
  const node = unwrap(expression);
  if (node.type === 'AwaitExpression') {
    // `await connect()` gives a client; any other awaited call gives data.
    const call = unwrapAwait(node);
    return call.type === 'CallExpression' && /^(?:connect|create|createChannel|init|load|getPayPalClient|createConnection|launch|newPage)/.test(calleeName(call) ?? '') ? madeFrom(resolver, call, depth + 1) : undefined;
  }
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const chain = node.type === 'NewExpression' ? chainOf(node.callee) : chainOf(node);
    for (const prefix of [chain.root, ...prefixesFromRoot(chain.node)]) {
      // `require('stripe')(key)` too: the module itself is called.
      const value = resolver.valueOf(prefix);
      if (value?.kind === 'module') return { specifier: value.specifier, path: [...value.path, ...chain.links.flatMap((link) => (link.name === '' ? [] : [link.name]))] };
    }
    const root = unwrap(chain.root);
    if (root.type === 'Identifier' && chain.links.length > 0) {
      const variable = resolver.file.variableOf(root);
      return variable && variableOrigin(resolver, variable, depth + 1);
    }
    return root.type === 'NewExpression' ? madeFrom(resolver, root, depth + 1) : undefined;
  }
  if (node.type === 'Identifier') {
    const value = resolver.valueOf(node);
    if (value?.kind === 'module') return { specifier: value.specifier, path: value.path };
    const variable = resolver.file.variableOf(node);
    return variable && variableOrigin(resolver, variable, depth + 1);
  }
  if (node.type === 'LogicalExpression') return madeFrom(resolver, node.left, depth + 1) ?? madeFrom(resolver, node.right, depth + 1);
  return undefined;
}

function typeOrigin(resolver: Resolver, annotation: TSESTree.TypeNode | undefined): Origin | undefined {
  if (annotation?.type !== 'TSTypeReference') return undefined;
  let { typeName }: { typeName: TSESTree.EntityName } = annotation;
  while (typeName.type === 'TSQualifiedName') typeName = typeName.left;
  const named = importedTypeName(resolver, annotation);
  if (named) return isClientName(named.name) ? { specifier: named.specifier, path: [named.name] } : undefined;
  return undefined;
}

/** A class that is called upon, as against the data of the package: `Stripe` and `Queue`, not `AxiosResponse`. */
function isClientName(name: string): boolean {
  return !/(?:Response|Request|Config|Options|Event|Error|Params|Result|Input|Output|Message|Data|Job|Command|Type)$/.test(name);
}

function fieldOrigin(resolver: Resolver, owner: ClassNode, name: string): Origin | undefined {
  for (const member of owner.body.body) {
    if (member.type === 'PropertyDefinition' && propertyName(member) === name) {
      const typed = injectedOrigin(resolver, member) ?? typeOrigin(resolver, member.typeAnnotation?.typeAnnotation);
      if (typed) return typed;
      if (member.value) return madeFrom(resolver, member.value, 0);
    }
    for (const { param, target } of parameterProperties(member)) {
      const typed = target.name === name ? (injectedOrigin(resolver, param) ?? typeOrigin(resolver, target.typeAnnotation?.typeAnnotation)) : undefined;
      if (typed) return typed;
    }
  }
  const [assignment] = fieldAssignments(resolver, owner, name);
  return assignment && madeFrom(resolver, assignment.right, 0);
}

/** `@InjectQueue('mail') queue`. */
function injectedOrigin(resolver: Resolver, member: { decorators?: TSESTree.Decorator[] | undefined }): Origin | undefined {
  for (const { callee } of decoratorCallees(member)) {
    const value = resolver.valueOf(callee);
    if (value?.kind === 'module' && moduleOf(value.specifier)) return { specifier: value.specifier, path: value.path };
  }
  return undefined;
}
