import { describe, expect, it } from 'vitest';
import { readSettings } from '../src/settings.js';

const read = (own: unknown) => readSettings({ 'db-session': own });

describe('settings that are right', () => {
  it('are complete without a word from the user', () => {
    expect(readSettings({})).toEqual({
      wrappers: [],
      sessionTypes: [],
      clients: [],
      ambientDecorators: [],
      ignoredLibraries: [],
      pooler: undefined,
      readEnvFiles: false,
      readReplicas: [],
      externalIo: { modules: [], allow: [] },
    });
  });

  it('take the first parameter of a wrapper for the session', () => {
    expect(read({ wrappers: [{ name: 'inTx' }, { name: 'withDb', sessionParam: 1, clientArg: 0, library: 'pg' }] }).wrappers).toEqual([
      { name: 'inTx', sessionParam: 0 },
      { name: 'withDb', sessionParam: 1, clientArg: 0, library: 'pg' },
    ]);
  });

  it('keep types, clients, decorators and libraries as written', () => {
    const own = {
      sessionTypes: [{ name: 'Tx', from: './db' }],
      clients: [{ name: 'db', from: '@app/db', library: 'drizzle' }],
      ambientDecorators: [{ name: 'InTransaction' }],
      ignoredLibraries: ['neo4j'],
      readEnvFiles: true,
    };
    expect(read(own)).toMatchObject(own);
  });

  it('take a pooler for all connections or for each variable', () => {
    expect(read({ pooler: 'pgbouncer' }).pooler).toBe('pgbouncer');
    expect(read({ pooler: { DATABASE_URL: 'supavisor', constructor: 'none' } }).pooler).toEqual(
      new Map([['DATABASE_URL', 'supavisor'], ['constructor', 'none']]),
    );
  });

  it('take what is said of slow work outside the database', () => {
    expect(read({ externalIo: { modules: [{ from: './mailer', names: ['sendMail'] }] } }).externalIo).toEqual({ modules: [{ from: './mailer', names: ['sendMail'] }], allow: [] });
    expect(read({ externalIo: { allow: ['fetch'] }, readReplicas: ['this.replica'] })).toMatchObject({ externalIo: { modules: [], allow: ['fetch'] }, readReplicas: ['this.replica'] });
  });

  it('treat undefined as absent', () => {
    expect(read(undefined).wrappers).toEqual([]);
    expect(read({ clients: undefined, sessionTypes: [{ name: 'Tx', from: undefined }] }).sessionTypes).toEqual([{ name: 'Tx' }]);
  });

  it('are read once for each settings object', () => {
    const shared = { 'db-session': { ignoredLibraries: ['pg'] } };
    expect(readSettings(shared)).toBe(readSettings(shared));
  });
});

describe('settings that are wrong say which, what was meant, and what was expected', () => {
  const wrong: [string, unknown, string][] = [
    ['a key with a slip', { wraper: [] }, "settings['db-session'] has an unknown key 'wraper'. Did you mean 'wrappers'? Valid: wrappers, sessionTypes,"],
    ['a key in other case', { READENVFILES: true }, "Did you mean 'readEnvFiles'?"],
    ['a key unlike any other', { zzz: 1 }, "unknown key 'zzz'. Valid: wrappers"],
    ['a key in a wrapper', { wrappers: [{ name: 'f', sesionParam: 1 }] }, "settings['db-session'].wrappers[0] has an unknown key 'sesionParam'. Did you mean 'sessionParam'?"],
    ['a wrapper without name', { wrappers: [{ sessionParam: 1 }] }, "settings['db-session'].wrappers[0] lacks the key 'name'."],
    ['a position that is a text', { wrappers: [{ name: 'f', sessionParam: '1' }] }, "settings['db-session'].wrappers[0].sessionParam must be a whole number, 0 or greater, but is '1'."],
    ['a position below zero', { wrappers: [{ name: 'f', clientArg: -1 }] }, '.clientArg must be a whole number, 0 or greater, but is -1.'],
    ['no list', { sessionTypes: 'Tx' }, "settings['db-session'].sessionTypes must be an array, but is 'Tx'."],
    ['a list of texts', { clients: ['db'] }, "settings['db-session'].clients[0] must be an object, but is 'db'."],
    ['an empty name', { ambientDecorators: [{ name: '' }] }, "ambientDecorators[0].name must be a text that is not empty, but is ''."],
    ['a number among libraries', { ignoredLibraries: [7] }, 'ignoredLibraries[0] must be a text that is not empty, but is 7.'],
    ['a library with a slip', { clients: [{ name: 'db', library: 'drizzel' }] }, "settings['db-session'].clients[0].library must be a name that is known, but is 'drizzel'. Did you mean 'drizzle'? Valid: arangojs, "],
    ['a library unlike any other', { ignoredLibraries: ['__proto__'] }, "ignoredLibraries[0] must be a name that is known, but is '__proto__'. "],
    ['an unknown pooler', { pooler: 'pgcat' }, "settings['db-session'].pooler must be one of 'supavisor', 'pgbouncer', 'pgbouncer-statement-tracking', 'session', 'none', but is 'pgcat'."],
    ['an unknown pooler of a variable', { pooler: { DATABASE_URL: true } }, "settings['db-session'].pooler.DATABASE_URL must be one of"],
    ['a pooler in a list', { pooler: ['none'] }, 'pooler must be an object, but is an array.'],
    ['a text for a switch', { readEnvFiles: 'yes' }, "readEnvFiles must be true or false, but is 'yes'."],
    ['a key in a module', { externalIo: { modules: [{ form: './mailer' }] } }, "settings['db-session'].externalIo.modules[0] has an unknown key 'form'. Did you mean 'from'?"],
    ['a text for the allowed modules', { externalIo: { allow: 'fetch' } }, "settings['db-session'].externalIo.allow must be an array, but is 'fetch'."],
    ['a replica that is no text', { readReplicas: [{}] }, 'readReplicas[0] must be a text that is not empty, but is an object.'],
    ['no object at all', [], "settings['db-session'] must be an object, but is an array."],
    ['null', null, "settings['db-session'] must be an object, but is null."],
    ['a function', () => 1, "settings['db-session'] must be an object, but is a function."],
    ['__proto__ as a key', JSON.parse('{"__proto__": {"readEnvFiles": true}}'), "unknown key '__proto__'"],
    ['constructor as a key', { constructor: [] }, "unknown key 'constructor'"],
    ['toString as a pooler', { pooler: 'toString' }, "but is 'toString'"],
  ];
  it.each(wrong)('%s', (_case, own, message) => {
    expect(() => read(own)).toThrow(message);
  });

  it('never repeats what could be a connection string', () => {
    expect(() => read({ pooler: 'postgres://me:secret@host/db' })).toThrow(/but is another text\.$/);
    expect(() => read({ pooler: { 'postgres://me:secret@host/db': 'none' } })).toThrow(/^A key of settings\['db-session'\]\.pooler is not the name of an environment variable\.$/);
  });

  it('throws again at the next file', () => {
    const shared = { 'db-session': { nope: 1 } };
    expect(() => readSettings(shared)).toThrow();
    expect(() => readSettings(shared)).toThrow();
  });
});
