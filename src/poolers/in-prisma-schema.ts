/** The law in schema.prisma, where versions up to 6 have their URLs. */
import type { EnvFiles } from '../languages/env-files.js';
import type { PrismaAssignment, PrismaBlock, PrismaDocument } from '../languages/nodes.js';
import { Text } from '../pieced-text.js';
import type { Settings } from '../settings.js';
import { useDirect } from './edits.js';
import { findEngine } from './engine.js';
import { certaintyOf, type Finding } from './finding.js';
import type { PoolerKind } from './kinds.js';
import { poolerOf } from './recognise.js';
import { parseUrl, type ConnectionUrl } from './url.js';

/** What an assignment leads to. */
interface Address {
  readonly assignment: PrismaAssignment;
  readonly name: string;
  readonly text: Text | undefined;
  readonly url: ConnectionUrl | undefined;
  readonly pooler: PoolerKind | undefined;
}

export function* findInPrismaSchema(document: PrismaDocument, settings: Settings, envFiles: EnvFiles | undefined): Generator<Finding> {
  const usesAdapter = document.body.some((block) => block.keyword === 'generator' && isAdapter(block));
  for (const block of document.body) {
    if (block.keyword !== 'datasource' || !isPostgres(block)) continue;
    const at = (key: string): Address | undefined => addressOf(block, key, settings, envFiles);
    const main = at('url');
    const direct = at('directUrl');
    if (main?.url && !usesAdapter) yield* findEngine({ url: main.url, pooler: main.pooler, name: main.name, text: main.text, range: main.assignment.value.range });
    if (direct?.pooler && direct.pooler.mode !== 'session') {
      const edit = direct.text && direct.url && direct.pooler.direct && useDirect(direct.text, direct.url, direct.pooler.direct);
      yield {
        range: direct.assignment.value.range,
        messageId: 'needsDirect',
        data: { tool: 'Prisma Migrate', why: ': it names statements and holds an advisory lock', url: direct.name, pooler: direct.pooler.name },
        certainty: certaintyOf(direct.pooler, 'mode'),
        suggest: edit ? [{ messageId: 'useDirect', edits: [edit] }] : [],
      };
    }
    if (main?.pooler && main.pooler.mode !== 'session' && !valueAt(block, 'directUrl')) {
      yield { range: main.assignment.range, messageId: 'missingDirectUrl', data: { url: main.name, pooler: main.pooler.name }, certainty: main.pooler.mode === 'unknown' ? certaintyOf(main.pooler, 'mode') : 'note' };
    }
  }
}

function valueAt({ body }: PrismaBlock, key: string): PrismaAssignment | undefined {
  return body.find((assignment) => assignment.key.name === key);
}

function addressOf(block: PrismaBlock, key: string, settings: Settings, envFiles: EnvFiles | undefined): Address | undefined {
  const assignment = valueAt(block, key);
  if (!assignment) return undefined;
  const { value } = assignment;
  if (value.type === 'PrismaString') {
    const text = Text.whole(value.value, value.content[0]);
    const url = parseUrl(value.value);
    return { assignment, name: `\`${key}\``, text, url, pooler: poolerOf(settings, undefined, url) };
  }
  if (value.type !== 'PrismaCall' || value.name !== 'env' || !value.argument) return undefined;
  const variable = value.argument.value;
  const found = envFiles?.find(variable);
  const url = found && parseUrl(found.value);
  const name = found && url ? `${variable}, as in ${found.file}:${String(found.line)},` : variable;
  return { assignment, name, text: undefined, url, pooler: poolerOf(settings, variable, url) };
}

function isPostgres(block: PrismaBlock): boolean {
  const provider = valueAt(block, 'provider')?.value;
  return provider?.type === 'PrismaString' && /^postgres(?:ql)?$/.test(provider.value);
}

/** A generator that is known to leave the engine out. */
function isAdapter(block: PrismaBlock): boolean {
  const provider = valueAt(block, 'provider')?.value;
  const engine = valueAt(block, 'engineType')?.value;
  const features = valueAt(block, 'previewFeatures')?.value;
  return (
    (provider?.type === 'PrismaString' && provider.value === 'prisma-client') ||
    (engine?.type === 'PrismaString' && engine.value === 'client') ||
    (features?.type === 'PrismaOther' && /"(?:driverAdapters|queryCompiler)"/.test(features.text))
  );
}
