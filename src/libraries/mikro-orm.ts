import type { Library } from './library.js';

const drivers = ['postgresql', 'mysql', 'mariadb', 'sqlite', 'better-sqlite', 'libsql', 'mssql', 'mongodb'];
const entityManagers = ['EntityManager', 'SqlEntityManager', 'MongoEntityManager', 'EntityRepository', 'SqlEntityRepository'];
const reads = ['find', 'findAll', 'findOne', 'findOneOrFail', 'findAndCount', 'findByCursor', 'count', 'populate', 'refresh', 'refreshOrFail'];
const local = [
  'create', 'persist', 'remove', 'assign', 'merge', 'map', 'getReference', 'clear', 'fork', 'getRepository', 'repo', 'getContext', 'getDriver', 'getConnection',
  'getKnex', 'getUnitOfWork', 'getEntityFactory', 'getMetadata', 'getPlatform', 'getEventManager', 'getEntityManager', 'getEntityName', 'isInTransaction',
  'getTransactionContext', 'setFlushMode', 'setFilterParams', 'getFilterParams', 'addFilter', 'canPopulate', 'id', 'name', 'schema',
];

export const mikroOrm: Library = {
  id: 'mikro-orm',
  name: 'MikroORM',
  checked: '6.6.15 and 7.2.5 on PostgreSQL',
  packages: [
    '@mikro-orm/core', '@mikro-orm/core/*', '@mikro-orm/knex', '@mikro-orm/sql', '@mikro-orm/nestjs', '@mikro-orm/decorators/legacy', '@mikro-orm/decorators/es',
    ...drivers.map((driver) => `@mikro-orm/${driver}`),
  ],
  clients: { called: ['MikroORM.init', 'MikroORM.initSync'], constructed: ['MikroORM'], types: ['MikroORM'], properties: ['em'], methods: ['getRepository', 'repo'], injectors: ['InjectMikroORM'] },
  sessions: [
    {
      id: 'entity-manager',
      noun: 'entity manager',
      types: entityManagers,
      origins: [
        { kind: 'acquire', methods: ['fork'], on: 'client', promised: false, activatedBy: ['begin'] },
        { kind: 'acquire', methods: ['RequestContext.getEntityManager'], on: 'module', promised: false, activatedBy: ['begin'] },
        { kind: 'property', of: ['MikroORM'], property: 'em' },
      ],
      derived: { methods: ['getRepository', 'repo', 'getEntityManager', 'createQueryBuilder', 'qb'] },
      // Each of these works on a fork with an identity map and a connection of its own.
      forks: ['fork', 'transactional'],
      nested: ['begin'],
      builders: 'eager',
      operations: {
        reads,
        compound: ['upsert', 'upsertMany', 'lock'],
        local,
        onlyHazards: ['flush', 'persistAndFlush', 'removeAndFlush', 'begin', 'commit', 'rollback'],
      },
      fingerprint: { paths: ['persistAndFlush', 'removeAndFlush', 'nativeInsert', 'nativeUpdate', 'nativeDelete', 'persist().flush', 'fork().transactional'] },
      begins: ['begin'],
      concurrentUse: {
        kind: 'hangs',
        text: 'flushes of one entity manager queue, each writes what the other branches have changed so far, and when one rejects those behind it never settle',
        versions: '6.6, 7.2',
        status: 'measured',
        evidence: 'mikro-orm/parallel-flush',
      },
      concurrentReads: {
        kind: 'safe',
        text: 'outside a transaction parallel finds take separate connections of the pool',
        versions: '6.6, 7.2',
        status: 'measured',
        evidence: 'mikro-orm/parallel-reads',
      },
      parallelNested: {
        kind: 'rejects',
        text: 'the second `begin` takes the place of the first: a branch rejects with "An open transaction is required for this operation" although what it wrote is committed, and a connection stays idle in transaction',
        versions: '6.6, 7.2',
        status: 'measured',
        evidence: 'mikro-orm/parallel-begin',
      },
      // An entity manager is no connection; what `begin()` opens is.
      release: {
        methods: ['commit', 'rollback'],
        promised: true,
        never: {
          kind: 'hangs',
          text: 'the connection stays in the transaction and is missing from the pool',
          versions: '6.6, 7.2',
          status: 'measured',
          evidence: 'mikro-orm/never-ended',
        },
      },
      instead: 'persist everything and `flush` once, or give each branch its own `em.fork()`',
    },
    {
      id: 'transaction',
      noun: 'transactional entity manager',
      origins: [
        { kind: 'callback', methods: ['transactional'], on: 'client', param: 0, inContext: true },
        {
          kind: 'ambient',
          decorators: ['Transactional'],
          ownSession: ['TransactionPropagation.REQUIRES_NEW'],
          of: ['mikro-orm'],
          afterScope: {
            kind: 'rejects',
            text: 'the global entity manager finds the ended transaction in its context, also inside a new `RequestContext`, and rejects with "Transaction is already committed"; only a fork is outside it',
            versions: '7.2 (6.6: "Transaction query already complete")',
            status: 'measured',
            evidence: 'mikro-orm/context-after-commit',
          },
        },
      ],
      derived: { methods: ['getRepository', 'repo', 'getEntityManager', 'createQueryBuilder', 'qb'] },
      forks: ['fork'],
      nested: ['transactional', 'begin'],
      builders: 'eager',
      operations: {
        reads,
        writes: ['flush', 'insert', 'insertMany', 'nativeInsert', 'nativeUpdate', 'nativeDelete', 'lock', 'commit', 'rollback'],
        compound: ['persistAndFlush', 'removeAndFlush', 'upsert', 'upsertMany', 'transactional'],
        sql: ['execute'],
        local,
      },
      concurrentUse: {
        kind: 'hangs',
        text: 'the queries queue on one connection; a flush queued behind one that rejects never settles and holds the transaction open, and in MikroORM 7 what another branch sends while the ROLLBACK is under way is committed on its own (6 rejects it)',
        versions: '6.6, 7.2 on PostgreSQL',
        status: 'measured',
        evidence: 'mikro-orm/flush-hang-in-transaction',
      },
      parallelNested: {
        kind: 'loses-writes',
        text: 'in MikroORM 7 savepoints are a stack, not one per branch: the branch that fails rolls back what its siblings wrote, and they have already resolved (in 6 they run one after another)',
        versions: '6.6, 7.2 on PostgreSQL',
        status: 'measured',
        evidence: 'mikro-orm/parallel-nested',
      },
      afterScope: {
        kind: 'rejects',
        text: 'the query rejects with "Transaction is already committed" (MikroORM 6: "Transaction query already complete")',
        versions: '6.6, 7.2',
        status: 'measured',
        evidence: 'mikro-orm/use-after-commit',
      },
      outerClient: {
        kind: 'safe',
        text: 'the global entity manager is redirected to the transaction; only a fork of it stays outside',
        versions: '6.6, 7.2',
        status: 'measured',
        evidence: 'mikro-orm/global-em-redirected',
      },
      swallowedError: {
        kind: 'loses-writes',
        text: 'on PostgreSQL the COMMIT after a failed `em.insert` is carried out as a ROLLBACK: `transactional` resolves and nothing is stored',
        versions: '6.6, 7.2 on PostgreSQL',
        status: 'measured',
        evidence: 'mikro-orm/swallowed-error',
      },
      instead: 'persist everything and let the one flush at the end write it, or await the queries one after another',
    },
  ],
  note: 'A forked entity manager, also one forked inside `transactional` without `keepTransactionContext: true`, is outside the transaction. An entity manager is no connection: a fork needs no release, and a request context ends nothing. Work that is started inside a transaction finds it in its context for good: give it `em.fork()`.',
  sources: ['@mikro-orm/core 7.2.5 and 6.6.15: UnitOfWork (commit and its flush queue), EntityManager', 'mikro-orm/mikro-orm#2997', 'mikro-orm/mikro-orm#1744'],
};
