/** The one answer per file that every rule shares. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { readSettings } from '../settings.js';
import { hasEvidence } from './evidence.js';
import { File } from './file.js';
import { Resolver } from './resolver.js';

/** What the rules ask: the file, and what its expressions stand for. */
export interface SessionModel {
  readonly file: File;
  readonly resolver: Resolver;
}

const models = new WeakMap<TSESTree.Program, { readonly settings: unknown; readonly model: SessionModel }>();

/** The part of a rule's context that the model needs. */
export interface ModelContext {
  readonly sourceCode: Readonly<TSESLint.SourceCode>;
  readonly filename: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Whether a rule may have anything to say about the file; to be asked in `create()`, before anything else.
 *
 * @throws Error when `settings['db-session']` is wrong; the message names the key
 */
export function hasSessions(context: ModelContext): boolean {
  const settings = readSettings(context.settings);
  return hasEvidence(context.sourceCode, [...settings.wrappers, ...settings.sessionTypes, ...settings.clients, ...settings.ambientDecorators].map((own) => own.name));
}

/** The session model of a file, made on first demand and shared by all rules. */
export function sessionsOf(context: ModelContext): SessionModel {
  const known = models.get(context.sourceCode.ast);
  if (known && known.settings === context.settings) return known.model;
  const file = new File(context.sourceCode, context.filename, readSettings(context.settings));
  const model = { file, resolver: new Resolver(file) };
  models.set(context.sourceCode.ast, { settings: context.settings, model });
  return model;
}
