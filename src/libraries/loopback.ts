import type { Library } from './library.js';

export const loopback: Library = {
  id: 'loopback',
  name: 'LoopBack',
  checked: '@loopback/repository 8.0.15 (read)',
  packages: ['@loopback/repository', 'loopback-datasource-juggler'],
  clients: { types: ['DefaultTransactionalRepository', 'TransactionalEntityRepository', 'TransactionalRepository'], injectors: ['repository'] },
  sessions: [
    {
      id: 'transaction',
      noun: 'transaction',
      types: ['Transaction'],
      origins: [{ kind: 'acquire', methods: ['beginTransaction'], on: 'client', promised: true }],
      travels: {
        options: ['transaction'],
        optionMethods: {
          create: 1, createAll: 1, save: 1, update: 1, delete: 1, find: 1, findOne: 1, findById: 2, updateAll: 2, updateById: 2, replaceById: 2,
          deleteAll: 1, deleteById: 1, count: 1, exists: 1, execute: 2,
        },
      },
      builders: 'eager',
      operations: {
        reads: ['find', 'findOne', 'findById', 'count', 'exists'],
        writes: ['create', 'createAll', 'save', 'update', 'delete', 'updateAll', 'updateById', 'replaceById', 'deleteAll', 'deleteById', 'commit', 'rollback'],
        compound: ['execute'],
        local: ['isActive', 'id'],
      },
      concurrentUse: {
        kind: 'safe',
        text: 'nothing is known to go wrong: what happens depends on the connector',
        unknown: true,
        versions: '8.0',
        status: 'documented',
        source: '@loopback/repository 8.0.15: type declarations',
      },
      release: { methods: ['commit', 'rollback'], promised: true },
      instead: 'await them one after another',
    },
  ],
  note: 'Nothing is reported about parallel operations: what they do depends on the connector and was not looked at.',
  sources: ['@loopback/repository 8.0.15: type declarations'],
};
