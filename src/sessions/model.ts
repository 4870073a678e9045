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

/** The part of a rule's context that the model needs. */
export interface ModelContext {
  readonly sourceCode: Readonly<TSESLint.SourceCode>;
  readonly filename: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What is known of a file as soon as its first rule is created. */
interface Look {
  readonly ast: TSESTree.Program;
  readonly shared: ModelContext['settings'];
  readonly settings: Settings;
  readonly isOpen: boolean;
  model: SessionModel | undefined;
}

/** The rules of a file are made one after another and asked one after another: it is enough to remember one file. */
let latest: Look | undefined;

/** A host makes its contexts anew for each file, so that each property that is read of one costs more than it looks. */
function lookAt({ sourceCode, settings: shared }: ModelContext): Look {
  const { ast } = sourceCode;
  if (latest?.ast === ast && latest.shared === shared) return latest;
  const settings = readSettings(shared);
  latest = { ast, shared, settings, isOpen: hasEvidence(sourceCode, settings), model: undefined };
  return latest;
}

const nothing: TSESLint.RuleListener = {};

/**
 * The frame of every rule: nothing for a file without evidence, else one look at the whole file when it has been
 * walked, and only if some session can come to be in it.
 *
 * @param analyse says what the rule has to say about the file
 * @param otherwise what it has to say about a file with a client and no session
 * @throws Error when `settings['db-session']` is wrong; the message names the key
 */
export function inFilesWithSessions(context: ModelContext, analyse: (model: SessionModel) => void, otherwise?: (model: SessionModel) => void): TSESLint.RuleListener {
  if (!lookAt(context).isOpen) return nothing;
  return {
    'Program:exit'() {
      const model = sessionsOf(context);
      if (model.resolver.mayHaveSessions) analyse(model);
      else if (otherwise && model.resolver.mayHaveClients) otherwise(model);
    },
  };
}

/**
 * The session model of a file, made on first demand and shared by all rules.
 *
 * @throws Error when `settings['db-session']` is wrong; the message names the key
 */
export function sessionsOf(context: ModelContext): SessionModel {
  const look = lookAt(context);
  if (!look.model) {
    const file = new File(context.sourceCode, context.filename, look.settings);
    look.model = { file, resolver: new Resolver(file) };
  }
  return look.model;
}
