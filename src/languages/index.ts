/** `db-session/dotenv` and `db-session/prisma`, as ESLint takes languages: versions 9 and 10 take the same. */
import type { File, Language, OkParseResult } from '@eslint/core';
import { parseDotenv } from './dotenv-parser.js';
import { visitorKeys, type Document, type LanguageNode, type Parsed } from './nodes.js';
import { parsePrisma } from './prisma-parser.js';
import { LanguageSourceCode } from './source-code.js';

type Of<Root extends Document> = Language<{ LangOptions: Record<string, unknown>; Code: LanguageSourceCode; RootNode: Root; Node: LanguageNode }>;

function makeLanguage<Root extends Document>(parse: (text: string) => Parsed<Root>): Of<Root> {
  return {
    fileType: 'text',
    lineStart: 1,
    columnStart: 0,
    nodeTypeKey: 'type',
    visitorKeys,
    // There are none; those of JavaScript come along where a config is meant for all files.
    validateLanguageOptions: () => undefined,
    parse(file) {
      const parsed = parse(textOf(file));
      // What ESLint says of syntax errors counts columns from 1, whatever the language does.
      return parsed.ok ? parsed : { ok: false, errors: parsed.errors.map((error) => ({ ...error, column: error.column + 1 })) };
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
  dotenv: makeLanguage(parseDotenv),
  prisma: makeLanguage(parsePrisma),
};
