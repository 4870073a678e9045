/** What ESLint asks of a file in one of the two languages. */
import type { DirectiveType, RulesConfig } from '@eslint/plugin-kit';
import { ConfigCommentParser, Directive, TextSourceCodeBase, VisitNodeStep } from '@eslint/plugin-kit';
import { visitorKeys, type Comment, type Document, type LanguageNode, type Located } from './nodes.js';

const commentParser = new ConfigCommentParser();
const directives = new Set(['eslint-disable', 'eslint-enable', 'eslint-disable-line', 'eslint-disable-next-line']);

interface Directives {
  readonly label: string;
  readonly value: string;
  readonly justification: string;
  readonly comment: Comment;
}

/** What is wrong with a comment that is meant for ESLint. */
interface CommentProblem {
  readonly ruleId: null;
  readonly message: string;
  readonly loc: Comment['loc'];
}

export class LanguageSourceCode extends TextSourceCodeBase<{ LangOptions: Record<string, unknown>; RootNode: Document; SyntaxElementWithLoc: Located; ConfigNode: Comment }> {
  #parents: Map<object, LanguageNode> | undefined;
  #steps: VisitNodeStep[] | undefined;
  #directives: readonly Directives[] | undefined;

  /** ESLint's own source code has it, and rules that look at several languages ask for it. */
  readonly visitorKeys = visitorKeys;

  /** Some of ESLint's own rules ask for them as soon as they are switched on, and a config for all files switches them on. */
  getAllComments(): readonly Comment[] {
    return this.ast.comments;
  }

  override getParent(node: object): LanguageNode | undefined {
    this.#walk();
    return this.#parents?.get(node);
  }

  override traverse(): VisitNodeStep[] {
    return this.#walk();
  }

  getInlineConfigNodes(): Comment[] {
    return this.#written().map(({ comment }) => comment);
  }

  getDisableDirectives(): { directives: Directive[]; problems: CommentProblem[] } {
    const problems: CommentProblem[] = [];
    const found: Directive[] = [];
    for (const { label, value, justification, comment } of this.#written()) {
      if (!directives.has(label)) continue;
      if (label === 'eslint-disable-line' && comment.loc.start.line !== comment.loc.end.line) {
        problems.push({ ruleId: null, message: `${label} comment should not span multiple lines.`, loc: comment.loc });
      } else found.push(new Directive({ type: label.slice('eslint-'.length) as DirectiveType, node: comment, value, justification }));
    }
    return { directives: found, problems };
  }

  applyInlineConfig(): { configs: { config: { rules: RulesConfig }; loc: Comment['loc'] }[]; problems: CommentProblem[] } {
    const problems: CommentProblem[] = [];
    const configs: { config: { rules: RulesConfig }; loc: Comment['loc'] }[] = [];
    for (const { label, value, comment } of this.#written()) {
      if (label !== 'eslint') continue;
      const parsed = commentParser.parseJSONLikeConfig(value);
      if (parsed.ok) configs.push({ config: { rules: parsed.config }, loc: comment.loc });
      else problems.push({ ruleId: null, message: parsed.error.message, loc: comment.loc });
    }
    return { configs, problems };
  }

  #written(): readonly Directives[] {
    this.#directives ??= this.ast.comments.flatMap((comment) => {
      if (!comment.value.includes('eslint')) return [];
      const parsed = commentParser.parseDirective(comment.value);
      return parsed && (parsed.label === 'eslint' || directives.has(parsed.label)) ? [{ label: parsed.label, value: parsed.value, justification: parsed.justification, comment }] : [];
    });
    return this.#directives;
  }

  #walk(): VisitNodeStep[] {
    if (this.#steps) return this.#steps;
    const steps: VisitNodeStep[] = [];
    const parents = new Map<object, LanguageNode>();
    const visit = (node: LanguageNode, parent: LanguageNode | undefined): void => {
      if (parent) parents.set(node, parent);
      steps.push(new VisitNodeStep({ target: node, phase: 1, args: [node, parent] }));
      for (const key of visitorKeys[node.type]) {
        const child = (node as unknown as Record<string, LanguageNode | readonly LanguageNode[] | null>)[key];
        for (const each of Array.isArray(child) ? (child as readonly LanguageNode[]) : child ? [child as LanguageNode] : []) visit(each, node);
      }
      steps.push(new VisitNodeStep({ target: node, phase: 2, args: [node, parent] }));
    };
    visit(this.ast, undefined);
    this.#parents = parents;
    this.#steps = steps;
    return steps;
  }
}
