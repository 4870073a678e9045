/** `db-session/dotenv` and `db-session/prisma`, as ESLint takes languages: versions 9 and 10 take the same. */
import type { File, Language, OkParseResult } from '@eslint/core';
import { parseDotenv } from './dotenv-parser.js';
import { visitorKeys, type Document, type LanguageNode, type Parsed } from './nodes.js';
import { parsePrisma } from './prisma-parser.js';
import { LanguageSourceCode } from './source-code.js';

type Of<Root extends Document> = Language<{ LangOptions: Record<string, unknown>; Code: LanguageSourceCode; RootNode: Root; Node: LanguageNode }>;

function makeLanguage<Root extends Document>(name: string, parse: (text: string) => Parsed<Root>): Of<Root> {
  return {
    fileType: 'text',
    lineStart: 1,
    columnStart: 0,
    nodeTypeKey: 'type',
    visitorKeys,
    validateLanguageOptions(options) {
      const [key] = Object.keys(options);
      if (key !== undefined) throw new TypeError(`The language ${name} takes no options, but there is '${key}'.`);
    },
    parse(file) {
      const parsed = parse(textOf(file));
      return parsed.ok ? parsed : { ok: false, errors: [...parsed.errors] };
    },
    createSourceCode(file, { ast }: OkParseResult<Root>) {
      return new LanguageSourceCode({ text: textOf(file), ast });
    },
  };
}

function textOf({ body }: File): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

export const languages = {
  dotenv: makeLanguage('db-session/dotenv', parseDotenv),
  prisma: makeLanguage('db-session/prisma', parsePrisma),
};
