import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { libraries, librariesById } from '../../src/libraries/index.js';
import type { Library, Outcome } from '../../src/libraries/library.js';

const folder = new URL('../../src/libraries/', import.meta.url);
const pages = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => name !== 'library' && name !== 'index');

/** Everything in a page that has the shape of an outcome, with the path to it. */
function outcomesOf(value: unknown, path: string): { path: string; outcome: Outcome }[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = 'kind' in value && 'text' in value ? [{ path, outcome: value as Outcome }] : [];
  return here.concat(Object.entries(value).flatMap(([key, child]) => outcomesOf(child, `${path}.${key}`)));
}

/** Whether two specifiers can name the same module: `pg/*` names every subpath of `pg`. */
function overlap(a: string, b: string): boolean {
  const covers = (pattern: string, other: string) => pattern.endsWith('/*') && other.startsWith(pattern.slice(0, -1));
  return a === b || covers(a, b) || covers(b, a);
}

const byPage = libraries.map((library) => [library.id, library] as const);
const outcomes = libraries.flatMap((library) => outcomesOf(library, library.id).map(({ path, outcome }) => [path, outcome] as const));
const kinds = ['loses-writes', 'escapes-rollback', 'hangs', 'rejects', 'undefined-behaviour', 'queues', 'safe'];

describe('the catalogue', () => {
  it('lists every page of the folder, under the name of its file, once', () => {
    expect(libraries.map((library) => library.id)).toEqual(pages.toSorted());
    expect(librariesById.size).toBe(libraries.length);
    for (const library of libraries) expect(librariesById.get(library.id)).toBe(library);
  });

  it('gives no module to two libraries', () => {
    const claims = libraries.flatMap((library) => library.packages.map((specifier) => ({ specifier, id: library.id })));
    const collisions = claims.flatMap((a, index) =>
      claims.slice(index + 1).filter((b) => a.id !== b.id && overlap(a.specifier, b.specifier)).map((b) => `${a.id}: ${a.specifier} / ${b.id}: ${b.specifier}`),
    );
    expect(collisions).toEqual([]);
  });

  it('names only libraries that it has', () => {
    const origins = libraries.flatMap((library) => library.sessions.flatMap((session) => session.origins));
    const named = origins.flatMap((origin) => (origin.kind === 'ambient' ? origin.of : []));
    expect(named.filter((id) => !librariesById.has(id))).toEqual([]);
  });
});

describe.each(byPage)('the page of %s', (_id, library: Library) => {
  it('has a name, versions, packages and sources', () => {
    for (const field of [library.name, library.checked]) expect(field).not.toBe('');
    expect(library.packages.length).toBeGreaterThan(0);
    expect(library.sources.length).toBeGreaterThan(0);
    expect(new Set(library.packages).size).toBe(library.packages.length);
  });

  it('tells why, where it has no session', () => {
    if (library.sessions.length === 0) expect(library.note).toBeTruthy();
  });

  it('says where each of its sessions comes from', () => {
    expect(new Set(library.sessions.map((session) => session.id)).size).toBe(library.sessions.length);
    for (const session of library.sessions) {
      const roots = session.origins.length + (session.types?.length ?? 0) + (session.typesOfParameters?.length ?? 0);
      expect(roots, session.id).toBeGreaterThan(0);
    }
  });

  it('calls an operation by one name only: a read, a write, a compound, SQL or local', () => {
    for (const { id, operations } of library.sessions) {
      const { reads = [], writes = [], compound = [], sql = [], local = [] } = operations ?? {};
      const all = [...reads, ...writes, ...compound, ...sql, ...local];
      expect(all.filter((name, index) => all.indexOf(name) !== index), id).toEqual([]);
    }
  });

  it('takes no acquired session without saying how it is released', () => {
    for (const session of library.sessions) {
      const acquired = session.origins.some((origin) => origin.kind === 'acquire' || origin.kind === 'constructed');
      // An entity manager of MikroORM is no connection: its fork is left to the garbage collector.
      if (acquired && session.id !== 'entity-manager') expect(session.release, session.id).toBeDefined();
    }
  });

  it.each(library.sessions.map((session) => [session.id, session.instead] as const))('tells what to write instead of a shared %s', (_session, instead) => {
    expect(instead).toMatch(/^[a-z`]/);
    expect(instead).not.toMatch(/\.$/);
  });
});

describe.each(outcomes)('%s', (path, outcome) => {
  it('has a kind, a text and the versions', () => {
    expect(kinds).toContain(outcome.kind);
    expect(outcome.versions).not.toBe('');
  });

  it('is a clause: it starts in lower case and has no full stop', () => {
    expect(outcome.text).toMatch(/^[a-z`]/);
    expect(outcome.text).not.toMatch(/[.\s]$/);
  });

  it('says where it was seen', () => {
    if (outcome.status === 'measured') {
      expect(outcome.evidence, path).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
      expect(librariesById.has(outcome.evidence!.split('/')[0]!), path).toBe(true);
      expect(outcome.source).toBeUndefined();
    } else {
      expect(outcome.source, path).toBeTruthy();
      expect(outcome.evidence).toBeUndefined();
    }
  });

  it('is silent where nothing is known', () => {
    if (outcome.unknown) expect(outcome.kind).toBe('safe');
  });
});
