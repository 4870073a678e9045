/** The law in .env files. Which driver a variable feeds is known by its name only; most rows do not ask. */
import { expandedValues } from '../languages/dotenv-values.js';
import type { EnvDocument } from '../languages/nodes.js';
import type { Range, Text } from '../pieced-text.js';
import type { Settings } from '../settings.js';
import { isEffective } from './cache.js';
import { useDirect } from './edits.js';
import { findEngine } from './engine.js';
import { certaintyOf, type Finding } from './finding.js';
import { pgPrepare } from './knobs.js';
import { isDirectName, poolerOf } from './recognise.js';
import { parseUrl, type ConnectionUrl } from './url.js';

export function* findInDotenv(document: EnvDocument, settings: Settings): Generator<Finding> {
  for (const [pair, text] of expandedValues(document)) {
    const { name } = pair.key;
    if (name === 'PGPREPARE' && text.value !== 'true' && text.value !== '') yield { range: pair.range, messageId: 'lookAlikeKnob', data: pgPrepare, certainty: 'certain' };
    const url = parseUrl(text.value.trim());
    if (!url) continue;
    // A text from another variable is reported there.
    const pooler = poolerOf(settings, name, url);
    const range = pair.value?.range ?? pair.range;
    yield* findPrepare(text, url, range);
    if (isPrismaName(name)) yield* findEngine({ url, text, range, name, pooler });
    if (pooler && pooler.mode !== 'session' && isDirectName(name)) {
      const edit = pooler.direct && useDirect(text, url, pooler.direct);
      yield {
        range,
        messageId: 'needsDirect',
        data: { tool: 'what reads this variable', why: ', as the name says', url: name, pooler: pooler.name },
        certainty: certaintyOf(pooler, 'mode'),
        suggest: edit ? [{ messageId: 'useDirect', edits: [edit] }] : [],
      };
    }
  }
}

/** `POSTGRES_PRISMA_URL`, `PRISMA_DATABASE_URL`; not the URLs of Accelerate, which are no connection strings. */
function isPrismaName(variable: string): boolean {
  return /(?:^|_)PRISMA(?:_|$)/.test(variable.toUpperCase()) && !isDirectName(variable);
}

/** Row 4: only postgres.js and Bun know the parameter. What turns the cache of one of them off may be meant for that one. */
function* findPrepare(text: Text, url: ConnectionUrl, range: Range): Generator<Finding> {
  const parameter = url.parameters.findLast(({ name }) => name === 'prepare');
  if (!parameter || !url.scheme.startsWith('postgres') || parameter.value === 'true' || isEffective(false, parameter.value) || isEffective(true, parameter.value)) return;
  const place = text.rangeOf(...parameter.range);
  yield {
    range: place ?? range,
    messageId: 'lookAlikeKnob',
    data: { written: 'This value of `prepare`', effect: 'is a text to postgres.js and Bun, and so it leaves their statement caches on', instead: 'Write `prepare=false`.' },
    certainty: 'certain',
    fix: place && [{ range: place, text: 'prepare=false' }],
  };
}

