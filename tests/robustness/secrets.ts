/** Programs with a secret wherever one can stand: connection strings, passwords, tokens in addresses. */
import type { TSESTree } from '@typescript-eslint/utils';
import { edited, type Edit, type Program } from './program.js';

/** What must not be said. */
export const secret = /s3cret/i;

const url = 'postgres://userS3cret:passS3cret@hostS3cret.example.org:6543/dbS3cret?tokenS3cret=1';

/** Ways to put them into a program. */
export const hidings: Readonly<Record<string, (program: Program) => string>> = {
  'in place of every text': (program) => edited(program.code, textsOf(program).map(({ range: [at, to] }) => ({ at, to, text: `'${url}'` }))).code,
  'behind every text': (program) => edited(program.code, textsOf(program).map(({ range: [, end] }) => ({ at: end - 1, to: end - 1, text: ` -- ${url}` }))).code,
  'in every template': (program) => edited(program.code, program.nodes.flatMap((node): Edit[] => (node.type === 'TemplateElement' && node.parent.parent.type !== 'TSTemplateLiteralType' ? [{ at: node.range[0] + 1, to: node.range[0] + 1, text: ` ${url} ` }] : []))).code,
  'as first argument of every call': (program) => edited(program.code, callsOf(program).map((call) => ({ at: call.arguments[0]?.range[0] ?? call.range[1] - 1, to: call.arguments[0]?.range[0] ?? call.range[1] - 1, text: `'${url}'${call.arguments.length > 0 ? ', ' : ''}` }))).code,
  'as last argument of every call': (program) => edited(program.code, callsOf(program).map(({ range: [, end], arguments: { length } }) => ({ at: end - 1, to: end - 1, text: `${length > 0 ? ', ' : ''}{ password: 'passS3cret', url: \`${url}\` }` }))).code,
  'in the clients, written where they are used': inlined,
  'in comments and regular expressions': (program) => edited(program.code, callsOf(program).map(({ range: [, end], arguments: { length } }) => ({ at: end - 1, to: end - 1, text: `/* ${url} */${length > 0 ? ', ' : ''}/passS3cret/` }))).code,
};

/** Texts that are not the names of modules, and no directives. */
function textsOf({ nodes }: Program): TSESTree.StringLiteral[] {
  return nodes.filter((node): node is TSESTree.StringLiteral => {
    if (node.type !== 'Literal' || typeof node.value !== 'string') return false;
    const { parent } = node;
    if (/^(?:Import|Export|TSImport|TSExternal|TSLiteral|TSModule|TSEnum)/.test(parent.type) || (parent.type === 'ExpressionStatement' && 'directive' in parent)) return false;
    return !(parent.type === 'CallExpression' && parent.callee.type === 'Identifier' && parent.callee.name === 'require');
  });
}

function callsOf({ nodes }: Program): (TSESTree.CallExpression | TSESTree.NewExpression)[] {
  return nodes.filter((node): node is TSESTree.CallExpression | TSESTree.NewExpression => {
    if (node.type === 'NewExpression') return node.range[1] > (node.typeArguments ?? node.callee).range[1];
    return node.type === 'CallExpression' && !(node.callee.type === 'Identifier' && node.callee.name === 'require') && node.callee.type !== 'Super';
  });
}

/** `new Pool('…').connect()` in place of `pool.connect()`. */
function inlined(program: Program): string {
  const edits = new Map<number, Edit>();
  for (const { variables } of program.scopes.scopes) {
    for (const { defs, references } of variables) {
      const declarator = defs[0]?.node as TSESTree.Node | undefined;
      if (declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') continue;
      const { init } = declarator;
      if (init?.type !== 'NewExpression' || init.range[1] === init.callee.range[1]) continue;
      const text = `(${program.code.slice(init.range[0], init.range[1] - 1)}${init.arguments.length > 0 ? ', ' : ''}'${url}', { password: "passS3cret" }))`;
      for (const { identifier, init: isInit } of references) {
        const node = identifier as TSESTree.Node;
        if (isInit || node.type !== 'Identifier' || (node.parent.type !== 'MemberExpression' && node.parent.type !== 'CallExpression')) continue;
        edits.set(node.range[0], { at: node.range[0], to: node.range[1], text });
      }
    }
  }
  return edited(program.code, [...edits.values()]).code;
}
