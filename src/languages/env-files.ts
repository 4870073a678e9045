/**
 * Opt-in (`settings['db-session'].readEnvFiles`): the values that committed .env files give to variables. ESLint's cache
 * does not know that a result depends on them.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expandedValues } from './dotenv-values.js';
import { parseDotenv } from './dotenv-parser.js';

const names = ['.env.example', '.env.sample', '.env.template', '.env.defaults', '.env'];

export interface EnvValue {
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

type Values = ReadonlyMap<string, EnvValue>;

const alreadyRead = new Map<string, { readonly modified: number; readonly values: Values }>();

export class EnvFiles {
  readonly #folders: readonly string[];

  /**
   * @param filename - The file that is linted.
   * @param cwd - The folder where the search ends.
   */
  constructor(filename: string, cwd: string) {
    const folders: string[] = [];
    for (let folder = path.dirname(filename); ; folder = path.dirname(folder)) {
      folders.push(folder);
      if (folder === cwd || path.dirname(folder) === folder || path.relative(cwd, folder).startsWith('..')) break;
    }
    this.#folders = folders;
  }

  /** What the nearest file says of a variable, examples first. */
  find(variable: string): EnvValue | undefined {
    for (const folder of this.#folders) {
      for (const name of names) {
        const value = valuesOf(path.join(folder, name)).get(variable);
        if (value && value.value !== '') return value;
      }
    }
    return undefined;
  }
}

function valuesOf(file: string): Values {
  const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (modified === undefined) return new Map();
  const known = alreadyRead.get(file);
  if (known?.modified === modified) return known.values;
  const values = readValues(file);
  alreadyRead.set(file, { modified, values });
  return values;
}

function readValues(file: string): Values {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return new Map();
  }
  const parsed = parseDotenv(text);
  if (!parsed.ok) return new Map();
  const values = new Map<string, EnvValue>();
  for (const [pair, value] of expandedValues(parsed.ast)) values.set(pair.key.name, { value: value.value, file: path.basename(file), line: pair.loc.start.line });
  return values;
}
