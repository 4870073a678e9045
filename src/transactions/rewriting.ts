/** Suggestions: the session in place of the outer client, the option that is missing. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { SessionModel } from '../sessions/model.js';
import { chainOf, unwrap, type Node } from '../sessions/syntax.js';
import { ancestorScopes } from './names.js';
import type { OuterUse } from './outer-clients.js';

export interface Rewrite {
  readonly text: string;
  readonly fix: TSESLint.ReportFixFunction;
}

/** What to write instead of the use, where that can be said and surely parses and type-checks. */
export function insteadOf(model: SessionModel, use: OuterUse): Rewrite | undefined {
  const session = sessionText(model, use);
  if (session === undefined) return undefined;
  switch (use.how) {
    case 'receiver':
    case 'handed':
      return receiver(model, use, session);
    case 'option':
      return option(model, use, session);
    case 'argument': {
      const call = use.call;
      if (!call || !use.missing) return undefined;
      const text = model.file.sourceCode.getText(use.node);
      return { text: `${text}(${call.arguments.length > 0 ? '…, ' : ''}${session})`, fix: (fixer) => insertArgument(model, fixer, call, session) };
    }
    default:
      return undefined;
  }
}

/** The session's variable, if the place of the use sees that variable and no other of its name. */
function sessionText(model: SessionModel, use: OuterUse): string | undefined {
  const { variable } = use.scope;
  const at = variable?.identifiers[0] as Node | undefined;
  if (!variable || !at) return undefined;
  for (const scope of ancestorScopes(model.file.sourceCode, use.node)) {
    const found = scope.set.get(variable.name);
    if (found) return found === variable ? variable.name : undefined;
  }
  return undefined;
}

/** Libraries whose sessions have all that the client's callers use. */
const alike = new Set(['prisma', 'drizzle', 'knex', 'kysely', 'postgres-js', 'slonik', 'pg-promise', 'pg', 'vercel-postgres', 'bun-sql', 'objection', 'gel', 'mysql2', 'mariadb']);

function receiver(model: SessionModel, use: OuterUse, session: string): Rewrite | undefined {
  const library = use.scope.kinds[0]?.library.id ?? '';
  if (use.scope.kinds.length !== 1) return undefined;
  let text = session;
  if (library === 'typeorm') {
    const manager = use.scope.kinds[0]?.facts.id === 'query-runner' ? `${session}.manager` : session;
    const links = chainOf(use.node.parent ?? use.node).links;
    const next = links.at(-1)?.name ?? '';
    const own = model.file.sourceCode.getText(use.node);
    if (use.how === 'handed') return undefined;
    if (/^(?:getRepository|getTreeRepository|query|createQueryBuilder)$/.test(next) && /(?:manager|dataSource|connection|ds|em)$/i.test(own)) text = manager;
    else if (/manager$/i.test(own)) text = manager;
    else if (/(?:repo|repository)$/i.test(own) || (model.resolver.valueOf(use.node)?.kind === 'client' && !/(?:dataSource|connection|ds)$/i.test(own))) text = `${manager}.withRepository(${own})`;
    else return undefined;
  } else if (!alike.has(library)) return undefined;
  const shorthand = use.node.parent?.type === 'Property' && use.node.parent.shorthand ? use.node.parent : undefined;
  return { text, fix: (fixer) => (shorthand ? fixer.replaceText(shorthand, `${model.file.sourceCode.getText(shorthand.key)}: ${text}`) : fixer.replaceText(use.node, text)) };
}

function option(model: SessionModel, use: OuterUse, session: string): Rewrite | undefined {
  const { call, missing } = use;
  if (!call || missing?.option === undefined) return undefined;
  const property = missing.option === session ? session : `${missing.option}: ${session}`;
  const options = call.arguments[missing.at];
  if (!options) {
    return call.arguments.length === missing.at ? { text: `{ ${property} }`, fix: (fixer) => insertArgument(model, fixer, call, `{ ${property} }`) } : undefined;
  }
  const node = unwrap(options);
  if (node.type !== 'ObjectExpression') return undefined;
  const last = node.properties.at(-1);
  return {
    text: `{ ${property} }`,
    fix: (fixer) => (last ? fixer.insertTextAfter(last, `, ${property}`) : fixer.replaceText(node, `{ ${property} }`)),
  };
}

function insertArgument(model: SessionModel, fixer: TSESLint.RuleFixer, call: TSESTree.CallExpression, text: string): TSESLint.RuleFix {
  // Behind parentheses around the last argument, and behind a comma that is there already.
  const [before, close] = model.file.sourceCode.getLastTokens(call, 2);
  if (!before || !close) return fixer.insertTextAfter(call.callee, `(${text})`);
  return fixer.insertTextAfter(before, call.arguments.length === 0 ? text : before.value === ',' ? ` ${text}` : `, ${text}`);
}
