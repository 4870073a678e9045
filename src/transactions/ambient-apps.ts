/** Applications whose clients find the transaction by themselves, in the asynchronous context. */
import { dirname } from 'node:path';
import { manifestIn } from '../sessions/manifests.js';
import type { SessionModel } from '../sessions/model.js';

/** Packages that carry a transaction through asynchronous context. */
const carriers = [
  'cls-hooked',
  'continuation-local-storage',
  'typeorm-transactional',
  'typeorm-transactional-cls-hooked',
  '@nestjs-cls/transactional',
  '@transactional/core',
  '@sequelize/core',
  '@kibibit/nestjs-sequelize-cls',
];

/** Words that switch it on, where they stand in the file itself. */
const switches = /\buseCLS\b|\btransactionAsyncLocalStorage\b|\binitializeTransactionalContext\b|\bAsyncLocalStorage\b/;

/**
 * Whether a call without the session may be in the transaction all the same: the file, or the nearest package.json,
 * names a package that does this. Nothing is to be reported there.
 */
export function hasAmbientTransactions(model: SessionModel): boolean {
  const { sourceCode, specifiers, filename } = model.file;
  if (switches.test(sourceCode.text)) return true;
  if ([...specifiers].some((specifier) => carriers.some((name) => specifier === name || specifier.startsWith(`${name}/`)))) return true;
  return dependsOnCarrier(dirname(filename));
}

const known = new Map<string, boolean>();

/** All manifests upwards count: in a workspace the root often names the package for everyone. */
function dependsOnCarrier(folder: string): boolean {
  const cached = known.get(folder);
  if (cached !== undefined) return cached;
  const parent = dirname(folder);
  const dependencies = manifestIn(folder)?.dependencies ?? [];
  const own = carriers.some((name) => dependencies.includes(name)) || (parent !== folder && dependsOnCarrier(parent));
  known.set(folder, own);
  return own;
}
