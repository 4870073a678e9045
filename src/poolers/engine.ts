/** Rows 10 and 11: Prisma's engine, up to version 6, wants to be told of the pooler. */
import { addParameter, removeParameter } from './edits.js';
import { certaintyOf, type Finding } from './finding.js';
import type { PoolerKind } from './kinds.js';
import type { Range, Text } from '../pieced-text.js';
import type { ConnectionUrl } from './url.js';

/** A URL that feeds the engine. */
export interface EngineUrl {
  readonly url: ConnectionUrl;
  /** The text, where it stands in this file. */
  readonly text: Text | undefined;
  readonly range: Range;
  readonly name: string;
  readonly pooler: PoolerKind | undefined;
}

export function* findEngine({ url, text, range, name, pooler }: EngineUrl): Generator<Finding> {
  if (!pooler || !url.scheme.startsWith('postgres')) return;
  const parameter = url.parameters.find((each) => each.name === 'pgbouncer');
  const data = { pooler: pooler.name, url: name };
  if (pooler.statements === 'lost' && pooler.mode === 'transaction' && parameter?.value !== 'true') {
    const edit = text && !parameter ? addParameter(text, url, 'pgbouncer=true') : undefined;
    yield { range, messageId: 'prismaNeedsPgbouncer', data, certainty: certaintyOf(pooler, 'statements'), fix: edit && [edit] };
  }
  if (pooler.statements === 'kept' && pooler.mode === 'transaction' && parameter?.value === 'true') {
    const removal = text && removeParameter(text, url, parameter);
    const place = text?.rangeOf(...parameter.range) ?? range;
    yield { range: place, messageId: 'prismaPgbouncerObsolete', data, certainty: 'note', suggest: removal ? [{ messageId: 'removeParameter', data: { parameter: 'pgbouncer' }, edits: [removal] }] : [] };
  }
}
