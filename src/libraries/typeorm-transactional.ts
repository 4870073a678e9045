import type { Library } from './library.js';

export const typeormTransactional: Library = {
  id: 'typeorm-transactional',
  name: 'typeorm-transactional',
  checked: '0.5.0 on typeorm 0.3',
  packages: ['typeorm-transactional', 'typeorm-transactional-cls-hooked'],
  sessions: [
    {
      id: 'ambient-transaction',
      noun: 'ambient transaction',
      origins: [
        {
          kind: 'ambient',
          decorators: ['Transactional'],
          functions: ['runInTransaction', 'wrapInTransaction'],
          ownSession: ['Propagation.REQUIRES_NEW', 'REQUIRES_NEW'],
          of: ['typeorm'],
          afterEnd: ['runOnTransactionCommit', 'runOnTransactionRollback', 'runOnTransactionComplete'],
        },
      ],
      builders: 'eager',
      operations: { local: ['runOnTransactionCommit', 'runOnTransactionRollback', 'runOnTransactionComplete'] },
      concurrentUse: {
        kind: 'escapes-rollback',
        text: 'every branch joins the one transaction and its queries queue; a branch that is still running when the transaction ends writes outside it, without an error',
        versions: '0.5',
        status: 'measured',
        evidence: 'typeorm-transactional/late-branch',
      },
      parallelNested: {
        kind: 'escapes-rollback',
        text: 'the inner calls join one transaction: where the error of one is swallowed, what it wrote is committed with the others',
        versions: '0.5',
        status: 'measured',
        evidence: 'typeorm-transactional/joined-branches',
      },
      afterScope: {
        kind: 'escapes-rollback',
        text: 'the work falls back to the global manager: it writes outside the transaction, without an error',
        versions: '0.5',
        status: 'measured',
        evidence: 'typeorm-transactional/use-after-commit',
      },
      outerClient: {
        kind: 'safe',
        text: 'repositories of the global data source join the transaction',
        versions: '0.5',
        status: 'measured',
        evidence: 'typeorm-transactional/repositories-join',
      },
      instead: 'await them one after another, or give each branch a transaction of its own with `Propagation.REQUIRES_NEW`',
    },
  ],
  note: '`runOnTransactionCommit(…)` is the place for work that follows the commit.',
  sources: ['typeorm-transactional 0.5.0: dist', 'odavid/typeorm-transactional-cls-hooked#78', 'odavid/typeorm-transactional-cls-hooked#100'],
};
