/** Loops: every world that reaches the head is followed once, until no new one comes round. */
import type { TSESTree } from '@typescript-eslint/utils';
import { bind } from './assignments.js';
import { condition } from './conditions.js';
import { takeExits } from './exits.js';
import { evaluate } from './expressions.js';
import type { Run } from './run.js';
import { declare, statement } from './statements.js';
import type { Loop, Node } from './syntax.js';
import { nowhere, union, type World, type Worlds } from './worlds.js';

export function loop(run: Run, node: Loop, worlds: Worlds, labels: readonly string[]): Worlds {
  const seen = new Set<World>();
  let after = nowhere;
  let arriving = entered(run, node, worlds);
  while (arriving.size > 0) {
    const fresh = new Set<World>();
    for (const world of arriving) {
      if (seen.has(world)) continue;
      seen.add(world);
      fresh.add(world);
    }
    const { entering, leaving } = head(run, node, fresh);
    after = union(after, leaving);
    const { normal, exits } = run.capture(() => statement(run, node.body, entering));
    const stopped = takeExits(exits, (exit) => exit.type === 'break' && exit.label === undefined);
    const continued = takeExits(
      stopped.left,
      (exit) => exit.type === 'continue' && (exit.label === undefined || labels.includes(exit.label)),
    );
    run.passAllOn(continued.left);
    after = union(after, stopped.taken);
    const { again, done } = tail(run, node, union(normal, continued.taken));
    after = union(after, done);
    arriving = run.forget(run.flags.changedByRoundsOf(node), again);
  }
  return after;
}

/** What is evaluated once, in front of the first round. */
function entered(run: Run, node: Loop, worlds: Worlds): Worlds {
  switch (node.type) {
    case 'ForStatement':
      return node.init ? statementOrExpression(run, node.init, worlds) : worlds;
    case 'ForInStatement':
    case 'ForOfStatement':
      return evaluate(run, node.right, worlds);
    default:
      return worlds;
  }
}

/** In front of a round. */
function head(run: Run, node: Loop, worlds: Worlds): { entering: Worlds; leaving: Worlds } {
  switch (node.type) {
    case 'DoWhileStatement':
      return { entering: worlds, leaving: nowhere };
    case 'ForInStatement':
    case 'ForOfStatement':
      if (node.type === 'ForOfStatement' && node.await) run.impliedExit(node, 'throw', worlds);
      return { entering: nextElement(run, node, worlds), leaving: worlds };
    default: {
      if (!node.test) return { entering: worlds, leaving: nowhere };
      const { yes, no } = condition(run, node.test, worlds);
      return { entering: yes, leaving: no };
    }
  }
}

/** Behind a round. */
function tail(run: Run, node: Loop, worlds: Worlds): { again: Worlds; done: Worlds } {
  if (node.type === 'DoWhileStatement') {
    const { yes, no } = condition(run, node.test, worlds);
    return { again: yes, done: no };
  }
  if (node.type === 'ForStatement' && node.update) return { again: evaluate(run, node.update, worlds), done: nowhere };
  return { again: worlds, done: nowhere };
}

function nextElement(run: Run, node: TSESTree.ForInStatement | TSESTree.ForOfStatement, worlds: Worlds): Worlds {
  const [declarator] = node.left.type === 'VariableDeclaration' ? node.left.declarations : [];
  return bind(run, declarator ? declarator.id : node.left, worlds);
}

function statementOrExpression(run: Run, node: Node, worlds: Worlds): Worlds {
  return node.type === 'VariableDeclaration' ? declare(run, node, worlds) : evaluate(run, node, worlds);
}
