/** What a session is called, where several libraries are possible. */
import { expect, it } from 'vitest';
import { libraryById } from '../../src/sessions/catalogue.js';
import type { SessionKind } from '../../src/sessions/values.js';
import { describeKinds } from '../../src/sessions/words.js';

function kind(id: string, noun: string): SessionKind {
  const library = libraryById(id);
  const facts = library?.sessions.find((session) => session.noun === noun);
  if (!library || !facts) throw new Error(`The catalogue has no ${noun} of ${id}.`);
  return { library, facts };
}

it.each([
  { kinds: [kind('knex', 'transaction')] as const, words: 'Knex transaction' },
  { kinds: [kind('knex', 'transaction'), kind('sequelize', 'transaction')] as const, words: 'Knex or Sequelize transaction' },
  { kinds: [kind('mongoose', 'client session'), kind('typeorm', 'query runner')] as const, words: 'Mongoose or TypeORM session' },
  { kinds: [kind('mongoose', 'client session'), kind('knex', 'transaction'), kind('sequelize', 'transaction')] as const, words: 'Mongoose, Knex or Sequelize session' },
])('$words', ({ kinds, words }) => {
  expect(describeKinds(kinds)).toBe(words);
});
