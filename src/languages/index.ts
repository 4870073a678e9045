/** `db-session/dotenv` and `db-session/prisma`, as ESLint takes languages: versions 9 and 10 take the same. */
import type { ESLint } from 'eslint';
import { parseDotenv } from './dotenv-parser.js';
import { visitorKeys, type Document, type Parsed } from './nodes.js';
import { parsePrisma } from './prisma-parser.js';
import { LanguageSourceCode } from './source-code.js';

// Written out wherever it is exported: what the compiler infers would import a package that is not ours.
type Language = NonNullable<ESLint.Plugin['languages']>[string];

function makeLanguage<Root extends Document>(parse: (text: string) => Parsed<Root>): Language {
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
    createSourceCode(file, { ast }) {
      return new LanguageSourceCode({ text: textOf(file), ast: ast as Root });
    },
  };
}

function textOf({ body }: Parameters<Language['parse']>[0]): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

export const languages: Readonly<Record<'dotenv' | 'prisma', Language>> = {
  dotenv: makeLanguage(parseDotenv),
  prisma: makeLanguage(parsePrisma),
};
