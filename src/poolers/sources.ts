/** Where a connection gets its URL: a text in the file, or an environment variable. */
import type { Node } from '../sessions/syntax.js';
import type { Place, Places } from './places.js';
import { HOLE, Text, type Piece } from '../pieced-text.js';

export type Source =
  | { readonly kind: 'text'; readonly text: Text; readonly node: Node; readonly hasExpressions: boolean }
  | { readonly kind: 'variable'; readonly name: string; readonly node: Node }
  /** The connection string of a Cloudflare Hyperdrive binding. */
  | { readonly kind: 'hyperdrive'; readonly node: Node };

/** The sources that a value may be, each alternative for itself; none where the file does not say. */
export function sourcesOf(places: Places, place: Place): Source[] {
  return places.all(place).flatMap((each): Source[] => {
    if (each.kind === 'variable') return [{ kind: 'variable', name: each.name, node: each.node }];
    const { node } = each;
    if (isHyperdrive(node)) return [{ kind: 'hyperdrive', node }];
    const pieces = piecesOf(places, each);
    const isKnown = pieces?.some(({ text }) => text !== HOLE) ?? false;
    return pieces && isKnown ? [{ kind: 'text', text: new Text(pieces), node, hasExpressions: node.type !== 'Literal' && pieces.some(({ text }) => text === HOLE) }] : [];
  });
}

/** The text of a literal, a template or a concatenation; undefined for anything else. */
function piecesOf(places: Places, place: Place, depth = 0): readonly Piece[] | undefined {
  if (place.kind === 'variable' || depth > 6) return undefined;
  const { node, bindings } = place;
  const nested = (inner: Node): readonly Piece[] => piecesOf(places, places.of(inner, bindings), depth + 1) ?? [{ text: HOLE, at: undefined }];
  if (node.type === 'Literal' && typeof node.value === 'string') {
    // Only where no escape sequence makes the text longer in the file than it is.
    return [{ text: node.value, at: node.raw.length === node.value.length + 2 ? node.range[0] + 1 : undefined }];
  }
  if (node.type === 'TemplateLiteral') {
    return node.quasis.flatMap((quasi, index) => {
      const text = quasi.value.cooked ?? HOLE;
      // Parsers disagree on whether the back-tick belongs to the element.
      const delimiter = quasi.range[1] - quasi.range[0] > quasi.value.raw.length ? 1 : 0;
      const piece: Piece = { text, at: quasi.value.raw === text ? quasi.range[0] + delimiter : undefined };
      const expression = node.expressions[index];
      return expression ? [piece, ...nested(expression)] : [piece];
    });
  }
  if (node.type === 'BinaryExpression' && node.operator === '+') {
    return [...nested(node.left), ...nested(node.right)];
  }
  return undefined;
}

function isHyperdrive(node: Node): boolean {
  if (node.type !== 'MemberExpression' || node.property.type !== 'Identifier' || node.property.name !== 'connectionString') return false;
  const { object } = node;
  const name = object.type === 'Identifier' ? object.name : object.type === 'MemberExpression' && object.property.type === 'Identifier' ? object.property.name : '';
  return /hyperdrive/i.test(name);
}
