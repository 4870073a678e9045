/** Whether ever more keys can come: a registry with a fixed set of keys is a table, and keeps what it is meant to keep. */
import type { TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { calleeName, isFunction, unwrap, type Node } from '../sessions/syntax.js';

/** `fixed`: as many as the program text says; `generated`: a new one each time; `open`: whatever the callers pass. */
export type KeyKind = 'fixed' | 'generated' | 'open';

/** Calls that never give the same twice. */
const generators = /^(?:randomUUID|uuid|uuidv[14-7]|v[147]|nanoid|ulid|cuid|createId|Symbol|executionAsyncId|randomBytes)$/;

export function keyKind(model: SessionModel, key: Node, depth = 0): KeyKind {
  const node = unwrap(key);
  switch (node.type) {
    case 'Literal':
      return 'fixed';
    case 'TemplateLiteral':
      return widest(model, node.expressions, depth);
    case 'UpdateExpression':
      return 'generated';
    case 'CallExpression': {
      const name = calleeName(node) ?? '';
      if (generators.test(name)) return 'generated';
      return name === 'String' || name === 'toString' ? widest(model, [...node.arguments, node.callee], depth) : 'open';
    }
    case 'LogicalExpression':
      return widest(model, [node.left, node.right], depth);
    case 'MemberExpression':
      return isFixedMember(model, node) ? 'fixed' : 'open';
    case 'Identifier':
      return depth > 3 ? 'open' : ofVariable(model, node, depth);
    default:
      return 'open';
  }
}

function widest(model: SessionModel, parts: readonly Node[], depth: number): KeyKind {
  const kinds = parts.map((part) => keyKind(model, part, depth + 1));
  return kinds.find((kind) => kind === 'generated') ?? kinds.find((kind) => kind === 'open') ?? 'fixed';
}

/** `Role.Reader` of an enum or an imported table, `process.pid`, `this.name`. */
function isFixedMember({ file }: SessionModel, node: TSESTree.MemberExpression): boolean {
  let root: Node = node;
  while (root.type === 'MemberExpression') root = unwrap(root.object);
  if (root.type !== 'Identifier') return false;
  const definition = file.variableOf(root)?.defs[0];
  if (!definition) return root.name === 'process';
  const type = definition.type as string;
  return type === 'TSEnumName' || type === 'ImportBinding' || (type === 'Variable' && isOfModule(definition.node));
}

function isOfModule(declarator: Node): boolean {
  return declarator.parent?.parent?.type === 'Program' || declarator.parent?.parent?.type === 'ExportNamedDeclaration';
}

function ofVariable(model: SessionModel, node: TSESTree.Identifier, depth: number): KeyKind {
  const { file } = model;
  const variable = file.variableOf(node);
  const definition = variable?.defs[0];
  const name = variable?.identifiers[0];
  if (!variable || !definition || !name) return 'fixed';
  if (isClosedType(model, name.typeAnnotation?.typeAnnotation)) return 'fixed';
  switch (definition.type as string) {
    case 'ImportBinding':
      return 'fixed';
    case 'Variable': {
      const { init, parent } = definition.node as TSESTree.VariableDeclarator;
      if (parent.parent.type === 'ForOfStatement' || parent.parent.type === 'ForInStatement') return ofCollection(model, parent.parent.right);
      if (isOfModule(definition.node) && parent.kind === 'const') return 'fixed';
      return init && name === (definition.node as TSESTree.VariableDeclarator).id ? keyKind(model, init, depth + 1) : 'open';
    }
    case 'Parameter': {
      // `names.map(async (name) => …)` with a list of the module.
      const fn = definition.node as Node;
      const call = isFunction(fn) && fn.parent.type === 'CallExpression' ? fn.parent : undefined;
      return call?.callee.type === 'MemberExpression' && /^(?:map|forEach|flatMap)$/.test(calleeName(call) ?? '') ? ofCollection(model, call.callee.object) : 'open';
    }
    default:
      return 'open';
  }
}

/** The elements of what is gone over: of a literal, or of something that the module declares or imports. */
function ofCollection(model: SessionModel, collection: Node): KeyKind {
  let root = unwrap(collection);
  for (;;) {
    if (root.type === 'ArrayExpression') return widest(model, root.elements.flatMap((element) => (element ? [element] : [])), 2);
    if (root.type === 'CallExpression') {
      const { callee } = root;
      const [argument] = root.arguments;
      if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && /^(?:Object|Array)$/.test(callee.object.name) && argument) root = unwrap(argument);
      else if (callee.type === 'MemberExpression') root = unwrap(callee.object);
      else return 'open';
    } else if (root.type === 'MemberExpression') root = unwrap(root.object);
    else break;
  }
  if (root.type === 'ThisExpression') return 'fixed';
  return root.type === 'Identifier' ? ofVariable(model, root, 3) : 'open';
}

/** `'reader' | 'writer'`, an enum of the file, `keyof Config`. */
function isClosedType(model: SessionModel, type: Node | undefined, depth = 0): boolean {
  switch (type?.type) {
    case 'TSLiteralType':
    case 'TSBooleanKeyword':
      return true;
    case 'TSUnionType':
      return type.types.every((each) => isClosedType(model, each, depth));
    case 'TSTypeOperator':
      return type.operator === 'keyof';
    case 'TSTypeReference': {
      if (type.typeName.type !== 'Identifier' || depth > 3) return false;
      const definition = model.file.variableOf(type.typeName)?.defs[0];
      const declared = definition?.node as Node | undefined;
      if (declared?.type === 'TSEnumDeclaration') return true;
      return declared?.type === 'TSTypeAliasDeclaration' && isClosedType(model, declared.typeAnnotation, depth + 1);
    }
    default:
      return false;
  }
}
