/** The one answer per file that every rule shares. */
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { readSettings, type Settings } from '../settings.js';
import { hasEvidence } from './evidence.js';
import { File } from './file.js';
import { Resolver } from './resolver.js';

/** What the rules ask: the file, and what its expressions stand for. */
export interface SessionModel {
  readonly file: File;
  readonly resolver: Resolver;
}

interface Entry {
  readonly settings: Settings;
  readonly model: SessionModel;
}

const models = new WeakMap<TSESTree.Program, Entry>();

/** The part of a rule's context that the model needs. */
export interface ModelContext {
  readonly sourceCode: Readonly<TSESLint.SourceCode>;
  readonly filename: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * The frame of every rule: nothing for a file without evidence, else one look at the whole file when it has been
 * walked, and only if some session can come to be in it.
 *
 * @param analyse says what the rule has to say about the file
 * @param otherwise what it has to say about a file with a client and no session
 * @throws Error when `settings['db-session']` is wrong; the message names the key
 */
export function inFilesWithSessions(context: ModelContext, analyse: (model: SessionModel) => void, otherwise?: (model: SessionModel) => void): TSESLint.RuleListener {
  const settings = readSettings(context.settings);
  if (!hasEvidence(context.sourceCode, settings)) return {};
  return {
    'Program:exit'() {
      const model = modelOf(context, settings);
      if (model.resolver.mayHaveSessions) analyse(model);
      else if (otherwise && model.resolver.mayHaveClients) otherwise(model);
    },
  };
}

/**
 * The session model of a file, for a law that is about clients and has a gate of its own.
 *
 * @throws Error when `settings['db-session']` is wrong; the message names the key
 */
export function sessionsOf(context: ModelContext): SessionModel {
  return modelOf(context, readSettings(context.settings));
}

/** The session model of a file, made on first demand and shared by all rules. */
function modelOf(context: ModelContext, settings: Settings): SessionModel {
  const known = models.get(context.sourceCode.ast);
  if (known?.settings === settings) return known.model;
  const file = new File(context.sourceCode, context.filename, settings);
  const model = { file, resolver: new Resolver(file) };
  models.set(context.sourceCode.ast, { settings, model });
  return model;
}
