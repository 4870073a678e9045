/** The syntax trees of the two languages. Ranges are offsets in the text, lines count from 1, columns from 0. */

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Located {
  readonly range: [start: number, end: number];
  readonly loc: { readonly start: Position; readonly end: Position };
}

/** `# …` or `// …`; the value goes without the marks. */
export interface Comment extends Located {
  readonly type: 'Comment';
  readonly value: string;
}

// ----- .env

export interface EnvDocument extends Located {
  readonly type: 'EnvDocument';
  readonly body: readonly EnvPair[];
  readonly comments: readonly Comment[];
}

export interface EnvPair extends Located {
  readonly type: 'EnvPair';
  readonly exported: boolean;
  readonly key: EnvKey;
  /** Null for a bare name, which hands on a variable of the shell. */
  readonly value: EnvValue | null;
}

export interface EnvKey extends Located {
  readonly type: 'EnvKey';
  readonly name: string;
}

export interface EnvValue extends Located {
  readonly type: 'EnvValue';
  /** As written, without the quotes. */
  readonly value: string;
  readonly quote: '' | '"' | "'" | '`';
  /** Of what is inside the quotes. */
  readonly content: readonly [start: number, end: number];
}

// ----- schema.prisma

export interface PrismaDocument extends Located {
  readonly type: 'PrismaDocument';
  readonly body: readonly PrismaBlock[];
  readonly comments: readonly Comment[];
}

export interface PrismaBlock extends Located {
  readonly type: 'PrismaBlock';
  readonly keyword: string;
  readonly name: string;
  /** Of `datasource` and `generator` blocks; empty for all others, which are not read. */
  readonly body: readonly PrismaAssignment[];
}

export interface PrismaAssignment extends Located {
  readonly type: 'PrismaAssignment';
  readonly key: PrismaKey;
  readonly value: PrismaString | PrismaCall | PrismaOther;
}

export interface PrismaKey extends Located {
  readonly type: 'PrismaKey';
  readonly name: string;
}

export interface PrismaString extends Located {
  readonly type: 'PrismaString';
  /** As written, without the quotes. */
  readonly value: string;
  readonly content: readonly [start: number, end: number];
}

/** `env("DATABASE_URL")` */
export interface PrismaCall extends Located {
  readonly type: 'PrismaCall';
  readonly name: string;
  readonly argument: PrismaString | null;
}

export interface PrismaOther extends Located {
  readonly type: 'PrismaOther';
  readonly text: string;
}

export type EnvNode = EnvDocument | EnvPair | EnvKey | EnvValue;
export type PrismaNode = PrismaDocument | PrismaBlock | PrismaAssignment | PrismaKey | PrismaString | PrismaCall | PrismaOther;
export type Document = EnvDocument | PrismaDocument;
export type LanguageNode = EnvNode | PrismaNode;

export interface SyntaxError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export type Parsed<Ast> = { readonly ok: true; readonly ast: Ast } | { readonly ok: false; readonly errors: readonly [SyntaxError] };

export const visitorKeys: Record<LanguageNode['type'], string[]> = {
  EnvDocument: ['body'],
  EnvPair: ['key', 'value'],
  EnvKey: [],
  EnvValue: [],
  PrismaDocument: ['body'],
  PrismaBlock: ['body'],
  PrismaAssignment: ['key', 'value'],
  PrismaKey: [],
  PrismaString: [],
  PrismaCall: ['argument'],
  PrismaOther: [],
};
