/** SQL statements that change the state of one connection, told by their first words. */

/**
 * What a statement leaves behind on the connection that runs it, or needs to find there.
 *
 * - `transaction`: BEGIN, COMMIT, ROLLBACK, SAVEPOINT.
 * - `setting`: SET for the session, `set_config(…, false)`.
 * - `local`: SET LOCAL, `set_config(…, true)`, SET TRANSACTION, a transaction's advisory lock: nothing outside a transaction.
 * - `lock`: an advisory or named lock of the session.
 * - `temporary`: a temporary table.
 * - `listen`: LISTEN.
 */
export type StateKind = 'transaction' | 'setting' | 'local' | 'lock' | 'temporary' | 'listen';

/** The group holds the words that name the statement; no value of the author's is among them. */
const kinds: readonly (readonly [StateKind, RegExp])[] = [
  ['transaction', /^(begin|start\s+transaction|commit|rollback|savepoint|release\s+savepoint)\b/i],
  ['local', /^(set\s+(?:local|transaction))\b|^select\s+(set_config)\s*\([^()]*,\s*true\s*\)|^select\s+(pg_(?:try_)?advisory_xact_lock(?:_shared)?)\s*\(/i],
  ['setting', /^(set)\s+(?!(?:password|global|persist|default\s+role)\b)[\w@."`]|^select\s+(set_config)\s*\([^()]*,\s*false\s*\)/i],
  ['lock', /^select\s+(pg_(?:try_)?advisory_(?:un)?lock(?:_shared|_all)?|get_lock|release_lock)\s*\(|^(lock\s+tables)\b/i],
  ['temporary', /^(create\s+(?:(?:global|local)\s+)?temp(?:orary)?\s+table)\b/i],
  ['listen', /^(listen)\s/i],
];

export interface ConnectionState {
  readonly kind: StateKind;
  /** `SET LOCAL`, `pg_advisory_lock`. */
  readonly statement: string;
}

/**
 * @param sql text of a query; a placeholder stands for what is filled in
 * @returns undefined for a statement that leaves nothing behind, and for several statements in one text: those run on one
 *   connection, one after another
 */
export function stateOf(sql: string): ConnectionState | undefined {
  const text = withoutComments(sql.slice(0, 2_000)).trim();
  const end = text.indexOf(';');
  if (end >= 0 && text.slice(end + 1).trim() !== '') return undefined;
  for (const [kind, pattern] of kinds) {
    const words = pattern.exec(text)?.slice(1).join('') ?? '';
    if (words !== '') return { kind, statement: words.includes('_') ? `\`${words.toLowerCase()}\`` : words.toUpperCase().replace(/\s+/g, ' ') };
  }
  return undefined;
}

function withoutComments(sql: string): string {
  let rest = sql.trimStart();
  for (;;) {
    const end = rest.startsWith('--') ? rest.indexOf('\n') : rest.startsWith('/*') ? rest.indexOf('*/') + 1 : -1;
    if (end <= 0) return rest;
    rest = rest.slice(end + 1).trimStart();
  }
}

/** A quick look: whether a text has any word that such a statement begins with. */
export function speaksOfState(text: string): boolean {
  return /\b(?:begin|start\s+transaction|commit|rollback|savepoint|set|set_config|listen|lock|temp|temporary)\b|advisory|_lock/i.test(text);
}
